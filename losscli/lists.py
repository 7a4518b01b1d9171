"""Losses of lists over a reading: its rows gathered into the lists they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import CLUSTER, GROUP, LIST, RECORD, Array, Batch
from losscli.data.words import listed
from losscli.errors import DataError
from losscli.families import weighed
from losscli.families.listwise import Listwise
from losscli.gather import Gathered, Index
from losscli.loss import DomainError
from losscli.run import WEIGHT, Job, Kink, Reduction, Row
from losscli.stats.exact import ExactSum


class Lists(NamedTuple):
    """Some whole lists: their rows, and which list each is in."""

    rows: Batch
    code: Index
    """The list of each row, by the order in which lists appear."""
    first: Index
    """The first row of each list."""
    sizes: Index
    """How many rows each list has."""
    start: int
    """The number of the first of them."""
    places: Index
    """Where each row is in the input."""


class ListJob(Job):
    """Losses of lists over one reading, once: all rows are read before the first list is answered."""

    unit = "list"
    lists: Lists
    """Those that were answered last."""
    like: ListJob | None = None
    """Another job over the same rows, which has them."""

    @cached_property
    def gathered(self) -> Gathered:
        """The rows of all lists, read when first asked for."""
        return self.like.gathered if self.like else Gathered(self._batches)

    @property
    def count(self) -> int:
        """How many lists there are."""
        return self.gathered.count

    def parts(self) -> Iterator[Lists]:
        """Yield all lists, some at a time."""
        for rows, code, start, places in self.gathered.parts():
            first = np.unique(code, return_index=True)[1]
            self.lists = Lists(rows, code, first, np.bincount(code), start, places)
            yield self.lists

    def each(self, lists: Lists) -> Batch:
        """Return where some lists begin, and their weights if they have any. Raises `DataError`."""
        rows, first = lists.rows, lists.first
        self.weight(rows)
        whole = {entry.name for inputs in self.inputs for entry in inputs if entry.whole}
        own = {role: rows.columns[role][first] for role in (WEIGHT, GROUP, CLUSTER) if role in rows.columns}
        for role in (*whole, *own):
            self._agree(lists, role)
        return Batch(own, rows.rows[first], rows.lines[first])

    def rows(self) -> Iterator[Row]:
        """Yield all lists with the value of each loss."""
        for lists in self.parts():
            each = self.each(lists)
            answers = [self.answer(lists, at) for at in range(len(self.losses))]
            self._tell(answers[0][0])
            yield Row(each, [values for _, values in answers])

    def _tell(self, arrays: Sequence[Any]) -> None:
        """Count the rows that the losses leave out."""
        if (kept := weighed.kept(self.fitted[0], arrays)) is not None:
            self.ignored += len(kept) - int(kept.sum())

    def gradients(self, order: int = 1, how: Reduction = "none", kink: Kink = "subgradient") -> Iterator[Row]:
        """Yield all rows with the derivatives of the first loss, and with the value of the list they are in.

        Those of each list's own loss, or of the weighted sum or mean over lists.
        """
        rows = self.gradients_by_list(order, how, kink)
        return rows if self.gathered.sorted else self._in_order(rows)

    def gradients_by_list(
        self, order: int = 1, how: Reduction = "none", kink: Kink = "subgradient"
    ) -> Iterator[Row]:
        """Yield all rows as `gradients` does, but list by list."""
        total = ExactSum()
        for lists in self.parts() if how == "mean" else ():
            total.update(np.ones(len(lists.sizes)), self.weight(self.each(lists)))
        if how == "mean" and not total.weight:
            raise self.weightless()
        for lists in self.parts():
            weight = self.weight(self.each(lists))
            arrays, values = self.answer(lists, 0)
            self._tell(arrays)
            loss, code = cast("Listwise", self.fitted[0]), lists.code
            found = (loss.gradient if order == 1 else loss.hessian)(*arrays, lists=code)
            found = found if isinstance(found, tuple) else (found,)
            edge = loss.kinked(*arrays, lists=code)
            if kink == "nan":
                found = tuple(np.where(along(edge[code], x), np.nan, x) for x in found)
            if weight is not None and how != "none":
                found = tuple(x * along(weight[code], x) for x in found)
            if how == "mean":
                found = tuple(x / total.sum for x in found)
            yield Row(lists.rows, [values[code]], found, int(edge.sum()), len(values))

    def _in_order(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield in input order what is known list by list."""
        kinks, count = 0, self.count

        def found() -> Iterator[tuple[Index, Sequence[Array]]]:
            nonlocal kinks
            for row in rows:
                kinks += row.kinks
                yield self.lists.places, [row.values[0], *row.derivatives]

        for batch, (value, *derivatives) in self.gathered.in_order(found()):
            yield Row(batch, [value], tuple(derivatives), kinks, count)
            kinks = count = 0

    def beside(self, row: Row) -> list[Sequence[Any] | NDArray[Any]]:
        """Return the names of the lists that were answered last, and how many rows each has."""
        sizes = self.lists.sizes.tolist()
        return [[self._named(self.lists.start + k) for k in range(len(sizes))], sizes]

    @property
    def marked(self) -> Sequence[str]:
        """What tells rows apart: their number in their record, if a record has many, and the name of their list."""
        by = self.reading.chosen.get(LIST)
        return [
            *(["list"] if by and by.names != (RECORD,) else []),
            *(["member"] if self.reading.nested else []),
        ]

    def marks(self, row: Row) -> Mapping[str, Sequence[Any]]:
        """Return what tells these rows apart beside ids and numbers."""
        found: dict[str, Sequence[Any]] = {}
        for mark in self.marked:
            if mark == "list":
                found[mark] = [self._called(place) for place in row.batch.columns[LIST].tolist()]
            else:
                found[mark] = [k + 1 for which in self.records(row) for k in range(which.stop - which.start)]
        return found

    def records(self, row: Row) -> Sequence[Any]:
        """Return the rows as records have them."""
        numbers = row.batch.rows
        if not self.reading.nested:
            return range(len(numbers))
        starts = np.flatnonzero(np.diff(numbers, prepend=0)).tolist()
        return [slice(start, stop) for start, stop in pairwise([*starts, len(numbers)])]

    def gathering(self) -> str:
        """Return how rows are put together: ` in 20 lists by query_id`."""
        by, count = self.reading.chosen.get(LIST), self.count
        if by is None:
            return " in one list"
        how = ", one a record" if by.names == (RECORD,) else f" by {by.names[0]}"
        return f" in {count} list{'s' * (count != 1)}{how}"

    def place(self, line: int) -> str:
        """Return where a list begins, and what it is called."""
        name = self._beginning(line)
        return super().place(line) + (f" (list {name!r})" if isinstance(name, str) else "")

    def short_place(self, line: int) -> str:
        """Return which list begins in a line, in few words."""
        if LIST not in self.reading.chosen:
            return "all rows"
        name = self._beginning(line)
        return f"list {name}" if isinstance(name, str) else super().short_place(line)

    def _beginning(self, line: int) -> str | int:
        """Return the name of the list that begins in a line."""
        return self._named(int(np.flatnonzero(self.gathered.lines == line)[0]))

    def _named(self, number: int) -> str | int:
        """Return the name of a list, by its number."""
        place = int(self.gathered.called[number])
        return self._called(place) if LIST in self.reading.chosen else 1

    def _called(self, place: float) -> str | int:
        """Return the name that a batch has for a list, which may be NaN or -1."""
        return self.reading.lists[int(place)] if place >= 0 else ""

    def answer(self, lists: Lists, at: int) -> tuple[list[Any], Array]:
        """Return the inputs of a loss, and its value for each list. Raises `DataError`."""
        rows, code, first = lists.rows, lists.code, lists.first
        arrays: list[Any] = self._inputs(rows, at)
        for k, entry in enumerate(self.inputs[at]):
            if entry.kind == "labels":
                known = self.reading.labels[entry.name]
                arrays[k] = [known[int(x)] if x == x else [np.nan] for x in arrays[k][first]]
        loss = cast("Listwise", self.fitted[at])
        for x in (x for entry, x in zip(self.inputs[at], arrays, strict=True) if entry.square):
            self._square(lists, self.inputs[at][0].name, x.shape[1])
        try:
            loss.check(*arrays)
        except DomainError as error:
            if error.entry.kind == "labels":  # found in a list, and told where the list begins
                bad = np.flatnonzero(error.rows)
                error.rows = np.zeros(len(code), np.bool_)
                error.rows[first[bad]] = True
            raise self._first(error, rows, at) from None
        if LIST in rows.columns:
            lost = np.isnan(rows.columns[LIST])
            wrt = next(k for k, entry in enumerate(self.inputs[at]) if entry.wrt)
            arrays[wrt] = np.where(along(lost, arrays[wrt]), np.nan, arrays[wrt])
        return arrays, loss.value(*arrays, lists=code)

    def _first(self, error: DomainError, rows: Batch, at: int) -> DataError:
        """Return what to say of the first row of the input that a loss refuses, and of those that follow."""
        if any(entry.kind == "labels" for entry in self.inputs[at]):  # which are only known of whole lists
            return self._explain(error, rows, at)
        self._batches = self.gathered.batches()
        for batch in self._batches:
            try:
                self.fitted[at].check(*self._inputs(batch, at))
            except DomainError as first:
                return self._explain(first, batch, at)
        return self._explain(error, rows, at)

    def _square(self, lists: Lists, role: str, width: int) -> None:
        """Raise `DataError` if lists have more or fewer rows than numbers in each row."""
        off = np.flatnonzero(lists.sizes != width)
        if not off.size:
            return
        which, rows = int(off[0]), int(lists.sizes[off[0]])
        found, fix = f"all {rows} rows are one list", "--col list=COL       if they are several"
        if LIST in self.reading.chosen:
            found, fix = f"list {self._named(lists.start + which)!r} has {rows}", f"--col {role}=COLUMNS"
        raise DataError(
            f"{self.reading.place(int(lists.rows.lines[lists.first[which]]))}: {role} has {width} numbers a row, "
            f"but {found}",
            [
                f"columns: {listed(self.reading.chosen[role].names)}",
                "a row has the similarities of its anchor to the positives of all rows of its list, in their order",
            ],
            [fix],
            code="not-square",
        )

    def _agree(self, lists: Lists, role: str) -> None:
        """Raise `DataError` if a list has two values of what it has as a whole."""
        rows, code, first = lists.rows, lists.code, lists.first
        x = rows.columns[role]
        before = x[first][code]
        apart = (x != before) & ~np.isnan(x) & ~np.isnan(before)
        if not apart.any():
            return
        at, *place = np.argwhere(apart)[0].tolist()
        columns = self.chosen[role].names
        column = columns[place[0] if place and len(columns) > 1 else 0]
        start, here = (self.reading.place(int(rows.lines[row])) for row in (first[code[at]], at))
        of = next((each.of for inputs in self.inputs for each in inputs if each.name == role), "")
        one, other = (self.reading.said(role, float(array[(at, *place)]), of) for array in (before, x))
        if LIST in self.reading.chosen:
            which, fix = (
                f"list {self._named(lists.start + int(code[at]))!r}",
                f"the same {role} in every row of a list",
            )
        else:
            which, fix = "all rows are one list", "--col list=COL       if they are several"
        raise DataError(
            f"{here}: {role} is said once for a list: {one} or {other}?",
            [f"column '{column}', {which}: {one} at {start}, {other} at {here}"],
            [fix],
            code="not-one-value",
        )


def shared(jobs: Sequence[Job]) -> None:
    """Let jobs over the same rows have them once."""
    first, *others = (job for job in jobs if isinstance(job, ListJob))
    for each in others:
        each.like = first


def along(each: Any, x: Array) -> Any:
    """Return something of each row so that it goes with what has one or several numbers a row."""
    return each[:, None] if x.ndim == 2 else each
