"""Special functions of double-doubles: the tail of the normal distribution, and what gamma leaves of Stirling.

Each is true to some 85 bits of its own size, so that differences of them still make doubles.
Abramowitz & Stegun 1964, Handbook of mathematical functions: 26.2.11, 26.2.14, 6.1.40 and 6.1.15.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.doubledouble import DoubleDouble, chosen, exp, log

Array = NDArray[np.float64]

ROOT_HALF_PI = DoubleDouble(1.2533141373155003, -9.164289990229583e-17)
ROOT_TWO_OVER_PI = DoubleDouble(0.7978845608028654, -4.98465440455546e-17)
HALF_LOG_TWO_PI = DoubleDouble(0.9189385332046728, -3.8782941580672414e-17)
SEAM = 4.0  # the series converges fast below, the continued fraction above
TERMS = 62
LEVELS, COARSE = 20, 90  # from here on doubles are enough, and there a guess is
BERNOULLI = (
    (1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510), (43867, 798),
    (-174611, 330), (854513, 138), (-236364091, 2730), (8553103, 6), (-23749461029, 870),
    (8615841276005, 14322), (-7709321041217, 510), (2577687858367, 6),
)  # fmt: skip
STIRLING = 20  # from here on the series of these converges fast enough, and fewer steps up lead here
NEAR_ONE = 2.0**-7
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


def binet(x: DoubleDouble, order: int = 0) -> DoubleDouble:
    """Return what ln Γ(x) has beyond (x − ½) ln x − x + ½ ln 2π, for x > 0, differentiated `order` times."""
    near = x.high < STIRLING
    found = _stirling(chosen(near, x + STIRLING, x), order)
    if near.any():
        at = np.flatnonzero(near)
        lower = found[at] + _descent(x[at], order)
        found.high[at], found.low[at] = lower.high, lower.low
    return found


def _stirling(x: DoubleDouble, order: int) -> DoubleDouble:
    """Return the series of Stirling: 1 / (12 x) − 1 / (360 x³) + …, or a derivative of it."""
    over = 1.0 / x
    square = over.squared()
    found = DoubleDouble(np.zeros_like(x.high))
    for k in range(len(BERNOULLI), 0, -1):
        a, b = BERNOULLI[k - 1]
        found = found * square + quotient(a, b * (2 * k * (2 * k - 1), -2 * k, 1)[order])
    return found * (over, square, square * over)[order]


def _descent(x: DoubleDouble, order: int) -> DoubleDouble:
    """Return what is added as x comes down from x + 20: Γ(x + 1) = x Γ(x)."""
    top = x + STIRLING
    steps = [x + k for k in range(STIRLING)]
    if order == 0:
        product = steps[0]
        for each in steps[1:]:
            product = product * each
        return (top - 0.5) * log(top) - (x - 0.5) * log(x) - STIRLING - log(product)
    inverses = [1.0 / each for each in steps]
    first, last = inverses[0], 1.0 / top
    if order == 1:
        return log(top * first) + (first - last).scaled(0.5) - _sum(inverses)
    squares = [each.squared() for each in inverses]
    return _sum(squares) + last + last.squared().scaled(0.5) - first - squares[0].scaled(0.5)


def _sum(terms: Sequence[DoubleDouble]) -> DoubleDouble:
    return DoubleDouble(np.stack([x.high for x in terms]), np.stack([x.low for x in terms])).total()


def log1p_less(u: DoubleDouble, ratio: DoubleDouble) -> DoubleDouble:
    """Return ln(1 + u) − u / (1 + u), which is about u²/2 and never negative; `ratio` is 1 + u, above 0."""
    small = abs(u.high) < NEAR_ONE
    near = chosen(small, u, DoubleDouble(0.0))
    series = DoubleDouble(np.zeros_like(u.high))
    for k in range(16, 1, -1):
        series = series * near + quotient((k - 1) * (-1) ** k, k)
    ratio = chosen(small, DoubleDouble(1.0), ratio)
    return chosen(small, series * near.squared(), log(ratio) - (u / ratio))
