"""Exact sums of groups: a bounded cost per row, however many groups there are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import two_product
from losscli.stats.exact import PIECE, POINT, quotient, tame, units

Array = NDArray[np.float64]
Index = NDArray[np.int64]

BASE = 1074
"""Limbs count units of 2^-1074, the smallest double."""
BITS = 32
MASK = (1 << BITS) - 1
ROOM = 1 << 29
"""So many numbers may be added to a limb before what is beyond its 32 bits is carried to the next one."""


class Limbs:
    """One integer for each group, in limbs of 32 bits of which only those in use are there."""

    def __init__(self) -> None:
        self._low: int = 0
        self._high: int = 0
        """The limbs that there are."""
        self._limbs = np.zeros((0, 0), np.int64)
        self._added = 0
        self._far: dict[int, int] = {}
        """What is no sum of doubles, in units of 2^-2148."""

    def add(self, groups: Index, x: Array) -> None:
        """Add finite numbers, each to its group."""
        if not x.all():
            groups, x = groups[x != 0], x[x != 0]
        if not len(x):
            return
        bits = x.view(np.int64)
        exponent = bits >> 52 & 0x7FF
        digits = bits & ((1 << 52) - 1) | (exponent != 0).astype(np.int64) << 52
        np.negative(digits, out=digits, where=bits < 0)
        exponent -= exponent != 0
        limb, shift = exponent >> 5, exponent & (BITS - 1)
        self._reach(int(groups.max()) + 1, int(limb.min()), int(limb.max()) + 4)
        if self._added + len(x) > ROOM:
            self._carry()
        self._added += len(x)
        low, high = (digits & MASK) << shift, (digits >> BITS) << shift
        width = self._limbs.shape[1]
        flat, at = self._limbs.reshape(-1), groups * width + (limb - self._low)
        np.add.at(flat, at, low & MASK)
        np.add.at(flat, at + 1, (low >> BITS) + (high & MASK))
        np.add.at(flat, at + 2, high >> BITS)

    def add_products(self, groups: Index, x: Array, weight: Array) -> None:
        """Add the products of finite numbers, each to its group."""
        near = tame(x) & tame(weight)
        if not near.all():  # their rounding cannot be caught
            far = ~near
            each = zip(groups[far].tolist(), x[far].tolist(), weight[far].tolist(), strict=True)
            for group, a, b in each:
                self._far[group] = self._far.get(group, 0) + units(a) * units(b)
            groups, x, weight = groups[near], x[near], weight[near]
        high, low = two_product(x, weight)
        self.add(groups, high)
        self.add(groups, low)

    def merge(self, other: Limbs) -> None:
        """Add what others have added, of the same groups."""
        count, width = other._limbs.shape
        if width:
            self._carry()
            other._carry()
            self._reach(count, other._low, other._high)
            start = other._low - self._low
            self._limbs[:count, start : start + width] += other._limbs
        for group, far in other._far.items():
            self._far[group] = self._far.get(group, 0) + far

    def integers(self, count: int) -> tuple[list[int], int]:
        """Return the sums of so many groups as integers, and how many of their units are 1 as a power of 2."""
        totals: list[int] = []
        for limbs in self._limbs[:count].tolist():
            total = 0
            for limb in reversed(limbs):
                total = (total << BITS) + limb
            totals.append(total)
        totals += [0] * (count - len(totals))
        point = BASE - BITS * self._low
        if self._far:
            totals = [total << (POINT - point) for total in totals]
            point = POINT
            for group, far in self._far.items():
                totals[group] += far
        return totals, point

    def floats(self, count: int) -> Array:
        """Return the sums of so many groups as doubles, a few ulp from right."""
        if self._far:
            totals, point = self.integers(count)
            return np.array([quotient(total, 0, 1, point) for total in totals])
        self._carry()
        found = np.zeros(count)
        for at in reversed(range(self._limbs.shape[1])):
            limbs = self._limbs[:count, at].astype(np.float64)
            found[: len(limbs)] += np.ldexp(limbs, BITS * (self._low + at) - BASE)
        return found

    def gathered(self, to: Index) -> Limbs:
        """Return the sums of other groups, of which each is that of the ones that go `to` it."""
        self._carry()
        found = Limbs()
        found._low, found._high = self._low, self._high
        found._limbs = np.zeros((int(to.max()) + 1, self._limbs.shape[1]), np.int64)
        np.add.at(found._limbs, to[: len(self._limbs)], self._limbs[: len(to)])
        for group, far in self._far.items():
            found._far[int(to[group])] = found._far.get(int(to[group]), 0) + far
        return found

    def _reach(self, count: int, low: int, high: int) -> None:
        """Make room for so many groups, and for these limbs."""
        rows, width = self._limbs.shape
        if not width:
            self._low, self._high = low, high
        if count <= rows and width and self._low <= low and high <= self._high:
            return
        low, high = min(low, self._low), max(high, self._high)
        limbs = np.zeros((rows if count <= rows else max(count, 2 * rows), high - low), np.int64)
        start = self._low - low
        limbs[:rows, start : start + width] = self._limbs
        self._limbs, self._low, self._high = limbs, low, high

    def _carry(self) -> None:
        """Leave 32 bits in each limb but the last, which has the sign."""
        limbs = self._limbs
        for at in range(limbs.shape[1] - 1):
            limbs[:, at + 1] += limbs[:, at] >> BITS
            limbs[:, at] &= MASK
        self._added = 0


class GroupSums:
    """Σ w x and Σ w of each group, as `ExactSum` has them of all rows. Groups are numbered from 0."""

    def __init__(self) -> None:
        self._total, self._weight = Limbs(), Limbs()
        self._counts = np.zeros(0, np.int64)
        self._odd = np.zeros((0, 3), np.int64)
        """How many numbers were +inf, -inf and NaN."""
        self._weighted = False

    def update(
        self,
        groups: Index,
        x: Array,
        weight: Array | None = None,
        counts: Array | None = None,
        kept: NDArray[np.bool_] | None = None,
    ) -> None:
        """Add the numbers `x`, each times its weight, to their groups; a row of weight 0 does not count.

        With `counts`, which are of `x` already, means are over Σ w c. Of the rows only those `kept` are seen.
        """
        if kept is not None:
            weight, counts = (each if each is None else each[kept] for each in (weight, counts))
            groups, x = groups[kept], x[kept]
        if x.ndim == 2:
            groups = np.repeat(groups, x.shape[1])
        x, weight = x.ravel(), None if weight is None else weight.ravel()
        for start in range(0, len(x), PIECE):
            part = slice(start, start + PIECE)
            each = [None if some is None else some[part] for some in (weight, counts)]
            self._add(groups[part], x[part], *each)

    def _add(self, groups: Index, x: Array, weight: Array | None, shares: Array | None) -> None:
        if not len(groups):
            return
        self._counts = wide(self._counts, int(groups.max()) + 1)
        np.add.at(self._counts, groups, 1)
        if weight is not None:
            self._weighted = True
            if not weight.all():
                counts = weight != 0
                groups, x, weight = groups[counts], x[counts], weight[counts]
                shares = None if shares is None else shares[counts]
            if shares is None:
                self._weight.add(groups, weight)
            else:
                self._weight.add_products(groups, shares, weight)
        elif shares is not None:
            self._weighted = True
            self._weight.add(groups, shares)
        finite = np.isfinite(x)
        if not finite.all():
            odd, values = groups[~finite], x[~finite]
            self._odd = wide(self._odd, len(self._counts))
            kind = np.where(np.isnan(values), 2, np.where(values > 0, 0, 1))
            np.add.at(self._odd, (odd, kind), 1)
            groups, x = groups[finite], x[finite]
            weight = None if weight is None else weight[finite]
        if weight is None:
            self._total.add(groups, x)
        else:
            self._total.add_products(groups, x, weight)

    def merge(self, other: GroupSums) -> None:
        """Add what another has seen of the same groups."""
        self._counts = wide(self._counts, len(other._counts))
        self._counts[: len(other._counts)] += other._counts
        self._odd = wide(self._odd, len(other._odd))
        self._odd[: len(other._odd)] += other._odd
        self._weighted |= other._weighted
        self._total.merge(other._total)
        self._weight.merge(other._weight)

    def counts(self, count: int) -> list[int]:
        """Return how many numbers each of so many groups has."""
        return wide(self._counts, count)[:count].tolist()

    def sums(self, count: int) -> list[float]:
        """Return Σ w x of each of so many groups, rounded once."""
        totals, point = self._total.integers(count)
        return self._answers([quotient(total, 0, 1, point) for total in totals])

    def means(self, count: int) -> list[float]:
        """Return Σ w x / Σ w of each of so many groups, rounded once; NaN where there is no weight."""
        totals, point = self._total.integers(count)
        weights, grain = self._weight.integers(count) if self._weighted else (self.counts(count), 0)
        return self._answers(
            [quotient(total, grain, weight, point) for total, weight in zip(totals, weights, strict=True)]
        )

    def _answers(self, finite: list[float]) -> list[float]:
        """Return the answers, of which some are not finite."""
        for group in np.flatnonzero(self._odd.any(axis=1)).tolist():
            up, down, undefined = self._odd[group].tolist()
            lost = undefined or (up and down) or finite[group] != finite[group]
            finite[group] = float("nan" if lost else "inf" if up else "-inf")
        return finite


def wide(array: Index, rows: int) -> Index:
    """Return an array with so many rows at least, new ones being 0."""
    if rows <= len(array):
        return array
    found = np.zeros((max(rows, 2 * len(array)), *array.shape[1:]), np.int64)
    found[: len(array)] = array
    return found
