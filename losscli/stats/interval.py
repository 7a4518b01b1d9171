"""Where a mean may lie: intervals from rows, and from moments of rows."""

from __future__ import annotations

from math import fsum, lgamma, log, log1p, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.stats.resample import resampled

Array = NDArray[np.float64]

BOOTSTRAP = 10_000
"""Rows up to which intervals come from resamples; beyond, the normal distribution says the same."""
FEW = 30
"""Rows below which no interval is worth much."""
DOUBT = 0.65
"""The tails of rows plus the skewness of their mean, that of rows over √n, from which on an interval is doubtful."""
PLAIN, HEAVY = 0.12, 0.27
"""Tails as a normal distribution has them, and tails from which on ends are moved out all the way."""
UNSEEN = 0.5
"""Tails of rows that are not kept: their interval is a normal one, which minds a skewness of the mean of 0.15."""
OUT = 1.5
"""By how much the ends are then moved out, over √n: what a sample has not yet seen of its tails."""


class Interval(NamedTuple):
    """An interval, and what it was made from."""

    low: float
    high: float
    method: str
    """`studentized`, `normal`, `exact` of what is 0 or 1, or `none` if there is no telling."""
    rows: int
    """How many rows there were, or clusters of them."""
    skewness: float = 0.0
    tails: float = UNSEEN
    """The L-kurtosis of the rows, if they were kept."""

    def times(self, count: int) -> Interval:
        """Return the interval of so many times the mean."""
        return self._replace(low=self.low * count, high=self.high * count)

    @property
    def few(self) -> bool:
        """Whether there are too few rows."""
        return self.rows < FEW and self.method != "exact"

    @property
    def doubtful(self) -> bool:
        """Whether a tail makes it doubtful that the interval covers as often as it says."""
        return self.method != "exact" and self.tails + abs(self.skewness) / sqrt(self.rows) > DOUBT


def normal(mean: float, error: float, rows: int, skewness: float, level: float) -> Interval:
    """Return the interval of a mean that is normal with this standard error."""
    from statistics import NormalDist

    if error != error or mean != mean:
        return Interval(nan, nan, "none", rows)
    wide = NormalDist().inv_cdf((1 + level) / 2) * error
    return Interval(mean - wide, mean + wide, "normal", rows, skewness)


def studentized(
    a: Array, b: Array | None, level: float, resamples: int, seed: int, mean: float | None = None
) -> Interval:
    """Return the interval of Σ a / Σ b, or of the mean of `a`, over resamples of the pairs.

    Of each resample, the error of its mean in units of its own standard error: of the ways to bootstrap it covers best
    where a few rows are large, which losses often have. Where tails are heavy, samples that show little of them have
    intervals that are too narrow, so both ends are moved out: see `Sample.reach`. `mean` is the mean, if known to the
    last bit.
    """
    sample = Sample.of(a, b)
    rows = len(a)
    mean = sample.ratio if mean is None else mean
    if rows < 2 or not np.isfinite(sample.u).all() or mean != mean:
        return Interval(nan, nan, "none", rows)
    if not sample.error:
        return Interval(mean, mean, "studentized", rows)
    low, high = np.quantile(
        sample.t(resamples, seed), [(1 - level) / 2, (1 + level) / 2], method="weibull"
    ).tolist()
    error = sample.error * sample.reach
    return Interval(
        mean - high * error, mean - low * error, "studentized", rows, sample.skewness, sample.tails
    )


def exact(ones: int, rows: int, level: float) -> Interval:
    """Return the interval of a share, of so many rows of which each is 0 or 1, by Clopper and Pearson.

    It covers at least as often as it says, however few the rows.
    """
    beyond = (1 - level) / 2
    return Interval(1 - _highest(rows - ones, rows, beyond), _highest(ones, rows, beyond), "exact", rows)


