"""The spherical score of forecast probabilities."""

from functools import partial
from typing import ClassVar

import numpy as np

from losscli.domain import Interval
from losscli.families.classes import OnProbabilities
from losscli.families.onehot import one_hot, pick
from losscli.numerics.arithmetic import FAINT, reconsidered, sure, times
from losscli.numerics.dots import Cut, quotient
from losscli.numerics.doubledouble import DoubleDouble, power
from losscli.numerics.sums import others, raised
from losscli.parameter import parameter
from losscli.traits import Traits


class SphericalScore(OnProbabilities):
    """The probability of the true class beside the length of all of them, negated: from -1, right and sure, to 0."""

    top: ClassVar[float | None] = None
    formula = "-sum(y[k] * p[k]**(alpha - 1) for k in classes) / norm(p, alpha)**(alpha - 1)"
    slope_formula = (
        "(alpha - 1) / norm(p, alpha)**(alpha - 1) * "
        "(sum(y[j] * p[j]**(alpha - 1) for j in classes) * p[k]**(alpha - 1) / norm(p, alpha)**alpha"
        " - y[k] * p[k]**(alpha - 2))"
    )
    source = (
        "Good 1971, Comment on measuring information and uncertainty, "
        "in Foundations of Statistical Inference, 337-339"
    )
    also = (
        "spherical", "pseudo-spherical-score",
        "scoring.calcscore fam='sph' | in R; of K classes 1 plus the root of K times ours; rescales to bounds "
        "if given them",
    )  # fmt: skip
    use = "probabilities are judged by a bounded score in which all of the classes count"
    pitfalls = (
        "elsewhere a score, of which more is better: this is its negative",
        "the length alone does not matter: it stays the same if all probabilities are doubled",
        "not convex: a gradient method may stop early where it is flat, near p = 0 for alpha above 2",
    )
    related = ("multiclass-brier", "categorical-cross-entropy")

    alpha: float = parameter(
        default=2.0, within=Interval(1, 1000, "(]"), help="the degree of the length", quiet=True
    )

    def derivative(self, order, p, y):
        if self.alpha == 2 and order < 2 and y.ndim == 1:
            found = [self.plain(order, p, y.astype(np.intp))]
            return reconsidered(found, partial(self.careful, order), p, y)
        return self.careful(order, p, y)

    def plain(self, order, p, k):
        """Return the score or its slope in few passes, of degree 2 and a class; NaN where it is not sure."""
        at = k, np.arange(len(k))
        mine, rest = p[at], p.copy()
        rest[at] = 0.0
        cut = Cut(rest)
        fit = cut.ordinary if cut.ordinary.all() else cut.ordinary | ~rest.any(axis=0) & (mine > 0.5)
        others = DoubleDouble(*cut.square())
        whole = others + DoubleDouble.of_product(mine, mine)
        length = whole.root()
        if order == 0:
            return np.where(fit, -(mine / length.high), np.nan)
        cube = whole * length
        found = p * np.where(fit, quotient(DoubleDouble(mine), cube), np.nan)
        found[at] = np.where(fit, -quotient(others, cube), np.nan)
        return found

    def careful(self, order, p, y):
        """Return the derivative of `order` of any degree, for a class or the weights of classes."""
        u = Directions(p, self.alpha)
        if y.ndim == 2:
            return ((u.value, u.slope, u.curvature)[order](y),)
        return ((u.value_at, u.slope_at, u.curvature_at)[order](y),)

    def traits(self):
        return Traits(
            convex=bool((self.bend(np.linspace(0, 1, 2001)[1:-1]) >= 0).all()),
            lipschitz=self.steepest() if self.alpha >= 2 else np.inf,
            pictured=True,
            best="the class frequencies",
            proper="strictly proper",
        )

    def bend(self, p):
        """Return a number with the sign of the second derivative along (p, 1 - p)."""
        a, q = self.alpha - 1, 1 - p
        return (1 - a) / p + a / q + (2 * a + 1) * (p**a - q**a) / (p * p**a + q * q**a)

    def steepest(self):
        """Return the largest slope of two classes: where that of its logarithm in the ratio r is 0."""
        a, low, high = self.alpha - 1, 0.0, 1.0
        for _ in range(60):
            r = (low + high) / 2
            rising = (a - 1) / r + 1 / (1 + r) > (2 * a + 1) * r**a / (1 + r * r**a)
            low, high = (r, high) if rising else (low, r)
        return a * low ** (a - 1) * (1 + low) / (1 + low * low**a) ** ((2 * a + 1) / (a + 1))


