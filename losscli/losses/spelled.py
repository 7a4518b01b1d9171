"""Ways to spell labels, by pairs of doubles: NaN of lists where these are not sure.

Classes are weighed by e to their scores less the largest of the step. In T steps sums over paths gather T
errors of a product, of 2^-77, and of an exponential, of 2^-74, in all T 2^-73. Blocks are (K, T, lists).
"""

import numpy as np

from losscli.losses.crowd import pair
from losscli.numerics import doubled
from losscli.numerics.doubledouble import DoubleDouble, log, two_sum
from losscli.numerics.powered import exp_of

FAR, STEEP = 600.0, 340.0
"""The largest product of weights of a path, and the least, are so far apart, as logarithms; and those of a step."""
MOST = 2.0**400
"""More weight than this of all paths together may have no square."""
LONG = 1 << 10
"""So many steps leave 2^-63."""


class Paths:
    """The weights of classes, and where the paths that spell labels, (S, lists), may be."""

    def __init__(self, z, labels, blank):
        top = z.max(axis=0)
        gap, lost = two_sum(z, -top)
        least = np.nan_to_num(gap.min(axis=0), nan=-np.inf)
        self.fit = (least.min(axis=0) > -STEEP) & (least.sum(axis=0) > -FAR) & (len(z[0]) <= LONG)
        np.copyto(gap, 0.0, where=~self.fit)
        np.copyto(lost, 0.0, where=~self.fit)
        exp_of(gap, lost)
        self.top, self.weights = top, (gap, lost)
        self.fit &= ~np.isnan(labels).any(axis=0)
        places = np.full((2 * len(labels) + 1, z.shape[2]), blank)
        places[1::2] = np.where(self.fit, labels, blank)
        self.places = places
        at = np.broadcast_to(places[:, None], (len(places), *z.shape[1:]))
        self.said = pair(np.take_along_axis(part, at, 0) for part in self.weights)

    def arrivals(self, said, places):
        """Return the weight of having come to each place at each step, and that of all paths that spell."""
        skip = np.zeros(places.shape)
        skip[3::2] = places[3::2] != places[1:-2:2]
        high, low = np.zeros(said[0].shape), np.zeros(said[0].shape)
        high[:2, 0] = 1.0
        for t in range(1, len(high[0])):
            here = doubled.product((high[:, t - 1], low[:, t - 1]), (said[0][:, t - 1], said[1][:, t - 1]))
            high[:, t], low[:, t] = here
            high[1:, t], lost = two_sum(here[0][1:], here[0][:-1])
            low[1:, t] += lost + here[1][:-1]
            high[2:, t], lost = two_sum(high[2:, t], skip[2:] * here[0][:-2])
            low[2:, t] += lost + skip[2:] * here[1][:-2]
        ends = [
            doubled.product((high[k, -1], low[k, -1]), (said[0][k, -1], said[1][k, -1]))
            for k in range(max(0, len(high) - 2), len(high))
        ]
        return (high, low), doubled.joined(*ends) if len(ends) > 1 else ends[0]

    def whole(self):
        """Return the weight of all paths that spell."""
        return self.arrivals(self.said, self.places)[1]

    def passed(self):
        """Return the probability that paths which spell have each class at each step."""
        both = pair(np.concatenate([part, part[::-1, ::-1]], axis=2) for part in self.said)
        places = np.concatenate([self.places, self.places[::-1]], axis=1)
        (high, low), whole = self.arrivals(both, places)
        lists = self.places.shape[1]
        whole = whole[0][:lists], whole[1][:lists]
        self.fit &= (whole[0] > 0) & (whole[0] < MOST)
        forth = high[..., :lists].copy(), low[..., :lists].copy()
        back = high[::-1, ::-1, lists:].copy(), low[::-1, ::-1, lists:].copy()
        through = doubled.product(doubled.product(forth, self.said), back)
        one = np.ones(lists)
        over = doubled.quotient((one, 0 * one), whole)
        through = doubled.product(
            through, pair(np.broadcast_to(part, through[0].shape).copy() for part in over)
        )
        found = np.zeros(self.weights[0].shape), np.zeros(self.weights[0].shape)
        every = np.arange(lists)
        for k, classes in enumerate(self.places):
            at = (classes[:, None], np.arange(len(found[0][0])), every[:, None])
            high, lost = two_sum(found[0][at], through[0][k].T)
            found[0][at] = high
            found[1][at] += lost + through[1][k].T
        return found

    def surprise(self, sums):
        """Return minus the logarithm of the probability of the labels, given by what weights of steps are divided."""
        whole = DoubleDouble(*self.whole())
        some = (whole.high > 0) & (whole.high < MOST)
        found = log(DoubleDouble(np.where(some, whole.high, 1.0), np.where(some, whole.low, 0.0)))
        cost = sums.total() - found
        size = abs(sums.high).sum(axis=0) + abs(found.high)
        sure = self.fit & some & (cost.high > 2.0**-10 * len(sums.high) + 2.0**-30 * size)
        return np.where(sure, cost.rounded, np.nan)


def summed(x):
    """Return the sums along the first axis."""
    high, low = x[0][0], x[1][0]
    for a, b in zip(x[0][1:], x[1][1:], strict=True):
        high, lost = two_sum(high, a)
        low = low + (lost + b)
    return high, low


def less(q, passed, steps):
    """Return q - passed, for probabilities; of two large ones from what all others have. NaN where it is not sure."""
    large = (q[0] > 0.5) & (passed[0] > 0.5)
    found, size = apart(q, passed)
    if large.any():
        rest = [summed(tuple(np.where(x[0] > 0.5, 0.0, part) for part in x)) for x in (passed, q)]
        other, most = apart(*rest)
        found, size = np.where(large, other, found), np.where(large, most, size)
    sure = (abs(found) > size * (steps * 2.0**-21)) & (size > 2.0**-900)
    return np.where(sure, found, np.nan)


def apart(a, b):
    """Return a difference of pairs, and the larger of them."""
    found, lost = two_sum(a[0], -b[0])
    return found + (lost + (a[1] - b[1])), np.maximum(a[0], b[0])


def cost(z, labels, blank, normal):
    """Return the cost of labels, by scores; or if `normal` by logarithms of probabilities."""
    paths = Paths(z, labels, blank)
    none = np.zeros(paths.top.shape)
    sums = (
        DoubleDouble(-paths.top, none)
        if normal
        else log(DoubleDouble(*doubled.quick(*summed(paths.weights))))
    )
    return paths.surprise(sums)


def slopes(z, labels, blank, normal):
    """Return its derivatives."""
    paths = Paths(z, labels, blank)
    passed = paths.passed()
    if normal:
        found = 0.0 - (passed[0] + passed[1])
        found[(abs(found) < 2.0**-900) & (found != 0)] = np.nan
    else:
        sums = doubled.quick(*summed(paths.weights))
        q = doubled.quotient(paths.weights, pair(np.broadcast_to(x, z.shape).copy() for x in sums))
        found = less(q, passed, len(z[0]))
    return np.where(paths.fit, found, np.nan)
