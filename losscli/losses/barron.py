"""The loss of the error that has most robust ones as members."""

from math import exp as power_of_e
from math import frexp
from math import log1p as logarithm

import numpy as np

from losscli.domain import POSITIVE, Interval
from losscli.families.scaled import Scaled, bracket, inverse_square
from losscli.losses.robust import hyperbola
from losscli.numerics.doubledouble import DoubleDouble, exp, log1p
from losscli.parameter import parameter
from losscli.traits import Traits

POWERS = 700.0  # e to more than this nears the end of the range
EVER = 1e30
SLIGHT = 2.0**-30  # below this, a series gives e^x - 1


class Barron(Scaled):
    """One family for many: alpha says how outliers count, from the square (2) over the line (1) to hardly (-2).

    At alpha = 0 it is a logarithm, and as alpha falls without bound it tends to welsch.
    """

    family = "robust regression"
    formula = (
        "u**2 / 2 if alpha == 2 else log(1 + u**2 / 2) if alpha == 0 "
        "else ((1 + u**2 / b)**(alpha / 2) - 1) * b / alpha"
    )
    slope_formula = "u / c if alpha == 2 else u * (1 + u**2 / b)**(alpha / 2 - 1) / c"
    source = "Barron 2019, A general and adaptive robust loss function, doi:10.1109/CVPR.2019.00446"
    also = (
        "general-robust-loss", "adaptive-robust-loss", "robust_loss_pytorch.general.lossfun",
    )  # fmt: skip
    use = "how heavy the tails are is unknown: tune alpha as any other parameter"
    pitfalls = (
        "there is no factor c^2: the curvature at zero is 1 / c^2, where the losses beside it have 1",
        "convex only for alpha of 1 or more",
        "times c^2 it is pseudo-huber(delta=c) at 1, cauchy(c=1.414 c) at 0, geman-mcclure(c=2 c) at -2",
    )
    related = ("pseudo-huber", "cauchy", "geman-mcclure")

    alpha: float = parameter(
        default=1.0,
        within=Interval(-1e50, 1e50, "[]"),
        help="how outliers count: 2 square, 1 line, 0 logarithm, below 0 bounded",
    )
    c: float = parameter(default=1.0, within=POSITIVE, help="the size of error from which alpha matters")

    def calmness(self, order):
        alpha = self.alpha
        short = 1e-3 < abs(alpha) < 10 and abs(alpha - 2) > 0.5  # no exponent is large
        exact = alpha / 2 - 1 + 1 == alpha / 2 and 0 <= alpha <= 2  # nor rounded, and then however large
        value = EVER if alpha in (0, 1) else 0.5 if short else 0.0
        return (value, EVER if exact else 0.5 if abs(alpha) <= 2 else 0.0, 0.0)[order]

    def briskly(self, order, e, prediction, target):
        factor, rest = inverse_square(self.c)
        if self.alpha != 1 or rest or frexp(self.c)[0] != 0.5:
            return True
        doubt = hyperbola(self, order, e, prediction, target)
        if factor != 1:
            e *= factor
        return doubt

    def plain(self, order, e, v):
        alpha, c = self.alpha, self.c
        b = abs(alpha - 2)
        if order:
            return e / c / c * (1 + v / b) ** (alpha / 2 - 1)
        match alpha:
            case 0:
                return np.log1p(v / 2)
            case 1:
                return v / (1 + np.sqrt(1 + v))
            case _:
                return b / alpha * np.expm1(alpha / 2 * np.log1p(v / b))

    def penalty(self, e):
        b, rise = self.rise(e)
        power = rise * (self.alpha / 2)
        slight = (rise * b * (power * (power.high / 6 + 0.5) + 1.0)).rounded / 2
        whole = ((exp(power) - 1.0) * b / self.alpha).rounded if self.alpha else slight
        whole = np.where(power.high > POWERS, np.nan, whole)
        return np.where(abs(power.high) < SLIGHT, slight, whole)

    def slope(self, e):
        return self.raised(e / self.c / self.c, e, -2.0)

    def curvature(self, e):
        b, _ = self.rise(e)
        rest = self.square(e) / b * DoubleDouble.of_sum(self.alpha, -1.0)
        return self.raised(bracket(1.0, rest) / self.c / self.c, e, -4.0)

    def rise(self, e: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
        """Return b = |alpha − 2| and ln(1 + (e/c)² / b)."""
        b = abs(DoubleDouble.of_sum(self.alpha, -2.0))
        return b, log1p(self.square(e) / b)

    def raised(self, x: DoubleDouble, e: DoubleDouble, less: float) -> np.ndarray:
        """Return x · (1 + (e/c)² / b)^((alpha + less) / 2); NaN where the power leaves the range of `exp`."""
        power = self.rise(e)[1] * DoubleDouble.of_sum(self.alpha, less) * 0.5
        half = exp(power * 0.5)
        result = (x * half).rounded * half.rounded
        return np.where(power.high < -2 * POWERS, 0.0, np.where(power.high > POWERS, np.nan, result))

    def square(self, e: DoubleDouble) -> DoubleDouble:
        """Return (e/c)²."""
        return self.ratio(e).squared()

    @property
    def speck(self):
        return np.inf if self.alpha == 2 else super().speck

    def nearby(self, order, e, lost):
        """Return the derivative of the parabola, through the fractions and exponents of e and c."""
        known = np.isfinite(e)
        part, shift = np.frexp(e)
        width, by = np.frexp(self.c)
        error = DoubleDouble(part, np.where(known, np.ldexp(lost, -shift), 0.0))
        match order:
            case 0:
                found = np.ldexp((error / width).squared().rounded, 2 * (shift - by) - 1)
            case 1:
                found = np.ldexp((error / width / width).rounded, shift - 2 * by)
            case _:
                found = np.ldexp((DoubleDouble(np.ones_like(e)) / width / width).rounded, -2 * by)
        return found

    @property
    def width(self):
        return self.c

    def end(self):
        alpha, c = self.alpha, self.c
        value = np.inf if alpha >= 0 else (alpha - 2) / alpha
        slope = np.inf if alpha > 1 else 1 / c if alpha == 1 else 0.0
        return value, slope, np.inf if alpha > 2 else 1 / c / c if alpha == 2 else 0.0

    def where(self, form):
        return (("u", "e / c"), ("b", "abs(alpha - 2)"))

    def traits(self):
        alpha, c = self.alpha, self.c
        steepest = np.inf if alpha > 1 else 1 / c
        if alpha < 1:
            steepest *= power_of_e((alpha - 1) / 2 * logarithm(1 / (1 - alpha)))
        return Traits(
            convex=alpha >= 1,
            symmetric=True,
            lipschitz=steepest,
            smoothness=np.inf if alpha > 2 else 1 / c / c,
            best="the mean" if alpha == 2 else "",
        )
