"""Special functions of double-doubles: the tail of the normal distribution, and what gamma leaves of Stirling.

Each is true to some 85 bits of its own size, so that differences of them still make doubles.
Abramowitz & Stegun 1964, Handbook of mathematical functions: 26.2.11, 26.2.14, 6.1.40 and 6.1.15.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.doubledouble import DoubleDouble, chosen, exp

Array = NDArray[np.float64]

ROOT_HALF_PI = DoubleDouble(1.2533141373155003, -9.164289990229583e-17)
ROOT_TWO_OVER_PI = DoubleDouble(0.7978845608028654, -4.98465440455546e-17)
SEAM = 4.0  # the series converges fast below, the continued fraction above
TERMS = 62
LEVELS, COARSE = 20, 90  # from here on doubles are enough, and there a guess is
FAR = 4e3  # e^(−x/2) of so large an x is 0, and the tail beyond nothing


def bell(w: DoubleDouble) -> DoubleDouble:
    """Return e^(−w²/2)."""
    return exp(bounded(w).squared().scaled(-0.5))


def erf(w: DoubleDouble) -> DoubleDouble:
    """Return the probability of a standard normal number within w ≥ 0 of its mean."""
    w = bounded(w)
    height = bell(w) * ROOT_TWO_OVER_PI
    near = w.high < SEAM
    inner = height * _body(chosen(near, w, DoubleDouble(0.0)))
    return chosen(near, inner, 1.0 - height * _tail(chosen(near, DoubleDouble(SEAM), w)))


def mills(w: DoubleDouble) -> DoubleDouble:
    """Return the ratio of Mills at w ≥ 0: the normal tail beyond w over the density at w."""
    near = w.high < SEAM
    inner = chosen(near, w, DoubleDouble(0.0))
    found = ROOT_HALF_PI * exp(inner.squared().scaled(0.5)) - _body(inner)
    return chosen(near, found, _tail(chosen(near, DoubleDouble(SEAM), w)))


def bounded(w: DoubleDouble) -> DoubleDouble:
    """Return w, or what is far enough to be as good."""
    far = w.high > FAR
    return DoubleDouble(np.where(far, FAR, w.high), np.where(far, 0.0, w.low))


def _body(w: DoubleDouble) -> DoubleDouble:
    """Return the series w + w³/3 + w⁵/15 + …: the probability between 0 and w over the density at w."""
    square = w.squared()
    found = DoubleDouble(np.ones_like(w.high))
    for odd in range(2 * TERMS + 1, 1, -2):
        found = found * (square * quotient(1, odd)) + 1.0
    return found * w


def _tail(w: DoubleDouble) -> DoubleDouble:
    """Return 1 / (w + 1 / (w + 2 / (w + 3 / …))), for w of 4 or more."""
    coarse = (w.high + np.sqrt(w.high**2 + 4 * COARSE)) / 2
    for level in range(COARSE, LEVELS - 1, -1):
        coarse = w.high + level / coarse
    found = DoubleDouble(coarse)
    for level in range(LEVELS - 1, 0, -1):
        found = level / found + w
    return 1.0 / found


def quotient(a: int, b: int) -> DoubleDouble:
    """Return a / b."""
    high = a / b
    top, bottom = high.as_integer_ratio()
    return DoubleDouble(high, (a * bottom - b * top) / (b * bottom))
