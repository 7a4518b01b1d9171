"""Scores of ensembles of vectors in few passes, by pairs of doubles: NaN where these are not sure.

Blocks are (D, M, lists). Functions of the distance of vectors come as two doubles each, and where they are sure.
"""

import numpy as np

from losscli.numerics import doubled
from losscli.numerics.dots import Cut, SwiftDistance, doubt
from losscli.numerics.doubledouble import DoubleDouble, split, two_sum

FINE = 2.0**-20  # components of this part of the length of a vector have more than one good part
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
    return _difference(near, far.total() / pairs, sure, len(x))


def weighed_value(sizes, x, y, w):
    """Return `value` of members with weights."""
    count = len(x[0])
    near, fit = sizes(x, np.broadcast_to(y[:, None], x.shape))
    near = DoubleDouble(*doubled.product(near, doubled.single(w.each))).total() / w.total
    sure, far = [fit], DoubleDouble(np.zeros(fit.shape))
    for shift in range(1, count // 2 + 1):
        part, fit = sizes(x, np.roll(x, -shift, axis=1))
        both = doubled.product(doubled.single(w.each), doubled.single(np.roll(w.each, -shift, axis=0)))
        part = doubled.product(part, both)
        far = far + DoubleDouble(*(doubled.scaled(part, 0.5) if 2 * shift == count else part))
        sure.append(fit)
    return _difference(near, far.total() / w.pairs, sure, len(x))


def _difference(near, far, sure, width):
    found = near - far
    enough = abs(found.high) > doubt(width) * np.maximum(near.high, far.high)
    return np.where(np.all(sure, axis=(0, 1)) & enough, found.rounded, np.nan)


def slopes(pulls, x, y, pairs):
    """Return the derivative of `value` in each member, from those of sizes in the first vector."""
    each = np.full(x.shape, pairs / len(x[0]))  # a whole number
    return _slopes(pulls, x, y, doubled.single(each), None) / pairs


def weighed_slopes(pulls, x, y, w):
    """Return `slopes` of members with weights."""
    ratio = w.pairs / w.total
    each = tuple(np.broadcast_to(part, x.shape).copy() for part in (ratio.high, ratio.low))
    return _slopes(pulls, x, y, each, w.each) * (w.each / w.pairs).rounded


def _slopes(pulls, x, y, each, weights):
    """Return `each` times what the target pulls, less what other members do by their weights."""
    count = len(x[0])
    part, fit = pulls(x, np.broadcast_to(y[:, None], x.shape))
    found, lost = doubled.product(part, each)
    terms, sure = abs(found), [fit]
    for shift in range(1, count // 2 + 1):
        pull, fit = pulls(x, np.roll(x, -shift, axis=1))
        sure.append(fit)
        part = pull if weights is None else _by(pull, np.roll(weights, -shift, axis=0))
        found, more = two_sum(found, -part[0])
        lost += more - part[1]
        terms += abs(part[0])
        if 2 * shift < count:  # else each pair is met from both of its ends
            part = pull if weights is None else _by(pull, weights)
            found, more = two_sum(found, np.roll(part[0], shift, axis=1))
            lost += more + np.roll(part[1], shift, axis=1)
            terms += abs(np.roll(part[0], shift, axis=1))
    found += lost
    enough = abs(found) > doubt(len(x)) * terms + FINE * len(x) ** 0.5 * terms.max(axis=0)
    return np.where(np.all(sure, axis=(0, 1)) & enough, found, np.nan)


def _by(part, weights):
    return doubled.product(part, doubled.single(np.broadcast_to(weights, part[0].shape).copy()))


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
