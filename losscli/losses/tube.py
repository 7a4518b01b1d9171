"""Losses of the error that ignore what lies within a tube around the target."""

import numpy as np

from losscli.domain import POSITIVE
from losscli.families.pointwise import Unrounded
from losscli.numerics.doubledouble import two_sum
from losscli.numerics.quick import ROOMS, above, anew, lost_of_error, signs, unbounded
from losscli.parameter import parameter
from losscli.traits import Traits

LARGE = 1e150  # its square is finite


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

    def brisk(self, order, e, prediction, target):
        if order:
            return True
        lost = lost_of_error(e, prediction, target)
        (side,) = ROOMS.take(e, 1)
        lost *= np.sign(e, side)
        doubt = above(np.abs(e, e), LARGE)
        e -= self.epsilon  # exact where it cancels, and what was lost settles it
        e += lost
        np.square(np.maximum(e, 0.0, out=e), e)
        return doubt

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
