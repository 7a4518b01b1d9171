"""A figure in characters: the same on a terminal, in a pipe and in a document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from losscli.errors import UsageError
from losscli.plot.extent import vertical
from losscli.plot.figure import Figure
from losscli.plot.ink import BOLD, Line, shown
from losscli.plot.rug import rugs
from losscli.plot.sheet import Sheet
from losscli.plot.style import ASCII, Style
from losscli.plot.text import cut
from losscli.plot.ticks import Axis, level, starts

LEAST_WIDTH, LEAST_HEIGHT = 30, 8
LEAST_ROWS = 2
BETWEEN = 3
"""Blanks between two pictures side by side."""


def draw(
    figure: Figure, width: int = 72, height: int = 20, style: Style = ASCII, *, color: bool = False
) -> str:
    """Return the picture, at most `width` columns and `height` lines, without a final line end."""
    check(width, height)
    return shown(pictures([figure], width, height, style)[0], color=color)


def pair(
    left: Figure,
    right: Figure,
    width: int = 80,
    height: int = 15,
    style: Style = ASCII,
    *,
    color: bool = False,
    wide: int = 2 * LEAST_WIDTH + BETWEEN,
) -> str:
    """Return two pictures of equal height side by side, or one above the other in less than `wide` columns.

    `height` is that of each of them.
    """
    check(width, height)
    if width < wide:
        above, below = pictures([left, right], width, height, style)
        return shown([*above, Line(""), *below], color=color)
    half = (width - BETWEEN) // 2
    first, second = pictures([left, right], half, height, style)
    rows = zip_longest(first, second, fillvalue=Line(""))
    return shown((one.beside(other, half + BETWEEN) for one, other in rows), color=color)


def check(width: int, height: int) -> None:
    """Refuse a frame in which nothing can be seen."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        raise UsageError(
            f"no picture fits into {width} x {height} characters",
            fix=[f"--width {max(width, LEAST_WIDTH)} --height {max(height, LEAST_HEIGHT)}"],
            code="bad-option",
        )


def pictures(figures: Sequence[Figure], width: int, height: int, style: Style) -> list[list[Line]]:
    """Return the lines of several pictures that share their number of rows.

    Labels go beside their curves; curves whose labels find no place get letters, and a legend says which.
    """
    figures = [figure.reworded(style.words) for figure in figures]
    headed = any(figure.title or figure.y_label for figure in figures)
    footed = any(figure.x_label for figure in figures)
    striped = max(len(figure.strips) for figure in figures)
    reserved = [0 for _ in figures]
    while True:
        rooms = [height - 3 - headed - footed - lines - striped for lines in reserved]
        sheets = [
            sheet(figure, up, width, style) for figure, up in zip(figures, axes(figures, rooms), strict=True)
        ]
        legends: list[list[Line]] = []
        for each, room, lines in zip(sheets, rooms, reserved, strict=True):
            each.write_labels()
            spare = lines + max(0, room - LEAST_ROWS)
            legends.append(each.legend(width, max(1, spare + footed)))
            footed = footed and len(legends[-1]) <= max(1, spare)  # to know the curves matters more
        needed = [max(lines, len(legend)) for lines, legend in zip(reserved, legends, strict=True)]
        if needed == reserved:
            break
        reserved = needed
    for each in sheets:
        each.write_letters()
        each.write_notes()
    return [
        framed(each, width, headed=headed, footed=footed) + legend
        for each, legend in zip(sheets, legends, strict=True)
    ]


def axes(figures: Sequence[Figure], rooms: Sequence[int]) -> list[Axis]:
    """Return the vertical axes that suit all figures best and have the same number of rows."""
    choices = [vertical(figure, max(room, LEAST_ROWS)) for figure, room in zip(figures, rooms, strict=True)]
    shared = set[int].intersection(*(set(choice) for choice in choices))
    rows = min(sorted(shared), key=lambda rows: sum(choice[rows].cost for choice in choices))
    return [choice[rows].axis() for choice in choices]


def sheet(figure: Figure, up: Axis, width: int, style: Style) -> Sheet:
    """Return the curves of a figure on a grid that leaves room for the axis and its labels."""
    room = width - gutter(figure, up) - 4 - style.pad
    return Sheet(figure, level(*figure.x_range, room), up, style)


def gutter(figure: Figure, up: Axis) -> int:
    """Return the width of the labels left of the vertical axis; a short name of the axis ends above it."""
    named = [4] if figure.strips else []
    return max(1, min(len(figure.y_label), 5) - 1, *named, *(len(tick.label) for tick in up.ticks))


def framed(sheet: Sheet, width: int, *, headed: bool, footed: bool) -> list[Line]:
    """Return the grid with its title, axes and labels."""
    figure, across, up, style = sheet.figure, sheet.across, sheet.up, sheet.style
    margin, pad = gutter(figure, up), style.pad
    names = {tick.cell: style.words(tick.label) for tick in up.ticks}
    lines = [head(figure, margin, width)] if headed else []
    for row, area in enumerate(sheet.lines()):
        side = style.side[2 if row in names else 1 if row else 0]
        before = f"{names.get(row, ''):>{margin}} {side}{' ' * pad}"
        lines.append(Line(before).beside(area, len(before)))
    corner, flat, tick, end = style.rule
    rule = np.full(across.cells + 1, flat)
    rule[[each.cell for each in across.ticks]] = tick
    after = f"{flat}{end}" if pad else ""
    lines.append(Line(" " * (margin + 1) + corner + flat * pad + "".join(rule) + after))
    lines.append(Line(numbers(across, margin + 2 + pad, width, style)))
    lines += rugs(figure, across, margin + 2 + pad, style)
    if footed:
        label = cut(figure.x_label, width)
        middle = margin + 2 + pad + (across.cells + 1 - len(label)) // 2
        lines.append(Line(" " * max(0, min(middle, width - len(label))) + label))
    return lines


def head(figure: Figure, margin: int, width: int) -> Line:
    """Return the line above the frame: the name of the vertical axis, then the title."""
    name = cut(
        f"{figure.y_label:>{margin + 1}}" if figure.y_label else "", width // 2 if figure.title else width
    )
    before = f"{name}   " if name and figure.title else name
    title = cut(figure.title, width - len(before))
    return Line(before + title, " " * len(before) + BOLD * len(title.partition("   ")[0]))


def numbers(across: Axis, margin: int, width: int, style: Style) -> str:
    """Return the line of labels under the horizontal axis."""
    line = [" "] * width
    for tick in across.ticks:
        first = max(0, min(margin + starts(tick), width - len(tick.label)))
        line[first : first + len(tick.label)] = style.words(tick.label)
    return "".join(line)
