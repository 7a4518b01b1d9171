"""Large arrays, one cache-sized block at a time: the only module that knows about size."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from math import isnan, prod
from threading import Lock, Thread

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK, LONG = 1 << 13, 1 << 15
"""Numbers in a block: few enough that all temporaries of a kernel stay in the cache, or many for one that has few."""

MANY = 1 << 17
"""Numbers from which on the blocks are shared among the cores: to start a thread takes as long as a short block."""

threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
"""How many threads compute blocks; what they find does not depend on it."""


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

    def work(waiting: Iterator[slice]) -> None:
        with np.errstate(all="ignore"):  # of its thread alone
            for span in waiting:
                block = [np.ascontiguousarray(x[span].T) for x in inputs]
                for out, result in zip(outs, kernel(*block), strict=True):
                    out[span] = result.T  # Hessians are symmetric: transposing all axes is harmless

    share(work, spans(len(inputs[0]), width, size), threads if width * len(inputs[0]) >= MANY else 1)
    return outs


def share(work: Callable[[Iterator[slice]], None], spans: Iterator[slice], count: int) -> None:
    """Have `count` threads work off the spans; raise what the first that failed raised."""
    if count == 1:
        return work(spans)
    lock, failures = Lock(), list[BaseException]()

    def waiting() -> Iterator[slice]:
        while not failures:
            with lock:
                span = next(spans, None)
            if span is None:
                return
            yield span

    def one() -> None:
        try:
            work(waiting())
        except BaseException as failure:  # whatever it is, it belongs to the caller
            failures.append(failure)

    others = [Thread(target=one) for _ in range(count - 1)]
    for each in others:
        each.start()
    one()
    for each in others:
        each.join()
    if failures:
        raise failures[0]
    return None


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
