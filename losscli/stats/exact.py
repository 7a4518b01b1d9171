"""Sums that are exact, whatever the number of rows, their order and how they were split."""

from __future__ import annotations

from math import frexp, inf, isfinite, nan

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import two_product

Array = NDArray[np.float64]

POINT = 2148
"""Sums are integers in units of 2^-2148, of which every product of two doubles is a whole number."""
PIECE = 1 << 15
SAFE = 2.0**480
MAGNITUDE = (1 << 63) - 1
"""The bits of a double but for its sign."""


class ExactSum:
    """Σ w x and Σ w as integers: no rounding until the result is read, so parts merge in any order."""

    def __init__(self) -> None:
        self.total = 0
        self.weight = 0
        self.infinite = [0, 0]
        """How many rows were +inf, and -inf."""
        self.undefined = 0

    def update(self, x: Array, weight: Array | None = None, counts: Array | None = None) -> None:
        """Add the numbers `x`, each times its weight; a row of weight 0 does not count.

        With `counts`, which are of `x` already, the mean is over Σ w c.
        """
        if counts is not None:
            other, before = ExactSum(), self.weight
            other.update(counts, weight)
            self.update(x, weight)
            self.weight = before + other.total
            return
        x = x.ravel()
        if weight is not None:
            weight = weight.ravel()
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(x), PIECE):
                part = slice(start, start + PIECE)
                self._add(x[part], weight[part] if weight is not None else None)

    def _add(self, x: Array, weight: Array | None) -> None:
        if weight is not None and not weight.all():
            x, weight = x[weight != 0], weight[weight != 0]
        top = largest(x)
        if not isfinite(top):
            finite = np.isfinite(x)
            self.infinite[0] += int((x == inf).sum())
            self.infinite[1] += int((x == -inf).sum())
            self.undefined += int(np.isnan(x).sum())
            x = np.where(finite, x, 0.0)
            top = largest(x)
        if weight is None:
            self.total += _exact(x, top) << (POINT - 1074)
            self.weight += len(x) << POINT
        else:
            self.total += _exact_products(x, weight)
            self.weight += _exact(weight, largest(weight)) << (POINT - 1074)

    def merge(self, other: ExactSum) -> None:
        """Add what another sum has seen."""
        self.total += other.total
        self.weight += other.weight
        self.infinite = [a + b for a, b in zip(self.infinite, other.infinite, strict=True)]
        self.undefined += other.undefined

    @property
    def sum(self) -> float:
        """Σ w x, rounded once."""
        return self._over(1 << POINT)

    @property
    def mean(self) -> float:
        """Σ w x / Σ w, rounded once; NaN when there is no weight."""
        return self._over(self.weight) if self.weight else nan

    @property
    def weights(self) -> float:
        """Σ w, rounded once."""
        return _ratio(self.weight, 1 << POINT)

    def _over(self, divisor: int) -> float:
        up, down = self.infinite
        if self.undefined or (up and down):
            return nan
        return inf if up else -inf if down else _ratio(self.total, divisor)


def largest(x: Array) -> float:
    """Return the largest size of a number: NaN or infinite if one is."""
    return max(float(np.maximum.reduce(x, initial=0.0)), -float(np.minimum.reduce(x, initial=0.0)))


def _exact(x: Array, top: float) -> int:
    """Return Σ x in units of 2^-1074, where no x is larger than `top`."""
    if top == 0:
        return 0
    total, room, exponent = 0, len(x).bit_length(), frexp(top)[1]
    spare = max(1, room - 10)
    if exponent + spare > 1022:
        return sum(units(each) for each in x.tolist())
    rest, moved = x, np.empty_like(x)
    while (power := exponent + spare) - 52 > -1074:
        # Beside 1.5 2^power the leading bits of each number are those of an integer, in units of the last bit there:
        # few enough that the sum of all is less than 2^63, whatever is lost above 2^64 on the way.
        middle = 1.5 * 2.0**power
        np.add(rest, middle, out=moved)
        found = int(np.add.reduce(moved.view(np.uint64))) - len(x) * (2 * (power + 1023) + 1 << 51)
        total += ((found + (1 << 63)) % (1 << 64) - (1 << 63)) << (power - 52 + 1074)
        np.subtract(moved, middle, out=moved)
        rest = np.subtract(rest, moved, out=None if rest is x else rest)
        if not int(np.bitwise_or.reduce(rest.view(np.int64))) & MAGNITUDE:
            return total
        exponent = power - 53  # what is left is at most half of that last bit
    return total + int(np.add.reduce(np.ldexp(rest, 1074).astype(np.int64)))


def units(x: float) -> int:
    """Return x in units of 2^-1074."""
    numerator, denominator = x.as_integer_ratio()
    return numerator << (1075 - denominator.bit_length())


def _exact_products(x: Array, weight: Array) -> int:
    """Return Σ w x in units of 2^-2148."""
    if not all(tame(each).all() for each in (x, weight)):
        return sum(units(a) * units(b) for a, b in zip(x.tolist(), weight.tolist(), strict=True))
    high, low = two_product(x, weight)
    return (_exact(high, largest(high)) + _exact(low, largest(low))) << (POINT - 1074)


def tame(x: Array) -> NDArray[np.bool_]:
    """Return which numbers have products so far from the ends of the range that their rounding can be caught."""
    sizes = np.abs(x)
    return (sizes == 0) | ((sizes < SAFE) & (sizes > 1 / SAFE))


def quotient(total: int, grain: int, divisor: int, point: int) -> float:
    """Return total 2^-point / (divisor 2^-grain), rounded once; NaN if there is nothing to divide by."""
    if not divisor:
        return nan
    shift = point - grain
    return _ratio(total, divisor << shift) if shift >= 0 else _ratio(total << -shift, divisor)


def _ratio(a: int, b: int) -> float:
    try:
        return a / b  # Python divides integers with one rounding
    except OverflowError:
        return inf if (a > 0) == (b > 0) else -inf
