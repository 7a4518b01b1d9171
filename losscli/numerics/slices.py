"""Products of matrices of pairs of doubles, to some 85 bits of their largest terms, by few products of BLAS.

Each matrix is cut in three: two parts of so few bits that sums of their products round nothing, in whatever order
BLAS adds them, and the rest. Ozaki, Ogita, Oishi & Rump 2012, doi:10.1007/s11075-011-9478-1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

FEW = 1 << 18
"""So many products OpenBLAS does in one thread."""


class Cut(NamedTuple):
    """Numbers as sums: multiples of two powers of 2, and rests."""

    first: Array
    second: Array
    third: Array

    @classmethod
    def of(cls, x: Pair, bound: Array | float, inner: int) -> Cut:
        """Cut numbers of at most `bound`, a power of 2, for sums of `inner` products with others like them."""
        width = (52 - (inner - 1).bit_length()) // 2
        grid = 1.5 * 2.0 ** (52 - width) * bound
        first = x[0] + grid
        first -= grid
        third = x[0] - first
        grid = grid * 2.0**-width
        second = third + grid
        second -= grid
        third -= second
        third += x[1]
        return cls(first, second, third)


def joined(a: Array, b: Array, c: Array) -> Pair:
    """Return a + b + c, for `a` and `b` whole numbers of a unit whose sum is below 2^53, and a small `c`."""
    found = a + b
    rest = a - found
    rest += b
    rest += c
    return found, rest


def matmul(a: Array, b: Array) -> Array:
    """Return a @ b, in parts so small that BLAS starts no threads of its own: these are for other lists."""
    rows, inner = a.shape[-2:]
    count = b.shape[-1]
    step = max(1, FEW // max(rows * inner, 1))
    if step >= count:
        return a @ b
    found = np.empty((*a.shape[:-1], count))
    for at in range(0, count, step):
        found[..., at : at + step] = a @ b[..., at : at + step]
    return found


class Rows:
    """The first factor of products, (..., rows, K)."""

    def __init__(self, x: Pair, bound: Array | float) -> None:
        self.inner = x[0].shape[-1]
        self.parts = np.concatenate(Cut.of(x, bound, self.inner), axis=-1)


class Columns:
    """The second factor, (..., K, columns), given by its columns, (..., columns, K)."""

    def __init__(self, x: Pair, bound: Array | float) -> None:
        one, two, three = (np.swapaxes(part, -1, -2) for part in Cut.of(x, bound, x[0].shape[-1]))
        self.first = np.ascontiguousarray(one)
        self.second = np.concatenate([two, one], axis=-2)
        self.third = np.concatenate([three, two + three, np.swapaxes(x[0], -1, -2)], axis=-2)


def product(rows: Rows, columns: Columns, some: slice) -> Pair:
    """Return the product of some rows of matrices with columns."""
    inner, parts = rows.inner, rows.parts[..., some, :]
    return joined(
        matmul(parts[..., :inner], columns.first),
        matmul(parts[..., : 2 * inner], columns.second),
        matmul(parts, columns.third),
    )


def times(matrix: Cut, x: Pair, bound: Array | float, inner: int) -> Pair:
    """Return the products of matrices that are cut for `inner` with vectors of at most `bound`, (..., columns, D)."""
    width = x[0].shape[-1]
    first, second, third = Cut.of(x, bound, inner)
    a = matmul(matrix.first, np.concatenate([first, second, third], axis=-1))
    b = matmul(matrix.second, np.concatenate([first, second + third], axis=-1))
    c = matmul(matrix.third, x[0])
    c += a[..., 2 * width :]
    c += b[..., width:]
    return joined(a[..., :width], a[..., width : 2 * width] + b[..., :width], c)


def dot(x: Cut, y: Cut) -> Pair:
    """Return scalar products along the last axis, which is kept, of numbers cut for as many."""
    a = np.einsum("...k,...k->...", x.first, y.first)
    b = np.einsum("...k,...k->...", x.first, y.second)
    b += np.einsum("...k,...k->...", x.second, y.first)
    rest = y.second + y.third
    c = np.einsum("...k,...k->...", x.first, y.third)
    c += np.einsum("...k,...k->...", x.second, rest)
    rest += y.first
    c += np.einsum("...k,...k->...", x.third, rest)
    found, lost = joined(a, b, c)
    return found[..., None], lost[..., None]
