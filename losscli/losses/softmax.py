"""Losses of the softmax of scores that trust right or wrong predictions less than cross-entropy, or more."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache, partial, reduce
from itertools import pairwise
from math import factorial
from operator import add

import numpy as np

from losscli import places
from losscli.domain import Interval
from losscli.families.classes import OnScores
from losscli.families.focalseries import expansion
from losscli.families.onehot import pick, weights
from losscli.families.softmaxes import revived
from losscli.loss import Array
from losscli.losses.focal import FAR, REACH, STEPS, sides
from losscli.numerics import doubled
from losscli.numerics.arithmetic import FAINT, compensated, sure, times, with_care
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, log1p, two_sum
from losscli.numerics.sums import others
from losscli.numerics.tables import exp_near, log_pair, taylor
from losscli.parameter import parameter
from losscli.traits import Traits


class OfSoftmax(OnScores):
    """The sum of y f(p), p the softmax of the scores, with f' = -g / p; m is 1 - p, and C is -ln p."""

    @abstractmethod
    def cost(self, p, m, c) -> Array:
        """Return f, as doubles."""

    @abstractmethod
    def pull(self, p, m, c) -> DoubleDouble:
        """Return g."""

    @abstractmethod
    def bend(self, p, m, c) -> tuple[DoubleDouble, DoubleDouble]:
        """Return g' and m g'."""

    @property
    def axis(self):
        return super().axis._replace(place=places.odds)

    def where(self, form):
        return (("s", "[1 / sum(exp(z[j] - z[k]) for j in classes) for k in classes]"),)

    def shares(self, y, classes) -> DoubleDouble:
        """Return what each class counts."""
        y = weights(y, classes)
        return DoubleDouble(y, np.zeros_like(y))

    @property
    def heaviest(self):
        """The largest factor of a softmax in a derivative."""
        return 1.0

    @property
    def table(self):
        """Whether a table of `coefficients` tells what a row of one class costs."""
        return True

    @abstractmethod
    def alone(self, m, right, c) -> tuple[DoubleDouble, DoubleDouble]:
        """Return the loss of a lead over all others together, and minus its slope over m."""

    @abstractmethod
    def spread(self, order, t) -> Sequence[Array]:
        """Return the Taylor coefficients of the loss of a lead t, or of its slope."""

    def derivative(self, order, z, y):
        if y.ndim == 1 and order < 2 and self.table:
            doubtful, found = certain(z, y, order, coefficients(self, order))
            return (with_care(doubtful, found, partial(self.mixed, order), z, y),)
        return (self.mixed(order, z, y),)

    def mixed(self, order, z, y):
        """Return a derivative of any weights."""
        p, m, c, gap = softmax(z)
        share = self.shares(y, len(z))
        y = share.rounded
        found = (self.total, self.slope, self.curvature)[order](p, m, c, y if order == 0 else share)
        beyond = np.isinf(gap) & (y > 0) & (y < 1)  # a difference beyond the doubles may count for little
        lost = beyond.any(axis=0) & np.isfinite(z).all(axis=0) & (order == 0)
        return np.where(lost, np.nan, found + revived(gap, y.sum(axis=0) * self.heaviest))

    def total(self, p, m, c, y):
        return times(y, np.where(np.isinf(c.high), np.inf, self.cost(p, m, c))).sum(axis=0)

    def slope(self, p, m, c, y):
        pulls = self.pull(p, m, c) * y
        away, mine = p * others(pulls), pulls * m
        both = sure(away - mine, np.maximum(away.high, mine.high))
        return np.where(mine.high == 0, away.rounded, np.where(away.high == 0, -mine.rounded, both))

    def curvature(self, p, m, c, y):
        pull, (bend, gentle) = self.pull(p, m, c) * y, self.bend(p, m, c)
        whole, own, mine = pull.total(), bend * p * y, gentle * y
        beside = own.total() - own[:, None] - own
        weight, both = agreed(whole, beside, -mine[:, None], -mine), (p[:, None] * p).rounded
        matrix = -both * weight
        if (faint := both < FAINT).any():  # too small for all its bits, but the weight may be large
            less = np.minimum(p.high[:, None], p.high) * weight
            matrix = np.where(faint, -less * np.maximum(p.high[:, None], p.high), matrix)
        at = np.arange(len(m.high))
        matrix[at, at] = p.rounded * agreed(m * whole, -(p * others(own)), -(m * mine))
        return matrix


