"""Where numbers are: in order, as they are, or counted in cells of their leading bits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.stats.grouped import Limbs

Array = NDArray[np.float64]
Index = NDArray[np.int64]

BITS = 15
"""A power of 2 has 2^15 cells: 3e-5 of their numbers wide, so that four digits of any quantile are right."""
ROOM = 1 << 24
"""Where so many cells, in powers of 2 that have numbers, do not suffice, cells are twice as wide."""
DIGITS = 52
POWERS = 1 << 12
"""Signs and exponents of doubles."""
MAGNITUDE = (1 << 63) - 1
INFINITE = 0x7FF << DIGITS


class Cells(NamedTuple):
    """Numbers in order, in cells that have some: what is in one is from `low` to `high`."""

    low: Array
    high: Array
    mass: Array
    """How many numbers, or the sum of their weights."""

    @property
    def middle(self) -> Array:
        """One number for all that are in a cell; themselves where they are all the same."""
        gap = np.subtract(self.high, self.low, out=np.zeros_like(self.low), where=self.low != self.high)
        return self.low + gap / 2


class Kept:
    """Different numbers, or pairs of a number and its weight, in order, with how often there are."""

    def __init__(self, weighted: bool) -> None:
        self._weighted = weighted
        self.values = np.zeros(0, np.complex128 if weighted else np.float64)
        """Complex: the weight is the imaginary part."""
        self._counts = np.zeros(0, np.int64)

    def add(self, x: Array, weight: Array | None, counts: Index | None) -> None:
        """Add numbers, each so often."""
        x = x + 0.0  # there is one zero
        if weight is not None:
            pairs = np.empty(len(x), np.complex128)
            pairs.real, pairs.imag = x, weight
        else:
            pairs = x
        if counts is None:
            values, often = np.unique(pairs, return_counts=True)
        else:  # those of another, which are different and in order
            values, often = pairs, counts
        if len(self.values):
            values, at = np.unique(np.concatenate([self.values, values]), return_inverse=True)
            both = np.zeros(len(values), np.int64)
            np.add.at(both, at, np.concatenate([self._counts, often]))
            often = both
        self.values, self._counts = values, often

    def all(self) -> tuple[Array, Array | None, Index]:
        """Return the numbers, their weights, and how often there are."""
        return self.values.real.copy(), self.values.imag.copy() if self._weighted else None, self._counts

    def cells(self) -> Cells:
        """Return each number as a cell of its own."""
        x, weight, counts = self.all()
        if weight is None:
            return Cells(x, x, counts.astype(np.float64))
        values, first = np.unique(x, return_index=True)
        masses = np.add.reduceat(weight * counts, first) if len(first) else np.zeros(0)
        return Cells(values, values, masses)


class Table:
    """Counts of the cells of doubles, of those powers of 2 that have any."""

    def __init__(self, weighted: bool) -> None:
        self._bits = BITS
        self._pages = np.full(POWERS, -1, np.int64)
        """Where in the table the cells of a sign and an exponent are; counted from both ends."""
        self._count = 0
        self._counts = np.zeros(0, np.int64)
        self._weights = Limbs() if weighted else None

    def add(self, x: Array, weight: Array | None, counts: Index | None) -> None:
        """Add numbers, each so often."""
        if not len(x):
            return
        keys = ordered(x + 0.0)  # there is one zero
        powers = keys >> DIGITS
        pages = self._pages.take(powers, mode="wrap")
        if pages.min() < 0:
            self._reach(np.unique(powers))
            pages = self._pages.take(powers, mode="wrap")
        at = keys >> (DIGITS - self._bits)
        at += (pages - powers) << self._bits
        if self._weights is None or weight is None:
            np.add.at(self._counts, at, 1 if counts is None else counts)
        elif counts is None:
            self._weights.add(at, weight)
        else:
            self._weights.add_products(at, weight, counts.astype(np.float64))

    def _reach(self, powers: Index) -> None:
        """Make room for the cells of these powers of 2, wider ones if there are too many."""
        new = powers[self._pages[powers] < 0]
        self._pages[new] = np.arange(self._count, self._count + len(new))
        self._count += len(new)
        while self._count << self._bits > ROOM:
            self._widen()
        if self._weights is None and self._count << self._bits > len(self._counts):
            counts = np.zeros(max(self._count << self._bits, len(self._counts) * 5 // 4), np.int64)
            counts[: len(self._counts)] = self._counts
            self._counts = counts

    def _widen(self) -> None:
        self._bits -= 1
        self._counts = self._counts.reshape(-1, 2).sum(axis=1)
        if self._weights is not None:
            self._weights = self._weights.gathered(np.arange(self._count << self._bits + 1) // 2)

    def merge(self, other: Table) -> None:
        """Add the cells of another table."""
        powers = other._powers()
        if not len(powers):
            return
        self._reach(powers)
        while self._bits < other._bits:
            other._widen()
        to = ((self._pages[powers] << self._bits)[:, None] + np.arange(1 << self._bits)).ravel()
        if self._weights is None or other._weights is None:
            self._counts[to] += other._counts[: len(to)]
        else:
            self._weights.merge(other._weights.gathered(to))

    def _powers(self) -> Index:
        """Return the sign and exponent of each page."""
        powers = np.empty(self._count, np.int64)
        used = np.flatnonzero(self._pages >= 0)
        powers[self._pages[used]] = np.where(used < POWERS // 2, used, used - POWERS)
        return powers

    def cells(self, least: float, greatest: float) -> Cells:
        """Return the cells that have numbers, of which the finite ones are from `least` to `greatest`."""
        powers = self._powers()
        mass = self._counts if self._weights is None else self._weights.floats(self._count << self._bits)
        filled = np.flatnonzero(mass)
        cell = (powers[filled >> self._bits] << self._bits) + (filled & ((1 << self._bits) - 1))
        mass = mass[filled].astype(np.float64)
        order = np.argsort(cell)
        cell, mass = cell[order], mass[order]
        wide = DIGITS - self._bits
        first, last = cell << wide, (cell << wide) + ((1 << wide) - 1)
        low, high = np.fmax(numbers(first), least), np.fmin(numbers(last), greatest)
        for at, own in ((last >= INFINITE, np.inf), (first < -INFINITE, -np.inf), (cell == 0, 0.0)):
            low[at] = high[at] = own
        return Cells(low, high, mass)


def ordered(x: Array) -> Index:
    """Return integers in the order of the doubles whose bits they are."""
    bits = x.view(np.int64)
    return bits if bits.min() >= 0 else bits ^ ((bits >> 63) & MAGNITUDE)


def numbers(keys: Index) -> Array:
    """Return the doubles of which `ordered` made these integers."""
    return (keys ^ ((keys >> 63) & MAGNITUDE)).view(np.float64)