def _highest(ones: int, rows: int, beyond: float) -> float:
    """Return the share of which so few ones have so small a chance."""
    if ones == rows:
        return 1.0
    low, high = ones / rows, 1.0
    fewer = np.arange(ones, max(-1.0, ones - 40 * sqrt(rows) - 100), -1.0)
    ways = lgamma(rows + 1) - lgamma(ones + 1) - lgamma(rows - ones + 1)
    steps = np.append(0.0, np.cumsum(np.log(fewer[:-1]) - np.log(rows - fewer[:-1] + 1)))
    while low < (share := (low + high) / 2) < high:
        chances = ways + steps + fewer * log(share) + (rows - fewer) * log1p(-share)
        if float(np.exp(chances).sum()) > beyond:
            low = share
        else:
            high = share
    return high


class Sample(NamedTuple):
    """A ratio Σ a / Σ b, and by how much each row pulls at it."""

    ratio: float
    u: Array
    """a − ratio b, over the largest power of 2 in it."""
    b: Array | None
    """b over its mean; None if all are the same."""
    unit: float
    """What 1 in `u` stands for in the ratio."""

    @classmethod
    def of(cls, a: Array, b: Array | None) -> Sample:
        """Return the sample of some pairs."""
        with np.errstate(all="ignore"):
            if b is not None and (b == b[:1]).all():
                a, b = a / b, None
            middle = 1.0 if b is None else fsum(b.tolist()) / len(b)
            if not len(a) or not np.isfinite(a).all():
                return cls(nan, np.full(len(a), nan), None, 1.0)
            top = float(abs(a).max(initial=0)) or 1.0
            ratio = fsum((a / top).tolist()) / len(a) * (top / middle)
            u = a / middle - ratio * (1.0 if b is None else b / middle)
            unit = 2.0 ** np.frexp(abs(u).max(initial=0))[1]
        return cls(ratio, u / unit, None if b is None else b / middle, float(unit))

    @property
    def error(self) -> float:
        """The standard error of the ratio."""
        return sqrt(float(self.u @ self.u) / (len(self.u) * (len(self.u) - 1.0))) * self.unit

    @property
    def skewness(self) -> float:
        """The skewness of `u`."""
        square = float((self.u**2).mean())
        return float((self.u**3).mean()) / square**1.5 if square else 0.0

    @property
    def tails(self) -> float:
        """The L-kurtosis of `u`: 0 if it is uniform, 0.12 if normal, 0.17 if exponential, near 1 if a few have all.

        Of sparse rows, more than half of which are the same, it is that of the others.
        """
        u = np.sort(self.u)
        others = u[u != u[len(u) // 2]]
        u = others if 2 * len(others) < len(u) else u
        n = len(u)
        if n < 4:
            return PLAIN
        ranks = np.arange(n, dtype=np.float64)
        first = ranks / (n - 1)
        second = first * (ranks - 1) / (n - 2)
        third = second * (ranks - 2) / (n - 3)
        b0, b1, b2, b3 = (float((each * u).mean()) for each in (1.0, first, second, third))
        width = 2 * b1 - b0
        return (20 * b3 - 30 * b2 + 12 * b1 - b0) / width if width > 0 else PLAIN

    @property
    def reach(self) -> float:
        """By how much an interval is wider than resamples say."""
        heavy = (self.tails - PLAIN) / (HEAVY - PLAIN)
        return 1 + OUT * min(1.0, max(0.0, heavy)) / sqrt(len(self.u))

    def t(self, resamples: int, seed: int) -> Array:
        """Return of each resample the error of its ratio over its standard error, sorted."""
        u, b, n = self.u, self.b, len(self.u)
        if b is None:
            sums, squares = resampled(np.column_stack([u, u * u]), resamples, seed).T
            weight = np.full(resamples, float(n))
            squares = squares - sums * sums / n
        else:
            columns = np.column_stack([u, u * u, b, u * b, b * b])
            sums, uu, weight, ub, bb = resampled(columns, resamples, seed).T
            shift = sums / weight
            squares = uu - 2 * shift * ub + shift * shift * bb
        # a resample of equal rows has no error of its own: it has at least that of one row among n
        squares = np.maximum(squares, float(u @ u) / n)
        return np.sort(sums / np.sqrt(squares * n / (n - 1.0)))
