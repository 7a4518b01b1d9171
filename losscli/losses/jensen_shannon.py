"""Divergences of prediction and target from the mean of the two."""

from functools import cache

import numpy as np

from losscli.domain import Interval
from losscli.families.onehot import pick, placed, weights
from losscli.losses.divergence import OfProbabilities
from losscli.numerics.arithmetic import FAINT, compensated, sure, with_care
from losscli.numerics.bregman import LEAST, polynomial
from losscli.numerics.doubledouble import DoubleDouble, chosen, log, total, two_sum
from losscli.numerics.tables import remainder
from losscli.parameter import parameter
from losscli.traits import Traits

NEAR = 0.5  # up to this share u = (p - y) / (p + y), a series is as good as logarithms, and does not cancel
SERIES = tuple(
    1 / (k * (2 * k - 1)) for k in range(1, 28)
)  # of (1+u) ln(1+u) + (1-u) ln(1-u) = u² + u⁴/6 + …
REACH = 0.7  # up to this share the next is as good
FIT = (
    1.0, 0.16666666666666724, 0.06666666666651187, 0.03571428573087806, 0.022222221283741152, 0.015151547503053175,
    0.010988270577639925, 0.008345224123329123, 0.006396826374555788, 0.006479900133317389, -0.003764046337962615,
    0.04499388449542492, -0.16019536762693268, 0.499427869989534, -1.153584063371403, 2.023984364963719,
    -2.5778911284691035, 2.275789983491013, -1.245021440267697, 0.3259408862236807,
)  # fmt: skip
ALONE = 1 - 2.0**-36  # from this square of the share on, the smaller number has no second order
HALF_LOG_2 = 0.34657359027997264
E = 2.718281828459045
MEAN = ("m", "[(p[k] + y[k]) / 2 for k in classes]")
APART = "sum((xlogy(y[k], y[k]) + xlogy(p[k], p[k])) / 2 - xlogy(m[k], m[k]) for k in classes) / log(base)"


@cache
def nats(base):
    """Return ln(base)."""
    return float(log(np.asarray(base)).rounded)


class AgainstMean(OfProbabilities):
    """A loss of how far prediction and target are from the mean of the two."""

    base: float = parameter(
        default=E, within=Interval(low=1), help="of the logarithms: 2 gives bits", quiet=True
    )

    def idle(self):
        return {}  # the formula shows its base

    def square(self, p, y):
        """Return the divergence in nats."""
        found = np.add(*compensated(plain_parts(p, y)))
        return with_care(~(found > LEAST), found, self.careful, p, y)

    def sole_square(self, p, k):
        """Return the divergence in nats from the class `k` alone: each other class adds its share of ln 2."""
        terms = HALF_LOG_2 * p
        np.put_along_axis(terms, k[None], plain_parts(pick(p, k), np.ones(len(k)))[None], axis=0)
        found = np.add(*compensated(terms))
        return with_care(~(found > LEAST), found, lambda p, k: self.careful(p, weights(k, len(p))), p, k)

    def careful(self, p, y):
        return total(parts(p, y)).rounded

    def leans(self, p, y):
        """Return the slope of the divergence in nats."""
        found = plain_lean(p, y)
        return with_care(np.isnan(found), found, lean, p, y)

    def sole_leans(self, p, k):
        """Return the slope of the divergence from the class `k` alone."""
        return placed(k, self.leans(pick(p, k), np.ones(len(k))), p.shape, HALF_LOG_2)

    def rebased(self, x):
        """Return x / ln(base); NaN where that would show bits lost at the end of the range."""
        unit = nats(self.base)
        if unit >= 1:
            return x / unit
        lost = (abs(x) < FAINT) & (x != 0)
        return np.where(lost, np.nan, x / unit) if lost.any() else x / unit

    def where(self, form):
        return (MEAN,)


