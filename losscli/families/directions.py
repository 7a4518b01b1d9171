"""Cosines of vectors for values of losses, to some 70 bits after the point, by two products of BLAS.

A direction is cut in two: multiples of a power of 2, of 26 bits, whose scalar products round nothing, in whatever order
they are summed, for by Cauchy & Schwarz no partial sum exceeds 2^53 of their unit; and the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Doubt
from losscli.numerics.doubledouble import DoubleDouble, two_product
from losscli.numerics.powered import FAR
from losscli.numerics.slices import Pair, matmul
from losscli.numerics.tables import coarse

if TYPE_CHECKING:
    from losscli.families.similarities import Similarities

Array = NDArray[np.float64]

LEAST, MOST = 2.0**-400, 2.0**400
MANY = 1024
LONG = 50_000
"""How many similarities are at hand at a time."""


class Directions:
    """The directions of vectors (lists, members, components), or `raw` vectors, by whose products nothing is lost."""

    def __init__(self, x: Array, raw: float) -> None:
        self.x = x
        square = along(x, x)
        if raw:
            square = square.max(axis=1, keepdims=True)
        self.usual = ((square > LEAST) & (square < MOST)).all(axis=1)
        self.norm: Array | float = np.sqrt(square[:, 0]) if raw else 1.0
        exponent = ((np.frexp(square)[1] + 1) >> 1)[..., None]
        grid = np.ldexp(1.5, exponent + 26)
        self.near = x + grid
        self.near -= grid
        self.rest = x - self.near
        self.exponent = exponent if raw else 0
        self.over = None if raw else self.inverse()

    def inverse(self) -> DoubleDouble:
        """Return 1 over lengths."""
        whole, less = along(self.near, self.near), along(self.rest, self.x + self.near)
        root = np.sqrt(whole + less)
        back, lost = two_product(root, root)
        over = 1 / root
        one, more = two_product(over, root)
        off = (((whole - back) - lost + less) / (2 * root)) * over
        return DoubleDouble(over, ((1 - one) - more - off) * over)

    def cut(self, scale: float) -> tuple[Array, Array, Array]:
        """Return them over a number as doubles, and in two parts."""
        if self.over is None and scale == 1:
            return self.x, self.near, self.rest
        share = 1.0 / DoubleDouble(np.full((1, 1), scale)) if scale != 1 else DoubleDouble(1.0)
        if self.over is not None:
            share = self.over * share if scale != 1 else self.over
        return self.by(share, np.ldexp(1.5, self.reach(scale) + 26))

    def reach(self, scale: float) -> Any:
        """Return an exponent: 2^reach is above all over a number."""
        return np.frexp(1 / scale)[1] + self.exponent

    def by(self, share: DoubleDouble, grid: Array, rows: slice = slice(None)) -> tuple[Array, Array, Array]:
        """Return some rows, as they are given, times a number, and in two parts: multiples of a unit, and the rest."""
        head = coarse(share.high)[..., None]
        tail = ((share.high - head[..., 0]) + share.low)[..., None]
        second = self.near[:, rows] * head  # exact
        first = second + grid
        first -= grid
        second -= first
        room = self.near[:, rows] * tail
        second += room
        np.multiply(self.rest[:, rows], share.high[..., None], room)
        second += room
        return np.add(first, second, room), first, second


class Cosines:
    """The cosines of vectors with others, over a number."""

    def __init__(self, one: Directions, other: Directions, scale: float) -> None:
        whole, self.first, second = one.cut(scale)
        self.both = np.concatenate([whole, second], axis=-1)
        _, first, second = (np.swapaxes(part, 1, 2) for part in other.cut(1.0))
        self.columns = np.ascontiguousarray(first)
        self.others = np.concatenate([second, first], axis=1)

    def of(self, rows: slice) -> Pair:
        """Return those of some rows with all, (lists, rows, members): multiples of a unit, and small rests."""
        return matmul(self.first[:, rows], self.columns), matmul(self.both[:, rows], self.others)


def fits(loss: Similarities, width: int, members: int) -> bool:
    """Return whether this loss is not too steep, nor lists too long."""
    far = abs(loss.offset) > FAR / 2 or (not loss.raw and loss.reach > FAR / 2)
    return not far and 1 < members <= MANY and 1 < width <= MANY


def straight(loss: Similarities, out: Array, *inputs: Array) -> Doubt:
    """Fill in the values of lists, inputs of (lists, members, ...); tell which are not sure."""
    lists, members, width = inputs[0].shape
    if not fits(loss, width, members):
        return True
    step = max(1, LONG // (members * members))
    for at in range(0, lists, step):
        out[at : at + step] = values(loss, [x[at : at + step] for x in inputs])
    doubtful = np.isnan(out)
    return doubtful if doubtful.any() else False


def sides(loss: Similarities, inputs: Sequence[Array]) -> tuple[Sequence[Array], Array | None]:
    """Return vectors, and labels if there are any."""
    *vectors, labels = (*inputs, None) if len(loss.forms[0]) == 2 and loss.forms[0][1].wrt else inputs
    return vectors, labels


def values(loss: Similarities, inputs: Sequence[Array]) -> Array:
    """Return the value of few lists, (lists, members, ...)."""
    vectors, labels = sides(loss, inputs)
    lists, members = inputs[0].shape[:2]
    aims = [Directions(each, loss.raw) for each in vectors]
    passes, step = loss.passes(aims), max(1, LONG // members)
    value = np.zeros(lists)
    for one, two in passes:
        cosines = Cosines(aims[one], aims[two], loss.scale)
        for at in range(0, members, step):
            some = slice(at, at + step)
            value += loss.worth(cosines.of(some), some, labels).sum(axis=1)
    usual = np.logical_and.reduce([each.usual for each in aims])
    usual &= aims[0].norm * aims[-1].norm * loss.reach < (FAR / 2 if loss.raw else np.inf)
    if labels is not None:
        usual &= np.isfinite(labels).all(axis=1)
    return np.where(usual, value / (loss.count(members, labels) * len(passes)), np.nan)


def along(x: Array, y: Array) -> Array:
    """Return scalar products along the last axis."""
    return np.einsum("lmk,lmk->lm", x, y)


def settled(found: Array, lost: Array) -> Pair:
    """Return a sum, and what its rounding loses, in place."""
    whole = found + lost
    found -= whole
    found += lost
    return whole, found


def behind(s: Pair, level: Sequence[Array]) -> Pair:
    """Return in place how far cosines are above others of their row, as a sum and what it loses."""
    found, lost = s
    found -= level[0]  # exact: multiples of one unit
    lost -= level[1]
    return settled(found, lost)


def grown(gap: Array, lost: Array) -> Array:
    """Return the sums along the last axis of e^(gap + lost), all but rounded once; `gap` is used."""
    np.exp(gap, gap)
    return gathered(gap, np.einsum("lij,lij->li", gap, lost))


def gathered(x: Array, little: Array | float = 0.0) -> Array:
    """Return the sums along the last axis of numbers of 0 or more, and of a little, all but rounded once; x is used."""
    grid = np.ldexp(1.5, np.frexp(np.einsum("lij->li", x))[1] + 1)[..., None]
    head = x + grid
    head -= grid
    x -= head
    found = np.einsum("lij->li", x)
    found += little
    found += np.einsum("lij->li", head)
    return found
