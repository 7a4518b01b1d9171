"""Tables and results for programs: TSV, CSV and JSON, every number exact."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Literal, TextIO, cast

from losscli.report.number import exact, json_number
from losscli.report.table import Cell, Table


class Raw(str):
    """A text that is JSON already."""

    __slots__ = ()


DEEP = 4
"""So deep, pretty JSON goes on in one line: rows are in results, which are in the answer."""
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


def write_json(value: Any, out: TextIO, *, pretty: bool = False) -> None:
    """Write `value` as one line of JSON; `pretty` gives what a person looks for a line of its own.

    An iterator becomes a list that is written as it comes; a function is called when its turn comes.
    """
    out.writelines(_pieces(value, 0 if pretty else DEEP))
    out.write("\n")


def write_json_lines(records: Iterable[Any], out: TextIO) -> None:
    """Write each of `records` as `write_json` does."""
    for each in records:
        write_json(each, out)


def _pieces(value: Any, depth: int) -> Iterator[str]:
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
        depth = depth if depth % 2 == 0 else DEEP
        space = "" if depth >= DEEP else " "
        items = ((f"{json.dumps(name, ensure_ascii=False)}:{space}", named[name]) for name in named)
        yield from _joined("{", "}", items, depth)
    else:
        each = iter(cast("Iterable[Any]", value))
        first = list(islice(each, 1))
        records = any(isinstance(one, Mapping) or (isinstance(one, Raw) and one[:1] == "{") for one in first)
        items = (("", one) for one in chain(first, each))
        yield from _joined("[", "]", items, depth if depth % 2 and records else DEEP)


def _joined(start: str, end: str, items: Iterable[tuple[str, Any]], depth: int) -> Iterator[str]:
    """Yield the items between brackets: of answers, lists of records and records one on each line."""
    line = "" if depth >= DEEP else indented(depth + 1)
    yield start
    empty = True
    for label, each in items:
        yield f"{'' if empty else ','}{line}{label}"
        yield from _pieces(each, depth + 1)
        empty = False
    yield end if empty or not line else f"{indented(depth)}{end}"


def indented(depth: int) -> str:
    """Return what begins a line of pretty JSON."""
    return "\n" + "  " * depth
