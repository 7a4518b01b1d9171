"""The rows that cost most: a few of any number of them."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.stats.exact import ExactSum

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class Costly(NamedTuple):
    """One row: what it adds to the sum, its number, and where it stands."""

    loss: float
    row: int
    line: int


class Top:
    """The `most` rows with the largest losses; of equal ones, those that come first. Parts merge in any order."""

    def __init__(self, most: int = 10) -> None:
        self.most = most
        self._losses: Array = np.empty(0)
        self._rows: Index = np.empty(0, np.int64)
        self._lines: Index = np.empty(0, np.int64)
        self._least = -np.inf
        """What a row has to cost, once there are enough."""

    def update(self, losses: Array, rows: Index, lines: Index) -> None:
        """Look at the losses of some rows, one each, in their order. NaN is no loss."""
        above = np.flatnonzero(losses > self._least)
        level = np.flatnonzero(losses == self._least)[: self.most]
        if len(above) > 4 * self.most:  # not all of a batch need be sorted
            bound = np.partition(losses[above], len(above) - self.most)[len(above) - self.most]
            level = above[losses[above] == bound][: self.most]
            above = above[losses[above] > bound]
        some = np.concatenate([above, level])
        if len(some):
            self._keep(losses[some], rows[some], lines[some])

    def merge(self, other: Top) -> None:
        """Add what another has seen."""
        self._keep(other._losses, other._rows, other._lines)

    def _keep(self, losses: Array, rows: Index, lines: Index) -> None:
        losses = np.concatenate([self._losses, losses])
        rows, lines = np.concatenate([self._rows, rows]), np.concatenate([self._lines, lines])
        first = np.lexsort((rows, -losses))[: self.most]
        self._losses, self._rows, self._lines = losses[first], rows[first], lines[first]
        if len(first) == self.most:
            self._least = self._losses[-1]

    def result(self) -> list[Costly]:
        """Return the rows, the costliest first."""
        each = zip(self._losses.tolist(), self._rows.tolist(), self._lines.tolist(), strict=True)
        return [Costly(*one) for one in each]

    def share(self, total: ExactSum, count: int) -> float:
        """Return how much of a sum over all rows the first `count` of these are; NaN if there is no such share."""
        whole = total.sum
        if not (isfinite(whole) and whole > 0):
            return np.nan
        some = ExactSum()
        some.update(self._losses[:count])
        return some.sum / whole
