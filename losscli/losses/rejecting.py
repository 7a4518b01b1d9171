"""Losses of the error to which a gross outlier is all but nothing."""

from functools import partial
from math import exp as power_of_e
from math import sqrt

import numpy as np

from losscli.domain import POSITIVE
from losscli.families.scaled import bracket, within
from losscli.losses.redescending import FAR, Redescending, near_root
from losscli.numerics.doubledouble import DoubleDouble, exp
from losscli.numerics.quick import ROOMS, above, anew, square_lost
from losscli.parameter import parameter
from losscli.traits import Traits

FADED = 600.0  # squared scales, from which e to the minus is hardly a normal number


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

    def briskly(self, order, e, prediction, target):
        if order == 2:
            return self.finely(order, e, prediction, target)
        (v,) = ROOMS.take(e, 1)
        if order:
            far = above(self.rough_share(e, v), 0.25)
            np.subtract(1.0, v, v)
            v *= v
            e *= v
            return anew(far, partial(self.finely, order), e, prediction, target)
        v = self.share_in(e, prediction, target)
        doubt = square_lost(v, prediction, target)
        v.clip(0.0, 1.0, v)
        np.subtract(1.0, v, e)
        v *= self.end()[0]
        fall = e + 1.0
        fall *= e
        fall += 1.0
        np.multiply(fall, v, e)
        return doubt

    def finely(self, order, e, prediction, target):
        """Make errors `e` into slope or curvature, in place, at any size; tell where that will not do."""
        a, b, fall = self.fine_share(e, prediction, target)
        doubt = above(a, FAR)
        np.subtract(1.0, a, fall)
        fall -= b
        doubt = doubt | near_root(fall)
        fall.clip(0.0, np.inf, fall)
        if order == 1:
            fall *= fall
            e *= fall
        else:
            a *= -5.0
            a += 1.0
            b *= 5.0
            a -= b
            doubt = doubt | near_root(a)
            np.multiply(fall, a, e)
        e += 0.0  # no -0.0
        return doubt

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

    def briskly(self, order, e, prediction, target):
        if order == 2:
            return self.finely(order, e, prediction, target)
        (v,) = ROOMS.take(e, 1)
        if order:
            far = above(self.rough_share(e, v), 1.0)
            np.exp(np.negative(v, v), v)
            e *= v
            return anew(far, partial(self.finely, order), e, prediction, target)
        v = self.share_in(e, prediction, target)
        doubt = square_lost(v, prediction, target)
        np.expm1(np.negative(v, v), e)
        e *= -self.end()[0]
        return doubt

    def finely(self, order, e, prediction, target):
        """Make errors `e` into slope or curvature, in place, at any size; tell where that will not do."""
        a, b, rest = self.fine_share(e, prediction, target)
        doubt = above(a, FADED)
        if order == 2:
            np.multiply(a, -2.0, rest)
            rest += 1.0
            rest -= b
            rest -= b
            doubt = doubt | near_root(rest)
            e[:] = rest
        e *= np.exp(np.negative(a, a), a)
        e *= np.exp(np.negative(b, b), b)
        return doubt

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
