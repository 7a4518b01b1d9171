"""Two tables as one: rows that share an id, or that stand at the same place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Array
from losscli.data.columns import TARGET
from losscli.data.part import Block, Flaw, Key, Part
from losscli.data.pick import Picks
from losscli.data.table import Table
from losscli.data.words import counted, first, shell
from losscli.errors import DataError, NoResult

Join = Literal["strict", "inner"]
Indices = NDArray[np.int64]
SEVERAL = {"pred": "prediction"}


class Unmatched(NamedTuple):
    """How many ids only one of two tables has."""

    here: int = 0
    there: int = 0


class Pairing(ABC):
    """The second table, in memory, and what of it has been paired."""

    def __init__(self, main: Table, part: Part) -> None:
        self.names = main.name, part.table.name
        self.main = main
        self.part = part

    def load(self, rows: int) -> None:
        """Read the second table."""
        blocks = list(self.part.blocks(rows))
        self.lines = np.concatenate([block.lines for block in blocks])
        self.keys: list[Key] = [key for block in blocks for key in block.keys]
        self.total = len(self.lines)
        self._arrays: dict[str, Array] = {
            role: np.concatenate([block.arrays[role] for block in blocks]) for role in blocks[0].arrays
        }
        self._flaws: dict[int, list[Flaw]] = {}
        start = 0
        for block in blocks:
            for flaw in block.flaws:
                self._flaws.setdefault(start + flaw.row, []).append(flaw)
            start += len(block.lines)

    def pair(self, block: Block) -> tuple[Block, NDArray[np.bool_]]:
        """Return the block with the columns of the second table, and which of its rows have a partner."""
        places = self.find(block)
        have = places >= 0
        arrays = dict(block.arrays)
        for role, array in self._arrays.items():
            arrays[role] = array[places.clip(0)]  # rows without a partner are left out by the caller
        flaws = [flaw for flaw in block.flaws if have[flaw.row]]
        if self._flaws:
            for row, place in enumerate(places.tolist()):
                flaws += [flaw._replace(row=row) for flaw in self._flaws.get(place, ())]
            flaws.sort(key=lambda flaw: flaw.row)
        return block._replace(arrays=arrays, flaws=flaws), have

    def find(self, block: Block) -> Indices:
        """Return the row of the second table for each row of the block, -1 where there is none."""
        raise NotImplementedError

    @abstractmethod
    def finish(self) -> Unmatched:
        """Return how many rows found no partner, or raise if that may not be."""


class ByOrder(Pairing):
    """The first row with the first, the second with the second, and as many here as there."""

    def __init__(self, main: Table, part: Part, picks: Picks, shared: Sequence[str]) -> None:
        super().__init__(main, part)
        self._seen = 0
        self._picks = picks
        self._shared = shared

    def load(self, rows: int) -> None:
        """Begin to read the second table, which goes on as the first one does."""
        self.total = 0
        self._blocks = self.part.blocks(rows)
        self._left: Block | None = self._more()

    def pair(self, block: Block) -> tuple[Block, NDArray[np.bool_]]:
        """Return the block with the columns of the next rows of the second table, NaN after its last one."""
        wanted, have = len(block.lines), 0
        self._seen += wanted
        flaws = list(block.flaws)
        parts: dict[str, list[Array]] = {}
        while have < wanted and (left := self._left):
            taken = min(wanted - have, len(left.lines))
            flaws += [flaw._replace(row=flaw.row + have) for flaw in left.flaws if flaw.row < taken]
            for role, array in left.arrays.items():
                parts.setdefault(role, []).append(array[:taken])
            have += taken
            self._left = after(left, taken) if taken < len(left.lines) else self._more()
        for role, array in () if have == wanted else self._shapes.items():
            parts.setdefault(role, []).append(np.full((wanted - have, *array), np.nan))
        arrays = {role: some[0] if len(some) == 1 else np.concatenate(some) for role, some in parts.items()}
        flaws = sorted((flaw for flaw in flaws if flaw.row < have), key=lambda flaw: flaw.row)
        return block._replace(arrays={**block.arrays, **arrays}, flaws=flaws), np.arange(wanted) < have

    def _more(self) -> Block | None:
        """Return the next rows of the second table."""
        block = next(self._blocks, None)
        if block is not None:
            self.total += len(block.lines)
            self._shapes = {role: array.shape[1:] for role, array in block.arrays.items()}
        return block

    def finish(self) -> Unmatched:
        """Refuse unequal counts."""
        while self._left:
            self._left = self._more()
        if self._seen != self.total:
            roles = next(iter(self._picks)), TARGET
            counts = self._seen, self.total
            pad = max(map(len, self.names))
            wide = max(len(str(count)) for count in counts)
            evidence: list[str] = []
            for name, count, role in zip(self.names, counts, roles, strict=True):
                columns = self._picks[role].chosen.names
                words = "column" if len(columns) == 1 else "columns"
                called = first(map(repr, columns), len(columns))
                rows = "row" if count == 1 else "rows"
                evidence.append(f"{name:{pad}}   {count:>{wide}} {rows}, {words} {called}")
            raise DataError(
                f"{counted(self._seen, SEVERAL.get(roles[0], 'row'))} but {counted(self.total, 'target')}",
                evidence,
                [f"both files have a column {name!r}: --on {shell(name)}" for name in self._shared[:1]],
                code="counts",
                count=[self._seen, self.total],
            )
        return Unmatched()


def after(block: Block, row: int) -> Block:
    """Return what is left of a block from this row on."""
    flaws = [flaw._replace(row=flaw.row - row) for flaw in block.flaws if flaw.row >= row]
    arrays = {role: array[row:] for role, array in block.arrays.items()}
    return Block(arrays, block.lines[row:], block.keys[row:], flaws)


class ById(Pairing):
    """One to one by the text of an id."""

    def __init__(self, main: Table, part: Part, on: str, join: Join) -> None:
        super().__init__(main, part)
        self._on = on
        self._inner = join == "inner"
        self._rows: dict[Key, int] = {}
        self._twice: tuple[dict[Key, list[int]], dict[Key, list[int]]] = {}, {}
        self._only_here: dict[Key, int] = {}

    def load(self, rows: int) -> None:
        """Read the second table and its ids."""
        super().load(rows)
        self._matched = np.zeros(self.total, dtype=np.int64)  # the line of the partner, 0 while there is none
        self._refuse_empty(self.part.table, self.keys, self.lines)
        for row, key in enumerate(self.keys):
            if key in self._rows:
                lines = self._twice[1].setdefault(key, [int(self.lines[self._rows[key]])])
                lines.append(int(self.lines[row]))
            else:
                self._rows[key] = row

    def find(self, block: Block) -> Indices:
        """Return the rows with the same ids."""
        self._refuse_empty(self.main, block.keys, block.lines)
        places = [self._rows.get(key, -1) for key in block.keys]
        for key, place, line in zip(block.keys, places, block.lines.tolist(), strict=True):
            before = int(self._matched[place]) if place >= 0 else self._only_here.get(key, 0)
            if before:
                self._twice[0].setdefault(key, [before]).append(line)
            elif place >= 0:
                self._matched[place] = line
            else:
                self._only_here[key] = line
        return np.array(places, dtype=np.int64)

    def _refuse_empty(self, table: Table, keys: Sequence[Key], lines: Indices) -> None:
        """Refuse rows without an id: all of them would be the same row."""
        empty = [line for key, line in zip(keys, lines.tolist(), strict=True) if "" in key]
        if empty:
            raise DataError(f"{table.place(empty[0])}: --on {self._on}: the id is missing")

    def finish(self) -> Unmatched:
        """Refuse what is not one to one, but for ids that one side lacks if that was asked for."""
        only_there = [key for key, row in self._rows.items() if not self._matched[row]]
        shared = len(self._rows) - len(only_there)
        here, there = self.names
        table: list[tuple[str, int, str]] = []
        for name, keys in (here, list(self._only_here)), (there, only_there):
            if keys and not (self._inner and shared):
                table.append(
                    (f"only in {name}", len(keys), first(map(",".join, keys), len(keys)).replace(", ", " "))
                )
        repeated = False
        for name, of, keys in zip(self.names, (self.main, self.part.table), self._twice, strict=True):
            if keys:
                repeated = True
                key, lines = next(iter(keys.items()))
                word = "twice" if all(len(lines) == 2 for lines in keys.values()) else "repeated"
                shown = f"{first([','.join(key)], 1)} (lines {first(map(of.spot, lines), len(lines), 4)})"
                table.append((f"{word} in {name}", len(keys), shown + (" ..." if len(keys) > 1 else "")))
        if not table:
            return Unmatched(len(self._only_here), len(only_there))
        pad = max(len(words) for words, _, _ in table)
        wide = max(len(str(count)) for _, count, _ in table)
        evidence = [f"{words:{pad}}   {count:>{wide}}   {shown}" for words, count, shown in table]
        if not shared and not repeated and self._inner:
            raise NoResult(f"--on {self._on}: no id is in both files", evidence)
        score = f"scores the {counted(shared, 'shared id')}"
        fix: list[str] = []
        if repeated:
            lacking = self._only_here or only_there
            one = sum(map(len, self._twice)) == 1
            fix = [
                f"remove the duplicate{'' if one else 's'}"
                + ("; --join inner then scores the shared ids" if lacking and not self._inner else "")
            ]
        elif shared:
            fix = [f"--join inner       {score}"]
        raise DataError(f"--on {self._on}: the ids do not match one to one", evidence, fix, code="ids")
