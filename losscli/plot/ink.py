"""Lines of a picture with the ink of each of their characters, and ink as colour on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.plot.figure import Curve

INKS = "abcdef"
COLOURS = {
    **dict(zip(INKS, ("36", "33", "35", "32", "34", "31"), strict=True)),
    ".": "2",
    "=": "1",
}
"""Curves in turn: cyan, yellow, magenta, green, blue, red; a reference faint, the name of a picture bold."""
FAINT, BOLD = ".="


class Line(NamedTuple):
    """A line of a picture, and as long or shorter, a letter for the ink of each character."""

    text: str
    ink: str = ""

    def beside(self, other: Line, at: int) -> Line:
        """Return this line with another one from a column on."""
        return Line(f"{self.text:{at}}{other.text}", f"{self.ink:{at}}{other.ink}")

    def painted(self) -> str:
        """Return the line in colour, without blanks at its end."""
        text = self.text.rstrip()
        inks = zip(text, f"{self.ink:{len(text)}}", strict=False)
        parts = (
            (ink, "".join(letter for letter, _ in run)) for ink, run in groupby(inks, key=lambda x: x[1])
        )
        return "".join(
            f"\x1b[{COLOURS[ink]}m{part}\x1b[0m" if ink in COLOURS and part.strip() else part
            for ink, part in parts
        )


def shown(lines: Iterable[Line], *, color: bool) -> str:
    """Return the lines as one text."""
    return "\n".join(line.painted() if color else line.text.rstrip() for line in lines)


def inked(curves: Sequence[Curve], index: int) -> int:
    """Return the ink of a curve, as a character code."""
    return ord(FAINT if curves[index].behind else INKS[index % len(INKS)])


def code(codes: NDArray[np.uint32]) -> str:
    """Return the text of which these are the codes; 0 is a blank."""
    return "".join(map(chr, np.where(codes == 0, ord(" "), codes).tolist()))
