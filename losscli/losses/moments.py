"""The score of the mean and the variance of an ensemble by pairs of doubles: blocks are (members, rows)."""

import numpy as np

from losscli.numerics import doubled
from losscli.numerics.doubled import joined, negative, product, quotient, single, square
from losscli.numerics.doubledouble import two_sum
from losscli.numerics.sums import heads

LEAST, MOST = 2.0**-300, 2.0**300


def dawid_sebastiani(order, x, y, k):
    """Return the score, or its slope in each member, of a variance divided by `k`; NaN where it is not sure."""
    rise, lost = two_sum(x, -x[0])  # from the first member, so that a small spread keeps its bits
    mean = quotient(_sum(rise, lost), single(np.full_like(y, len(x))))
    high, low = two_sum(rise, -mean[0])
    low += lost - mean[1]
    first, second = doubled.square((high, low))
    variance = quotient(_sum(first, second), single(np.full_like(y, k)))
    e = joined(two_sum(x[0], -y), mean)
    w = quotient(square(e), variance)
    rough = 1 + abs(mean[0]) / np.sqrt(
        variance[0]
    )  # of what deviations and the error were made, in units of s
    v = variance[0]
    usual = (v > LEAST) & (v < MOST) & (w[0] < MOST) & ((w[0] > LEAST) | (e[0] == 0))
    usual &= (abs(x).max(axis=0) < MOST) & (abs(y) < MOST)
    if order == 0:
        spread = doubled.log(variance)
        found = doubled.added(w, spread)
        terms = (w[0] + 1) * rough + abs(e[0] * mean[0]) / v + abs(spread[0])
        return doubled.known([found], terms, usual)[0]
    along = quotient(doubled.scaled(e, 2.0), product(variance, single(np.full_like(y, len(x)))))
    fall = doubled.raised(negative(w))
    rate = quotient(doubled.scaled(fall, 2.0), product(variance, single(np.full_like(y, k))))
    high_rate, low_rate = (np.broadcast_to(each, x.shape).copy() for each in rate)
    part = product((high, low), (high_rate, low_rate))
    found = doubled.added(part, along)
    steep = 2 / k / v
    terms = abs(along[0]) + steep * (1 + w[0]) * (abs(high) + abs(mean[0])) * rough + steep * abs(mean[0])
    return doubled.known([found], terms, usual)[0]


def _sum(x, lost):
    """Return the sum of x + lost along the first axis, good to some 85 bits of the largest."""
    head, rest = heads(x, abs(x).max(axis=0))
    rest += lost
    return two_sum(head.sum(axis=0), rest.sum(axis=0))
