"""Losses of the error that weigh its sides or ignore a part of it."""

import numpy as np

from losscli.domain import POSITIVE, Interval
from losscli.families.levels import Leveled, Levels, levels
from losscli.families.pointwise import Unrounded
from losscli.numerics.arithmetic import where, with_care
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import ROOMS, anew, signs, unbounded
from losscli.parameter import parameter
from losscli.traits import Traits

DEGREE = Interval(1e-3, 1e3, "[]")
LARGE = 1e150  # its square is finite
TINY = 2.0**-500  # products with it no longer have an exact low part
TWO_PI = DoubleDouble(6.283185307179586, 2.4492935982947064e-16)


class Quantile(Leveled):
    """Charges tau for each unit below the target and 1 - tau above: its optimum is the tau-quantile.

    At tau = 0.5 it is half of mae. Several levels are those of as many columns of the prediction, which may have
    one target: quantile:tau=0.1/0.5/0.9.
    """

    family = "quantile regression"
    formula = "-tau * e if e < 0 else (1 - tau) * e"
    slope_formula = "-tau if e < 0 else 1 - tau if e > 0 else 0"
    source = "Koenker & Bassett 1978, Regression quantiles, doi:10.2307/1913643"
    also = (
        "pinball", "pinball-loss", "check-loss", "quantile-loss", "multi-quantile", "scoringrules.quantile_score",
        "sklearn.metrics.mean_pinball_loss | tau is its alpha",
        "sklearn._loss.PinballLoss | slope -tau at the kink",
        "sklearn.ensemble.HistGradientBoostingRegressor.quantile | slope -tau at the kink",
        "xgboost.reg:quantileerror | tau is its quantile_alpha, one or several; second derivative 1 where ours is 0",
        "lightgbm.quantile = quantile:tau=0.9 | tau is its alpha; slope 1 - tau at the kink",
        "catboost.Quantile | takes 1e-6 off every error unless delta=0",
        "catboost.MultiQuantile | tau are its alpha; the mean over the levels, and takes 1e-6 off every error",
        "tensorflow_addons.losses.pinball_loss", "tensorflow_addons.losses.PinballLoss",
        "LossFunctions.jl.QuantileLoss | tau has no default; slope -tau at the kink",
    )  # fmt: skip
    use = "missing low and missing high cost differently, or you want the bounds of an interval"
    pitfalls = (
        "the level has no common default: LightGBM 0.9, sklearn and CatBoost 0.5, XGBoost none",
        "CatBoost takes 1e-6 off each error: Quantile:alpha=0.5 of e = 3 is 1.4999995",
        "at e = 0 we give the slope 0; sklearn gives -tau, LightGBM 1 - tau",
    )
    related = ("mae", "expectile", "log-lin-quantile", "weighted-interval-score", "epsilon-insensitive")

    tau: Levels = levels(help="the quantile to predict; 0.9 is rarely exceeded")

    def steady(self, order):
        return 0.0 if order == 2 else None

    def brisk(self, order, e, prediction, target):
        tau = self.level
        if order:
            doubt = unbounded(e)
            signs(e)
            weigh_sides(e, tau)
            return doubt
        weighed(e, tau)
        return unbounded(e)

    def penalty(self, e):
        return self.weight(e) * abs(e)

    def slope(self, e):
        return self.weight(e) * np.sign(e)

    def curvature(self, e):
        return np.zeros_like(e)

    def weight(self, e):
        """Return the price of a unit on this side."""
        return where(e < 0, self.level, 1 - self.level)

    def corner(self, prediction, target):
        return prediction == target

    def traits(self):
        return Traits(
            convex=True,
            symmetric={*self.levels} == {0.5},
            lipschitz=max(max(tau, 1 - tau) for tau in self.levels),
            smoothness=0,
            kinks=(0.0,),
            best="the tau-quantile",
        )


