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
    half_square,
    log_sum,
    ordinary,
    relative,
    settled,
    unsquared,
    usual,
)
from losscli.inputs import Input
from losscli.loss import Array
from losscli.numerics.arithmetic import DOUBT, reconsidered
from losscli.numerics.doubledouble import DoubleDouble, log, two_product, two_sum
from losscli.parameter import flag
from losscli.traits import Traits

LOG_TWO_PI = DoubleDouble(1.8378770664093456, -7.756588316134483e-17)
BITS = 0.125  # a logarithm has some 100 bits after the point, however near 0 it is


class LogScore(Forecast):
    """The logarithm of a scale plus an error in units of it, both in doubles but where these cancel."""

    swift = True

    @abstractmethod
    def score(self, location, scale, target) -> Array:
        """Return the loss, in doubles; NaN where that is not enough."""

    @abstractmethod
    def slopes(self, location, scale, target) -> list[Array]:
        """Return the slopes in location and scale, in doubles; NaN where that is not enough."""

    @abstractmethod
    def careful(self, order, *block) -> Sequence[Array]:
        """Return any derivative, in double-doubles."""

    def derivative(self, order, *block):
        if order == 2:
            return self.careful(order, *block)
        found = self.slopes(*block) if order else [self.score(*block)]
        return reconsidered(found, partial(self.careful, order), *block)


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

    def score(self, mean, var, target):
        e, lost = two_sum(mean, -target)
        constant = LOG_TWO_PI if self.full else DoubleDouble(0.0)
        q = (e * e + 2 * e * lost) / var
        return log_sum(var, q, 2.5, constant, relative_square, mean, var, target) / 2

    def slopes(self, mean, var, target):
        e, lost = two_sum(mean, -target)
        square, rest = unsquared(e, lost)
        gap = (var - square) - rest
        np.copyto(gap, np.nan, where=~(usual(e, var) & (abs(gap) > ALIKE * var)))
        return [e / var, gap / var / var / 2]

    def careful(self, order, mean, var, target):
        e = error(mean, target)
        v = np.where(ordinary(var), var, np.nan)
        q = e.squared() / v
        if order == 0:
            constant = LOG_TWO_PI if self.full else DoubleDouble(0.0)
            part = log(v)
            found = part + q + constant
            return (settled(found, part.high, q.high, constant.high, BITS * (v != 1)) / 2,)
        if order == 1:
            difference = mean - target
            along = np.where(np.isinf(difference), np.nan, difference / var)
            return along, settled(1.0 - q, 1.0, q.high) / v / 2
        return 1 / var, settled(q - 0.5, 0.5, q.high) / v / v

    def traits(self):
        return Traits(convex=True, symmetric=True, best="the mean and the variance", proper="strictly proper")


def relative_square(mean, var, target):
    """Return (mean - target)² / var in two doubles."""
    e, lost = two_sum(mean, -target)
    square, rest = two_product(e, e)
    q = square / var
    back, less = two_product(q, var)
    return q, ((square - back) - less + (rest + 2 * e * lost)) / var


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

    def score(self, mean, sigma, target):
        e, lost = two_sum(mean, -target)
        w = e / sigma
        q = w * (w / 2 + lost / sigma)
        return log_sum(sigma, q, 3.0, self.constant, half_square, mean, sigma, target)

    def slopes(self, mean, sigma, target):
        e, lost = two_sum(mean, -target)
        (square, rest), (mine, more) = unsquared(e, lost), unsquared(sigma, 0.0)
        gap = (mine - square) - (rest - more)
        np.copyto(gap, np.nan, where=~(usual(e, sigma) & (abs(gap) > ALIKE * mine)))
        return [e / sigma / sigma, gap / sigma / sigma / sigma]

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
        return Traits(convex=True, symmetric=True, best=best, proper="strictly proper")


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

    def score(self, location, scale, target):
        e = abs(location - target)
        return log_sum(2 * scale, e / scale, 1.5, DoubleDouble(0.0), relative, location, scale, target)

    def slopes(self, location, scale, target):
        e, lost = two_sum(location, -target)
        side = np.sign(e)
        gap = (scale - abs(e)) - side * lost
        np.copyto(gap, np.nan, where=~(usual(e, scale) & (abs(gap) > DOUBT * scale)))
        return [side / scale, gap / scale / scale]

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
            symmetric=True,
            kinks=(0.0,),
            best="the median and the mean distance from it",
            proper="strictly proper",
        )