class Directions:
    """Probabilities u of length 1 of degree alpha, and the spherical score of them.

    With a = alpha - 1, A = sum of y u^a and N the length, the slope is -a / N (y u^(a-1) - A u^a).
    """

    def __init__(self, p, alpha):
        self.degree = DoubleDouble.of_sum(alpha, -1.0)
        p = np.where(
            p.any(axis=0), p, one_hot(np.zeros(()), len(p))
        )  # where a value is missing, all come as 0
        top = p.max(axis=0)
        near = DoubleDouble(p) / top
        powers = raised(near, self.degree + 1.0)
        whole = powers.total()
        length = whole.root() if alpha == 2 else power(whole, 1.0 / DoubleDouble(alpha))
        self.u = near / length
        self.part, self.rest = powers / whole, others(powers) / whole  # u^alpha, and 1 less it
        self.factor = self.degree / (length * top)
        self.factor2 = self.factor / (length * top)
        self.steep = (self.u.high == 0) & (self.degree.high < 1)

    def __getitem__(self, lower):
        """Return u^(a - lower), but 0 where that is infinite, at the edge."""
        degree = self.degree - lower
        found = raised(self.u, degree)
        high = np.where((self.u.high == 0) & (degree.high < 0), 0.0, found.high)
        lost = (self.u.high < FAINT) & (self.u.high > 0) & (self.degree.high != 1)  # roots bring bits back
        return DoubleDouble(np.where(lost, np.nan, high), found.low)

    def value(self, y):
        return -times(y, self[0].rounded).sum(axis=0)

    def slope(self, y):
        mine = self[1] * y
        shared = (self[0] * y).total() * self[0]
        found = settled(shared - mine, np.maximum(mine.high, shared.high))
        return self.factor.rounded * np.where(self.steep & (y > 0), -np.inf, found)

    def curvature(self, y):
        a, b, whole = self.degree, self[0], (self[0] * y).total()
        mine = self[1] * y
        cross = a * (mine[:, None] * b + b[:, None] * mine)
        shared = (a.scaled(2.0) + 1.0) * whole * b[:, None] * b
        at = np.arange(len(y))
        sharp, flat = (1.0 - a) * y * self[2], a * whole * self[1]
        own = cross[at, at] + flat - shared[at, at] + sharp
        largest = np.maximum(
            np.maximum(cross[at, at].high, flat.high), np.maximum(shared[at, at].high, abs(sharp.high))
        )
        matrix = settled(cross - shared, np.maximum(cross.high, shared.high))
        matrix[at, at] = np.where(self.u.high == 0, self.edge(y, whole.rounded), settled(own, largest))
        return self.factor2.rounded * matrix

    def value_at(self, k):
        return -picked(self[0], k).rounded

    def slope_at(self, k):
        mine, here = one_hot(k, len(self.u.high)), picked(self[1], k)
        away = (picked(self[0], k) * self[0] * self.factor).rounded
        back = (self.factor * here * picked(self.rest, k)).rounded
        return np.where(mine, -np.where(self.steep, np.inf, back), away)

    def curvature_at(self, k):
        mine, whole, here = one_hot(k, len(self.u.high)), picked(self[0], k), picked(self[1], k)
        a, twice = self.degree, self.degree.scaled(2.0) + 1.0
        bent = a - twice * self.part
        bent = settled(bent, np.maximum(a.high, (twice * self.part).high))
        matrix = -(twice * whole * self.factor2 * self[0][:, None] * self[0]).rounded
        cross = (here * self.factor2 * self[0]).rounded * pick(bent, k)
        matrix = np.where(mine[:, None], cross, np.where(mine, cross[:, None], matrix))
        sharp, flat = (1.0 - a) * picked(self[2], k), twice * picked(self[1] * self[0], k)
        own = (
            settled(sharp + flat, np.maximum(abs(sharp.high), flat.high))
            * (picked(self.rest, k) * self.factor2).rounded
        )
        edge = self.edge(mine, whole.rounded) * self.factor2.rounded
        at = np.arange(len(mine))
        other = (whole * self.factor2 * self[1]).rounded * bent
        matrix[at, at] = np.where(self.u.high == 0, edge, np.where(mine, own, other))
        return matrix

    def edge(self, y, whole):
        """Return the limit of the diagonal at a probability of 0."""
        a = self.degree.high
        return times((1 - a) * y, np.power(0.0, a - 2)) + times(a * whole, np.power(0.0, a - 1))


def settled(difference, term):
    """Return a difference as doubles, given its largest term; NaN where too much cancelled."""
    return np.where(term == 0, 0.0, sure(difference, term))


def picked(x, k):
    """Return of each column the entry of its class."""
    return DoubleDouble(pick(x.high, k), pick(np.broadcast_to(x.low, x.high.shape), k))