class Expectile(Leveled):
    """Squares the error and weighs its sides: to quantiles what the mean is to the median.

    At tau = 0.5 it is half of mse. Several levels are those of as many columns of the prediction, which may have
    one target.
    """

    family = "quantile regression"
    formula = "tau * e**2 if e < 0 else (1 - tau) * e**2"
    slope_formula = "2 * tau * e if e < 0 else 2 * (1 - tau) * e"
    source = "Newey & Powell 1987, Asymmetric least squares estimation and testing, doi:10.2307/1911031"
    also = (
        "asymmetric-squared-error", "catboost.Expectile", "xgboost.reg:expectileerror | not yet in 3.2",
        "statsmodels.robust.norms.MQuantileNorm | of target - pred, with LeastSquares as its base: half of ours",
    )  # fmt: skip
    use = "missing low and missing high cost differently, and large errors matter most"
    pitfalls = (
        "the gradient of XGBoost is half of ours",
        "the tau-expectile is no quantile: outliers move it",
    )
    related = ("mse", "quantile")

    tau: Levels = levels(help="the weight of errors below the target")

    def steady(self, order):
        return 1.0 if order == 2 and self.level == 0.5 else None

    def brisk(self, order, e, prediction, target):
        tau = self.level
        if order == 2:
            doubt = unbounded(e)
            below = e < 0
            np.multiply(below, 2 * tau, e)
            e += np.multiply(~below, 2 * (1 - tau))  # one of them is 0
            return doubt
        if order:
            e *= 2.0
            weigh_sides(e, tau)
        elif tau == 0.5:
            e *= e
            e *= 0.5
        elif tau < TINY:  # times an error it has lost its bits
            return True
        else:
            size = abs(e)
            weighed(e, tau)
            e *= size
        return unbounded(e)

    def penalty(self, e):
        weight = self.weight(e)
        return with_care(abs(e) > LARGE, weight * (e * e), lambda weight, e: weight * e * e, weight, e)

    def slope(self, e):
        return 2 * self.weight(e) * e

    def curvature(self, e):
        return 2 * self.weight(e)

    def weight(self, e):
        """Return the price of this side."""
        return where(e < 0, self.level, 1 - self.level)

    def traits(self):
        return Traits(
            convex=True,
            symmetric={*self.levels} == {0.5},
            smoothness=max(2 * max(tau, 1 - tau) for tau in self.levels),
            kinks=() if {*self.levels} == {0.5} else (0.0,),
            best="the tau-expectile",
        )


class EpsilonInsensitive(Unrounded):
    """Ignores errors up to epsilon and charges the rest by its size: the loss of support vector regression."""

    formula = "max(0, abs(e) - epsilon)"
    slope_formula = "0 if abs(e) <= epsilon else -1 if e < 0 else 1"
    source = "Drucker et al. 1996, Support vector regression machines, NeurIPS 9"
    also = (
        "svr-loss", "tube-loss", "sklearn.svm.SVR.epsilon_insensitive",
        "sklearn.linear_model.SGDRegressor.epsilon_insensitive",
        "LossFunctions.jl.L1EpsilonInsLoss | epsilon has no default",
        "LossFunctions.jl.EpsilonInsLoss | epsilon has no default",
    )  # fmt: skip
    use = "errors below a tolerance do not matter at all"
    pitfalls = (
        "epsilon is in units of the target: scale the target, scale epsilon",
        "many constants can be optimal: anything that leaves all errors in the tube",
    )
    related = ("mae", "squared-epsilon-insensitive", "quantile")

    epsilon: float = parameter(default=0.1, within=POSITIVE, help="the largest error that costs nothing")

    def steady(self, order):
        return 0.0 if order == 2 else None

    def brisk(self, order, e, prediction, target):
        doubt = unbounded(e)
        if order:
            size = abs(e)
            edge = size == self.epsilon
            signs(e)
            e *= size > self.epsilon
            return doubt | edge
        np.abs(e, e)
        e -= self.epsilon
        close = e >= 0
        close &= e < self.epsilon / 3
        e.clip(0.0, np.inf, e)
        return doubt | anew(close, self.closely, e, prediction, target)

    def closely(self, e, prediction, target):
        """Make errors `e` little over epsilon into the loss, in place."""
        e[:] = self.careful(0, prediction, target)
        return False

    def plain(self, order, e):
        size = abs(e)
        if order:
            slope = np.sign(e) * (size > self.epsilon) if order == 1 else np.zeros_like(e)
            return slope, size == self.epsilon
        over = size - self.epsilon
        return np.maximum(over, 0.0), (over >= 0) & (over < self.epsilon / 3)

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
        "LossFunctions.jl.L2EpsilonInsLoss | epsilon has no default",
    )  # fmt: skip
    use = "errors below a tolerance do not matter, and large ones matter most"
    pitfalls = (
        "epsilon is taken off before squaring: at e = 2 epsilon it is epsilon^2, mse 4 epsilon^2",
        "flat inside the tube, so not strictly convex: the optimum need not be unique",
    )
    related = ("mse", "epsilon-insensitive")

    epsilon: float = parameter(default=0.1, within=POSITIVE, help="the largest error that costs nothing")

    def plain(self, order, e):
        size = abs(e)
        if order == 2:
            return 2.0 * (size > self.epsilon), size == self.epsilon
        over = size - self.epsilon
        if order == 1:
            found = 2 * (e - e.clip(-self.epsilon, self.epsilon))
            return found, (over >= 0) & (over < self.epsilon / 3)
        return np.maximum(over, 0.0) ** 2, (over >= 0) & (over < 3 * self.epsilon)

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


def weigh_sides(e, tau):
    """Multiply negative numbers by tau and others by 1 - tau, in their place."""
    (other,) = ROOMS.take(e, 1)
    np.multiply(e, tau, other)
    e *= 1 - tau
    (np.maximum if tau <= 0.5 else np.minimum)(e, other, out=e)


def weighed(e, tau):
    """Make tau |e| of negative errors, and (1 - tau) |e| of others, in their place."""
    (other,) = ROOMS.take(e, 1)
    np.multiply(e, -tau, other)
    e *= 1 - tau
    np.abs(np.maximum(e, other, out=e), e)  # no -0.0
