"""Scores of ensembles of vectors by products of matrices: NaN where these are not sure.

Squares of distances are scalar products, to 2^-85 of the largest, of members less their mean: there nothing cancels
but what is near. Blocks are (D, M, lists); at work are (lists, members, members), pairs of doubles.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from losscli.families.alike import diagonal, inverse_root, largest, scaled
from losscli.numerics import slices
from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum
from losscli.numerics.powered import FAR, exp_of

MANY = 160
"""So many members: the matrices of some lists stay in the cache."""
SLIGHT, TOGETHER = 2.0**-85, 2.0**-60
"""What a square lacks, if the largest is about 1; a square that is not known at all."""
CLEAR = 2.0**-20
"""A sum above this part of its terms is right to 2^-53 if they are to 2^-73."""
LEAST, MOST = 2.0**-60, 2.0**60
FAINT = 2.0**-300
ROUGH = 12 * 2.0**-32
"""What rounding of the last parts of products may be, over 2^-73, for a product of so many terms, cubed."""


class Crowd:
    """Members of lists less their mean, and less the target, each over a power of 2: lengths are 1 at most."""

    def __init__(self, x, y):
        members = np.ascontiguousarray(x.T)
        self.inner = members.shape[-1]
        shift = int(np.ceil(np.log2(self.inner) / 2)) + 1
        self.usual = np.ones(len(members), bool)
        self.mid, self.rise = self.less(members, members.mean(axis=1, keepdims=True), shift)
        self.off, self.lift = self.less(members, np.ascontiguousarray(y.T)[:, None], shift)
        top = np.ldexp(1.0, np.frexp(abs(self.off[0]).max(axis=-1, keepdims=True))[1])
        parts = slices.Cut.of(self.off, top, self.inner)
        self.near = two_sum(*slices.dot(parts, parts))
        faint = (self.near[0] < FAINT) & (self.near[0] != 0)
        self.usual &= ~faint.any(axis=(1, 2))
        parts = slices.Cut.of(self.mid, 1.0, self.inner)
        square, one = two_sum(*slices.dot(parts, parts)), np.ones((*members.shape[:2], 1))
        rows = zip((-2 * part for part in self.mid), square, (one, 0 * one), strict=True)
        columns = zip(self.mid, (one, 0 * one), square, strict=True)
        rows, columns = (pair(np.concatenate(each, -1) for each in x) for x in (rows, columns))
        count = slice(None)
        self.far = two_sum(*slices.product(slices.Rows(rows, 2.0), slices.Columns(columns, 2.0), count))
        self.own = diagonal(members.shape[1], count)

    def less(self, members, centre, shift):
        """Return members less a centre, and by which power of 2 they are divided."""
        off = two_sum(members, -centre)
        top = abs(off[0]).max(axis=(1, 2), keepdims=True)
        self.usual &= ((top > LEAST) & (top < MOST))[:, 0, 0]
        exponent = np.frexp(top)[1] + shift
        return pair(np.ldexp(part, -exponent) for part in off), exponent


def lengths(order, crowd):
    """Return distances from the target and from other members, or of order 1 their inverses; what those may lack."""
    high, low = crowd.far
    high[crowd.own], low[crowd.own] = 1.0, 0.0
    if order:
        apart = high > TOGETHER
        np.copyto(high, 1.0, where=~apart)
        far, slack = inverse_root(crowd.far), np.where(apart, np.maximum(2.0**-12 / high, 1.0), np.inf)
        return inverse_root(crowd.near), far, far[0] * slack
    least = high.min(axis=(1, 2))
    slack = np.where(least > TOGETHER, SLIGHT / np.sqrt(least), np.inf)
    return (
        shifted(root(crowd.near), crowd.lift),
        shifted(root(crowd.far), crowd.rise),
        np.ldexp(slack, flat(crowd.rise)),
    )


def bells(width, order, crowd):
    """Return how far a bell says that members are from the target and from others, or of order 1 how near."""
    over = 0.5 / DoubleDouble(width) / width
    near, far = (
        power(x, np.ldexp(over.high, 2 * shift), np.ldexp(over.low, 2 * shift))
        for x, shift in ((crowd.near, crowd.lift), (crowd.far, crowd.rise))
    )
    steep = np.ldexp(over.high, 2 * crowd.rise)
    slack = np.where(steep < 2.0**64, 2.0**-12 * steep + 1, np.inf)
    if not order:
        return less(near), less(far), 2.0**-73 * flat(slack)
    return shifted(near, crowd.lift - crowd.rise), far, far[0] * slack


def power(x, high, low):
    """Return e^(-x y); of what is farther than FAR, a number as faint."""
    high, low = scaled(x, (-high, -low))
    beyond = high < -FAR
    high[beyond], low[beyond] = -FAR, 0.0
    exp_of(high, low)
    return high, low


def pair(parts: Iterable[Any]) -> slices.Pair:
    """Return both doubles of pairs."""
    high, low = parts
    return high, low


def less(x):
    """Return 1 - x."""
    found, lost = two_sum(1.0, -x[0])
    return found, lost - x[1]


def root(x):
    """Return √x."""
    found = np.sqrt(x[0])
    back, lost = two_product(found, found)
    return found, np.where(found == 0, 0.0, ((x[0] - back) - lost + x[1]) / (2 * found))


def shifted(x, exponent):
    """Return pairs times powers of 2."""
    return pair(np.ldexp(part, exponent) for part in x)


def flat(x):
    """Return what lists have, (lists,)."""
    return x[:, 0, 0]


def even(x, pairs):
    """Return the weights of members that all count the same, and their sums over members and pairs."""
    none = np.zeros(x.shape[2:])
    return np.ones(x.shape[1:]), DoubleDouble(none + len(x[0]), none), DoubleDouble(none + pairs, none)


def value(kind, x, y, each, total, pairs):
    """Return the mean size of members from the target, less half of that of members from each other.

    `each` member has a weight up to 1, and lists the sums of those of members and of pairs.
    """
    crowd = Crowd(x, y)
    near, far, slack = kind(0, crowd)
    for part in far:
        part[crowd.own] = 0.0
    count, w = len(each), np.ascontiguousarray(each.T)[..., None]
    top = np.ldexp(1.0, np.frexp(far[0].max(axis=(1, 2), keepdims=True))[1])
    sums = slices.times(slices.Cut.of(far, top, count), (w, 0 * w), 1.0, count)
    near, far = (
        DoubleDouble(*(part[..., 0].T for part in scaled(x, (w, 0 * w)))).total() for x in (near, sums)
    )
    near, far = near / total, (far / pairs).scaled(0.5)
    found = near - far
    terms = near.high + far.high
    slack = slack * count**2 / pairs.high
    sure = crowd.usual & (abs(found.high) > 2.0**53 * slack + CLEAR * terms)
    return np.where(sure, found.rounded, np.nan)


def slopes(kind, factor, x, y, each, total, pairs):
    """Return the derivative of `value` in each member, from those of sizes over distances, times a factor if any."""
    crowd = Crowd(x, y)
    near, far, size = kind(1, crowd)
    for part in (*far, size):
        part[crowd.own] = 0.0
    count, w = len(each), np.ascontiguousarray(each.T)[..., None]
    top = np.ldexp(1.0, np.frexp(far[0].max(axis=(1, 2), keepdims=True))[1])
    heavy = scaled(crowd.mid, (w, 0 * w))
    heavy = pair(np.concatenate(each, axis=-1) for each in zip(heavy, (w, 0 * w), strict=True))
    pulled = slices.times(slices.Cut.of(far, top, count), heavy, 1.0, count)
    back = scaled(crowd.mid, pair(part[..., -1:] for part in pulled))
    whole = DoubleDouble(*near) * (pairs / total)[:, None, None]
    found = DoubleDouble(*scaled(crowd.off, (whole.high, whole.low)))
    terms = abs(found.high)
    for part, sign in ((back, -1.0), (pair(part[..., :-1] for part in pulled), 1.0)):
        found = found + DoubleDouble(*two_sum(sign * part[0], sign * part[1]))
    terms += (size @ w) * (abs(crowd.mid[0]) + largest(crowd.mid)) + ROUGH * count**3 * top
    sure = flat(crowd.usual[:, None, None])[:, None, None] & (abs(found.high) > CLEAR * terms + FAINT)
    share = (DoubleDouble(w) if factor is None else factor.shifted(crowd.rise) * w) / pairs[:, None, None]
    whole = found.rounded
    lost = (found.low - (whole - found.high)) * share.high + whole * share.low
    return np.where(sure, whole * share.high + lost, np.nan).T
