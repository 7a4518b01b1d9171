"""What intervals of means are made from, of any number of rows: all pairs while they are few, and moments of all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.stats.interval import BOOTSTRAP, Interval, exact, normal, studentized
from losscli.stats.moments import Moments

Array = NDArray[np.float64]
Index = NDArray[np.int64]

KEPT = 200_000
"""Rows in groups that are kept, in all: beyond, the interval of each group is a normal one."""


class Plan(NamedTuple):
    """How intervals are made."""

    level: float = 0.95
    resamples: int = 10_000
    seed: int = 0


class Pairs:
    """The losses of rows as pairs a and b, whose sums make the mean Σ a / Σ b; a sum, as n times the mean of a.

    Of losses that are 0 or 1 and nothing else, some of each or `known` to be such, they are exact intervals of shares;
    unless they are differences, which may be -1 as well.
    """

    def __init__(
        self, plan: Plan, *, total: bool = False, known: bool = False, differences: bool = False
    ) -> None:
        self.plan, self.total = plan, total
        self._shares, self._zeros, self._ones = not differences, known, known
        """Whether all are 0 or 1, and which of them there are."""
        self._all, self._groups = Moments(), Moments()
        self._kept: list[tuple[Array, Array, Index]] = []
        self._rows = 0
        self._grouped = False
        self._clusters = np.zeros((3, 0))
        """Σ a, Σ b and the rows of each cluster."""

    def add(
        self,
        values: Array,
        weight: Array | None,
        counts: Array | None,
        kept: NDArray[np.bool_] | None,
        groups: Array | None,
        clusters: Array | None,
    ) -> None:
        """Add rows, of which each has one value or several, a weight, and a count by which means divide."""
        a, b, some = as_pairs(values, weight, counts, kept, total=self.total)
        if some is not None:
            a, b = a[some], b[some]
            groups, clusters = (None if x is None else x[some] for x in (groups, clusters))
        self.update(a, b, *(None if x is None else x.astype(np.int64) for x in (groups, clusters)))

    def update(self, a: Array, b: Array, groups: Index | None = None, clusters: Index | None = None) -> None:
        """Add rows: each to its group, if they are in groups; or to its cluster, of which each is in one group."""
        if self.total:
            b = np.ones(len(a))
        if clusters is not None:
            self._gather(a, b, clusters)
            return
        self._grouped |= groups is not None
        if self._shares and len(a):
            ones = a == 1
            self._shares = bool(((ones | (a == 0)) & (b == 1)).all())
            self._zeros |= not ones.all()
            self._ones |= bool(ones.any())
        self._all.update(a, b)
        if groups is not None:
            self._groups.update(a, b, groups)
        self._rows += len(a)
        if self._rows <= (KEPT if self._grouped else BOOTSTRAP):
            self._kept.append((a, b, np.zeros(len(a), np.int64) if groups is None else groups))
        else:
            self._kept.clear()

    def _gather(self, a: Array, b: Array, clusters: Index) -> None:
        """Add rows to their clusters."""
        count = int(clusters.max(initial=-1)) + 1
        if count > self._clusters.shape[1]:
            more = max(count, 2 * self._clusters.shape[1]) - self._clusters.shape[1]
            self._clusters = np.concatenate([self._clusters, np.zeros((3, more))], axis=1)
        for sums, each in zip(self._clusters, (a, b, np.ones(len(a))), strict=True):
            np.add.at(sums, clusters, each)  # one after the other: however rows are split, the same bits

    def interval(self, mean: float, group: int | None = None) -> Interval:
        """Return the interval of the mean, or of the sum, of all rows or of one group."""
        if self._rows and len(self._kept) > 1:
            a, b, groups = (np.concatenate(each) for each in zip(*self._kept, strict=True))
            self._kept = [(a, b, groups)]
        moments, at = (self._all, 0) if group is None else (self._groups, group)
        rows = moments.rows(at)
        if rows and self._shares and self._zeros and self._ones:
            found = exact(round(mean if self.total else mean * rows), rows, self.plan.level)
            return found.times(rows) if self.total else found
        if self._kept and rows <= BOOTSTRAP:
            a, b, groups = self._kept[0]
            if group is not None:
                a, b = a[groups == group], b[groups == group]
            return self._of_rows(a, b, mean)
        found = normal(
            mean / rows if self.total else mean,
            moments.error(at),
            rows,
            moments.skewness(at),
            self.plan.level,
        )
        return found.times(rows) if self.total else found

    def over_clusters(self, mean: float, which: Index, names: Index) -> Interval:
        """Return the interval of the mean of those clusters that are `which`; of equal `names`, they are one."""
        a, b, counts = self._clusters
        which = which[which < len(a)]
        some = which[counts[which] > 0]
        place = np.unique(names[some], return_inverse=True)[1]
        a, b = (np.bincount(place, each[some]).astype(np.float64) for each in (a, b))
        if self.total:
            b = np.ones(len(a))
        if len(a) <= BOOTSTRAP:
            return self._of_rows(a, b, mean)
        moments = Moments()
        moments.update(a, b)
        rows = len(a)
        found = normal(
            mean / rows if self.total else mean, moments.error(), rows, moments.skewness(), self.plan.level
        )
        return found.times(rows) if self.total else found

    def _of_rows(self, a: Array, b: Array, mean: float) -> Interval:
        level, resamples, seed = self.plan
        rows = max(1, len(a))
        found = studentized(a, b, level, resamples, seed, mean / rows if self.total else mean)
        return found.times(rows) if self.total else found


def as_pairs(
    values: Array,
    weight: Array | None,
    counts: Array | None,
    kept: NDArray[np.bool_] | None,
    *,
    total: bool,
) -> tuple[Array, Array, NDArray[np.bool_] | None]:
    """Return rows as pairs a and b, and which of them count, if not all; of a total, b is 1."""
    width = values.shape[1] if values.ndim == 2 else 1
    b = np.full(len(values), float(width)) if counts is None else counts
    a = values.sum(axis=1) if values.ndim == 2 else values
    if weight is not None:
        with np.errstate(all="ignore"):
            a, b = a * weight, b * weight
    some = np.ones(len(a), np.bool_) if kept is None else kept
    if not total:
        some = some & (b != 0)
    else:
        a, b = a if weight is None else np.where(weight == 0, 0.0, a), np.ones(len(a))
    return a, b, None if some.all() else some
