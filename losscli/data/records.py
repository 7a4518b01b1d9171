"""Tables of JSON values: records with columns of dotted names, or arrays that are columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from itertools import chain, islice
from typing import Any, cast

import numpy as np

from losscli.data.decoding import Record
from losscli.data.source import Source
from losscli.data.table import Cell, Chunk, Table
from losscli.data.words import counted, quoted, under, written
from losscli.errors import DataError, NoResult

PEEK = 1000  # records whose keys are the columns; all are looked at before a column is called absent
MOST = 1 << 17  # records held while looking for a column

Path = tuple[str, ...]
Numbered = Iterator[tuple[int, Record]]


class Records(Table):
    """A table whose rows are JSON objects; the columns of nested ones have dotted names."""

    def __init__(
        self, name: str, unit: str, records: Numbered, close: Callable[[], None] | None = None
    ) -> None:
        self.name = name
        self.unit = unit
        self.names = []
        self.lists, self.deep = {}, {}
        self._paths: list[Path] = []
        self._scalars: set[int] = set()
        self._rest = records
        self._close = close
        self._held: list[tuple[int, Record]] = []
        if not self.more():
            raise NoResult(f"{name} is empty", code="empty-input", file=name)

    def close(self) -> None:
        """Close the file; nobody reads on."""
        if self._close is not None:
            self._close()

    def more(self) -> bool:
        """Look at as many records again as have been looked at."""
        seen = len(self._held)
        if seen >= MOST:
            return False
        self._held += islice(self._rest, max(seen, PEEK))
        known = {path: at for at, path in enumerate(self._paths)}
        for _, record in self._held[seen:]:
            for path, value in leaves(record):
                at = known.setdefault(path, len(known))
                if at == len(self.names):
                    self._paths.append(path)
                    self.names.append(".".join(path))
                if at not in self._scalars and at not in self.deep and value is not None:
                    if isinstance(value, list):
                        self.measure(at, cast("list[object]", value))
                    elif at not in self.lists:
                        self._scalars.add(at)
        return len(self._held) > seen

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, `rows` rows at a time."""
        held, self._held = self._held, []
        records = chain(held, self._rest)
        del held
        while some := list(islice(records, rows)):
            lines = np.array([line for line, _ in some], dtype=np.int64)
            cells = [column([record for _, record in some], self._paths[at]) for at in columns]
            yield Chunk(cells, lines, no_text)

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the key and the value, with carets under the value."""
        return show(self._paths[column][-1], line, cell)


class Lines(Records):
    """Records that are lines."""

    def __init__(self, source: Source, records: Callable[[Source, int], Numbered]) -> None:
        self._records = records
        super().__init__(source.name, "line", records(source, 1), source.close)

    @property
    def paths(self) -> Sequence[Path]:
        """The keys that lead to each column."""
        return self._paths

    def going_on(self, source: Source, line: int) -> Lines:
        """Return the same table where it goes on in another source, whose first line is this one."""
        other = copy(self)
        other._held, other._rest = [], self._records(source, line)
        return other


class Arrays(Table):
    """A table whose columns are the arrays of one JSON object."""

    unit = "record"

    def __init__(self, name: str, columns: Mapping[str, list[Cell]]) -> None:
        self.name = name
        self.names = list(columns)
        self._columns = list(columns.values())
        self.lists, self.deep = {}, {}
        for at, cells in enumerate(self._columns):
            sample = next((cell for cell in cells if cell is not None), None)
            if isinstance(sample, list):
                self.measure(at, cast("list[object]", sample))

    def close(self) -> None:
        """Do nothing: the document was read whole."""

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, `rows` rows at a time."""
        lengths = {self.names[at]: len(self._columns[at]) for at in columns}
        total = max(lengths.values())
        refuse_lengths(self.name, lengths)
        if not total:
            raise NoResult(f"{self.name} is empty", code="empty-input", file=self.name)
        for start in range(0, total, rows):
            cells = [self._columns[at][start : start + rows] for at in columns]
            yield Chunk(cells, np.arange(start + 1, min(start + rows, total) + 1, dtype=np.int64), no_text)

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the key and the value, with carets under the value."""
        return show(self.names[column], line, cell)


def refuse_lengths(name: str, lengths: Mapping[str, int]) -> None:
    """Refuse arrays of different lengths, by their names."""
    if min(lengths.values()) < max(lengths.values()):
        raise DataError(
            f"{name}: the arrays differ in length",
            [f"{quoted(each)} has {counted(length, 'value')}" for each, length in lengths.items()][:6],
            code="lengths-differ", file=name,
        )  # fmt: skip


def no_text(_: int) -> str:
    """Return the text of a row, which nobody kept."""
    return ""


def show(key: str, line: int, cell: Cell) -> tuple[str, ...]:
    """Return `57 | "p": "n/a"`, with carets under the value."""
    lead, value = f"{written(key)}: ", written(cell)
    return under(line, lead + value, (len(lead), len(lead) + len(value)))


def leaves(record: Record) -> Iterator[tuple[Path, object]]:
    """Yield what is in a record that is not itself a record, with the keys that lead there."""
    path: Path = ()
    inside = [iter(record.items())]
    while inside:  # and no recursion: JSON may be nested almost as deeply as Python can call
        for key, value in inside[-1]:
            if isinstance(value, dict) and value:
                path += (key,)
                inside.append(iter(cast("Record", value).items()))
                break
            yield (*path, key), value
        else:
            inside.pop()
            path = path[:-1]


def column(records: Sequence[Record], path: Path) -> list[Cell]:
    """Return the value at the path of every record, None where there is none."""
    values: list[Any] = list(records)
    for key in path:
        values = [cast("Record", value).get(key) if isinstance(value, dict) else None for value in values]
    return values
