"""Losses of lists over a reading: its rows gathered into the lists they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import CLUSTER, GROUP, LIST, RECORD, Array, Batch
from losscli.errors import DataError
from losscli.listwise import Index, Listwise, numbered
from losscli.loss import DomainError
from losscli.run import WEIGHT, Job, Kink, Reduction, Row
from losscli.stats.exact import ExactSum


class Lists(NamedTuple):
    """All rows, and which list each is in. They are held in memory, for those of a list may be far apart."""

    rows: Batch
    code: Index
    """The list of each row, by the order in which lists appear."""
    first: Index
    """The first row of each list."""
    sizes: Index
    """How many rows each list has."""
    names: Sequence[str | int]
    """What lists are called; those without names are numbered from 1."""


class ListJob(Job):
    """Losses of lists over one reading, once."""

    unit = "list"

    @cached_property
    def lists(self) -> Lists:
        """The rows and the lists, read when first asked for."""
        rows = joined(list(self._batches))
        places = rows.columns.get(LIST)
        if places is not None:
            places = np.where(np.isnan(places), -1, places)  # rows of no known list are one
        code, count = numbered(len(rows.rows), places)
        first = np.unique(code, return_index=True)[1]
        names: list[str | int] = [1]
        if places is not None:
            known = ["", *self.reading.lists]
            names = [known[int(place) + 1] for place in places[first]]
        return Lists(rows, code, first, np.bincount(code, minlength=count), names)

    @cached_property
    def each(self) -> Batch:
        """The lists: where they begin, and their weights if they have any. Raises `DataError`."""
        rows, _, first, _, _ = self.lists
        self.weight(rows)
        whole = {entry.name for inputs in self.inputs for entry in inputs if entry.whole}
        own = {role: rows.columns[role][first] for role in (WEIGHT, GROUP, CLUSTER) if role in rows.columns}
        for role in (*whole, *own):
            self._agree(role)
        return Batch(own, rows.rows[first], rows.lines[first])

    def rows(self) -> Iterator[Row]:
        """Yield all lists with the value of each loss."""
        yield Row(self.each, [self._answer(at)[1] for at in range(len(self.losses))])

    def gradients(self, order: int = 1, how: Reduction = "none", kink: Kink = "subgradient") -> Iterator[Row]:
        """Yield all rows with the derivatives of the first loss, and with the value of the list they are in.

        Those of each list's own loss, or of the weighted sum or mean over lists.
        """
        weight = self.weight(self.each)
        arrays, values = self._answer(0)
        loss, code = cast("Listwise", self._coded[0]), self.lists.code
        found = (loss.gradient if order == 1 else loss.hessian)(*arrays, lists=code)
        found = found if isinstance(found, tuple) else (found,)
        edge = loss.kinked(*arrays, lists=code)
        if kink == "nan":
            found = tuple(np.where(along(edge[code], x), np.nan, x) for x in found)
        if weight is not None and how != "none":
            found = tuple(x * along(weight[code], x) for x in found)
        if how == "mean":
            total = ExactSum()
            total.update(np.ones(len(values)), weight)
            if not total.weight:
                raise self.weightless()
            found = tuple(x / total.sum for x in found)
        yield Row(self.lists.rows, [values[code]], found, int(edge.sum()), len(values))

    def beside(self, row: Row) -> list[Sequence[Any] | NDArray[Any]]:
        """Return the names of the lists, and how many rows each has."""
        return [self.lists.names, self.lists.sizes.tolist()]

    def marks(self) -> Mapping[str, Sequence[Any]]:
        """Return the number of each row in its record, if a record has many, and the name of its list."""
        found: dict[str, Sequence[Any]] = {}
        by = self.reading.chosen.get(LIST)
        if by and by.names != (RECORD,):
            found["list"] = [self.lists.names[k] for k in self.lists.code]
        if self.reading.nested:
            found["member"] = [k + 1 for which in self.records() for k in range(which.stop - which.start)]
        return found

    def records(self, row: Row | None = None) -> Sequence[Any]:
        """Return the rows as records have them."""
        numbers = self.lists.rows.rows
        if not self.reading.nested:
            return range(len(numbers))
        starts = np.flatnonzero(np.diff(numbers, prepend=0)).tolist()
        return [slice(start, stop) for start, stop in pairwise([*starts, len(numbers)])]

    def gathering(self) -> str:
        """Return how rows are put together: ` in 20 lists by query_id`."""
        by, count = self.reading.chosen.get(LIST), len(self.lists.names)
        if by is None:
            return " in one list"
        how = ", one a record" if by.names == (RECORD,) else f" by {by.names[0]}"
        return f" in {count} list{'s' * (count != 1)}{how}"

    def place(self, line: int) -> str:
        """Return where a list begins, and what it is called."""
        name = self._named(line)
        return super().place(line) + (f" (list {name!r})" if isinstance(name, str) else "")

    def short_place(self, line: int) -> str:
        """Return which list begins in a line, in few words."""
        if LIST not in self.reading.chosen:
            return "all rows"
        name = self._named(line)
        return f"list {name}" if isinstance(name, str) else super().short_place(line)

    def _named(self, line: int) -> str | int:
        return self.lists.names[int(np.flatnonzero(self.each.lines == line)[0])]

    def _answer(self, at: int) -> tuple[list[Any], Array]:
        """Return the inputs of a loss, and its value for each list. Raises `DataError`."""
        rows, code, first, _, _ = self.lists
        arrays: list[Any] = self._inputs(rows, at)
        for k, entry in enumerate(self.inputs[at]):
            if entry.kind == "labels":
                known = self.reading.labels[entry.name]
                arrays[k] = [known[int(x)] if x == x else [np.nan] for x in arrays[k][first]]
        loss = cast("Listwise", self._coded[at])
        try:
            loss.check(*arrays)
        except DomainError as error:
            if error.entry.kind == "labels":  # found in a list, and told where the list begins
                lists = np.flatnonzero(error.rows)
                error.rows = np.zeros(len(code), np.bool_)
                error.rows[first[lists]] = True
            raise self._explain(error, rows, at) from None
        if LIST in rows.columns:
            lost = np.isnan(rows.columns[LIST])
            wrt = next(k for k, entry in enumerate(self.inputs[at]) if entry.wrt)
            arrays[wrt] = np.where(along(lost, arrays[wrt]), np.nan, arrays[wrt])
        return arrays, loss.value(*arrays, lists=code)

    def _agree(self, role: str) -> None:
        """Raise `DataError` if a list has two values of what it has as a whole."""
        rows, code, first, _, names = self.lists
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
            which, fix = f"list {names[int(code[at])]!r}", f"the same {role} in every row of a list"
        else:
            which, fix = "all rows are one list", "--col list=COL       if they are several"
        raise DataError(
            f"{here}: {role} is said once for a list: {one} or {other}?",
            [f"column '{column}', {which}: {one} at {start}, {other} at {here}"],
            [fix],
            code="not-one-value",
        )


def along(each: Any, x: Array) -> Any:
    """Return something of each row so that it goes with what has one or several numbers a row."""
    return each[:, None] if x.ndim == 2 else each


def joined(batches: Sequence[Batch]) -> Batch:
    """Return several batches as one."""
    if len(batches) == 1:
        return batches[0]
    return Batch(
        {role: np.concatenate([each.columns[role] for each in batches]) for role in batches[0].columns},
        np.concatenate([each.rows for each in batches]),
        np.concatenate([each.lines for each in batches]),
        [name for each in batches for name in each.ids],
    )
