"""Two tables as one: rows that stand at the same place, or that share an id."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Array
from losscli.data.columns import TARGET
from losscli.data.part import Block, Part
from losscli.data.pick import Picks
from losscli.data.table import Table
from losscli.data.words import counted, first, shell
from losscli.errors import DataError

Join = Literal["strict", "inner"]
Paired = Iterator[tuple[Block, NDArray[np.bool_]]]
SEVERAL = {"pred": "prediction"}


class Unmatched(NamedTuple):
    """How many ids only one of two tables has."""

    here: int = 0
    there: int = 0


class Pairing(ABC):
    """The second table, and what of it has been paired."""

    def __init__(self, main: Table, part: Part) -> None:
        self.names = main.name, part.table.name
        self.main = main
        self.part = part
        self.unmatched = Unmatched()
        """How many rows found no partner, once all have been read."""
        self.look: Callable[[Iterator[Block]], Iterator[Block]] = iter
        """What sees the blocks of the second table go by."""

    @abstractmethod
    def pairs(self, blocks: Iterator[Block], rows: int) -> Paired:
        """Yield the blocks with the columns of the second table, and which of their rows have a partner.

        The second table is read `rows` rows at a time. After the last block, refuse what may not be.
        """


class ByOrder(Pairing):
    """The first row with the first, the second with the second, and as many here as there."""

    def __init__(self, main: Table, part: Part, picks: Picks, shared: Sequence[str]) -> None:
        super().__init__(main, part)
        self._seen = 0
        self._picks = picks
        self._shared = shared

    def pairs(self, blocks: Iterator[Block], rows: int) -> Paired:
        """Yield the blocks with the columns of the second table, which is read on as the first one is."""
        self.total = 0
        self._blocks = self.look(self.part.blocks(rows))
        self._left: Block | None = self._more()
        yield from map(self._pair, blocks)
        self._finish()

    def _pair(self, block: Block) -> tuple[Block, NDArray[np.bool_]]:
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
        there = np.ones(wanted, np.bool_)
        there[have:] = False
        return block._replace(arrays={**block.arrays, **arrays}, flaws=flaws), there

    def _more(self) -> Block | None:
        """Return the next rows of the second table."""
        block = next(self._blocks, None)
        if block is not None:
            self.total += len(block.lines)
            self._shapes = {role: array.shape[1:] for role, array in block.arrays.items()}
        return block

    def _finish(self) -> None:
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


def after(block: Block, row: int) -> Block:
    """Return what is left of a block from this row on."""
    flaws = [flaw._replace(row=flaw.row - row) for flaw in block.flaws if flaw.row >= row]
    arrays = {role: array[row:] for role, array in block.arrays.items()}
    return Block(arrays, block.lines[row:], [key[row:] for key in block.keys], flaws)
