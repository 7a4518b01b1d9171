"""Losses of the error raised to a power, or wrapped around a circle."""

from functools import lru_cache, partial
from math import factorial

import numpy as np

from losscli import places
from losscli.blocks import squares
from losscli.domain import FACTOR, Interval
from losscli.families.pointwise import Unrounded
from losscli.loss import Axis
from losscli.numerics.arithmetic import FAINT, with_care
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import ROOMS, outside
from losscli.numerics.tables import taylor
from losscli.parameter import parameter
from losscli.traits import Traits

LEVEL = Interval(0, 1)
DEGREE = Interval(1e-3, 1e3, "[]")
LARGE = 1e150  # its square is finite
TINY = 2.0**-500  # products with it no longer have an exact low part
CELLS, TERMS, NEAR = (
    4096,
    6,
    4,
)  # of a circle; of a series about each; so many next to a root are left to others
FAR = 1e14  # squared cells, of 2000 periods
TWO_PI = DoubleDouble(6.283185307179586, 2.4492935982947064e-16)


class LpDistance(Unrounded):
    """Raises the size of the error to the power p: 1 is mae, 2 is mse, more looks ever more at the worst."""

    formula = "abs(e)**p"
    slope_formula = "-p * abs(e)**(p - 1) if e < 0 else p * abs(e)**(p - 1) if e > 0 else 0"
    source = "Minkowski 1896, Geometrie der Zahlen"
    also = (
        "lp", "power-distance", "catboost.Lq",
        "torchmetrics.functional.minkowski_distance | the p-th root of the sum over all rows",
        "LossFunctions.jl.LPDistLoss | p has no default; both derivatives 0 at e = 0, whatever p",
    )  # fmt: skip
    use = "a compromise between mae and mse (1 < p < 2), or the worst errors must go first (p > 2)"
    pitfalls = (
        "no root is taken: the Minkowski distance is the p-th root of the sum",
        "below p = 2 the curvature is without bound at 0; below p = 1 the slope is",
    )
    related = ("mae", "mse", "huber")

    p: float = parameter(default=1.5, within=DEGREE, help="the power; convex from 1 on")

    def brisk(self, order, e, prediction, target):
        power, rest = two_sum(self.p, -order)
        if self.p > 3 or rest or not power:
            return True
        (size,) = ROOMS.take(e, 1)
        np.abs(e, size)
        if power == 0.5:
            np.sqrt(size, size)
        else:
            np.power(size, power, size)
        doubt = outside(size, FAINT, 1 / FAINT)
        if power > 0 and not isinstance(doubt, bool):
            doubt &= prediction != target
        if order == 0:
            e[:] = size
        elif order == 1:
            size *= self.p
            np.copysign(size, e, e)
        else:
            np.multiply(size, self.p * (self.p - 1), e)
        return doubt

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


@lru_cache(maxsize=8)
def cells(period, order):
    """Return a cell of the circle in two parts, the first of few bits, and a loss's Taylor coefficients at each."""
    cell = period / CELLS
    head = float(np.float32(cell))
    turns = np.fft.fftfreq(CELLS)  # from -1/2, so that small sines keep all bits
    rate = TWO_PI / period
    first = (sine(turns) * rate if order else sine(turns / 2).squared() * 2.0).rounded
    angle, rate = 2 * np.pi * turns, rate.rounded
    waves = [np.sin(angle), np.cos(angle), -np.sin(angle), -np.cos(angle)]
    rows = [waves[(n + order - 1) % 4] * rate ** (n + order) / factorial(n) for n in range(1, TERMS)]
    return head, cell - head, (first, *rows)


def sine(turns):
    """Return the sine of parts of a circle from -1/2 to 1/2, to twice the precision."""
    half = np.rint(2 * turns) / 2  # the sine of what is left is that of the whole, or minus it
    x = (turns - half) * TWO_PI
    square, found = -x.squared(), DoubleDouble(np.ones_like(turns))
    for n in range(28, 0, -2):
        found = square * found / float(n * (n + 1)) + 1.0
    return (x * found).scaled(1 - 4 * abs(half))


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

    def derivative(self, order, *block):
        if order == 2 or not 1e-30 < self.period < 1e30:
            return super().derivative(order, *block)
        head, tail, rows = cells(self.period, order)
        prediction, target = block
        e, lost = two_sum(prediction, -target)
        turns = np.rint(e * (CELLS / self.period))
        cell = turns.astype(np.intp)
        h = (e - turns * head) + (lost - turns * tail)  # both the first product and its difference are exact
        found = taylor(h, cell & (CELLS - 1), rows)
        # near a root what is found is the small difference of large terms
        doubtful = (cell + NEAR) & (CELLS // (1 + order) - 1) <= 2 * NEAR
        if not squares(turns) < FAR:
            doubtful |= ~(turns * turns < FAR)
        return (with_care(doubtful, found, partial(self.careful, order), *block),)

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
        return Axis("e", "error  e = prediction - target", -self.period, self.period, place=places.gap)

    def traits(self):
        rate = 2 * np.pi / self.period
        return Traits(symmetric=True, lipschitz=rate, smoothness=rate * rate)
