"""Losses of the error that weigh its sides, ignore a part of it, raise it to a power or wrap it around."""

import numpy as np

from losscli.arithmetic import FAINT
from losscli.domain import FACTOR, POSITIVE, Interval
from losscli.doubledouble import DoubleDouble, two_sum
from losscli.families import Residual, Unrounded
from losscli.loss import Axis
from losscli.parameter import parameter
from losscli.traits import Traits

LEVEL = Interval(0, 1)
DEGREE = Interval(1e-3, 1e3, "[]")
LARGE = 1e150  # its square is finite
TINY = 2.0**-500  # products with it no longer have an exact low part
TWO_PI = DoubleDouble(6.283185307179586, 2.4492935982947064e-16)


class Quantile(Residual):
    """Charges tau for each unit below the target and 1 - tau above: its optimum is the tau-quantile.

    At tau = 0.5 it is half of mae.
    """

    family = "quantile regression"
    formula = "-tau * e if e < 0 else (1 - tau) * e"
    slope_formula = "-tau if e < 0 else 1 - tau if e > 0 else 0"
    source = "Koenker & Bassett 1978, Regression quantiles, doi:10.2307/1913643"
    also = (
        "pinball", "pinball-loss", "check-loss", "quantile-loss", "sklearn.metrics.mean_pinball_loss",
        "xgboost.reg:quantileerror", "lightgbm.quantile = quantile:tau=0.9", "catboost.Quantile",
        "scoringrules.quantile_score", "tensorflow_addons.losses.pinball_loss", "LossFunctions.jl.QuantileLoss",
    )  # fmt: skip
    use = "missing low and missing high cost differently, or you want the bounds of an interval"
    pitfalls = (
        "the level has no common default: LightGBM 0.9, sklearn and CatBoost 0.5, XGBoost none",
        "CatBoost takes 1e-6 off each error: Quantile:alpha=0.5 of e = 3 is 1.4999995",
        "at e = 0 we give the slope 0; sklearn gives -tau, LightGBM 1 - tau",
    )
    related = ("mae", "expectile", "epsilon-insensitive")

    tau: float = parameter(default=0.5, within=LEVEL, help="the quantile to predict; 0.9 is rarely exceeded")

    def penalty(self, e):
        return self.weight(e) * abs(e)

    def slope(self, e):
        return self.weight(e) * np.sign(e)

    def curvature(self, e):
        return np.zeros_like(e)

    def weight(self, e):
        """Return the price of a unit on this side."""
        return np.where(e < 0, self.tau, 1 - self.tau)

    def corner(self, prediction, target):
        return prediction == target

    def traits(self):
        return Traits(
            convex=True,
            symmetric=self.tau == 0.5,
            lipschitz=max(self.tau, 1 - self.tau),
            smoothness=0,
            kinks=(0.0,),
            best="the tau-quantile",
        )


class Expectile(Residual):
    """Squares the error and weighs its sides: to quantiles what the mean is to the median.

    At tau = 0.5 it is half of mse.
    """

    family = "quantile regression"
    formula = "tau * e**2 if e < 0 else (1 - tau) * e**2"
    slope_formula = "2 * tau * e if e < 0 else 2 * (1 - tau) * e"
    source = "Newey & Powell 1987, Asymmetric least squares estimation and testing, doi:10.2307/1911031"
    also = ("asymmetric-squared-error", "catboost.Expectile", "xgboost.reg:expectileerror")
    use = "missing low and missing high cost differently, and large errors matter most"
    pitfalls = (
        "the gradient of XGBoost is half of ours",
        "the tau-expectile is no quantile: outliers move it",
    )
    related = ("mse", "quantile")

    tau: float = parameter(default=0.5, within=LEVEL, help="the weight of errors below the target")

    def penalty(self, e):
        weight = self.weight(e)
        return np.where(abs(e) < LARGE, weight * (e * e), weight * e * e)

    def slope(self, e):
        return 2 * self.weight(e) * e

    def curvature(self, e):
        return 2 * self.weight(e)

    def weight(self, e):
        """Return the price of this side."""
        return np.where(e < 0, self.tau, 1 - self.tau)

    def traits(self):
        return Traits(
            convex=True,
            symmetric=self.tau == 0.5,
            smoothness=2 * max(self.tau, 1 - self.tau),
            kinks=() if self.tau == 0.5 else (0.0,),
            best="the tau-expectile",
        )


