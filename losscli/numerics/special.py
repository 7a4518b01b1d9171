"""Special functions of double-doubles: the tail of the normal distribution, and what gamma leaves of Stirling.

Each is true to some 85 bits of its own size, so that differences of them still make doubles.
Abramowitz & Stegun 1964, Handbook of mathematical functions: 26.2.11, 26.2.14, 6.1.40 and 6.1.15.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, log

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

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
REACH, PARTS = 16, 16  # Mills' ratio is tabled up to here, in so many cells from one whole number to the next
CELLS, OCTAVES = 5, 5  # bits of a mantissa that tell the cell, from 1 to 32
FIRST, END = 0x3FF0000000000000, 32.0  # the bits of 1.0, and where the series of Stirling takes over
# Chebyshev's, of few bits
NODES = tuple(
    round(float(np.cos(np.pi * (2 * j + 1) / 26)) * 1024) / 1024
    for j in (6, 0, 12, 3, 9, 1, 11, 5, 7, 2, 10, 4, 8)
)
FINE = 5  # beyond so many nodes doubles are enough
NEAR_ONE = 2.0**-7
SLIGHT = 2.0**-30
COUNTS = 4096  # whole numbers of which the logarithm of the factorial is tabled
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
    return _in_pieces([(w.high < REACH, _mills_within)], _mills_beyond, w)


def _mills_within(w: DoubleDouble) -> DoubleDouble:
    """Return `mills` up to 16, by Newton's polynomial in a cell about w."""
    at = (w.high * PARTS).astype(np.intp)
    u = (w - (at + 0.5) / PARTS).scaled(2.0 * PARTS)
    return _newton(at, u, *_mills_cells())


@cache
def _mills_cells() -> tuple[Array, Array]:
    w = DoubleDouble((np.arange(REACH * PARTS) + (1 + np.array(NODES)[:, None]) / 2) / PARTS)
    near = w.high < SEAM
    inner = chosen(near, w, DoubleDouble(0.0))
    found = ROOT_HALF_PI * exp(inner.squared().scaled(0.5)) - _body(inner)
    return _differences(chosen(near, found, _tail(chosen(near, DoubleDouble(SEAM), w))))


def _mills_beyond(w: DoubleDouble) -> DoubleDouble:
    return _tail(w, 6, 30)


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


def _tail(w: DoubleDouble, levels: int = LEVELS, coarsest: int = COARSE) -> DoubleDouble:
    """Return 1 / (w + 1 / (w + 2 / (w + 3 / …))), for w of 4 or more."""
    coarse = (w.high + np.sqrt(w.high**2 + 4 * coarsest)) / 2
    for level in range(coarsest, levels - 1, -1):
        coarse = w.high + level / coarse
    found = DoubleDouble(coarse)
    for level in range(levels - 1, 0, -1):
        found = level / found + w
    return 1.0 / found


def quotient(a: int, b: int) -> DoubleDouble:
    """Return a / b."""
    high = a / b
    top, bottom = high.as_integer_ratio()
    return DoubleDouble(high, (a * bottom - b * top) / (b * bottom))


def binet(x: DoubleDouble, order: int = 0) -> DoubleDouble:
    """Return what ln Γ(x) has beyond (x − ½) ln x − x + ½ ln 2π, for x > 0, differentiated `order` times."""
    return _in_pieces([(x.high < 1, _below), (x.high < END, _tabled)], _stirling, x, order)


def _in_pieces(pieces: Sequence[tuple[Bools, Any]], rest: Any, x: DoubleDouble, *more: Any) -> DoubleDouble:
    """Return what the function of the first piece that holds x makes of it, and the `rest` of the others."""
    found = DoubleDouble(np.empty_like(x.high), np.empty_like(x.high))
    left = np.ones(x.high.shape, np.bool_)
    for piece, function in (*pieces, (left, rest)):
        at = np.nonzero(left & piece)
        left = left & ~piece
        if at[0].size:
            part = function(x[at], *(each[at] if isinstance(each, DoubleDouble) else each for each in more))
            found.high[at], found.low[at] = part.high, part.low
    return found


def log_factorial(t: Array) -> DoubleDouble:
    """Return ln Γ(t + 1) for t ≥ 0, to some 85 bits after the point; up to SLIGHT to 52 bits of its own size."""
    x = DoubleDouble(t) + np.where(t < 1, 1.0, 0.0)  # ln t! is ln Γ(t) + ln t as well
    found = log(x) * DoubleDouble.of_sum(t, 0.5) - x + HALF_LOG_TWO_PI + binet(x)
    return chosen(t > SLIGHT, found, DoubleDouble(t * (t * (np.pi**2 / 12) - np.euler_gamma)))


