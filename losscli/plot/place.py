"""Where a text fits: near what it names, nearer than to anything else, and never over a curve.

All distances are in columns; a line counts as two, as on a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Cells = NDArray[np.bool_]
Distances = NDArray[np.float64]

LINE = 2
GAP = 3.0
"""The best distance between a curve and its label."""
FAR = 12.0
"""Beyond this a text no longer belongs to its point, and another curve no longer disturbs."""


class Spot(NamedTuple):
    """The cell of a text's first letter."""

    line: int
    column: int


def distances(cells: Cells) -> Distances:
    """Return how far each place on the grid is from the nearest of the cells; infinite beyond `FAR`."""
    lines, columns = cells.shape
    place = counted(columns)
    before = np.maximum.accumulate(np.where(cells, place, -np.inf), axis=1)
    after = np.minimum.accumulate(np.where(cells, place, np.inf)[:, ::-1], axis=1)[:, ::-1]
    beside = np.minimum(place - before, after - place)
    nearest = beside.copy()
    for away in range(1, min(lines, int(FAR / LINE) + 1)):
        slanted = np.hypot(beside, LINE * away)
        nearest[away:] = np.minimum(nearest[away:], slanted[:-away])
        nearest[:-away] = np.minimum(nearest[:-away], slanted[away:])
    nearest[nearest > FAR] = np.inf
    return nearest


def label(text: str, own: Distances, others: Distances, taken: Cells, level: Sequence[int]) -> Spot | None:
    """Return the best place for the label of a curve, if there is one; rather on the lines of other labels."""
    length = len(text)
    for free in openings(taken, length):
        near = windows(own, length)
        clear = np.minimum(windows(others, length), FAR)
        lines = len(near)
        off_middle = np.abs(counted(lines) - lines / 2)[:, None] / lines
        cost = np.abs(near - GAP) - 0.3 * clear + off_middle
        cost[list(level)] -= 0.5
        cost[~free | (near > FAR) | (clear < np.minimum(1.4 * near, near + 3))] = np.inf
        if (best := choose(cost)) is not None:
            return best
    return None


def note(text: str, line: float, column: float, taken: Cells) -> Spot | None:
    """Return the best place for a remark about a point, if there is one near it."""
    length = len(text)
    for free in openings(taken, length):
        starts = counted(free.shape[1])
        beside = np.maximum(np.maximum(starts - column, column - (starts + length - 1)), 0)
        above = LINE * np.abs(counted(free.shape[0]) - line)[:, None]
        away = np.hypot(above, beside)
        cost = away + 0.1 * np.abs(starts + (length - 1) / 2 - column)
        cost[~free | (away > FAR)] = np.inf
        if (best := choose(cost)) is not None:
            return best
    return None


def openings(taken: Cells, length: int) -> Sequence[Cells]:
    """Return where a text may start: with a blank all around, or else only before and behind it."""
    lines, columns = taken.shape
    if length > columns:
        return []
    wide = np.zeros((lines, columns + 2), bool)
    wide[:, 1:-1] = taken
    tight: Cells = np.logical_not(sliding_window_view(wide, length + 2, axis=1).any(-1))
    roomy = tight.copy()
    roomy[1:] &= tight[:-1]
    roomy[:-1] &= tight[1:]
    return [roomy, tight]


def windows(field: Distances, length: int) -> Distances:
    """Return the least distance of a text that starts at each place."""
    return sliding_window_view(field, length, axis=1).min(-1)


def choose(cost: Distances) -> Spot | None:
    """Return the cheapest place, the highest and leftmost of equals."""
    line, column = np.unravel_index(int(np.argmin(np.round(cost, 9))), cost.shape)
    return Spot(int(line), int(column)) if np.isfinite(cost[line, column]) else None


def letters(own: Cells, others: Distances, written: Cells, count: int) -> list[Spot]:
    """Return up to `count` cells of a curve that can bear its letter: far from the rest, and spread out.

    One is given wherever the curve is on the grid at all, even if it is never alone.
    """
    found: list[tuple[float, Spot]] = []
    other_letters = np.minimum(distances(written), 6)
    columns = own.shape[1]
    for part in range(count):
        first, last = columns * part // count, columns * (part + 1) // count
        spots = np.argwhere(own[:, first:last])
        if not len(spots):
            continue
        lines, places = spots[:, 0], spots[:, 1] + first
        alone = FAR * (others[lines, places] >= LINE)
        off_centre = np.abs(places - (first + last - 1) / 2) / (last - first)
        worth: Distances = (
            alone + np.minimum(others[lines, places], 6) + other_letters[lines, places] - 2 * off_centre
        )
        best = int(np.argmax(np.round(worth, 9)))
        found.append((float(worth[best]), Spot(int(lines[best]), int(places[best]))))
    clear = [spot for _, spot in found if others[spot] >= LINE]
    return clear or [spot for _, spot in sorted(found, reverse=True)[:1]]


def counted(size: int) -> Distances:
    """Return 0, 1, 2 ... as numbers to measure with."""
    return np.arange(size, dtype=np.float64)
