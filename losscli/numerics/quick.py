"""Kernels of few passes: they work in place, look at their result once, and tell which samples ask for more care."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import local
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import Doubt, Quick

Array = NDArray[np.float64]


class Rooms(local):
    """Arrays to work in, of each thread its own: fresh ones cost more than what is done in them."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []

    def take(self, like: Array, count: int) -> list[Array]:
        """Return `count` arrays of the length of another, whose contents mean nothing."""
        size = len(like)
        while len(self.arrays) < count:
            self.arrays.append(np.empty(size))
        for at in range(count):
            if len(self.arrays[at]) < size:
                self.arrays[at] = np.empty(size)
        return [x[:size] for x in self.arrays[:count]]


ROOMS = Rooms()


def unbounded(x: Array) -> Doubt:
    """Tell which numbers are infinite, or none at all."""
    return False if np.isfinite(x.sum()) else ~np.isfinite(x)


def missing(x: Array) -> Doubt:
    """Tell which numbers are none."""
    return False if np.isfinite(x.sum()) else np.isnan(x)


def outside(x: Array, low: float, high: float) -> Doubt:
    """Tell which numbers are not between two others."""
    return False if x.min() > low and x.max() < high else ~((x > low) & (x < high))


def square_lost(v: Array, a: Array, b: Array) -> Doubt:
    """Tell which squares `v` of a - b, but for a factor, have left the range of precise numbers; 0 may be the truth."""
    doubt = outside(v, 2.0**-900, 2.0**900)
    return doubt if isinstance(doubt, bool) else doubt & (a != b)


def anew(doubt: Doubt, kernel: Callable[..., Doubt], out: Array, prediction: Array, target: Array) -> Doubt:
    """Compute doubtful samples by another kernel in place, and return which of them it has doubts about."""
    if isinstance(doubt, bool):
        return doubt
    rows = np.flatnonzero(doubt)
    p, t = prediction[rows], target[rows]
    found = p - t
    still = kernel(found, p, t)
    out[rows] = found
    if isinstance(still, bool):
        return doubt if still else False
    doubt[rows] = still
    return doubt


def finer(doubt: Doubt, kernel: Callable[..., Array], out: Array, *block: Array) -> Doubt:
    """Compute doubtful samples by another kernel in place, and return where that finds no number."""
    if isinstance(doubt, bool):
        return doubt
    rows = np.flatnonzero(doubt)
    if not rows.size:
        return False
    found = kernel(*(x[rows] for x in block))
    out[rows] = found
    doubt[rows] = np.isnan(found)
    return doubt


def above(x: Array, high: float) -> Doubt:
    """Tell which numbers are as large as another, or none at all."""
    return False if x.max() < high else ~(x < high)


def below(x: Array, low: float) -> Doubt:
    """Tell which numbers are as small as another, or none at all."""
    return False if x.min() > low else ~(x > low)


def lost_of_error(e: Array, prediction: Array, target: Array) -> Array:
    """Return what rounding took from `e`, prediction - target, in the second room; the first is used too."""
    a, lost = ROOMS.take(e, 2)
    np.subtract(e, prediction, a)
    np.subtract(e, a, lost)
    np.subtract(prediction, lost, lost)
    a += target
    lost -= a
    return lost


def exact_difference(a: Array, b: Array) -> tuple[Array, Array]:
    """Return a - b rounded, and what the rounding lost."""
    found = a - b
    back = found - a
    rest = found - back
    np.subtract(a, rest, rest)
    back += b
    rest -= back
    return found, rest


def signs(x: Array) -> None:
    """Make numbers their signs, in their place: where both are one array, NumPy takes them one by one."""
    (room,) = ROOMS.take(x, 1)
    np.copyto(room, x)
    np.sign(room, x)


def constant(level: float, out: Array, *block: Array) -> Doubt:
    """Return a constant for what are numbers."""
    out.fill(level)
    return not all(np.isfinite(x.sum()) for x in block)


def lacking(rows: Array) -> Doubt:
    """Tell in which rows a number is missing, or in none at all."""
    return False if np.isfinite(rows.sum()) else np.asarray(np.isnan(rows).any(axis=1))


def indices(k: Array, count: int) -> tuple[NDArray[np.intp], Doubt]:
    """Return classes as indices, 0 for what names none of so many; tell which those are."""
    found = k.astype(np.intp)
    strange = (found != k) | (found < 0) | (found >= count)
    if not strange.any():
        return found, False
    found[strange] = 0
    return found, strange


