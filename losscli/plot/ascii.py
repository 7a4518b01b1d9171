"""A figure in plain characters: the same bytes on a terminal, in a pipe and in a document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from losscli.errors import UsageError
from losscli.plot.extent import vertical
from losscli.plot.figure import Figure
from losscli.plot.sheet import Sheet
from losscli.plot.text import cut, plain
from losscli.plot.ticks import Axis, level, starts

LEAST_WIDTH, LEAST_HEIGHT = 30, 8
LEAST_ROWS = 2
BETWEEN = 3
"""Blanks between two pictures side by side."""


def draw(figure: Figure, width: int = 72, height: int = 20) -> str:
    """Return the picture, at most `width` columns and `height` lines, without a final line end."""
    check(width, height)
    return "\n".join(pictures([figure], width, height)[0])


def pair(left: Figure, right: Figure, width: int = 80, height: int = 15) -> str:
    """Return two pictures of equal height side by side, or one above the other where that is too narrow.

    `height` is that of each of them.
    """
    check(width, height)
    half = (width - BETWEEN) // 2
    if half < LEAST_WIDTH:
        return "\n\n".join("\n".join(lines) for lines in pictures([left, right], width, height))
    first, second = pictures([left, right], half, height)
    rows = zip_longest(first, second, fillvalue="")
    return "\n".join(f"{one:{half + BETWEEN}}{other}".rstrip() for one, other in rows)


def check(width: int, height: int) -> None:
    """Refuse a frame in which nothing can be seen."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        raise UsageError(
            f"no picture fits into {width} x {height} characters",
            fix=[f"--width {max(width, LEAST_WIDTH)} --height {max(height, LEAST_HEIGHT)}"],
        )


def pictures(figures: Sequence[Figure], width: int, height: int) -> list[list[str]]:
    """Return the lines of several pictures that share their number of rows.

    Labels go beside their curves; a figure in which they find no place gets letters and a legend instead.
    """
    figures = [figure.reworded(plain) for figure in figures]
    headed = any(figure.title or figure.y_label for figure in figures)
    footed = any(figure.x_label for figure in figures)
    legends: list[list[str]] = [[] for _ in figures]
    while True:
        rooms = [height - 3 - headed - footed - len(legend) for legend in legends]
        sheets = [sheet(figure, up, width) for figure, up in zip(figures, axes(figures, rooms), strict=True)]
        for index, each in enumerate(sheets):
            if not legends[index] and not each.write_labels():
                spare = max(1, rooms[index] - LEAST_ROWS)
                legends[index] = each.legend(width, spare + footed)
                footed = footed and len(legends[index]) <= spare  # to know the curves matters more
                break
        else:
            break
    for each, legend in zip(sheets, legends, strict=True):
        if legend:
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


def sheet(figure: Figure, up: Axis, width: int) -> Sheet:
    """Return the curves of a figure on a grid that leaves room for the axis and its labels."""
    return Sheet(figure, level(*figure.x_range, width - gutter(figure, up) - 5), up)


def gutter(figure: Figure, up: Axis) -> int:
    """Return the width of the labels left of the vertical axis; a short name of the axis ends above it."""
    return max(1, min(len(figure.y_label), 5) - 1, *(len(tick.label) for tick in up.ticks))


def framed(sheet: Sheet, width: int, *, headed: bool, footed: bool) -> list[str]:
    """Return the grid with its title, axes and labels."""
    figure, across, up = sheet.figure, sheet.across, sheet.up
    margin = gutter(figure, up)
    names = {tick.cell: tick.label for tick in up.ticks}
    lines = [head(figure, margin, width)] if headed else []
    for row, text in enumerate(sheet.lines()):
        side = "+" if row in names else "|" if row else "^"
        lines.append(f"{names.get(row, ''):>{margin}} {side} {text}")
    rule = np.full(across.cells + 2, "-")
    rule[[1 + tick.cell for tick in across.ticks]] = "+"
    lines.append(" " * (margin + 1) + "+" + "".join(rule) + "->")
    lines.append(numbers(across, margin + 3, width))
    if footed:
        label = cut(figure.x_label, width)
        middle = margin + 3 + (across.cells + 1 - len(label)) // 2
        lines.append(" " * max(0, min(middle, width - len(label))) + label)
    return [line.rstrip() for line in lines]


def head(figure: Figure, margin: int, width: int) -> str:
    """Return the line above the frame: the name of the vertical axis, then the title."""
    name = cut(
        f"{figure.y_label:>{margin + 1}}" if figure.y_label else "", width // 2 if figure.title else width
    )
    before = f"{name}   " if name and figure.title else name
    return before + cut(figure.title, width - len(before))


def numbers(across: Axis, margin: int, width: int) -> str:
    """Return the line of labels under the horizontal axis."""
    line = [" "] * width
    for tick in across.ticks:
        first = max(0, min(margin + starts(tick), width - len(tick.label)))
        line[first : first + len(tick.label)] = tick.label
    return "".join(line)
