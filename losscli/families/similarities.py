"""Losses of the similarities within a list of vectors: contrastive losses of a batch.

What a row costs depends on its similarities S to all others. The losses say so of one row of S, with first and
second derivatives; here S is made of vectors, and derivatives in S become derivatives in the vectors, through
their lengths. All is done in double-doubles: pulls on a vector cancel, and more so along its own direction.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Quick
from losscli.families.alike import dot, turned
from losscli.families.directions import settled, straight
from losscli.families.forces import Pulls, pulling
from losscli.families.listwise import Listwise
from losscli.loss import Array
from losscli.numerics.arithmetic import DOUBT
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.geometry import others
from losscli.numerics.products import BITS, matmul

Mask = NDArray[np.bool_]
FAR = -600.0
"""The exponent below which a double-double power of e has no second half."""
FAINT = 2.0**-850
PIECE = 14_000
"""How many similarities are at hand at a time: larger arrays, from 128 KiB on, glibc maps afresh."""
ENOUGH = 80
"""Bits of a similarity that a value takes, whose terms do not cancel."""
LOST = 2.0**-900
"""A value below this may be made of powers of e that have lost bits."""


class Vectors:
    """Vectors of lists, (lists, members, components), as directions and lengths; `raw` ones as they are."""

    def __init__(self, block: Array, raw: float) -> None:
        x = np.ascontiguousarray(block.T)
        self.raw = raw
        if raw:
            self.units, self.exponent = DoubleDouble(x, np.zeros_like(x)), np.zeros(1, np.intc)
            return
        self.exponent = np.frexp(abs(x).max(axis=-1, keepdims=True))[1]
        x = np.ldexp(x, -self.exponent)
        length = np.where((x == 0).all(axis=-1, keepdims=True), 1.0, x)
        self.length = dot(DoubleDouble(length), DoubleDouble(length)).root()
        self.units = DoubleDouble(x) / self.length

    def __getitem__(self, index: tuple[slice, ...]) -> DoubleDouble:
        return self.units[index]


class Slopes(NamedTuple):
    """A row's loss as a function of its similarities, (lists, rows, members), to second order.

    The second derivative along directions t is that of `bends` and of the `sums` of t: Σ bends t² + form(sums).
    """

    weights: DoubleDouble
    """The first derivatives."""
    own: DoubleDouble
    """The second derivative in each similarity alone."""
    bends: DoubleDouble
    sums: Sequence[DoubleDouble]
    form: Callable[..., DoubleDouble]
    size: Callable[..., Array]
    """The terms of the form, given those of the sums."""
    deep: Array
    """The largest exponent, a list, of powers of e so small that they lose bits."""


class Tally:
    """Sums of double-doubles with the size of what they are made of."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.sum = DoubleDouble(np.zeros(shape), np.zeros(shape))
        self.term = np.zeros(shape)

    def add(self, index: tuple[slice, ...], part: DoubleDouble, term: Array) -> None:
        """Add a part to some entries."""
        found = self.sum[index] + part
        self.sum.high[index], self.sum.low[index] = found.high, found.low
        self.term[index] += term


