"""Wilcoxon's signed-rank test: by all signs there are, or by the normal distribution of many."""

from __future__ import annotations

from math import erfc, nan, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXACT = 50
"""Differences up to which all signs are counted, if no two are of the same size."""


def wilcoxon(x: Array) -> tuple[float, bool]:
    """Return the two-sided p of differences that are symmetric about 0, and whether it is exact; zeros are left out."""
    x = x[x != 0]
    n = len(x)
    if not n or np.isnan(x).any():
        return nan, False
    sizes, place, counts = np.unique(abs(x), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[place]
    plus = float(ranks[x > 0].sum())
    least = min(plus, n * (n + 1) / 2 - plus)
    if n <= EXACT and len(sizes) == n:
        ways = np.zeros(n * (n + 1) // 2 + 1)
        ways[0] = 1
        for rank in range(1, n + 1):  # of each sum, the ways to make it of the ranks so far
            ways[rank:] += ways[:-rank].copy()
        return min(1.0, 2 * float(ways[: int(least) + 1].sum()) / 2.0**n), True
    ties = float((counts.astype(np.float64) ** 3 - counts).sum())
    spread = sqrt(n * (n + 1) * (2 * n + 1) / 24 - ties / 48)
    return erfc(abs(plus - n * (n + 1) / 4) / spread / sqrt(2)), False