class Poly1CrossEntropy(OfSoftmax):
    """Cross-entropy and a little more for what the true class's probability lacks of 1: its first term, reweighed."""

    formula = "sum(y[k] * (epsilon * (1 - s[k]) - log(s[k])) for k in classes)"
    slope_formula = "s[k] * sum(y[j] * (1 + epsilon * s[j]) for j in classes) - y[k] * (1 + epsilon * s[k])"
    source = "Leng et al. 2022, PolyLoss: a polynomial expansion perspective, doi:10.48550/arXiv.2204.12511"
    also = (
        "poly-1", "poly-loss",
        "optax.losses.poly_loss_cross_entropy = poly1-cross-entropy:epsilon=2",
        "rax.poly1_softmax_loss | of lists: relevances are the weights",
    )  # fmt: skip
    use = "cross-entropy works, and a single further number to tune may make it work better"
    pitfalls = (
        "the default differs: scores (2, 0, 0) of the first class cost 0.666 in optax, with epsilon = 2, and "
        "0.453 in rax and here, with 1",
        "not honest unless epsilon is 0; not convex above 1",
    )
    related = ("softmax-cross-entropy", "categorical-focal-with-logits")

    epsilon: float = parameter(
        default=1.0, within=Interval(-1, 1e100, "[]"), help="the weight of 1 - s; 0 is cross-entropy"
    )

    @property
    def table(self):
        return self.epsilon >= 0

    def alone(self, m, right, c):
        return c + m * self.epsilon, right * self.epsilon + 1.0

    def spread(self, order, t):
        rows = expansion(0.0, 0, t, 8 / STEPS)
        rows = [a - self.epsilon * n * b for n, (a, b) in enumerate(pairwise(rows), 1)]  # m = -C′
        return [n * row for n, row in enumerate(rows)][1:] if order else rows

    def cost(self, p, m, c):
        more = m * self.epsilon
        return sure(c + more, c.high) if self.epsilon < 0 else (c + more).rounded

    def pull(self, p, m, c):
        e = self.epsilon
        return DoubleDouble.of_sum(1.0, e) - m * e if e < 0 else p * e + 1.0

    def bend(self, p, m, c):
        e = self.epsilon
        return DoubleDouble(np.full_like(m.high, e)), m * e

    @property
    def heaviest(self):
        return 1 + abs(self.epsilon)

    def traits(self):
        e = self.epsilon
        turns = np.roots([-6 * e, 2 * (3 * e - 1), 1 - e]).real.clip(0, 1)
        return Traits(
            convex=e <= 1,
            lipschitz=2**0.5 * ((1 + e) ** 2 / (4 * e) if e > 1 else 1),
            smoothness=float(abs(2 * turns * (1 - turns) * (1 + e * (2 * turns - 1))).max()),
            best="" if e else "the class frequencies",
        )


@lru_cache(maxsize=8)
def coefficients(loss, order):
    """Return the Taylor coefficients at each step of the loss of a lead t, or of minus its slope over e^-t."""
    t = np.arange(-REACH * STEPS, REACH * STEPS + 1) / STEPS
    right, m, c = sides(t)
    value, pull = loss.alone(m, right, c)
    rows = loss.spread(order, t)
    if order:
        grown = [np.exp(t) / factorial(n) for n in range(len(rows))]
        rows = [-sum(map(np.multiply, rows[: n + 1], grown[n::-1])) for n in range(len(rows))]
    return (pull * right).rounded if order else value.rounded, *rows[1:]  # the first is most of the sum


def certain(z, k, order, rows):
    """Return where doubles are doubtful, and the loss of the class `k` or its slope, by its lead over all others."""
    index = k[None].astype(np.intp)
    gap, lost = two_sum(z, -np.take_along_axis(z, index, axis=0))
    e, low = exp_near(gap.clip(-FAR, FAR))
    low += lost
    low *= e
    for part in (e, low):
        np.put_along_axis(part, index, 0.0, axis=0)
    others, rest = doubled.quick(*compensated(e, low))
    t, less = log_pair(others)
    step = np.rint(t * -STEPS)
    found = taylor(-(t + step / STEPS) - (less + rest / others), (step + REACH * STEPS).astype(np.intp), rows)
    doubtful = ~((abs(t) <= REACH) & (gap.min(axis=0) > -FAR))
    if order == 0:
        return doubtful, found
    slope = (e + low) * found
    np.put_along_axis(slope, index, -(others + rest) * found, axis=0)
    return doubtful, slope


def softmax(z):
    """Return the softmax of scores, 1 less it, minus its logarithm, and how far each score is behind the top."""
    first = z.argmax(axis=0)[None]
    gap = DoubleDouble.of_sum(pick(z, first[0]), -z)
    np.put_along_axis(gap.high, first, 0.0, axis=0)
    gap.low[~np.isfinite(gap.low)] = 0.0
    e = exp(-gap)
    away = others(e)
    whole = e[0] + away[0]
    rest = DoubleDouble(pick(away.high, first[0]), pick(away.low, first[0]))
    surprise = gap + log1p(rest)
    return e / whole, away / whole, chosen(np.isinf(gap.high), gap, surprise), gap.high


def relative(c, m):
    """Return C / m, whose limit is 1."""
    return chosen(m.high == 0, DoubleDouble(np.ones_like(m.high)), c / m)


def agreed(*terms):
    """Return the sum of terms as doubles; NaN where too much cancels."""
    largest = reduce(np.maximum, [abs(x.high) for x in terms])
    return np.where(largest == 0, 0.0, sure(reduce(add, terms), largest))
