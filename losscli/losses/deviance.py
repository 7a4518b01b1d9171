"""Deviances: twice what a prediction costs above the target itself, where the variance is a power of the mean."""

import numpy as np

from losscli.domain import NONNEGATIVE, POSITIVE, Interval
from losscli.families.pointwise import PREDICTION, TARGET, Ratio
from losscli.inputs import DomainError, Input
from losscli.numerics.arithmetic import over_square, sure, with_care
from losscli.numerics.bregman import LEAST, MOST, apart, entropic
from losscli.numerics.doubledouble import DoubleDouble, log, two_sum
from losscli.numerics.powers import midway, scaled_power, tweedie
from losscli.numerics.surplus import between, raised
from losscli.numerics.tables import remainder
from losscli.parameter import flag, parameter
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

    def derivative(self, order, *block):
        (found,) = super().derivative(order, *block)
        if not self.settings()["half"]:
            return (found,)
        p, t = block
        unknown = np.isinf(found) & (p != 0) & np.isfinite(p) & np.isfinite(t)  # half of it may be a double
        return (np.where(unknown, np.nan, found / 2),)


class TweedieDeviance(Deviance):
    """Compares amounts whose variance grows as a power of their mean: 1 for counts, 2 for sizes, between for sums.

    With powers between 1 and 2 the target may be 0: many policies have no claim, and some have large ones.
    """

    formula = (
        f"{TIMES} * (xlogy(t, t) - xlogy(t, p) - t + p) if power == 1 "
        f"else {TIMES} * (t / p - 1 - log(t / p)) if power == 2 "
        f"else {TIMES} * (t**(2 - power) / ((1 - power) * (2 - power)) - t * p**(1 - power) / (1 - power) "
        "+ p**(2 - power) / (2 - power))"
    )
    slope_formula = f"{TIMES} * (p - t) / p**power"
    also = (
        "tweedie",
        "sklearn.metrics.mean_tweedie_deviance | its power is 0 unless told otherwise, which is mse",
        "torchmetrics.functional.tweedie_deviance_score | its power is 0 unless told otherwise, which is mse",
        "torchmetrics.TweedieDevianceScore | its power is 0 unless told otherwise, which is mse",
        "sklearn._loss.HalfTweedieLossIdentity = tweedie-deviance:half=true",
        "sklearn.metrics.d2_tweedie_score | 1 less the share that is left of it beside the mean",
    )  # fmt: skip
    use = "targets are amounts of 0 or more, such as claims or rain, and a model gives their mean"
    pitfalls = (
        "boosting and HalfTweedieLoss take the logarithm of the mean, and leave out the factor 2 and what does "
        "not depend on it: that is tweedie-nll-log, 5.774 for 0.233 of target 2 and prediction 3",
        "what others leave out jumps at powers 1 and 2; the deviance does not",
        "libraries lose all digits beside equality: sklearn says -2.7e-15 for p = t = 1 at power 1.1",
        "a target of 0 is refused for powers of 2 and more: it would cost inf",
    )
    related = ("poisson-deviance", "gamma-deviance", "inverse-gaussian-deviance", "tweedie-nll-log")
    forms = ((POSITIVES[0][0], Input("target", NONNEGATIVE, columns=TARGET)),)

    power: float = parameter(
        default=1.5, within=Interval(-20, 20, "[]"),
        help="the variance is this power of the mean: 1 Poisson, 2 gamma, 3 inverse Gaussian",
    )  # fmt: skip
    half: float = flag(default=0.0, help=HALF)

    def penalty(self, p, t):
        if (plainly := self.closed()) is not None:
            return plainly.penalty(p, t)
        if not self.power:
            return np.square(p - t)
        found = midway(p, t) if self.power == 1.5 else self.by_powers(p, t)
        return with_care(np.isnan(found), found, self.careful, p, t)

    def closed(self):
        """Return the loss that this one is at a power where it needs none."""
        kinds = {1.0: PoissonDeviance, 2.0: GammaDeviance, 3.0: InverseGaussianDeviance}
        return kinds[self.power]() if self.power in kinds else None

    def by_powers(self, p, t):
        a, b = DoubleDouble.of_sum(2.0, -self.power), DoubleDouble.of_sum(1.0, -self.power)
        both = a * b * 0.5
        found = tweedie(p, t, a, b, -log(abs(both))) * np.sign(both.high)
        return np.where(t == 0, scaled_power(p, a, -log(a * 0.5)), found) if self.power < 2 else found

    def careful(self, p, t):
        some = (t > 0) & np.isfinite(t) & np.isfinite(p)
        return np.where(
            some, between(np.where(some, p, 1.0), np.where(some, t, 1.0), self.power), self.of_none(p, t)
        )

    def of_none(self, p, t):
        """Return the deviance of a target of 0: 2 p^(2 - power) / (2 - power)."""
        if self.power >= 2:
            return np.full_like(p, np.nan)
        share = DoubleDouble.of_sum(2.0, -self.power)
        return np.where(t == 0, (raised(p, share) / share).rounded * 2, np.nan)

    def slope(self, p, t):
        if (plainly := self.closed()) is not None:
            return plainly.slope(p, t)
        if not self.power:
            return 2 * (p - t)
        if self.power != 1.5:
            found = scaled_power(p, DoubleDouble(-self.power), LOG_2) * (p - t)
            return with_care(np.isnan(found), found, self.careful_slope, p, t)
        found = 2 * ((p - t) / p / np.sqrt(p))
        usual = (p > LEAST) & (p < MOST) & (t < MOST)
        return with_care(~usual, found, self.careful_slope, p, t)

    def careful_slope(self, p, t):
        return (DoubleDouble.of_sum(p, -t) * raised(p, DoubleDouble(-self.power)) * 2.0).rounded

    def curvature(self, p, t):
        more = DoubleDouble.of_product(t, self.power) / p
        bend = more + DoubleDouble.of_sum(1.0, -self.power)
        known = 0 * sure(bend, np.maximum(abs(more.high), abs(1 - self.power))) if self.power != 1 else 0.0
        return (bend * raised(p, DoubleDouble(-self.power)) * 2.0).rounded + known

    def check(self, *arrays):
        super().check(*arrays)
        if self.power >= 2 and (arrays[1] == 0).any():
            raise DomainError(self.name, POSITIVES[0][1], arrays[1] == 0, arrays[1])

    def traits(self):
        flat = self.power == 0
        steep = (1 if self.half else 2) if flat else np.inf
        return Traits(convex=0 <= self.power <= 1, smoothness=steep, best="the mean")


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
