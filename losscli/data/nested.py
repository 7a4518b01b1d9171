"""Records that are lists of rows: `{"scores": [2, 1], "relevance": [0, 1]}` is a list of two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np

from losscli.data.batch import RECORD, Role
from losscli.data.cells import plain
from losscli.data.decoding import kind
from losscli.data.pick import Pick, Picks
from losscli.data.records import no_text
from losscli.data.table import Cell, Chunk, Table
from losscli.data.words import counted, quoted
from losscli.errors import DataError


class Nested(Table):
    """A table of JSON values, whose lists in the columns of `members` become rows; other cells are repeated.

    It has one column more, the last: the number of the record.
    """

    def __init__(self, table: Table, members: set[int]) -> None:
        self.name, self.unit = table.name, table.unit
        self.names = [*table.names, RECORD]
        self.lists = {at: width for at, width in table.lists.items() if at not in members}
        self.lists |= {at: width for at, width in table.deep.items() if at in members}
        self.deep = {}
        self.source, self.stamp = table.source, table.stamp
        self._table = table
        self._members = members
        self._seen = 0

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, the members of `rows` records at a time."""
        last = len(self.names) - 1
        wanted = [at for at in columns if at != last]
        for chunk in self._table.chunks(wanted, rows):
            cells = dict(zip(wanted, map(plain, chunk.cells), strict=True))
            members = {at: cells[at] for at in wanted if at in self._members}
            counts = [self._count(members, row, int(line)) for row, line in enumerate(chunk.lines)]
            numbers = np.repeat(np.arange(len(counts)) + self._seen + 1, counts)
            self._seen += len(counts)
            unrolled: dict[int, Sequence[Cell]] = {
                at: list(_unrolled(cells[at], counts, at in members)) for at in wanted
            }
            unrolled[last] = numbers.tolist()
            yield Chunk(
                [unrolled[at] for at in columns],
                np.repeat(chunk.lines, counts),
                no_text,
                numbers.astype(np.int64),
            )

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the key and the value, with carets under the value."""
        return self._table.show(line, column, cell, raw)

    def place(self, line: int) -> str:
        """Return where a record stands."""
        return self._table.place(line)

    def spot(self, line: int) -> str:
        """Return where a record stands, in few words."""
        return self._table.spot(line)

    def close(self) -> None:
        """Close the file; nobody reads on."""
        self._table.close()

    def _count(self, members: Mapping[int, Sequence[Cell]], row: int, line: int) -> int:
        """Return how many rows a record has; 1, without values, if all its lists are missing."""
        counts: dict[str, int] = {}
        for at, cells in members.items():
            cell = cells[row]
            if isinstance(cell, list):
                counts[self.names[at]] = len(cast("list[Cell]", cell))
            elif cell is not None:
                raise DataError(
                    f"{self.place(line)}: {self.names[at]!r} is {kind(cell)}, not a list",
                    self.show(line, at, cell, ""),
                    code="wrong-shape",
                )
        if len(set(counts.values())) > 1:
            raise DataError(
                f"{self.place(line)}: the lists differ in length",
                [f"{quoted(name)} has {counted(count, 'value')}" for name, count in counts.items()][:6],
                code="lengths-differ",
            )
        count = next(iter(counts.values()), 1)
        if not count:
            raise DataError(
                f"{self.place(line)}: the list has no rows: {quoted(next(iter(counts)))} is empty",
                code="wrong-shape",
            )
        return count


def _unrolled(cells: Sequence[Cell], counts: Sequence[int], member: bool) -> Iterator[Cell]:
    for cell, count in zip(cells, counts, strict=True):
        if member and cell is not None:
            yield from cast("list[Cell]", cell)
        else:
            yield from [cell] * count


def nest(table: Table, picks: Picks, keys: Sequence[int], lists: Role) -> tuple[Nested, Picks]:
    """Return the table with a row for each member of a record, and the columns there.

    Unless the user has said which column tells the `lists` apart, a record is one.
    """
    members = {at for pick in picks.values() if pick.level for at in pick.columns}
    members |= {at for at in keys if at in table.lists}
    view = Nested(table, members)
    found: dict[str, Pick] = {name: pick._replace(table=view, level=0) for name, pick in picks.items()}
    found.setdefault(lists.name, Pick(view, lists, (len(table.names),)))
    return view, found
