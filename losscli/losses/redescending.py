"""Losses of the error that all but stop growing: far outliers lose their pull."""

from math import exp as power_of_e
from math import pi, sqrt

import numpy as np

from losscli.domain import POSITIVE
from losscli.doubledouble import DoubleDouble, exp
from losscli.parameter import parameter
from losscli.scaled import Scaled, bracket, within
from losscli.traits import Traits


class Redescending(Scaled):
    """A loss of e/c, whose slope falls again beyond a multiple of c."""

    c: float = parameter(default=1.0, within=POSITIVE, help="the size of error from which the pull fades")

    @property
    def width(self):
        return self.c

    def square(self, e: DoubleDouble) -> DoubleDouble:
        """Return (e/c)²."""
        return self.ratio(e).squared()


class Cauchy(Redescending):
    """A logarithm of the squared error: outliers pull less the farther they are, and never quite let go."""

    family = "robust regression"
    formula = "c**2 * log(1 + (e / c)**2) / 2"
    slope_formula = "e / (1 + (e / c)**2)"
    source = "Black & Anandan 1996, The robust estimation of multiple motions, doi:10.1006/cviu.1996.0006"
    also = (
        "lorentzian",
        "scipy.optimize.least_squares loss='cauchy' | c is its f_scale",
        "student-t-norm | c is its scale times the root of df",
        "student-t | up to a constant and a factor, for the location alone: c is its scale times the root of df",
        "statsmodels.robust.norms.StudentT = cauchy:c=4.7698 | c is its c times the root of its df, 2.3849 and 4",
    )  # fmt: skip
    use = "a good part of the rows are gross errors, and there is a good start to begin from"
    pitfalls = (
        "not convex: beyond c the slope falls, and a bad start may stay bad",
        "barron(alpha=0, c=s) is cauchy(c=1.414 s) / s^2",
    )
    related = ("geman-mcclure", "welsch", "barron")

    calm = (1e30, 1e30, 0.0)

    def plain(self, order, e, v):
        return e / (1 + v) if order else self.scaled(np.log1p(v) / 2)

    def penalty(self, e):
        return self.scaled(np.log1p(self.square(e).rounded) / 2)

    def slope(self, e):
        return (e / (self.square(e) + 1.0)).rounded

    def curvature(self, e):
        return (self.fall(e) / (self.square(e) + 1.0).squared()).rounded

    def end(self):
        return np.inf, 0.0, 0.0

    def traits(self):
        return Traits(symmetric=True, lipschitz=self.c / 2, smoothness=1)


class Arctan(Redescending):
    """The angle whose tangent is the squared error: bounded, and flat soon after c."""

    family = "robust regression"
    formula = "c**2 * atan((e / c)**2) / 2"
    slope_formula = "e / (1 + (e / c)**4)"
    source = "Virtanen et al. 2020, SciPy 1.0, doi:10.1038/s41592-019-0686-2"
    also = (
        "scipy.optimize.least_squares loss='arctan' | c is its f_scale",
    )  # fmt: skip
    use = "as with cauchy, and a single row must never cost more than 0.79 c^2"
    pitfalls = (
        "not convex: beyond 0.76 c the slope falls, soon like 1 / e^3; a bad start may stay bad",
        "scipy calls c f_scale",
    )
    related = ("cauchy", "geman-mcclure", "welsch")

    calm = (1e30, 1.0, 0.0)

    def plain(self, order, e, v):
        return e / (1 + v * v) if order else self.scaled(np.arctan(v) / 2)

    def penalty(self, e):
        return self.scaled(np.arctan(self.square(e).rounded) / 2)

    def slope(self, e):
        return (e / (self.square(e).squared() + 1.0)).rounded

    def curvature(self, e):
        fourth = self.square(e).squared()
        return (bracket(1.0, fourth * -3.0) / (fourth + 1.0).squared()).rounded

    def end(self):
        return self.c * (self.c * (pi / 4)), 0.0, 0.0

    def traits(self):
        return Traits(symmetric=True, lipschitz=0.75 * 3**-0.25 * self.c, smoothness=1)


