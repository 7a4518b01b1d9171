"""Losses of the error e = ŷ − y."""

import numpy as np

from losscli.domain import FACTOR, POSITIVE
from losscli.families.pointwise import Residual
from losscli.numerics.quick import ROOMS, signs, unbounded
from losscli.parameter import parameter
from losscli.traits import Traits


class MSE(Residual):
    """Squares the error: the mean is its optimum, and one outlier can outweigh everything else.

    There is no factor 1/2: `scale=0.5` gives the halved form of optax's l2_loss and of boosting libraries.
    """

    formula = "scale * e**2"
    slope_formula = "2 * scale * e"
    source = "Gauss 1809, Theoria motus corporum coelestium"
    also = (
        "l2", "squared-error", "mean-squared-error", "mse-loss", "torch.nn.MSELoss",
        "rmse | the root of the mean: add -b | awk '{print sqrt($1)}'",
        "torch.nn.functional.mse_loss",
        "keras.losses.MeanSquaredError | takes means in float32",
        "keras.losses.mean_squared_error | takes means in float32",
        "keras.losses.MSE | takes means in float32", "optax.squared_error",
        "optax.l2_loss = mse:scale=0.5", "sklearn.metrics.mean_squared_error",
        "sklearn.metrics.root_mean_squared_error | the root of the mean",
        "sklearn.ensemble.HistGradientBoostingRegressor.squared_error = mse:scale=0.5",
        "sklearn._loss.HalfSquaredError = mse:scale=0.5",
        "torchmetrics.functional.mean_squared_error",
        "xgboost.reg:squarederror = mse:scale=0.5 | its metric rmse is the root of the mean, without the half",
        "lightgbm.regression = mse:scale=0.5 | its metric l2 has no half",
        "lightgbm.regression_l2 = mse:scale=0.5 | its metric l2 has no half",
        "lightgbm.l2 = mse:scale=0.5 | its metric l2 has no half",
        "lightgbm.mse = mse:scale=0.5 | its metric l2 has no half",
        "lightgbm.rmse = mse:scale=0.5 | its metric is the root of the mean",
        "catboost.RMSE | the root of the mean",
        "catboost.MultiRMSE | the root of the mean over rows of the sum over columns",
        "scipy.optimize.least_squares loss='linear' = mse:scale=0.5",
        "rax.pointwise_mse_loss", "LossFunctions.jl.L2DistLoss",
    )  # fmt: skip
    use = "errors are roughly normal and a large one really is that much worse"
    pitfalls = (
        "(N,) against (N, 1) broadcasts to N x N in torch; here shapes must match",
        "optax.l2_loss and the objectives of XGBoost and LightGBM are half of it",
    )
    related = ("mae", "huber")

    scale: float = parameter(
        default=1.0, within=FACTOR, help="a factor; 0.5 gives the halved form", quiet=True
    )

    def steady(self, order):
        return 2 * self.scale if order == 2 else None

    def brisk(self, order, e, prediction, target):
        if order:
            e *= 2 * self.scale
        else:
            np.multiply(e if self.scale == 1 else self.scale * e, e, e)
        return unbounded(e)

    def penalty(self, e):
        return (e if self.scale == 1 else self.scale * e) * e

    def slope(self, e):
        return 2 * self.scale * e

    def curvature(self, e):
        return np.full_like(e, 2 * self.scale)

    def traits(self):
        return Traits(convex=True, symmetric=True, smoothness=2 * self.scale, best="the mean")


