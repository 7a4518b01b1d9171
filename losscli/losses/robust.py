"""Losses of the error that grow like its square near zero and like its size far away."""

import numpy as np

from losscli.domain import POSITIVE
from losscli.families.pointwise import Residual
from losscli.families.scaled import Scaled
from losscli.numerics.arithmetic import where
from losscli.numerics.doubledouble import DoubleDouble, log
from losscli.numerics.quick import ROOMS, above, outside, square_lost, unbounded
from losscli.parameter import parameter
from losscli.traits import Traits

LARGE = 2.0**100  # squared scales, whose powers are finite
ATANH = (
    0.19745426478533493, -0.10951650742612855, 0.1145475451088902, 0.026913545051501023, 0.056599417377332484,
    0.058309531156912356, 0.06671177979729383, 0.07692044266759973, 0.09090918911391244, 0.11111110894155087,
    0.14285714288195786, 0.19999999999988882, 0.3333333333333334,
)  # fmt: skip
"""The polynomial next to (atanh √w / √w - 1) / w for w from 0 to 1/4, within 1.1e-16."""
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

    def brisk(self, order, e, prediction, target):
        if order == 2:
            return True
        doubt = unbounded(e)
        near = e
        if order:
            e.clip(-self.beta, self.beta, e)
        else:
            (near,) = ROOMS.take(e, 1)
            e.clip(-self.beta, self.beta, near)
            e -= near * 0.5
        if self.beta != 1:
            near /= self.beta
        if not order:
            e *= near
        return doubt

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

    def briskly(self, order, e, prediction, target):
        c = self.c
        (u,) = ROOMS.take(e, 1)
        size = np.abs(e, u) if order else np.abs(e, e)
        np.divide(size, c, u)
        doubt = outside(u, 1 / LARGE, LARGE)
        if not isinstance(doubt, bool):
            doubt &= prediction != target
        if order:
            u += 1.0
            if order == 1:
                e /= u
            else:
                u *= u
                np.divide(1.0, u, e)
            return doubt
        base = u + 2.0
        s = u / base
        s *= s
        series = atanh_series(s)
        series *= s
        series *= 2 * c
        np.subtract(size, series, series)
        np.divide(size, base, base)
        base *= series
        far = u >= 2
        np.log1p(u, u)
        u *= c
        e -= u
        e *= c
        np.copyto(e, where(far, e, base))
        return doubt

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
    found = np.full_like(w, ATANH[0])
    for coefficient in ATANH[1:]:
        found *= w
        found += coefficient
    return found


class PseudoHuber(Scaled):
    """A hyperbola: half the square near zero, a line of slope delta far away, smooth throughout."""

    family = "robust regression"
    formula = "delta**2 * (sqrt(1 + (e / delta)**2) - 1)"
    slope_formula = "e / sqrt(1 + (e / delta)**2)"
    source = (
        "Charbonnier et al. 1994, Two deterministic half-quadratic regularization algorithms, "
        "doi:10.1109/ICIP.1994.413553"
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

    def briskly(self, order, e, prediction, target):
        return hyperbola(self, order, e, prediction, target)

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


def hyperbola(loss, order, e, prediction, target):
    """Make errors `e` into pseudo-huber or a derivative of it, in place, by the scale of a loss."""
    if order == 2:
        a, b, c = loss.fine_share(e, prediction, target)
        doubt = above(a, LARGE)
        a += 1.0
        base = np.add(a, b, e)
        np.sqrt(base, c)
        c *= base
        a -= base
        a += b  # what rounding took from the base
        a /= base
        a *= -1.5
        a += 1.0
        np.divide(a, c, e)
        return doubt
    (root,) = ROOMS.take(e, 1)
    loss.rough_share(e, root)
    doubt = above(root, LARGE) if order else square_lost(root, prediction, target)
    root += 1.0
    np.sqrt(root, root)
    if order:
        e /= root
    else:
        root += 1.0
        np.divide(e, root, root)
        e *= root
    return doubt
