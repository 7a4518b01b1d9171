"""Two models over the same rows: how their losses differ, how sure that is, and which rows decide it."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, inf, isfinite, nan, sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.stats.interval import Interval, Sample
from losscli.stats.pairs import Index, Pairs, Plan, as_pairs
from losscli.stats.resample import flipped
from losscli.stats.signedrank import wilcoxon

Array = NDArray[np.float64]
Kind = Literal["permutation", "bootstrap", "wilcoxon"]

KEPT = 1_000_000
"""Rows whose differences are kept; of more, the test is that of the normal distribution."""
DECISIVE = 10
"""So few rows at most are said to decide a difference,"""
SHARE = 0.05
"""and no larger share of all."""


class Test(NamedTuple):
    """What a test says."""

    p: float
    name: str
    """`permutation`, `bootstrap`, `wilcoxon` or `normal`; `none` if there is no telling."""
    exact: bool = False
    """Whether nothing was drawn: all that could be was counted."""


class Decisive(NamedTuple):
    """The fewest rows without which a difference has another sign, and the difference without them."""

    lines: Sequence[int]
    delta: float


class Paired:
    """The differences of two losses, row by row: candidate minus baseline."""

    def __init__(self, plan: Plan, *, total: bool = False) -> None:
        self.plan, self.total = plan, total
        self.pairs = Pairs(plan, total=total, differences=True)
        self.rows = 0
        self._wins = np.zeros((3, 1), np.int64)
        """How many rows the candidate has won and tied, and how many there are, of each group."""
        self._kept: list[tuple[Array, Array, Index, Index, Index]] = []

    def add(
        self,
        baseline: Array,
        candidate: Array,
        lines: Index,
        weight: Array | None = None,
        counts: Array | None = None,
        kept: NDArray[np.bool_] | None = None,
        groups: Array | None = None,
        clusters: Array | None = None,
    ) -> None:
        """Add the losses of some rows."""
        with np.errstate(invalid="ignore"):
            d, b, some = as_pairs(candidate - baseline, weight, counts, kept, total=self.total)
        one, other = (x.sum(axis=1) if x.ndim == 2 else x for x in (baseline, candidate))
        nothing = np.zeros(len(d), np.int64)
        group, cluster = (nothing if x is None else x.astype(np.int64) for x in (groups, clusters))
        if some is not None:
            d, b, one, other = (x[some] for x in (d, b, one, other))
            lines, group, cluster = (x[some] for x in (lines, group, cluster))
        self.pairs.update(d, b, None if groups is None else group, None if clusters is None else cluster)
        self.rows += len(d)
        more = int(group.max(initial=0)) + 1 - self._wins.shape[1]
        if more > 0:
            self._wins = np.concatenate([self._wins, np.zeros((3, more), np.int64)], axis=1)
        for counted, which in zip(self._wins, (other < one, other == one, None), strict=True):
            found = group if which is None else group[which]
            counted += np.bincount(found, minlength=len(counted))
        if self.rows <= KEPT:
            self._kept.append((d, b, lines, group, cluster))
        else:
            self._kept.clear()

    def wins(self, group: int | None = None) -> tuple[int, int, int]:
        """Return how many rows the candidate has won, how many are tied, and how many there are."""
        if group is not None and group >= self._wins.shape[1]:
            return 0, 0, 0
        found = self._wins.sum(axis=1) if group is None else self._wins[:, group]
        won, tied, rows = found.tolist()
        return won, tied, rows

    def of(self, group: int | None = None, names: Index | None = None) -> Differences | None:
        """Return the differences of all rows or of a group, if they are kept; of clusters, their sums, by `names`."""
        if not self._kept:
            return None
        self._kept = [tuple(np.concatenate(each) for each in zip(*self._kept, strict=True))]  # pyright: ignore[reportAttributeAccessIssue]
        d, b, lines, groups, clusters = self._kept[0]
        if group is not None:
            some = groups == group
            d, b, lines, clusters = d[some], b[some], lines[some], clusters[some]
        found = Differences(d, b, lines, d, b, self.total)
        if names is not None:
            place = np.unique(names[clusters], return_inverse=True)[1]
            sums = [np.bincount(place, x).astype(np.float64) for x in (d, b)]
            found = found._replace(d=sums[0], b=np.ones(len(sums[0])) if self.total else sums[1])
        return found


class Differences(NamedTuple):
    """The differences of some rows, or of clusters of them, each over its weight b."""

    d: Array
    b: Array
    lines: Index
    rows: Array
    """The differences of the rows themselves."""
    weights: Array
    total: bool

    def test(self, kind: Kind, plan: Plan, margin: float = 0.0) -> Test:
        """Return how likely so large a difference from `margin` is by chance, if there is none."""
        d = self.d - (margin / len(self.d) if self.total else margin * self.b)
        if len(d) < 2 or not np.isfinite(d).all():
            return Test(nan, "none")
        if kind == "wilcoxon":
            p, exact = wilcoxon(d)
            return Test(p, kind, exact) if p == p else Test(1.0, kind, True)
        if kind == "permutation":
            found = flipped(d[:, None], plan.resamples, plan.seed)[:, 0]
            # what is equal but for rounding is equal
            size = abs(float(d.sum())) - 1e-12 * float(abs(d).sum())
            reached = int((abs(found) >= size).sum())
            exact = len(d) < 40 and 1 << len(d) <= plan.resamples
            return Test(reached / len(found) if exact else (reached + 1) / (len(found) + 1), kind, exact)
        sample = Sample.of(d, None if self.total else self.b)
        if not sample.error:
            return Test(1.0 if sample.ratio == 0 else 0.0, kind)
        reached = int(
            (
                abs(sample.t(plan.resamples, plan.seed)) >= abs(sample.ratio) / (sample.error * sample.reach)
            ).sum()
        )
        return Test((reached + 1) / (plan.resamples + 1), kind)

    def decisive(self) -> Decisive | None:
        """Return the rows that decide the sign of the difference, if they are few."""
        whole = float(self.rows.sum())
        if not isfinite(whole) or not whole:
            return None
        sign = 1.0 if whole > 0 else -1.0
        most = min(DECISIVE, int(SHARE * len(self.rows)))
        pull = self.rows * sign
        first = np.argsort(-pull, kind="stable")[:most]
        rest = abs(whole) - np.cumsum(pull[first])
        if not (rest < 0).any():
            return None
        count = int(np.argmax(rest < 0)) + 1
        left = np.ones(len(pull), np.bool_)
        left[first[:count]] = False
        delta = float(self.rows[left].sum())
        return Decisive(
            self.lines[first[:count]].tolist(),
            delta if self.total else delta / float(self.weights[left].sum()),
        )


def normal_test(delta: float, interval: Interval, level: float, margin: float = 0.0) -> Test:
    """Return what the normal distribution says of a difference with this interval."""
    from statistics import NormalDist

    wide = (interval.high - interval.low) / 2 / NormalDist().inv_cdf((1 + level) / 2)
    if wide != wide or not wide:
        return Test(nan, "none")
    return Test(erfc(abs(delta - margin) / wide / sqrt(2)), "normal")


def holm(p: Sequence[float]) -> list[float]:
    """Return p values as they are after Holm's correction for as many tests."""
    order = sorted(range(len(p)), key=lambda at: inf if p[at] != p[at] else p[at])
    found, least = [nan] * len(p), 0.0
    known = sum(each == each for each in p)
    for rank, at in enumerate(order[:known]):
        least = max(least, min(1.0, (known - rank) * p[at]))
        found[at] = least
    return found
