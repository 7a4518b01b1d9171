"""`losscli plot`: loss curves as terminal art, PNG, SVG or PDF."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

from typer import Option

from losscli.cli import options as o
from losscli.cli.reading import choose
from losscli.errors import UsageError

EXAMPLES = """
  losscli plot bce
  losscli plot mse,mae,huber
  losscli plot huber:delta=0.5 --show grad --x-range -2:2
  losscli plot bce --style braille
  losscli plot mse,mae,huber --out curves.png
"""

PICTURE = "Picture"
Show = Annotated[
    str,
    Option("--show", metavar="loss|grad", help="the loss or its derivative  [loss]", rich_help_panel=PICTURE),
]
XRange = Annotated[
    str, Option("--x-range", metavar="A:B", help="the horizontal axis", rich_help_panel=PICTURE)
]
YRange = Annotated[str, Option("--y-range", metavar="A:B", help="the vertical axis", rich_help_panel=PICTURE)]
Height = Annotated[
    int, Option("--height", metavar="N", help="lines  [the terminal, or 20]", rich_help_panel=PICTURE)
]
Style = Annotated[
    str,
    Option("--style", metavar="ascii|braille|block", rich_help_panel=PICTURE,
           help="what the curves are made of  [LOSSCLI_STYLE, or ascii]"),
]  # fmt: skip
Title = Annotated[str, Option("--title", metavar="TEXT", help="above the picture", rich_help_panel=PICTURE)]
Out = Annotated[
    str, Option("--out", "-o", metavar="FILE", help="write a picture: .png, .svg or .pdf, or .txt",
                rich_help_panel=PICTURE),
]  # fmt: skip


def plot(
    losses: o.Losses,
    show: Show = "loss",
    style: Style = "",
    x_range: XRange = "",
    y_range: YRange = "",
    width: o.Width = 0,
    height: Height = 0,
    title: Title = "",
    out: Out = "",
    color: o.Color = "auto",
) -> None:
    """Loss curves, as terminal art or as a picture file.

    Several losses on one axis are drawn into one frame. --out curve.png draws with Matplotlib.
    """
    from losscli.plot.losses import figure
    from losscli.plot.style import asked
    from losscli.spec import parse_all

    what = choose("show", show)
    choose("color", color)
    glyphs = asked(style, os.environ.get("LOSSCLI_STYLE", ""))
    picture = figure(parse_all(losses), what, span("x-range", x_range), span("y-range", y_range), title)
    suffix = os.path.splitext(out)[1].lower()  # noqa: PTH122 (pathlib costs a millisecond)
    if out and suffix != ".txt":
        save(picture, out)
        return
    columns, lines = size(width, height, terminal=not out)
    from losscli.plot.terminal import draw
    from losscli.report.terminal import colored

    art = draw(picture, columns, lines, glyphs, color=not out and colored(sys.stdout, color)) + "\n"
    if out:
        write_text(out, art)
        return
    from losscli.cli.output import spool

    with spool() as text:
        text.write(art)


def size(width: int, height: int, *, terminal: bool) -> tuple[int, int]:
    """Return columns and lines: as asked, or what the terminal has with room for the prompt, or 72 x 20."""
    columns, lines = 72, 20
    if terminal and sys.stdout.isatty():
        have = os.get_terminal_size(sys.stdout.fileno())
        columns = min(have.columns or 80, 100)
        lines = min((have.lines or 24) - 4, 24)
    for name, asked, least in (("width", width, 30), ("height", height, 8)):
        if asked and not least <= asked <= 1000:
            raise UsageError(f"--{name}: {asked} is not between {least} and 1000")
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
                         [f"--{option} -3:3"])  # fmt: skip
    return ends


def save(picture: Any, out: str) -> None:
    """Write a picture file, and say so."""
    from pathlib import Path

    from losscli.cli.output import note
    from losscli.plot.image import save as write

    wide, high = write(picture, Path(out))
    bytes_ = Path(out).stat().st_size
    note(f"wrote {out} ({wide} x {high}, {max(1, round(bytes_ / 1000))} kB)")


def write_text(out: str, art: str) -> None:
    """Write terminal art to a file, whole or not at all."""
    from pathlib import Path

    from losscli.cli.output import note
    from losscli.errors import DataError

    path = Path(out)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(art, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(f"{out}: {(error.strerror or str(error)).lower()}") from None
    note(f"wrote {out}")
