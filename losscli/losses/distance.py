"""Losses of the error raised to a power, or wrapped around a circle."""

import numpy as np

from losscli.arithmetic import FAINT
from losscli.domain import FACTOR, Interval
from losscli.doubledouble import DoubleDouble, two_sum
from losscli.families import Unrounded
from losscli.loss import Axis
from losscli.parameter import parameter
from losscli.traits import Traits

LEVEL = Interval(0, 1)
DEGREE = Interval(1e-3, 1e3, "[]")
LARGE = 1e150  # its square is finite
TINY = 2.0**-500  # products with it no longer have an exact low part
TWO_PI = DoubleDouble(6.283185307179586, 2.4492935982947064e-16)


class LpDistance(Unrounded):
    """Raises the size of the error to the power p: 1 is mae, 2 is mse, more looks ever more at the worst."""

    formula = "abs(e)**p"
    slope_formula = "-p * abs(e)**(p - 1) if e < 0 else p * abs(e)**(p - 1) if e > 0 else 0"
    source = "Minkowski 1896, Geometrie der Zahlen"
    also = (
        "lp", "power-distance", "catboost.Lq",
        "torchmetrics.minkowski_distance | the p-th root of the sum over all rows",
        "LossFunctions.jl.LPDistLoss | both derivatives 0 at e = 0, whatever p",
    )  # fmt: skip
    use = "a compromise between mae and mse (1 < p < 2), or the worst errors must go first (p > 2)"
    pitfalls = (
        "no root is taken: the Minkowski distance is the p-th root of the sum",
        "below p = 2 the curvature is without bound at 0; below p = 1 the slope is",
    )
    related = ("mae", "mse", "huber")

    p: float = parameter(default=1.5, within=DEGREE, help="the power; convex from 1 on")

    def plain(self, order, e):
        power, rest = two_sum(self.p, -order)
        if order == 2 or self.p > 3 or rest:
            return None
        found = abs(e) ** power
        return np.sign(e) * (self.p * found) if order else found, ~((found > FAINT) & (found < 1 / FAINT))

    def penalty(self, e):
        return raised(e, self.p)

    def slope(self, e):
        return np.where(e.high == 0, 0.0, np.sign(e.high) * raised(e, self.p, 1, self.p))

    def curvature(self, e):
        flat = self.p == 1 or (e.high == 0) & (self.p < 1)
        return np.where(flat, 0.0, raised(e, self.p, 2, self.p * (self.p - 1)))

    def corner(self, prediction, target):
        return (prediction == target) & (self.p <= 1)

    def traits(self):
        p = self.p
        return Traits(
            convex=p >= 1,
            symmetric=True,
            lipschitz=1.0 if p == 1 else np.inf,
            smoothness={1.0: 0.0, 2.0: 2.0}.get(p, np.inf),
            kinks=(0.0,) if p < 2 else (),
            best={1.0: "the median", 2.0: "the mean"}.get(p, ""),
        )


def raised(e, p, less=0, factor=1.0):
    """Return factor · |e|^(p - less), with what rounding took from the error and from the power put back."""
    size = abs(e)
    power, rest = two_sum(p, -less)
    found = size.high**power
    if factor != 1:  # at the ends of the range in two steps, lest bits be lost before the factor
        half = size.high ** (power / 2)
        far = (found < FAINT) | (found > 1 / FAINT)
        found = np.where(far, factor * half * half, factor * found)
    back = power * (size.low / size.high) + rest * np.log(size.high)
    return np.where((size.high == 0) | np.isinf(size.high), found, found * np.exp(back))


class Periodic(Unrounded):
    """Counts errors around a circle: a whole period off is no error, half a period off is the worst.

    The loss of angles, hours of the day and days of the year.
    """

    formula = "1 - cos(2 * pi * e / period)"
    slope_formula = "2 * pi * sin(2 * pi * e / period) / period"
    source = "Mardia & Jupp 2000, Directional statistics, doi:10.1002/9780470316979"
    also = (
        "circular-distance", "von-mises-loss", "LossFunctions.jl.PeriodicLoss",
    )  # fmt: skip
    use = "the target is an angle or a time of day, and 359 degrees are next to 1"
    pitfalls = (
        "the period is 1 unless you say so: 360 for degrees, 24 for hours, 6.283185307179586 for radians",
        "not convex: half a period away the slope is 0 too",
    )
    related = ("mse",)

    period: float = parameter(default=1.0, within=FACTOR, help="the error that is none again")

    def penalty(self, e):
        r = abs(self.wrapped(e))
        near, far = np.sin(self.angle(r, 0.5)), np.sin(self.angle(self.period / 4 - r))
        return np.where(r.high < self.period / 8, 2 * near * near, 1 - far)

    def slope(self, e):
        signed = self.wrapped(e)
        r = abs(signed)
        near, far = np.sin(self.angle(r)), np.sin(self.angle(self.period / 2 - r))
        size = np.where(r.high < self.period / 4, near, far)
        return 2 * np.pi / self.period * size * np.sign(signed.high)

    def curvature(self, e):
        r = abs(self.wrapped(e))
        near, far = np.cos(self.angle(r)), np.sin(self.angle(self.period / 4 - r))
        rate = 2 * np.pi / self.period
        return rate * np.where(r.high < self.period / 8, near, far) * rate

    def wrapped(self, e):
        """Return e less the nearest whole number of periods, exactly."""
        rest = DoubleDouble.of_sum(np.fmod(e.high, self.period), np.fmod(e.low, self.period))
        return rest - np.rint(rest.high / self.period) * self.period

    def angle(self, r, turns=1.0):
        """Return 2 pi turns r / period, rounded once; NaN where so small that bits are lost."""
        part, exponent = np.frexp(self.period)
        scaled = r.scaled(2.0**-exponent)
        lost = (r.high != 0) & (abs(scaled.high) < TINY)
        return np.where(lost, np.nan, (scaled / part * TWO_PI).rounded * turns)

    @property
    def axis(self):
        return Axis("e", "error  e = prediction - target", -self.period, self.period)

    def traits(self):
        rate = 2 * np.pi / self.period
        return Traits(symmetric=True, lipschitz=rate, smoothness=rate * rate)
