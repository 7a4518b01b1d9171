"""How far a convex function of one number lies above its tangent at another, beside equality too."""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

from losscli.arithmetic import sure
from losscli.doubledouble import DoubleDouble, chosen, exp, log, total

Array = NDArray[np.float64]

NEAR = 0.25  # up to this share (p - t) / (p + t), a series is as good as logarithms, and does not cancel
ATANH = tuple(1 / (2 * k + 3) for k in range(14))  # of atanh v = v + v³ (1/3 + v²/5 + …)
CLOSE = 0.5  # up to this, e^r - 1 - r is summed as a series
POWERS = tuple(1 / factorial(k + 2) for k in range(16))  # of e^r = 1 + r + r² (1/2 + r/6 + …)
TOP = 709.78  # e to more than this is beyond the largest double


def polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Return the sum of coefficients times powers of `x`, the constant first."""
    found = np.full_like(x, coefficients[-1])
    for each in reversed(coefficients[:-1]):
        found = found * x + each
    return found


def summed(x: Array) -> Array:
    """Return the sum of numbers of 0 or more along the first axis."""
    return np.where(np.isinf(x).any(axis=0), np.inf, total(x).rounded)


def entropic(p: Array, t: Array) -> tuple[DoubleDouble, NDArray[np.intc]]:
    """Return t ln(t/p) - t + p for p and t of 0 or more: a number near the larger of them over 2^k, and k.

    Loader 2000, Fast and accurate computation of binomial probabilities: v = (p - t) / (p + t) gives it as
    v (p - t) - 2 t (atanh v - v). Where p is 0 and t is not, the answer means nothing.
    """
    exponent = np.frexp(np.maximum(p, t))[1]
    a, b = np.ldexp(t, -exponent), np.ldexp(p, -exponent)
    gap, whole = DoubleDouble.of_sum(b, -a), DoubleDouble.of_sum(b, a)
    v = gap / DoubleDouble(np.where(whole.high == 0, 1.0, whole.high), whole.low)
    rest = 2 * a * v.high**3 * polynomial(ATANH, v.high * v.high)
    near = v * gap - rest
    if (abs(v.high) <= NEAR).all():
        return near, exponent
    logs = log(np.where((t > 0) & np.isfinite(t), t, 1.0)) - log(np.where((p > 0) & np.isfinite(p), p, 1.0))
    return chosen(abs(v.high) <= NEAR, near, logs * a - a + b), exponent


def exponential(z: Array, t: Array) -> Array:
    """Return t ln t - t z - t + e^z for t of 0 or more; NaN where z is the logarithm of t to many bits."""
    some = (t > 0) & np.isfinite(t)
    r = DoubleDouble(np.where(np.isfinite(z), z, 0.0)) - log(np.where(some, t, 1.0))
    known = np.where((t == 1) | ~np.isnan(sure(r, np.maximum(1, abs(z)))), 0.0, np.nan)
    near = (r * r).rounded * polynomial(POWERS, r.high) * t
    small = exp(DoubleDouble(-abs(r.high), np.where(r.high > 0, -r.low, r.low)))
    above = 1.0 - (DoubleDouble(np.minimum(r.high, 1e4), r.low) + 1.0) * small
    far = np.where(r.high > 0, np.exp(z) * above.rounded, t * (small - 1.0 - r).rounded)
    found = np.where(abs(r.high) < CLOSE, near + known, far)
    found = np.where((z > TOP) & (z < TOP + 4), np.nan, found)  # what overflows may be multiplied by little
    found = np.where((t == 0) | (z == np.inf) & (t < np.inf), np.exp(z), found)
    return np.where((z == -np.inf) & (t > 0) | np.isinf(t) & (z < np.inf), np.inf, found)
