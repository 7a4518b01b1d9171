"""Losses of the error that all but stop growing: far outliers lose their pull."""

from math import frexp, pi, sqrt

import numpy as np

from losscli.domain import POSITIVE
from losscli.families.scaled import Scaled, bracket
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.quick import ROOMS, above, square_lost
from losscli.parameter import parameter
from losscli.traits import Traits

FAR = 2.0**100  # squared scales, whose powers are finite
ROOT = 2.0**-7  # of terms about 1, a difference that is less has lost too many bits


def near_root(x):
    """Tell where a difference of terms about 1 has lost too many bits."""
    return abs(x) < ROOT


def bent(out, factor, degree, a, b):
    """Fill in (1 - factor v) (1 + v)^degree for v = a + b, a of few bits and b small; tell where that will not do."""
    *_, x, y, z = ROOMS.take(out, 6)
    np.add(a, 1.0, x)
    x += b
    np.power(x, degree, out)
    np.subtract(x, 1.0, y)  # what rounding took from the base, as its power takes it
    np.subtract(a, y, y)
    y += b
    y /= x
    y *= degree
    a *= factor
    b *= factor
    np.subtract(1.0, a, z)
    np.subtract(1.0, z, x)  # and from the numerator
    np.subtract(x, a, a)
    np.subtract(z, b, x)
    z -= x
    z -= b
    a += z
    a /= x
    y += a
    doubt = near_root(x)
    out *= x
    y *= out
    out += y
    return doubt


def squared_base(a, b, room):
    """Return the square of 1 + a + b for a of few bits and a small b, in the place of `a`."""
    a += 1.0
    np.add(a, a, room)
    room += b
    room *= b
    a *= a
    a += room
    return a


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

    def briskly(self, order, e, prediction, target):
        if order == 2:
            a, b, _ = self.fine_share(e, prediction, target)
            return above(a, FAR) | bent(e, 1.0, -2.0, a, b)
        (v,) = ROOMS.take(e, 1)
        self.rough_share(e, v)
        if order == 1:
            doubt = above(v, FAR)
            v += 1.0
            e /= v
            return doubt
        doubt = square_lost(v, prediction, target)
        np.log1p(v, e)
        e *= self.c * self.c / 2
        return doubt

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

    def briskly(self, order, e, prediction, target):
        if order == 0:
            (v,) = ROOMS.take(e, 1)
            doubt = square_lost(self.rough_share(e, v), prediction, target)
            np.arctan(v, e)
            e *= self.c * self.c / 2
            return doubt
        if order == 2 and frexp(self.c)[0] != 0.5:
            return True  # only squares of few bits have squares that are exact
        a, b, fourth = self.fine_share(e, prediction, target)
        doubt = above(a, FAR)
        np.multiply(a, a, fourth)
        a += a
        a += b
        b *= a
        if order == 2:
            return doubt | bent(e, 3.0, -2.0, fourth, b)
        fourth += 1.0
        fourth += b
        e /= fourth
        return doubt

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

    def briskly(self, order, e, prediction, target):
        if order == 0:
            (v,) = ROOMS.take(e, 1)
            doubt = square_lost(self.rough_share(e, v), prediction, target)
            v += 1.0
            np.divide(e, v, v)
            e *= v
            e *= 0.5
            return doubt
        a, b, room = self.fine_share(e, prediction, target)
        doubt = above(a, FAR)
        if order == 2:
            return doubt | bent(e, 3.0, -3.0, a, b)
        e /= squared_base(a, b, room)
        return doubt

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