class EpsilonInsensitive(Unrounded):
    """Ignores errors up to epsilon and charges the rest by its size: the loss of support vector regression."""

    formula = "max(0, abs(e) - epsilon)"
    slope_formula = "0 if abs(e) <= epsilon else -1 if e < 0 else 1"
    source = "Drucker et al. 1996, Support vector regression machines, NeurIPS 9"
    also = (
        "svr-loss", "tube-loss", "sklearn.svm.SVR", "sklearn.linear_model.SGDRegressor.epsilon_insensitive",
        "LossFunctions.jl.L1EpsilonInsLoss",
    )  # fmt: skip
    use = "errors below a tolerance do not matter at all"
    pitfalls = (
        "epsilon is in units of the target: scale the target, scale epsilon",
        "many constants can be optimal: anything that leaves all errors in the tube",
    )
    related = ("mae", "squared-epsilon-insensitive", "quantile")

    epsilon: float = parameter(default=0.1, within=POSITIVE, help="the largest error that costs nothing")

    def penalty(self, e):
        return abs(beyond(e, self.epsilon))

    def slope(self, e):
        return np.sign(beyond(e, self.epsilon))

    def curvature(self, e):
        return np.zeros_like(e.high)

    def corner(self, prediction, target):
        s, lost = two_sum(prediction, -target)
        return (abs(s) == self.epsilon) & (lost == 0)

    def traits(self):
        return Traits(
            convex=True, symmetric=True, lipschitz=1, smoothness=0, kinks=(-self.epsilon, self.epsilon)
        )


class SquaredEpsilonInsensitive(Unrounded):
    """Ignores errors up to epsilon and charges the square of the rest: a tube with soft walls."""

    formula = "max(0, abs(e) - epsilon)**2"
    slope_formula = "0 if abs(e) <= epsilon else 2 * (e + epsilon) if e < 0 else 2 * (e - epsilon)"
    source = "Drucker et al. 1996, Support vector regression machines, NeurIPS 9"
    also = (
        "sklearn.svm.LinearSVR.squared_epsilon_insensitive",
        "sklearn.linear_model.SGDRegressor.squared_epsilon_insensitive",
        "LossFunctions.jl.L2EpsilonInsLoss",
    )  # fmt: skip
    use = "errors below a tolerance do not matter, and large ones matter most"
    pitfalls = (
        "epsilon is taken off before squaring: at e = 2 epsilon it is epsilon^2, mse 4 epsilon^2",
        "flat inside the tube, so not strictly convex: the optimum need not be unique",
    )
    related = ("mse", "epsilon-insensitive")

    epsilon: float = parameter(default=0.1, within=POSITIVE, help="the largest error that costs nothing")

    def penalty(self, e):
        return beyond(e, self.epsilon) ** 2

    def slope(self, e):
        return 2 * beyond(e, self.epsilon)

    def curvature(self, e):
        return 2.0 * (beyond(e, self.epsilon) != 0)

    def traits(self):
        return Traits(convex=True, symmetric=True, smoothness=2, kinks=(-self.epsilon, self.epsilon))


def beyond(e, epsilon):
    """Return how far `e` is beyond -epsilon or epsilon, rounded once, with the sign of e."""
    over = (abs(e) - epsilon).rounded
    over = np.where(np.isinf(e.high), np.inf, np.maximum(over, 0))
    return np.copysign(over, e.high)


