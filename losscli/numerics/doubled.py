"""Numbers of two doubles as pairs of arrays, fast, to some 68 bits: where a `DoubleDouble` has more than is needed.

Each is of a size between LEAST and MOST, or 0; its second double need not be the least.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.numerics import tables
from losscli.numerics.doubledouble import two_sum

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

LEAST, MOST = 2.0**-480, 2.0**480
CLEAR = 2.0**-12  # a sum above this part of its terms does not see what they lack


def single(x: Array) -> Pair:
    """Return doubles as pairs."""
    return x, np.zeros(())


def quick(a: Array, b: Array) -> Pair:
    """Return a + b, for |a| at least |b|."""
    found = a + b
    return found, b - (found - a)


def product(a: Pair, b: Pair) -> Pair:
    """Return a · b."""
    first, second = tables.product(a[0], b[0])
    second += a[0] * b[1] + a[1] * b[0]
    return quick(first, second)


def quotient(a: Pair, b: Pair) -> Pair:
    """Return a / b."""
    found = a[0] / b[0]
    return found, (tables.remainder(a[0], b[0], found) + (a[1] - found * b[1])) / b[0]


def square(a: Pair) -> Pair:
    """Return a²."""
    half = tables.coarse(a[0])
    return quick(half * half, (a[0] - half) * (a[0] + half) + 2 * a[0] * a[1])


def raised(a: Pair, by: float = 1.0) -> Pair:
    """Return a + by."""
    found, lost = two_sum(a[0], by)
    return found, lost + a[1]


def scaled(a: Pair, by: float) -> Pair:
    """Return a times a power of 2."""
    return a[0] * by, a[1] * by


def log(a: Pair) -> Pair:
    """Return ln a, for a above 0, to some 70 bits of its own size, or after the point."""
    found, low = tables.log_pair(a[0])
    return found, low + a[1] / a[0]


def exp(a: Pair) -> Pair:
    """Return e^a, for |a| up to 600."""
    found, low = tables.exp_pair(a[0])
    return found, low + found * a[1]


def joined(a: Pair, b: Pair) -> Pair:
    """Return a + b."""
    found, lost = two_sum(a[0], b[0])
    return quick(found, lost + (a[1] + b[1]))


def chosen(where: NDArray[np.bool_], a: Pair, b: Pair) -> Pair:
    """Return `a` where told, else `b`."""
    return np.where(where, a[0], b[0]), np.where(where, a[1], b[1])


def added(*terms: Pair) -> Array:
    """Return a sum, rounded: as good as its terms."""
    found, lost = terms[0]
    for high, low in terms[1:]:
        found, more = two_sum(found, high)
        lost = lost + (more + low)
    return found + lost


def negative(a: Pair) -> Pair:
    """Return -a."""
    return -a[0], -a[1]


def known(found: list[Array], terms: Array, usual: NDArray[np.bool_]) -> list[Array]:
    """Return what is found, NaN where its last hardly remains of its terms, and where sizes are not usual."""
    told = (abs(found[-1]) > CLEAR * terms) & usual
    for each in found:
        np.copyto(each, np.nan, where=~told)
    return found