class TukeyBiweight(Redescending):
    """Rejects outliers outright: beyond c an error costs the same however large, and pulls not at all."""

    family = "robust regression"
    formula = "c**2 * (1 - (1 - (e / c)**2)**3) / 6 if abs(e) <= c else c**2 / 6"
    slope_formula = "e * (1 - (e / c)**2)**2 if abs(e) <= c else 0"
    source = "Beaton & Tukey 1974, The fitting of power series, doi:10.1080/00401706.1974.10489171"
    also = (
        "tukey", "biweight", "bisquare",
        "statsmodels.robust.norms.TukeyBiweight | of errors divided by a robust estimate of their scale",
    )  # fmt: skip
    use = "gross errors must have no say at all, and a robust first fit is there to start from"
    pitfalls = (
        "c is in units of y: the customary 4.685 is for errors divided by a robust scale (1.48 MAD)",
        "beyond c the slope is 0: a fit that starts there never moves",
    )
    related = ("welsch", "huber", "cauchy")

    level = True

    c: float = parameter(default=4.685, within=POSITIVE, help="from here on an error has no pull")

    calm = (0.8, 0.5, 0.0)

    def plain(self, order, e, v):
        return e * (1 - v) ** 2 if order else e * (e * (0.5 + v * (v / 6 - 0.5)))

    def penalty(self, e):
        v = self.square(e)
        near = (e.squared() * (v * (v - 3.0) + 3.0) / 6.0).rounded
        return np.where(within(e, self.c), near, self.end()[0])

    def slope(self, e):
        return np.where(within(e, self.c), (e * self.fall(e).squared()).rounded, 0.0)

    def curvature(self, e):
        near = self.fall(e) * bracket(1.0, self.square(e) * -5.0)
        return np.where(within(e, self.c), near.rounded, 0.0)

    def end(self):
        return self.c * (self.c / 6), 0.0, 0.0

    def traits(self):
        return Traits(symmetric=True, lipschitz=16 / 25 / sqrt(5) * self.c, smoothness=1)


class Welsch(Redescending):
    """An upturned bell: bounded, with a pull that dies out like the tail of a normal distribution."""

    family = "robust regression"
    formula = "c**2 * (1 - exp(-(e / c)**2)) / 2"
    slope_formula = "e * exp(-(e / c)**2)"
    source = "Dennis & Welsch 1978, Techniques for nonlinear least squares, doi:10.1080/03610917808812083"
    also = (
        "leclerc", "correntropy", "gtsam.noiseModel.mEstimator.Welsch",
    )  # fmt: skip
    use = "gross errors must have no say, and the loss should stay smooth to every order"
    pitfalls = (
        "others write exp(-e^2 / (2 c^2)), or leave out c^2: their c is 0.71 of ours",
        "beyond 3 c the slope all but vanishes: a bad start stays bad",
    )
    related = ("tukey-biweight", "geman-mcclure", "barron")

    level = True

    c: float = parameter(default=2.985, within=POSITIVE, help="the size of error from which the pull fades")

    calm = (1e30, 1.0, 0.0)

    def plain(self, order, e, v):
        return e * np.exp(-v) if order else self.scaled(np.expm1(-v) / -2)

    def penalty(self, e):
        return self.scaled(np.expm1(-self.square(e).rounded) / -2)

    def slope(self, e):
        half = self.half(e)
        return (e * half).rounded * half.rounded

    def curvature(self, e):
        half = self.half(e)
        return (bracket(1.0, self.square(e) * -2.0) * half).rounded * half.rounded

    def half(self, e: DoubleDouble) -> DoubleDouble:
        """Return the root of the exponential: the whole may be too small for a double."""
        return exp(self.square(e) * -0.5)

    def end(self):
        return self.c * (self.c / 2), 0.0, 0.0

    def traits(self):
        return Traits(symmetric=True, lipschitz=sqrt(0.5) * power_of_e(-0.5) * self.c, smoothness=1)


class GemanMcClure(Redescending):
    """A share of the squared error that tends to a bound: far outliers pull hardly at all."""

    family = "robust regression"
    formula = "e**2 / (2 * (1 + (e / c)**2))"
    slope_formula = "e / (1 + (e / c)**2)**2"
    source = "Geman & McClure 1987, Statistical methods for tomographic image reconstruction"
    also = (
        "gtsam.noiseModel.mEstimator.GemanMcClure",
    )  # fmt: skip
    use = "many rows are gross errors, and there is a good start to begin from"
    pitfalls = (
        "not convex: beyond 0.58 c the slope falls, and a bad start may stay bad",
        "others leave out the factor c^2 / 2, or the 1 / 2 alone",
    )
    related = ("cauchy", "welsch", "barron")

    calm = (1e30, 1.0, 0.0)

    def plain(self, order, e, v):
        base = 1 + v
        return e / (base * base) if order else e * (e / base) / 2

    def penalty(self, e):
        return (e.squared() / (self.square(e) + 1.0)).rounded / 2

    def slope(self, e):
        return (e / (self.square(e) + 1.0).squared()).rounded

    def curvature(self, e):
        square = self.square(e)
        base = square + 1.0
        return (bracket(1.0, square * -3.0) / (base.squared() * base)).rounded

    def end(self):
        return self.c * (self.c / 2), 0.0, 0.0

    def traits(self):
        return Traits(symmetric=True, lipschitz=9 / 16 / sqrt(3) * self.c, smoothness=1)
