"""Large arrays, one cache-sized block at a time: the only module that knows about size."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isnan, prod
from threading import local

import numpy as np
from numpy.typing import NDArray

from losscli.cores import shared

Array = NDArray[np.float64]

BLOCK, LONG = 1 << 14, 1 << 16
"""Numbers in a block: few enough that all temporaries of a kernel stay in the cache, or many for one that has few."""

ALONE = 1 << 13
"""Numbers of which BLAS makes a sum without threads of its own."""

Doubt = NDArray[np.bool_] | bool
"""Which samples a quick kernel leaves to the usual one: those marked, none, or all."""

Quick = Callable[..., Doubt]
"""A kernel that fills its first arguments, as many as there are results, in few passes, from the rest."""

Indices = NDArray[np.intp]
NONE: Indices = np.empty(0, np.intp)
# glibc, once it has dropped an array so large, no longer asks the system anew for the memory of each temporary
np.empty(1 << 21)
RARE = 32
"""Of a block at least so many times as many samples as are put off."""


class Later(local):
    """The samples of the block at hand that are put off, to be computed with those of other blocks."""

    rows: NDArray[np.bool_] | None = None
    """None if nothing is to be put off."""


LATER = Later()


@contextmanager
def putting_off(count: int) -> Generator[NDArray[np.bool_]]:
    """Let `count` samples be put off; give those that were."""
    before, LATER.rows = LATER.rows, np.zeros(count, np.bool_)
    try:
        yield LATER.rows
    finally:
        LATER.rows = before


def put_off(doubtful: NDArray[np.bool_]) -> bool:
    """Put off samples that ask for care, if they are few: dozens of passes over few numbers cost as over many.

    Whatever the kernel makes of them then, they are computed once more.
    """
    rows = LATER.rows
    if rows is None or doubtful.shape[-1:] != rows.shape:
        return False
    told = doubtful.reshape(-1, len(rows)).any(axis=0)
    if np.count_nonzero(told) * RARE > len(rows):
        return False
    rows |= told
    return True


@contextmanager
def among(at: NDArray[np.intp] | slice, count: int) -> Generator[None]:
    """Let some samples be put off of those `at` hand alone, out of a block of `count`."""
    rows = LATER.rows
    if rows is None or len(rows) != count:
        yield
        return
    try:
        LATER.rows = np.zeros(len(rows[at]), np.bool_)
        yield
        if LATER.rows.any():
            rows[np.arange(count)[at][LATER.rows]] = True  # of a sample several numbers may be at hand
    finally:
        LATER.rows = rows


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
    quick: Quick | None = None,
) -> tuple[Array, ...]:
    """Fill arrays of `shapes` with what `kernel` returns, block by block, on several cores if there are many.

    Outside, samples are rows; inside a block they run along the last axis, so that kernels
    vectorise over samples whatever the number of classes, and broadcast without ceremony. Infinities
    and NaN are no errors in there. Samples that are put off are computed at last, all together, as are
    those that a `quick` kernel of numbers has doubts about.
    """
    return Evaluation(kernel, inputs, shapes).run(size, quick)


class Evaluation:
    """Arrays that are filled with what a kernel returns, sample by sample of some inputs."""

    def __init__(
        self,
        kernel: Callable[..., Sequence[Array]],
        inputs: Sequence[Array],
        shapes: Sequence[tuple[int, ...]],
    ) -> None:
        self.kernel, self.inputs = kernel, inputs
        self.outs = tuple(np.empty(shape) for shape in shapes)
        self.count = len(inputs[0])
        self.width = max(1, *(prod(x.shape[1:]) for x in (*self.outs, *inputs)))

    def run(self, size: int, quick: Quick | None) -> tuple[Array, ...]:
        """Fill them all, in blocks of about `size` numbers; those that are put off at last, together."""
        parts = list(spans(self.count, self.width, size))
        rows = self.quickly(parts, quick, size) if quick else self.carefully(parts)
        while len(rows):
            rows = self.carefully(list(spans(len(rows), self.width, min(size, BLOCK))), rows)
        return self.outs

    def quickly(self, parts: Sequence[slice], quick: Quick, size: int) -> Indices:
        """Fill in all samples by a quick kernel, part by part; return those it leaves, and those that are put off."""
        # what is left by a quick kernel that pays in long blocks takes many passes
        short = max(1, BLOCK // self.width) if size > BLOCK else max(1, self.count)
        late: dict[int, Indices] = {}

        def work(span: slice) -> None:
            doubt = quick(*(x[span] for x in (*self.outs, *self.inputs)))
            if not isinstance(doubt, bool):
                late[span.start] = np.flatnonzero(doubt) + span.start  # however many: a row stands by itself
            elif doubt:
                for start in range(span.start, span.stop, short):
                    part = slice(start, min(start + short, span.stop))
                    late[start] = self.fill(part, alone=part.stop - start == self.count)

        shared(work, parts)
        return _joined(late)

    def carefully(self, parts: Sequence[slice], rows: Indices | None = None) -> Indices:
        """Fill in all samples, or the `rows` of them, part by part; return those that are put off."""
        late: dict[int, Indices] = {}

        def work(span: slice) -> None:
            late[span.start] = self.fill(span if rows is None else rows[span], alone=len(parts) == 1)

        shared(work, parts)
        return _joined(late)

    def fill(self, where: slice | Indices, *, alone: bool) -> Indices:
        """Fill in some samples; return those that are put off, which none is that stand `alone`."""
        if alone:
            self._fill(where)
            return NONE
        with putting_off(where.stop - where.start if isinstance(where, slice) else len(where)) as told:
            self._fill(where)
        put = np.flatnonzero(told)
        return put + where.start if isinstance(where, slice) else where[put]

    def _fill(self, where: slice | Indices) -> None:
        given = [x[where] if isinstance(where, slice) else x.take(where, axis=0) for x in self.inputs]
        block = [np.ascontiguousarray(x.T) for x in given]
        for out, result in zip(self.outs, self.kernel(*block), strict=True):
            out[where] = result.T  # Hessians are symmetric: transposing all axes is harmless


def _joined(late: Mapping[int, Indices]) -> Indices:
    """Return the samples that are left, in their order, whichever thread came first."""
    return np.concatenate([late[start] for start in sorted(late)]) if late else NONE


def missing_in(block: Sequence[Array]) -> NDArray[np.bool_] | None:
    """Return which samples of a block hold a NaN; None if none does."""
    if numbers(block):
        return None
    return np.logical_or.reduce([np.isnan(x).reshape(-1, x.shape[-1]).any(axis=0) for x in block])


def settled(results: Sequence[Array]) -> Sequence[Array]:
    """Return what was found, with 0 in the place of samples that are put off."""
    rows = LATER.rows
    if rows is None or not rows.any():
        return results
    return [np.where(rows, 0.0, x) for x in results]


def numbers(arrays: Sequence[Array]) -> bool:
    """Return whether no NaN is among some arrays."""
    return not any(isnan(squares(x) if x.flags.c_contiguous else x.min(initial=0.0)) for x in arrays)


def squares(x: Array) -> float:
    """Return the sum of the squares, the fastest sum there is: NaN or infinite if one of them is.

    In parts so short that BLAS starts no threads of its own.
    """
    if x.size <= ALONE:
        return float(np.vdot(x, x))
    flat = x.reshape(-1)
    parts = [flat[start : start + ALONE] for start in range(0, flat.size, ALONE)]
    return float(sum([np.vdot(part, part) for part in parts]))
