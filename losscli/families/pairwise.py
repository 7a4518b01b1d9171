"""The chances that one member of a list comes before another, of all its pairs, each visited once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.sums import grain
from losscli.numerics.tables import coarse, product

Array = NDArray[np.float64]
SURE = 2.0**60
"""So many times its error a sum has to be."""


def chance(powers: DoubleDouble, i: int, turned: NDArray[np.bool_] | None = None) -> tuple[Array, Array]:
    """Return of each member behind `i` the chance to be before it, or where `turned` after it, in two doubles."""
    mine, rest = powers.high[i], powers.low[i]
    theirs, more = powers.high[i + 1 :], powers.low[i + 1 :]
    whole, lost = two_sum(theirs, mine)
    lost += more
    lost += rest
    if turned is not None:
        theirs, more = np.where(turned, mine, theirs), np.where(turned, rest, more)
    p = theirs / whole
    near, by = coarse(p), coarse(whole)
    far, off = p - near, whole - by
    left = theirs - near * by
    near *= off
    left -= near
    by *= far
    left -= by
    far *= off
    left -= far
    lost *= p
    left += more - lost
    left /= whole
    return p, left


class Tally:
    """Sums of chances, which round nothing but what they are cut off from."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.coarse = np.ldexp(1.5, 2 + shape[0].bit_length())
        self.head, self.rest = np.zeros(shape), np.zeros(shape)
        self.error = grain(shape[0], 1.0)

    def add(self, i: int, x: Array, less: Array) -> None:
        """Take chances from `i`, and give them to those behind it."""
        head = x + self.coarse
        head -= self.coarse
        rest = x - head
        rest += less
        self.head[i + 1 :] += head
        self.rest[i + 1 :] += rest
        self.head[i] -= head.sum(axis=0)
        self.rest[i] -= rest.sum(axis=0)

    def whole(self) -> DoubleDouble:
        """Return the sums."""
        return DoubleDouble.of_sum(self.head, self.rest)


Weigh = Callable[[int], DoubleDouble]
"""What pairs of a member with all behind it weigh, from 0 to 1."""


def flows(powers: DoubleDouble, y: Array, weigh: Weigh | None = None) -> Array:
    """Return of each member the sum of the chances to be before more relevant ones, less those of others before it.

    Pairs may have weights. NaN where it is small.
    """
    tally, met = Tally(y.shape), np.zeros(y.shape, np.bool_)
    for i in range(len(y) - 1):
        side = np.sign(y[i] - y[i + 1 :])
        p, rest = chance(powers, i, side < 0)
        if weigh:
            p, rest = times(p, rest, weigh(i))
            some = (p != 0) & (side != 0)
            met[i + 1 :] |= some
            met[i] |= some.any(axis=0)
        p *= side
        rest *= side
        tally.add(i, p, rest)
    found = tally.whole().rounded
    none = ~met if weigh else (y == y[0]).all(axis=0)
    return np.where((abs(found) > SURE * tally.error) | none, found, np.nan)


def turns(powers: DoubleDouble, pull: Weigh) -> Array:
    """Return of each member the sum over others of p (1 − p) · pull, for the chance p to be before them.

    The pull of a member on those behind it, from -1 to 1, is that of theirs on it, negated. NaN where it is small.
    """
    tally = Tally(powers.high.shape)
    for i in range(len(powers.high) - 1):
        p, rest = chance(powers, i)
        q, lost = two_sum(1.0, -p)
        lost -= rest
        tally.add(i, *times(*times(p, rest, DoubleDouble(q, lost)), pull(i)))
    found = tally.whole().rounded
    return np.where(abs(found) > SURE * tally.error, found, np.nan)


def times(x: Array, rest: Array, weight: DoubleDouble) -> tuple[Array, Array]:
    """Return (x + rest) · weight in two parts, the second small."""
    near, less = product(x, weight.high)
    rest = rest * weight.rounded  # of a difference the second part may be no small one
    rest += x * weight.low
    rest += less
    return near, rest


def costs(
    s: Array, y: Array, cost: Callable[[Array, Array], Array], most: float, weigh: Weigh | None = None
) -> Array:
    """Return the sum over pairs of what they cost, from the gap of their scores and e^−|gap|; NaN where it is small.

    A pair costs no more than `most` and the size of its gap, and may have a weight.
    """
    none = np.ones(s.shape[1], np.bool_)
    top, pairs = s.max(axis=0) - s.min(axis=0) + most, len(s) ** 2
    coarse = np.ldexp(1.5, np.frexp(top)[1] + pairs.bit_length() + 1) + 0 * top
    head, rest = np.zeros((2, *top.shape))
    for i in range(len(s) - 1):
        side = np.sign(y[i] - y[i + 1 :])
        gap, lost = two_sum(s[i], -s[i + 1 :])
        gap *= side
        e = np.exp(-abs(gap))
        lost *= side
        lost *= np.copysign(e, gap)
        e -= lost
        each = cost(gap, e)
        side = abs(side)
        if weigh:
            side *= weigh(i).rounded
        each *= side
        none &= (side == 0).all(axis=0)
        near = each + coarse
        near -= coarse
        each -= near
        head += near.sum(axis=0)
        rest += each.sum(axis=0)
    found = head + rest
    # far below the largest term that there might be, what is left of the rest is too little
    return np.where((found > top * pairs**2 * 2.0**-38) | none, found, np.nan)


def places(powers: DoubleDouble) -> DoubleDouble:
    """Return the soft place of each member: 1, and the chances of all others to be before it."""
    tally = Tally(powers.high.shape)
    for i in range(len(powers.high) - 1):
        p, rest = chance(powers, i)
        tally.add(i, -p, -rest)
    first = np.arange(1.0, len(powers.high) + 1)[:, None]  # for those behind it was 1 less their chance
    return tally.whole() + first
