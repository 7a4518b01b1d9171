"""Scalar products of vectors of ordinary length to some 70 bits, by cutting: every block is (K, n), component first.

Rump, Ogita & Oishi 2008, Accurate floating-point summation, doi:10.1137/050645671.
"""

from __future__ import annotations

from math import isqrt
from operator import mul, sub

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, split, two_product, two_sum

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]

LEAST, MOST = 2.0**-400, 2.0**400  # squares of lengths between these have exact products

FEW = 256
"""So many components are worth a look in whole numbers of any length."""
MANY = 48
"""Sums of so many products are taken in parts."""


class Cut:
    """Vectors x + lost in two parts: multiples of a power of 2, of 26 bits, and the rest.

    Scalar products of the first are exact, for by Cauchy & Schwarz no partial sum exceeds 2^52 of their unit.
    """

    __slots__ = ("high", "low", "ordinary", "x")

    def __init__(self, x: Array, lost: Array | None = None) -> None:
        square = inner(x, x)
        self.x = x
        self.ordinary: Rows = (square > LEAST) & (square < MOST)
        exponent = (np.frexp(square)[1] + 1) >> 1
        grid = np.ldexp(1.5, exponent + 26)
        self.high = x + grid
        self.high -= grid
        self.low = x - self.high
        if lost is not None:
            self.low += lost

    def dot(self, other: Cut) -> tuple[Array, Array]:
        """Return the scalar product with other vectors: exact, and of the rest."""
        return inner(self.high, other.high), inner(self.high, other.low) + inner(self.low, other.x)

    def square(self) -> tuple[Array, Array]:
        """Return the square of the length, in two parts."""
        a, b = inner(self.high, self.high), inner(self.low, self.high + self.x)
        whole = a + b
        return whole, b - (whole - a)


class SwiftAngle:
    """The angle between two blocks of vectors, to 3.8 ulp, and NaN where that is not sure."""

    def __init__(self, x: Array, y: Array) -> None:
        u, v = self.cuts = Cut(x), Cut(y)
        self.dot, self.rest = u.dot(v)
        (a, a_low), (b, b_low) = self.squares = u.square(), v.square()
        self.both, (ab, lost) = np.sqrt(a * b), two_product(a, b)  # the product of lengths
        back, more = two_product(self.both, self.both)
        self.less: Array = ((ab - back) + ((lost - more) + (a * b_low + a_low * b))) / (2 * self.both)
        self.lengths: Array = self.both + self.less
        self.doubt = doubt(len(x))
        self.unfit: Rows = ~(u.ordinary & v.ordinary)

    def over(self, margin: float) -> Array:
        """Return the cosine less a margin between -1 and 1."""
        if margin:
            away, lost = two_product(margin, self.both)
            return self._sure((self.dot - away) + (self.rest - (lost + margin * self.less)))
        found = self.dot + self.rest
        faint = np.flatnonzero(~self.unfit & (abs(found) <= self.doubt * self.both))
        if 0 < faint.size * len(self.cuts[0].x) <= FEW:
            sure = [_dot(*(each.x[:, row] for each in self.cuts)) for row in faint]
            found = self._sure(found)
            found[faint] = sure / self.lengths[faint]
            return found
        return self._sure(found)

    def gap(self) -> Array:
        """Return 1 less the cosine."""
        return self._sure((self.both - self.dot) + (self.less - self.rest))

    def _sure(self, found: Array) -> Array:
        found[self.unfit | ~(abs(found) > self.doubt * self.both)] = np.nan
        return found / self.lengths

    def slope(self, first: int, factor: Array | float = 1.0) -> Array:
        """Return the derivative of the cosine in the first vector, or the second, over a factor."""
        u, v = self.cuts[first], self.cuts[1 - first]
        (a, a_low), (b, _) = self.squares[first], self.squares[1 - first]
        share, _ = split((self.dot + self.rest) / a)  # its products with the first parts are exact
        above, below = split(a)
        rest = (((self.dot - share * above) - share * below) + (self.rest - share * a_low)) / a
        found = share * u.high
        np.subtract(v.x, found, out=found)
        part = share * u.low
        part += rest * u.x
        found -= part  # the part of v at right angles to u
        size = np.abs(found, out=part)
        length = np.sqrt(b)
        rows = np.flatnonzero(~(size.min(axis=0) > self.doubt * length))
        if rows.size:
            x = u.x[:, rows]
            least = length[rows] * (abs(x) * (self.doubt / np.sqrt(a[rows])) + 2.0**-22)
            lost = ~(size[:, rows] > least) & (x != 0) & ~self.unfit[rows]
            if np.count_nonzero(lost) * len(x) <= FEW:
                for k, at in np.argwhere(lost):
                    found[k, rows[at]] = _beside(x[:, at], v.x[:, rows[at]], k)
            else:
                found[:, rows[lost.any(axis=0)]] = np.nan
        if self.unfit.any():
            found[:, self.unfit] = np.nan
        found /= self.lengths * factor
        return found


