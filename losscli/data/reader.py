"""The small reader: one or two files, by the standard library and NumPy alone, as batches.

It specifies what every other reader has to yield: the same numbers bit for bit, the same errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress

import numpy as np

from losscli.data.batch import AS_FOUND, AS_USUAL, GROUP, WHERE, Array, Batch, Given, Options, Role
from losscli.data.beside import common_columns
from losscli.data.columns import TARGET
from losscli.data.formats import open_table
from losscli.data.join import ByOrder, Join, Pairing
from losscli.data.part import Part, numbered, unusable
from losscli.data.pick import Picks
from losscli.data.reading import Reading
from losscli.data.settle import LISTS, Settled, settle
from losscli.data.table import Table
from losscli.data.trouble import Trouble
from losscli.data.words import counted, listed, shell
from losscli.errors import DataError, NoResult, UsageError

ROWS = 8192


def read(
    forms: Sequence[Sequence[Role]],
    file: str,
    *,
    targets: str = "",
    on: str = "",
    by_order: bool = False,
    join: Join = "strict",
    given: Given = AS_FOUND,
    weight: str = "",
    ident: str = "",
    group: Sequence[str] = (),
    cluster: str = "",
    lists: bool = False,
    options: Options = AS_USUAL,
    batch_rows: int = ROWS,
) -> Reading:
    """Open the input and settle which columns play which role: the first form that is all there.

    With `lists`, rows belong to lists: those with the same text in one column, or in one record, or all. Rows
    with the same texts in the columns of `group` are one group; a `cluster` is part of what they are called.
    """
    _refuse(forms, file, targets, on, join, by_order=by_order)
    if weight:
        forms = [(*form, Role("weight", whole=lists)) for form in forms]
        given = {**given, "weight": weight}
    if lists:
        forms = [(*form, LISTS) for form in forms]
    tables = {
        "": open_table(file, options, exact=bool(on or ident or group or cluster or lists or options.where))
    }
    try:
        if targets:
            tables[TARGET] = open_table(targets, options, exact=bool(on))
        settled = settle(forms, tables, given, on, ident, options, group, cluster)
        tables[""] = settled.main
        parts = {
            name: Part(
                table,
                settled.picks,
                settled.keys[name],
                options,
                settled.where if name == settled.seen else None,
                joined=bool(name),
            )
            for name, table in tables.items()
        }
        pairing = None
        if targets:
            pairing = _pairing(
                tables[""], parts[""], parts[TARGET], settled.picks, on, join, options, by_order=by_order
            )
    except BaseException:
        for table in tables.values():
            table.close()
        raise
    return FileReading(settled, parts[""], pairing, options, batch_rows)


def _refuse(
    forms: Sequence[Sequence[Role]], file: str, targets: str, on: str, join: Join, *, by_order: bool
) -> None:
    """Refuse options that have no meaning, or none beside one another. Raises `UsageError`."""
    if (on or by_order) and not targets:
        raise UsageError(
            f"{'--on' if on else '--by-order'} pairs two files: the second one is --targets FILE",
            code="missing-option",
        )
    if on and by_order:
        raise UsageError("--on and --by-order cannot both say how the rows pair", code="option-conflict")
    if join == "inner" and not on:
        raise UsageError("--join inner needs the id that both files have: --on ID", code="missing-option")
    if targets == file == "-":
        raise UsageError("standard input cannot be both files", code="one-stdin")
    if targets and not any(role.name == TARGET for form in forms for role in form):
        raise UsageError("--targets: nothing here has targets", code="option-unused")


def _pairing(
    main: Table,
    here: Part,
    there: Part,
    picks: Picks,
    on: str,
    join: Join,
    options: Options,
    *,
    by_order: bool,
) -> Pairing:
    """Return how the rows of two files pair. Raises `DataError` if that is not clear."""
    if on:
        from losscli.data.pairing import by_id

        return by_id(main, there, on, join, options)
    shared = common_columns(main, there.table, picks)
    if shared and not by_order:
        raise DataError(
            f"do the rows of {here.table.name} and {there.table.name} pair by {shared[0]!r} or by order?",
            [f"in both files: {listed(shared)}"],
            [f"--on {shell(shared[0])}", "--by-order"],
            code="pairing",
        )
    return ByOrder(main, there, picks, shared)


class FileReading(Reading):
    """The rows of a file, or of two."""

    def __init__(
        self, settled: Settled, part: Part, pairing: Pairing | None, options: Options, batch_rows: int
    ) -> None:
        chosen = {name: pick.chosen for name, pick in settled.picks.items()}
        super().__init__(part.table.name, settled.form, chosen)
        self.nested = settled.nested
        self.where = options.where
        if part.names:
            self.lists = part.names.known
        for one in (part, pairing and pairing.part):
            if one and one.groups:
                self.groups = one.groups.known
        self.labels = {
            role: each.known
            for one in (part, pairing and pairing.part)
            if one
            for role, each in one.sequences.items()
        }
        self._part = part
        self._pairing = pairing
        self._trouble = Trouble(options, settled.picks)
        self._missing = options.missing
        self._batch_rows = batch_rows
        self._answers = {role for role, pick in settled.picks.items() if pick.role.answer}

    def place(self, line: int) -> str:
        """Return where a row stands."""
        return self._part.table.place(line)

    def progress(self) -> tuple[int, int] | None:
        """Return how much has been read, of both files if there are two."""
        tables = [self._part.table, *([self._pairing.part.table] if self._pairing else [])]
        found = [table.progress() for table in tables]
        shares = [done / max(total, 1) for done, total in filter(None, found)]
        if len(shares) < 2:
            return found[0] if len(found) == 1 else None
        return int(sum(shares) / len(shares) * 1_000_000), 1_000_000

    def batches(self) -> Iterator[Batch]:
        """Yield the usable rows; after the first flaw nothing more, but count on to tell the whole story."""
        try:
            yield from self._batches()
        finally:
            self._part.table.close()
            if self._pairing:
                self._pairing.look = iter  # which held this reading
                self._pairing.part.table.close()

    def _batches(self) -> Iterator[Batch]:
        usable = whole_rows = 0
        blocks = self.look(self._part.blocks(self._batch_rows))
        if self._pairing:
            self._pairing.look = self.look
        whole = ((block, np.ones(len(block.lines), dtype=np.bool_)) for block in blocks)
        for block, keep in self._pairing.pairs(blocks, self._batch_rows) if self._pairing else whole:
            numbers = block.numbers
            first, self.rows = self.rows + 1, self.rows + len(block.lines)
            if numbers is None:
                numbers = numbered(block.lines, first, self.rows)
            if WHERE in block.arrays:  # said by the second table
                arrays = dict(block.arrays)
                block = block._replace(kept=arrays.pop(WHERE) > 0, arrays=arrays)
            if block.kept is not None:
                self.filtered += int((keep & ~block.kept).sum())
                keep &= block.kept
                block = block._replace(flaws=[flaw for flaw in block.flaws if block.kept[flaw.row]])
            lost = None
            if block.flaws or self._missing != "error":  # else what lacks anything is left out already
                lost = unusable({role: x for role, x in block.arrays.items() if role not in self._answers})
            self._trouble.add(block.flaws)
            whole_rows += int(np.count_nonzero(keep if lost is None else keep & ~lost))
            if lost is not None and (self._missing != "nan" or self._trouble):
                self.dropped += int((keep & lost).sum())
                if GROUP in block.arrays:
                    self._lose(block.arrays[GROUP][keep & lost])
                keep &= ~lost
            count = int(np.count_nonzero(keep))
            usable += count
            if self._trouble or not count:
                continue
            if count == len(keep):
                yield Batch(block.arrays, numbers, block.lines, block.ids)
            else:
                arrays = {role: array[keep] for role, array in block.arrays.items()}
                ids = list(compress(block.ids, keep))
                yield Batch(arrays, numbers[keep], block.lines[keep], ids)
        if self._pairing:
            self.unmatched = self._pairing.unmatched
        if self._trouble:
            raise self._trouble.error(whole_rows)
        if not usable:
            evidence = [f"--where leaves out {counted(self.filtered, 'row')}"] if self.filtered else []
            if self.rows > self.filtered:
                evidence.append(f"in every {'other ' * bool(evidence)}row a value is missing")
            raise NoResult(f"{self.name}: no row is left", evidence, code="no-row-left", file=self.name)

    def _lose(self, groups: Array) -> None:
        """Count the rows that are left out."""
        for group, count in zip(*np.unique(groups[groups == groups], return_counts=True), strict=True):
            self.lost[float(group)] = self.lost.get(float(group), 0) + int(count)