class JSDivergence(AgainstMean):
    """Compares both distributions with the mean of the two: symmetric and never more than ln 2.

    Where the target is not 0, a prediction of 0 costs little, and yet the slope there is without bound.
    """

    formula = APART
    slope_formula = "log(p[k] / m[k]) / 2 / log(base)"
    source = "Lin 1991, Divergence measures based on the Shannon entropy, doi:10.1109/18.61115"
    also = (
        "jensen-shannon", "jsd", "jensen-shannon-divergence",
        "torchmetrics.functional.regression.jensen_shannon_divergence | divides each row by its sum",
        "torchmetrics.regression.JensenShannonDivergence | divides each row by its sum",
    )  # fmt: skip
    use = "two distributions should come together, and classes that one of them lacks must not cost inf"
    pitfalls = (
        "scipy's jensenshannon is its root: 0.319 for 0.102 of (0.5, 0.5) and (0.9, 0.1); that is js-distance",
        "its slope where the prediction is nearly 0 grows like a logarithm, that of kl-divergence like 1 / p",
    )
    related = ("js-distance", "kl-divergence")

    top = 0.7

    def sole(self, p, k):
        return self.rebased(self.sole_square(p, k))

    def sole_slope(self, p, k):
        own = self.rebased(self.leans(pick(p, k), np.ones(len(k))))
        return placed(k, own, p.shape, self.rebased(np.array(HALF_LOG_2)))

    def penalty(self, p, y):
        return self.rebased(self.square(p, y))

    def slope(self, p, y):
        return self.rebased(self.leans(p, y))

    def curvature(self, p, y):
        return self.rebased(bend(p, y))

    def traits(self):
        return Traits(convex=True)


class JSDistance(AgainstMean):
    """Root of the Jensen-Shannon divergence: a distance, with a kink where prediction and target agree."""

    formula = "sqrt(js)"
    slope_formula = "log(p[k] / m[k]) / (4 * log(base) * sqrt(js)) if js > 0 else 0"
    source = (
        "Endres & Schindelin 2003, A new metric for probability distributions, doi:10.1109/TIT.2003.813506"
    )
    also = (
        "jensen-shannon-distance",
        "scipy.spatial.distance.jensenshannon | divides each row by its sum",
    )  # fmt: skip
    use = "distributions are compared by a number that obeys the triangle inequality"
    pitfalls = (
        "the divergence is its square: torchmetrics says 0.102 where scipy says 0.319",
        "its slope does not fade as the prediction nears the target; where they agree we give 0",
    )
    related = ("js-divergence", "kl-divergence")
    kinked_at_target = True
    top = 0.9

    def sole(self, p, k):
        return np.sqrt(self.rebased(self.unlost(self.sole_square(p, k), p, k)))

    def penalty(self, p, y):
        return np.sqrt(self.rebased(self.unlost(self.square(p, y), p, y)))

    def slope(self, p, y):
        return self.steep(self.leans(p, y), self.unlost(self.square(p, y), p, y))

    def sole_slope(self, p, k):
        return self.steep(self.sole_leans(p, k), self.unlost(self.sole_square(p, k), p, k))

    def steep(self, lean, square):
        found = self.rebased(lean) / (2 * np.sqrt(self.rebased(square)))
        return found if square.all() else np.where(square == 0, 0.0, found)

    def curvature(self, p, y):
        """Return J'' / (2 √J) - J'² / (4 J √J), whose terms cancel where one class outweighs the others."""
        whole, size = fine_parts(p, y).total(), (p + y).max(axis=0)
        curve = DoubleDouble(y) / DoubleDouble.of_sum(p, y) / (2 * p)
        curve = chosen(y == 0, DoubleDouble(np.zeros_like(y)), curve)
        gap = whole * curve * 2.0 - fine_lean(p, y).squared()
        known = 0 * sure(whole, size) + 0 * sure(gap, 2 * curve.high * size + 1)
        found = (gap / whole).rounded + np.where(y == 0, 0 * sure(whole, size), known)
        found = np.where((p == 0) & (y > 0), np.inf, found)
        return self.rebased(found) / (4 * np.sqrt(self.rebased(whole.rounded)))

    def unlost(self, square, p, y):
        """Return a divergence, NaN where it is so small that its root would show lost bits."""
        if square.min() >= FAINT:
            return square
        y = weights(y, len(p))
        return np.where((square < FAINT) & (p != y).any(axis=0), np.nan, square)

    def corner(self, p, y):
        return (p == weights(y, len(p))).all(axis=0)

    def where(self, form):
        return (MEAN, ("js", APART))

    def traits(self):
        return Traits()


