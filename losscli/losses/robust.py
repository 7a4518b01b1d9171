"""Losses of the error that grow like its square near zero and like its size far away."""

import numpy as np

from losscli.arithmetic import where
from losscli.domain import POSITIVE
from losscli.doubledouble import DoubleDouble, exp, log
from losscli.families import Residual, Unrounded
from losscli.parameter import parameter
from losscli.scaled import Scaled
from losscli.traits import Traits

ALMOST = 1e-9  # below this, ln cosh x is x²/2 to the last bit
LINEAR = 20.0  # from here, it is |x| - ln 2
SPECK, FAR = 2.0**-900, 600.0  # between these the square of sinh x/2 is a normal number
LEAST_CONDITION = 2.0**-20  # below this, a series beats a difference of 106 bits


class SmoothL1(Residual):
    """The absolute error with its corner rounded off: a parabola within beta, the line |e| - beta/2 beyond."""

    family = "robust regression"
    formula = "e**2 / (2 * beta) if abs(e) <= beta else abs(e) - beta / 2"
    slope_formula = "e / beta if abs(e) <= beta else -1 if e < 0 else 1"
    source = "Girshick 2015, Fast R-CNN, doi:10.1109/ICCV.2015.169"
    also = (
        "smooth-l1-loss", "torch.nn.SmoothL1Loss", "torch.nn.functional.smooth_l1_loss",
    )  # fmt: skip
    use = "you want the absolute error's slopes, but no jump at the optimum; box regression does"
    pitfalls = (
        "it is huber(delta=beta) / beta: the slope outside is 1, not beta",
        "torch takes beta = 0 for mae; here beta is above 0",
    )
    related = ("huber", "mae", "pseudo-huber")

    beta: float = parameter(
        default=1.0, within=POSITIVE, help="where the parabola turns into a line, in units of y"
    )

    def penalty(self, e):
        size = abs(e)
        near = np.minimum(size, self.beta)
        return near / self.beta * (size - near / 2)

    def slope(self, e):
        return e.clip(-self.beta, self.beta) / self.beta

    def curvature(self, e):
        return np.where(abs(e) <= self.beta, 1 / self.beta, np.where(np.isnan(e), e, 0.0))

    def traits(self):
        return Traits(
            convex=True,
            symmetric=True,
            lipschitz=1,
            smoothness=1 / self.beta,
            kinks=(-self.beta, self.beta),
            best="between the median (beta small) and the mean (beta large)",
        )


class LogCosh(Unrounded):
    """A smooth curve from half the square near zero to the size of the error, less ln 2, far away."""

    family = "robust regression"
    formula = "log(cosh(e))"
    slope_formula = "tanh(e)"
    source = "Green 1990, Bayesian reconstructions from emission tomography data, doi:10.1109/42.52985"
    also = (
        "keras.losses.LogCosh | 1e-16 off near 0, where the loss itself is less",
        "keras.losses.log_cosh | 1e-16 off near 0, where the loss itself is less",
        "keras.losses.logcosh | 1e-16 off near 0, where the loss itself is less",
        "optax.log_cosh | 1e-16 off near 0, where the loss itself is less",
        "torchmetrics.log_cosh_error | infinite from e = 711, 0 near 0",
        "torchmetrics.LogCoshError | infinite from e = 711, 0 near 0",
        "catboost.LogCosh | up to 1e-4 less", "LossFunctions.jl.LogCoshLoss",
    )  # fmt: skip
    use = "like huber, but smooth to every order, and errors are of the order of 1"
    pitfalls = (
        "it has no scale: in other units of y it is another loss; divide y by what is normal first",
        "keras and optax lose small errors: at 1e-8 they say 1.1e-16, the truth is 5e-17",
        "torchmetrics takes cosh first and overflows from |e| = 711",
    )
    related = ("huber", "pseudo-huber", "logistic-distance")

    def plain(self, order, e):
        return plain_log_cosh(order, e)

    def penalty(self, e):
        return log_cosh(e.high)

    def slope(self, e):
        return np.tanh(e.high)

    def curvature(self, e):
        once = hyperbolic_secant(e)
        return once * once

    def traits(self):
        return Traits(
            convex=True, symmetric=True, lipschitz=1, smoothness=1, best="between the median and the mean"
        )


class LogisticDistance(Unrounded):
    """How unlikely an error is under the logistic distribution, beside none at all."""

    family = "robust regression"
    formula = "2 * log(cosh(e / 2))"
    slope_formula = "tanh(e / 2)"
    source = "Steinwart & Christmann 2008, Support Vector Machines, doi:10.1007/978-0-387-77242-4"
    also = (
        "LossFunctions.jl.LogitDistLoss",
    )  # fmt: skip
    use = "errors have tails a little heavier than normal and are of the order of 1"
    pitfalls = (
        "not log-cosh: twice it at half the error, so half as curved at zero",
        "LossFunctions.jl takes the exponential first and overflows from |e| = 710",
    )
    related = ("log-cosh", "huber")

    def plain(self, order, e):
        found = plain_log_cosh(order, e / 2)
        return found and (found[0] * (2 - order), found[1])

    def penalty(self, e):
        half = e.high / 2
        return np.where(abs(half) < ALMOST, half * half, 2 * log_cosh(half))

    def slope(self, e):
        return np.tanh(e.high / 2)

    def curvature(self, e):
        once = hyperbolic_secant(e.scaled(0.5))
        return once * (once / 2)

    def traits(self):
        return Traits(
            convex=True, symmetric=True, lipschitz=1, smoothness=0.5, best="between the median and the mean"
        )