def log_factorials(t: Array) -> tuple[Array, Array]:
    """Return ln t! in two parts for whole t below COUNTS; NaN of others."""
    high, low = _factorials()
    at = t.astype(np.intp)
    return np.where((at == t) & (t < COUNTS), high.take(at, mode="clip"), np.nan), low.take(at, mode="clip")


@cache
def _factorials() -> tuple[Array, Array]:
    found = log_factorial(np.arange(COUNTS, dtype=np.float64))
    found.high[:2] = found.low[:2] = 0
    return found.high, found.low


def _below(x: DoubleDouble, order: int) -> DoubleDouble:
    """Return `binet` below 1, from that of x + 1."""
    above, far = _tabled(x + 1.0, order), x + 1.0
    if order == 2:
        return above + 0.5 / (x * far).squared()
    rise = log(far) - log(x)
    return above + (rise - (x + 0.5) / (x * far) if order else rise * (x + 0.5) - 1.0)


def _tabled(x: DoubleDouble, order: int) -> DoubleDouble:
    """Return `binet` from 1 to 32, by Newton's polynomial through its values in a cell about x."""
    at = (x.high.view(np.int64) >> (52 - CELLS)) - (FIRST >> (52 - CELLS))
    middle, scale, high, low = _cells(order)
    scale = scale.take(at)
    u = DoubleDouble((x.high - middle.take(at)) * scale, x.low * scale)
    return _newton(at, u, high, low)


def _newton(at: NDArray[np.intp], u: DoubleDouble, high: Array, low: Array) -> DoubleDouble:
    """Return at u, from -1 to 1, the polynomial of some divided differences at NODES, those of the cells `at`."""
    found = high[-1].take(at)
    for j in range(len(NODES) - 2, FINE - 1, -1):
        found = found * (u.high - NODES[j]) + high[j].take(at)
    fine = DoubleDouble(found)
    for j in range(FINE - 1, -1, -1):
        fine = fine * (u - NODES[j]) + DoubleDouble(high[j].take(at), low[j].take(at))
    return fine


def _differences(found: DoubleDouble) -> tuple[Array, Array]:
    """Return the divided differences of what was found at NODES, along the first axis."""
    nodes = np.array(NODES)[:, None]
    for span in range(1, len(NODES)):
        differences = (found[span:] - found[span - 1 : -1]) / (nodes[span:] - nodes[:-span])
        found.high[span:], found.low[span:] = differences.high, differences.low
    return found.high, found.low


@cache
def _cells(order: int) -> tuple[Array, Array, Array, Array]:
    """Return of each cell its middle, what is divided by half its width, and the divided differences at NODES."""
    octave, cell = np.divmod(np.arange(OCTAVES << CELLS), 1 << CELLS)
    middle, scale = np.ldexp(1 + (cell + 0.5) / (1 << CELLS), octave), np.ldexp(2.0 ** (CELLS + 1), -octave)
    x = DoubleDouble.of_sum(middle, np.array(NODES)[:, None] / scale)
    return middle, scale, *_differences(_stirling(x + STIRLING, order) + _descent(x, order))


def _stirling(x: DoubleDouble, order: int) -> DoubleDouble:
    """Return the series of Stirling: 1 / (12 x) − 1 / (360 x³) + …, or a derivative of it."""
    over = 1.0 / x
    square = over.squared()
    share = [
        quotient(a, b * (2 * k * (2 * k - 1), -2 * k, 1)[order]) for k, (a, b) in enumerate(BERNOULLI, 1)
    ]
    tail = np.zeros_like(x.high)
    for each in share[:2:-1]:
        tail = tail * square.high + each.high
    found = DoubleDouble(tail)
    for each in share[2::-1]:
        found = found * square + each
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
    return _in_pieces([(abs(u.high) < NEAR_ONE, _small_less)], _large_less, u, ratio)


def _small_less(u: DoubleDouble, _: DoubleDouble) -> DoubleDouble:
    tail = np.zeros_like(u.high)
    for k in range(16, 6, -1):
        tail = tail * u.high + (k - 1) * (-1) ** k / k
    series = DoubleDouble(tail)
    for k in range(6, 1, -1):
        series = series * u + quotient((k - 1) * (-1) ** k, k)
    return series * u.squared()


def _large_less(u: DoubleDouble, ratio: DoubleDouble) -> DoubleDouble:
    return log(ratio) - u / ratio
