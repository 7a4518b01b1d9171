"""Slopes of losses of similarities in few passes: what directions pull each other, by products of BLAS.

Vectors and weights are cut in two. First parts are multiples of units, so few of them that sums of their products
round nothing, in whatever order; rests are some 2^-26 of what they are cut from. What is not sure is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Doubt
from losscli.families.directions import Cosines, Directions, fits, sides
from losscli.numerics import doubled
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.powered import FAR
from losscli.numerics.slices import Pair, matmul

if TYPE_CHECKING:
    from losscli.families.similarities import Similarities

Array = NDArray[np.float64]

CLEAR = 2.0**-19
"""Of its terms: what is less is not right to 2^-53, where similarities are not over a number below 1 / 32."""
FAINT = 2.0**-6
"""Components so small, beside the largest, have rests of more than 2^-20 of their size."""
SLIGHT = 2.0**-6
"""Columns pulled less than this part of the most have products of which doubles round what pairs would hold."""
PIECE = 60_000
"""How many similarities are at hand at a time."""


class Weights(NamedTuple):
    """Derivatives of what rows cost in their similarities but for a factor a row, (lists, rows, members)."""

    first: Array
    """Multiples of a unit a row."""
    rest: Array
    unit: NDArray[np.intc]
    """Of each row 2^unit is above the sum of sizes, and 2^27 units; (lists, rows, 1)."""

    @classmethod
    def of(cls, x: Pair, sizes: Array) -> Weights:
        """Cut pairs, which are used, whose sizes have such sums, (lists, rows), or less."""
        unit = np.frexp(sizes)[1][..., None]
        return cls(*halves(x, unit), unit)

    def sums(self) -> DoubleDouble:
        """Return the sum of each row, (lists, rows, 1)."""
        parts = (np.einsum("lij->li", part)[..., None] for part in self[:2])
        return DoubleDouble(*two_sum(*parts))

    def columns(self, factor: Array) -> Array:
        """Return the sums of columns of weights of one sign, of rows times a factor, or more: (lists, columns, 1)."""
        rows = np.swapaxes(factor, 1, 2)
        found = np.swapaxes(rows @ self.first, 1, 2)
        found += 2.0**-26 * (rows @ np.ldexp(1.0, self.unit))
        return found


def halves(x: Pair, unit: NDArray[np.intc]) -> Pair:
    """Cut pairs, which are used, in multiples of 2^(unit - 27) and rests."""
    high, low = x
    grid = np.ldexp(1.5, unit + 25)
    first = high + grid
    first -= grid
    high -= first
    high += low
    return first, high


class Pulls(NamedTuple):
    """Weights, the factor of each row, (lists, rows, 1), and the sums of sizes of both."""

    weights: Weights
    factor: DoubleDouble
    of_rows: Array
    """(lists, rows, 1)"""
    of_columns: Array
    """(lists, columns, 1)"""

    def forth(self, far: Parts, scale: float) -> Pair:
        """Return what vectors pull at rows, over the scale."""
        first, rest, _ = self.weights
        width = far.whole.shape[-1]
        found = matmul(first, far.both)
        less = matmul(rest, far.whole)
        less += found[..., width:]
        factor = self.factor / scale
        return doubled.product(doubled.quick(found[..., :width], less), (factor.high, factor.low))

    @property
    def pulled(self) -> Array:
        """The sums of columns, but no less than what products with one unit, that of the largest, round of such."""
        sizes = self.of_columns
        most = np.where(np.isinf(sizes), 0.0, sizes).max(axis=1, keepdims=True)
        return np.maximum(sizes, SLIGHT * most)

    def back(self, near: Directions, rows: slice, scale: float) -> Pair:
        """Return what rows pull at columns, by vectors over the scale."""
        first, rest, unit = self.weights
        sizes = np.where(np.isinf(self.of_columns), 0.0, self.of_columns)  # of those nothing is sure
        most = np.frexp(sizes.max(axis=1, keepdims=True))[1] + near.reach(scale)
        factor = (self.factor / scale)[..., 0]
        x = Parts.of(near, factor, most - 25 - unit, rows)  # so that products have one unit
        width = x.whole.shape[-1]
        found = matmul(np.swapaxes(first, 1, 2), x.both)
        less = matmul(np.swapaxes(rest, 1, 2), x.whole)
        less += found[..., width:]
        return found[..., :width], less


class Parts(NamedTuple):
    """Directions, or raw vectors, by a number each, and in two parts side by side."""

    whole: Array
    both: Array

    @classmethod
    def of(cls, x: Directions, share: DoubleDouble, unit: NDArray[np.intc], rows: slice) -> Parts:
        """Return some rows by a share; the first parts are multiples of 2^unit."""
        if x.over is not None:
            share = x.over[:, rows] * share
        whole, *both = x.by(share, np.ldexp(1.5, unit + 52), rows)
        return cls(whole, np.concatenate(both, axis=-1))


def pulling(loss: Similarities, *block: Array) -> Doubt:
    """Fill in the slopes of lists from inputs of (lists, members, ...); tell of which they are not sure."""
    count = 2 if loss.forms[0][1].wrt else 1
    outs, inputs = block[:count], block[count:]
    lists, members, width = inputs[0].shape
    if not fits(loss, width, members):
        return True
    step = max(1, PIECE // (members * members))
    doubt = np.zeros(lists, np.bool_)
    for at in range(0, lists, step):
        some = slice(at, at + step)
        doubt[some] = fill(loss, [x[some] for x in outs], [x[some] for x in inputs])
    return doubt if doubt.any() else False


def fill(loss: Similarities, outs: Sequence[Array], inputs: Sequence[Array]) -> NDArray[np.bool_]:
    """Fill in the slopes of few lists; tell of which they are not sure."""
    vectors, labels = sides(loss, inputs)
    members = inputs[0].shape[1]
    aims = [Directions(x, loss.raw) for x in vectors]
    passes = loss.passes(aims)
    usual = np.logical_and.reduce([each.usual for each in aims])
    usual &= aims[0].norm * aims[-1].norm * loss.reach < (FAR / 2 if loss.raw else np.inf)
    if labels is not None:
        usual &= np.isfinite(labels).all(axis=1)
    one = DoubleDouble(np.ones((1, 1)), np.zeros((1, 1)))
    parts = [Parts.of(x, one, x.exponent - 25 + np.zeros(1, np.intc), slice(None)) for x in aims]
    tops = [largest(x.whole) for x in parts]
    sums = [Sums(x.whole.shape) for x in parts]
    step = max(1, PIECE // members)
    for near, far in passes:
        cosines = Cosines(aims[near], aims[far], loss.scale)
        for at in range(0, members, step):
            some = slice(at, at + step)
            found = loss.pulls(cosines.of(some), some, labels)
            sums[near].add(some, found.forth(parts[far], loss.scale), found.of_rows / loss.scale, tops[far])
            back = found.back(aims[near], some, loss.scale)
            sums[far].add(slice(None), back, found.pulled / loss.scale, tops[near])
    share = loss.count(members, labels) * len(passes)
    for out, aim, x, each in zip(outs, aims, parts, sums, strict=True):
        usual &= each.slopes(out, aim, x, share[:, None], CLEAR * max(1.0, 1 / (32 * loss.scale)))
    return ~usual


def largest(x: Array) -> Array:
    """Return the largest size of each component, but no less than what rests round of such."""
    top = abs(x).max(axis=1, keepdims=True)
    return np.where(top == 0, 0.0, top + FAINT * top.max(axis=-1, keepdims=True))


class Sums:
    """Sums of pairs, with the size of what they are made of."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.high, self.low, self.term = (np.zeros(shape) for _ in range(3))
        self.size = np.zeros((*shape[:2], 1))

    def add(self, index: slice, pull: Pair, size: Array, top: Array) -> None:
        """Add what some rows are pulled by vectors of at most `top`, with weights that have this sum."""
        self.high[:, index], lost = two_sum(self.high[:, index], pull[0])
        lost += pull[1]
        self.low[:, index] += lost
        self.term[:, index] += size * top
        self.size[:, index] += size

    def slopes(self, out: Array, aim: Directions, x: Parts, share: Array, clear: float) -> NDArray[np.bool_]:
        """Fill in the derivatives in vectors; tell of which lists they are sure."""
        whole, rest = doubled.quick(self.high, self.low)
        factor = 1.0 / DoubleDouble(share)
        if aim.over is not None:
            factor = aim.over * factor
            width = whole.shape[-1]
            u, first, second = x.whole, x.both[..., :width], x.both[..., width:]
            square = np.einsum("lmk,lmk->lm", whole, whole)[..., None]
            grid = np.ldexp(1.5, ((np.frexp(square)[1] + 1) >> 1) + 26)
            head = whole + grid
            head -= grid
            whole -= head
            rest += whole
            # the part along the direction, by first parts exactly, is taken off
            along = np.einsum("lmk,lmk->lm", head, first)[..., None]
            less = np.einsum("lmk,lmk->lm", head, second)[..., None]
            less += np.einsum("lmk,lmk->lm", rest, u)[..., None]
            main = along + grid
            main -= grid
            along -= main
            less += along
            head -= main * first
            rest -= main * second
            rest -= less * u
            self.term += self.size * abs(u)
            whole = head
        sure = abs(whole + rest) > clear * self.term
        sure |= self.term == 0
        rest *= factor.high[..., None]
        rest += whole * factor.low[..., None]
        np.multiply(whole, factor.high[..., None], out)
        out += rest
        lists = sure.all(axis=(1, 2))
        if not lists.all():
            out[~sure] = np.nan
        return lists
