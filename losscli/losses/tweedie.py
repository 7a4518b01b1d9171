"""The deviance of amounts whose variance is a power of their mean, which may be 0."""

import numpy as np

from losscli.domain import NONNEGATIVE, Interval
from losscli.families.pointwise import TARGET
from losscli.inputs import DomainError, Input
from losscli.losses.deviance import (
    HALF,
    LOG_2,
    POSITIVES,
    TIMES,
    Deviance,
    GammaDeviance,
    InverseGaussianDeviance,
    PoissonDeviance,
)
from losscli.numerics.arithmetic import sure, with_care
from losscli.numerics.bregman import LEAST, MOST
from losscli.numerics.deviances import between, raised
from losscli.numerics.doubledouble import DoubleDouble, log
from losscli.numerics.powers import midway, scaled_power, tweedie
from losscli.numerics.quick import below
from losscli.parameter import flag, parameter
from losscli.traits import Traits


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

    def briskly(self, order, out, p, t):
        if (plainly := self.closed()) is not None:
            doubt = plainly.filled(order, out, p, t)
            return doubt | below(t, LEAST) if self.power >= 2 else doubt  # a target of 0 is refused
        if self.power != 1.5 or not order:
            return True
        np.subtract(p, t, out)
        out /= p
        out /= np.sqrt(p)
        out *= 2.0
        return False

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
        if (plainly := self.closed()) is not None:
            return plainly.curvature(p, t)
        more = DoubleDouble.of_product(t, self.power) / p
        bend = more + DoubleDouble.of_sum(1.0, -self.power)
        known = 0 * sure(bend, np.maximum(abs(more.high), abs(1 - self.power)))
        return (bend * raised(p, DoubleDouble(-self.power)) * 2.0).rounded + known

    def check(self, *arrays):
        super().check(*arrays)
        if self.power >= 2 and (arrays[1] == 0).any():
            raise DomainError(self.name, POSITIVES[0][1], arrays[1] == 0, arrays[1])

    def traits(self):
        flat = self.power == 0
        steep = (1 if self.half else 2) if flat else np.inf
        return Traits(convex=0 <= self.power <= 1, smoothness=steep, best="the mean")
