"""The continuous ranked probability score of a forecast that spreads evenly over an interval."""

import numpy as np

from losscli.domain import FINITE
from losscli.families.forecast import unsquared
from losscli.losses.crps import JORDAN, UNITS
from losscli.losses.interval import LOWER, OBSERVED, UPPER, OfInterval
from losscli.numerics.arithmetic import sure
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.tables import remainder
from losscli.traits import Traits

FOUR_THIRDS = DoubleDouble(4.0) / 3.0
CLEAR = 2.0**-12
"""A slope above this is known by pairs of doubles."""
LEAST = 2.0**-500


class CRPSUniform(OfInterval):
    """How far a forecast that is even between two ends is from what came: the CRPS.

    It is the squared distance between two distribution functions: that of the forecast, and the step at the target.
    """

    forms = ((
        LOWER._replace(domain=FINITE), UPPER._replace(domain=FINITE, least="lower"), OBSERVED._replace(domain=FINITE),
    ),)  # fmt: skip
    formula = (
        "l - y + (u - l) / 3 if y <= l else y - u + (u - l) / 3 if y >= u"
        " else ((l + u - 2 * y)**2 / (u - l) + (u - l) / 3) / 4"
    )
    slope_formula = "(3 * (1 + d)**2 - 4) / 12"
    source = JORDAN
    also = (
        "scoringrules.crps_uniform | it takes the target first; lmass and umass, mass at the ends, are 0",
    )
    use = "a forecast is an interval, and nothing is said of where in it the target lies"
    pitfalls = (
        UNITS,
        "the ends are those of all that is held possible, not of some share of it: for these there is interval-score",
        "a target outside costs only its distance more, where the log score would be infinite",
    )
    related = ("interval-score", "crps-gaussian", "crps-ensemble")
    swift = True

    def filled(self, order, *block):
        if order == 2:
            return True
        *outs, lower, upper, y = block
        width, less = two_sum(upper, -lower)
        left, right = lower - y, y - upper
        out = np.maximum(left, right)
        inside = out < 0
        high, low = middle(lower, upper, y)
        safe = np.where(inside, width, 1.0)
        if order == 0:
            high += low
            square = high / safe * high
            third = width / 3
            np.copyto(outs[0], np.where(inside, (square + third) / 4, out + third))
            return False
        share = high / safe
        rest = (remainder(high, safe, share) + (low - share * less)) / safe
        for k, (side, at) in enumerate(((1.0, outs[0]), (-1.0, outs[1]))):
            near, more = two_sum(1.0, side * share)
            square, lost = unsquared(near, more + side * rest)
            found = (square - FOUR_THIRDS.high) + (lost - FOUR_THIRDS.low)
            found *= 0.25 * side
            here, there = ((2 / 3, -1 / 3), (1 / 3, -2 / 3))[k]
            np.copyto(at, np.where(inside, found, np.where(left >= 0, here, there)))
        doubt = inside & ((np.minimum(abs(outs[0]), abs(outs[1])) < CLEAR) | (width < LEAST))
        doubt |= (left >= 0) & (right >= 0)
        return doubt if doubt.any() else False

    def derivative(self, order, *block):
        exponent = np.frexp(np.maximum.reduce([abs(x) for x in block]))[1]
        lower, upper, y = (np.ldexp(x, -exponent) for x in block)
        below, above = block[0] >= block[2], block[2] >= block[1]
        inside = ~(below | above)
        width = DoubleDouble(*two_sum(upper, -lower))
        safe = DoubleDouble(np.where(inside, width.high, 1.0), np.where(inside, width.low, 0.0))
        off = DoubleDouble(*middle(lower, upper, y))
        third = width / 3.0
        if order == 0:
            away = DoubleDouble(*two_sum(np.where(below, lower, y), -np.where(below, y, upper)))
            found = np.where(inside, ((off * off / safe + third) * 0.25).rounded, (away + third).rounded)
            return (np.ldexp(found, exponent),)
        if order == 2:
            shares = (DoubleDouble(*two_sum(*pair)) / safe for pair in ((upper, -y), (y, -lower)))
            found = [(share * share * 2.0 / safe).rounded for share in shares]
            point = below & above
            return tuple(
                np.where(inside, np.ldexp(x, -exponent), np.where(point, np.nan, 0.0)) for x in found
            )
        share = off / safe
        found = []
        for side, here, there in ((1.0, 2 / 3, -1 / 3), (-1.0, 1 / 3, -2 / 3)):
            near = share * side + 1.0
            slope = sure(near * near - FOUR_THIRDS, np.full_like(y, 1.0)) * (0.25 * side)
            found.append(np.where(inside, slope, np.where(below & above, 0.0, np.where(below, here, there))))
        return tuple(found)

    def corner(self, *block):
        lower, upper, y = block
        return (lower == y) & (upper == y)

    def where(self, form):
        return (("d", "(l + u - 2 * y) / max(u - l, abs(l + u - 2 * y))"),)

    def traits(self):
        return Traits(convex=True, symmetric=True, lipschitz=1)


def middle(lower, upper, y):
    """Return lower + upper - 2 y as two doubles."""
    one, lost = two_sum(upper, -y)
    other, more = two_sum(lower, -y)
    high, rest = two_sum(one, other)
    return two_sum(high, rest + (lost + more))
