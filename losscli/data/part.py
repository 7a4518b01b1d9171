"""One table, read: its roles as arrays, block by block, with what is wrong in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import numbers
from losscli.data.absent import option
from losscli.data.batch import GROUP, WHERE, Array, Options
from losscli.data.cells import Binder, Notation, identities, plain
from losscli.data.pick import Pick, Picks
from losscli.data.table import Cell, Chunk, Column, Table
from losscli.data.words import counted, listed
from losscli.errors import DataError, LosscliError

if TYPE_CHECKING:
    from losscli.data.names import Carried, Groups, Names, Sequences
    from losscli.data.where import Where

Kind = Literal["missing", "number", "class"]


class Flaw(NamedTuple):
    """A cell that cannot be used."""

    row: int
    column: int
    kind: Kind
    role: str
    line: int
    cell: Cell
    raw: str
    table: Table


class Block(NamedTuple):
    """Some consecutive rows of a table, bad and missing cells being NaN."""

    arrays: Mapping[str, Array]
    lines: NDArray[np.int64]
    keys: Sequence[Sequence[str]]
    """The texts of the ids, column by column."""
    flaws: Sequence[Flaw]
    kept: NDArray[np.bool_] | None = None
    """Which rows satisfy the condition, if there is one."""
    numbers: NDArray[np.int64] | None = None
    """The number of each row, if not one after the other."""

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the rows: of several columns with commas."""
        return self.keys[0] if len(self.keys) == 1 else list(map(",".join, zip(*self.keys, strict=True)))


