"""Losses of the error, from the robust statistics of the seventies, whose pull rises, falls and dies out smoothly."""

from math import exp as power_of_e
from math import factorial

import numpy as np

from losscli.domain import FACTOR, POSITIVE
from losscli.families.scaled import Scaled, bracket
from losscli.losses.redescending import Redescending
from losscli.numerics.arithmetic import where
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp
from losscli.parameter import parameter
from losscli.traits import Traits

HALF_TURN = DoubleDouble(3.141592653589793, 1.2246467991473532e-16)
SMALL = 2.0  # up to here 1 - (1 + x) e^-x is summed, beyond subtracted
UNSURE = 2.0**-90  # where so little is left of half a turn, it may be nothing


def polynomial(x, coefficients):
    """Return the polynomial in `x` of these coefficients, the constant first."""
    found = np.full_like(x, coefficients[-1])
    for each in coefficients[-2::-1]:
        found *= x
        found += each
    return found


FALL = [(-1) ** n / factorial(2 * n + 2) for n in range(15)]  # (1 - cos u) / u^2 in u^2, to u = pi
RISE = [(-1) ** n / factorial(2 * n + 1) for n in range(13)]  # sin u / u, to u = 2
LEVEL = [(-1) ** n / factorial(2 * n) for n in range(10)]  # cos u, to u = 1
SHARE = (  # of x - 1, Chebyshev's polynomial of (1 - (1 + x) e^-x) / x^2 for x up to 2
    0.26424111765711533, -0.1606027941427884, 0.056964470628461425, -0.014639387309374243, 0.0029709240879084295,
    -0.0004994468957346833, 7.174437672287651e-05, -9.001620752598958e-06, 1.0028293032174419e-06,
    -1.0047773985968597e-07, 9.147722642855026e-09, -7.630737690861207e-10, 5.875223323907004e-11,
    -4.26619579892265e-12, 2.840560554321817e-13,
)  # fmt: skip


class AndrewsWave(Redescending):
    """An arch of a sine: errors pull less and less beyond pi c / 2, and from pi c on not at all."""

    family = "robust regression"
    formula = "c**2 * (1 - cos(e / c)) if abs(e) <= pi * c else 2 * c**2"
    slope_formula = "c * sin(e / c) if abs(e) <= pi * c else 0"
    source = (
        "Andrews et al. 1972, Robust estimates of location: survey and advances, doi:10.1515/9781400867011"
    )
    also = (
        "andrews", "andrews-sine",
        "statsmodels.robust.norms.AndrewWave | c is its a; of errors divided by a robust estimate of their scale",
    )  # fmt: skip
    use = "as tukey-biweight: gross errors must have no say, and a robust first fit is there to start from"
    pitfalls = (
        "c is in units of y: the customary 1.339 is for errors divided by a robust scale (1.48 MAD)",
        "an error stops pulling at pi c, 4.2 by default, not at c",
    )
    related = ("tukey-biweight", "hampel", "welsch")

    level = True

    c: float = parameter(default=1.339, within=POSITIVE, help="an error has no pull from pi times it on")

    calm = (3.1, 2.0, 1.0)

    def plain(self, order, e, v):
        match order:
            case 0:
                half = polynomial(v, FALL)
                return where(v < 4, e * (e * half), self.scaled(v * half))
            case 1:
                return e * polynomial(v, RISE)
            case _:
                return polynomial(v, LEVEL)

    def penalty(self, e):
        u = abs(self.ratio(e))
        half = sine(u.scaled(0.5))
        return np.where(u.high < np.pi, self.scaled(2 * half * half), self.end()[0])

    def slope(self, e):
        u = abs(self.ratio(e))
        rest = certain(HALF_TURN, u)
        size = self.c * sine(chosen(u.high < 1.5, u, rest))
        return np.copysign(np.where(rest.high <= 0, 0.0, size), e.high)

    def curvature(self, e):
        u = abs(self.ratio(e))
        found = np.where(u.high < 0.8, np.cos(u.high), sine(certain(HALF_TURN.scaled(0.5), u)))
        rest = (HALF_TURN - u).high
        return np.where(abs(rest) < UNSURE, np.nan, np.where(rest < 0, 0.0, found))

    def end(self):
        return self.c * (self.c * 2), 0.0, 0.0

    @property
    def axis(self):
        reach = 1.5 * np.pi * self.c
        return super().axis._replace(low=-reach, high=reach)

    def traits(self):
        edge = float(np.nextafter(np.pi * self.c, np.inf))  # not before it
        return Traits(symmetric=True, lipschitz=self.c, smoothness=1, kinks=(-edge, edge))


def certain(edge, u):
    """Return edge - u; NaN where too much of it cancels."""
    return bracket(edge.high, DoubleDouble(edge.low) - u)


def sine(x):
    """Return the sine of an angle up to some pi / 2, rounded to a double."""
    return np.sin(x.high) + np.cos(x.high) * x.low


class Ramsay(Scaled):
    """Half the square near zero, with a pull that is damped like e^-a|e|: far outliers let go, but never at once."""

    family = "robust regression"
    formula = "(1 - exp(-a * abs(e)) * (1 + a * abs(e))) / a**2"
    slope_formula = "e * exp(-a * abs(e))"
    source = (
        "Ramsay 1977, A comparative study of several robust estimates of slope, intercept, and scale in linear "
        "regression, Journal of the American Statistical Association 72, 608-615"
    )
    also = (
        "ramsay-e",
        "statsmodels.robust.norms.RamsayE | of errors divided by a robust estimate of their scale",
    )  # fmt: skip
    use = "outliers should count less the farther they are, with one smooth formula and no threshold"
    pitfalls = (
        "a is per unit of y: the customary 0.3 is for errors divided by a robust scale (1.48 MAD)",
        "the pull is largest at |e| = 1 / a and falls from there: not convex, so start well",
    )
    related = ("andrews-wave", "welsch", "fair")

    level = True
    calm = (SMALL, 2.0, 0.5)
    rough = (True, True, True)

    a: float = parameter(default=0.3, within=FACTOR, help="how fast the pull dies out, per unit of y")

    @property
    def width(self):
        return 1 / self.a

    def ratio(self, e):
        return e * self.a

    def scaled(self, x):
        return x / self.a / self.a

    def plain(self, order, e, v):
        x = self.a * abs(e)
        if order == 0:
            return self.near(e, x)
        fade = np.exp(-x)
        return e * fade if order == 1 else (1 - x) * fade

    def near(self, e, x):
        """Return the loss of an error of size x / a, for x up to 2."""
        share = polynomial(x - 1.0, SHARE)
        share *= e
        share *= e
        return share

    def penalty(self, e):
        x = abs(self.ratio(e)).high
        far = self.scaled(1 - (1 + x) * np.exp(-x))
        return np.where(x < SMALL, self.near(e.high, np.minimum(x, SMALL)), far)

    def slope(self, e):
        half = self.half(e)
        return (e * half).rounded * half.rounded

    def curvature(self, e):
        half = self.half(e)
        return (bracket(1.0, -abs(self.ratio(e))) * half).rounded * half.rounded

    def half(self, e):
        """Return the root of the exponential: the whole may be too small for a double."""
        return exp(abs(self.ratio(e)).scaled(-0.5))

    def end(self):
        return 1 / self.a / self.a, 0.0, 0.0

    @property
    def axis(self):
        reach = 4 / self.a
        return super().axis._replace(low=-reach, high=reach)

    def traits(self):
        return Traits(symmetric=True, lipschitz=power_of_e(-1) / self.a, smoothness=1)
