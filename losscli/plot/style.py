"""Three ways to draw with characters: plain ASCII, braille dots, and quarter blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from losscli.errors import UsageError
from losscli.plot.text import plain, printed


class Style(NamedTuple):
    """The characters of a picture."""

    name: str
    down: int
    """Dots in a cell, one below the other; in ASCII a cell is one slope or one underscore."""
    over: int
    """Dots in a cell, side by side."""
    cells: Sequence[str]
    """What is drawn for each set of dots: the one at the upper left counts 1, the next on its right 2, ..."""
    mark: str
    side: str
    """The vertical axis: its upper end, elsewhere, and at a tick."""
    rule: str
    """The horizontal axis: its corner, elsewhere, at a tick, and its end."""
    pad: int
    """Blank columns between the vertical axis and the first cell."""
    words: Callable[[str], str]
    zero: str = ""
    """A faint line at height 0, where heights are above and below it."""

    @property
    def fine(self) -> bool:
        """Say whether cells are made of dots."""
        return self.down > 1


def sets(down: int, over: int) -> list[tuple[bool, ...]]:
    """Return all sets of dots in the order in which they are counted."""
    return [bits[::-1] for bits in product((False, True), repeat=down * over)]


def braille() -> list[str]:
    """Return the braille character of each set of dots; no dot is a plain blank, which can be trimmed."""
    order = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)
    codes = (sum(code for code, on in zip(order, bits, strict=True) if on) for bits in sets(4, 2))
    return [chr(0x2800 + code) if code else " " for code in codes]


ASCII = Style("ascii", 1, 1, (), "*", "^|+", "+-+>", 1, plain)
BRAILLE = Style("braille", 4, 2, braille(), "●", "││┤", "└─┬─", 0, printed, "┈")
BLOCK = Style("block", 2, 2, " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█", "●", "││┤", "└─┬─", 0, printed, "┈")
STYLES = {style.name: style for style in (ASCII, BRAILLE, BLOCK)}


def asked(option: str, environment: str) -> Style:
    """Return the style that the option names, or else the environment; ASCII if neither."""
    name = option or environment or ASCII.name
    if name not in STYLES:
        said, fix = ("--style", "--style ") if option else ("LOSSCLI_STYLE", "LOSSCLI_STYLE=")
        raise UsageError(
            f"{said}: '{name}' is not one of: {' '.join(STYLES)}", fix=[f"{fix}braille"], code="bad-option"
        )
    return STYLES[name]


def dots(filled: np.ndarray, style: Style) -> np.ndarray:
    """Return the number of each cell's set of dots, from a grid of dots."""
    lines, columns = filled.shape[0] // style.down, filled.shape[1] // style.over
    parts = filled.reshape(lines, style.down, columns, style.over).astype(np.uint32)
    worth = (1 << np.arange(style.down * style.over, dtype=np.uint32)).reshape(style.down, 1, style.over)
    return (parts * worth).sum((1, 3), dtype=np.uint32)
