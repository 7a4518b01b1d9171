"""The softmax of class scores as its parts, and its matrix of derivatives; every block is (K, n), class first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Doubt, Quick
from losscli.families.onehot import pick
from losscli.loss import Array
from losscli.numerics.arithmetic import rounded_sum
from losscli.numerics.doubledouble import DoubleDouble, total, two_sum
from losscli.numerics.quick import either, indices
from losscli.numerics.sums import heads

ORDINARY = 300.0  # the exponentials of such scores, and their quotients, are neither too large nor too small
FAR, LAST = 600.0, 745.0  # from e^-600 exponentials soon lose bits, beyond e^-745 they are 0


def parts(z: Array) -> tuple[Array, Array, DoubleDouble, NDArray[np.intp]]:
    """Return the top score, every exp(z − top), the sum of all but one of the top, and its index."""
    first = z.argmax(axis=0)
    top = pick(z, first)
    gap, lost = two_sum(z, -top)
    # the rounding of z - top costs |z - top| / 2 units in the last place of the exponential: give it back
    e = np.exp(gap)
    e += e * np.where(np.isfinite(lost), lost, 0.0)
    np.put_along_axis(e, first[None], 1.0, axis=0)
    rest = e.copy()
    np.put_along_axis(rest, first[None], 0.0, axis=0)
    return top, e, total(rest), first


def of_class(order: int, z: Array, k: NDArray[np.intp]) -> tuple[Array, Doubt]:
    """Return −ln softmax of the class `k`, or its slope in the place of `z`, and where that is doubtful.

    No score is taken from another: what rounding takes from a difference would cost the exponential as many units in
    the last place as the difference is large.
    """
    near = z.min() > -ORDINARY and z.max() < ORDINARY
    doubtful = False if near else np.asarray(~(abs(z) < ORDINARY).all(axis=0))
    count = int(z.shape[1])
    at = k * count + np.arange(count)
    np.exp(z, z)
    flat = z.reshape(-1)
    true = flat.take(at)
    flat[at] = 0.0
    # no sum of parts is above that of all
    head, rest = (np.add.reduce(part, axis=0) for part in heads(z, np.add.reduce(z, axis=0), 1))
    if order == 0:
        return np.log1p((head + rest) / true), doubtful
    flat[at] = 0.0 - (head + rest)
    z /= rounded_sum(head, true, rest)
    return z, doubtful


def quick_of_class(order: int) -> Quick:
    """Return what fills in that of rows of scores, where the class is told by its index."""

    def found(out: Array, rows: Array, k: Array) -> Doubt:
        if k.ndim == 2:
            return True
        index, odd = indices(k, rows.shape[1])
        answer, doubtful = of_class(order, np.array(rows.T, order="C"), index)
        out[...] = answer.T
        return either(odd, doubtful)

    return found


def curvature(z: Array, share: DoubleDouble) -> Array:
    """Return the matrix diag(p) − p pᵀ of softmax p, (K, K, n)."""
    top, e, others, first = parts(z)
    whole = others + 1.0
    p = e / whole.rounded
    matrix = -p[:, None] * p[None]
    rest = (whole - e).rounded
    np.put_along_axis(rest, first[None], others.rounded[None], axis=0)
    diagonal = np.arange(len(z))
    matrix[diagonal, diagonal] = p * (rest / whole.rounded)
    scale = share.total().rounded
    return matrix * scale + revived(top - z, scale)


def revived(gap: Array, weight: Array) -> Array | float:
    """Return 0; NaN in rows where an exponential that lost its bits is brought back by a weight above 1."""
    heavy = weight > 1.000001  # weights that sum to 1 may sum to a little more
    if not heavy.any():
        return 0.0
    faint = (gap > FAR) & (gap < LAST + np.log(weight))
    return np.where(heavy & faint.any(axis=0), np.nan, 0.0)