def level_of_rows(out: Array, rows: Array, y: Array, simplex: bool) -> Doubt:
    """Return 0 for rows of numbers, where targets are indices of classes or labels of 0 and 1, perhaps of one class."""
    out.fill(0.0)
    if y.ndim == 1:
        return either(lacking(rows), indices(y, rows.shape[1])[1])
    strange = (y != 0) & (y != 1)
    doubt = strange.any(axis=1) if strange.any() else False
    return either(lacking(rows), either(doubt, y @ np.ones(y.shape[1]) != 1 if simplex else False))


def either(one: Doubt, other: Doubt) -> Doubt:
    """Tell what one of two tells."""
    return other if one is False else one if other is False else one | other


class Quickly:
    """What may have kernels of few passes beside its usual ones."""

    forms: ClassVar[Any]

    def swiftly(self, order: int) -> Quick | None:
        """Return a kernel of few passes for ordinary samples, of one number each, if there is one."""
        return None if type(self).filled is Quickly.filled else partial(self._tamely, order)

    def filled(self, order: int, *block: Any) -> Doubt:
        """Fill the first arrays with the derivative of `order`, from the inputs; tell where that will not do.

        The inputs lie in their domains and are of ordinary size. What is told of a row depends on that row alone;
        True is told of all that have these parameters.
        """
        return True

    def _tamely(self, order: int, *block: Any) -> Doubt:
        """Do it with the rows of ordinary size; tell of the others, too."""
        for form in self.forms:
            count = sum(each.wrt for each in form) if order else 1
            if len(form) + count == len(block):
                break
        else:
            return True
        outs, inputs = block[:count], block[count:]
        if any(each.kind != "number" for each in form):
            return True
        pairs = list(zip(form, inputs, strict=True))
        if all(each.tame(x) for each, x in pairs):
            return self.filled(order, *block)
        tame = np.logical_and.reduce([each.tame_rows(x) for each, x in pairs])
        rows = np.flatnonzero(tame)
        if not rows.size:
            return True
        parts = [np.empty(rows.size) for _ in outs]
        doubt = self.filled(order, *parts, *(x[rows] for x in inputs))
        if doubt is True:
            return True
        for out, part in zip(outs, parts, strict=True):
            out[rows] = part
        told = ~tame
        if doubt is not False:
            told[rows] = doubt
        return told

    def shortcut(self, order: int, form: Sequence[Any] = ()) -> Quick | None:
        """Return it, unless a subclass has a usual kernel of its own, which the inherited one knows nothing of.

        Nor is it for a form with vectors if it is of numbers alone.
        """
        if type(self).swiftly is Quickly.swiftly and any(each.kind != "number" for each in form):
            return None
        for each in type(self).__mro__:
            if vars(each).keys() & {"swiftly", "filled", "brisk", "briskly", "steady"}:
                return self.swiftly(order)
            if vars(each).keys() & {("penalty", "slope", "curvature")[order], "derivative"}:
                return None
        return None


class OfError:
    """A loss of the error that may be had in few passes."""

    def swiftly(self, order: int) -> Quick | None:
        """Return its quick kernel of predictions and targets, if it has one."""
        if (level := self.steady(order)) is not None:
            return partial(constant, level)
        if type(self).brisk is OfError.brisk:
            return None

        def found(out: Array, prediction: Array, target: Array) -> Doubt:
            np.subtract(prediction, target, out)
            return self.brisk(order, out, prediction, target)

        return found

    def steady(self, order: int) -> float | None:
        """Return the derivative of `order` if it is the same everywhere."""
        return None

    def brisk(self, order: int, e: Array, prediction: Array, target: Array) -> Doubt:
        """Make errors `e` into the derivative of `order`, in place; tell where that will not do."""
        return True


class OfMargin:
    """A loss of the margin that may be had in few passes."""

    def swiftly(self, order: int) -> Quick | None:
        """Return its quick kernel of scores and labels, if it has one."""
        level = self.steady(order)
        if level is None and type(self).brisk is OfMargin.brisk:
            return None

        def found(out: Array, score: Array, label: Array) -> Doubt:
            strange = label != 1
            strange &= label != -1
            if level is not None:
                doubt = constant(level, out, score)
            else:
                np.multiply(label, score, out)
                doubt = self.brisk(order, out)
                if order == 1:
                    out *= label
                    np.subtract(0.0, out, out)  # no -0.0
            return doubt | strange if strange.any() else doubt

        return found

    def steady(self, order: int) -> float | None:
        """Return the derivative of `order` if it is the same everywhere, and 0 if odd."""
        return None

    def brisk(self, order: int, m: Array) -> Doubt:
        """Make margins `m` into value, slope without its sign, or curvature, in place; tell where that will not do."""
        return True
