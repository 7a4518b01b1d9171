"""How far a convex function of one number lies above its tangent at another, beside equality too."""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.arithmetic import compensated, sure, with_care
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, log, total, two_product, two_sum
from losscli.numerics.tables import coarse, product, remainder

Array = NDArray[np.float64]

NEAR = 0.25  # up to this share (p - t) / (p + t), a series is as good as logarithms, and does not cancel
ATANH = tuple(1 / (2 * k + 3) for k in range(14))  # of atanh v = v + v³ (1/3 + v²/5 + …)
CLOSE = 0.5  # up to this, e^r - 1 - r is summed as a series
POWERS = tuple(1 / factorial(k + 2) for k in range(16))  # of e^r = 1 + r + r² (1/2 + r/6 + …)
REACH = 2 / 3  # from -0.4 up to this share, the next is as good as that of atanh, with no more terms
FIT = (
    0.3333333333333333, 0.2000000000000517, 0.1428571428446638, 0.11111111230187286, 0.09090903116424691,
    0.07692489488436002, 0.06663018187543235, 0.05933295241255217, 0.047506176163703805, 0.0856311433433998,
    -0.16710789007424082, 0.9159467856322988, -2.6901912415419593, 6.308800225524123, -10.352325539587733,
    11.786674615048272, -8.19877989989022, 2.7732681476067564,
)  # fmt: skip
LEAST, MOST = 2.0**-480, 2.0**480  # between these nothing overflows or vanishes
ONE = 0x3FF0000000000000  # the bits of 1
TOP = 709.78  # e to more than this is beyond the largest double


CELL, REACH_BITS = 9, 8  # of ratios from 2^-8 to 2^8 the first 9 bits of a mantissa tell the cell
AWAY = 2.0**-5  # ratios nearer to 1 are not for cells


@cache
def _cells() -> tuple[Array, Array]:
    """Return the middles c of cells of ratios, and c - 1 - ln c: NaN at the ends and next to 1."""
    bits = (np.arange(-REACH_BITS << CELL, REACH_BITS << CELL) << (52 - CELL)) + (1 << (51 - CELL))
    c = (bits + np.int64(ONE)).view(np.float64)
    height = (DoubleDouble.of_sum(c, -1.0) - log(c)).rounded
    height[(abs(c - 1) < AWAY) | (np.arange(c.size) % (c.size - 1) == 0)] = np.nan
    return c, height


def ratio_apart(a: Array, b: Array, out: Array) -> None:
    """Fill in r - 1 - ln r for r = a / b, off by 3.4 parts in 2^53 at most; NaN near 1 and far from it.

    With r = c (1 + d) it is (c - 1 - ln c) + (c - 1) d + (d - ln(1 + d)), |d| up to 2^-10. The first, off by one such
    part, is 16 times the second or more, off by four: that makes 1.4 of their sum; and there are two sums.
    """
    middles, heights = _cells()
    np.divide(a, b, out)
    cell = out.view(np.int64) >> (52 - CELL)
    cell -= (ONE >> (52 - CELL)) - (REACH_BITS << CELL)
    c = middles.take(cell, mode="clip")
    d = coarse(b)
    rest = b - d
    rest *= c
    d *= c  # both exact
    np.subtract(a, d, d)  # and so is this
    d -= rest
    np.multiply(b, c, rest)
    d /= rest
    np.multiply(d, 1 / 6, out)
    for k in (5, 4, 3):
        np.subtract(1 / k, out, out)
        out *= d
    np.subtract(0.5, out, out)
    out *= d
    out *= d
    c -= 1.0
    c *= d
    c += heights.take(cell, mode="clip")
    out += c


def polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Return the sum of coefficients times powers of `x`, the constant first."""
    found = coefficients[-1] * x
    for each in coefficients[-2:0:-1]:
        found += each
        found *= x
    found += coefficients[0]
    return found


def summed(x: Array) -> Array:
    """Return the sum of numbers of 0 or more along the first axis."""
    return np.where(np.isinf(x).any(axis=0), np.inf, total(x).rounded)


def crossed(share: Array, gap: Array, rest: Array) -> tuple[Array, Array]:
    """Return the sum of share · (gap + rest), and that of the sizes of its terms."""
    first, second = product(share, gap)
    return np.add(*compensated(first, second + share * rest)), abs(first).sum(axis=0)


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


def apart(p: Array, t: Array) -> Array:
    """Return t ln(t/p) - t + p as `entropic` does, in doubles, within 3 ulp; NaN for numbers of unusual size."""
    (gap, lost), (whole, rest) = two_sum(p, -t), two_sum(p, t)
    v = gap / whole
    found = gap * v
    found *= 1 - (v - v * v) * polynomial(FIT, v * v)
    found += v * (2 * lost + remainder(gap, whole, v) - v * rest)
    none = t == 0
    found = with_care(((v < -0.6 * REACH) | (v > REACH)) & ~none, found, far_apart, p, t)
    np.copyto(found, p, where=none)
    np.copyto(found, np.nan, where=~((p > LEAST) & (p < MOST) & ((t > LEAST) & (t < MOST) | none)))
    return found


def far_apart(p: Array, t: Array) -> Array:
    """Return t ln(t/p) - t + p in doubles, for p below 0.43 of t or above its fivefold."""
    ratio = p / t
    again, lost = two_product(ratio, t)
    return p - t * ((1 + np.log(ratio)) + ((p - again) - lost) / p)


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
