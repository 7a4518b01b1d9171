"""Rows that pair by the text of their ids, one to one: in memory, and what to say if they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Array
from losscli.data.join import Join, Paired, Pairing, Unmatched
from losscli.data.part import Block, Flaw, Part
from losscli.data.table import Table
from losscli.data.words import counted, first
from losscli.errors import DataError, LosscliError, NoResult

Key = tuple[str, ...]
SHOWN = 3
"""Ids that a message shows."""
LINES = 4


class Side(NamedTuple):
    """What is in one table that may not be: ids which the other one lacks, and ids that come again."""

    table: Table
    lonely: int
    few: Sequence[Key]
    """The first lonely ids."""
    repeated: int = 0
    most: int = 0
    """How often the id comes that comes most often."""
    key: Key = ()
    """The first id that comes again,"""
    times: int = 0
    """how often,"""
    lines: Sequence[int] = ()
    """and where first."""


def verdict(on: str, sides: tuple[Side, Side], shared: int, *, inner: bool) -> LosscliError | None:
    """Return what to say where ids are not one to one; ids that one side lacks are right if `inner`."""
    table: list[tuple[str, int, str]] = [
        (f"only in {side.table.name}", side.lonely, first(map(",".join, side.few), side.lonely).replace(", ", " "))
        for side in sides
        if side.lonely and not (inner and shared)
    ]  # fmt: skip
    repeated = sum(side.repeated for side in sides)
    for side in sides:
        if side.repeated:
            spots = first(map(side.table.spot, side.lines), side.times, LINES)
            shown = f"{first([','.join(side.key)], 1)} (lines {spots})" + " ..." * (side.repeated > 1)
            word = "twice" if side.most == 2 else "repeated"
            table.append((f"{word} in {side.table.name}", side.repeated, shown))
    if not table:
        return None
    pad = max(len(words) for words, _, _ in table)
    wide = max(len(str(count)) for _, count, _ in table)
    evidence = [f"{words:{pad}}   {count:>{wide}}   {shown}" for words, count, shown in table]
    if not shared and not repeated and inner:
        return NoResult(f"--on {on}: no id is in both files", evidence, code="no-common-id")
    fix: list[str] = []
    if repeated:
        lacking = any(side.lonely for side in sides) and not inner
        fix = [
            f"remove the duplicate{'' if repeated == 1 else 's'}"
            + ("; --join inner then scores the shared ids" if lacking else "")
        ]
    elif shared:
        fix = [f"--join inner       scores the {counted(shared, 'shared id')}"]
    return DataError(f"--on {on}: the ids do not match one to one", evidence, fix, code="ids")


def nameless(on: str, table: Table, block: Block) -> DataError | None:
    """Return what to say of a row without an id: all such rows would be the same."""
    empty = [keys.index("") for keys in block.keys if "" in keys]
    return (
        DataError(
            f"{table.place(int(block.lines[min(empty)]))}: --on {on}: the id is missing", code="missing-id"
        )
        if empty
        else None
    )


class ById(Pairing):
    """One to one by the text of an id, the second table being held in memory."""

    def __init__(self, main: Table, part: Part, on: str, join: Join) -> None:
        super().__init__(main, part)
        self._on = on
        self._inner = join == "inner"
        self._rows: dict[Key, int] = {}
        self._twice: tuple[dict[Key, list[int]], dict[Key, list[int]]] = {}, {}
        self._only_here: dict[Key, int] = {}

    def pairs(self, blocks: Iterator[Block], rows: int) -> Paired:
        """Yield the blocks with the columns of the second table, which is read before."""
        self._load(list(self.look(self.part.blocks(rows))))
        yield from map(self._pair, blocks)
        self._finish()

    def _load(self, blocks: Sequence[Block]) -> None:
        """Keep the second table and its ids."""
        for block in blocks:
            if refused := nameless(self._on, self.part.table, block):
                raise refused
        lines = np.concatenate([block.lines for block in blocks])
        self._arrays: dict[str, Array] = {
            role: np.concatenate([block.arrays[role] for block in blocks]) for role in blocks[0].arrays
        }
        self._flaws: dict[int, list[Flaw]] = {}
        row = 0
        for block in blocks:
            for flaw in block.flaws:
                self._flaws.setdefault(row + flaw.row, []).append(flaw)
            for key in zip(*block.keys, strict=True):
                if key in self._rows:
                    self._twice[1].setdefault(key, [int(lines[self._rows[key]])]).append(int(lines[row]))
                else:
                    self._rows[key] = row
                row += 1
        self._matched = np.zeros(row, dtype=np.int64)  # the line of the partner, 0 while there is none

    def _pair(self, block: Block) -> tuple[Block, NDArray[np.bool_]]:
        places = self._find(block)
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

    def _find(self, block: Block) -> NDArray[np.int64]:
        """Return the row of the second table for each row of the block, -1 where there is none."""
        if refused := nameless(self._on, self.main, block):
            raise refused
        keys = list(zip(*block.keys, strict=True))
        places = [self._rows.get(key, -1) for key in keys]
        for key, place, line in zip(keys, places, block.lines.tolist(), strict=True):
            before = int(self._matched[place]) if place >= 0 else self._only_here.get(key, 0)
            if before:
                self._twice[0].setdefault(key, [before]).append(line)
            elif place >= 0:
                self._matched[place] = line
            else:
                self._only_here[key] = line
        return np.array(places, dtype=np.int64)

    def _finish(self) -> None:
        """Refuse what is not one to one, but for ids that one side lacks if that was asked for."""
        only_there = [key for key, row in self._rows.items() if not self._matched[row]]
        alone = list(self._only_here), only_there
        tables = self.main, self.part.table
        here, there = (side(*each) for each in zip(tables, alone, self._twice, strict=True))
        if refused := verdict(self._on, (here, there), len(self._rows) - len(only_there), inner=self._inner):
            raise refused
        self.unmatched = Unmatched(here.lonely, there.lonely)


def side(table: Table, alone: Sequence[Key], twice: dict[Key, list[int]]) -> Side:
    """Return what is in a table that may not be."""
    found = Side(table, len(alone), alone[:SHOWN])
    if not twice:
        return found
    key, lines = next(iter(twice.items()))
    most = max(map(len, twice.values()))
    return found._replace(repeated=len(twice), most=most, key=key, times=len(lines), lines=lines[:LINES])
