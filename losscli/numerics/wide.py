"""Numbers of two doubles with an exponent of their own: sums and products of exponentials of any size.

None is lost beside a larger one, and none overflows: scores may be thousands apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.arithmetic import sure
from losscli.numerics.doubledouble import DoubleDouble, exp, log

Array = NDArray[np.float64]

LN2 = 0.6931471805599453, 2.3190468138462996e-17, 5.707708438416212e-34  # its first 160 bits
FARTHEST = 2.0**45
"""Exponentials of larger numbers are not known to twice the precision."""
NOTHING = -1e300
"""The exponent of 0: below any other."""
GONE = 2000.0
"""A number by so many binary orders smaller is nothing beside another."""


class Wide:
    """An array of numbers mantissa · 2^exponent, each mantissa between 1/2 and 1 in size, or 0."""

    __slots__ = ("exponent", "mantissa")

    def __init__(self, mantissa: DoubleDouble, exponent: Array | float = 0.0) -> None:
        shift = np.frexp(mantissa.high)[1]
        self.mantissa = mantissa.shifted(-shift)
        self.exponent: Array = np.where(mantissa.high == 0, NOTHING, exponent + shift)

    @classmethod
    def exponential(cls, x: DoubleDouble) -> Wide:
        """Return e^x, 0 of −∞; NaN of what is too far from 0."""
        k = np.rint(x.high / LN2[0])
        k = np.where(abs(x.high) < FARTHEST, k, 0.0)
        rest = x
        for part in LN2:
            rest = rest - DoubleDouble.of_product(k, part)
        power = exp(rest)
        far = abs(x.high) >= FARTHEST
        mantissa = np.where(far, np.where(x.high == -np.inf, 0.0, np.nan), power.high)
        return cls(DoubleDouble(mantissa, np.where(far, 0.0, power.low)), k)

    def __getitem__(self, index: Any) -> Wide:
        return _as_it_is(self.mantissa[index], self.exponent[index])

    def __add__(self, other: Wide) -> Wide:
        top = np.maximum(self.exponent, other.exponent)
        return Wide(self.beside(top) + other.beside(top), top)

    def __sub__(self, other: Wide) -> Wide:
        top = np.maximum(self.exponent, other.exponent)
        return Wide(self.beside(top) - other.beside(top), top)

    def __mul__(self, other: Wide) -> Wide:
        return Wide(self.mantissa * other.mantissa, self.exponent + other.exponent)

    def __truediv__(self, other: Wide) -> Wide:
        return Wide(self.mantissa / other.mantissa, self.exponent - other.exponent)

    def beside(self, exponent: Array) -> DoubleDouble:
        """Return this divided by 2^exponent, which is not far below."""
        return self.mantissa.shifted(np.clip(self.exponent - exponent, -GONE, GONE).astype(np.intc))

    @property
    def rounded(self) -> Array:
        """The nearest doubles."""
        return np.ldexp(self.mantissa.rounded, np.clip(self.exponent, -GONE, GONE).astype(np.intc))

    def less(self, other: Wide) -> Array:
        """Return this − other as doubles; NaN where too much cancels, but not of what is 0."""
        top = np.maximum(self.exponent, other.exponent)
        a, b = self.beside(top), other.beside(top)
        found = np.where(top == NOTHING, 0.0, sure(a - b, np.maximum(a.high, b.high)))
        return np.ldexp(found, np.clip(top, -GONE, GONE).astype(np.intc))

    def log(self) -> DoubleDouble:
        """Return the logarithm, to about 100 bits after the point."""
        found = log(self.mantissa)
        for part in reversed(LN2):
            found = found + DoubleDouble.of_product(self.exponent, part)
        return found

    def where(self, chosen: NDArray[np.bool_], other: Wide | None = None) -> Wide:
        """Return this where told, and else another or 0."""
        high, low, exponent = (
            (0.0, 0.0, NOTHING)
            if other is None
            else (other.mantissa.high, other.mantissa.low, other.exponent)
        )
        mantissa = DoubleDouble(
            np.where(chosen, self.mantissa.high, high), np.where(chosen, self.mantissa.low, low)
        )
        return _as_it_is(mantissa, np.where(chosen, self.exponent, exponent))

    def along(self, places: Any) -> Wide:
        """Return the numbers at `places` along the first axis; 0 at those before the first."""
        held = np.maximum(places, 0)
        high, low, exponent = (
            np.take_along_axis(x, held, 0) for x in (self.mantissa.high, self.mantissa.low, self.exponent)
        )
        return _as_it_is(DoubleDouble(high, low), exponent).where(places >= 0)

    def total(self) -> Wide:
        """Return the sum along the first axis of numbers of 0 or more."""
        top = self.exponent.max(axis=0)
        return Wide(self.beside(top).total(), top)

    def running(self, fresh: NDArray[np.bool_] | None = None) -> Wide:
        """Return the sums along the first axis up to each number, begun anew where `fresh`."""
        if len(self.exponent) < 2:
            return self
        if fresh is None:
            fresh = np.zeros(self.exponent.shape, np.bool_)
        half = len(self.exponent) // 2
        pairs = self[1::2] + self[: 2 * half : 2].where(~fresh[1::2])
        odd = pairs.running(fresh[1::2] | fresh[: 2 * half : 2])
        even = self[2::2] + odd[: (len(self.exponent) - 1) // 2].where(~fresh[2::2])
        high, low, exponent = (np.empty(self.exponent.shape) for _ in range(3))
        for start, part in ((0, self[:1]), (1, odd), (2, even)):
            step = slice(start, start + 1) if start == 0 else slice(start, None, 2)
            high[step], low[step], exponent[step] = part.mantissa.high, part.mantissa.low, part.exponent
        return _as_it_is(DoubleDouble(high, low), exponent)


def joined(parts: Sequence[Wide], axis: int) -> Wide:
    """Return arrays of numbers one after the other."""
    high, low = (np.concatenate([getattr(x.mantissa, half) for x in parts], axis) for half in ("high", "low"))
    return _as_it_is(DoubleDouble(high, low), np.concatenate([x.exponent for x in parts], axis))


def _as_it_is(mantissa: DoubleDouble, exponent: Array) -> Wide:
    """Return numbers whose mantissas are as they should be."""
    found = object.__new__(Wide)
    found.mantissa, found.exponent = mantissa, exponent
    return found
