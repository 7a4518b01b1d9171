"""Losses of the error in pieces, each with a pull of its own: some reject outliers, one minds small errors."""

import numpy as np

from losscli.domain import POSITIVE
from losscli.families.pointwise import Unrounded
from losscli.numerics.arithmetic import FAINT, where
from losscli.numerics.doubledouble import two_sum
from losscli.parameter import parameter
from losscli.traits import Traits

AMPLE = 1e150  # up to here, and down to its inverse, no product of two numbers loses bits


class Hampel(Unrounded):
    """Half the square, a line, a curve that flattens, a constant: outliers lose their pull in three steps."""

    family = "robust regression"
    formula = (
        "e**2 / 2 if abs(e) <= a else a * (abs(e) - a / 2) if abs(e) <= b else "
        "a * (abs(e) - a / 2 - (abs(e) - b)**2 / (2 * (c - b))) if abs(e) <= c else a * (b + c - a) / 2"
    )
    slope_formula = (
        "e if abs(e) <= a else a * sign(e) if abs(e) <= b else "
        "a * sign(e) * (c - abs(e)) / (c - b) if abs(e) <= c else 0"
    )
    source = "Hampel 1974, The influence curve and its role in robust estimation, doi:10.1080/01621459.1974.10482962"
    also = (
        "hampel-17a", "three-part-redescending",
        "statsmodels.robust.norms.Hampel | of errors divided by a robust estimate of their scale",
    )  # fmt: skip
    use = "you can say up to where errors are normal, from where doubtful and from where impossible"
    pitfalls = (
        "a, b and c are in units of y: the customary 2, 4, 8 are for errors divided by a robust scale (1.48 MAD)",
        "beyond c the slope is 0: a fit that starts there never moves",
    )
    related = ("huber", "tukey-biweight", "andrews-wave")

    a: float = parameter(default=2.0, within=POSITIVE, help="up to here half the square, then a line")
    b: float = parameter(default=4.0, within=POSITIVE, help="from here on the pull falls; not below a")
    c: float = parameter(default=8.0, within=POSITIVE, help="from here on there is no pull; above b")

    def __init__(self, **given: float) -> None:
        super().__init__(**given)
        if not self.a <= self.b < self.c:
            raise ValueError(f"a, b and c must ascend, a <= b < c, got {self.a:g}, {self.b:g}, {self.c:g}")

    def plain(self, order, e):
        size = abs(e)
        ample = (size < AMPLE) & (size > 1 / AMPLE)
        if not 1 / AMPLE < self.a <= self.c < AMPLE:
            ample = np.zeros_like(ample)
        if order == 0:
            return self.charged(e, size), ~ample
        if order == 1:
            return np.copysign(self.pull(size, self.c - size), e), ~ample | (self.c - size < size / 2)
        edge = (size == self.a) | (size == self.b) | (size == self.c)
        return self.bend(size <= self.a, size <= self.b, size <= self.c), edge

    def charged(self, e, size):
        """Return the loss of an error and its size, each rounded."""
        over = size.clip(self.b, self.c) - self.b
        lead = np.minimum(size, self.b) - self.a / 2 + over * (1 - over / (self.c - self.b) / 2)
        return np.where(size <= self.a, e * (e / 2), self.a * lead)

    def pull(self, size, rest):
        """Return the size of the slope, of an error that is `rest` short of c."""
        falling = self.a * (np.maximum(rest, 0.0) / (self.c - self.b))
        return np.where(size <= self.b, np.minimum(size, self.a), falling)

    def bend(self, near, straight, falling):
        """Return the curvature, given which errors are within a, b and c."""
        rate = -self.a / (self.c - self.b)
        return np.where(near, 1.0, np.where(straight | ~falling, 0.0, rate))

    def penalty(self, e):
        return self.safe(e, self.charged(e.high, abs(e.high)))

    def slope(self, e):
        size = abs(e)
        rest = np.where(np.isinf(size.high), 0.0, (self.c - size).rounded)
        return self.safe(e, np.copysign(self.pull(size.high, rest), e.high))

    def curvature(self, e):
        size = abs(e)
        return self.bend(*((size - edge).rounded <= 0 for edge in (self.a, self.b, self.c)))

    def safe(self, e, found):
        """Return what is found; NaN where a product may have left the range of doubles, or its parameters do."""
        size = abs(e.high)
        beyond = np.isinf(size) & (found == found)
        lost = (size > 1 / AMPLE) & (size < AMPLE) & (self.a > 1 / AMPLE) & (self.c < AMPLE)
        return np.where(lost | beyond | (e.high == 0), found, np.nan)

    @property
    def axis(self):
        return super().axis._replace(low=-1.5 * self.c, high=1.5 * self.c)

    def traits(self):
        steep = max(1.0, self.a / (self.c - self.b))
        edges = (self.a, self.b, self.c) if self.b > self.a else (self.a, self.c)
        return Traits(
            symmetric=True,
            lipschitz=self.a,
            smoothness=steep,
            kinks=(*(-edge for edge in reversed(edges)), *edges),
        )


