"""The formula of a loss and its derivatives, to any precision: the answer when a kernel has none.

Importing this module imports mpmath; nothing does so before a row needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import mpmath
from mpmath import mp

from losscli.formula import evaluate

BITS = 3300
"""Enough to hold any sum of products of two doubles, 2^2048 beside 2^-1074, with 150 bits to spare."""

Number = Any


class Jet:
    """A number with its first and second derivative in one variable: exact calculus, no step size."""

    __slots__ = ("d", "h", "v")

    def __init__(self, v: Number, d: Number = 0, h: Number = 0) -> None:
        self.v, self.d, self.h = v, d, h

    def __add__(self, other: Number) -> Jet:
        other = _jet(other)
        return Jet(self.v + other.v, self.d + other.d, self.h + other.h)

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return Jet(-self.v, -self.d, -self.h)

    def __sub__(self, other: Number) -> Jet:
        return self + -_jet(other)

    def __rsub__(self, other: Number) -> Jet:
        return _jet(other) + -self

    def __mul__(self, other: Number) -> Jet:
        other = _jet(other)
        cross = self.d * other.v + self.v * other.d
        return Jet(self.v * other.v, cross, self.h * other.v + 2 * self.d * other.d + self.v * other.h)

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Jet:
        return self * _lift(_jet(other), lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3)

    def __rtruediv__(self, other: Number) -> Jet:
        return _jet(other) / self

    def __pow__(self, power: Number) -> Jet:
        def slope(x: Number) -> Number:
            return power * x ** (power - 1) if x or power >= 1 else 0

        def curvature(x: Number) -> Number:
            return power * (power - 1) * x ** (power - 2) if x or power >= 2 else 0

        return _lift(self, lambda x: x**power, slope, curvature)

    def __lt__(self, other: Number) -> bool:
        return self.v < _jet(other).v

    def __le__(self, other: Number) -> bool:
        return self.v <= _jet(other).v

    def __gt__(self, other: Number) -> bool:
        return self.v > _jet(other).v

    def __ge__(self, other: Number) -> bool:
        return self.v >= _jet(other).v

    def __abs__(self) -> Jet:
        return _lift(self, abs, mpmath.sign, lambda x: 0)


class Vector(tuple[Number, ...]):
    """A list of numbers that adds and subtracts entry by entry."""

    __slots__ = ()

    def __add__(self, other: Any) -> Vector:  # pyright: ignore[reportIncompatibleMethodOverride]
        return Vector(a + b for a, b in zip(self, _spread(other, len(self)), strict=True))

    def __sub__(self, other: Any) -> Vector:
        return Vector(a - b for a, b in zip(self, _spread(other, len(self)), strict=True))


def _spread(x: Any, length: int) -> Iterable[Number]:
    return x if isinstance(x, tuple) else (x,) * length


def _jet(x: Number) -> Jet:
    return x if isinstance(x, Jet) else Jet(x)


def _lift(x: Number, *of: Callable[[Number], Number]) -> Any:
    """Return a function of `x`, given with its first and second derivative."""
    f, slope, curvature = of
    if not isinstance(x, Jet):
        return f(x)
    if not x.d and not x.h:
        return Jet(f(x.v))
    first = slope(x.v)
    return Jet(f(x.v), first * x.d, curvature(x.v) * x.d**2 + first * x.h)


def log(x: Number) -> Any:
    """Return the natural logarithm."""
    return _lift(x, mp.log, lambda v: 1 / v, lambda v: -1 / v**2)


def exp(x: Number) -> Any:
    """Return the exponential."""
    return _lift(x, mp.exp, mp.exp, mp.exp)


def sqrt(x: Number) -> Any:
    """Return the square root, whose slope at 0 counts as 0: the subgradient of least norm of a distance."""
    return _lift(
        x,
        mp.sqrt,
        lambda v: 1 / (2 * mp.sqrt(v)) if v else mp.zero,
        lambda v: -1 / (4 * mp.sqrt(v) ** 3) if v else mp.zero,
    )


def xlogy(x: Number, y: Number) -> Any:
    """Return x ln y, and 0 where x is 0 whatever y is."""
    return x * log(y) if _jet(x).v else x * 0


def norm(x: Sequence[Number], degree: Number = 2) -> Any:
    """Return the length of a vector: the root of degree `degree` of the sum of powers."""
    if degree == 2:
        return sqrt(sum(each * each for each in x))
    if degree == 1:
        return sum(abs(each) for each in x)
    total = sum(abs(each) ** degree for each in x)
    return total ** (1 / mp.mpf(degree)) if _jet(total).v else total * 0


def largest(*each: Number) -> Any:
    """Return the largest; on a tie, what has the least slope, so that a kink gives the least subgradient."""
    return min((x for x in each if not any(y > x for y in each)), key=_steepness)


def smallest(*each: Number) -> Any:
    """Return the smallest; on a tie, what has the least slope."""
    return min((x for x in each if not any(y < x for y in each)), key=_steepness)


def _steepness(x: Number) -> Number:
    return abs(_jet(x).d)


MATHS: Mapping[str, Any] = {
    "abs": abs, "exp": exp, "len": len, "log": log, "max": largest, "min": smallest, "norm": norm, "range": range,
    "sqrt": sqrt, "sum": sum, "xlogy": xlogy,
}  # fmt: skip


def run(formula: str, where: Iterable[tuple[str, str]], names: Mapping[str, Any]) -> Any:
    """Return `formula` at `names`, after the definitions of `where` in their order."""
    known = {**MATHS, **names}
    for name, definition in where:
        known[name] = evaluate(definition, known)
    return evaluate(formula, known)


def double(x: Number) -> float:
    """Return the double nearest to `x`, rounded once, subnormal or not."""
    if not isinstance(x, mpmath.mpf) or not mpmath.isfinite(x):
        return float(x)
    sign, mantissa, exponent, bits = x._mpf_
    top = exponent + bits
    if top > 1100 or top < -1100:
        size = float("inf") if top > 0 else 0.0
    elif exponent >= 0:
        size = _ratio(mantissa << exponent, 1)
    else:
        size = _ratio(mantissa, 1 << -exponent)
    return -size if sign else size


def _ratio(a: int, b: int) -> float:
    try:
        return a / b  # Python divides integers with one rounding
    except OverflowError:
        return float("inf")


def number(x: float) -> Number:
    """Return the double `x` exactly."""
    return mp.mpf(float(x))
