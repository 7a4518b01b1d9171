"""The one look of all images: two thin axes, a faint grid, names beside the curves."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.plot.extent import vertical
from losscli.plot.figure import Array, Curve, Figure
from losscli.plot.sheet import Sheet
from losscli.plot.text import cut, typographic
from losscli.plot.ticks import Axis, level
from losscli.plot.trace import Columns, beyond, columns, find_jumps, nearness, rows, values

Style = dict[str, Any]
Drawn = Any
"""Matplotlib's own annotations leave its keyword arguments unknown, which a strict checker cannot use."""

INCHES = 6.0, 3.75
COLUMNS, ROWS = 64, 20
"""Ranges and ticks are those of a text picture of this size."""
FINE = 1600
"""Places along a curve: more than pixels."""
SIZE = 9.0
THICK = 1.8
INK, SOFT, ZERO, FAINT, PAPER = "#222222", "#666666", "#b0b0b0", "#e8e8e8", "#ffffff"
COLOURS = "#0072b2", "#d55e00", "#009e73", "#b0508a", "#2f94cf", "#b98000", "#333333"
"""Okabe and Ito's colours, which differ for every kind of colour vision; the light ones darker, for text."""
DASHES = "-", "--", "-.", ":"
LOOK = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "pdf.fonttype": 42,
    "svg.hashsalt": "losscli",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
}


def draw(figure: Figure, page: Drawn) -> None:
    """Draw everything on the page."""
    figure = figure.reworded(typographic)
    axes = page.add_subplot()
    choices = vertical(figure, ROWS)
    up = min(choices.values(), key=lambda choice: choice.cost).axis()
    across = level(*figure.x_range, COLUMNS)
    frame(figure, axes, across, up)
    lines: list[Drawn] = []
    for index, curve in enumerate(figure.curves):
        covered = sum(together(curve, other, across, up) for other in figure.curves[index + 1 :])
        thick = THICK * (1 + min(covered, 3) / 2)  # so that the lower curve stays in sight
        look: Style = {"color": colour(index), "linewidth": thick, "label": curve.label}
        lines += axes.plot(*polyline(curve, across, up), **look)
        points(curve, axes, colour(index))
    heading(figure.title, axes, page)
    page.draw_without_rendering()  # settles where the axes are
    words = measured(figure, axes)
    if not words.write_labels():
        for index, line in enumerate(lines):
            line.set(linestyle=DASHES[index % len(DASHES)], linewidth=THICK)
        legend(page, len(lines))
        words = measured(figure, axes)
    words.write_notes()
    for text, (line, column), curve in words.written:
        middle = (column + (len(text) - 1) / 2) / words.across.cells, 1 - (line - 0.5) / words.up.cells
        style: Style = {"color": SOFT, "size": SIZE - 1} if curve is None else {"color": colour(curve)}
        axes.text(*middle, text, transform=axes.transAxes, ha="center", va="center", zorder=4, **style)


def legend(page: Drawn, curves: int) -> None:
    """Write the names under the axes, in as many columns as fit."""
    for wide in range(min(4, curves), 0, -1):
        names = page.legend(loc="outside lower center", ncols=wide, frameon=False, handlelength=2.6)
        page.draw_without_rendering()
        if wide == 1 or names.get_window_extent().width < 0.98 * page.bbox.width:
            break
        names.remove()


def colour(index: int) -> str:
    """Return the colour of a curve."""
    return COLOURS[index % len(COLOURS)]


def frame(figure: Figure, axes: Drawn, across: Axis, up: Axis) -> None:
    """Set ranges, ticks and names of the axes; a little room keeps curves on the edge in sight."""
    wide, high = 0.015 * (across.high - across.low), 0.025 * (up.high - up.low)
    axes.set_xlim(across.low - wide, across.high + wide)
    axes.set_ylim(up.low - high, up.high + high)
    axes.set_xticks([tick.value for tick in across.ticks], [typographic(tick.label) for tick in across.ticks])
    axes.set_yticks([tick.value for tick in up.ticks], [typographic(tick.label) for tick in up.ticks])
    axes.set_xlabel(figure.x_label)
    axes.set_ylabel(figure.y_label)
    if up.low < 0 < up.high and not figure.decades:
        axes.axhline(0, color=ZERO, linewidth=0.8, zorder=1)


