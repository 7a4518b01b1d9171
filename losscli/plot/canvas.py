"""Figures on the page of an image: thin axes, a faint grid, names beside the curves, strips of data below."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from losscli.plot.extent import vertical
from losscli.plot.figure import Figure
from losscli.plot.formulas import mathtext
from losscli.plot.rug import shortened
from losscli.plot.sheet import Sheet
from losscli.plot.strokes import Drawn, points, polyline, together
from losscli.plot.text import cut, typographic
from losscli.plot.theme import DASHES, SIZE, THICK, Theme
from losscli.plot.ticks import Axis, level

Style = dict[str, Any]
COLUMNS, ROWS = 64, 20
"""Ranges and ticks are those of a text picture of this size."""
LINE = 1.75 * SIZE / 72
"""Inches from one line of text to the next."""
SMALL = SIZE - 1.5
"""The letters of what is said of data."""
REMARK = 1.3 * SIZE / 72
"""Inches from one line of it to the next."""
EDGE = 0.09
"""Inches left free around a picture."""
STRIP = 0.17
HALF = 0.1
"""Half of the thickness of a curve, in lines of labels, and the air that it needs."""
BARS = 160
"""Cells of a strip."""


class Panel(NamedTuple):
    """One picture on a page."""

    page: Drawn
    theme: Theme
    figure: Figure
    axes: Drawn
    left: float
    """Inches from the left edge of the page, and how many there are."""
    width: float

    def text(self, x: float, y: float, text: str, **style: Any) -> Drawn:
        """Write a text, in inches from the lower left corner of the panel."""
        wide, high = self.page.get_size_inches()
        return self.page.text((self.left + x) / wide, y / high, text, **style)


def draw(figures: Sequence[Figure], page: Drawn, theme: Theme) -> None:
    """Draw pictures side by side on the page; what is said of data stands once, below them all."""
    wide = float(page.get_size_inches()[0]) / len(figures)
    said: list[str] = []
    for at, figure in enumerate(figures):
        drawn = panel(figure.reworded(typographic), page, theme, at * wide, wide, said)
        said = said or drawn


def panel(figure: Figure, page: Drawn, theme: Theme, left: float, wide: float, above: list[str]) -> list[str]:
    """Draw one picture into its part of the page, over lines that stand there or else its own; return these."""
    choices = vertical(figure, ROWS)
    up = min(choices.values(), key=lambda choice: choice.cost).axis()
    across = level(*figure.x_range, COLUMNS)
    one = Panel(page, theme, figure, page.add_axes((0, 0, 1, 1)), left, wide)
    frame(one, across, up)
    side = EDGE + LINE + max(width(tick) for tick in one.axes.get_yticklabels()) / page.dpi + 0.07
    ahead = heading(one, side)
    said = above or wrapped(one, side)
    one = one._replace(figure=figure._replace(said=tuple(said)))
    for legend in (0.0, LINE):
        place(one, side, ahead, legend)
        words = measured(figure, one.axes)
        if words.write_labels():
            break
    curves(one, across, up)
    if words.nameless:
        names(one, words.nameless, side)
    words.write_notes()
    for text, (line, column), curve in words.written:
        middle = (column + (len(text) - 1) / 2) / words.across.cells, 1 - (line - 0.5) / words.up.cells
        soft = curve is None or figure.curves[curve].behind
        style: Style = (
            {"color": theme.soft, "size": SIZE - 1} if soft else {"color": theme.colour(curve or 0)}
        )
        one.axes.text(
            *middle, text, transform=one.axes.transAxes, ha="center", va="center", zorder=4, **style
        )
    strips(one, side)
    below(one, side)
    if not above:
        for at, text in enumerate(reversed(said)):
            one.text(side, EDGE + at * REMARK, text, size=SMALL, color=theme.soft, va="bottom")
    return said


def wrapped(one: Panel, side: float) -> list[str]:
    """Return what is said of data in lines that fit on the page."""
    room = float(one.page.get_size_inches()[0] - side - EDGE) * one.page.dpi
    lines: list[str] = []
    for text in one.figure.said:
        sample = one.text(0, 0, text, size=SMALL)
        letters = int(len(text) * min(1.0, 0.97 * room / width(sample)))
        sample.remove()
        lines += wrap(text, max(letters, 8), subsequent_indent="  ")
    return lines


def place(one: Panel, side: float, ahead: float, legend: float) -> None:
    """Give the axes what the texts around them leave."""
    wide, high = one.page.get_size_inches()
    foot = EDGE + LINE * 1.9 + REMARK * len(one.figure.said) + STRIP * len(one.figure.strips) + legend
    room = max(0.3, high - ahead - foot)
    one.axes.set_position(
        ((one.left + side) / wide, foot / high, (one.width - side - 2 * EDGE) / wide, room / high)
    )


def curves(one: Panel, across: Axis, up: Axis) -> None:
    """Draw the curves, each in its colour and its stroke."""
    figure, theme = one.figure, one.theme
    for index, curve in enumerate(figure.curves):
        later = [each for each in figure.curves[index + 1 :] if not each.behind]
        covered = sum(together(curve, other, across, up) for other in later)
        thick = THICK * (1 + min(covered, 3) / 2)  # so that the lower curve stays in sight
        ink, stroke = theme.colour(index), DASHES[index % len(DASHES)]
        if curve.behind:
            ink, stroke, thick = theme.soft, DASHES[-1], THICK / 2
        look: Style = {
            "color": ink,
            "linewidth": thick,
            "linestyle": stroke,
            "zorder": 1.5 if curve.behind else 2,
        }
        one.axes.plot(*polyline(curve, across, up), **look)
        points(curve, one.axes, ink, theme.paper)


def names(one: Panel, nameless: Sequence[int], side: float) -> None:
    """Write the names of curves for which there was no room beside them, with a piece of each, under the axis."""
    lower = EDGE + REMARK * len(one.figure.said) + LINE * 0.5
    handles = [one.axes.plot([], [], color=one.theme.colour(at), linestyle=DASHES[at % len(DASHES)],
                             linewidth=THICK, label=one.figure.curves[at].label)[0] for at in nameless]  # fmt: skip
    wide, high = one.page.get_size_inches()
    size = SIZE
    while True:
        key = one.page.legend(handles=handles, loc="center left", ncols=len(handles), frameon=False, handlelength=2.4,
                              fontsize=size, borderpad=0, borderaxespad=0, columnspacing=1.4,
                              bbox_to_anchor=((one.left + side) / wide, lower / high))  # fmt: skip
        if key.get_window_extent().width < (one.width - side) * one.page.dpi or size < 5:
            break
        key.remove()
        size -= 0.5


def frame(one: Panel, across: Axis, up: Axis) -> None:
    """Set ranges, ticks and names of the axes; a little room keeps curves on the edge in sight."""
    axes, figure = one.axes, one.figure
    wide, high = 0.015 * (across.high - across.low), 0.025 * (up.high - up.low)
    axes.set_xlim(across.low - wide, across.high + wide)
    axes.set_ylim(up.low - high, up.high + high)
    axes.set_xticks([tick.value for tick in across.ticks], [typographic(tick.label) for tick in across.ticks])
    axes.set_yticks([tick.value for tick in up.ticks], [typographic(tick.label) for tick in up.ticks])
    if figure.strips:
        axes.tick_params(axis="x", length=0, pad=3.5 + STRIP * 72 * len(figure.strips))
    if up.low < 0 < up.high and not figure.decades:
        axes.axhline(0, color=one.theme.zero, linewidth=0.8, zorder=1)


def heading(one: Panel, side: float) -> float:
    """Write the name of what is drawn, and under it the formula, as much of each as fits; return their height."""
    high = float(one.page.get_size_inches()[1])
    name, _, formula = one.figure.title.partition("   ")
    bold: Style = {"size": SIZE + 2, "weight": "bold"}
    soft: Style = {"size": SIZE, "color": one.theme.soft}
    used = EDGE
    room = (one.width - side - EDGE) * one.page.dpi
    for text, style in ((name, bold), (formula.strip(), soft)):
        if not text:
            continue
        used += 1.1 * LINE
        written = one.text(side, high - used, text, va="baseline", **style)
        if style is soft:
            set_formula(written, text)
        for smaller in (0.9, 0.8, 0.8):
            if width(written) > room:
                written.set_size(max(6.5, smaller * style["size"]))
        while width(written) > room and len(text) > 8:
            text = cut(text, min(len(text) - 1, int(len(text) * room / width(written)) + 1))
            if style is soft:
                set_formula(written, text)
            else:
                written.set_text(text)
    return used + 0.5 * LINE


def set_formula(written: Drawn, text: str) -> None:
    """Typeset a formula, or leave it as it is if Matplotlib cannot."""
    written.set(text=mathtext(text), parse_math=True)
    try:
        width(written)
    except ValueError:
        written.set(text=text, parse_math=False)


def width(text: Drawn) -> float:
    """Return the width of a text in pixels."""
    return text.get_window_extent().width


def below(one: Panel, side: float) -> None:
    """Write the names of the axes."""
    figure = one.figure
    one.axes.set_xlabel(figure.x_label, labelpad=2)
    middle = one.axes.get_position()
    high = float(one.page.get_size_inches()[1])
    one.text(
        EDGE, (middle.y0 + middle.height / 2) * high, figure.y_label, rotation=90, ha="left", va="center"
    )


def strips(one: Panel, side: float) -> None:
    """Draw where rows lie, one strip below the other, each with its name on its left."""
    low, high = one.axes.get_xlim()
    counts = [strip.counts(*one.figure.x_range, BARS) for strip in one.figure.strips]
    most = max((float(each[1:-1].max()) for each in counts), default=1.0) or 1.0
    wide, tall = one.page.get_size_inches()
    box = one.axes.get_position()
    for at, (strip, rows) in enumerate(zip(one.figure.strips, counts, strict=True)):
        under = box.y0 * tall - (at + 1) * STRIP
        axes = one.page.add_axes((box.x0, (under + 0.015) / tall, box.width, (STRIP - 0.04) / tall))
        axes.set_xlim(low, high)
        axes.set_ylim(0, 1)
        axes.axis("off")
        ink = one.theme.soft if strip.curve is None else one.theme.colour(strip.curve)
        x = np.linspace(*one.figure.x_range, BARS)
        shown = rows[1:-1] > 0
        axes.vlines(x[shown], 0, np.maximum(0.16, rows[1:-1][shown] / most), color=ink,
                    linewidth=0.8 * box.width * wide * 72 / BARS)  # fmt: skip
        one.text(side - 0.07, under + STRIP / 2 - 0.01, shortened(strip.label or "rows", 8), ha="right", va="center",
                 color=ink, size=SIZE - 2)  # fmt: skip
        for count, place, text in ((rows[0], 0, f"◂ {rows[0]:.0f}"), (rows[-1], 1, f"{rows[-1]:.0f} ▸")):
            if count:
                axes.text(place, 1, text, transform=axes.transAxes, ha="right" if place else "left", va="top",
                          color=one.theme.ink, size=SIZE - 3, zorder=5)  # fmt: skip


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
    cell = np.arange(4 * across.cells + 1) / 4
    for curve in sheet.traces:
        row = curve.row(across.low + cell / across.cells * (across.high - across.low))
        # a line's letters stand above its row, all the way to the one before
        for edge in (row - HALF, row + HALF):
            inside = (edge > 0) & (edge < up.cells)
            sheet.glyphs[np.ceil(edge[inside]).astype(int), np.round(cell[inside]).astype(int)] = 1
    return sheet
