"""The area between the staircase of an ensemble with weights and the step at what came; blocks are (members, rows).

A staircase has the share of the weights up to each number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.arithmetic import FAINT, sure
from losscli.numerics.doubledouble import DoubleDouble, chosen

Array = NDArray[np.float64]

LIGHT = 2.0**-200
"""Weights that are so small a part of the largest are left to others."""
GRID = 2.0**20
"""Weights that are whole numbers over this have exact sums and products."""
SUMS = (
    ("W", "sum(w[i] for i in members)"),
    ("P", "sum(1 for i in members if w[i] > 0)"),
    ("N", "W**2 if P * fair < 2 else W**2 - sum(w[i]**2 for i in members)"),
)
"""What the weights w of members sum up to."""


def of_members(x: Any, y: Any, w: Any = None) -> Mapping[str, Any]:
    """Return the names of the formula for one ensemble, of which all members weigh 1 if there are no weights."""
    return {"x": x, "y": y, "members": range(len(x)), "w": w or (1,) * len(x)}


class Weights:
    """The weights of the members of ensembles, over the largest."""

    def __init__(self, w: Array, fair: bool) -> None:
        self.exponent = np.frexp(w.max(axis=0))[1]
        w = np.ldexp(w, -self.exponent)
        level = (w == w[0]) & (w > 0)
        self.each: Array = np.where(level.all(axis=0), 1.0, w)
        lost = (self.each > 0) & (self.each < LIGHT)
        self.each = np.where(lost, np.nan, self.each)
        steps = self.each * GRID
        self.exact = (steps == np.rint(steps)).all(axis=0)
        squares = DoubleDouble.of_product(self.each, self.each)
        self.total = DoubleDouble(self.each, np.zeros_like(self.each)).total()
        self.squares = squares.total()
        all_pairs = self.total.squared()
        before = running(self.each)[:-1]
        different = (before * self.each).total().scaled(2.0)  # w w' of different members: nothing cancels
        self.fair = np.full(w.shape[1:], fair) & (different.high > 0)
        self.pairs = chosen(self.fair, different, all_pairs)
        """The weights of all pairs, each counted twice."""


def running(x: Array) -> DoubleDouble:
    """Return the sums of the first 0, 1, 2, … numbers."""
    high, low = np.zeros((2, len(x) + 1, *x.shape[1:]))
    so_far = DoubleDouble(high[0], low[0])
    for k, each in enumerate(x):
        so_far = so_far + each
        high[k + 1], low[k + 1] = so_far.high, so_far.low
    return DoubleDouble(high, low)


def area(x: Array, y: Array, w: Weights) -> Array:
    """Return how far ensembles lie from the target, less half of how far their members lie from each other."""
    points, each = np.concatenate([x, y[None]]), np.concatenate([w.each, np.zeros_like(y)[None]])
    order = np.argsort(points, axis=0)
    points, each = (np.take_along_axis(part, order, axis=0) for part in (points, each))
    gap = DoubleDouble.of_sum(points[1:], -points[:-1])
    beyond = chosen(points[1:] <= y, running(each)[1:-1], running(each[::-1])[-2:0:-1])
    most = w.total * beyond
    steps = chosen(w.fair, (most - w.squares) / w.total, beyond)
    terms = gap * beyond * steps
    size = np.where(w.fair, gap.high * beyond.high * np.maximum(most.high, w.squares.high), terms.high)
    found = terms.total()
    known = sure(found, size.max(axis=0)) if np.any(w.fair) else found.rounded
    level = points[0] == points[-1]
    exact = w.exact & (found.high == 0) & ~level
    answer = np.where(np.isnan(known) & ~exact, np.nan, (found / w.pairs).rounded)
    faint = (abs(answer) < FAINT) & ~exact
    return np.where(level, 0.0, np.where(faint, np.nan, answer))


def slope(x: Array, y: Array, w: Weights) -> Array:
    """Return the derivative of the area in each member; 0 where it meets the target."""
    order = np.argsort(x, axis=0)
    points, each = (np.take_along_axis(part, order, axis=0) for part in (x, w.each))
    rise = np.ones((1, *x.shape[1:]), dtype=bool)
    new = np.concatenate([rise, points[1:] != points[:-1], rise])
    place, count = np.arange(len(x))[:, None], len(x)
    first = np.maximum.accumulate(np.where(new[:-1], place, 0), axis=0)
    last = np.minimum.accumulate(np.where(new[1:], place, count)[::-1], axis=0)[::-1]
    up, down = running(each), running(each[::-1])[::-1]  # the sums of all before a place, and from it on
    below = at(up, last + 1) + at(up, first)
    above = at(down, first) + at(down, last + 1)
    over = points > y
    whole = chosen(over, above, below)
    size = whole.high
    less = w.squares / w.total
    whole = chosen(np.broadcast_to(w.fair, over.shape), whole - less, whole)
    found = (whole * each / w.pairs).rounded
    size = np.maximum(size, np.where(w.fair, less.high, 0.0))
    clear = ~np.isnan(sure(whole, size)) | w.exact
    found = np.where(each == 0, 0.0, np.where(clear, np.where(over, found, -found), np.nan))
    found = np.where(points == y, 0.0, found)
    answer = np.empty_like(x)
    np.put_along_axis(answer, order, found, axis=0)
    return answer + 0.0


def at(x: DoubleDouble, places: NDArray[np.intp]) -> DoubleDouble:
    """Return the numbers at `places` along the first axis."""
    return DoubleDouble(*(np.take_along_axis(part, places, 0) for part in (x.high, x.low)))
