"""A function to the cells that its curve runs through.

The curve is rounded to row boundaries at the EDGES of the columns. A column that begins and ends at the
same boundary is an underscore on it; one that falls or rises is a slope through every line between. So
each glyph runs from edge to edge, neighbours always touch, and a symmetric function is drawn symmetric.
Line 0 lies above the frame: only an underscore on the uppermost boundary is drawn there.
In a style of dots each column of dots is one column of this grid, and its rows are dots: the dot nearest
to the curve in the middle of the column, and the dots between neighbours, each on the side where the curve is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from losscli.plot.figure import Array, Curve
from losscli.plot.style import ASCII, Style, dots
from losscli.plot.ticks import Axis

Glyphs = NDArray[np.uint32]
"""Lines by columns of character codes, or of sets of dots; 0 where there is nothing."""
FLAT, FALL, RISE, WALL, CROSS, FAINT = (ord(glyph) for glyph in "_\\/|X.")
HALVINGS = 60
"""Enough to shrink a column to the spacing of doubles around any place but zero."""


Rows = Callable[[Array], Array]
"""From places on the horizontal axis to rows from the top, not rounded."""


class Trace(NamedTuple):
    """A curve on the grid."""

    glyphs: Glyphs
    row: Rows

    @property
    def cells(self) -> NDArray[np.bool_]:
        """Say where the curve is."""
        return self.glyphs > 0


class Columns(NamedTuple):
    """Three places in each column, symmetric about the middle of the axis."""

    left: Array
    centre: Array
    right: Array


def trace(curve: Curve, across: Axis, up: Axis, style: Style = ASCII) -> Trace:
    """Return the cells of a curve, and its exact height in rows."""
    exact, down = rows(curve, up), style.down

    def row(x: Array) -> Array:
        return np.round(dot(exact(x), down), 9) if style.fine else exact(x)

    ends = np.array(beyond(up), dtype=float)
    limits = dot(ends, down) if style.fine else ends
    x = columns(across, style.over)
    y = Columns(*(row(places) for places in x))
    for side in (y.left, y.right):  # where the function begins or ends inside a column
        edge = np.isnan(side)
        side[edge] = y.centre[edge]
    for at in [*curve.breaks, *find_jumps(row, x, y, limits)]:
        split(row, x, y, at)
    if not style.fine:
        drawn = glyphs(y, up.cells)
        return Trace(np.where(curve.behind & (drawn > 0), np.uint32(FAINT), drawn), exact)
    filled = speckled(y, (up.cells + 1) * down)
    if curve.behind:
        filled[:, 1::2] = False
    return Trace(dots(filled, style), exact)


def dot(row: Array, down: int) -> Array:
    """Return which dot stands for a height in rows, where each line has so many; lines are centred on rows."""
    return (row + 0.5) * down - 0.5


def values(curve: Curve, x: Array) -> Array:
    """Return the values of a curve; infinity and NaN are values."""
    with np.errstate(all="ignore"):
        return np.array(np.broadcast_to(np.asarray(curve.at(x), dtype=float), x.shape))


def rows(curve: Curve, up: Axis) -> Rows:
    """Return a curve in rows from the top of a frame."""

    def row(x: Array) -> Array:
        y = values(curve, x)
        with np.errstate(all="ignore"):
            exact = (up.high - y) / (up.high - up.low) * up.cells
        # rounding noise must not decide between two boundaries, nor infinity spoil a difference
        return np.round(np.clip(exact, *beyond(up)), 9)

    return row


def beyond(up: Axis) -> tuple[int, int]:
    """Return the rows that stand for all that lies above the frame and below it."""
    return -up.cells - 2, 2 * up.cells + 2


def columns(across: Axis, over: int = 1) -> Columns:
    """Return the columns of an axis, each cut into so many."""
    step = (across.high - across.low) / across.cells
    most = (across.cells + 1) * over
    halves = np.arange(-most, most + 1, dtype=np.float64) / (2 * over)
    x: Array = np.clip(across.low / 2 + across.high / 2 + halves * step, across.low, across.high)
    x[abs(x) < 1e-9 * step] = 0  # a kink at zero is met exactly
    return Columns(x[:-2:2], x[1:-1:2], x[2::2])


def find_jumps(row: Rows, x: Columns, y: Columns, limits: ArrayLike) -> list[float]:
    """Return the places where the function jumps by a row or more.

    A steep but continuous stretch flattens out when it is halved, a jump stays. Where one side lies far
    outside and the other does not, the curve may just as well leave the frame, and is drawn so.
    """
    low, high, first, last = x.left, x.right, y.left, y.right
    for _ in range(HALVINGS):
        steep = np.abs(first - last) >= 1
        low, high, first, last = low[steep], high[steep], first[steep], last[steep]
        if not low.size:
            return []
        middle = low / 2 + high / 2
        at = row(middle)
        early = ~(np.abs(first - at) < np.abs(at - last))
        low, first = np.where(early, low, middle), np.where(early, first, at)
        high, last = np.where(early, middle, high), np.where(early, at, last)
    jump = (np.abs(first - last) >= 1) & (np.isin(first, limits) == np.isin(last, limits))
    return low[jump].tolist()


def split(row: Rows, x: Columns, y: Columns, at: float) -> None:
    """Part the two sides of a jump: its column is drawn with the side that fills more of it.

    In the middle of a column the value at the jump itself decides, so that symmetric jumps look alike;
    where it belongs to neither side, the column stays empty.
    """
    near = nearness(x)
    if not x.left[0] - near <= at <= x.right[-1] + near:
        return
    column = int(np.searchsorted(x.right, at - near))
    before, after = row(np.array([at - 2 * near, at + 2 * near]))
    if abs(at - x.right[column]) <= near:
        y.right[column] = before
        if column + 1 < len(x.left):
            y.left[column + 1] = after
        return
    side = at - x.centre[column]
    if abs(side) <= near:
        value = row(x.centre[column : column + 1])[0]
        side = int(abs(value - before) < 0.5) - int(abs(value - after) < 0.5) or np.nan
    if side > 0:
        y.right[column] = before
    else:
        y.left[column] = after if side < 0 else np.nan
    y.centre[column] = y.left[column]  # no spike between the two sides


def nearness(x: Columns) -> float:
    """Return the distance below which two places are the same."""
    return float(1e-9 * np.max(x.right - x.left))


def glyphs(y: Columns, rows: int) -> Glyphs:
    """Return what is drawn in each line of each column."""
    first, middle, last = (np.floor(part + 0.5) for part in y)
    line = np.arange(rows + 1)[:, None]
    inside = line > 0
    spike = np.maximum(middle - np.maximum(first, last), np.minimum(first, last) - middle) >= 2
    drawn = np.zeros((rows + 1, len(first)), np.uint32)
    drawn[(line == first) & (first == last) & ~spike] = FLAT
    drawn[(line > first) & (line <= last) & inside] = FALL
    drawn[(line > last) & (line <= first) & inside] = RISE
    # a peak or a pole that only the centre of the column sees
    drawn[spike & inside & (line > np.maximum(first, last)) & (line <= middle)] = WALL
    drawn[spike & inside & (line > middle) & (line <= np.minimum(first, last))] = WALL
    drawn[:, np.isnan(first + middle + last)] = 0
    return drawn


def speckled(y: Columns, rows: int) -> NDArray[np.bool_]:
    """Return which dots are set in each column of dots."""
    line = np.arange(rows)[:, None]
    nearest = np.ceil(y.centre - 0.5)  # the tie at a tick goes up: a loss near zero is as flat as zero
    filled = line == nearest
    # between neighbours that touch: the higher dots on the side of the higher one, down to where the edge is
    edge = np.where(y.right[:-1] == y.left[1:], y.right[:-1], np.nan)
    here, there = nearest[:-1], nearest[1:]
    between = (line > np.fmin(here, there)) & (line < np.fmax(here, there)) & ~np.isnan(here + there + edge)
    ours = between & ((line <= edge) == (here < there))
    filled[:, :-1] |= ours
    filled[:, 1:] |= between & ~ours
    # a cusp or a pole at the edge itself, which neither of the two middles sees
    down, up = edge >= np.fmax(here, there) + 1.5, edge <= np.fmin(here, there) - 1.5
    for side, own in ((filled[:, :-1], here), (filled[:, 1:], there)):
        side |= down & (line > own) & (line <= edge - 0.5) | up & (line < own) & (line >= edge + 0.5)
    filled[:, np.isnan(y.left + y.centre + y.right)] = False
    return filled
