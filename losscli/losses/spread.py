"""Scores of ensembles of vectors in few passes, by pairs of doubles: NaN where these are not sure.

Blocks are (D, M, lists). Functions of the distance of vectors come as two doubles each, and where they are sure.
"""

import numpy as np

from losscli import doubled
from losscli.dots import Cut, SwiftDistance, doubt
from losscli.doubledouble import DoubleDouble, split, two_sum

FAR = 600.0  # e^-600 is ordinary


def value(sizes, x, y, pairs):
    """Return the mean size of members from the target, less half of that of members from each other."""
    count = len(x[0])
    near, fit = sizes(x, np.broadcast_to(y[:, None], x.shape))
    near, sure, far = DoubleDouble(*near).total() / count, [fit], DoubleDouble(np.zeros(fit.shape))
    for shift in range(1, count // 2 + 1):
        part, fit = sizes(x, np.roll(x, -shift, axis=1))
        far = far + DoubleDouble(*(doubled.scaled(part, 0.5) if 2 * shift == count else part))
        sure.append(fit)
    far = far.total() / pairs
    found = near - far
    enough = abs(found.high) > doubt(len(x)) * np.maximum(near.high, far.high)
    return np.where(np.all(sure, axis=(0, 1)) & enough, found.rounded, np.nan)


def slopes(pulls, x, y, pairs):
    """Return the derivative of `value` in each member, from those of sizes in the first vector."""
    count = len(x[0])
    part, fit = pulls(x, np.broadcast_to(y[:, None], x.shape))
    each = pairs / count  # a whole number
    found, lost = doubled.product(part, doubled.single(np.full(x.shape, each)))
    terms, sure = abs(found), [fit]
    for shift in range(1, count // 2 + 1):
        (part, rest), fit = pulls(x, np.roll(x, -shift, axis=1))
        size = abs(part)
        found, more = two_sum(found, -part)
        lost += more - rest
        terms += size
        if 2 * shift < count:  # else each pair is met from both of its ends
            found, more = two_sum(found, np.roll(part, shift, axis=1))
            lost += more + np.roll(rest, shift, axis=1)
            terms += np.roll(size, shift, axis=1)
        sure.append(fit)
    found += lost
    enough = abs(found) > doubt(len(x)) * terms
    return np.where(np.all(sure, axis=(0, 1)) & enough, found, np.nan) / pairs


def lengths(x, y):
    """Return distances, (M, lists)."""
    apart = _apart(SwiftDistance, x, y)
    return tuple(_shaped(part, x) for part in (apart.length.high, apart.length.low)), _shaped(apart.fit, x)


def directions(x, y):
    """Return the directions of vectors from others."""
    apart = _apart(SwiftDistance, x, y)
    return tuple(_shaped(part, x) for part in apart.unit()), _shaped(apart.fit, x)


def gaps(width, x, y):
    """Return how far a bell of some width says that vectors lie apart, from 0 to 1."""
    _, near, fit = _near(width, x, y)
    size = doubled.raised(doubled.negative(near))
    return tuple(_shaped(part, x) for part in size), _shaped(fit, x)


def falls(width, x, y):
    """Return the derivative of `gaps` in the first vector."""
    cut, near, fit = _near(width, x, y)
    over = 1.0 / DoubleDouble(width) / width
    whole, rest = doubled.product(near, (np.full_like(near[0], over.high), over.low))
    above, below = split(whole)
    part = above * cut.low
    part += (below + rest) * cut.x
    return (_shaped(above * cut.high, x), _shaped(part, x)), _shaped(fit, x)


def _near(width, x, y):
    """Return differences, cut in two, and e^(-d² / (2 width²))."""
    cut = _apart(_cut, x, y)
    half = 0.5 / DoubleDouble(width) / width
    t = doubled.product(cut.square(), (np.full_like(cut.ordinary, half.high, np.float64), half.low))
    fit = cut.ordinary & (t[0] < FAR)
    held = doubled.chosen(fit, t, doubled.single(np.zeros(fit.shape)))
    return cut, doubled.exp(doubled.negative(held)), fit


def _cut(x, y):
    return Cut(*two_sum(x, -y))


def _apart(kind, x, y):
    return kind(x.reshape(len(x), -1), y.reshape(len(x), -1))


def _shaped(part, x):
    """Return a part of pairs of vectors as lists have it."""
    return part.reshape(*part.shape[:-1], *x.shape[1:])
