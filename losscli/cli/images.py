"""The options of images, and where images go: to a file, into a pipe, or between the lines of a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from typer import Option

from losscli.cli.files import refuse_own
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.plot.image import Paper, Pictures

IMAGE = "Image"
Theme = Annotated[
    str, Option("--theme", metavar="light|dark", help="of images  [light]", rich_help_panel=IMAGE)
]
Dpi = Annotated[
    int,
    Option("--dpi", metavar="N", help="pixels of an inch  [200; 110 in a terminal]", rich_help_panel=IMAGE),
]
Size = Annotated[
    str, Option("--size", metavar="8x5", help="inches  [6x3.75, or 10x3.75 for two]", rich_help_panel=IMAGE)
]
Kind = Annotated[
    str,
    Option("--image", metavar="png|svg|pdf", rich_help_panel=IMAGE,
           help="the kind of image, where no suffix says it: -o - --image svg  [png]"),
]  # fmt: skip
Inline = Annotated[
    str,
    Option("--inline", metavar="none|auto|kitty|iterm2|sixel", rich_help_panel=IMAGE,
           help="an image in the terminal; auto: if TERM, TERM_PROGRAM or KITTY_WINDOW_ID say it can  [none]"),
]  # fmt: skip
INLINE = ("none", "auto", "kitty", "iterm2", "sixel")
INLINE_DPI = 110
LEAST, MOST = 1.5, 40.0
"""Inches."""


class Where(NamedTuple):
    """Where a picture goes."""

    out: str
    """A file, or `-` for a pipe; empty for standard output."""
    kind: str
    """The kind of image that was asked for; empty where the suffix of the file says it."""
    protocol: str
    """How the terminal shows an image; empty if it is not to."""
    paper: Any
    """What an image is drawn on; None if characters are drawn."""

    def draw(self, pictures: Pictures) -> None:
        """Put an image there."""
        if self.protocol:
            show(pictures, self.protocol, self.paper)
        else:
            deliver(pictures, self.out, self.kind, self.paper)


def where(out: str, kind: str, inline: str, inputs: Iterable[str], **look: Any) -> Where:
    """Return where a picture goes, by the options of images; `look` is that of paper. Raises `UsageError`."""
    suffix = os.path.splitext(out)[1].lower()  # noqa: PTH122 (pathlib costs a millisecond)
    drawn, how = bool(out) and (suffix != ".txt" or bool(kind)), "" if out else protocol(inline)
    if out:
        refuse_own(out, inputs)
    return Where(out, kind, how, paper(kind=kind, used=drawn or bool(how), inline=bool(how), **look))


def paper(theme: str, dpi: int, size: str, kind: str, *, used: bool, inline: bool) -> Any:
    """Return what images are drawn on; None if none is. Raises `UsageError`."""
    if not used:
        for option, said in (("theme", theme != "light"), ("dpi", dpi), ("size", size), ("image", kind)):
            if said:
                raise UsageError(
                    f"--{option} is for images, and this is text",
                    fix=["-o curve.png", "--style braille"],
                    code="option-unused",
                )
        return None
    from losscli.plot.image import Paper
    from losscli.plot.theme import themed

    if dpi and not 30 <= dpi <= 1200:
        raise UsageError(f"--dpi: {dpi} is not between 30 and 1200", code="bad-option")
    return Paper(themed(theme), dpi or (INLINE_DPI if inline else 200), inches(size) if size else None)


def inches(size: str) -> tuple[float, float]:
    """Return the width and the height that `size` spells."""
    wide, _, high = size.lower().partition("x")
    try:
        found = float(wide), float(high)
    except ValueError:
        found = 0.0, 0.0
    if not all(LEAST <= each <= MOST for each in found):
        raise UsageError(
            f"--size: '{size}' is no size",
            [f"width x height in inches, from {LEAST:g} to {MOST:g}"],
            ["--size 8x5"],
            code="bad-option",
        )
    return found


def kind_of(name: str) -> Any:
    """Return the kind of image that was asked for; None if none was."""
    from losscli.plot.image import KINDS

    if name and name not in KINDS.values():
        raise UsageError(
            f"--image: '{name}' is not one of: {' '.join(KINDS.values())}",
            fix=["--image svg"],
            code="bad-option",
        )
    return name or None


def protocol(asked: str) -> str:
    """Return how the terminal shows images; empty if it is not asked to, or cannot on `auto`."""
    if asked not in INLINE:
        raise UsageError(f"--inline: '{asked}' is not one of: {' '.join(INLINE)}", code="bad-option")
    if asked != "auto":
        return asked.removeprefix("none")
    from losscli.plot.inline import protocol

    return protocol(os.environ) if sys.stdout.isatty() else ""


def deliver(pictures: Pictures, out: str, kind: str, on: Paper) -> None:
    """Write an image to a file and say so, or its bytes to a pipe."""
    from pathlib import Path

    from losscli.cli.files import wrote
    from losscli.cli.messages import note
    from losscli.plot.image import render, save

    if out == "-":
        if sys.stdout.isatty():
            raise UsageError(
                "an image is no text for a terminal",
                fix=["-o curve.png", "-o - > curve.png", "--inline auto"],
                code="to-terminal",
            )
        send(render(pictures, kind_of(kind) or "png", on)[0])
        return
    wide, high = save(pictures, Path(out), kind_of(kind), on)
    pixels = (kind_of(kind) or Path(out).suffix.lower().lstrip(".")) == "png"
    size = f"{wide} x {high}" if pixels else f"{wide / on.dpi:g} x {high / on.dpi:g} in"
    note(wrote(out, size), code="wrote", file=out)


def show(pictures: Pictures, how: str, on: Paper) -> None:
    """Show an image between the lines of a terminal."""
    from losscli.plot.image import render
    from losscli.plot.inline import escaped

    send(escaped(render(pictures, "png", on)[0], how))


def send(data: bytes) -> None:
    """Write bytes to standard output."""
    import io

    from losscli.cli.output import deliver as write

    write(io.BytesIO(data))
