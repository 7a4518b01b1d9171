"""The small reader: one or two files, by the standard library and NumPy alone, as batches.

It specifies what every other reader has to yield: the same numbers bit for bit, the same errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from losscli.data.batch import AS_FOUND, AS_USUAL, GROUP, LIST, WHERE, Array, Batch, Given, Options, Role
from losscli.data.beside import columns, common_columns, condition, grouped, grouping
from losscli.data.columns import TARGET, choose
from losscli.data.formats import open_table
from losscli.data.join import ByOrder, Join, Pairing
from losscli.data.part import Part, numbered, unusable
from losscli.data.pick import Picks
from losscli.data.reading import Reading
from losscli.data.table import Table
from losscli.data.trouble import Trouble
from losscli.data.words import counted, listed, shell
from losscli.errors import DataError, LosscliError, NoResult, UsageError

if TYPE_CHECKING:
    from losscli.data.where import Where

ROWS = 8192
LISTS = Role(LIST, ("list", "query", "qid", "query_id", "group", "session"), "name", whole=True)


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
        pairing: Pairing | None = None
        if on:
            from losscli.data.pairing import by_id

            pairing = by_id(tables[""], parts[TARGET], on, join, options)
        elif targets:
            shared = common_columns(tables[""], tables[TARGET], settled.picks)
            if shared and not by_order:
                raise DataError(
                    f"do the rows of {parts[''].table.name} and {parts[TARGET].table.name} "
                    f"pair by {shared[0]!r} or by order?",
                    [f"in both files: {listed(shared)}"],
                    [f"--on {shell(shared[0])}", "--by-order"],
                    code="pairing",
                )
            pairing = ByOrder(tables[""], parts[TARGET], settled.picks, shared)
    except BaseException:
        for table in tables.values():
            table.close()
        raise
    return FileReading(settled, parts[""], pairing, options, batch_rows)


class Settled(NamedTuple):
    """What is clear before the first row is read."""

    main: Table
    form: int
    picks: Picks
    keys: Mapping[str, Sequence[int]]
    """The columns of the ids, by table."""
    nested: bool = False
    """Whether the rows of a list are in one record."""
    where: Where | None = None
    """Which rows are wanted."""
    seen: str = ""
    """The key of the table that says so."""


def settle(
    forms: Sequence[Sequence[Role]],
    tables: Mapping[str, Table],
    given: Given,
    on: str,
    ident: str,
    options: Options,
    group: Sequence[str] = (),
    cluster: str = "",
) -> Settled:
    """Return which columns play which role, and which are ids or groups."""
    here, _, there = on.partition("=")
    keys: dict[str, list[int]] = {name: [] for name in tables}
    while True:
        try:
            keys[""] = columns(tables[""], "on" if on else "id", here or ident)
            if on:
                keys[TARGET] = columns(tables[TARGET], "on", there or here, f"{here}=")
                if len(keys[""]) != len(keys[TARGET]):
                    counts = f"{counted(len(keys['']), 'column')} here, {len(keys[TARGET])} there"
                    raise UsageError(f"--on {on}: {counts}", code="bad-option")
            whose, groups = grouping(tables, group, cluster)
            seen, where = condition(tables, options)
            more = [] if whose else [*groups]
            more += where.columns if where and not seen else []
            settled = arrange(forms, tables, given, options, keys, more)
        except LosscliError:
            # Perhaps the column begins further down: JSON records may differ.
            further = [table.more() for table in tables.values()]
            if not any(further):
                raise
        else:
            if groups:
                settled.picks[GROUP] = grouped(tables[whose] if whose else settled.main, groups)
            return settled._replace(where=where, seen=seen)


def arrange(
    forms: Sequence[Sequence[Role]],
    tables: Mapping[str, Table],
    given: Given,
    options: Options,
    keys: Mapping[str, Sequence[int]],
    others: Sequence[int] = (),
) -> Settled:
    """Return which columns play which role, where a row is a row or, if it cannot be, a list of them."""
    main = tables[""]
    try:
        return Settled(main, *choose(forms, tables, given, options.classes, keys), keys)
    except LosscliError as error:
        if LISTS not in forms[0] or not main.lists or len(tables) > 1:
            raise
        try:
            form, picks = choose(forms, tables, given, options.classes, keys, nested=True)
        except LosscliError as other:  # the one that comes nearer is what the user means
            lacks = [getattr(each, "missing", 0) for each in (other, error)]
            raise (other if 0 < lacks[0] < lacks[1] else error) from None
        from losscli.data.nested import nest

        view, picks = nest(main, picks, [*keys[""], *others], LISTS)
        return Settled(view, form, picks, keys, nested=True)


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
