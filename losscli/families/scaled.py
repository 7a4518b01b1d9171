"""Losses of the error beside a scale, kept to twice the precision of a double until the end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Doubt
from losscli.families.pointwise import Residual
from losscli.loss import Array, Axis
from losscli.numerics.arithmetic import in_parts, sure, with_care
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import ROOMS, lost_of_error

NEAR = 2.0**-60  # of so small a part u of the scale, 1 + u is 1
CALM = 2.0**-100  # from so small a part u of the scale on, u^4 is a normal number
FAR = 2.0**100  # from so many scales on, powers of e/c leave the range in which products are exact
# the mask of the first 12 bits of a mantissa: 3 v² is exact for v their square
FEW_BITS = np.int64(-(1 << 41))
COARSE = np.int64(-(1 << 29))  # the mask of the first 24
LEAST, MOST = 2.0**-180, 2.0**180  # numbers between these have exact products, and their powers too


class Scaled(Residual):
    """A loss of e/c: e²/2 near zero, something calmer beyond c.

    Its `penalty`, `slope` and `curvature` see the error as an exact `DoubleDouble`, between a speck of c
    and a great many c. What is nearer is answered here, what is farther by the formula.
    """

    level: ClassVar[bool] = False
    """Whether far out it is constant, to the last bit."""

    @property
    def speck(self) -> float:
        """The share of the scale up to which it is a parabola, to the last bit."""
        return NEAR

    @property
    @abstractmethod
    def width(self) -> float:
        """The scale."""

    @abstractmethod
    def penalty(self, e: Any) -> Array: ...

    @abstractmethod
    def slope(self, e: Any) -> Array: ...

    @abstractmethod
    def curvature(self, e: Any) -> Array: ...

    @abstractmethod
    def end(self) -> tuple[float, float, float]:
        """Return the limits of value, slope and curvature as e grows without bound."""

    calm: ClassVar[tuple[float, float, float]] = (0.0, 0.0, 0.0)
    """Up to how many scales `plain` is within 4 ulp: value, slope, curvature."""

    def calmness(self, order: int) -> float:
        """Return up to how many scales `plain` is within 4 ulp."""
        return self.calm[order]

    rough: ClassVar[tuple[bool, bool, bool]] = (False, False, False)
    """Whether `plain` bears a square of e/c that has been rounded at every step."""

    def plain(self, order: int, e: Array, v: Array) -> Array:
        """Return the derivative of `order` in doubles, for an error of ordinary size and `v`, the square of e/c."""
        raise NotImplementedError

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        careful = partial(self.careful, order)
        if not (end := self.calmness(order)) or not LEAST < self.width < MOST:
            return (in_parts(careful, *block),)
        prediction, target = block
        e = prediction - target
        v = self.share(e, None if self.rough[order] else two_sum(prediction, -target)[1])
        calm = (v > max(CALM, LEAST / self.width) ** 2) & (v < end * end)
        return (with_care(~calm, self.plain(order, e, v), careful, *block),)

    def brisk(self, order: int, e: Array, prediction: Array, target: Array) -> Doubt:
        if not LEAST < self.width < MOST:
            return True
        return self.briskly(order, e, prediction, target)

    def briskly(self, order: int, e: Array, prediction: Array, target: Array) -> Doubt:
        """Make errors `e` into the derivative of `order`, as `brisk` does, for a scale of ordinary size."""
        return True

    def rough_share(self, e: Array, out: Array) -> Array:
        """Return in `out` the square of e/c, with the error of each step."""
        factor, _ = inverse_square(self.width)
        np.multiply(e, e, out)
        if factor != 1:
            out *= factor
        return out

    def share_in(self, e: Array, prediction: Array, target: Array) -> Array:
        """Return the square of (prediction - target) / c in doubles, as `share` does, in a room."""
        factor, _ = inverse_square(self.width)
        out = lost_of_error(e, prediction, target)
        out += out
        out += e
        out *= e
        np.abs(out, out)  # no -0.0
        if factor != 1:
            out *= factor
        return out

    def fine_share(self, e: Array, prediction: Array, target: Array) -> tuple[Array, Array, Array]:
        """Return the square of (prediction - target) / c in two parts, the first of few bits, and room for more."""
        a, b, c = ROOMS.take(e, 3)
        lost_of_error(e, prediction, target)  # in b
        np.bitwise_and(e.view(np.int64), FEW_BITS, a.view(np.int64))
        np.subtract(e, a, c)
        c += b
        np.add(e, a, b)
        b *= c
        a *= a
        factor, rest = inverse_square(self.width)
        head, tail = rounded_to_bits(factor)
        if factor != 1:
            b *= factor
        if tail or rest:
            np.multiply(a, tail + rest, c)
            b += c
        if factor != 1:
            a *= head
        return a, b, c

    def share(self, e: Array, lost: Array | None) -> Array:
        """Return the square of (e + lost) / c in doubles, what the rounding of 1/c² lost given back."""
        factor, rest = inverse_square(self.width)
        v = e * e * factor
        if lost is None:
            return v
        v += e * (lost * (2 * factor) + e * rest)
        return v

    def careful(self, order: int, *block: Array) -> Array:
        """Return the derivative of `order` in twice the precision."""
        prediction, target = block
        high, low = two_sum(prediction, -target)
        size, c = abs(high), self.width
        share = size / c
        near = size <= c * self.speck
        usual = ~near & (size > LEAST) & (size < MOST) & (share > NEAR) & (share < FAR) & (LEAST < c < MOST)
        kernels: tuple[Callable[[Any], Array], ...] = (self.penalty, self.slope, self.curvature)
        if usual.all():
            return kernels[order](DoubleDouble(high, low))
        result = np.full_like(high, np.nan)
        if usual.any():
            found = kernels[order](DoubleDouble(np.where(usual, high, c), np.where(usual, low, 0.0)))
            result = np.where(usual, found, result)
        result = np.where(near, self.nearby(order, high, low), result)
        beyond = np.isinf(prediction) | np.isinf(target)
        if self.level:
            beyond |= (share >= FAR) & np.isfinite(high)
        last = self.end()[order]
        limit = np.copysign(last, high) if order == 1 and last else last
        return np.where(beyond & ~np.isnan(high), limit, result)

    def nearby(self, order: int, e: Array, lost: Array) -> Array:
        """Return the derivative of `order` where only the parabola counts; `e` rounded has lost `lost`."""
        return (e * (e / 2), e, np.ones_like(e))[order]

    def ratio(self, e: DoubleDouble) -> DoubleDouble:
        """Return e/c."""
        return e / self.width

    def fall(self, e: DoubleDouble) -> DoubleDouble:
        """Return 1 − (e/c)², to full precision beside |e| = c too."""
        c, size = self.width, abs(e)
        return ((c - size) / c) * ((c + size) / c)

    def scaled(self, x: Array) -> Array:
        """Return c² · x."""
        return self.width * (self.width * x)

    @property
    def axis(self) -> Axis:
        reach = 2 * self.width if 1.5 < self.width < 1e6 else 3
        return super().axis._replace(low=-reach, high=reach)


def rounded_to_bits(x: float) -> tuple[float, float]:
    """Return the first 24 bits of a number, and the rest."""
    head = float((np.array(x).view(np.int64) & COARSE).view(np.float64))
    return head, x - head


@cache
def inverse_square(c: float) -> tuple[float, float]:
    """Return 1/c² in two parts."""
    found = 1.0 / (DoubleDouble(c) * c)
    return float(found.high), float(found.low)


def within(e: DoubleDouble, edge: float) -> NDArray[np.bool_]:
    """Return where |e| is at most `edge`."""
    size = abs(e)
    return (size.high < edge) | (size.high == edge) & (size.low <= 0)


def bracket(a: float, b: DoubleDouble) -> DoubleDouble:
    """Return a + b; NaN where too much of it cancels."""
    found = b + a
    return DoubleDouble(
        np.where(np.isnan(sure(found, np.maximum(a, abs(b.high)))), np.nan, found.high), found.low
    )
