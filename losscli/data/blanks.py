"""Text in which any number of blanks is one delimiter, as in tables that are aligned for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data.pieces import Piece

if TYPE_CHECKING:
    from losscli.data.engine import Delimited

BLANK, RETURN, NEWLINE = b" \r\n"


def without_ends(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines without the blanks at their ends, which no cell follows."""
    return (re.sub(" +(?=[\r\n]*$)", "", line) for line in lines)


def place(line: str, column: int) -> tuple[int, int] | None:
    """Return where a cell stands in its line; None if on a later line."""
    cells = list(re.finditer('(?:"[^"]*"?|[^ "])+', line))
    return cells[column].span() if column < len(cells) else None


def delimited(piece: Piece, how: Delimited) -> list[Any]:
    """Return the wanted columns. Raises `Refused`."""
    from losscli.data import engine

    if piece.quoted:
        raise engine.Refused("blanks that may be of a text")
    with closing(closed_up(piece)) as closed:
        return engine.delimited(closed, how)


def closed_up(piece: Piece) -> Piece:
    """Return a piece without the blanks that delimit nothing."""
    text = np.frombuffer(piece.text() + b"\n", np.uint8)
    blank = text == BLANK
    wanted = ~blank
    wanted[1:] |= ~blank[:-1] & (text[:-1] != NEWLINE)  # one blank is enough, after a cell
    wanted[0] = not blank[0]
    text = text[wanted]
    blank = text == BLANK
    blank[:-1] &= (text[1:] == NEWLINE) | (text[1:] == RETURN)  # and none before the end
    text = text[~blank][:-1]
    found = Piece()
    found.add(text.tobytes(), len(text))
    found.line, found.lines = piece.line, piece.lines
    return found
