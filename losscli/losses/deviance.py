"""Deviances: twice what a prediction costs above the target itself, where the variance is a power of the mean."""

import numpy as np

from losscli.domain import NONNEGATIVE, POSITIVE
from losscli.families.forecast import unsquared
from losscli.families.pointwise import PREDICTION, TARGET, Ratio
from losscli.inputs import Input
from losscli.numerics.arithmetic import over_square, with_care
from losscli.numerics.bregman import LEAST, MOST, apart, entropic, ratio_apart
from losscli.numerics.deviances import between
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import exact_difference, missing
from losscli.numerics.tables import remainder
from losscli.parameter import flag
from losscli.traits import Traits

TIMES = "(2 - half)"
HALF = "half of it: a negative log likelihood less its least value"
LOG_2 = DoubleDouble(0.6931471805599453, 2.3190468138462996e-17)
POSITIVES = (
    (
        Input("pred", POSITIVE, wrt=True, columns=PREDICTION),
        Input("target", POSITIVE, columns=TARGET),
    ),
)


class Deviance(Ratio):
    """A deviance, whose least value is 0, at the target."""

    family = "counts"
    source = "Jørgensen 1987, Exponential dispersion models, doi:10.1111/j.2517-6161.1987.tb01685.x"
    forms = POSITIVES
    span = (0, 5)
    top = 4

    swift = True

    def filled(self, order, out, p, t):
        if order == 2 or self.settings()["half"]:
            return True
        return self.briskly(order, out, p, t)

    def briskly(self, order, out, p, t):
        """Do it without a factor."""
        return True

    def derivative(self, order, *block):
        (found,) = super().derivative(order, *block)
        if not self.settings()["half"]:
            return (found,)
        p, t = block
        unknown = np.isinf(found) & (p != 0) & np.isfinite(p) & np.isfinite(t)  # half of it may be a double
        return (np.where(unknown, np.nan, found / 2),)


class PoissonDeviance(Deviance):
    """How much less likely a count is at the predicted rate than at itself as the rate: twice the logarithm."""

    formula = f"{TIMES} * (xlogy(t, t) - xlogy(t, p) - t + p)"
    slope_formula = f"{TIMES} * (1 - t / p)"
    source = "Nelder & Wedderburn 1972, Generalized linear models, doi:10.2307/2344614"
    also = ("sklearn.metrics.mean_poisson_deviance | refuses a prediction of 0",)
    use = "targets are counts, a model gives their rate, and a perfect model should cost 0"
    pitfalls = (
        "twice poisson-nll less its least value: the slopes are twice as large",
        "sklearn loses digits beside equality: 2.13523152794437e-5 for 2.13523152795089e-5 of 11.984 and 12",
    )
    related = ("poisson-nll", "tweedie-deviance", "generalized-kl")
    forms = (
        (
            Input("pred", NONNEGATIVE, wrt=True, columns=PREDICTION),
            Input("target", NONNEGATIVE, columns=TARGET),
        ),
    )

    half: float = flag(default=0.0, help=HALF)

    def briskly(self, order, out, p, t):
        if order:
            np.subtract(p, t, out)
            out /= p
        else:
            ratio_apart(p, t, out)
            out *= t
            if t.min() < LEAST:
                np.copyto(out, p, where=t == 0)
                np.copyto(out, np.nan, where=(t < LEAST) & (t > 0))
        out *= 2.0
        return missing(out)

    def penalty(self, p, t):
        found = 2 * apart(p, t)
        return with_care(np.isnan(found), found, self.careful, p, t)

    def careful(self, p, t):
        found, exponent = entropic(p, t)
        found = np.ldexp(found.rounded, exponent + 1)
        return np.where((p == 0) & (t > 0) | (np.isinf(p) != np.isinf(t)), np.inf, found)

    def slope(self, p, t):
        return np.where(t == 0, 2.0, 2 * ((p - t) / p))

    def curvature(self, p, t):
        return 2 * over_square(t, p)

    def traits(self):
        return Traits(convex=True, best="the mean")


