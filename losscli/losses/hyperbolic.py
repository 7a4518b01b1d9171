"""Losses of the error that are logarithms of a hyperbolic cosine."""

import numpy as np

from losscli.families.pointwise import Unrounded
from losscli.numerics.doubledouble import exp
from losscli.numerics.quick import ROOMS, below, lost_of_error, outside
from losscli.traits import Traits

ALMOST = 1e-9  # below this, ln cosh x is x²/2 to the last bit
NO_MORE = 2.0**-1000  # an exponential that is less is soon no normal number
LINEAR = 20.0  # from here, it is |x| - ln 2
SPECK, FAR = 2.0**-900, 600.0  # between these the square of sinh x/2 is a normal number


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
        "torchmetrics.functional.log_cosh_error | infinite from e = 711, 0 near 0",
        "torchmetrics.LogCoshError | infinite from e = 711, 0 near 0",
        "catboost.LogCosh | up to 1e-4 less",
        "LossFunctions.jl.LogCoshLoss | 1e-16 off near 0, where the loss itself is less",
    )  # fmt: skip
    use = "like huber, but smooth to every order, and errors are of the order of 1"
    pitfalls = (
        "it has no scale: in other units of y it is another loss; divide y by what is normal first",
        "keras and optax lose small errors: at 1e-8 they say 1.1e-16, the truth is 5e-17",
        "torchmetrics takes cosh first and overflows from |e| = 711",
    )
    related = ("huber", "pseudo-huber", "logistic-distance")

    def brisk(self, order, e, prediction, target):
        if order == 2:
            return brisk_bell(e, prediction, target, 1.0, 4.0)
        return brisk_log_cosh(order, e)

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
        "LossFunctions.jl.LogitDistLoss | infinite from e = 710",
    )  # fmt: skip
    use = "errors have tails a little heavier than normal and are of the order of 1"
    pitfalls = (
        "not log-cosh: twice it at half the error, so half as curved at zero",
        "LossFunctions.jl takes the exponential of e first: infinite from e = 710, not from -710",
    )
    related = ("log-cosh", "huber")

    def brisk(self, order, e, prediction, target):
        if order == 2:
            return brisk_bell(e, prediction, target, 0.5, 2.0)
        e *= 0.5
        doubt = brisk_log_cosh(order, e)
        if not order:
            e *= 2.0
        return doubt

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


def brisk_log_cosh(order, x):
    """Make ln cosh x or its slope of x, in its place; tell where that will not do."""
    if order == 1:
        np.tanh(x, x)
        return False
    x *= 0.5
    np.sinh(x, x)
    x *= x
    x *= 2.0
    np.log1p(x, x)
    return outside(x, SPECK, FAR)


def brisk_bell(e, prediction, target, rate, height):
    """Make of errors `e` a quarter of the height over cosh² of so many times the error; tell where that will not do."""
    lost = lost_of_error(e, prediction, target)
    (sign,) = ROOMS.take(e, 1)
    lost *= np.copysign(2 * rate, e, sign)
    small = np.abs(e, e)
    small *= -2 * rate
    np.exp(small, small)
    lost *= small
    small -= lost  # what the difference lost, as the exponential takes it
    base = np.add(small, 2.0, lost)
    base *= small
    base += 1.0
    small *= height
    small /= base
    return below(small, NO_MORE)


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
