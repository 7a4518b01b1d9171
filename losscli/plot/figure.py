"""What a picture shows, before anyone decides how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


class Note(NamedTuple):
    """A remark about one point: the least value, a crossing."""

    x: float
    y: float
    text: str


class Curve(NamedTuple):
    """A function over the horizontal axis; infinities leave the frame and NaN breaks the line."""

    label: str
    """What tells this curve from the others; empty when there is only one."""
    at: Callable[[Array], Array]
    """The function, vectorised."""
    marks: tuple[float, ...] = ()
    """Where a mark `*` is set on the curve: kinks, crossings, the least value, sample points."""
    breaks: tuple[float, ...] = ()
    """Where the function jumps, so that the two sides are not joined."""
    behind: bool = False
    """A reference behind the others: drawn with other glyphs, and only where nothing else is."""


class Strip(NamedTuple):
    """Where rows lie on the horizontal axis."""

    label: str
    x: NDArray[np.float64]
    """Places, in order."""
    rows: NDArray[np.float64]
    """How many rows are at each."""
    curve: int | None = None
    """The curve on which they lie, where that is one of several."""

    def counts(self, low: float, high: float, cells: int) -> NDArray[np.float64]:
        """Return how many rows are in each of so many cells centred from `low` to `high`, and beyond them."""
        where = np.floor((self.x - low) / (high - low) * (cells - 1) + 0.5)
        places = np.clip(np.nan_to_num(where, nan=-1), -1, cells).astype(np.int64) + 1
        places[(self.x < low) & (places > 0)] = 0
        places[(self.x > high) & (places <= cells)] = cells + 1
        return np.bincount(places, self.rows, cells + 2).astype(np.float64)


class Figure(NamedTuple):
    """Curves in one frame."""

    title: str
    """One line: the loss, then its formula."""
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float] | None
    """None: from the curves, rounded outwards to whole steps."""
    curves: tuple[Curve, ...]
    notes: tuple[Note, ...] = ()
    decades: bool = False
    """Heights are logarithms to base 10, and ticks say powers of 10."""
    strips: tuple[Strip, ...] = ()
    """Where rows of data lie, one strip below the other."""
    said: tuple[str, ...] = ()
    """What is to be said of the data, in lines below the picture."""

    def reworded(self, word: Callable[[str], str]) -> Figure:
        """Return the figure with every text as `word` puts it."""
        return self._replace(
            title=word(self.title),
            x_label=word(self.x_label),
            y_label=word(self.y_label),
            curves=tuple(curve._replace(label=word(curve.label)) for curve in self.curves),
            notes=tuple(note._replace(text=word(note.text)) for note in self.notes),
            strips=tuple(strip._replace(label=word(strip.label)) for strip in self.strips),
            said=tuple(word(line) for line in self.said),
        )
