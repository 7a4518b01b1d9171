"""The program: batches through losses into summaries."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from losscli import __version__
from losscli.data.batch import Array, Batch, pieces
from losscli.data.held import Held
from losscli.data.reading import Reading
from losscli.domain import BINARY
from losscli.errors import DataError, LosscliError, NoResult
from losscli.families import weighed
from losscli.fit import Need, fitted
from losscli.loss import DomainError, Loss
from losscli.stats.exact import ExactSum
from losscli.summary import Row, Summary, spread

if TYPE_CHECKING:
    from losscli.stats.interval import Interval
    from losscli.stats.pairs import Pairs, Plan

Reduction = Literal["mean", "sum", "none"]
WEIGHT = "weight"
Kink = Literal["subgradient", "nan"]
AS_CALLED: Mapping[str, str] = MappingProxyType({})


class Job:
    """Losses over one reading, once."""

    unit = "row"
    """What has a loss."""

    def __init__(
        self,
        losses: Sequence[Loss],
        needed: Need,
        reading: Reading,
        *,
        normalize: bool = False,
        batches: Iterator[Batch] | None = None,
        alias: Mapping[str, str] = AS_CALLED,
    ) -> None:
        self.losses = losses
        self.reading = reading
        self.alias = alias
        """What an input of the losses is called in the batches, if not by its name."""
        self.chosen = {**reading.chosen, **{name: reading.chosen[other] for name, other in alias.items()}}
        """The columns of each input."""
        self.inputs = needed.inputs[reading.form]
        self.normalize = normalize
        self.ignored = 0
        """How many rows were left out for their target."""
        self._batches = reading.batches() if batches is None else batches

    def follow(self, watch: Callable[[Iterator[Batch]], Iterator[Batch]]) -> None:
        """Let someone see the batches go by."""
        self._batches = watch(self._batches)

    def close(self) -> None:
        """Read no further."""
        abandon(self._batches)

    @cached_property
    def fitted(self) -> list[Loss]:
        """The losses as they are computed from the columns chosen. Raises `UsageError` if one does not suit them."""
        each = zip(self.losses, self.inputs, strict=True)
        return [fitted(loss, form, self.chosen) for loss, form in each]

    def rows(self) -> Iterator[Row]:
        """Yield every batch with the value of each loss."""
        for batch in self._batches:
            each = [(loss, self._inputs(batch, at)) for at, loss in enumerate(self.fitted)]
            yield self._told(
                Row(batch, [self._values(batch, at, one[1]) for at, one in enumerate(each)]), each
            )

    def _told(self, row: Row, each: Sequence[tuple[Loss, Sequence[Array]]]) -> Row:
        """Return rows with how much they count for each loss, given its inputs."""
        if (kept := weighed.kept(*each[0])) is not None:
            self.ignored += len(kept) - int(kept.sum())
        return row._replace(counts=[weighed.counts(*one) for one in each], kept=kept)

    def gradients(self, order: int = 1, how: Reduction = "none", kink: Kink = "subgradient") -> Iterator[Row]:
        """Yield every batch with the derivatives of the first loss, in input order.

        Those of each row's own loss, or of the weighted sum or mean; a matrix gives its diagonal. Where there
        is no derivative: the subgradient of least norm, or NaN.
        """
        self._batches = pieces(self._batches)
        if how != "mean":
            yield from (self._derived(batch, order, how, kink) for batch in self._batches)
            return
        total = ExactSum()
        with Held[Row]() as held:  # a mean needs to know how many there are
            for batch in self._batches:
                row = self._derived(batch, order, how, kink)
                weight, (counts,), like = self.weight(batch), row.counts, row.values[0]
                one = np.ones_like(like) if counts is None else counts
                total.update(one, None if weight is None else spread(weight, like))
                held.put(row)
            if not total.total:
                raise self.weightless()
            for row in held:
                yield row._replace(derivatives=tuple(x / total.sum for x in row.derivatives))

    def _derived(self, batch: Batch, order: int, how: Reduction, kink: Kink) -> Row:
        loss, arrays = self.fitted[0], self._arrays(batch, 0)
        found = loss.gradient(*arrays) if order == 1 else loss.hessian(*arrays)
        found = found if isinstance(found, tuple) else (found,)
        if order == 2 and loss.matrix:
            found = tuple(np.diagonal(x, axis1=1, axis2=2) for x in found)
        edge = loss.kinked(*arrays)
        if kink == "nan":
            found = tuple(np.where(edge if edge.ndim == x.ndim else edge[:, None], np.nan, x) for x in found)
        weight = self.weight(batch)
        if weight is not None and how != "none":
            found = tuple(x * spread(weight, x) for x in found)
        value = loss.value(*arrays)
        row = self._told(Row(batch, [value], found, int(edge.sum())), [(loss, arrays)])
        return row._replace(losses=value.size if row.kept is None else int(row.kept.sum()))

    def summaries(self, plan: Plan | None = None, *, total: bool = False) -> list[Summary]:
        """Return each loss over all rows, weighted if the reading has weights.

        With a `plan`, also what intervals of means, or of totals, are made from.
        """
        return alongside([self], plan, total=total)[0]

    def interval(self, pairs: Pairs, value: float, group: int | None = None) -> Interval:
        """Return the interval of the answer `value` for all rows, or for a group."""
        from losscli.data.clusters import Clustered

        if isinstance(self.reading, Clustered):
            return pairs.over_clusters(value, *self.reading.clusters(group))
        return pairs.interval(value, group)

    @property
    def all_ignored(self) -> bool:
        """Whether every row was left out for its target."""
        reading = self.reading
        return 0 < self.ignored == reading.rows - reading.dropped - reading.filtered

    def weightless(self) -> NoResult:
        """Return what to say of rows of which none counts."""
        said = "is ignored" if self.all_ignored else "has weight 0"
        return NoResult(f"{self.reading.name}: every row {said}", code="no-row-left", file=self.reading.name)

    def beside(self, row: Row) -> list[Sequence[Any] | NDArray[Any]]:
        """Return what tells the losses of some rows apart, column by column: ids, or numbers."""
        return [row.batch.ids or row.batch.rows]

    @property
    def marked(self) -> Sequence[str]:
        """The names of what tells rows apart beside ids and numbers."""
        return ()

    def marks(self, row: Row) -> Mapping[str, Sequence[Any]]:
        """Return what does, of some rows, by its name."""
        return {}

    def records(self, row: Row) -> Iterable[int | slice]:
        """Yield the rows as records have them: one in each, or many."""
        return range(len(row.batch.rows))

    def gathering(self) -> str:
        """Return how rows are put together, for the heading."""
        return ""

    def place(self, line: int) -> str:
        """Return where what has a loss stands, as messages say it."""
        return self.reading.place(line)

    def short_place(self, line: int) -> str:
        """Return where what has a loss stands, in few words."""
        return self.reading.short_place(line)

    def weight(self, batch: Batch) -> Array | None:
        """Return the weights of a batch, checked; None if rows count the same."""
        weight = batch.columns.get(WEIGHT)
        if weight is None:
            return None
        bad = ~((weight >= 0) & np.isfinite(weight)) & ~np.isnan(weight)
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            column = self.reading.chosen[WEIGHT].names[0]
            raise DataError(
                f"{self.reading.place(int(batch.lines[first]))}: weight {weight[first]:g} in column '{column}' "
                "must be finite and 0 or more",
                code="bad-weight", file=self.reading.name, line=int(batch.lines[first]), column=column,
                value=float(weight[first]),
            )  # fmt: skip
        return weight

    def given(self, batch: Batch) -> list[Array]:
        """Return the inputs of the first loss."""
        return self._inputs(batch, 0)

    def _arrays(self, batch: Batch, at: int) -> list[Array]:
        found = self._inputs(batch, at)
        try:
            self.fitted[at].check(*found)
        except DomainError as error:
            raise self._explain(error, batch, at) from None
        return found

    def _values(self, batch: Batch, at: int, arrays: Sequence[Array]) -> Array:
        try:
            return self.fitted[at].value(*arrays)  # which checks them too
        except DomainError as error:
            raise self._explain(error, batch, at) from None

    def _inputs(self, batch: Batch, at: int) -> list[Array]:
        names = [self.alias.get(entry.name, entry.name) for entry in self.inputs[at]]
        found = [batch.columns[name] for name in names]
        if not self.normalize:
            return found
        return [
            x / x.sum(axis=1, keepdims=True)
            if entry.simplex and entry.domain != BINARY and x.ndim == 2
            else x
            for entry, x in zip(self.inputs[at], found, strict=True)
        ]

    def _explain(self, error: DomainError, batch: Batch, at: int) -> DataError:
        """Return a domain error as a message: where it is, how many in all, and what to do."""
        from losscli.outside import outside  # only for the unlucky

        reading, loss, entry = self.reading, self.fitted[at], error.entry
        line = int(batch.lines[int(np.flatnonzero(error.rows)[0])])
        found, bad = [error.values], int(error.rows.sum())
        for later in self._batches:
            try:
                loss.check(*self._inputs(later, at))
            except DomainError as again:
                if again.entry.name == entry.name:
                    bad += int(again.rows.sum())
                    found.append(again.values)
        values = np.concatenate([np.ravel(x) for x in found])
        return outside(error, loss, reading, self.chosen, line, values, bad)


def abandon(batches: Iterator[Batch]) -> None:
    """Read no further, and close the file: a reading must have begun for that."""
    with suppress(LosscliError):
        next(batches, None)
    if isinstance(batches, Generator):
        batches.close()


class Watcher(Protocol):
    """What else is to be known of the losses of rows."""

    def update(self, row: Row, at: int, weight: Array | None) -> None:
        """Look at some rows."""
        ...


def alongside(
    jobs: Sequence[Job],
    plan: Plan | None = None,
    *,
    total: bool = False,
    watchers: Sequence[Sequence[Watcher]] = (),
) -> list[list[Summary]]:
    """Return the summaries of jobs over the same rows, which are read once; with a `plan`, for intervals too.

    If there are `watchers`, one for each loss of each job, they see the rows too.
    """
    if plan:
        from losscli.stats.pairs import Pairs

        found = [
            [Summary(Pairs(plan, total=total, known=loss.decides)) for loss in job.losses] for job in jobs
        ]
    else:
        found = [[Summary() for _ in job.losses] for job in jobs]
    for rows in zip(*(job.rows() for job in jobs), strict=True):
        for k, (job, row, summaries) in enumerate(zip(jobs, rows, found, strict=True)):
            weight = job.weight(row.batch)
            for at, summary in enumerate(summaries):
                summary.update(row, at, weight)
                if watchers:
                    watchers[k][at].update(row, at, weight)
    if jobs[0].all_ignored or not any(summary.total.weight for summary in found[0]):
        raise jobs[0].weightless()
    return found


def signature(loss: Loss, reduction: Reduction, n: int, settings: Sequence[str]) -> str:
    """Return what would reproduce a result, in one line: `mse|red:mean|n:442|miss:error|v:0.1.0`."""
    return "|".join([str(loss), f"red:{reduction}", f"n:{n}", *settings, f"v:{__version__}"])
