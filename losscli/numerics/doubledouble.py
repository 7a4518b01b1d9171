"""Numbers of two doubles, 106 bits: for the one step of a kernel that cancels.

Each holds an unevaluated sum high + low with |low| at most half a unit in the last place of high.
Dekker 1971, A floating-point technique for extending the available precision, doi:10.1007/BF01397083;
Hida, Li & Bailey 2001, Algorithms for quad-double precision, doi:10.1109/ARITH.2001.930115.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SPLITTER = 134217729.0  # 2^27 + 1: cuts a double into two halves of 26 bits


def two_sum(a: Array | float, b: Array | float) -> tuple[Array, Array]:
    """Return a + b rounded, and what the rounding lost."""
    s = np.add(a, b)
    back = s - a
    return s, (a - (s - back)) + (b - back)


def two_product(a: Array | float, b: Array | float) -> tuple[Array, Array]:
    """Return a · b rounded, and what the rounding lost; for sizes between 2^-480 and 2^480."""
    p = np.multiply(a, b)
    a_high, a_low = split(a)
    b_high, b_low = (a_high, a_low) if b is a else split(b)
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


def split(a: Array | float) -> tuple[Array, Array]:
    """Return two halves of 26 bits, for sizes up to 2^990."""
    scaled = np.multiply(SPLITTER, a)
    high = scaled - (scaled - a)
    return high, a - high


class DoubleDouble:
    """An array of numbers of two doubles each; mixes with doubles."""

    __slots__ = ("high", "low")
    __array_ufunc__ = None  # so that `array - x` comes here

    def __init__(self, high: Array | float, low: Array | float = 0.0) -> None:
        self.high: Array = np.asarray(high)
        self.low: Array = np.asarray(low)

    @classmethod
    def of_sum(cls, a: Array | float, b: Array | float) -> DoubleDouble:
        """Return a + b, exactly."""
        return cls(*two_sum(a, b))

    @classmethod
    def of_product(cls, a: Array | float, b: Array | float) -> DoubleDouble:
        """Return a · b, exactly."""
        return cls(*two_product(a, b))

    @property
    def rounded(self) -> Array:
        """The nearest doubles."""
        return self.high + self.low

    def __add__(self, other: DoubleDouble | Array | float) -> DoubleDouble:
        if not isinstance(other, DoubleDouble):
            s, e = two_sum(self.high, other)
            return DoubleDouble(*_quick(s, e + self.low))
        s, e = two_sum(self.high, other.high)
        t, f = two_sum(self.low, other.low)
        s, e = _quick(s, e + t)
        return DoubleDouble(*_quick(s, e + f))

    __radd__ = __add__

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low)

    def __sub__(self, other: DoubleDouble | Array | float) -> DoubleDouble:
        return self + -other

    def __rsub__(self, other: Array | float) -> DoubleDouble:
        return -self + other

    def __mul__(self, other: DoubleDouble | Array | float) -> DoubleDouble:
        if not isinstance(other, DoubleDouble):
            p, e = two_product(self.high, other)
            return DoubleDouble(*_quick(p, e + self.low * other))
        p, e = two_product(self.high, other.high)
        return DoubleDouble(*_quick(p, e + (self.high * other.low + self.low * other.high)))

    __rmul__ = __mul__

    def __truediv__(self, other: DoubleDouble | Array | float) -> DoubleDouble:
        if not isinstance(other, DoubleDouble):
            q = self.high / other
            p, e = two_product(q, other)
            return DoubleDouble(*_quick(q, (((self.high - p) - e) + self.low) / other))
        q = self.high / other.high
        p, e = two_product(q, other.high)
        rest = ((self.high - p) - e) + (self.low - q * other.low)
        return DoubleDouble(*_quick(q, rest / other.high))

    def __rtruediv__(self, other: Array | float) -> DoubleDouble:
        return wide(other) / self

    def __getitem__(self, index: Any) -> DoubleDouble:
        return DoubleDouble(self.high[index], np.broadcast_to(self.low, self.high.shape)[index])

    def __abs__(self) -> DoubleDouble:
        return self.scaled(np.copysign(1.0, self.high))

    def scaled(self, factor: Array | float) -> DoubleDouble:
        """Return this times a power of 2, or its negative: exact but at the ends of the range."""
        return DoubleDouble(self.high * factor, self.low * factor)

    def shifted(self, exponent: NDArray[np.intc]) -> DoubleDouble:
        """Return this times 2^exponent."""
        return DoubleDouble(np.ldexp(self.high, exponent), np.ldexp(self.low, exponent))

    def squared(self) -> DoubleDouble:
        """Return this times itself."""
        return self * self

    def root(self) -> DoubleDouble:
        """Return the square root, 0 of 0."""
        near = np.sqrt(self.high)
        half = (self - DoubleDouble.of_product(near, near)).high / np.where(near == 0, 1, 2 * near)
        return DoubleDouble(*_quick(near, half))

    def total(self) -> DoubleDouble:
        """Return the sum along the first axis, in a tree: errors grow with the logarithm of the length."""
        high, low = self.high, self.low
        low = np.broadcast_to(low, high.shape)
        if not len(high):
            return DoubleDouble(np.zeros(high.shape[1:]))
        while len(high) > 1:
            half = len(high) // 2
            paired = DoubleDouble(high[:half], low[:half]) + DoubleDouble(
                high[half : 2 * half], low[half : 2 * half]
            )
            if len(high) % 2:
                high = np.concatenate([paired.high, high[-1:]])
                low = np.concatenate([paired.low, low[-1:]])
            else:
                high, low = paired.high, paired.low
        return DoubleDouble(high[0], low[0])


def chosen(where: NDArray[np.bool_], a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
    """Return `a` where told, else `b`."""
    return DoubleDouble(np.where(where, a.high, b.high), np.where(where, a.low, b.low))


def positive_part(x: DoubleDouble) -> DoubleDouble:
    """Return max(0, x)."""
    return DoubleDouble(np.where(x.high < 0, 0.0, x.high), np.where(x.high > 0, x.low, 0.0))


def total(x: Array) -> DoubleDouble:
    """Return the sum of doubles along the first axis."""
    return DoubleDouble(x, np.zeros(())).total()


def wide(x: DoubleDouble | Array | float) -> DoubleDouble:
    """Return a number as one of two doubles."""
    return x if isinstance(x, DoubleDouble) else DoubleDouble(x)


def _quick(a: Array, b: Array) -> tuple[Array, Array]:
    """Return `two_sum` for |a| at least |b|."""
    s = a + b
    return s, b - (s - a)


# ln 2 in three parts, the first two of 40 bits, so that k times each is exact for |k| up to 1100
LN2 = 0.6931471805592082, 7.371002565161996e-13, 5.8029889835956905e-25
# 1/2! … 1/5!
INVERSE_FACTORIALS = [
    (0.5, 0.0),
    (0.16666666666666666, 9.25185853854297e-18),
    (0.041666666666666664, 2.3129646346357427e-18),
    (0.008333333333333333, 1.1564823173178714e-19),
]
# 1/6! … 1/9!
TAIL = (0.001388888888888889, 0.0001984126984126984, 2.48015873015873e-05, 2.7557319223985893e-06)
HALVINGS = 8
STEPS = 1024  # a power of 2 is tabled at so many exponents between two whole ones
# ln 2 / STEPS in four parts, the first three of 32 bits, so that k times each is exact for |k| up to 2^21
STEP = 0.0006769015433292225, 1.8634911414483108e-13, 4.174976161843924e-23, 1.901411223028076e-34


def exp(x: DoubleDouble | Array) -> DoubleDouble:
    """Return e^x to about 100 bits; below e^-600 the low part underflows and the result is a plain double."""
    x = wide(x)
    bounded = np.clip(x.high, -800, 800)
    x = DoubleDouble(bounded, np.where(bounded == x.high, x.low, 0.0))
    k = np.rint(x.high * (1 / STEP[0]))
    high, low = two_sum(x.high - k * STEP[0], -k * STEP[1])
    high, lower = two_sum(high, -k * STEP[2])
    r = DoubleDouble(*_quick(high, low + lower + (x.low - k * STEP[3])))
    # |r| < 0.00034: from the fourth power on, plain doubles are enough
    tail = r.high * (1 / 24 + r.high * (1 / 120 + r.high * (1 / 720 + r.high / 5040)))
    series = _quick_sum(INVERSE_FACTORIALS[1], tail) * r
    less_one = _quick_sum((r.high, r.low), _quick_sum(INVERSE_FACTORIALS[0], series) * r * r)
    at = k.astype(np.int64) + STEPS // 2
    root = DoubleDouble(*(part.take(at & (STEPS - 1)) for part in _roots()))
    found = _quick_sum((root.high, root.low), less_one * root)
    return found.shifted((at // STEPS).astype(np.intc))


@cache
def _roots() -> tuple[Array, Array]:
    """Return 2^(k / STEPS) for k from -STEPS / 2, in two doubles each."""
    k = np.arange(-STEPS // 2, STEPS // 2) / STEPS
    found = _less_one((DoubleDouble(k * LN2[2]) + k * LN2[1]) + k * LN2[0]) + 1.0
    return found.high, found.low


def _quick_sum(a: tuple[Array | float, Array | float], b: DoubleDouble | Array) -> DoubleDouble:
    """Return the sum of two numbers of two doubles each, the first the larger."""
    b = wide(b)
    s, e = _quick(np.asarray(a[0]), b.high)
    return DoubleDouble(*_quick(s, e + (a[1] + b.low)))


def expm1(x: DoubleDouble | Array) -> DoubleDouble:
    """Return e^x − 1 to about 100 bits of its own size, for |x| from 2^-900 on."""
    x = wide(x)
    near = abs(x.high) < 0.34
    held = DoubleDouble(np.where(near, x.high, 0.0), np.where(near, x.low, 0.0))
    return chosen(near, _less_one(held), exp(x) - 1.0)


def _less_one(x: DoubleDouble) -> DoubleDouble:
    """Return e^x − 1 for |x| below 0.35."""
    r = x.scaled(2.0**-HALVINGS)
    # |r| < 0.0014: from the sixth power on, plain doubles are enough
    tail = np.zeros_like(r.high)
    for coefficient in reversed(TAIL):
        tail = tail * r.high + coefficient
    series = r * tail
    for high, low in reversed(INVERSE_FACTORIALS):
        series = (series + DoubleDouble(high, low)) * r
    less_one = r + series * r
    for _ in range(HALVINGS):  # e^2r - 1 from e^r - 1: nothing cancels
        less_one = less_one.scaled(2.0) + less_one.squared()
    return less_one


def log(x: DoubleDouble | Array) -> DoubleDouble:
    """Return ln x to about 100 bits after the point, for finite x above 0."""
    x = wide(x)
    mantissa, exponent = np.frexp(x.high)
    exponent = exponent - (mantissa < np.sqrt(0.5))  # between √½ and √2, lest logarithms cancel
    m = x.shifted(-exponent)
    near = np.log(m.high)
    off = (m * exp(-near) - 1.0).rounded
    k = exponent.astype(np.float64)
    return DoubleDouble(near) + (off - off * off / 2) + k * LN2[2] + k * LN2[1] + k * LN2[0]


def log1p(x: DoubleDouble) -> DoubleDouble:
    """Return ln(1 + x) to about 80 bits of its own size, for finite x of 0 or more."""
    few = x * (x * (x * (x.high * -0.25 + 1 / 3) - 0.5) + 1.0)
    many = log(x + 1.0)
    small = x.high < 2.0**-20
    return DoubleDouble(np.where(small, few.high, many.high), np.where(small, few.low, many.low))


def power(x: DoubleDouble, degree: DoubleDouble | float) -> DoubleDouble:
    """Return x^degree for x of 0 or more, degree not 0."""
    zero = x.high == 0
    of_zero = 0.0 if wide(degree).high > 0 else np.inf
    safe = DoubleDouble(np.where(zero, 1.0, x.high), np.where(zero, 0.0, x.low))
    raised = exp(log(safe) * degree)
    return DoubleDouble(np.where(zero, of_zero, raised.high), np.where(zero, 0.0, raised.low))
