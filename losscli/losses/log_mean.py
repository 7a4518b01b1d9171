"""Likelihoods of amounts above 0, whose mean is the exponential of a prediction."""

from functools import cache

import numpy as np

from losscli.domain import NONNEGATIVE, POSITIVE, Interval
from losscli.families.pointwise import LOGIT, PREDICTION, TARGET, Binary
from losscli.inputs import Input
from losscli.loss import Axis
from losscli.numerics.arithmetic import corrected, sure, with_care
from losscli.numerics.doubledouble import DoubleDouble, exp, two_product, two_sum
from losscli.numerics.quick import finer
from losscli.numerics.tables import exp_pair, rise_above
from losscli.parameter import parameter
from losscli.traits import Traits

ONE = DoubleDouble(1.0)
ORDINARY = 100.0
SMALL, LARGE = 2.0**-300, 2.0**300
CALM = 200.0  # up to here exponentials, and these times ordinary numbers, keep all bits
LEAST, MOST = 2.0**-400, 2.0**400
CLEAR = 2.0**-16  # what is above this does not see what the pairs of `tables` lack
FAR = 600.0  # from e^-600 on exponentials soon lose bits
END = 700.0  # from e^700 on they near the end of the range
LOG_MEAN = Input("pred", wrt=True, columns=("log_mean", *LOGIT, *PREDICTION))


def calm(z, y):
    """Return where exponentials of z, and y times these, are ordinary numbers."""
    return (abs(z) < CALM) & ((y > LEAST) & (y < MOST) | (y == 0))


@cache
def rates(power):
    """Return how fast the two terms of a Tweedie likelihood rise and fall, and the inverses of both."""
    rising, falling = DoubleDouble.of_sum(2.0, -power), DoubleDouble.of_sum(power, -1.0)
    return rising, falling, 1.0 / rising, 1.0 / falling


def grown(z, by, factor):
    """Return factor e^(by z) as two doubles, of which the first has about all."""
    power, lost = two_product(z, by.high)
    found = np.exp(power) * factor.high
    return found, found * (lost + z * by.low + factor.low / factor.high)


def surplus(z, y):
    """Return e^z - y and e^z; NaN where too much of the difference cancels."""
    high, low = exp_pair(z)
    found = (high - y) + low
    np.copyto(found, np.nan, where=~(calm(z, y) & (abs(found) > CLEAR * high)))
    return found, high


def ordinary(z, y):
    """Return where exponentials of z, and y times or over these, are ordinary numbers; True if everywhere."""
    if z.min() > -ORDINARY and z.max() < ORDINARY and y.min() > SMALL and y.max() < LARGE:
        return True
    return (abs(z) < ORDINARY) & (y > SMALL) & (y < LARGE)


def fine_sum(z, y):
    """Return z + y e^-z; NaN where too much of it cancels."""
    high, low = exp_pair(-z)
    share, lost = two_product(y, high)
    found, rest = two_sum(share, z)
    found += rest + (lost + y * low)
    return np.where(abs(found) > CLEAR * abs(z), found, np.nan)


def finest_sum(z, y):
    """Return it; NaN where numbers are not ordinary, too."""
    found = fine_sum(z, y)
    np.copyto(found, np.nan, where=~calm(z, y))
    return found


class OnLogMean(Binary):
    """A likelihood of an amount, given the logarithm of its mean; drawn for two amounts."""

    family = "counts"
    symbols = "z, y"
    swift = True
    targets = (3, 1, 0)

    @property
    def axis(self):
        return Axis("z", "logarithm of the mean  z", -2, 3)


