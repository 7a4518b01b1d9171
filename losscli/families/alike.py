"""What losses of similarities do with pairs of doubles, in few passes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum

Array = NDArray[np.float64]
Pair = tuple[Array, Array]


def inverse_root(x: Pair) -> Pair:
    """Return 1 / √x, to 2^-100 of its size."""
    root = np.sqrt(x[0])
    back, lost = two_product(root, root)
    rest = ((x[0] - back) - lost + x[1]) / (2 * root)
    found = 1 / root
    back, lost = two_product(found, root)
    return found, ((1 - back) - lost - found * rest) * found


def largest(x: Pair) -> Array:
    """Return the largest size of each component of vectors."""
    return abs(x[0]).max(axis=1, keepdims=True)


def scaled(x: Pair, y: Pair) -> Pair:
    """Return pairs times pairs."""
    found, lost = two_product(x[0], y[0])
    lost += x[0] * y[1] + x[1] * y[0]
    return found, lost


def diagonal(count: int, rows: slice) -> tuple[Any, ...]:
    """Return the index of each of some rows with itself."""
    at = np.arange(count)[rows]
    return slice(None), np.arange(len(at)), at


def lead(s: DoubleDouble, level: DoubleDouble | Array | float) -> tuple[Array, Array]:
    """Return s less a level, in two doubles."""
    high, low = (level.high, level.low) if isinstance(level, DoubleDouble) else (level, 0.0)
    found, lost = two_sum(s.high, -high)
    lost += s.low
    lost -= low
    return found, lost


def powers(gap: Array, lost: Array, mask: NDArray[np.bool_]) -> Array:
    """Return e^(gap + lost) as doubles, and 0 where the mask does not say so."""
    found = np.exp(np.where(mask, gap, -np.inf))
    np.copyto(lost, 0.0, where=~mask)
    lost *= found
    found += lost
    return found


def added(x: Array) -> Array:
    """Return the sum along the last axis, which is kept, of numbers of 0 or more, all but rounded once."""
    coarse = np.ldexp(1.5, np.frexp(x.max(axis=-1, keepdims=True))[1] + x.shape[-1].bit_length() + 1)
    head = x + coarse
    head -= coarse
    return head.sum(axis=-1, keepdims=True) + (x - head).sum(axis=-1, keepdims=True)


def turned(x: DoubleDouble) -> DoubleDouble:
    """Return each matrix transposed."""
    return DoubleDouble(
        np.swapaxes(x.high, -1, -2), np.swapaxes(np.broadcast_to(x.low, x.high.shape), -1, -2)
    )


def total(x: DoubleDouble) -> DoubleDouble:
    """Return the sum along the last axis, which is kept."""
    low = np.broadcast_to(x.low, x.high.shape)
    found = DoubleDouble(np.moveaxis(x.high, -1, 0), np.moveaxis(low, -1, 0)).total()
    return DoubleDouble(found.high[..., None], found.low[..., None])


def dot(x: DoubleDouble, y: DoubleDouble) -> DoubleDouble:
    """Return scalar products along the last axis, which is kept."""
    return total(x * y)
