"""Divergences of amounts from others, which need not sum to 1."""

import numpy as np

from losscli import places
from losscli.domain import NONNEGATIVE
from losscli.families import trueclass
from losscli.families.onehot import pick, placed, weights
from losscli.families.pointwise import PROBABILITY, TARGET
from losscli.loss import Axis, Input, Section
from losscli.losses.count import CLEAR, FLAT, PoissonNLLLog
from losscli.losses.divergence import LOG_PROBABILITY, Divergence
from losscli.numerics.arithmetic import FAINT, compensated, corrected, over_square, with_care
from losscli.numerics.bregman import LEAST, MOST, POWERS, apart, entropic, exponential, polynomial, summed
from losscli.numerics.doubledouble import two_sum
from losscli.numerics.tables import exp_pair, log_pair, product
from losscli.traits import Traits


def alone(x):
    """Return predictions `x` of one class, whose target is 1, as rows."""
    return x[:, None], np.ones((len(x), 1))


class GeneralizedKL(Divergence):
    """Compares amounts that need not sum to 1: Kullback-Leibler divergence with a term that holds the sum in place."""

    forms = (
        (
            Input("pred", NONNEGATIVE, "vector", wrt=True, columns=PROBABILITY),
            Input("target", NONNEGATIVE, "class", of="pred", columns=TARGET),
        ),
    )
    formula = "sum(xlogy(y[k], y[k]) - xlogy(y[k], p[k]) - y[k] + p[k] for k in classes)"
    slope_formula = "1 - y[k] / p[k]"
    source = (
        "Csiszár 1991, Why least squares and maximum entropy? An axiomatic approach to inference for linear "
        "inverse problems, doi:10.1214/aos/1176348385"
    )
    also = (
        "i-divergence", "generalized-kullback-leibler",
        "scipy.special.kl_div | one term of the sum: the target is its first argument",
    )  # fmt: skip
    use = "histograms, spectra or counts are compared, whose sums matter too"
    pitfalls = (
        "of distributions it is kl-divergence, but its slope is not: it holds the sum in place",
        "optax takes the logarithm of what is predicted: that is generalized-kl-log",
        "scipy's kl_div is a term of this one; a term of kl-divergence is rel_entr",
    )
    related = ("generalized-kl-log", "kl-divergence", "poisson-nll")

    def swiftly(self, order):
        return trueclass.sole(1, trueclass.excess_slope, trueclass.no_amounts, 1.0) if order == 1 else None

    def sole(self, p, k):
        terms = p.copy()
        np.put_along_axis(terms, k[None], apart(pick(p, k), np.ones(len(k)))[None], axis=0)
        found = np.add(*compensated(terms))
        return corrected(found, lambda p, k: self.careful(p, weights(k, len(p))), p, k)

    def sole_slope(self, p, k):
        true = pick(p, k)
        return placed(k, (true - 1) / true, p.shape, 1.0)

    def penalty(self, p, y):
        found = np.add(*compensated(apart(p, y)))
        return with_care(np.isnan(found), found, self.careful, p, y)

    def careful(self, p, y):
        found, exponent = entropic(p, y)
        found = np.ldexp(found.rounded, exponent)
        endless = (p == 0) & (y > 0) | np.isinf(p) & np.isfinite(y) | np.isfinite(p) & np.isinf(y)
        return summed(np.where(endless, np.inf, found))

    def slope(self, p, y):
        return np.where(y == 0, 1.0, (p - y) / p)

    def curvature(self, p, y):
        return over_square(y, p)

    @property
    def axis(self):
        return Axis("r", "prediction  r  of a target 1", 0, 4, place=places.ratio)

    def sections(self):
        return (Section("", alone, lambda gradient: gradient[:, 0]),)

    def traits(self):
        return Traits(convex=True, best="the mean")


