"""Two boxes of ordinary size by pairs of doubles: their areas, and how these change with each corner.

Lengths are differences of coordinates, known to 106 bits, and areas to some 68. What is found is a quotient of two
that are rounded once, or a sum of two such of one sign: within 3.5 ulp. Where more than CLEAR of the terms cancels,
and at kinks, it is NaN.
"""

from typing import Any

import numpy as np

from losscli.numerics.doubled import CLEAR, chosen, joined, negative, product, quotient, square

LEAST, MOST = 2.0**-100, 2.0**100
NONE = np.zeros(()), np.zeros(())


def gap(a, b):
    """Return a − b as a pair, without error."""
    found = a - b
    back = found - a
    return found, (a - (found - back)) - (b + back)


def part(x):
    """Return a pair, and 0 for what is below 0."""
    high = np.maximum(x[0], 0.0)
    return high, x[1] * (high > 0)


class Corners:
    """Two boxes: widths and heights of either, of what they have in common and of their hull, and areas."""

    def __init__(self, hull, x1, y1, x2, y2, a1, b1, a2, b2):
        self.ends = (x1, a1, x2, a2), (y1, b1, y2, b2)
        self.own: Any = gap(x2, x1), gap(y2, y1)
        self.their: Any = gap(a2, a1), gap(b2, b1)
        self.met = tuple(gap(np.minimum(p, q), np.maximum(m, n)) for m, n, p, q in self.ends)
        self.common = tuple(map(part, self.met))
        self.shared, area, other = (product(*each) for each in (self.common, self.own, self.their))
        self.both = joined(area, other)
        self.union = joined(self.both, negative(self.shared))
        self.left = joined(joined(area, negative(self.shared)), joined(other, negative(self.shared)))
        sizes = [x for x, _ in (*self.own, *self.their)]
        self.lost = np.zeros(x1.shape, np.bool_)
        for x in sizes:
            self.lost |= ~((x > LEAST) & (x < MOST))
        for x, _ in self.met:
            self.lost |= (x > 0) & (x < LEAST)
        if hull:
            self.spans: Any = tuple(gap(np.maximum(p, q), np.minimum(m, n)) for m, n, p, q in self.ends)
            self.hull: Any = product(*self.spans)
            self.lost |= (self.spans[0][0] > MOST) | (self.spans[1][0] > MOST)

    def cost(self):
        """Return 1 less intersection over union."""
        found = self.left[0] / self.union[0]
        found[self.lost | ~(self.left[0] > CLEAR * self.both[0])] = np.nan
        return found

    def cost_of_hull(self):
        """Return that, and what of the hull neither covers."""
        found = self.left[0] / self.union[0]
        found += np.maximum(joined(self.hull, negative(self.union))[0], 0.0) / self.hull[0]
        found[self.lost | ~(found > CLEAR)] = np.nan
        return found

    def slopes(self, hull):
        """Return the slopes in the four coordinates of the first box, of either."""
        squared, found = square(self.union), {}
        for axis in (0, 1):
            m, n, p, q = self.ends[axis]
            across = self.own[1 - axis]
            change = chosen(self.met[axis][0] > 0, self.common[1 - axis], NONE)
            rest = joined(self.both, negative(product(self.common[axis], across)))
            lost = self.lost | (self.met[axis][0] == 0) | (self.met[1 - axis][0] == 0)
            lost |= ~(rest[0] > CLEAR * self.both[0])
            # the edge lies in the other box: it moves the intersection too, or outside: the union alone
            inner, outer = product(change, rest), product(self.shared, across)
            if hull:
                inner = -inner[0] / squared[0] - joined(across, negative(change))[0] / self.hull[0]
                outer, doubt = self.stretched(axis, quotient(outer, squared))
            else:
                inner, outer, doubt = -inner[0] / squared[0], outer[0] / squared[0], False
            for at, mine, their, inside in ((axis, m, n, m > n), (axis + 2, p, q, p < q)):
                each = np.where(inside, inner, outer)
                if at < 2:
                    np.negative(each, out=each)
                each += 0.0
                each[lost | (mine == their) | doubt & ~inside] = np.nan
                found[at] = each
        return [found[at] for at in range(4)]

    def stretched(self, axis, pull):
        """Return how the hull's share changes with an edge of its own, and `pull`; and where too much cancels."""
        along, across = self.spans[axis], self.own[1 - axis]
        free = joined(self.union, negative(product(across, along)))
        share = quotient(free, product(self.hull, along))
        found = joined(pull, share)
        small = abs(free[0]) < CLEAR * self.union[0]
        return found[0], small | (abs(found[0]) < CLEAR * (pull[0] + abs(share[0])))
