"""Products of matrices of double-doubles, from products of doubles that round nothing.

Each matrix is cut into slices of so few bits that the products of two slices, and their sums, are whole numbers
below 2^53: BLAS may add them in any order. Ozaki, Ogita, Oishi & Rump 2012, Error-free transformations of matrix
multiplication by using fast routines of matrix multiplication, doi:10.1007/s11075-011-9478-1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_sum

Array = NDArray[np.float64]

BITS = 108
"""How far below the largest entry of its row or column an entry still counts."""


def matmul(a: DoubleDouble, b: DoubleDouble, bits: int = BITS) -> DoubleDouble:
    """Return a · b, (..., m, K) times (..., K, n).

    The error is some 2^(3 - bits) K of the largest entry of the row of `a` times that of the column of `b`.
    """
    inner = a.high.shape[-1]
    width = next(w for w in range(25, 0, -1) if 2 * w + (inner * -(-bits // w)).bit_length() <= 53)
    count = -(-bits // width)
    left, shift = _slices(a, -1, width, count)
    right, rise = _slices(b, -2, width, count)
    found = DoubleDouble(np.zeros((*shift.shape[:-1], rise.shape[-1])))
    for depth in reversed(range(count)):  # the least first
        level = np.concatenate(left[: depth + 1], -1) @ np.concatenate(right[depth::-1], -2)
        found = found + level * 2.0 ** (-width * (depth + 2))
    return found.shifted(shift + rise)


def _slices(x: DoubleDouble, axis: int, width: int, count: int) -> tuple[list[Array], NDArray[np.intc]]:
    """Return whole numbers of `width` bits, and the exponents along the other axis that they are to be raised by."""
    exponent = np.frexp(abs(x.high).max(axis=axis, keepdims=True))[1]
    high, low = (np.ldexp(part, -exponent) for part in (x.high, np.broadcast_to(x.low, x.high.shape)))
    found: list[Array] = []
    for _ in range(count):
        high, low = np.ldexp(high, width), np.ldexp(low, width)
        whole = np.rint(high)
        found.append(whole)
        high, low = two_sum(high - whole, low)
    return found, exponent
