"""Hinges whose corner is rounded off: ln(1 + e^x) of an excess that is known to twice the precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.arithmetic import sure
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp

Array = NDArray[np.float64]
Pair = tuple[DoubleDouble, DoubleDouble]

LOST = 2.0**-40  # of its terms a difference to twice the precision has lost less than 2^-53 of this
MOST = 2.0**480
NOTHING = -4e3  # e^x vanishes here, whatever its factor
FAR = 600.0  # from here e^-x loses bits soon, which a factor would show
LIFT = 2.0**128
LOG_LIFT = DoubleDouble(88.722839111673, 2.9683799217232634e-15)


def known(x: DoubleDouble, largest: Array) -> DoubleDouble:
    """Return an excess, given its largest term; NaN where its last bits would show in e^x."""
    size = np.where((x.high > 0) | (x.high < NOTHING), abs(x.high), 1.0)
    fit = (LOST * largest < np.maximum(size, 1.0)) | np.isinf(x.high)
    return DoubleDouble(np.where(fit, x.high, np.nan), np.where(abs(x.high) < MOST, x.low, 0.0))


def height(x: DoubleDouble) -> Array:
    """Return ln(1 + e^x)."""
    tail = np.log1p(_power(-abs(x)))
    return np.where(x.high > 0, x.high + (x.low + tail), tail)


def rise(x: DoubleDouble, factor: Array | float = 1.0) -> Array:
    """Return 1 / (1 + e^-x), the derivative of that, times a factor."""
    small = _power(-abs(x))
    found = np.where(x.high < 0, small, 1.0) / (1 + small) * factor
    if np.any(x.high < -FAR):
        found = np.where(x.high < -FAR, _power(x + LOG_LIFT) * factor / LIFT, found)
    return found + 0.0


def bend(x: DoubleDouble, slope: DoubleDouble, curvature: DoubleDouble) -> Array:
    """Return the second derivative where x has a slope and a curvature; NaN where too much cancels."""
    pull = slope * _held(x)
    part = pull.squared() / (exp(-abs(x)) + 1.0)
    found = sure(part + curvature, np.maximum(part.high, abs(curvature.high)))
    return rise(x, np.where(curvature.high == 0, part.rounded, found))


def bend_of_two(x: DoubleDouble, slopes: Pair, curvatures: Pair) -> Array:
    """Return it where slope and curvature are differences; NaN where too much cancels."""
    held, (u, v), (c, d) = _held(x), slopes, curvatures
    pull = (u - v) * held
    part = pull.squared() / (exp(-abs(x)) + 1.0)
    steepest = (abs(u.high) + abs(v.high)) * held.high
    terms = np.maximum(steepest * steepest, np.maximum(abs(c.high), abs(d.high)))
    return rise(x, sure(part + (c - d), terms))


def _held(x: DoubleDouble) -> DoubleDouble:
    """Return the root of e^-x for x above 0, else 1."""
    half = exp(abs(x).scaled(-0.5))
    return chosen(x.high > 0, half, DoubleDouble(np.ones_like(half.high)))


def _power(x: DoubleDouble) -> Array:
    """Return e^x."""
    return np.exp(x.high) * (1 + x.low)
