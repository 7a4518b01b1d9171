"""The rows of a reading, put by until all are known, and given back with those of each list together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from typing import NamedTuple
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import LIST, Array, Batch
from losscli.data.held import Held

Index = NDArray[np.intp]
NUMBERS = 1 << 18
"""Numbers that are worked on at a time, unless a single list has more."""
OPEN = 64
"""Files that are written side by side."""


class Part(NamedTuple):
    """Whole lists, one after the other by where they first appear: their rows, in input order."""

    rows: Batch
    code: Index
    """The list of each row, counted from the first list of the part."""
    start: int
    """The number of that list, from 0."""
    places: Index
    """Where each row is in the input."""


class Growing:
    """Whole numbers that become more, without a copy of all each time."""

    def __init__(self) -> None:
        self._room = np.zeros(1024, np.int64)
        self._count = 0

    @property
    def array(self) -> NDArray[np.int64]:
        """Those there are."""
        return self._room[: self._count]

    def add(self, more: NDArray[np.int64]) -> None:
        """Add some."""
        count = self._count + len(more)
        if count > len(self._room):
            self._room = np.concatenate([self.array, np.zeros(2 * count - self._count, np.int64)])
        self._room[self._count : count] = more
        self._count = count


class Gathered:
    """The rows of lists, in a file without a name if they are many.

    Where the rows of each list come one after the other, as in a file sorted by list, they are given back as they
    came; else they are sorted first into files of their own, as many as needed to have whole lists in memory.
    """

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._held = Held[tuple[Batch, Index]]()
        finalize(self, self._held.close)
        self._known = np.full(1, -1, np.intp)  # of what the reading calls a list, or of none: its number
        self._width = 1
        self._last = 0
        self.rows = 0
        """How many rows there are."""
        self.count = 0
        """How many lists there are."""
        self.sorted = True
        """Whether no list goes on after another has begun."""
        sizes, lines, called = Growing(), Growing(), Growing()
        for batch in batches:
            self._add(batch, sizes, lines, called)
        self.sizes = sizes.array
        """How many rows each list has."""
        self.lines = lines.array
        """Where each list begins."""
        self.called = called.array
        """What the reading calls each list; -1 of those that have no name."""

    def parts(self) -> Iterator[Part]:
        """Yield all lists, some at a time."""
        room = max(NUMBERS // self._width, 1)
        ends = np.cumsum(self.sizes)
        starts = [0]
        while starts[-1] < self.count:
            before = ends[starts[-1] - 1] if starts[-1] else 0
            starts.append(max(starts[-1] + 1, int(np.searchsorted(ends, before + room, "right"))))
        if self.sorted:
            yield from self._cut(starts, ends)
        else:
            for at in range(0, len(starts) - 1, OPEN):
                yield from self._sorted(starts[at : at + OPEN + 1])

    def batches(self) -> Iterator[Batch]:
        """Yield all rows as they came."""
        return (batch for batch, _ in self._held)

    def in_order(
        self, found: Iterable[tuple[Index, Sequence[Array]]]
    ) -> Iterator[tuple[Batch, Sequence[Array]]]:
        """Yield all rows as they came with what was `found` of them in another order, and waits in files."""
        step = max(NUMBERS // self._width, -(-self.rows // OPEN), 1)
        with ExitStack() as stack:
            files = [Held[tuple[Index, Sequence[Array]]](NUMBERS) for _ in range(0, self.rows, step)]
            for file in files:
                stack.enter_context(file)
            for places, arrays in found:
                which = places // step
                for k in map(int, np.unique(which)):
                    mine = which == k
                    files[k].put((places[mine] - k * step, [x[mine] for x in arrays]))
            at, loaded = 0, -1
            whole: list[Array] = []
            for batch in self.batches():
                done = 0
                while done < len(batch.rows):
                    k, start = divmod(at, step)
                    if k != loaded:
                        whole, loaded = scattered(files[k], min(step, self.rows - k * step)), k
                    count = min(len(batch.rows) - done, step - start)
                    yield taken(batch, slice(done, done + count)), [x[start : start + count] for x in whole]
                    done, at = done + count, at + count

    def _add(self, batch: Batch, sizes: Growing, lines: Growing, called: Growing) -> None:
        if not len(batch.rows):
            return
        before = self.count
        code = self._code(batch, called)
        rising = np.maximum.accumulate(np.concatenate([[before - 1], code]))
        lines.add(batch.lines[np.flatnonzero(np.diff(rising))])
        sizes.add(np.zeros(self.count - before, np.int64))
        low = int(code.min())
        sizes.array[low:] += np.bincount(code - low, minlength=self.count - low)
        self.sorted = self.sorted and code[0] >= self._last and bool((code[1:] >= code[:-1]).all())
        self._last = int(code[-1])
        self._width = sum(x[0].size for x in batch.columns.values())
        self.rows += len(code)
        self._held.put((batch, code))

    def _code(self, batch: Batch, called: Growing) -> Index:
        """Return the number of the list of each row, by the order in which lists appear."""
        if LIST not in batch.columns:
            called.add(np.full(1 - self.count, -1))
            self.count = 1
            return np.zeros(len(batch.rows), np.intp)
        names = batch.columns[LIST]
        places = np.where(np.isnan(names), -1, names).astype(np.intp)  # rows of no known list are one
        most = int(places.max()) + 2
        if most > len(self._known):
            more = np.full(max(most, 2 * len(self._known)) - len(self._known), -1, np.intp)
            self._known = np.concatenate([self._known, more])
        fresh = places[self._known[places + 1] < 0]
        if len(fresh):
            fresh, first = np.unique(fresh, return_index=True)
            fresh = fresh[np.argsort(first)]
            self._known[fresh + 1] = np.arange(self.count, self.count + len(fresh))
            self.count += len(fresh)
            called.add(fresh)
        return self._known[places + 1]

    def _cut(self, starts: Sequence[int], ends: NDArray[np.int64]) -> Iterator[Part]:
        """Yield the parts of rows that come list by list."""
        batches = iter(self._held)
        waiting: list[tuple[Batch, Index]] = []
        have = done = 0
        for start, stop in pairwise(starts):
            wanted = int(ends[stop - 1]) - done
            while have < wanted:
                waiting.append(next(batches))
                have += len(waiting[-1][1])
            batch, code = waiting.pop()
            left = have - wanted
            at = len(code) - left
            mine = [*waiting, (taken(batch, slice(at)), code[:at])]
            waiting, have = ([(taken(batch, slice(at, None)), code[at:])] if left else []), left
            places = np.arange(done, done + wanted)
            yield Part(
                joined([b for b, _ in mine]), np.concatenate([c for _, c in mine]) - start, start, places
            )
            done += wanted

    def _sorted(self, starts: Sequence[int]) -> Iterator[Part]:
        """Yield the parts between these lists, after their rows have been found among all."""
        with ExitStack() as stack:
            files = [Held[tuple[Batch, Index, Index]](NUMBERS) for _ in starts[1:]]
            for file in files:
                stack.enter_context(file)
            at = 0
            for batch, code in self._held:
                which = np.searchsorted(starts, code, "right") - 1
                for k in map(int, np.unique(which)):
                    if 0 <= k < len(files):
                        rows = np.flatnonzero(which == k)
                        files[k].put((taken(batch, rows), code[rows], rows + at))
                at += len(code)
            for start, file in zip(starts, files, strict=False):
                batches, codes, places = zip(*file, strict=True)
                yield Part(joined(batches), np.concatenate(codes) - start, start, np.concatenate(places))


def scattered(parts: Iterable[tuple[Index, Sequence[Array]]], count: int) -> list[Array]:
    """Return arrays of so many rows whose parts are at places of their own."""
    whole: list[Array] = []
    for places, arrays in parts:
        whole = whole or [np.empty((count, *x.shape[1:]), x.dtype) for x in arrays]
        for x, part in zip(whole, arrays, strict=True):
            x[places] = part
    return whole


def taken(batch: Batch, rows: slice | Index) -> Batch:
    """Return some rows of a batch."""
    places = range(len(batch.rows))[rows] if isinstance(rows, slice) else rows.tolist()
    ids = [batch.ids[k] for k in places] if batch.ids else []
    columns = {role: x[rows] for role, x in batch.columns.items()}
    return Batch(columns, batch.rows[rows], batch.lines[rows], ids)


def joined(batches: Sequence[Batch]) -> Batch:
    """Return several batches as one."""
    if len(batches) == 1:
        return batches[0]
    return Batch(
        {role: np.concatenate([each.columns[role] for each in batches]) for role in batches[0].columns},
        np.concatenate([each.rows for each in batches]),
        np.concatenate([each.lines for each in batches]),
        [name for each in batches for name in each.ids],
    )
