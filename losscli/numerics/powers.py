"""Powers of doubles, of any exponent, as two doubles: fast, to some 66 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_product, two_sum
from losscli.numerics.tables import exp_pair, log_pair, product, remainder

Array = NDArray[np.float64]

LEAST, MOST = 2.0**-480, 2.0**480  # logarithms and quotients of numbers between these are ordinary
FAR = 600.0  # up to here exponentials are normal numbers
CLEAR = 2.0**-14  # a difference of this part of its terms does not see what they lack


def power_pair(logs: tuple[Array, Array], degree: DoubleDouble, more: DoubleDouble) -> tuple[Array, Array]:
    """Return e^(degree · logs + more) in two doubles; NaN where that is far from 1."""
    high, low = logs
    x, lost = two_product(high, degree.high)
    x, rest = two_sum(x, more.high)
    lost += rest + (high * degree.low + low * degree.high + more.low)
    found, less = exp_pair(x)
    np.copyto(found, np.nan, where=~(abs(x) < FAR))
    return found, less + found * lost


def scaled_power(x: Array, degree: DoubleDouble, more: DoubleDouble) -> Array:
    """Return x^degree · e^more for x above 0; NaN for numbers of unusual size."""
    found, low = power_pair(log_pair(x), degree, more)
    found += low
    np.copyto(found, np.nan, where=~((x > LEAST) & (x < MOST)))
    return found


def tweedie(p: Array, t: Array, a: DoubleDouble, b: DoubleDouble, scale: DoubleDouble) -> Array:
    """Return t^a (1 - a r^b + b r^a) e^scale of a = b + 1 and r = p/t; NaN where too much of it cancels."""
    (lp, less), (lt, low) = log_pair(p), log_pair(t)
    gap, lost = two_sum(lp, -lt)
    rise, fine = power_pair((gap, lost + (less - low)), b, DoubleDouble(0.0))
    r = p / t
    over = remainder(p, t, r) / t
    first, second = product(r, np.broadcast_to(b.high, r.shape).copy())
    turn, rest = two_sum(first, -a.high)  # b r - a
    rest += second + over * b.high + r * b.low - a.low
    term, more = two_product(rise, turn)
    found, again = two_sum(1.0, term)
    found += again + (more + (fine * turn + rise * rest))
    usual = (p > LEAST) & (p < MOST) & (t > LEAST) & (t < MOST)
    np.copyto(
        found, np.nan, where=~(usual & (abs(found) > CLEAR * (1 + abs(rise) * (abs(first) + abs(a.high)))))
    )
    outside, small = power_pair((lt, low), a, scale)
    return (outside + small) * found


def midway(p: Array, t: Array) -> Array:
    """Return the deviance of power 1.5, 4 (√p - √t)² / √p, in doubles; NaN for numbers of unusual size."""
    gap, lost = two_sum(p, -t)
    square, more = two_product(gap, gap)
    root = np.sqrt(p)
    back, off = two_product(root, root)
    whole, rest = two_sum(p, t)
    whole, less = two_sum(whole, 2 * np.sqrt(p * t))  # (√p + √t)²
    found = 4 * square / whole / root
    found -= found * ((rest + less) / whole + ((p - back) - off) / (2 * p))
    found += 4 * (more + 2 * gap * lost) / whole / root
    np.copyto(found, np.nan, where=~((p > LEAST) & (p < MOST) & ((t > LEAST) & (t < MOST) | (t == 0))))
    return found