def heading(title: str, axes: Drawn, page: Drawn) -> None:
    """Write the name of what is drawn, and under it the formula, as much of each as fits."""
    name, _, formula = title.partition("   ")
    bold: Style = {"size": SIZE + 2, "weight": "bold"}
    soft: Style = {"size": SIZE, "color": SOFT}
    raised = 8.0
    for text, style in ((formula.strip(), soft), (name, bold)):
        if not text:
            continue
        written = axes.annotate(
            text, (0, 1), (0, raised), xycoords="axes fraction", textcoords="offset points", **style
        )
        length = len(text)
        while length > 8 and width(written) > 0.88 * page.bbox.width:
            length -= 1
            written.set_text(cut(text, length))
        raised += 1.8 * SIZE


def width(text: Drawn) -> float:
    """Return the width of a text in pixels."""
    return text.get_window_extent().width


def polyline(curve: Curve, across: Axis, up: Axis) -> tuple[Array, Array]:
    """Return the points of a curve; NaN parts the sides of a jump, infinities lie far outside."""
    across, up = across._replace(cells=FINE), up._replace(cells=FINE // 2)
    row = rows(curve, up)
    x = columns(across)
    jumps = np.array([*curve.breaks, *find_jumps(row, x, Columns(*map(row, x)), beyond(up))])
    sides = [jumps - 2 * nearness(x), jumps + 2 * nearness(x)]
    places = np.unique(np.concatenate([x.left, x.right, np.array(curve.marks), jumps, *sides]))
    places = places[(across.low <= places) & (places <= across.high)]
    y = values(curve, places)
    y[np.isin(places, jumps)] = np.nan
    span = up.high - up.low
    return places, np.clip(y, up.low - 9 * span, up.high + 9 * span)


def together(one: Curve, other: Curve, across: Axis, up: Axis) -> bool:
    """Say whether two curves run together for a tenth of the picture."""
    x = columns(across).centre
    with np.errstate(all="ignore"):
        apart = np.abs(values(one, x) - values(other, x))
    return bool(np.mean(apart < 0.004 * (up.high - up.low)) > 0.1)


def points(curve: Curve, axes: Drawn, ink: str) -> None:
    """Draw the marks; at a jump a full point where the value is and an empty one where it is not."""
    x = np.array(curve.marks)
    if len(x):
        axes.plot(x, values(curve, x), "o", color=ink, markersize=4.5, markeredgecolor=PAPER, zorder=4)
    low, high = axes.get_xlim()
    for at in curve.breaks:
        near = 1e-9 * (high - low)
        before, value, after = values(curve, np.array([at - near, at, at + near])).tolist()
        jump = abs(after - before)
        if not (low < at < high and np.isfinite(jump) and jump):
            continue
        for y in (before, after):
            if abs(y - value) > 1e-6 * jump:
                axes.plot(at, y, "o", color=PAPER, markersize=4.5, markeredgecolor=ink, zorder=4)
        axes.plot(at, value, "o", color=ink, markersize=4.5, zorder=4)


def measured(figure: Figure, axes: Drawn) -> Sheet:
    """Return the plotting area as a grid in whose cells the letters of every label find room.

    It is the grid of the text pictures, so that images find the places of their labels in the same way.
    """
    texts: list[str] = [curve.label for curve in figure.curves] + [note.text for note in figure.notes]
    letter: float = 0.55 * SIZE * axes.figure.dpi / 72
    for text in filter(None, texts):
        written = axes.text(0, 0, text)
        letter = max(letter, width(written) / len(text))
        written.remove()
    box = axes.get_window_extent()
    low, high = axes.get_xlim()
    across = Axis(low, high, max(8, int(box.width / letter) - 1), ())
    low, high = axes.get_ylim()
    up = Axis(low, high, max(4, int(box.height / (2 * letter))), ())
    sheet = Sheet(figure, across, up)
    sheet.glyphs[0] = sheet.glyphs[:, [0, -1]] = 1  # above the frame and on its sides
    return sheet