class TweedieNLLLog(OnLogMean):
    """How surprised the exponential of a prediction is by an amount that may be 0: the loss of Tweedie regression.

    Between a Poisson and a gamma likelihood; what does not depend on the prediction is left out.
    """

    formula = "exp((2 - power) * z) / (2 - power) + y * exp(-(power - 1) * z) / (power - 1)"
    slope_formula = "exp((2 - power) * z) - y * exp(-(power - 1) * z)"
    source = "Jørgensen 1987, Exponential dispersion models, doi:10.1111/j.2517-6161.1987.tb01685.x"
    also = (
        "tweedie", "half-tweedie", "sklearn._loss.HalfTweedieLoss", "xgboost.reg:tweedie", "xgboost.tweedie-nloglik",
        "lightgbm.tweedie", "catboost.Tweedie | has no default power",
        "sklearn.linear_model.TweedieRegressor | its power is 0 unless told otherwise; half the deviance",
    )  # fmt: skip
    use = "targets are amounts of 0 or more, many of them 0, and a model gives the logarithm of their mean"
    pitfalls = (
        "its least value is not 0 and jumps with the power: compare powers by another measure",
        "twice it plus what is left out is tweedie-deviance: 5.774 beside 0.233 for target 2 and prediction ln 3",
        "sklearn allows all powers in HalfTweedieLoss; at 1 and 2 it is poisson-nll-log and gamma-nll-log",
    )
    related = ("tweedie-deviance", "poisson-nll-log", "gamma-nll-log")
    forms = ((LOG_MEAN, Input("target", NONNEGATIVE, columns=TARGET)),)

    power: float = parameter(
        default=1.5, within=Interval(1, 2), help="the variance is this power of the mean"
    )

    def filled(self, order, out, z, y):
        if order != 1 or self.power != 1.5:
            return True
        found, _, sure = rise_above(z, y)
        root = np.exp(z * 0.5)  # within 1.3 parts in 2^53
        np.divide(found, root, out)
        return ~(sure & ordinary(z, y))

    def penalty(self, z, y):
        if self.power == 1.5:
            root = np.exp(z / 2)
            return with_care(~(abs(z) < 2 * FAR), 2 * (root + y / root), self.careful, z, y)
        rising, falling, more, less = rates(self.power)
        (up, fine), (down, rest) = grown(z, rising, more), grown(z, -falling, less)
        found = (up + y * down) + (fine + y * rest)
        return with_care(~calm(z, y), found, self.careful, z, y)

    def careful(self, z, y):
        return self.summed(z, y, *rates(self.power)[2:])

    def slope(self, z, y):
        if self.power != 1.5:
            return self.closer_slope(z, y)
        root = np.exp(z / 2)
        share = y / root
        found = root - share
        known = (1.3 * root + 2.3 * share < 3 * abs(found)) & (abs(z) < 2 * FAR)
        return with_care(~known, found, self.closer_slope, z, y)

    def closer_slope(self, z, y):
        gap, _ = surplus(z, y)
        if self.power == 1.5:
            return corrected(gap / np.exp(z / 2), self.careful_slope, z, y)
        down, fine = grown(z, -rates(self.power)[1], ONE)
        return corrected((down + fine) * gap, self.careful_slope, z, y)

    def careful_slope(self, z, y):
        up, down = self.powers(z)
        found = sure(up - down * y, np.maximum(up.high, y * down.high))
        ends = (abs(z) * max(self.power - 1, 2 - self.power) > FAR) | (down.high * y > 2.0**900)
        plain = up.high - down.high * y
        beside = abs(plain) < 0.6 * up.high  # so much of two roundings would show
        found = np.where(ends, np.where(beside, np.nan, plain) + self.unsure(z, y), found)
        return np.where(y == 0, up.high, found)

    def curvature(self, z, y):
        return self.summed(z, y, *rates(self.power)[:2])

    def powers(self, z):
        """Return e^((2 - power) z) and e^-((power - 1) z)."""
        z = np.where(np.isinf(z), np.copysign(1e9, z), z)
        z = np.clip(z, -1e300, 1e300)
        rising, falling, *_ = rates(self.power)
        return exp(rising * z), exp(falling * -z)

    def summed(self, z, y, a, b):
        """Return the two exponentials times `a` and `b` y, which are never less than 0."""
        up, down = (x.rounded for x in self.powers(z))
        first, second = (up * a.rounded), np.where(y == 0, 0.0, y * (down * b.rounded))
        return first + second + self.unsure(z, y)

    def unsure(self, z, y):
        """Return 0; NaN where an exponential at the end of the range may matter."""
        rising, falling, *_ = rates(self.power)
        high, low = rising.high * z, -falling.high * z
        faint = (high < -FAR) & (high > -760) | (low < -FAR) & (low > -760 - np.log(np.maximum(y, 1)))
        steep = (high > END) & (high < 800) | (low > END) & (low < 1500) & (y > 0)
        return np.where(faint | steep, np.nan, 0.0)

    def traits(self):
        return Traits(convex=True, best="the log of the mean")


