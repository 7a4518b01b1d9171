"""Deviances beside equality and far from it, by logarithms in two doubles each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.arithmetic import FAINT
from losscli.numerics.bregman import polynomial
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, log

Array = NDArray[np.float64]

SMALL = 2.0**-20  # below this, four terms of a series are as good as a logarithm or exponential
NEAR = 0.25  # up to this logarithm of the ratio, a series does not cancel
TERMS = 17
STEEP = 600.0  # from such powers of e on, exponentials lose bits


def between(p: Array, t: Array, power: float) -> Array:
    """Return the deviance of finite p and t above 0.

    With s = ln(p/t) and a = 2 - power it is 2 t^a (E(a) - E(a - 1)), where E(c) = (e^(c s) - 1) / c; beside
    equality, t^a s² (1 + (2a - 1) s/3 + …).
    """
    a, b = DoubleDouble.of_sum(2.0, -power), DoubleDouble.of_sum(1.0, -power)
    s, outside = log_ratio(p, t), raised(t, a)
    steep = max(1.0, abs(2 - power), abs(1 - power))
    series = (outside * s * s).rounded * polynomial(beside_equality(2 - power, 1 - power), s.high)
    far = (outside * (risen(a, s) - risen(b, s)) * 2.0).rounded
    found = np.where(abs(s.high) * steep <= NEAR, series, far)
    lost = (abs(s.high) * steep > STEEP) | (found < FAINT) & (s.high != 0)
    return np.where(lost, np.nan, found)


def beside_equality(a: float, b: float) -> tuple[float, ...]:
    """Return the coefficients of 2 (E(a) - E(b)) / s²: 2 / k! times a^(k-2) + a^(k-3) b + … + b^(k-2)."""
    found: list[float] = []
    share = mixed = last = 1.0
    for k in range(2, TERMS):
        found.append(share * mixed)
        last *= b
        mixed = a * mixed + last
        share /= k + 1
    return tuple(found)


def log_ratio(p: Array, t: Array) -> DoubleDouble:
    """Return ln(p/t), to some 80 bits of its own size."""
    exponent = np.frexp(t)[1]  # at the ends of the range no product is exact
    a, b = np.ldexp(p, -exponent), np.ldexp(t, -exponent)
    r = DoubleDouble.of_sum(a, -b) / b
    close = r * (r * (r * (r.high * -0.25 + 1 / 3) - 0.5) + 1.0)
    return chosen(abs(r.high) < SMALL, close, log(p) - log(t))


def risen(c: DoubleDouble, s: DoubleDouble) -> DoubleDouble:
    """Return (e^(c s) - 1) / c, which is s where c is 0."""
    x = s * c
    few = s * (x * (x * (x.high / 24 + 1 / 6) + 0.5) + 1.0)
    return chosen(abs(x.high) < SMALL, few, (exp(x) - 1.0) / c) if c.high else s


def raised(x: Array, power: DoubleDouble) -> DoubleDouble:
    """Return x^power for x above 0; NaN where the power leaves the range of `exp`."""
    logs = log(np.where(np.isfinite(x), x, 1.0)) * power
    found = exp(logs)
    return DoubleDouble(np.where((abs(logs.high) > STEEP) | np.isinf(x), np.nan, found.high), found.low)
