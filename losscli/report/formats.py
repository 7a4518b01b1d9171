"""The formats in which a table can be written, by name and by the suffix of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TextIO, cast

from losscli.report.machine import write_delimited, write_json, write_json_lines
from losscli.report.table import Table, select, selected

NAMES = ("table", "tsv", "csv", "json", "jsonl", "md", "latex", "parquet")
PERSON = ("table", "md", "latex")
"""Those in which numbers are rounded, for a person."""
SUFFIXES = {
    ".txt": "table", ".tsv": "tsv", ".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".md": "md", ".tex": "latex", ".parquet": "parquet",
}  # fmt: skip


class Manner(NamedTuple):
    """How a table is to be written."""

    kind: str
    """One of `NAMES`, or bare: the cells alone."""
    fields: tuple[str, ...] = ()
    """The fields asked for; none: the usual ones."""
    digits: int = 4
    """Significant digits of numbers, for a person."""
    headers: bool = True
    """Whether TSV and CSV begin with a line of names."""
    color: str = "auto"
    width: int = 0
    screen: TextIO | None = None
    """Where a person reads it, if that is not standard output."""
    ascii: bool = False
    pretty: bool = False
    """Whether a person reads JSON."""


def write(
    table: Table, document: Mapping[str, Any] | None, out: TextIO, how: Manner, records: str = "results"
) -> None:
    """Write a table as text.

    `document` is the answer in JSON, and the list in it that is called `records` has those of JSON lines; without it
    the rows of the table are records.
    """
    kind = how.kind
    if kind in ("json", "jsonl"):
        _write_json(table, document, out, how, records)
        return
    table = selected(table, how.fields)
    if kind == "table":
        from losscli.report.terminal import write_table

        write_table(
            table,
            out,
            color=how.color,
            width=how.width,
            digits=how.digits,
            screen=how.screen,
            ascii=how.ascii,
        )
    elif kind == "md":
        from losscli.report.markup import write_markdown

        write_markdown(table, out, how.digits)
    elif kind == "latex":
        from losscli.report.markup import write_latex

        write_latex(table, out, how.digits)
    else:
        form = "csv" if kind == "csv" else "tsv"
        write_delimited(table, out, cast("Any", form), headers=how.headers and kind != "bare")


def _write_json(
    table: Table, document: Mapping[str, Any] | None, out: TextIO, how: Manner, records: str
) -> None:
    if document is None:
        document = {records: (dict(zip(table.columns, row, strict=True)) for row in table.rows)}
    found = picked(document[records], how.fields)
    if how.kind == "json":
        write_json({**document, records: found}, out, pretty=how.pretty)
    else:
        write_json_lines(found, out)


def picked(records: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield records with only those fields that were asked for, if any were. Raises `UsageError`."""
    for record in records:
        if fields:
            select([*record], fields)
        yield {name: record[name] for name in fields} if fields else record