class SwiftDistance:
    """The distance of two blocks of vectors to some 70 bits, where it is `fit` for that."""

    def __init__(self, x: Array, y: Array) -> None:
        self.ends = x, y
        self.gap, lost = two_sum(x, -y)
        self.cut = Cut(self.gap, lost)
        self.fit: Rows = self.cut.ordinary
        self.square = DoubleDouble(*self.cut.square())
        near = np.sqrt(self.square.high)
        square, lost = two_product(near, near)
        rest = ((self.square.high - square) - lost + self.square.low) / (2 * near)
        length = near + rest
        self.length = DoubleDouble(length, rest - (length - near))
        self.doubt = doubt(len(x))

    def direction(self, factor: Array | float = 1.0) -> Array:
        """Return the derivative in the first vector, over a factor, to 3 ulp."""
        return self.gap / (self.length.high * factor)

    def apart(self, other: SwiftDistance) -> Array:
        """Return the derivative less that of another distance from the same vectors; NaN where it is not sure."""
        wholes, parts = zip(self.unit(), other.unit(), strict=True)
        found = np.subtract(*wholes, out=wholes[0])
        found += np.subtract(*parts, out=parts[0])
        size = np.abs(found, out=parts[1])
        rows = np.flatnonzero(~(size.min(axis=0) > 3 * self.doubt))
        if rows.size:
            terms = sum(abs(each.gap[:, rows]) / each.length.high[rows] for each in (self, other))
            lost = ~(size[:, rows] > terms * self.doubt + 2.0**-20) & (terms != 0)
            lost &= (self.fit & other.fit)[rows]
            if np.count_nonzero(lost) * len(size) <= FEW:
                for k, at in np.argwhere(lost):
                    x, y, z = (each[:, rows[at]] for each in (*self.ends, other.ends[1]))
                    found[k, rows[at]] = _apart(x, y, z, k)
            else:
                found[:, rows[lost.any(axis=0)]] = np.nan
        return found

    def unit(self) -> tuple[Array, Array]:
        """Return the direction as exact products and a small rest."""
        share = 1 / self.length.high
        back, lost = two_product(share, self.length.high)
        rest = ((1 - back) - (lost + share * self.length.low)) * share
        above, below = split(share)
        part = above * self.cut.low
        part += (below + rest) * self.gap
        return above * self.cut.high, part


def inner(x: Array, y: Array) -> Array:
    """Return the sums of products of components."""
    count = len(x)
    if count < MANY:
        return np.einsum("kn,kn->n", x, y)
    step = isqrt(count)
    parts = [np.einsum("kn,kn->n", x[k : k + step], y[k : k + step]) for k in range(0, count, step)]
    return np.sum(parts, axis=0)


def doubt(count: int) -> float:
    """Return the part of its terms below which a difference of products with scalar products is not sure.

    What `Cut.dot` rounds is of size √K 2^-26 |x| |y|, and each product in it meets so many roundings.
    """
    roundings = count if count < MANY else 2 * isqrt(count) + 3
    return (roundings * count**0.5 + 5) * 2.0**-21.6


def _dot(x: Array, y: Array) -> float:
    """Return the scalar product of two vectors, rounded once."""
    (u, shift), (v, rise) = _whole(x), _whole(y)
    return _over(sum(map(mul, u, v)), 1, shift + rise)


def _beside(x: Array, y: Array, k: int) -> float:
    """Return a component of the part of y at right angles to x, rounded once."""
    (u, _), (v, rise) = _whole(x), _whole(y)
    square, dot = sum(map(mul, u, u)), sum(map(mul, u, v))
    return _over(v[k] * square - dot * u[k], square, rise)


def _apart(x: Array, y: Array, z: Array, k: int) -> float:
    """Return a component of the directions to x from y, less from z, rounded once; NaN if nothing seems left."""
    whole, _ = _whole(np.concatenate([x, y, z]))
    count, one = len(x), 1 << 400
    sides: list[int] = []
    for end in (1, 2):
        gap = list(map(sub, whole[:count], whole[end * count :]))
        sides.append(gap[k] * one * one // isqrt(sum(map(mul, gap, gap)) * one * one))
    found = sides[0] - sides[1]
    return found / one if abs(found) >> 200 else np.nan


def _whole(x: Array) -> tuple[list[int], int]:
    """Return whole numbers, and by which power of 2 they are to be raised."""
    mantissas, exponents = np.frexp(x)
    least = int(exponents.min())
    parts = zip((mantissas * 2.0**53).tolist(), (exponents - least).tolist(), strict=True)
    return [int(m) << k for m, k in parts], least - 53


def _over(a: int, b: int, exponent: int) -> float:
    """Return a / b · 2^exponent, rounded once."""
    return (a << exponent) / b if exponent > 0 else a / (b << -exponent)


def quotient(a: DoubleDouble, b: DoubleDouble) -> Array:
    """Return a / b rounded once, or nearly so."""
    near = a.high / b.high
    back, lost = two_product(near, b.high)
    return near + (((a.high - back) - lost) + (a.low - near * b.low)) / b.high
