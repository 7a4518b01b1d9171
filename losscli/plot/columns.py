"""A histogram on the page of an image: for each bin how much of the rows it has, and how much of their loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.plot.bars import number
from losscli.plot.bins import Bin, Histogram
from losscli.plot.canvas import EDGE, LINE, Style, width
from losscli.plot.text import cut, typographic
from losscli.plot.theme import SIZE, Theme

Drawn = Any
WIDTH = 0.4
"""Of a column, where a bin is 1 wide."""


def columns(picture: Histogram, page: Drawn, theme: Theme) -> None:
    """Draw the histogram on the page."""
    bins = picture.bins
    wide, high = page.get_size_inches()
    total = sum(each.rows for each in bins)
    rows = np.array([100 * each.rows / total for each in bins])
    shares = np.array([100 * each.share for each in bins])
    costs = bool(np.isfinite(shares).any())
    foot, side, ahead = EDGE + 2.1 * LINE, EDGE + 2.3 * LINE, EDGE + 2.6 * LINE
    axes = page.add_axes((side / wide, foot / high, 1 - (side + 2 * EDGE) / wide, 1 - (foot + ahead) / high))
    place = np.arange(len(bins), dtype=float)
    series = [("weight" if picture.weighted else "rows", rows, theme.colour(0), "")]
    if costs:
        series.append(("loss", shares, theme.colour(1), "////"))
    for at, (_, height, ink, hatch) in enumerate(series):
        shift = (at - (len(series) - 1) / 2) * WIDTH
        inside = (
            {"facecolor": ink} if not hatch else {"facecolor": theme.paper, "edgecolor": ink, "hatch": hatch}
        )
        axes.bar(
            place + shift,
            np.nan_to_num(height),
            WIDTH * (2 if len(series) == 1 else 1),
            linewidth=0.8,
            **inside,
        )
    top = max(float(np.nanmax(np.concatenate([each[1] for each in series]))), 1.0)
    axes.set_ylim(0, 1.32 * top)
    axes.set_xlim(-0.6, len(bins) - 0.4)
    axes.grid(visible=False, axis="x")
    edges(bins, axes, float(wide - side))
    axes.set_xlabel("loss", labelpad=2)
    page.text(EDGE / wide, 0.5, "percent", rotation=90, ha="left", va="center")
    heading(picture.title, series, page, side)
    marks(picture, axes, theme, rows, shares, top)


def edges(bins: tuple[Bin, ...], axes: Drawn, wide: float) -> None:
    """Name the edges between bins, and those bins that are one number."""
    ticks: list[tuple[float, str]] = []
    for at, each in enumerate(bins):
        if each.single:
            ticks.append(
                (at, number(each.low) if all(bin.single for bin in bins) else f"= {number(each.low)}")
            )
            continue
        ticks.append((at - 0.5, number(each.low)))
        if at + 1 == len(bins) or bins[at + 1].single:
            ticks.append((at + 0.5, number(each.high)))
    every = 1 + int(len(ticks) * (1.5 + max(len(text) for _, text in ticks)) / (15 * wide))
    ticks = [tick for at, tick in enumerate(ticks) if (len(ticks) - 1 - at) % every == 0]
    axes.set_xticks([at for at, _ in ticks], [typographic(text) for _, text in ticks])


def heading(title: str, series: list[tuple[str, Any, str, str]], page: Drawn, side: float) -> None:
    """Write the name of the loss, what was read, and what the columns are."""
    wide, high = page.get_size_inches()
    name, _, rest = title.partition("   ")
    bold: Style = {"size": SIZE + 2, "weight": "bold", "va": "baseline"}
    page.text(side / wide, 1 - (EDGE + 1.1 * LINE) / high, name, **bold)
    line, at = 1 - (EDGE + 2.2 * LINE) / high, side
    room = max(12, int((wide - side) * 72 / (0.52 * (SIZE - 1))) - 43)  # the rest of the line has 43 letters
    rest = rest if room >= 20 else ""
    ends: list[tuple[str, str]] = [(cut(rest.strip(), room) + ".  " if rest.strip() else "", "")]
    ends += [("Percent of ", ""), (f"the {series[0][0]}", series[0][2])]
    if len(series) > 1:
        ends += [(" and of ", ""), ("the loss", series[1][2]), (" (hatched)", "")]
    for text, ink in ends:
        look: Style = {"color": ink, "weight": "bold"} if ink else {}
        at += width(page.text(at / wide, line, text, size=SIZE - 1, va="baseline", **look)) / page.dpi


def marks(picture: Histogram, axes: Drawn, theme: Theme, rows: Any, shares: Any, top: float) -> None:
    """Mark the bins of the median, the mean and the largest, each name on a line of its own so that all find room."""
    for level, (name, value) in enumerate(picture.marks):
        if value != value:
            continue
        at = picture.at(value)
        reach = top * (1.06 + 0.09 * level)
        foot = max(float(rows[at]), float(np.nan_to_num(shares[at]))) + 0.01 * top
        axes.plot([at, at], [foot, reach], "-", color=theme.soft, linewidth=0.7, zorder=3)
        side = "right" if at > 0.14 * len(rows) else "left"  # where no line of another one passes
        shift = {"right": -0.006, "left": 0.006}[side] * len(rows)
        axes.text(
            at + shift, reach, typographic(f"{name} {number(value)}"), ha=side, va="center", size=SIZE - 1.5
        )
