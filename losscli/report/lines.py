"""Rows of text as columns: what `machine.py` writes row by row, of any number of rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.report.machine import ESCAPES
from losscli.report.number import exact, json_number

Column = NDArray[Any] | Sequence[str]
"""Numbers, or texts that are written as they are."""


class Lines(NamedTuple):
    """Rows of text: what is the same in all of them, and columns, one after the other."""

    parts: Sequence[str | Column]

    @property
    def rows(self) -> int:
        """How many there are."""
        return next(len(part) for part in self.parts if not isinstance(part, str))


class Style(NamedTuple):
    """What stands between rows, and how numbers are written."""

    between: str = ""
    number: Callable[[float], str] = exact


TEXT = Style()
JSON = Style(",", json_number)


def by_python(block: Lines, style: Style) -> Iterator[str]:
    """Yield the text of each row, by Python."""
    known = [[part] * block.rows if isinstance(part, str) else _texts(part, style) for part in block.parts]
    return map("".join, zip(*known, strict=True))


def _texts(column: Column, style: Style) -> Sequence[str]:
    if not isinstance(column, np.ndarray):
        return column
    return list(map(str if column.dtype.kind in "iu" else style.number, column.tolist()))


def table_lines(columns: Sequence[Column], kind: str) -> Lines:
    """Return rows of a table as CSV or TSV has them, each with its end."""
    parts: list[str | Column] = []
    for column in columns:
        parts += [
            "," if kind == "csv" else "\t",
            column if isinstance(column, np.ndarray) else safe(column, kind),
        ]
    return Lines([*parts[1:], "\n"])


def split(x: NDArray[Any]) -> list[Column]:
    """Return the columns of numbers, of which a row has one or several."""
    return [x] if x.ndim == 1 else list(x.T)


def safe(column: Sequence[str], kind: str) -> Sequence[str]:
    """Return texts as fields of CSV or TSV."""
    whole = "".join(column)
    if kind != "csv":
        return [text.translate(ESCAPES) for text in column] if any(c in whole for c in "\t\r\n") else column
    if not any(c in whole for c in ',"\r\n'):
        return column
    return [
        '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text for text in column
    ]


def vector(columns: Sequence[Column]) -> list[str | Column]:
    """Return the parts of a list in JSON."""
    parts: list[str | Column] = []
    for column in columns:
        parts += [",", column]
    return ["[", *parts[1:], "]"]


def json_texts(column: Iterable[str]) -> Sequence[str]:
    """Return texts as JSON has them."""
    return [json.dumps(each, ensure_ascii=False) for each in column]
