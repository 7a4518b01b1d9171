"""Where results go, and in which format: nothing is written before all of it is known to be right."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, cast

from losscli.cli import messages
from losscli.cli.environment import word
from losscli.cli.files import refuse_own, whole, wrote
from losscli.cli.messages import note
from losscli.cli.options import Print
from losscli.cli.reading import choice
from losscli.errors import DataError, UsageError

if TYPE_CHECKING:
    from losscli.report.table import Table

KEPT = 1 << 23
"""How much output waits in memory; beyond it, in a temporary file."""


class Output:
    """The format that the options ask for, and standard output or a file.

    Of a command: `to = Output(shape, inputs=words.files)`, then `to.write(table, document)`.
    """

    def __init__(self, shape: Print, *, bare: bool = False, inputs: Iterable[str] = ()) -> None:
        from losscli.report.formats import PERSON, Manner

        self.path = "" if shape.output == "-" else shape.output
        """The file to write, or nothing: standard output."""
        if self.path:
            refuse_own(self.path, inputs)
        self.kind = kind(shape, self.path, bare=bare)
        """One of `report.formats.NAMES`, or `bare`."""
        self.person = self.kind in PERSON
        """Whether numbers are rounded, for a person to read."""
        self.manner = Manner(
            self.kind,
            tuple(each.strip() for each in shape.fields.split(",") if each.strip()),
            shape.precision or 4,
            headers=not shape.no_headers,
            color=shape.color,
            width=shape.width,
            ascii=messages.manner.ascii,
            pretty=not self.path and sys.stdout.isatty(),
        )

    def wants(self, field: str, *, usual: bool = False) -> bool:
        """Return whether a field is written: asked for, or `usual` and nothing else asked for."""
        return field in self.manner.fields if self.manner.fields else usual

    def expect(self, columns: Iterable[str], records: Callable[[], Iterable[str]] | None = None) -> None:
        """Refuse fields that no answer will have, while nothing is read yet.

        `columns` are those that a table may have; with a * in it, all names that are so. `records`, if they are others,
        are the fields that JSON may have. Raises `UsageError`.
        """
        if not self.manner.fields:
            return
        from fnmatch import fnmatchcase

        from losscli.report.table import select

        json = self.kind in ("json", "jsonl")
        known = [*records()] if records and json else [*columns]
        alike = [name for name in self.manner.fields if any(fnmatchcase(name, each) for each in known)]
        select([*known, *alike], self.manner.fields, evident=known)

    def write(
        self, table: Table, document: Mapping[str, Any] | None = None, records: str = "results"
    ) -> None:
        """Write `table`; for JSON `document`, in which the list called `records` has those of JSON lines.

        Without a document the rows of the table are the records, under their columns' names.
        """
        from losscli.report.formats import write

        rows = list(table.rows)
        table = table._replace(rows=rows)
        if self.kind == "parquet":
            from losscli.cli.longtable import blocks_of
            from losscli.report.table import selected

            some = selected(table, self.manner.fields)
            self.write_parquet(some.columns, blocks_of(some))
            return
        if messages.manner.ascii and self.person:
            from losscli.cli.ascii import spelled_table

            table = spelled_table(table)
        with self.file(lambda: len(rows)) as out:
            write(table, document, out, self.manner, records)

    def write_parquet(self, names: Sequence[str], blocks: Iterable[Any]) -> None:
        """Write columns of numbers and texts, some rows at a time, as a Parquet file."""
        from losscli.report.parquetfile import write_parquet

        with whole(self.path) as file:
            rows = write_parquet(names, blocks, file.name)
        note(wrote(self.path, counted(rows)), code="wrote", file=self.path)

    @contextmanager
    def file(self, rows: Callable[[], int] | None = None) -> Generator[TextIO]:
        """Give a text file for results, perhaps of so many rows: it reaches standard output, or its own file, whole."""
        json = self.kind in ("json", "jsonl")
        if not self.path:
            with spool(json=json) as out:
                yield out
            return
        with whole(self.path) as file, text(file, json=json) as out:
            yield out
        note(wrote(self.path, counted(rows()) if rows else ""), code="wrote", file=self.path)


def counted(rows: int) -> str:
    """Return `1 row`, `2 rows`."""
    return f"{rows} row{'s' * (rows != 1)}"


def kind(shape: Print, path: str = "", *, bare: bool = False) -> str:
    """Return the one format that the options ask for, or the suffix of a file; a table on a terminal, and else TSV."""
    from losscli.report.formats import SUFFIXES

    switches = (
        ("json", shape.json),
        ("csv", shape.csv),
        ("tsv", shape.tsv),
        ("md", shape.md),
        ("bare", bare),
    )
    asked = [name for name, on in switches if on]
    if choice("format", shape.format):
        asked.append(shape.format)
    if len(set(asked)) > 1:
        raise UsageError(
            f"one output format, not {' and '.join(dict.fromkeys(asked))}", code="option-conflict"
        )
    if path and not asked:
        suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122 (pathlib costs a millisecond)
        if suffix not in SUFFIXES:
            what = f"'{suffix}' is no format" if suffix else "it has no suffix that says the format"
            raise UsageError(
                f"--output {path}: {what}",
                [f"suffixes: {' '.join(SUFFIXES)}"],
                [f"--output {path} --format csv"],
                code="unknown-format",
            )
        return SUFFIXES[suffix]
    if "parquet" in asked and not path:
        raise UsageError("--format parquet needs a file", fix=["--output x.parquet"], code="missing-option")
    if not asked and (usual := word("format", "")):
        if usual == "parquet":
            raise UsageError(
                "LOSSCLI_FORMAT: parquet needs a file", fix=["--output x.parquet"], code="missing-option"
            )
        asked = [usual]
    return asked[0] if asked else "table" if sys.stdout.isatty() else "tsv"


@contextmanager
def text(file: Any, *, json: bool = False) -> Generator[TextIO]:
    """Give a file of bytes as one of text, in UTF-8 or as --ascii wants it."""
    code, errors = "utf-8", "strict"
    if messages.manner.ascii:
        from losscli.cli.ascii import ESCAPED, SPELLED

        code, errors = "ascii", ESCAPED if json else SPELLED
    out = io.TextIOWrapper(file, encoding=code, errors=errors, newline="")
    try:
        yield out
        out.flush()
    finally:
        out.detach()


@contextmanager
def spool(*, json: bool = False) -> Generator[TextIO]:
    """Give a file to write results to; what is written goes to standard output at the end, or nowhere."""
    with SpooledTemporaryFile(KEPT, mode="w+b") as held:
        with text(held, json=json) as out:
            yield out
        held.seek(0)
        deliver(cast("Any", held))


def deliver(held: BinaryIO) -> None:
    """Copy a finished result to standard output, so that a full disk is noticed here and not at exit."""
    try:
        sys.stdout.flush()
        shutil.copyfileobj(held, sys.stdout.buffer, 1 << 20)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (what is unwritten must not fail again at exit)
        raise DataError(f"standard output: {reason}", code="not-written") from None
