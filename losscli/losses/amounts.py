"""Divergences of amounts from others, which need not sum to 1."""

import numpy as np

from losscli.arithmetic import compensated, over_square, with_care
from losscli.bregman import apart, entropic, exponential, summed
from losscli.domain import NONNEGATIVE
from losscli.families import PROBABILITY, TARGET
from losscli.loss import Axis, Input, Section
from losscli.losses.count import PoissonNLLLog
from losscli.losses.divergence import LOG_PROBABILITY, Divergence
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
        return Axis("r", "prediction  r  of a target 1", 0, 4)

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

    def penalty(self, z, y):
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
