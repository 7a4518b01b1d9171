"""Parquet files, by DuckDB: numbers at one go, all else some row groups at a time, in their order."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from losscli.data import store
from losscli.data.cells import Written
from losscli.data.meanwhile import meanwhile
from losscli.data.npy import spool
from losscli.data.records import no_text, show
from losscli.data.table import Cell, Chunk, Column, Table
from losscli.data.words import quoted
from losscli.errors import DataError, NoResult

MANY = 64
"""How many times more rows are taken at once than of texts: each query costs some milliseconds."""
ROOM = 1 << 22
"""Numbers that are taken at once, if a row has very many."""
LONG = 1 << 18
"""Rows from which on it pays to read at one go, which takes longer to begin."""
FEW = 32
"""Columns that are read so: the engine chooses how many rows it gives at once."""
WHOLE = {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint"}
REAL = {"float", "double"}
BROAD = {"decimal", "hugeint", "uhugeint", "bignum"}
"""Numbers that NumPy has no type for: they are read from their text, which rounds once."""


class Field(NamedTuple):
    """A column: SQL for it, and what type it has."""

    sql: str
    type: Any

    @property
    def kind(self) -> str:
        """The name of the type."""
        return str(self.type.id)

    @property
    def inner(self) -> str:
        """The name of the type of what is in a list."""
        return str(self.type.children[0][1].id) if self.kind in ("list", "array") else ""


class Parquet(Table):
    """A Parquet file, read by ranges of rows."""

    unit = "row"

    def __init__(self, name: str, path: str, threads: int, closers: Sequence[Callable[[], None]]) -> None:
        self.name = name
        self._threads = threads or os.cpu_count() or 1
        self.names, self.lists, self.deep = [], {}, {}
        self._closers = closers
        self._at = 0
        self._file = store.File(path)
        self._fields: list[Field] = []
        with self._translated():
            self._rows = self._file.rows()
            for column, sql, type in self._file.columns():
                self._add(column, Field(sql, type))
        self.texts = {at for at, field in enumerate(self._fields) if is_text(field.kind)}

    def _add(self, name: str, field: Field) -> None:
        """Add a column, or those of a struct by dotted names."""
        if field.kind == "struct":
            for each, type in field.type.children:
                self._add(f"{name}.{each}", Field(f"struct_extract({field.sql}, {store.text(each)})", type))
            return
        at = len(self.names)
        self.names.append(name)
        self._fields.append(field)
        if field.inner:
            self.lists[at] = self._file.width(field.sql)
            if field.type.children[0][1].id in ("list", "array"):
                self.deep[at] = self._file.width(f"{field.sql}[1]")

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns: all rows at one go if they are many, and numbers."""
        for at in columns:
            if self._fields[at].kind in ("map", "union", "blob", "geometry", "variant"):
                raise DataError(
                    f"{self.name}: column {self.names[at]!r} is of type {quoted(str(self._fields[at].type))}",
                    ["numbers, texts, lists and structs of them are read"],
                    code="wrong-type", file=self.name,
                )  # fmt: skip
        if not self._rows:
            raise NoResult(f"{self.name}: no rows", code="empty-input", file=self.name)
        fields = [self._fields[at] for at in columns]
        numbers = all(field.kind in WHOLE | REAL | BROAD for field in fields)
        if numbers and self._rows >= LONG and len(columns) <= FEW:
            yield from self._at_once(fields)
        if self._at < self._rows:
            yield from self._by_ranges(columns, rows)

    def _at_once(self, fields: Sequence[Field]) -> Iterator[Chunk]:
        """Yield columns of numbers, of all rows unless something is wrong."""
        arriving = self._file.stream([wanted(field) for field in fields], self._threads)
        with closing(meanwhile(arriving)) as found:
            for arrays in found:
                start, self._at = self._at, self._at + len(arrays[0])
                columns = list(map(cells, fields, arrays))
                yield Chunk(columns, np.arange(start + 1, self._at + 1, dtype=np.int64), no_text)

    def _by_ranges(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the columns, some row groups at a time, of which the next are read meanwhile."""
        from concurrent.futures import ThreadPoolExecutor

        with self._translated():
            ends = self._file.ends()
        wide = sum(max(1, self.lists.get(at, 1) * self.deep.get(at, 1)) for at in columns)
        ranges = list(steps(ends, max(1, min(rows * MANY, ROOM // wide)), self._at))
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self._read, columns, *ranges[0])
            for (start, stop), following in zip(ranges, [*ranges[1:], None], strict=True):
                with self._translated():
                    cells = coming.result()
                if following:
                    coming = pool.submit(self._read, columns, *following)
                self._at = stop
                yield Chunk(cells, np.arange(start + 1, stop + 1, dtype=np.int64), no_text)

    def progress(self) -> tuple[int, int] | None:
        """Return how many rows have been read, and how many there are."""
        return self._at, self._rows

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the name of the column and the value, with carets under the value."""
        return show(self.names[column], line, cell)

    def close(self) -> None:
        """Close the file; nobody reads on."""
        for close in self._closers:
            close()

    def _read(self, columns: Sequence[int], start: int, stop: int) -> list[Column]:
        """Return the cells of some rows."""
        plain = [at for at in columns if not self._fields[at].inner]
        arrays = self._file.read([wanted(self._fields[at]) for at in plain], start, stop)
        found = {at: cells(self._fields[at], array) for at, array in zip(plain, arrays, strict=True)}
        for at in columns:
            if at not in found:
                found[at] = self._lists(self._fields[at], self.lists[at], start, stop)
        return [found[at] for at in columns]

    def _lists(self, field: Field, width: int, start: int, stop: int) -> Column:
        """Return a column of lists: an array if all are as long as the first one, and of numbers."""
        if field.inner not in WHOLE | REAL | BROAD:
            [objects] = self._file.read([field.sql], start, stop)
            return [as_json(cell) for cell in objects.tolist()]
        lengths = np.ma.filled(self._file.read([f"len({field.sql})"], start, stop)[0], -1)
        inner = Field(f"unnest({field.sql})", field.type.children[0][1])
        [flat] = self._file.read([f"{wanted(inner)}::double"], start, stop)
        numbers = np.ma.filled(flat, np.nan)
        if (lengths == width).all():
            return numbers.reshape(len(lengths), width)
        lists = np.split(numbers, np.cumsum(lengths.clip(0))[:-1])
        return [
            None if length < 0 else [None if x != x else x for x in each.tolist()]
            for each, length in zip(lists, lengths, strict=True)
        ]

    def _translated(self) -> Any:
        return store.translated(self._damaged)

    def _damaged(self, reason: str) -> DataError:
        reason = re.sub(r"'/dev/fd/\d+'", repr(self.name), reason)
        return DataError(
            f"{self.name}: not a whole Parquet file",
            [reason],
            ["was it copied whole?"],
            code="damaged",
            file=self.name,
        )


def is_text(kind: str) -> bool:
    """Return whether a column of this type is read as texts."""
    return kind not in WHOLE | REAL | BROAD | {"boolean", "list", "array", "null"}


def wanted(field: Field) -> str:
    """Return SQL for what is to be fetched."""
    if field.kind in BROAD:
        return f"{field.sql}::varchar::double"
    return f"{field.sql}::varchar" if is_text(field.kind) else field.sql


def cells(field: Field, array: Any) -> Column:
    """Return the cells that DuckDB has made an array of."""
    whole = type(array) is np.ndarray  # to ask np.ma is to import it
    if field.kind in REAL | BROAD:
        return array if whole else np.ma.filled(array, np.nan)
    if field.kind in WHOLE:
        if whole or not np.ma.is_masked(array):
            return np.asarray(array)
        return [None if x is None else Written(str(x)) for x in array.tolist()]
    return array.tolist()


def as_json(cell: Any) -> Cell:
    """Return a cell with lists in it as JSON has it: numbers are floats."""
    if isinstance(cell, np.ndarray | list):
        return [as_json(each) for each in cast("list[Any]", cell)]
    value = cast("object", cell.item() if isinstance(cell, np.generic) else cell)
    if value is None or value is np.ma.masked or isinstance(value, str | bool):
        return None if value is np.ma.masked else value
    return Written(str(value)) if isinstance(value, int) else float(str(value))


def steps(ends: Sequence[int], rows: int, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield ranges of about so many rows that end where a group of rows does, if groups are not far too long."""
    group = 0
    while start < ends[-1]:
        while ends[group] <= start:
            group += 1
        last = group
        while last + 1 < len(ends) and ends[last + 1] - start <= rows:
            last += 1
        stop = min(ends[last], start + 4 * rows)
        yield start, stop
        start = stop


def parquet_table(
    name: str, stream: io.BufferedReader, path: Path | None, threads: int, *closers: Callable[[], None]
) -> Table:
    """Return the table of a Parquet file; what comes through a pipe is held in a file without a name."""
    file: Any = stream if path is not None else spool(stream)
    to_close = [file.close, stream.close, *closers]
    try:
        # By its number: a name may be a pattern to DuckDB, and a file that loses its name is still there.
        opened = f"/dev/fd/{file.fileno()}"
        return Parquet(name, opened if os.path.exists(opened) else str(path), threads, to_close)  # noqa: PTH110
    except BaseException:
        file.close()
        raise