class Similarities(Listwise):
    """A loss of the similarities of each vector of a list, the anchor, to others: their mean over anchors."""

    family = "similarity"

    @property
    def scale(self) -> float:
        """What similarities are divided by."""
        return 1.0

    @property
    def steepness(self) -> float:
        """How many times larger errors of a similarity are in the loss."""
        return 1 / self.scale

    @property
    def reach(self) -> float:
        """The largest exponent of directions."""
        return 1 / self.scale

    @property
    def offset(self) -> float:
        """What is added to similarities."""
        return 0.0

    raw: float = 0.0

    @abstractmethod
    def costs(self, s: DoubleDouble, rows: slice, labels: Array | None) -> Array:
        """Return what each row costs, (lists, rows); NaN where it is not sure."""

    @abstractmethod
    def slopes(self, s: DoubleDouble, rows: slice, labels: Array | None) -> Slopes:
        """Return how what each row costs changes with its similarities."""

    @abstractmethod
    def count(self, members: int, labels: Array | None) -> Array:
        """Return by what the sum over anchors is divided, a list."""

    def sides(self, block: Sequence[Array]) -> tuple[list[Vectors], Array | None]:
        """Return the vectors of a block, anchors first, and labels if there are any."""
        *vectors, labels = (*block, None) if len(self.forms[0]) == 2 and self.forms[0][1].wrt else block
        return [Vectors(each, self.raw) for each in vectors], None if labels is None else labels.T

    def passes(self, vectors: Sequence[Any]) -> Sequence[tuple[int, int]]:
        """Return which vectors are compared with which."""
        return ((0, len(vectors) - 1),)

    @abstractmethod
    def pulls(self, s: tuple[Array, Array], rows: slice, labels: Array | None) -> Pulls:
        """Return how what each row costs changes with its similarities, by multiples of a unit and small rests."""

    def worth(self, s: tuple[Array, Array], rows: slice, labels: Array | None) -> Array:
        """Return what each row costs, by multiples of a unit and small rests, which may be changed."""
        return self.costs(DoubleDouble(*settled(*s)), rows, labels)

    def swiftly(self, order: int) -> Quick | None:
        """Return a kernel of values and slopes."""
        return None if order > 1 else partial(pulling if order else straight, self)

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        """Return a derivative by double-doubles; NaN of `raw` vectors whose scalar products are too large for that."""
        found = self.by_similarities(order, *block)
        if not self.raw:
            return found
        one, two = (np.frexp(abs(x).max(axis=(0, 1)))[1] for x in block[:2])
        far = one + two + np.log2(self.steepness * len(block[0])) > (20 if order else 8)
        return [np.where(far, np.nan, x) for x in found]

    def by_similarities(self, order: int, *block: Array) -> Sequence[Array]:
        """Return a derivative, whatever it may be worth."""
        vectors, labels = self.sides(block)
        lists, members = vectors[0].units.high.shape[:2]
        count = self.count(members, labels)
        passes = self.passes(vectors)
        if order == 0:
            value = np.zeros(lists)
            for one, two in passes:
                for which, rows in pieces(lists, members):
                    s = self.similar(vectors[one], vectors[two], which, rows, ENOUGH)
                    value[which] += self.costs(s, rows, None if labels is None else labels[which]).sum(axis=1)
            unsure = (value > 0) & (value < LOST) if self.steepness < 2.0**20 else np.bool_(True)
            return (np.where(unsure, np.nan, value / count / len(passes)),)
        pulls = [Tally(each.units.high.shape) for each in vectors]
        bends = [Tally(each.units.high.shape) for each in vectors]
        deep = np.full((lists, 1, 1), -np.inf)
        for one, two in passes:
            for which, rows in pieces(lists, members):
                s = self.similar(vectors[one], vectors[two], which, rows)
                found = self.slopes(s, rows, None if labels is None else labels[which])
                deep[which] = np.maximum(deep[which], found.deep)
                u, v = vectors[one][which, rows], vectors[two][which, :]
                pulls[one].add((which, rows), *product(found.weights, v))
                pulls[two].add((which, slice(None)), *product(turned(found.weights), u))
                if order == 2:
                    bends[one].add((which, rows), *self.joint(found, s, u, v))
                    bends[two].add((which, slice(None)), *self.squares(turned(found.own), turned(s), v, u))
        share = (count * len(passes) * self.scale)[:, None, None]
        finish = self.gradients if order == 1 else self.curvatures
        return [finish(*each, share, deep).T for each in zip(vectors, pulls, bends, strict=True)]

    def similar(
        self, one: Vectors, two: Vectors, which: slice, rows: slice, bits: int = BITS
    ) -> DoubleDouble:
        """Return the similarities of some rows to all, over the scale."""
        u = one[which, rows]
        return matmul(u if self.scale == 1 else u / self.scale, turned(two[which, :]), bits)

    def joint(
        self, found: Slopes, s: DoubleDouble, u: DoubleDouble, v: DoubleDouble
    ) -> tuple[DoubleDouble, Array]:
        """Return the second derivative of a row in its own vector, through all its similarities."""
        square, term = self.squares(found.bends, s, u, v)
        sums, sizes = zip(*[self.across(u, *product(each, v)) for each in found.sums], strict=True)
        return square + found.form(*sums), term + found.size(*sizes)

    def squares(
        self, d: DoubleDouble, s: DoubleDouble, u: DoubleDouble, v: DoubleDouble
    ) -> tuple[DoubleDouble, Array]:
        """Return Σ d t² over the last axis of d, with t the derivatives of similarities in u, less its length."""
        square, term = product(d, v * v)
        if self.raw:
            return square, term
        mixed, size = product(d * (s * self.scale), v)
        along = dot(u, mixed)
        near = abs(u.high)
        size = near * (2 * size + near * (near * size).sum(axis=-1, keepdims=True))
        return square - u * (mixed.scaled(2.0) - u * along), term + size

    def across(self, u: DoubleDouble, x: DoubleDouble, term: Array) -> tuple[DoubleDouble, Array]:
        """Return the part of x at right angles to u, a direction."""
        if self.raw:
            return x, term
        size = abs(u.high)
        return x - u * dot(u, x), term + size * (size * term).sum(axis=-1, keepdims=True)

    def gradients(self, x: Vectors, pull: Tally, bend: Tally, share: Array, deep: Array) -> Array:
        """Return the derivative in each component of vectors, from the sum of those in their similarities."""
        found, term = self.across(x.units, pull.sum, pull.term)
        return self.finished(x, found, term, 1, share, deep)

    def curvatures(self, x: Vectors, pull: Tally, bend: Tally, share: Array, deep: Array) -> Array:
        """Return the second derivative in each component: through similarities, and of similarities."""
        found, term = bend.sum / self.scale, bend.term / self.scale
        if not self.raw:
            u = x.units
            beside, size = self.across(u, pull.sum, pull.term)
            along = dot(u, pull.sum)
            first = np.moveaxis(u.high, -1, 0), np.moveaxis(u.low, -1, 0)
            rest = others(DoubleDouble(*first).squared())
            left = DoubleDouble(np.moveaxis(rest.high, 0, -1), np.moveaxis(rest.low, 0, -1))
            found = found - (u * beside).scaled(2.0) - left * along
            whole = (abs(u.high) * pull.term).sum(axis=-1, keepdims=True)
            term = term + 2 * abs(u.high) * size + left.high * whole
        return self.finished(x, found, term, 2, share, deep)

    def finished(
        self, x: Vectors, found: DoubleDouble, term: Array, order: int, share: Array, deep: Array
    ) -> Array:
        """Return doubles, over lengths and what a sum is divided by; NaN where too much cancelled or vanished."""
        doubt = DOUBT * max(1.0, self.steepness / 16)
        unsure = (abs(found.high) < doubt * term) | (term < FAINT) | np.isnan(term)
        length = 1.0 if x.raw else x.length.rounded
        rise = -order * (np.log2(length) + x.exponent) - np.log2(share) + 2 * np.log2(term.shape[1]) + 8
        none = (term == 0) & (deep * np.log2(np.e) + rise < -1080)
        result = np.where(none, 0.0, np.where(unsure, np.nan, found.rounded))
        for _ in range(order):
            result = np.ldexp(result / length, -x.exponent)
        return result / share + 0.0


