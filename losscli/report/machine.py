"""Tables and results for programs: TSV, CSV and JSON, every number exact."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TextIO, cast

from losscli.report.number import exact, json_number
from losscli.report.table import Cell, Table


class Raw(str):
    """A text that is JSON already."""

    __slots__ = ()


ESCAPES = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


def write_delimited(table: Table, out: TextIO, kind: Literal["tsv", "csv"], *, headers: bool = True) -> None:
    """Write `table`, with a header line; in TSV a tab or line end inside a text becomes a blank."""
    if kind == "csv":
        writer = csv.writer(out, lineterminator="\n")
        if headers:
            writer.writerow(table.columns)
        writer.writerows(map(text, row) for row in table.rows)
        return
    if headers:
        out.write("\t".join(name.translate(ESCAPES) for name in table.columns) + "\n")
    out.writelines("\t".join(map(_field, row)) + "\n" for row in table.rows)


def text(cell: Cell) -> str:
    """Return a cell as text that loses nothing."""
    if isinstance(cell, float):
        return exact(cell)
    return "" if cell is None else str(cell)


def _field(cell: Cell) -> str:
    return text(cell).translate(ESCAPES) if isinstance(cell, str) else text(cell)


def write_json(value: Any, out: TextIO) -> None:
    """Write `value` as one line of JSON.

    An iterator becomes a list that is written as it comes; a function is called when its turn comes.
    """
    out.writelines(_pieces(value))
    out.write("\n")


def write_json_lines(records: Iterable[Any], out: TextIO) -> None:
    """Write each of `records` as `write_json` does."""
    for each in records:
        write_json(each, out)


def _pieces(value: Any) -> Iterator[str]:
    if callable(value):
        value = value()
    if isinstance(value, float):
        yield json_number(value)
    elif isinstance(value, Raw):
        yield value
    elif value is None or isinstance(value, (bool, int, str)):
        yield json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        yield from _joined(
            "{", "}", ((f"{json.dumps(name, ensure_ascii=False)}:", named[name]) for name in named)
        )
    else:
        yield from _joined("[", "]", (("", each) for each in cast("Iterable[Any]", value)))


def _joined(start: str, end: str, items: Iterable[tuple[str, Any]]) -> Iterator[str]:
    yield start
    for at, (label, each) in enumerate(items):
        yield f",{label}" if at else label
        yield from _pieces(each)
    yield end