class GammaNLLLog(OnLogMean):
    """How surprised the exponential of a prediction is by a size above 0: the loss of gamma regression.

    What does not depend on the prediction is left out.
    """

    formula = "z + y * exp(-z)"
    slope_formula = "1 - y * exp(-z)"
    source = "Nelder & Wedderburn 1972, Generalized linear models, doi:10.2307/2344614"
    also = (
        "half-gamma",
        "sklearn._loss.HalfGammaLoss", "sklearn.ensemble.HistGradientBoostingRegressor.gamma",
        "sklearn.linear_model.GammaRegressor | half the deviance: the same slopes",
        "xgboost.reg:gamma", "xgboost.gamma-nloglik", "lightgbm.gamma",
    )  # fmt: skip
    use = "targets are sizes above 0 whose spread is in proportion to them, and a model gives the log of their mean"
    pitfalls = (
        "its least value is 1 + ln y, not 0: gamma-deviance is twice what it is above that",
        "linear for predictions too high, exponential for those too low",
    )
    related = ("gamma-deviance", "tweedie-nll-log", "poisson-nll-log")
    forms = ((LOG_MEAN, Input("target", POSITIVE, columns=TARGET)),)
    targets = (3, 1)

    def filled(self, order, out, z, y):
        if order == 0:
            share = np.negative(z)
            np.exp(share, share)
            share *= y  # within 2.3 parts in 2^53
            np.add(z, share, out)
            np.abs(out, least := np.empty_like(out))
            least *= 1.5
            return finer(~(share < least), finest_sum, out, z, y)
        if order == 1:
            found, mean, sure = rise_above(z, y)
            np.divide(found, mean, out)
            return ~(sure & ordinary(z, y))
        return True

    def penalty(self, z, y):
        return self.closer(z, y)

    def closer(self, z, y):
        return corrected(finest_sum(z, y), self.careful, z, y)

    def careful(self, z, y):
        share = exp(np.where(np.isfinite(z), -z, 0.0)) * y
        found = sure(share + z, np.maximum(share.high, abs(z)))
        beyond = (share.high > 2.0**900) | (y > 2.0**900)
        far = z + self.curvature(z, y)
        beside = (z < 0) & (far < 4 * abs(z)) & (far > -0.75 * abs(z))
        return np.where((abs(z) > FAR) | beyond, np.where(beside, np.nan, far), found)

    def slope(self, z, y):
        return self.closer_slope(z, y)

    def closer_slope(self, z, y):
        gap, mean = surplus(z, y)
        return corrected(gap / mean, self.careful_slope, z, y)

    def careful_slope(self, z, y):
        share = exp(np.where(np.isfinite(z), -z, 0.0)) * y
        found = sure(1.0 - share, np.maximum(share.high, 1))
        far = 1 - self.curvature(z, y)
        beside = abs(far) < 0.75
        return np.where((abs(z) > FAR) | (y > 2.0**900), np.where(beside, np.nan, far), found)

    def curvature(self, z, y):
        half = np.exp(-z / 2)
        return np.where(abs(z) > FAR, y * half * half, y * np.exp(-z))

    def traits(self):
        return Traits(convex=True, best="the log of the mean")
