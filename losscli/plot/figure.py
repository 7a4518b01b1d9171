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

    def reworded(self, word: Callable[[str], str]) -> Figure:
        """Return the figure with every text as `word` puts it."""
        return self._replace(
            title=word(self.title),
            x_label=word(self.x_label),
            y_label=word(self.y_label),
            curves=tuple(curve._replace(label=word(curve.label)) for curve in self.curves),
            notes=tuple(note._replace(text=word(note.text)) for note in self.notes),
        )