class Talwar(Unrounded):
    """Half the square up to c and a constant beyond: errors larger than c are left out, as if trimmed."""

    family = "robust regression"
    formula = "e**2 / 2 if abs(e) <= c else c**2 / 2"
    slope_formula = "e if abs(e) < c else 0"
    source = "Hinich & Talwar 1975, A simple method for robust regression, doi:10.1080/01621459.1975.10480271"
    also = (
        "trimmed", "trimmed-mean", "truncated-squares", "hard-rejection",
        "statsmodels.robust.norms.TrimmedMean = talwar:c=2 | slope c at the kink; "
        "of errors divided by a robust estimate of their scale",
    )  # fmt: skip
    use = "rows with errors beyond a threshold are wrong for certain and are to be left out, one by one"
    pitfalls = (
        "the slope jumps from c to 0 at c: small changes of a model move rows in and out",
        "c is in units of y: the customary 2.795 is for errors divided by a robust scale (1.48 MAD)",
    )
    related = ("tukey-biweight", "huber", "hampel")

    c: float = parameter(default=2.795, within=POSITIVE, help="errors beyond it are left out")

    def plain(self, order, e):
        size = abs(e)
        if order == 0:
            near = np.minimum(size, self.c)
            return near * (near / 2), np.False_
        inside = size < self.c
        return (where(inside, e, 0.0) if order == 1 else inside.astype(np.float64)), size == self.c

    def penalty(self, e):
        near = np.minimum(abs(e.high), self.c)
        return near * (near / 2)

    def slope(self, e):
        return np.where((abs(e) - self.c).rounded < 0, e.rounded, 0.0)

    def curvature(self, e):
        return ((abs(e) - self.c).rounded < 0).astype(np.float64)

    def corner(self, prediction, target):
        s, lost = two_sum(prediction, -target)
        return (abs(s) == self.c) & (lost == 0)

    @property
    def axis(self):
        reach = 2 * self.c if self.c > 1.5 else 3
        return super().axis._replace(low=-reach, high=reach)

    def traits(self):
        return Traits(symmetric=True, lipschitz=self.c, smoothness=1, kinks=(-self.c, self.c))


class Wing(Unrounded):
    """A logarithm for small errors and a line for large ones: the smaller an error, the harder it pulls."""

    family = "robust regression"
    formula = (
        "width * log(1 + abs(e) / epsilon) if abs(e) <= width else "
        "abs(e) - width + width * log(1 + width / epsilon)"
    )
    slope_formula = "0 if e == 0 else sign(e) * width / (epsilon + abs(e)) if abs(e) <= width else sign(e)"
    source = (
        "Feng et al. 2018, Wing loss for robust facial landmark localisation, doi:10.1109/CVPR.2018.00238"
    )
    also = (
        "wing-loss",
        "segmentation_models_pytorch.losses._functional.wing_loss = wing:width=5:epsilon=0.5 | "
        "epsilon is its curvature",
    )  # fmt: skip
    use = "landmarks or boxes are nearly right, and small errors should go on shrinking"
    pitfalls = (
        "its unit is the pixel: width is how many pixels off count as near",
        "the slope jumps at 0 by 2 width / epsilon, 10 by default: near the optimum steps must be small",
        "the slope jumps at width too, from width / (width + epsilon) to 1",
    )
    related = ("smooth-l1", "huber", "mae")

    width: float = parameter(default=10.0, within=POSITIVE, help="errors below it are small")
    epsilon: float = parameter(default=2.0, within=POSITIVE, help="the smaller, the steeper at 0")

    def plain(self, order, e):
        size, total = abs(e), self.epsilon + abs(e)
        near = size <= self.width
        ample = (size < AMPLE) & (size > 1 / AMPLE)
        if not (1 / AMPLE < self.width < AMPLE and 1 / AMPLE < self.epsilon < AMPLE):
            ample = np.zeros_like(ample)
        match order:
            case 0:
                small = self.width * np.log1p(np.minimum(size, self.width) / self.epsilon)
                doubtful = ~near & (size < 3 * self.width)
                return small + np.maximum(size - self.width, 0.0), ~ample | doubtful
            case 1:
                found = np.sign(e) * np.where(near, self.width / total, 1.0)
            case _:
                found = np.where(near, -self.width / total / total, 0.0)
        return found, ~ample | (size == self.width)

    def penalty(self, e):
        size = abs(e)
        near = np.minimum(size.high, self.width)
        share = near / self.epsilon
        small = self.width * np.log1p(share)
        lost = (small < FAINT) | (share < FAINT) | np.isinf(share) | np.isinf(small)
        over = np.where(np.isinf(size.high), np.inf, np.maximum((size - self.width).rounded, 0.0))
        return np.where(size.high == 0, 0.0, np.where(lost & (over < np.inf), np.nan, small + over))

    def slope(self, e):
        size = abs(e)
        total = self.epsilon + size.high
        found = np.where((size - self.width).rounded <= 0, self.width / total, 1.0)
        lost = np.isinf(total) & np.isfinite(size.high) | (found < FAINT)
        return np.sign(e.high) * np.where(lost, np.nan, found)

    def curvature(self, e):
        size = abs(e)
        total = self.epsilon + size.high
        once = self.width / total
        found = np.where((size - self.width).rounded <= 0, -once / total, 0.0)
        lost = np.isinf(total) & np.isfinite(size.high) | (once < FAINT) | np.isinf(once)
        return np.where(lost & (found != 0), np.nan, found)

    def corner(self, prediction, target):
        s, lost = two_sum(prediction, -target)
        return (s == 0) | (abs(s) == self.width) & (lost == 0)

    @property
    def axis(self):
        return super().axis._replace(low=-2 * self.width, high=2 * self.width)

    def traits(self):
        steep = self.width / self.epsilon
        return Traits(
            symmetric=True,
            lipschitz=max(1.0, steep),
            smoothness=steep / self.epsilon,
            kinks=(-self.width, 0.0, self.width),
        )
