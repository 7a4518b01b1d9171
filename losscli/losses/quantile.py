"""Losses of the error that weigh its sides or ignore a part of it."""

import numpy as np

from losscli.domain import Interval
from losscli.families.levels import Leveled, Levels, levels
from losscli.numerics.arithmetic import where, with_care
from losscli.numerics.quick import ROOMS, signs, unbounded
from losscli.traits import Traits

DEGREE = Interval(1e-3, 1e3, "[]")
LARGE = 1e150  # its square is finite
TINY = 2.0**-500  # products with it no longer have an exact low part


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