def pieces(lists: int, members: int) -> Iterator[tuple[slice, slice]]:
    """Cut lists of similarities, members by members, into pieces of bounded size."""
    rows = min(members, max(1, PIECE // members))
    step = max(1, PIECE // (rows * members))
    for at in range(0, lists, step):
        for row in range(0, members, rows):
            yield slice(at, at + step), slice(row, row + rows)


def product(weights: DoubleDouble, x: DoubleDouble) -> tuple[DoubleDouble, Array]:
    """Return weights · x, and the terms by which its error is measured."""
    sizes, widths = abs(weights.high), abs(x.high)
    worst = sizes.max(axis=-1, keepdims=True) * widths.max(axis=-2, keepdims=True)
    return matmul(weights, x), sizes @ widths + 2.0**-6 * worst


def where(mask: Mask | np.bool_, x: DoubleDouble, y: DoubleDouble | float = 0.0) -> DoubleDouble:
    """Return x where the mask says so, else y."""
    y = y if isinstance(y, DoubleDouble) else DoubleDouble(y)
    return DoubleDouble(np.where(mask, x.high, y.high), np.where(mask, x.low, y.low))


def deepest(exponents: Array, mask: Mask) -> Array:
    """Return the largest exponent, a list, of those below which powers of e lose bits."""
    return np.where(mask & (exponents < FAR), exponents, -np.inf).max(
        axis=(-1, -2), keepdims=True, initial=-np.inf
    )
