"""Large arrays, one cache-sized block at a time: the only module that knows about size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isnan, prod

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK, LONG = 1 << 13, 1 << 15
"""Numbers in a block: few enough that all temporaries of a kernel stay in the cache, or many for one that has few."""


def spans(rows: int, width: int, size: int) -> Iterator[slice]:
    """Cut `rows` rows of `width` numbers into slices of about `size` numbers.

    Very wide rows get longer blocks, up to a million numbers: kernels need some samples to run along.
    """
    step = max(1, size // width, min(128, (1 << 20) // width))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def evaluate(
    kernel: Callable[..., Sequence[Array]],
    inputs: Sequence[Array],
    shapes: Sequence[tuple[int, ...]],
    size: int = BLOCK,
) -> tuple[Array, ...]:
    """Fill arrays of `shapes` with what `kernel` returns, block by block.

    Outside, samples are rows; inside a block they run along the last axis, so that kernels
    vectorise over samples whatever the number of classes, and broadcast without ceremony. Infinities
    and NaN are no errors in there.
    """
    outs = tuple(np.empty(shape) for shape in shapes)
    width = max(1, *(prod(x.shape[1:]) for x in (*outs, *inputs)))

    with np.errstate(all="ignore"):
        for span in spans(len(inputs[0]), width, size):
            block = [np.ascontiguousarray(x[span].T) for x in inputs]
            for out, result in zip(outs, kernel(*block), strict=True):
                out[span] = result.T  # Hessians are symmetric: transposing all axes is harmless
    return outs


def missing_in(block: Sequence[Array]) -> NDArray[np.bool_] | None:
    """Return which samples of a block hold a NaN; None if none does."""
    if numbers(block):
        return None
    return np.logical_or.reduce([np.isnan(x).reshape(-1, x.shape[-1]).any(axis=0) for x in block])


def numbers(arrays: Sequence[Array]) -> bool:
    """Return whether no NaN is among some arrays."""
    return not any(isnan(x.min(initial=0.0)) for x in arrays)


def squares(x: Array) -> float:
    """Return the sum of the squares, the fastest sum there is: NaN or infinite if one of them is.

    In parts so short that BLAS starts no threads of its own.
    """
    if x.size <= BLOCK:
        return float(np.vdot(x, x))
    flat = x.reshape(-1)
    parts = [flat[start : start + BLOCK] for start in range(0, flat.size, BLOCK)]
    return float(sum([np.vdot(part, part) for part in parts]))
