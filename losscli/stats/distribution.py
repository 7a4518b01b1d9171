"""How numbers are distributed: quantiles and histograms of any number of them, in bounded memory."""

from __future__ import annotations

from math import ceil, inf, nan

import numpy as np
from numpy.typing import NDArray

from losscli.stats.cells import Cells, Kept, Table
from losscli.stats.exact import PIECE

Array = NDArray[np.float64]
Index = NDArray[np.int64]

EXACT = 10_000
"""So many different numbers, with their weights, are kept as they are; more are counted in cells."""


class Distribution:
    """How many numbers, or how much weight, is where. Nothing depends on their order or on how they were split.

    Up to 10,000 different numbers are kept, and all is exact. Beyond, each is counted in the cell of its leading
    bits; zeros, with what is below 7e-313, and infinities have their own.
    """

    def __init__(self, *, weighted: bool = False) -> None:
        self.n = 0
        """How many numbers count, NaN among them."""
        self.undefined = 0
        """How many are NaN."""
        self.least, self.greatest = inf, -inf
        """Of the finite ones."""
        self._weighted = weighted
        self._kept: Kept | None = Kept(weighted)
        self._cells = Table(weighted)

    def update(self, x: Array, weight: Array | None = None) -> None:
        """Add numbers, each with its weight if they have any; one of weight 0 does not count."""
        x = x.ravel()
        weight = None if weight is None else weight.ravel()
        for start in range(0, len(x), PIECE):
            part = slice(start, start + PIECE)
            self._update(x[part], None if weight is None else weight[part])

    def _update(self, x: Array, weight: Array | None) -> None:
        if self._weighted:
            weight = np.ones_like(x) if weight is None else weight
            if not weight.all():
                x, weight = x[weight != 0], weight[weight != 0]
        self.n += len(x)
        with np.errstate(over="ignore", invalid="ignore"):
            finite = bool(np.isfinite(x.sum()))  # cheap; a sum that overflows is looked at again, in vain
        if not finite and (lost := np.isnan(x)).any():
            self.undefined += int(lost.sum())
            x, weight = x[~lost], None if weight is None else weight[~lost]
        if len(x):
            self._add(x, weight, None, finite=finite)

    def _add(self, x: Array, weight: Array | None, counts: Index | None, *, finite: bool = False) -> None:
        """Add numbers that are not NaN, each so often."""
        inside = x if finite else x[np.isfinite(x)]
        self.least = min(self.least, float(inside.min(initial=inf)))
        self.greatest = max(self.greatest, float(inside.max(initial=-inf)))
        if self._kept is not None:
            self._kept.add(x, weight, counts)
            if len(self._kept.values) <= EXACT:
                return
            (x, weight, counts), self._kept = self._kept.all(), None
        self._cells.add(x, weight, counts)

    def merge(self, other: Distribution) -> None:
        """Add what another has seen."""
        self.n += other.n
        self.undefined += other.undefined
        if other._kept is not None:
            self._add(*other._kept.all())
            return
        if self._kept is not None:
            mine, self._kept = self._kept, None
            self._add(*mine.all())
        self.least, self.greatest = min(self.least, other.least), max(self.greatest, other.greatest)
        self._cells.merge(other._cells)

    def cells(self) -> Cells:
        """Return where the numbers are, infinities first and last; NaN is left out."""
        return self._kept.cells() if self._kept is not None else self._cells.cells(self.least, self.greatest)

    @property
    def median(self) -> float:
        """The middle number, or the mean of the two middle ones; NaN if any is NaN, or there are none."""
        return self.quantiles([0.5])[0]

    def quantiles(self, levels: list[float]) -> list[float]:
        """Return quantiles: a number that is not exceeded by so large a part, the mean of two if exactly by it."""
        cells = self.cells()
        if self.undefined or not len(cells.mass):
            return [nan] * len(levels)
        below = np.cumsum(cells.mass)
        whole = float(below[-1])
        return [self._at(cells, below, min(level * whole, whole)) for level in levels]

    def _at(self, cells: Cells, below: Array, goal: float) -> float:
        """Return the number below which `goal` of the mass is."""
        whole = float(below[-1])
        if self._weighted:
            first = int(np.searchsorted(below, goal))
            then = first + 1 if 0 < goal < whole and below[first] == goal else first
            return _mean(float(cells.middle[first]), float(cells.middle[then]))
        low = max(1, ceil(goal))
        high = low + 1 if 0 < goal < whole and low == goal else low
        return _mean(_ranked(cells, below, low), _ranked(cells, below, high))

    def histogram(self, edges: Array) -> Array:
        """Return how many numbers, or how much weight, each bin has: its lower edge is in it, the last both.

        What crosses an edge within one cell is on the side of the cell's middle.
        """
        cells = self.cells()
        middle, mass = cells.middle, cells.mass
        inside = (edges[0] <= middle) & (middle <= edges[-1])
        bins = np.minimum(np.searchsorted(edges, middle[inside], side="right") - 1, len(edges) - 2)
        return np.bincount(bins, mass[inside], len(edges) - 1).astype(np.float64)


def _ranked(cells: Cells, below: Array, rank: int) -> float:
    """Return a number by its rank, from 1; those of one cell are taken to be evenly in it."""
    at = int(np.searchsorted(below, rank))
    low, high, mass = float(cells.low[at]), float(cells.high[at]), float(cells.mass[at])
    return low if low == high else low + (high - low) * (rank - 0.5 - float(below[at]) + mass) / mass


def _mean(a: float, b: float) -> float:
    if a == b:
        return a
    whole = a + b
    return whole / 2 if abs(whole) != inf or inf in (-a, b) else a / 2 + b / 2
