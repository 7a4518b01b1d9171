"""Curves, marks and words on one grid of characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from losscli.plot import place
from losscli.plot.figure import Curve, Figure
from losscli.plot.ink import FAINT, Line, code, inked
from losscli.plot.style import ASCII, Style
from losscli.plot.text import cut
from losscli.plot.ticks import Axis
from losscli.plot.trace import CROSS, FLAT, Glyphs, Trace, trace

LETTERS = "abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWYZ"
"""No x: it would look like a crossing."""


class Word(NamedTuple):
    """A text on the grid."""

    text: str
    spot: place.Spot
    curve: int | None
    """The curve that it names, if any."""


class Sheet:
    """The plotting area of a figure; words are written only where nothing is."""

    def __init__(self, figure: Figure, across: Axis, up: Axis, style: Style = ASCII) -> None:
        self.figure = figure
        self.across = across
        self.up = up
        self.style = style
        self.traces = [trace(curve, across, up, style) for curve in figure.curves]
        front = [self.traces[index] for index, curve in enumerate(figure.curves) if not curve.behind]
        shape = up.cells + 1, across.cells + 1
        drawn = (speckle if style.fine else overlay)(front, shape)
        for each in (self.traces[index] for index, curve in enumerate(figure.curves) if curve.behind):
            drawn = np.where(drawn > 0, drawn, each.glyphs)
        self.glyphs = encoded(drawn, style)
        self.marked = np.zeros(shape, bool)
        self.ink = inks(figure.curves, self.traces, shape)
        self.words = np.zeros_like(self.glyphs)
        self.written: list[Word] = []
        self.nameless: list[int] = []
        self.bundles = bundles(figure.curves, self.traces)
        for index in range(len(self.traces)):
            self.mark(index)

    def lines(self) -> list[Line]:
        """Return the lines of the plotting area, with the ink of each cell."""
        shown = np.where(self.words > 0, self.words, self.glyphs)
        inks = self.ink.copy()
        for tick in self.up.ticks:
            if self.style.zero and tick.label == "0" and 0 < tick.cell < self.up.cells:
                free = shown[tick.cell] == 0
                shown[tick.cell, free] = ord(self.style.zero)
                inks[tick.cell, free] = ord(FAINT)
        return [Line(code(line), code(ink)) for line, ink in zip(shown, inks, strict=True)]

    def mark(self, index: int) -> None:
        """Set the marks of a curve, but none where another curve passes through the cell by chance."""
        curve, own = self.figure.curves[index], self.traces[index]
        for x in curve.marks:
            if not self.across.low <= x <= self.across.high:
                continue
            row = self.row(index, x)
            column = self.column(x)
            if not 0 <= row <= self.up.cells:
                continue
            lines = np.flatnonzero(own.cells[:, column])
            if not len(lines) and self.glyphs[:, column].any():
                continue
            # an underscore lies on the lower edge of its line, dots about its middle
            best = int(np.floor(row + 0.5) if self.style.fine else np.ceil(row))
            line = int(lines[np.argmin(np.abs(lines - best))]) if len(lines) else best
            if abs(line - best) > 1 and not self.glyphs[best, column]:
                line = best  # at a jump the value may lie between the two sides
            if all(
                other is own or not other.cells[line, column] or abs(self.row(number, x) - row) < 0.25
                for number, other in enumerate(self.traces)
            ):
                self.glyphs[line, column] = ord(self.style.mark)
                self.marked[line, column] = True
                self.ink[line, column] = inked(self.figure.curves, index)

    def row(self, index: int, x: float) -> float:
        """Return the height of a curve in rows from the top."""
        return float(self.traces[index].row(np.array([x]))[0])

    def column(self, x: float) -> int:
        """Return the column of a place."""
        return round((x - self.across.low) / (self.across.high - self.across.low) * self.across.cells)

    def write(self, text: str, spot: place.Spot, curve: int | None = None) -> None:
        """Write a text from a cell on, in the name of a curve or of none."""
        line, column = spot
        self.written.append(Word(text, spot, curve))
        self.words[line, column : column + len(text)] = [ord(letter) for letter in text]
        if curve is not None:
            self.ink[line, column : column + len(text)] = inked(self.figure.curves, curve)

    def taken(self) -> place.Cells:
        """Say where no word may go: on curves, and so near to another word that both would read as one."""
        taken = self.words > 0
        taken[:, 2:] |= taken[:, :-2] | taken[:, 1:-1]
        taken[:, :-2] |= taken[:, 2:] | taken[:, 1:-1]
        taken[:, : 1 - self.style.pad] = True  # a word beside the axis would touch it
        return taken | (self.glyphs > 0)

    def fields(self, members: Sequence[int]) -> tuple[place.Distances, place.Distances]:
        """Return the distances from some curves, and from all others."""
        own = np.any([self.traces[index].cells for index in members], axis=0)
        others = [each.cells for index, each in enumerate(self.traces) if index not in members]
        return place.distances(own), place.distances(np.any([np.zeros_like(own), *others], axis=0))

    def write_labels(self) -> bool:
        """Write each label beside its curve, or say that some found no place: those curves get letters."""
        for label, members in self.bundles:
            if not label or not any(self.traces[index].cells.any() for index in members):
                continue
            level = [word.spot.line for word in self.written]
            spot = place.label(label, *self.fields(members), self.taken(), level)
            if spot is None:
                self.nameless += members
            else:
                self.write(label, spot, members[0])
        return not self.nameless

    def write_letters(self) -> None:
        """Write the letters of nameless curves on their paths, more than once where the picture is wide."""
        count = max(2, self.across.cells // 24)
        for index, letter in self.letters():
            own = self.traces[index].cells & ~self.marked & (self.words == 0)
            for spot in place.letters(own, self.fields([index])[1], self.words > 0, count):
                self.write(letter, spot, index)

    def letters(self) -> Iterator[tuple[int, str]]:
        """Yield the curves whose names found no place, each with its letter."""
        return zip(sorted(self.nameless), LETTERS, strict=False)

    def legend(self, width: int, most: int) -> list[Line]:
        """Return what the letters mean, in as few lines as fit; where they are too few, in fewer words."""
        named = [(letter, self.figure.curves[index].label) for index, letter in self.letters()]
        lines: list[str] = []
        for length in range(width, 0, -1):
            gap = "   " if length > width // 2 else "  "
            entries = [f"{letter}: {label[:length]}".rstrip() for letter, label in named]
            lines = filled(entries, gap, width)
            if len(lines) <= most:
                break
        inks = {letter: chr(inked(self.figure.curves, index)) for index, letter in self.letters()}
        return [Line(line, tinted(line, inks)) for line in lines[:most]]

    def write_notes(self) -> None:
        """Write the remarks that find a place near their points."""
        for note in self.figure.notes:
            if not (self.across.low <= note.x <= self.across.high and self.up.low <= note.y <= self.up.high):
                continue
            line = (self.up.high - note.y) / (self.up.high - self.up.low) * self.up.cells
            spot = place.note(note.text, line, self.column(note.x), self.taken())
            if spot:
                self.write(note.text, spot)


def overlay(traces: Sequence[Trace], shape: tuple[int, int]) -> Glyphs:
    """Return all curves on one grid: a slope beats an underscore, two slopes make a cross."""
    drawn = np.zeros(shape, np.uint32)
    for each in traces:
        new = each.glyphs
        crossing = (drawn > 0) & (new > 0) & (drawn != new) & (drawn != FLAT) & (new != FLAT)
        drawn = np.where((drawn == 0) | (drawn == FLAT) & (new > 0), new, drawn)
        drawn[crossing] = CROSS
    return drawn


def speckle(traces: Sequence[Trace], shape: tuple[int, int]) -> Glyphs:
    """Return the dots of all curves on one grid."""
    drawn = np.zeros(shape, np.uint32)
    for each in traces:
        drawn |= each.glyphs
    return drawn


def encoded(drawn: Glyphs, style: Style) -> Glyphs:
    """Return sets of dots as the codes of their characters."""
    if not style.fine:
        return drawn
    codes = np.array([0, *map(ord, style.cells[1:])], np.uint32)
    return codes[drawn]


def inks(curves: Sequence[Curve], traces: Sequence[Trace], shape: tuple[int, int]) -> Glyphs:
    """Return the ink of each cell: that of the first curve in it, and rather not of one behind."""
    found = np.full(shape, ord(" "), np.uint32)
    order = sorted(range(len(curves)), key=lambda index: curves[index].behind)
    for index in reversed(order):
        found[traces[index].cells] = inked(curves, index)
    return found


def bundles(curves: Sequence[Curve], traces: Sequence[Trace]) -> list[tuple[str, list[int]]]:
    """Return the labels with the curves that they name: curves drawn alike share one."""
    found: dict[bytes, list[int]] = {}
    for index, each in enumerate(traces):
        found.setdefault(each.glyphs.tobytes(), []).append(index)
    return [
        (", ".join(dict.fromkeys(curves[index].label for index in members)), members)
        for members in found.values()
    ]


def filled(entries: Sequence[str], gap: str, width: int) -> list[str]:
    """Return the entries in lines, as many in each as fit."""
    lines: list[str] = []
    for entry in entries:
        if lines and len(lines[-1] + gap + entry) <= width:
            lines[-1] += gap + entry
        else:
            lines.append(cut(entry, width))
    return lines


def tinted(line: str, inks: Mapping[str, str]) -> str:
    """Return the ink of a line of a legend, `a: mse   b: mae`: each entry has that of its curve."""
    found = ""
    for at, letter in enumerate(line):
        first = at == 0 or line[at - 2 : at] == "  "
        begins = first and line[at + 1 : at + 3] == ": " and letter in inks
        found += inks[letter] if begins else found[-1:]
    return found
