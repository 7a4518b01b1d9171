"""Mean, spread and skewness of pairs of numbers whose sums make a ratio: merged as rows go by, never rounded away."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ROWS = 1 << 13
"""Rows that are added at a time, however they come: sums do not depend on how rows were split."""
POWERS = [(p, q) for degree in (1, 2, 3) for p in range(degree, -1, -1) for q in [degree - p]]
"""What is summed: uᵖ bᵠ."""


class Moments:
    """Of each group: Σ a / Σ b, and sums of powers of b and of u = a − (Σ a / Σ b) b, by which it would change.

    A row's a is its loss times its weight, and b its weight. Sums are about the ratio so far, so that they keep their
    digits; when it moves by δ, u becomes u − δ b, and all sums follow.
    """

    def __init__(self) -> None:
        self.count = np.zeros(0, np.int64)
        self.ratio = np.zeros(0)
        self._sums = np.zeros((len(POWERS), 0))
        self._waiting: list[tuple[Array, Array, Index]] = []
        self._held = 0

    def update(self, a: Array, b: Array, groups: Index | None = None) -> None:
        """Add rows, each to its group; to group 0 if there are none."""
        groups = np.zeros(len(a), np.int64) if groups is None else groups
        while len(a):
            room = ROWS - self._held
            self._waiting.append((a[:room], b[:room], groups[:room]))
            self._held += len(a[:room])
            a, b, groups = a[room:], b[room:], groups[room:]
            if self._held == ROWS:
                self._flush()

    def merge(self, other: Moments) -> None:
        """Add what others have seen of the same groups."""
        self._flush()
        other._flush()
        self._add(np.arange(len(other.count)), other.count, other.ratio, other._sums)

    def _flush(self) -> None:
        if not self._held:
            return
        a, b, groups = (np.concatenate(each) for each in zip(*self._waiting, strict=True))
        self._waiting, self._held = [], 0
        which, place, count = np.unique(groups, return_inverse=True, return_counts=True)
        many = len(which)
        with np.errstate(all="ignore"):
            ratio = np.bincount(place, a, many) / np.bincount(place, b, many)
            u = a - ratio[place] * b
            sums = np.stack([np.bincount(place, u**p * b**q, many).astype(np.float64) for p, q in POWERS])
        self._add(which, count, ratio, sums)

    def _add(self, which: Index, count: Index, ratio: Array, sums: Array) -> None:
        """Add the sums of some groups."""
        if not len(which):
            return
        room = max(len(self.count), int(which.max()) + 1)
        if room > len(self.count):
            more = max(room, 2 * len(self.count)) - len(self.count)
            self.count = np.append(self.count, np.zeros(more, np.int64))
            self.ratio = np.append(self.ratio, np.zeros(more))
            self._sums = np.concatenate([self._sums, np.zeros((len(POWERS), more))], axis=1)
        weight = POWERS.index((0, 1))
        known, new = self._sums[weight, which], sums[weight]
        with np.errstate(all="ignore"):
            share = np.where(known == 0, 1.0, new / (known + new))
            middle = self.ratio[which] + (ratio - self.ratio[which]) * share
            self._sums[:, which] = _about(self._sums[:, which], middle - self.ratio[which]) + _about(
                sums, middle - ratio
            )
        self.ratio[which] = middle
        self.count[which] += count

    def rows(self, group: int = 0) -> int:
        """Return how many rows a group has."""
        self._flush()
        return int(self.count[group]) if group < len(self.count) else 0

    def error(self, group: int = 0) -> float:
        """Return the standard error of the ratio; NaN of fewer than two rows."""
        self._flush()
        n = int(self.count[group])
        spread, weight = (self._sums[POWERS.index(each), group] for each in ((2, 0), (0, 1)))
        return float(np.sqrt(spread * n / (n - 1)) / weight) if n > 1 else float("nan")

    def skewness(self, group: int = 0) -> float:
        """Return the skewness of u; 0 if all are the same."""
        self._flush()
        cubes, squares = (self._sums[POWERS.index(each), group] for each in ((3, 0), (2, 0)))
        n = int(self.count[group])
        return float(cubes / n / (squares / n) ** 1.5) if squares else 0.0


def _about(sums: Array, shift: Array) -> Array:
    """Return the sums of powers of u − δ b and b, given those of u and b."""
    found = np.zeros_like(sums)
    for at, (p, q) in enumerate(POWERS):
        for k in range(p + 1):  # (u − δb)ᵖ has the terms uᵏ (−δb)ᵖ⁻ᵏ
            found[at] += comb(p, k) * (-shift) ** (p - k) * sums[POWERS.index((k, p - k + q))]
    return found