class Part:
    """The roles that one table has."""

    def __init__(
        self,
        table: Table,
        picks: Picks,
        keys: Sequence[int],
        options: Options,
        where: Where | None = None,
        *,
        joined: bool = False,
    ) -> None:
        self.table = table
        self._joined = joined
        # What lists are called comes first: labels hold for all rows of a list.
        own = sorted(picks.items(), key=lambda each: each[1].role.kind != "name")
        self._picks = {role: pick for role, pick in own if pick.table is table}
        self._keys = tuple(keys)
        self._notation = Notation(options)
        self._binders = {
            role: Binder(picks[pick.role.of].labels, self._notation, pick.role.ignored)
            for role, pick in self._picks.items()
            if pick.role.of and pick.width is None
        }
        self.names: Names | None = None
        self.groups: Groups | None = None
        self.sequences: dict[str, Sequences] = {}
        self._lists = ""
        self._carried: dict[str, Carried] = {}
        self._codes: dict[str, Binder | Names | Sequences] = {**self._binders}
        for role, pick in self._picks.items():
            if role == GROUP:
                from losscli.data.names import Groups

                self.groups = Groups(options)
            elif pick.role.kind in ("name", "labels"):
                self._code(role, pick.role.kind)
        for role, pick in self._picks.items():
            for column in pick.columns:
                if column in table.texts and role not in (*self._codes, GROUP):
                    raise text_column(table, column, role)
        self._report_missing = options.missing == "error"
        used = [column for pick in self._picks.values() for column in pick.columns]
        self._where = where
        asked = where.columns if where else ()
        self._wanted = list(dict.fromkeys([*used, *keys, *asked]))
        texts = {
            column
            for role in (*self._codes, GROUP)
            if role in self._picks
            for column in self._picks[role].columns
        }
        table.numeric = {*used, *asked} - texts - {*keys} - (where.texts if where else set())

    def _code(self, role: str, kind: str) -> None:
        """Prepare to read names or labels."""
        from losscli.data.names import Carried, Names, Sequences

        if kind == "name":
            self._lists = role
            self._codes[role] = self.names = Names(self._notation)
        else:
            self._codes[role] = self.sequences[role] = Sequences(self._notation, self._binders.get(role))
            self._carried[role] = Carried()

    def blocks(self, rows: int) -> Iterator[Block]:
        """Yield the table, `rows` rows at a time."""
        for chunk in self._chunks(rows):
            cells = dict(zip(self._wanted, chunk.cells, strict=True))
            arrays: dict[str, Array] = {}
            flaws: list[Flaw] = []
            for role, pick in self._picks.items():
                arrays[role], bad = self._array(pick, cells, chunk)
                if role in self._carried:
                    lists = arrays[self._lists] if self._lists else np.zeros(len(chunk.lines))
                    self._carried[role].fill(arrays[role], lists, {row for row, _ in bad})
                flaws += self._flaws(pick, arrays[role], bad, cells, chunk)
            flaws.sort(key=lambda flaw: flaw[:2])
            kept = self._where.mask(cells, chunk) if self._where else None
            if self._joined and kept is not None:  # to be told of the rows of the first table
                arrays[WHERE], kept = kept.astype(np.float64), None
            keys = [identities(cells[column]) for column in self._keys]
            yield Block(arrays, chunk.lines, keys, flaws, kept, chunk.numbers)

    def _chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield what is read, unless the file is written to meanwhile."""
        try:
            yield from self.table.chunks(self._wanted, rows)
        except LosscliError:
            self.table.same()
            raise
        self.table.same()

    def _array(
        self, pick: Pick, cells: Mapping[int, Column], chunk: Chunk
    ) -> tuple[Array, set[tuple[int, int]]]:
        """Return the numbers of a role, and the row and column of those cells that are none."""
        if self.groups and pick.role.name == GROUP:
            array, lost = self.groups.indices([cells[column] for column in pick.columns])
            return array, {(row, pick.columns[at]) for row, at in lost if self._report_missing}
        if pick.lists:
            column = pick.columns[0]
            self._check_lengths(pick, cells[column], chunk)
            array, bad = self._notation.vectors(cells[column], pick.width or 0)
            return array, {(row, column) for row in bad}
        if pick.width is None:
            column = pick.columns[0]
            code = self._codes.get(pick.role.name)
            if code is None:
                array, bad = self._notation.numbers(cells[column])
            else:
                array, bad = code.indices(cells[column])
            return array, {(row, column) for row in bad}
        array = np.empty((len(chunk.lines), pick.width))
        wrong: set[tuple[int, int]] = set()
        for place, column in enumerate(pick.columns):
            array[:, place], bad = self._notation.numbers(cells[column])
            wrong.update((row, column) for row in bad)
        return array, wrong

    def _flaws(
        self,
        pick: Pick,
        array: Array,
        bad: set[tuple[int, int]],
        cells: Mapping[int, Column],
        chunk: Chunk,
    ) -> Iterator[Flaw]:
        kind = "missing" if pick.role.name == GROUP else "number"
        what: Kind = "class" if pick.role.name in self._binders else kind
        kinds: dict[tuple[int, int], Kind] = dict.fromkeys(bad, what)
        reported = self._report_missing and not pick.role.answer
        if reported and kind == "number" and not numbers([array]):
            for row, *place in np.argwhere(np.isnan(array)).tolist():
                column = pick.columns[0 if pick.lists or not place else place[0]]
                kinds.setdefault((row, column), "missing")
        for (row, column), kind in kinds.items():
            line = int(chunk.lines[row])
            of = cells[column]
            cell = of[row].tolist() if isinstance(of, np.ndarray) else of[row]
            if kind != "missing" and pick.role.kind == "labels":
                cell = self.sequences[pick.role.name].stray(cell)
            yield Flaw(row, column, kind, pick.role.name, line, cell, chunk.raw(row), self.table)

    def _check_lengths(self, pick: Pick, cells: Column, chunk: Chunk) -> None:
        """Refuse lists of different lengths: no reading of them would be right."""
        if isinstance(cells, np.ndarray):
            if cells.ndim == 2 and cells.shape[1] == pick.width:
                return
            cells = plain(cells[:1])
        for row, cell in enumerate(cells):
            if isinstance(cell, list) and (count := len(cast("list[Cell]", cell))) != pick.width:
                line, column = int(chunk.lines[row]), pick.columns[0]
                raise DataError(
                    f"{self.table.place(line)}: {pick.chosen.names[0]!r} has {counted(count, 'number')}, "
                    f"the first one has {pick.width}",
                    self.table.show(line, column, cast("Cell", cell), chunk.raw(row)),
                    code="lengths-differ", file=self.table.name, line=line, column=pick.chosen.names[0],
                )  # fmt: skip


def text_column(table: Table, column: int, role: str) -> DataError:
    """Say that a column which numbers are wanted from has been given texts by its file."""
    return DataError(
        f"{table.name}: column {table.names[column]!r} for {role} holds texts, not numbers",
        [f"columns: {listed(table.names)}"],
        [option(role, "COL"), "write the column as numbers: df['COL'].astype(float) in pandas"],
        code="wrong-type", file=table.name,
    )  # fmt: skip


def unusable(arrays: Mapping[str, Array]) -> NDArray[np.bool_] | None:
    """Return which rows have a NaN anywhere, or None if there is none."""
    lost: list[NDArray[np.bool_]] = []
    for array in arrays.values():
        if not numbers([array]):
            nan = np.isnan(array)
            lost.append(nan if nan.ndim == 1 else np.logical_or.reduce(nan, axis=1))
    return np.logical_or.reduce(lost) if lost else None


def numbered(lines: NDArray[np.int64], first: int, last: int) -> NDArray[np.int64]:
    """Return the numbers of rows, one after the other: their lines if these, which only rise, are the same."""
    if len(lines) and (int(lines[0]), int(lines[-1])) == (first, last):
        return lines
    return np.arange(first, last + 1, dtype=np.int64)
