"""Negative log likelihoods of what came, under a forecast distribution."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial

import numpy as np

from losscli.domain import FINITE, POSITIVE
from losscli.families.forecast import (
    ALIKE,
    LOCATION,
    OUTCOME,
    SCALE,
    Forecast,
    error,
    ordinary,
    settled,
    unsquared,
)
from losscli.families.scores import (
    filled_of_deviation,
    fine_log_sum,
    half_square,
    log_sum,
    relative,
    relative_square,
    square_over,
    within_usual,
)
from losscli.inputs import Input
from losscli.loss import Array
from losscli.numerics.arithmetic import DOUBT, reconsidered
from losscli.numerics.doubledouble import DoubleDouble, log
from losscli.numerics.quick import exact_difference, finer
from losscli.parameter import flag
from losscli.traits import Traits

LOG_TWO_PI = DoubleDouble(1.8378770664093456, -7.756588316134483e-17)
BITS = 0.125  # a logarithm has some 100 bits after the point, however near 0 it is


class LogScore(Forecast):
    """The logarithm of a scale plus an error in units of it, both in doubles but where these cancel."""

    @abstractmethod
    def closer(self, location, scale, target) -> Array:
        """Return the loss by a logarithm of some 72 bits; NaN where that is not enough."""

    @abstractmethod
    def careful(self, order, *block) -> Sequence[Array]:
        """Return any derivative, in double-doubles."""

    def derivative(self, order, *block):
        if order:
            return self.careful(order, *block)
        return reconsidered([self.closer(*block)], partial(self.careful, order), *block)


class GaussianNLL(LogScore):
    """How surprised a normal forecast, of a mean and a variance, is by what came.

    The constant ln(2 pi) / 2 is left out, as in torch: `full=true` adds it.
    """

    symbols = "e, v"
    formula = "(log(v) + e**2 / v + full * log(2 * pi)) / 2"
    slope_formula = "e / v"
    source = (
        "Nix & Weigend 1994, Estimating the mean and variance of the target probability distribution, "
        "doi:10.1109/ICNN.1994.374138"
    )
    also = (
        "normal-nll", "gaussian-likelihood",
        "torch.nn.GaussianNLLLoss | it raises variances below 1e-6 to 1e-6, unseen by its gradient",
        "torch.nn.functional.gaussian_nll_loss | it raises variances below 1e-6 to 1e-6, unseen by its gradient",
    )  # fmt: skip
    use = "a model gives a mean and how sure it is of it, and errors are normal given both"
    pitfalls = (
        "it takes the variance: gaussian-nll-sigma takes its root as scoringrules does, gaussian-nll-log-sigma the "
        "logarithm of its root as CatBoost does",
        "torch at variance 0 and e = 1 says 499993.09, and -5e11 for the slope in the variance",
        "it may be negative: a good forecast with a small variance is a large density",
        "the slope in the mean is e / v: rows of large variance hardly teach the mean",
    )
    related = (
        "gaussian-nll-log-var",
        "gaussian-nll-sigma",
        "laplace-nll",
        "student-t-nll",
        "crps-gaussian",
        "mse",
    )
    forms = (
        (
            Input("mean", FINITE, wrt=True, columns=LOCATION),
            Input("var", POSITIVE, wrt=True, columns=("var", "variance", "v", "sigma2")),
            OUTCOME,
        ),
    )
    widths = (0.25, 1.0, 4.0)

    full: float = flag(default=0.0, help="adds ln(2 pi) / 2, which makes it the whole negative log density")

    def filled(self, order, *block):
        *outs, mean, var, target = block
        if order == 2:
            return True
        e, lost = exact_difference(mean, target)
        if order:
            square, rest = unsquared(e, lost)
            gap = np.subtract(var, square, outs[1])
            gap -= rest
            doubt = within_usual(e, var, gap, var, ALIKE)
            np.divide(e, var, outs[0])
            gap /= var
            gap /= var
            gap *= 0.5
            return doubt
        doubt = log_sum(outs[0], var, square_over(e, lost, var), 2.0, self.constant)
        outs[0] *= 0.5
        return finer(doubt, self.closer, outs[0], mean, var, target)

    @property
    def constant(self):
        return LOG_TWO_PI if self.full else DoubleDouble(0.0)

    def closer(self, mean, var, target):
        return fine_log_sum(self.constant, relative_square, mean, var, target) / 2

    def careful(self, order, mean, var, target):
        e = error(mean, target)
        v = np.where(ordinary(var), var, np.nan)
        q = e.squared() / v
        if order == 0:
            constant, part = self.constant, log(v)
            found = part + q + constant
            return (settled(found, part.high, q.high, constant.high, BITS * (v != 1)) / 2,)
        if order == 1:
            difference = mean - target
            along = np.where(np.isinf(difference), np.nan, difference / var)
            return along, settled(1.0 - q, 1.0, q.high) / v / 2
        return 1 / var, settled(q - 0.5, 0.5, q.high) / v / v

    def traits(self):
        return Traits(
            convex=True,
            convex_in="the mean",
            symmetric=True,
            best="the mean and the variance",
            proper="strictly proper",
        )


class GaussianNLLSigma(LogScore):
    """How surprised a normal forecast, of a mean and a standard deviation, is by what came.

    The constant ln(2 pi) / 2 is left out: `full=true` adds it.
    """

    symbols = "e, s"
    formula = "log(s) + (e / s)**2 / 2 + full * log(2 * pi) / 2"
    slope_formula = "e / s**2"
    source = GaussianNLL.source
    also = ("gaussian-nll-std", "normal-nll-sigma", "scoringrules.logs_normal = gaussian-nll-sigma:full=true")
    use = "a model gives a mean and a standard deviation, and errors are normal given both"
    pitfalls = (
        "it takes the standard deviation: gaussian-nll takes the variance, as torch does",
        "it is half of dawid-sebastiani",
        "it may be negative: a good forecast with a small deviation is a large density",
    )
    related = ("gaussian-nll", "gaussian-nll-log-sigma", "dawid-sebastiani", "crps-gaussian")
    forms = (
        (
            Input("mean", FINITE, wrt=True, columns=LOCATION),
            Input("sigma", POSITIVE, wrt=True, columns=SCALE),
            OUTCOME,
        ),
    )

    full: float = flag(default=0.0, help="adds ln(2 pi) / 2, which makes it the whole negative log density")

    @property
    def constant(self):
        return LOG_TWO_PI.scaled(0.5) if self.full else DoubleDouble(0.0)

    def filled(self, order, *block):
        return filled_of_deviation(order, self.constant, *block)

    def closer(self, mean, sigma, target):
        return fine_log_sum(self.constant, half_square, mean, sigma, target)

    def careful(self, order, mean, sigma, target):
        s = np.where(ordinary(sigma), sigma, np.nan)
        w = error(mean, target) / s
        q = w.squared()
        if order == 0:
            part, constant = log(s), self.constant
            terms = part.high, q.high, constant.high, BITS * (s != 1)
            return (settled(part + q.scaled(0.5) + constant, *terms),)
        if order == 1:
            return (w / s).rounded, settled(1.0 - q, 1.0, q.high) / s
        return 1 / sigma / sigma, settled(q * 3.0 - 1.0, 1.0, q.high) / s / s

    def traits(self):
        best = "the mean and the standard deviation"
        return Traits(convex=True, convex_in="the mean", symmetric=True, best=best, proper="strictly proper")


class LaplaceNLL(LogScore):
    """How surprised a Laplace forecast, of a location and a scale, is by what came."""

    symbols = "e, b"
    formula = "log(2 * b) + abs(e) / b"
    slope_formula = "-1 / b if e < 0 else 1 / b if e > 0 else 0"
    source = "Laplace 1774, Mémoire sur la probabilité des causes par les évènemens"
    also = ("laplace-likelihood", "scoringrules.logs_laplace")
    use = "a model gives a location and how sure it is of it, and gross errors must not dominate"
    pitfalls = (
        "the scale b is the mean absolute error, not the standard deviation, which is sqrt(2) b",
        "at e = 0 we give the slope 0 in the location",
        "it may be negative: a good forecast with a small scale is a large density",
    )
    related = ("laplace-nll-log-scale", "gaussian-nll", "student-t-nll", "crps-laplace", "mae")
    forms = (
        (
            Input("location", FINITE, wrt=True, columns=LOCATION),
            Input("scale", POSITIVE, wrt=True, columns=(*SCALE, "b", "diversity")),
            OUTCOME,
        ),
    )

    def filled(self, order, *block):
        *outs, location, scale, target = block
        if order == 2:
            return True
        e, lost = exact_difference(location, target)
        if order == 0:
            np.abs(e, e)
            e /= scale
            doubt = log_sum(outs[0], 2 * scale, e, 2.0, DoubleDouble(0.0))
            return finer(doubt, self.closer, outs[0], location, scale, target)
        side = np.sign(e)
        lost *= side
        gap = np.subtract(scale, np.abs(e), outs[1])
        gap -= lost
        doubt = within_usual(e, scale, gap, scale, DOUBT)
        np.divide(side, scale, outs[0])
        gap /= scale
        gap /= scale
        return doubt

    def closer(self, location, scale, target):
        return fine_log_sum(DoubleDouble(0.0), relative, location, scale, target, times=2.0)

    def careful(self, order, location, scale, target):
        b = np.where(ordinary(scale), scale, np.nan)
        q = abs(error(location, target)) / b
        if order == 0:
            part = log(2 * b)
            return (settled(part + q, part.high, q.high, BITS * (b != 0.5)),)
        if order == 1:
            return np.sign(location - target) / scale, settled(1.0 - q, 1.0, q.high) / b
        return 0 * location, settled(q.scaled(2.0) - 1.0, 1.0, q.high) / b / b

    def corner(self, location, scale, target):
        return location == target

    def traits(self):
        return Traits(
            convex=True,
            convex_in="the location",
            symmetric=True,
            kinks=(0.0,),
            best="the median and the mean distance from it",
            proper="strictly proper",
        )
