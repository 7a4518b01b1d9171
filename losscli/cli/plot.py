"""`losscli plot`: loss curves as terminal art, PNG, SVG or PDF."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

from typer import Option

from losscli.cli import images as i
from losscli.cli import options as o
from losscli.cli.reading import choice
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.cli.plotdata import Data
    from losscli.loss import Loss
    from losscli.plot.figure import Figure
    from losscli.plot.losses import Show as Which
    from losscli.plot.style import Style

EXAMPLES = """
  losscli plot bce
  losscli plot huber:delta=0.5,huber:delta=1,huber:delta=2,mse,mae
  losscli plot hinge --show both --style braille
  losscli plot barron:alpha=-2 --log-y --x-range -10:10
  losscli plot mse,mae,huber -o curves.png
  losscli plot mse,mae --points > curves.tsv
  losscli plot mse,mae preds.csv
  losscli plot mse preds.csv --kind hist
"""

PICTURE = "Picture"
SIDE_BY_SIDE = 100
"""Columns from which loss and derivative stand beside each other."""
Kind = Annotated[
    str,
    Option("--kind", metavar="curve|hist", rich_help_panel=PICTURE,
           help="hist: how the losses of the rows of FILE are distributed  [curve]"),
]  # fmt: skip
Show = Annotated[
    str,
    Option("--show", metavar="loss|grad|both", rich_help_panel=PICTURE,
           help="the loss, its derivative, or both side by side  [loss]"),
]  # fmt: skip
XRange = Annotated[
    str, Option("--x-range", metavar="A:B", help="the horizontal axis", rich_help_panel=PICTURE)
]
YRange = Annotated[str, Option("--y-range", metavar="A:B", help="the vertical axis", rich_help_panel=PICTURE)]
LogY = Annotated[
    bool, Option("--log-y", help="a logarithmic vertical axis, with powers of 10", rich_help_panel=PICTURE)
]
Width = Annotated[
    int, Option("--width", metavar="N", rich_help_panel=PICTURE,
                help="columns  [the terminal, up to 100, or 72]"),
]  # fmt: skip
Height = Annotated[
    int, Option("--height", metavar="N", rich_help_panel=PICTURE,
                help="lines of a picture  [the terminal, up to 24, or 20]"),
]  # fmt: skip
Title = Annotated[str, Option("--title", metavar="TEXT", help="above the picture", rich_help_panel=PICTURE)]
Points = Annotated[
    bool,
    Option("--points", help="the curves as numbers, for other plotters: TSV, or JSON with --json",
           rich_help_panel=o.OUTPUT),
]  # fmt: skip
Out = Annotated[
    str, Option("--output", "--out", "-o", metavar="FILE", rich_help_panel=o.OUTPUT,
                help="write a file: .png, .svg or .pdf, or .txt; - is an image into a pipe; with --points "
                ".tsv, .csv, .json, ..."),
]  # fmt: skip


def plot(
    losses: o.Losses,
    words: o.Words,
    kind: Kind = "curve",
    show: Show = "loss",
    style: o.Style = "",
    x_range: XRange = "",
    y_range: YRange = "",
    log_y: LogY = False,
    width: Width = 0,
    height: Height = 0,
    title: Title = "",
    points: Points = False,
    json: o.Json = False,
    out: Out = "",
    theme: i.Theme = "light",
    dpi: i.Dpi = 0,
    inches: i.Size = "",
    image: i.Kind = "",
    inline: i.Inline = "none",
    color: o.Color = "",
) -> None:
    """Loss curves, as terminal art or as a picture file.

    Several losses on one axis are drawn into one frame. With FILE: where its rows lie, the mean loss,
    and the rows that carry most of it. -o curve.png draws with Matplotlib.
    """
    from losscli.cli.environment import style as drawn_in
    from losscli.cli.plotdata import asked
    from losscli.spec import parse_all

    asked_for = choice("show", show)
    shows: Sequence[Which] = ("loss", "grad") if asked_for == "both" else (asked_for,)
    found, across = parse_all(losses), span("x-range", x_range)
    with_data = asked(words, losses)
    if points:
        if with_data:
            raise UsageError(
                "--points are those of curves, without data",
                fix=["--kind hist", "compute --per-row"],
                code="option-conflict",
            )
        from losscli.cli.points import write_points

        look = {"--style": style, "--width": width, "--height": height, "--title": title}
        refuse_idle(
            {"--y-range": y_range, "--log-y": log_y, **look}, "is for pictures, and --points are numbers"
        )
        write_points(found, shows, across, out, json=json)
        return
    if json:
        raise UsageError(
            "--json is for the numbers of a curve", fix=["--points --json"], code="option-unused"
        )
    glyphs = drawn_in(style)
    where = i.where(out, image, inline, words.files, theme=theme, dpi=dpi, size=inches)
    art = Art(width, height, glyphs, color)
    if choice("kind", kind) == "hist":
        idle = {"--show": show != "loss", "--x-range": x_range, "--y-range": y_range, "--log-y": log_y}
        refuse_idle(idle, "is for curves, and a histogram has none")
        draw_histograms(found, words, title, where, art)
        return
    up, seen = span("y-range", y_range), None
    if with_data:
        from losscli.cli.plotdata import data

        seen = data(found, words, across)
        across = seen.x_range
    from losscli.plot.losses import figure

    pictures = [figure(found, each, across, up, title, log_y=log_y) for each in shows]
    draw_curves(pictures, seen, where, art)
    if log_y:
        say_lost(pictures)


def refuse_idle(said: Mapping[str, object], why: str) -> None:
    """Raise `UsageError` if an option is said that changes nothing."""
    for option, value in said.items():
        if value:
            raise UsageError(f"{option} {why}", code="option-unused")


class Art(NamedTuple):
    """How a picture is drawn in characters."""

    width: int
    height: int
    """As asked for: 0 if they were not."""
    glyphs: Style
    color: str

    def painted(self, where: i.Where) -> bool:
        """Return whether it has colours."""
        from losscli.report.terminal import colored

        return not where.out and colored(sys.stdout, self.color)


def draw_histograms(found: Sequence[Loss], words: o.Words, title: str, where: i.Where, art: Art) -> None:
    """Draw how the losses of the rows of a file are distributed: a histogram for each loss."""
    from losscli.cli.plotdata import histograms
    from losscli.plot.bars import draw

    columns, lines = size(art.width, art.height, 1, terminal=not where.out)
    each = histograms(found, words, title, 14 if where.paper else lines - 3)
    if not where.paper:
        paint = art.painted(where)
        write_text(where.out, "\n\n".join(draw(one, columns, art.glyphs, color=paint) for one in each) + "\n")
        return
    if len(each) > 1:
        raise UsageError(
            "--kind hist: an image shows one loss",
            fix=[f"losscli plot {found[0]} {words.file} --kind hist -o {where.out or '-'}"],
            code="one-loss",
        )
    where.draw(each[0])


def draw_curves(pictures: Sequence[Figure], seen: Data | None, where: i.Where, art: Art) -> None:
    """Draw curves, and what was seen of data: below them, or in a strip of the image."""
    if seen is not None:
        pictures = [each._replace(strips=seen.strips, said=seen.said) for each in pictures]
    if where.paper:
        where.draw(pictures)
        return
    from losscli.plot.terminal import draw, pair

    columns, lines = size(art.width, art.height, len(pictures), terminal=not where.out)
    below = under(seen.said, columns) if seen is not None else []
    if below and not art.height and sys.stdout.isatty():
        lines = max(8, lines - len(below))
    paint = art.painted(where)
    if len(pictures) == 1:
        drawn = draw(pictures[0], columns, lines, art.glyphs, color=paint)
    else:
        drawn = pair(pictures[0], pictures[1], columns, lines, art.glyphs, color=paint, wide=SIDE_BY_SIDE)
    write_text(where.out, "\n".join([drawn, *below]) + "\n")


def under(said: Sequence[str], width: int) -> list[str]:
    """Return what is said of data, in lines under a picture."""
    from textwrap import wrap

    return ["", *(line for text in said for line in wrap(text, width, subsequent_indent="  "))]


def say_lost(pictures: Sequence[Figure]) -> None:
    """Say which curves have values that no logarithmic axis can show."""
    from losscli.cli.messages import note
    from losscli.plot.decades import lost

    for picture in pictures:
        if names := lost(picture):
            which = f": {', '.join(names)}" if any(names) else ""
            note(
                f"note: --log-y: {picture.y_label} of 0 or less leaves the frame at the bottom{which}",
                code="log-axis",
            )


def size(width: int, height: int, pictures: int, *, terminal: bool) -> tuple[int, int]:
    """Return columns and lines: as asked, or what the terminal has with room for the prompt, or 72 x 20."""
    columns, lines = 72, 20
    if terminal and sys.stdout.isatty():
        have = os.get_terminal_size(sys.stdout.fileno())
        most = 200 if pictures > 1 else 100
        columns = min(have.columns or 80, most)
        lines = min((have.lines or 24) - 4, 24)
        if pictures > 1 and (width or columns) < SIDE_BY_SIDE:
            lines = max(12, ((have.lines or 24) - 5) // 2)
    for name, asked, least in (("width", width, 30), ("height", height, 8)):
        if asked and not least <= asked <= 1000:
            raise UsageError(f"--{name}: {asked} is not between {least} and 1000", code="bad-option")
    return width or max(columns, 30), height or max(lines, 8)


def span(option: str, text: str) -> tuple[float, float] | None:
    """Return the range that `text` spells, A:B."""
    if not text:
        return None
    low, colon, high = text.partition(":")
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = (0.0, 0.0)
    if not colon or not ends[0] < ends[1] or not all(abs(end) < 1e300 for end in ends):
        raise UsageError(f"--{option}: '{text}' is not a range", ["two numbers with a colon, the lesser first"],
                         [f"--{option} -3:3"], code="bad-option")  # fmt: skip
    return ends


def write_text(out: str, art: str) -> None:
    """Write terminal art to standard output, or to a file, whole or not at all."""
    from losscli.cli.files import whole
    from losscli.cli.messages import note
    from losscli.cli.output import spool

    if not out:
        with spool() as text:
            text.write(art)
        return
    with whole(out) as file:
        file.write(art.encode())
    note(f"wrote {out}", code="wrote", file=out)