class GammaDeviance(Deviance):
    """Compares sizes by their ratio: 10 % too much costs the same everywhere, too little costs more."""

    formula = f"{TIMES} * (t / p - 1 - log(t / p))"
    slope_formula = f"{TIMES} * (p - t) / p**2"
    source = "Nelder & Wedderburn 1972, Generalized linear models, doi:10.2307/2344614"
    also = (
        "sklearn.metrics.mean_gamma_deviance",
        "xgboost.gamma-deviance | adds 1e-6 to both",
        "lightgbm.gamma_deviance | the sum over rows where others give the mean",
        "itakura-saito",
    )  # fmt: skip
    use = "targets are sizes above 0 whose spread is in proportion to them, and a model gives their mean"
    pitfalls = (
        "LightGBM's gamma and XGBoost's reg:gamma are gamma-nll-log: 1.765 for 0.1443 of target 2 and prediction 3",
        "not convex: from twice the target on its slope fades",
    )
    related = ("tweedie-deviance", "gamma-nll-log", "msle")

    half: float = flag(default=0.0, help=HALF)

    def briskly(self, order, out, p, t):
        if order:
            np.subtract(p, t, out)
            out /= p
            out /= p
        else:
            ratio_apart(t, p, out)
        out *= 2.0
        return missing(out)

    def penalty(self, p, t):
        found = 2 * apart(t, p) / p
        return with_care(np.isnan(found), found, self.careful, p, t)

    def careful(self, p, t):
        found = between(np.where(np.isinf(p), 1.0, p), np.where(np.isinf(t), 1.0, t), 2.0)
        return np.where(np.isinf(p) | np.isinf(t), np.where(np.isinf(p) & np.isinf(t), np.nan, np.inf), found)

    def slope(self, p, t):
        return 2 * ((p - t) / p / p)

    def curvature(self, p, t):
        found = 2 * ((2 * t - p) / p / p / p)
        return with_care(t > MOST, found, self.careful_curvature, p, t)

    def careful_curvature(self, p, t):
        return 4 * ((t - p / 2) / p / p / p)  # twice the largest double is infinite

    def traits(self):
        return Traits(best="the mean")


class InverseGaussianDeviance(Deviance):
    """Square of the relative error over the target: for sizes with a long tail, where too little costs most."""

    formula = "(p - t)**2 / (2 * p**2 * t) if half else (p - t)**2 / (p**2 * t)"
    slope_formula = f"{TIMES} * (p - t) / p**3"
    source = (
        "Tweedie 1957, Statistical properties of inverse Gaussian distributions, doi:10.1214/aoms/1177706964"
    )
    also = ("wald-deviance", "statsmodels.genmod.families.InverseGaussian")
    use = "targets are above 0 with a tail longer than that of a gamma distribution"
    pitfalls = (
        "it has a unit, 1 over that of the target: ten times larger targets cost a tenth",
        "not convex, and it hardly minds predictions far too high",
    )
    related = ("tweedie-deviance", "gamma-deviance")

    half: float = flag(default=0.0, help=HALF)

    def briskly(self, order, out, p, t):
        if order:
            np.subtract(p, t, out)
            for _ in range(3):
                out /= p
            out *= 2.0
            return missing(out)
        square, rest = unsquared(*exact_difference(p, t))
        square += rest  # one part in 2^53, and one for each factor of the divisor
        np.multiply(p, p, rest)
        rest *= t
        np.divide(square, rest, out)
        return False

    def penalty(self, p, t):
        (e, lost), all_of_it = two_sum(p, -t), p > 2.0**52 * t
        share = np.where(all_of_it, 1.0, e / p)
        lost += remainder(e, p, share)
        np.copyto(lost, 0.0, where=all_of_it)
        rate = share / t
        return share * rate + 2 * (lost / p) * rate

    def slope(self, p, t):
        return 2 * ((p - t) / p / p / p)

    def curvature(self, p, t):
        bend = DoubleDouble.of_sum(2 * t, t) - 2 * p
        return 2 * (bend.rounded / p / p / p / p)

    def traits(self):
        return Traits(best="the mean")
