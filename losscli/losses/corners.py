"""Two boxes of ordinary size by whole numbers: their areas, and how these change with each corner.

Along an axis coordinates are cut in multiples of a 2^-24th part of the hull and rests, of 53 bits each. What becomes
of the multiples, areas and their sums, is a whole number below 2^53; rests make areas known to some 2^-74 of the
hull. What is found is a quotient of two that are rounded once, or a sum of two such of one sign: within 3.5 ulp.
Where more cancels, and at kinks, it is NaN.
"""

import numpy as np

from losscli.numerics.arithmetic import where
from losscli.numerics.doubled import joined, quick, quotient
from losscli.numerics.tables import coarse

LEAST, MOST = 2.0**-200, 2.0**200
FAR = 2.0**25  # spans: coordinates beyond are no multiples of such a part
CLEAR = 2.0**-16  # of what the hull has: lengths and areas of less are not known well enough
FEW = 2.0**-13  # of its area, where what is found is a sum of areas
EXPONENT = np.int64(0x7FF << 52)
UNITS = 1.5 * 2.0 ** (52 - 24)


class Known:
    """Exact multiples of a unit, and the rest."""

    __slots__ = ("high", "low", "near")

    def __init__(self, high, low):
        self.high, self.low, self.near = high, low, high + low

    def __add__(self, other):
        return Known(self.high + other.high, self.low + other.low)

    def __sub__(self, other):
        return Known(self.high - other.high, self.low - other.low)

    def area(self, other):
        """Return the product with a length along the other axis."""
        low = self.low * other.near
        low += self.high * other.low
        return Known(self.high * other.high, low)

    def box(self):
        """Return the area of these widths and heights."""
        low = self.low[0] * self.near[1]
        low += self.high[0] * self.low[1]
        return Known(self.high[0] * self.high[1], low)

    def times(self, length):
        """Return the product with a length as a pair, if this is an area: the second is small."""
        head = coarse(self.high)
        rest = self.high - head
        rest += self.low
        return head * length.high, rest * length.near + head * length.low

    def square(self):
        """Return the square as a pair."""
        head = coarse(self.high)
        rest = self.high - head
        rest += self.low
        return head * head, rest * (head + self.near)

    def across(self):
        """Return lengths along the other axis."""
        found = Known.__new__(Known)
        found.high, found.low, found.near = self.high[::-1], self.low[::-1], self.near[::-1]
        return found


def strange(least, most, span):
    """Return of which hulls the size is not ordinary, or the place far off."""
    low = span.min(initial=1.0)
    if (
        low > LEAST
        and span.max(initial=0.0) < MOST
        and max(most.max(initial=0.0), -least.min(initial=0.0)) < FAR * low
    ):
        return np.zeros(span.shape[1:], np.bool_)
    far = FAR * span
    usual = (span > LEAST) & (span < MOST) & (most < far) & (least > -far)
    return ~usual.all(axis=0)


class Corners:
    """Two boxes: widths and heights of either, of what they have in common and of their hull, and areas."""

    def __init__(self, *block):
        # the first box's least coordinates along both axes and its greatest, and those of the other
        ends = self.ends = np.stack(block).reshape(4, 2, -1)
        least, most = np.minimum(ends[0], ends[2]), np.maximum(ends[1], ends[3])
        span = most - least
        self.lost = strange(least, most, span)
        units = (span.view(np.int64) & EXPONENT).view(np.float64) * UNITS
        head = ends + units
        head -= units
        rest = ends - head
        self.own = Known(head[1] - head[0], rest[1] - rest[0])
        their = Known(head[3] - head[2], rest[3] - rest[2])
        low, high = np.minimum(head[0], head[2]), np.maximum(head[1], head[3])
        least -= low
        most -= high
        most -= least
        high -= low
        self.spans = Known(high, most)
        met, rest = self.own.high + their.high, self.own.low + their.low
        met -= high
        rest -= most
        self.met = met + rest
        self.open = np.greater(self.met, 0).astype(np.float64)
        met *= self.open
        rest *= self.open
        self.common = Known(met, rest)
        area, other, self.shared, self.hull = (x.box() for x in (self.own, their, self.common, self.spans))
        self.both = area + other
        self.union = self.both - self.shared

    def cost(self, hull):
        """Return 1 less intersection over union, and if told what of the hull neither covers."""
        found = (self.union - self.shared).near / self.union.near
        if hull:
            found += np.maximum((self.hull - self.union).near, 0.0) / self.hull.near
        lost = ~(found * self.union.near > FEW * self.hull.near)
        lost &= self.shared.near > 0
        found[self.lost | lost] = np.nan
        return found

    def slopes(self, hull):
        """Return the slopes in the four coordinates of the first box, of either."""
        sides, whole = self.own.across(), self.spans.near
        lost = abs(self.met) > CLEAR * whole
        lost &= self.own.near > CLEAR * whole
        lost = self.lost | ~lost.all(axis=0)
        # the edge lies in the other box: it moves the intersection too, or outside: the union alone
        common = self.common.across()
        change = Known(common.high * self.open, common.low * self.open)
        rest = self.both - self.common.area(sides)
        square = self.union.square()
        below = square[0] + square[1]
        inner = total(rest.times(change)) / below
        outer = self.shared.times(sides)
        lost |= (self.shared.near > 0) & ~(rest.near > CLEAR * self.hull.near).all(axis=0)
        if hull:
            inner += (sides - change).near / self.hull.near
            outer, doubt = self.stretched(sides, outer, square, below)
        else:
            outer, doubt = total(outer) / below, np.zeros((), np.bool_)
        np.negative(inner, inner)
        least, most, first, last = self.ends
        found = []
        for sign, mine, other in ((np.subtract, least, first), (np.add, last, most)):
            inside = mine > other
            each = where(inside, inner, outer)
            sign(0.0, each, each)  # no -0.0
            each[lost | (mine == other) | doubt & ~inside] = np.nan
            found += list(each)
        return found

    def stretched(self, sides, pull, square, below):
        """Return how the hull's share changes with an edge of its own, and `pull`; and where too much cancels."""
        free = self.union - self.spans.area(sides)
        bulk = self.hull.times(self.spans)
        found = total(pull) / below
        found += free.near / total(bulk)
        doubt = ~(abs(free.near) > CLEAR * self.hull.near)
        at = np.nonzero((free.near < 0) & (self.shared.near > 0))
        if at[0].size:
            row = at[1]
            one = quotient(quick(*(x[at] for x in pull)), quick(*(x[row] for x in square)))
            two = quotient(quick(free.high[at], free.low[at]), quick(*(x[at] for x in bulk)))
            sum_ = joined(one, two)[0]
            terms = one[0] * (self.hull.near[row] / self.shared.near[row]) + 1 / self.spans.near[at]
            found[at] = sum_
            doubt[at] |= ~(abs(sum_) > CLEAR * terms)
        return found, doubt


def total(x):
    """Return a pair, rounded."""
    return x[0] + x[1]