def plain_log_cosh(order, x):
    """Return ln cosh x or its slope, and where that is doubtful; its curvature needs more of x than doubles."""
    if order == 0:
        root = np.sinh(x / 2)
        found = np.log1p(2 * root * root)
        return found, (found < SPECK) | (found > FAR)
    return (np.tanh(x), np.False_) if order == 1 else None


def log_cosh(x):
    """Return ln cosh x."""
    size = abs(x)
    far = size > LINEAR
    root = np.sinh(np.where(far, 0.0, size) / 2)
    near = np.where(size < ALMOST, size * (size / 2), np.log1p(2 * root * root))
    return np.where(far, size - np.log(2), near)


def hyperbolic_secant(x):
    """Return 1 / cosh x, of an `x` too exact for a double."""
    small = exp(-abs(x))
    return (small.scaled(2.0) / (small.squared() + 1.0)).rounded


class Fair(Scaled):
    """Like the square near zero, with a slope that climbs slowly to c."""

    family = "robust regression"
    formula = "c**2 * (abs(e) / c - log(1 + abs(e) / c))"
    slope_formula = "e / (1 + abs(e) / c)"
    source = "Fair 1974, On the robust estimation of econometric models"
    also = (
        "lightgbm.fair", "catboost.FairLoss | a metric only",
    )  # fmt: skip
    use = "outliers must not dominate, and one optimum with second derivatives everywhere is wanted"
    pitfalls = (
        "it bends at once: at |e| = c the slope is c/2, where huber still has c",
        "its third derivative jumps at zero",
    )
    related = ("huber", "log-cosh", "pseudo-huber")

    c: float = parameter(default=1.0, within=POSITIVE, help="the slope far away, in units of y")

    calm = (1e30, 1e30, 1e30)
    rough = (True, True, True)

    def plain(self, order, e, v):
        size, c = abs(e), self.c
        u = size / c
        match order:
            case 0:
                s = u / (2 + u)
                near = size / (2 + u) * (size - 2 * c * s * s * atanh_series(s * s))
                return where(u < 2, near, c * (size - c * np.log1p(u)))
            case 1:
                return e / (1 + u)
            case _:
                return 1 / ((1 + u) * (1 + u))

    def penalty(self, e):
        u = abs(self.ratio(e))
        parabola = e.high * (e.high * (0.5 - u.high * (1 / 3 - u.high / 4)))
        return np.where(u.high < LEAST_CONDITION, parabola, self.scaled((u - log(u + 1.0)).rounded))

    def slope(self, e):
        return (e / (abs(self.ratio(e)) + 1.0)).rounded

    def curvature(self, e):
        return (1.0 / (abs(self.ratio(e)) + 1.0).squared()).rounded

    @property
    def width(self):
        return self.c

    def end(self):
        return np.inf, self.c, 0.0

    def traits(self):
        return Traits(
            convex=True,
            symmetric=True,
            lipschitz=self.c,
            smoothness=1,
            best="between the median (c small) and the mean (c large)",
        )


def atanh_series(w):
    """Return 1/3 + w/5 + w²/7 + …, what atanh √w has beyond √w over w√w, for w up to 1/4."""
    found = np.zeros_like(w)
    for n in range(51, 1, -2):
        found *= w
        found += 1 / n
    return found


class PseudoHuber(Scaled):
    """A hyperbola: half the square near zero, a line of slope delta far away, smooth throughout."""

    family = "robust regression"
    formula = "delta**2 * (sqrt(1 + (e / delta)**2) - 1)"
    slope_formula = "e / sqrt(1 + (e / delta)**2)"
    source = (
        "Charbonnier et al. 1994, Two deterministic half-quadratic algorithms, doi:10.1109/ICIP.1994.413553"
    )
    also = (
        "charbonnier", "soft-l1",
        "scipy.special.pseudo_huber | delta comes first",
        "scipy.optimize.least_squares loss='soft_l1' | delta is its f_scale",
        "xgboost.reg:pseudohubererror | delta is its huber_slope",
    )  # fmt: skip
    use = "like huber, but derivatives of every order are wanted"
    pitfalls = (
        "at |e| = delta the slope is 0.71 delta, where huber has delta",
        "sqrt(e^2 + eps^2), also called Charbonnier, is pseudo-huber(delta=eps) / eps + eps",
    )
    related = ("huber", "log-cosh", "barron")

    delta: float = parameter(default=1.0, within=POSITIVE, help="the slope far away, in units of y")

    calm = (1e30, 1e30, 1.0)
    rough = (False, True, False)

    def plain(self, order, e, v):
        square = 1 + v
        root = np.sqrt(square)
        return (e * (e / (1 + root)), e / root, 1 / (square * root))[order]

    def penalty(self, e):
        return (e.squared() / (self.root(e) + 1.0)).rounded

    def slope(self, e):
        return (e / self.root(e)).rounded

    def curvature(self, e):
        root = self.root(e)
        return (1.0 / (root.squared() * root)).rounded

    def root(self, e: DoubleDouble) -> DoubleDouble:
        """Return the root of 1 + (e/delta)²."""
        return (self.ratio(e).squared() + 1.0).root()

    @property
    def width(self):
        return self.delta

    def end(self):
        return np.inf, self.delta, 0.0

    def traits(self):
        return Traits(
            convex=True,
            symmetric=True,
            lipschitz=self.delta,
            smoothness=1,
            best="between the median (delta small) and the mean (delta large)",
        )