class GeneralizedKLLog(Divergence):
    """Generalized Kullback-Leibler divergence of predicted logarithms of amounts from amounts."""

    symbols = "z, y"
    forms = (
        (
            Input("pred", kind="vector", wrt=True, columns=LOG_PROBABILITY),
            Input("target", NONNEGATIVE, "class", of="pred", columns=TARGET),
        ),
    )
    formula = "sum(xlogy(y[k], y[k]) - y[k] * z[k] - y[k] + exp(z[k]) for k in classes)"
    slope_formula = "exp(z[k]) - y[k]"
    source = GeneralizedKL.source
    also = (
        "optax.generalized_kl_divergence", "optax.losses.generalized_kl_divergence",
        "optax.convex_kl_divergence", "optax.losses.convex_kl_divergence",
    )  # fmt: skip
    use = "targets are amounts or a distribution, and a model gives logarithms that no softmax has made sum to 1"
    pitfalls = (
        "scipy's kl_div takes the amounts themselves: that is generalized-kl",
        "optax calls kl_divergence a loss without the term that holds the sum in place: kl-divergence-log",
    )
    related = ("generalized-kl", "kl-divergence-log", "poisson-nll-log")

    def swiftly(self, order):
        return trueclass.risen if order == 1 else None

    def sole(self, z, k):
        true = pick(z, k)
        rest = np.exp(z)
        np.put_along_axis(rest, k[None], 0.0, axis=0)
        others, lost = compensated(rest)
        term = true * true * polynomial(POWERS, true)
        term = with_care(~(abs(true) < 1), term, lambda r: np.expm1(r) - r, true)
        found = others + (lost + term)
        # near 0 the term alone is within 3.7 halves of a unit in the last place, exponentials are within 1.3
        doubtful = ~((0.7 * term < 1.7 * others) | (abs(true) > 1.5))
        return with_care(doubtful, found, self.beside, others, lost, true)

    def beside(self, others, lost, true):
        """Return what the other classes add, and the true one by itself."""
        return others + (lost + exponential(true, np.ones(len(true))))

    def sole_slope(self, z, k):
        slope = np.exp(z)
        np.put_along_axis(slope, k[None], np.expm1(pick(z, k))[None], axis=0)
        return slope

    def penalty(self, z, y):
        rise = np.exp(z)
        some = y > 0
        log_y = np.log(y if some.all() else np.where(some, y, 1.0))
        found = self.added(rise, 0.0, y, log_y, 0.0, z)
        doubt = 1.1 * (rise + abs(y * log_y)).sum(axis=0)
        return with_care(~((doubt < 3 * found) & (found > FAINT)), found, self.closer, z, y)

    def closer(self, z, y):
        """Return the loss by exponentials and logarithms to some 70 bits."""
        rise, log_y = exp_pair(z), log_pair(np.where(y > 0, y, 1.0))
        found = self.added(*rise, y, *log_y, z)
        doubt = CLEAR * (rise[0] + y * (1 + abs(log_y[0]) + abs(z))).sum(axis=0)
        usual = (abs(z) < FLAT) & ((y > LEAST) & (y < MOST) | (y == 0))
        np.copyto(found, np.nan, where=~((found > doubt) & usual.all(axis=0)))
        return corrected(found, self.careful, z, y)

    def added(self, rise, more, y, log_y, less, z):
        """Return the sum of e^z - y - y (z - ln y), from the exponentials and logarithms and what they lack."""
        gap, lost = two_sum(z, -log_y)
        first, second = product(y, gap)
        near, rest = two_sum(rise, -y)
        terms, again = two_sum(near, -first)
        return np.add(*compensated(terms, rest + again + (more - second - y * (lost - less))))

    def careful(self, z, y):
        return summed(exponential(z, y))

    def slope(self, z, y):
        return PoissonNLLLog().slope(z, y)

    def curvature(self, z, y):
        return np.exp(z)

    @property
    def axis(self):
        return Axis("z", "logarithm of the prediction  z  of a target 1", -3, 2)

    def sections(self):
        return (Section("", alone, lambda gradient: gradient[:, 0]),)

    def traits(self):
        return Traits(convex=True, best="the log of the mean")
