"""Draws by the exponentials of scores, where these are not too far apart: each member of a list from those left.

Exponentials come from tables, in two doubles, and their sums lose nothing; where even that is too little, there is
NaN, and it takes numbers of twice the precision.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.sums import grain, heads, summed
from losscli.numerics.tables import coarse, exp_pair, log_pair

Array = NDArray[np.float64]
Index = NDArray[np.intp]

SPAN = 500.0
"""Scores farther apart are left to others."""
CLEAR = 2.0**-16
"""A difference of a smaller part of its terms has lost too much: exponentials are good to 72 bits."""
SURE = 2.0**60
"""So many times its error a sum has to be."""


class Weights(NamedTuple):
    """The exponentials of the scores of lists over that of the greatest."""

    z: Array
    lost: Array
    """What rounding took from z."""
    e: Array
    rest: Array
    """What e lacks."""

    @classmethod
    def of(cls, s: Array) -> Weights:
        """Return the weights of scores, NaN where they are far behind."""
        z, lost = two_sum(s, -s.max(axis=0))
        if z.min(initial=0.0) < -SPAN:
            z = np.where(z < -SPAN, np.nan, z)
        e, rest = exp_pair(z)
        return cls(z, lost, e, rest + e * lost)

    def total(self) -> DoubleDouble:
        """Return the sum of each list."""
        return summed(self.e, 1.0, self.rest, 72)

    def left(self) -> DoubleDouble:
        """Return the sums of all from a member on, and 0 behind the last; NaN where they are not good to 72 bits."""
        head, rest = heads(self.e[::-1], 1.0)
        rest += self.rest[::-1]
        found = DoubleDouble.of_sum(*(padded(np.cumsum(x, axis=0)) for x in (head, rest)))
        found.high[found.high < 2.0**72 * errors(len(head), 1.0)] = np.nan
        return found[::-1]

    def times(self, factor: DoubleDouble, less: DoubleDouble | Array) -> Array:
        """Return these times a factor, less another number, which may be nearly as large."""
        near, by = coarse(self.e), coarse(factor.high)
        rest = near * ((factor.high - by) + factor.low)
        rest += ((self.e - near) + self.rest) * factor.high
        near *= by
        if isinstance(less, DoubleDouble):
            near -= less.high
            rest -= less.low
        else:
            near -= less
        near += rest
        return near

    def under(self, whole: DoubleDouble) -> DoubleDouble:
        """Return how far these are below the sum of their list."""
        rest, lost = two_sum(whole.high, -self.e)
        return DoubleDouble(rest, lost + (whole.low - self.rest))


def padded(x: Array) -> Array:
    """Return sums of ever more numbers, from none on."""
    return np.concatenate([np.zeros((1, *x.shape[1:])), x])


def errors(count: int, top: Array | float) -> Array:
    """Return how far sums of the first 0, 1, 2, ... numbers of at most `top` may be from the truth."""
    return np.square(np.arange(count + 1.0) / count)[:, None] * grain(count, top)


def before(x: DoubleDouble) -> tuple[DoubleDouble, Array]:
    """Return the sums of the first 0, 1, 2, ... numbers of 0 or more, and a bound of their errors."""
    top = x.high.max(axis=0)
    head, rest = heads(x.high, top)
    rest += x.low
    sums = DoubleDouble.of_sum(*(padded(np.cumsum(part, axis=0)) for part in (head, rest)))
    return sums, errors(len(x.high), top)


def draws(
    order: int, s: Array, gain: DoubleDouble, first: Index | None, last: Index | None, alone: bool = False
) -> Array:
    """Return the sum over members of gain · −ln of the share of a member in all it is drawn from, or a derivative.

    It is drawn from those from `first` on, by default itself, and from itself if it is `alone`. A member is in the
    draws of those before `last`, by default up to itself, and in its own.
    """
    weights = Weights.of(s)
    own = DoubleDouble(weights.e, weights.rest)
    left = weights.left()
    whole = left[:-1] if first is None else at(left, first)
    if alone:
        whole = whole + own
    if order == 0:
        return surprise(weights, whole, gain)
    won = gain / whole
    sums, error = before(won)
    factor = sums[1:] if last is None else at(sums, last)
    error = error[1:] if last is None else np.take_along_axis(error, last, 0)
    if alone:
        factor = factor + won
    if order == 1:
        found = weights.times(factor, gain)
        bound = np.maximum(CLEAR * gain.high, SURE * error * weights.e)
        return np.where((abs(found) >= bound) | (factor.high == 0), found, np.nan)
    won = won / whole
    sums, more = before(won)
    squares = sums[1:] if last is None else at(sums, last)
    more = more[1:] if last is None else np.take_along_axis(more, last, 0)
    if alone:
        squares = squares + won
    kept = factor - own * squares
    bound = np.maximum(CLEAR * factor.high, SURE * (error + more * weights.e))
    return np.where((kept.high >= bound) | (factor.high == 0), (own * kept).rounded, np.nan)


def surprise(weights: Weights, whole: DoubleDouble, gain: DoubleDouble) -> Array:
    """Return the sum of gain · ln(whole / e); its terms are not below 0."""
    high, low = log_pair(whole.high)
    each, lost = two_sum(high, -weights.z)
    lost += (low + whole.low / whole.high) - weights.lost
    term = gain.high * each
    rest = gain.high * lost + gain.low * each
    found = summed(term, term.max(axis=0), rest).rounded
    size = (gain.high * (1 - weights.z)).sum(axis=0)  # of logarithms, which are good to 72 bits
    return np.where(found >= CLEAR * size, found, np.nan)


def at(x: DoubleDouble, places: Index) -> DoubleDouble:
    """Return the numbers at `places` along the first axis."""
    return DoubleDouble(np.take_along_axis(x.high, places, 0), np.take_along_axis(x.low, places, 0))
