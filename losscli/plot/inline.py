"""Images between the lines of a terminal that can show them, by the protocols of kitty, iTerm2 and sixel."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 4096
"""So much of an image goes into one escape code of kitty's."""
COLOURS = 128
"""Registers that every terminal with sixels has, and then some."""
BAND = 6
KITTY = {"xterm-kitty", "xterm-ghostty"}
ITERM2 = {"iTerm.app", "WezTerm"}
SIXEL = ("foot", "mlterm", "contour", "yaft")


def protocol(environment: Mapping[str, str]) -> str:
    """Return the protocol of the terminal, as far as the environment says it; empty if it says nothing.

    Within tmux and screen there is none: they pass on only what they know.
    """
    terminal, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if "TMUX" in environment or terminal.startswith(("tmux", "screen")):
        return ""
    if environment.get("KITTY_WINDOW_ID") or terminal in KITTY or program == "ghostty":
        return "kitty"
    if program in ITERM2:
        return "iterm2"
    return "sixel" if terminal.startswith(SIXEL) or "sixel" in terminal else ""


def escaped(png: bytes, kind: str) -> bytes:
    """Return an image as what shows it in a terminal of this kind."""
    return {"kitty": kitty, "iterm2": iterm2, "sixel": sixel}[kind](png) + b"\n"


def kitty(png: bytes) -> bytes:
    """Return a PNG in escape codes of kitty's graphics protocol, to which no answer is wanted."""
    text = b64encode(png)
    parts = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    codes: list[bytes] = []
    for at, part in enumerate(parts):
        more = int(at + 1 < len(parts))
        head = f"a=T,f=100,q=2,m={more}" if not at else f"m={more}"
        codes.append(b"\x1b_G" + head.encode() + b";" + part + b"\x1b\\")
    return b"".join(codes)


def iterm2(png: bytes) -> bytes:
    """Return a PNG in iTerm2's escape code for a file that is shown."""
    return f"\x1b]1337;File=inline=1;size={len(png)}:".encode() + b64encode(png) + b"\x07"


def sixel(png: bytes) -> bytes:
    """Return a PNG as sixels: bands of six rows, each colour of a band after the other."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        flat: Any = image.convert("RGB").quantize(COLOURS)
        pixels: NDArray[np.uint8] = np.asarray(flat)
        palette = np.array(flat.getpalette()[: 3 * COLOURS]).reshape(-1, 3)
    high, wide = pixels.shape
    percent = np.rint(palette / 2.55).astype(int).tolist()
    out = [f'\x1bPq"1;1;{wide};{high}']
    out += ["#{};2;{};{};{}".format(index, *percent[index]) for index in np.unique(pixels).tolist()]
    for top in range(0, high, BAND):
        band = pixels[top : top + BAND]
        rows = (1 << np.arange(len(band)))[:, None]
        lines = [
            f"#{index}" + "".join(runs(((band == index) * rows).sum(axis=0) + 63))
            for index in np.unique(band).tolist()
        ]
        out.append("$".join(lines) + "-")
    return ("".join(out) + "\x1b\\").encode()


def runs(codes: NDArray[np.int64]) -> Iterator[str]:
    """Yield characters by their codes, equal ones that follow one another with their number."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1])
    lengths = np.diff(np.append(starts, len(codes)))
    for code, length in zip(codes[starts].tolist(), lengths.tolist(), strict=True):
        yield chr(code) * length if length < 4 else f"!{length}{chr(code)}"