class MAE(Residual):
    """Takes the size of the error: every unit of it costs the same, so outliers do not dominate."""

    formula = "abs(e)"
    slope_formula = "-1 if e < 0 else 1 if e > 0 else 0"
    source = "Laplace 1774, Mémoire sur la probabilité des causes par les évènemens"
    also = (
        "l1", "absolute-error", "mean-absolute-error", "l1-loss", "torch.nn.L1Loss",
        "torch.nn.functional.l1_loss",
        "keras.losses.MeanAbsoluteError | slope -1 at the kink on JAX, 0 on PyTorch",
        "keras.losses.mean_absolute_error | slope -1 at the kink on JAX, 0 on PyTorch",
        "keras.losses.MAE | slope -1 at the kink on JAX, 0 on PyTorch",
        "sklearn.metrics.mean_absolute_error",
        "sklearn.metrics.median_absolute_error | the median over rows",
        "sklearn.metrics.max_error | the largest of all rows",
        "sklearn._loss.AbsoluteError | slope -1 at the kink; second derivative 1 where ours is 0",
        "sklearn.ensemble.HistGradientBoostingRegressor.absolute_error | "
        "slope -1 at the kink; second derivative 1 where ours is 0",
        "torchmetrics.functional.mean_absolute_error",
        "xgboost.reg:absoluteerror | second derivative 1 where ours is 0",
        "lightgbm.regression_l1 | second derivative 1 where ours is 0",
        "lightgbm.l1 | second derivative 1 where ours is 0",
        "lightgbm.mae | second derivative 1 where ours is 0",
        "lightgbm.mean_absolute_error | second derivative 1 where ours is 0",
        "catboost.MAE | takes 1e-6 off every error",
        "catboost.MedianAbsoluteError | the median over rows",
        "LossFunctions.jl.L1DistLoss",
    )  # fmt: skip
    use = "outliers must not dominate, or the median is what you want to predict"
    pitfalls = (
        "the slope never shrinks: near the optimum a fixed step overshoots",
        "at e = 0 we give the slope 0, as torch does; sklearn gives -1",
    )
    related = ("mse", "huber")

    def steady(self, order):
        return 0.0 if order == 2 else None

    def brisk(self, order, e, prediction, target):
        doubt = unbounded(e)
        if order:
            signs(e)
        else:
            np.abs(e, e)
        return doubt

    def penalty(self, e):
        return abs(e)

    def slope(self, e):
        return np.sign(e)

    def curvature(self, e):
        return np.zeros_like(e)

    def corner(self, prediction, target):
        return prediction == target

    def traits(self):
        return Traits(convex=True, symmetric=True, lipschitz=1, smoothness=0, kinks=(0.0,), best="the median")


class Huber(Residual):
    """Square near zero, a straight line far away: smooth at its optimum, calm about outliers."""

    family = "robust regression"
    formula = "e**2 / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2)"
    slope_formula = "e if abs(e) <= delta else -delta if e < 0 else delta"
    source = "Huber 1964, Robust estimation of a location parameter, doi:10.1214/aoms/1177703732"
    also = (
        "huber-loss", "torch.nn.HuberLoss", "torch.nn.functional.huber_loss", "keras.losses.Huber",
        "keras.losses.huber", "optax.huber_loss",
        "sklearn.linear_model.SGDRegressor.huber = huber:delta=0.1",
        "sklearn.ensemble.GradientBoostingRegressor.huber | "
        "delta is a quantile of the errors, taken anew in every round",
        "sklearn._loss.HuberLoss | delta is a quantile of the errors",
        "sklearn.linear_model.HuberRegressor = huber:delta=1.35 | "
        "twice ours, of errors divided by a scale that it estimates",
        "lightgbm.huber = huber:delta=0.9 | second derivative 1 everywhere",
        "catboost.Huber | delta has no default",
        "scipy.optimize.least_squares loss='huber' | delta is its f_scale",
        "statsmodels.robust.norms.HuberT = huber:delta=1.345 | "
        "of errors divided by a robust estimate of their scale",
        "LossFunctions.jl.HuberLoss",
    )  # fmt: skip
    use = "a few gross errors must not dominate; set delta near the largest error you still call normal"
    pitfalls = (
        "torch.nn.SmoothL1Loss(beta) is huber(delta=beta) / beta: the slopes differ",
        "delta -> 0 gives 0, not mae; huber / delta tends to mae",
    )
    related = ("mse", "mae")

    delta: float = parameter(
        default=1.0, within=POSITIVE, help="where the parabola turns into a line, in units of y"
    )

    def brisk(self, order, e, prediction, target):
        if order == 2:
            return True
        doubt = unbounded(e)
        if order:
            e.clip(-self.delta, self.delta, e)
            return doubt
        (near,) = ROOMS.take(e, 1)
        e.clip(-self.delta, self.delta, near)
        e -= near * 0.5
        e *= near
        return doubt

    def penalty(self, e):
        near = e.clip(-self.delta, self.delta)
        return near * (e - near / 2)

    def slope(self, e):
        return e.clip(-self.delta, self.delta)

    def curvature(self, e):
        return (abs(e) <= self.delta).astype(np.float64)

    def traits(self):
        return Traits(
            convex=True,
            symmetric=True,
            lipschitz=self.delta,
            smoothness=1,
            kinks=(-self.delta, self.delta),
            best="between the median (delta small) and the mean (delta large)",
        )