def plain_parts(p, y):
    """Return what `parts` does, in doubles, within 3 ulp; NaN for numbers of unusual size."""
    (gap, lost), (whole, rest) = two_sum(p, -y), two_sum(p, y)
    u = gap / whole
    w = u * u
    found = (gap * u + u * (2 * lost + remainder(gap, whole, u) - u * rest)) / 4 * polynomial(FIT, w)
    found = with_care((w > REACH * REACH) & (w < ALONE), found, far_parts, p, y, u)
    found = with_care(w >= ALONE, found, lone_parts, p, y)
    np.copyto(found, np.nan, where=whole < LEAST)
    return found


def far_parts(p, y, u):
    """Return what `parts` does, in doubles, where p and y are far apart: what rounding did to u cancels."""
    return (p * np.log1p(u) + y * np.log1p(-u)) / 2


def lone_parts(p, y):
    """Return what `parts` does, in doubles, where p or y is next to nothing beside the other."""
    large, small = np.maximum(p, y), np.minimum(p, y)
    bits = small * (np.log(np.where(small == 0, 1.0, 2 * (small / large))) - 1)
    return large * HALF_LOG_2 + bits / 2


def plain_lean(p, y):
    """Return what `lean` does, in doubles; NaN for numbers of unusual size."""
    (gap, lost), (whole, rest) = two_sum(p, -y), two_sum(p, y)
    u = gap / whole
    found = np.log1p(u)
    found += (remainder(gap, whole, u) + lost - u * rest) / (2 * p)
    found = with_care(found < -0.7, found, lambda p, whole: np.log(2 * (p / whole)), p, whole) / 2
    np.copyto(found, np.nan, where=(p < LEAST) | (y < LEAST) & (y > 0))
    return found


def side(p, y):
    """Return p and y over a power of 2 that brings the larger near 1, its exponent, and (p - y) / (p + y)."""
    exponent = np.frexp(np.maximum(p, y))[1]
    a, b = np.ldexp(p, -exponent), np.ldexp(y, -exponent)
    whole = DoubleDouble.of_sum(a, b)
    return a, b, exponent, DoubleDouble.of_sum(a, -b) / chosen(whole.high == 0, DoubleDouble(1.0), whole)


def parts(p, y):
    """Return what each class adds to the divergence, in nats: never less than 0."""
    a, b, exponent, u = side(p, y)
    near = (DoubleDouble.of_sum(a, -b) * u).rounded / 4 * polynomial(SERIES, u.high * u.high)
    return np.ldexp(np.where(abs(u.high) <= NEAR, near, fine_parts(a, b).rounded), exponent)


def fine_parts(p, y):
    """Return what each class adds, to some hundred bits of the larger of p and y."""
    return (surprise(p) + surprise(y)) * 0.5 - surprise(DoubleDouble.of_sum(p, y) * 0.5)


def surprise(x):
    """Return x ln x, 0 of 0."""
    x = DoubleDouble(x) if isinstance(x, np.ndarray) else x
    return x * log(chosen(x.high > 0, x, DoubleDouble(1.0)))


def lean(p, y):
    """Return half of ln(2 p / (p + y)), the slope in nats."""
    *_, u = side(p, y)
    near = np.log1p(u.high) + u.low / (1 + u.high)
    share = p / (p + y)
    far = np.where(share < FAINT, np.log(p) - np.log((p + y) / 2), np.log(2 * share))
    return np.where(y == 0, np.log(2.0), np.where(u.high > -NEAR, near, far)) / 2


def fine_lean(p, y):
    """Return `lean` to some hundred bits; where p alone is 0, what it returns means nothing."""
    p, y = np.where((p == 0) | (y == 0), 1.0, p), np.where(p == 0, 0.0, y)
    return (log(p) - log(DoubleDouble.of_sum(p, y) * 0.5)) * 0.5


def bend(p, y):
    """Return y / (2 p (p + y)), the curvature in nats."""
    share = y / (p + y)
    return np.where(y == 0, 0.0, np.where(share < FAINT, y / (2 * p * (p + y)), share / (2 * p)))