class LpDistance(Unrounded):
    """Raises the size of the error to the power p: 1 is mae, 2 is mse, more looks ever more at the worst."""

    formula = "abs(e)**p"
    slope_formula = "-p * abs(e)**(p - 1) if e < 0 else p * abs(e)**(p - 1) if e > 0 else 0"
    source = "Minkowski 1896, Geometrie der Zahlen"
    also = ("lp", "power-distance", "catboost.Lq", "LossFunctions.jl.LPDistLoss")
    use = "a compromise between mae and mse (1 < p < 2), or the worst errors must go first (p > 2)"
    pitfalls = (
        "no root is taken: the Minkowski distance is the p-th root of the sum",
        "below p = 2 the curvature is without bound at 0; below p = 1 the slope is",
    )
    related = ("mae", "mse", "huber")

    p: float = parameter(default=1.5, within=DEGREE, help="the power; convex from 1 on")

    def penalty(self, e):
        return raised(e, self.p)

    def slope(self, e):
        return np.where(e.high == 0, 0.0, np.sign(e.high) * raised(e, self.p, 1, self.p))

    def curvature(self, e):
        flat = self.p == 1 or (e.high == 0) & (self.p < 1)
        return np.where(flat, 0.0, raised(e, self.p, 2, self.p * (self.p - 1)))

    def corner(self, prediction, target):
        return (prediction == target) & (self.p <= 1)

    def traits(self):
        p = self.p
        return Traits(
            convex=p >= 1,
            symmetric=True,
            lipschitz=1.0 if p == 1 else np.inf,
            smoothness={1.0: 0.0, 2.0: 2.0}.get(p, np.inf),
            kinks=(0.0,) if p < 2 else (),
            best={1.0: "the median", 2.0: "the mean"}.get(p, ""),
        )


def raised(e, p, less=0, factor=1.0):
    """Return factor · |e|^(p - less), with what rounding took from the error and from the power put back."""
    size = abs(e)
    power, rest = two_sum(p, -less)
    found = size.high**power
    if factor != 1:  # at the ends of the range in two steps, lest bits be lost before the factor
        half = size.high ** (power / 2)
        far = (found < FAINT) | (found > 1 / FAINT)
        found = np.where(far, factor * half * half, factor * found)
    back = power * (size.low / size.high) + rest * np.log(size.high)
    return np.where((size.high == 0) | np.isinf(size.high), found, found * np.exp(back))


class Periodic(Unrounded):
    """Counts errors around a circle: a whole period off is no error, half a period off is the worst.

    The loss of angles, hours of the day and days of the year.
    """

    formula = "1 - cos(2 * pi * e / period)"
    slope_formula = "2 * pi * sin(2 * pi * e / period) / period"
    source = "Mardia & Jupp 2000, Directional statistics, doi:10.1002/9780470316979"
    also = ("circular-distance", "von-mises-loss", "LossFunctions.jl.PeriodicLoss")
    use = "the target is an angle or a time of day, and 359 degrees are next to 1"
    pitfalls = (
        "the period is 1 unless you say so: 360 for degrees, 24 for hours, 6.283185307179586 for radians",
        "not convex: half a period away the slope is 0 too",
    )
    related = ("mse",)

    period: float = parameter(default=1.0, within=FACTOR, help="the error that is none again")

    def penalty(self, e):
        r = abs(self.wrapped(e))
        near, far = np.sin(self.angle(r, 0.5)), np.sin(self.angle(self.period / 4 - r))
        return np.where(r.high < self.period / 8, 2 * near * near, 1 - far)

    def slope(self, e):
        signed = self.wrapped(e)
        r = abs(signed)
        near, far = np.sin(self.angle(r)), np.sin(self.angle(self.period / 2 - r))
        size = np.where(r.high < self.period / 4, near, far)
        return 2 * np.pi / self.period * size * np.sign(signed.high)

    def curvature(self, e):
        r = abs(self.wrapped(e))
        near, far = np.cos(self.angle(r)), np.sin(self.angle(self.period / 4 - r))
        rate = 2 * np.pi / self.period
        return rate * np.where(r.high < self.period / 8, near, far) * rate

    def wrapped(self, e):
        """Return e less the nearest whole number of periods, exactly."""
        rest = DoubleDouble.of_sum(np.fmod(e.high, self.period), np.fmod(e.low, self.period))
        return rest - np.rint(rest.high / self.period) * self.period

    def angle(self, r, turns=1.0):
        """Return 2 pi turns r / period, rounded once; NaN where so small that bits are lost."""
        part, exponent = np.frexp(self.period)
        scaled = r.scaled(2.0**-exponent)
        lost = (r.high != 0) & (abs(scaled.high) < TINY)
        return np.where(lost, np.nan, (scaled / part * TWO_PI).rounded * turns)

    @property
    def axis(self):
        return Axis("e", "error  e = prediction - target", -self.period, self.period)

    def traits(self):
        rate = 2 * np.pi / self.period
        return Traits(symmetric=True, lipschitz=rate, smoothness=rate * rate)
