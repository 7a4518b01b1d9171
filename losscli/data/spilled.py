"""Rows that pair by the text of their ids, one to one, where two tables may be larger than the memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any, cast

from losscli.data.batch import Options
from losscli.data.held import Held
from losscli.data.ids import LINES, SHOWN, Side, nameless, verdict
from losscli.data.join import Join, Paired, Pairing, Unmatched
from losscli.data.matching import Matching, Which
from losscli.data.part import Block, Flaw, Part
from losscli.data.table import Table
from losscli.errors import LosscliError


class Spilled(Pairing):
    """One to one by the text of an id, by an engine that writes what it cannot hold to a private folder.

    Both tables are read before the first row is paired.
    """

    def __init__(self, main: Table, part: Part, on: str, join: Join, options: Options) -> None:
        super().__init__(main, part)
        self._on = on
        self._inner = join == "inner"
        self._threads = options.threads or 2

    def pairs(self, blocks: Iterator[Block], rows: int) -> Paired:
        """Yield the blocks with the columns of the second table."""
        with TemporaryDirectory(prefix="losscli-") as folder, Held[Block]() as held:
            matching = Matching(folder, self._threads)
            try:
                self._load(matching, rows)
                for block in blocks:
                    if refused := nameless(self._on, self.main, block):
                        raise refused
                    matching.put("here", block.keys, block.lines)
                    held.put(block._replace(flaws=[without_table(flaw) for flaw in block.flaws]))
                if matching.several() and (refused := self._verdict(matching)):
                    raise refused
                matching.match()
                yield from self._matched(matching, held)
                if not matching.perfect() and (refused := self._verdict(matching)):
                    raise refused
            finally:
                matching.close()

    def _load(self, matching: Matching, rows: int) -> None:
        """Read the second table."""
        refused: LosscliError | None = None
        for block in self.look(self.part.blocks(rows)):
            refused = refused or nameless(self._on, self.part.table, block)
            if block.flaws:
                places = [matching.rows + flaw.row for flaw in block.flaws]
                matching.mark(places, [pickle.dumps(without_table(flaw)) for flaw in block.flaws])
                self._flawed = True
            matching.put("there", block.keys, block.lines, block.arrays)
        if refused:
            raise refused

    _flawed = False

    def _matched(self, matching: Matching, held: Held[Block]) -> Paired:
        start = 0
        for block in held:
            stop = start + len(block.lines)
            places, arrays = matching.partners(start, stop)
            have = places >= 0
            flaws = [flaw._replace(table=self.main) for flaw in block.flaws if have[flaw.row]]
            if self._flawed:
                for row, what in matching.flaws(start, stop):
                    flaws.append(cast("Flaw", pickle.loads(what))._replace(row=row, table=self.part.table))
                flaws.sort(key=lambda flaw: flaw.row)
            yield block._replace(arrays={**block.arrays, **arrays}, flaws=flaws), have
            start = stop

    def _verdict(self, matching: Matching) -> LosscliError | None:
        """Return what is to be said of ids that are not one to one, or count those that one side lacks."""
        here = self._side(matching, self.main, "here", "there")
        there = self._side(matching, self.part.table, "there", "here")
        self.unmatched = Unmatched(here.lonely, there.lonely)
        shared = matching.distinct("there") - there.lonely
        return verdict(self._on, (here, there), shared, inner=self._inner)

    def _side(self, matching: Matching, table: Table, which: Which, other: Which) -> Side:
        return Side(table, *matching.lonely(which, other, SHOWN), *matching.again(which, LINES))


def without_table(flaw: Flaw) -> Flaw:
    """Return what can be written to a file."""
    return flaw._replace(table=cast("Any", None))
