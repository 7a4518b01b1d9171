"""`losscli compute --group`: the losses of each group, and of all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.cli import intervals
from losscli.cli.describe import SHOWN, envelope, heading, input_facts, params, status
from losscli.cli.options import Words
from losscli.cli.output import Output
from losscli.cli.reading import settings
from losscli.data.batch import GROUP
from losscli.report.table import Cell, Table
from losscli.run import Job, Reduction, Summary, signature

if TYPE_CHECKING:
    from losscli.stats.interval import Interval
    from losscli.stats.pairs import Plan

ALL = "all"
"""What is called so is no group."""


class Group(NamedTuple):
    """The losses of some rows."""

    name: Sequence[str] | None
    """None: all rows."""
    values: Sequence[float]
    counts: Sequence[int]
    dropped: int
    spans: Sequence[Interval] = ()
    """The interval of each loss, if they are wanted."""


class Groups:
    """Losses by group, in the order in which the groups appear; all rows are the last one."""

    def __init__(
        self, job: Job, words: Words, summaries: Sequence[Summary], how: Reduction, plan: Plan | None = None
    ) -> None:
        self.job, self.words, self.plan = job, words, plan
        self.how: Reduction = how
        self.columns = job.reading.chosen[GROUP].names
        reading = job.reading
        count = len(reading.groups)
        sums = [each.groups for each in summaries]
        values = [each.means(count) if how == "mean" else each.sums(count) for each in sums]
        counts = [each.counts(count) for each in sums]
        answers = [each.total.mean if how == "mean" else each.total.sum for each in summaries]
        pairs = [each.pairs for each in summaries if each.pairs]

        def spans(values: Sequence[float], at: int | None) -> Sequence[Interval]:
            return [job.interval(one, value, at) for one, value in zip(pairs, values, strict=False)]

        self.all = Group(
            None, answers, [each.elements for each in summaries], reading.dropped, spans(answers, None)
        )
        self.each = [
            Group(name, value, n, reading.lost.get(at, 0), spans(value, at))
            for at, (name, value, n) in enumerate(
                zip(reading.groups, zip(*values, strict=True), zip(*counts, strict=True), strict=True)
            )
            if n[0]  # of some, all rows are left out
        ]

    def __iter__(self) -> Iterator[Group]:
        yield from self.each
        yield self.all

    def write(self, to: Output) -> None:
        """Write all groups in the format asked for."""
        losses = [str(loss) for loss in self.job.losses]
        if to.kind == "bare":
            rows = (
                (value, *some[:2])
                for group in self
                for value, some in zip(group.values, self._cells(group), strict=True)
            )
            to.write(Table(("value", "ci_low", "ci_high")[: 1 + 2 * bool(self.plan)], rows))
        elif to.person and not to.manner.fields:
            to.write(self._shown(losses, whole=to.kind != "table", digits=to.manner.digits))
        else:
            rows = (
                (*self._called(group), loss, value, *some[:3], n, group.dropped, status(value))
                for group in self
                for loss, value, n, some in zip(
                    losses, group.values, group.counts, self._cells(group), strict=True
                )
            )
            lists = self.all.counts[0] if self.job.unit == "list" else 0
            facts = {**envelope("compute"), "input": input_facts(self.job, lists), "results": self._results()}
            spans = ("ci_low", "ci_high", "ci_method") if self.plan else ()
            to.write(Table((*self.columns, "loss", "value", *spans, "n", "dropped", "status"), rows), facts)
        if self.plan:
            each = [
                (" ".join([*self._called(group), *([loss] if len(losses) > 1 else [])]), span)
                for group in self
                for loss, span in zip(losses, group.spans, strict=True)
            ]
            intervals.warn(each, self.plan, intervals.unit_of(self.job))

    def _cells(self, group: Group, digits: int = 4) -> Sequence[Sequence[Any]]:
        """Return the interval of each loss as columns; nothing, if none are wanted."""
        return (
            [intervals.cells(span, digits) for span in group.spans] if self.plan else [()] * len(group.values)
        )

    def _called(self, group: Group) -> Sequence[str]:
        return [ALL] * len(self.columns) if group.name is None else group.name

    def _results(self) -> Iterator[dict[str, Any]]:
        """Yield the results as JSON has them."""
        known = [params(loss) for loss in self.job.losses]
        said = settings(self.words, self.job)
        for group in self:
            name = None if group.name is None else dict(zip(self.columns, group.name, strict=True))
            which = ",".join(self.columns)
            if group.name is not None:
                which = ",".join(
                    f"{column}={text}" for column, text in zip(self.columns, group.name, strict=True)
                )
            for at, loss in enumerate(self.job.losses):
                value, n = group.values[at], group.counts[at]
                yield {
                    "loss": str(loss), "params": known[at], "reduction": self.how, "group": name, "n": n,
                    "dropped": group.dropped, "value": value, "status": status(value), **self._fact(group, at),
                    "signature": signature(loss, self.how, n, self._said(said, which, group, at)),
                }  # fmt: skip

    def _fact(self, group: Group, at: int) -> dict[str, Any]:
        cluster = intervals.cluster_of(self.job.reading)
        return {"ci": intervals.facts(self.plan, group.spans[at], cluster)} if self.plan else {}

    def _said(self, said: Sequence[str], which: str, group: Group, at: int = 0) -> list[str]:
        """Return the settings of a signature."""
        cluster = intervals.cluster_of(self.job.reading)
        more = intervals.settings(self.plan, group.spans[at], cluster) if self.plan else []
        return [*said, f"group:{which}", *more]

    def _shown(self, losses: Sequence[str], *, whole: bool, digits: int = 4) -> Table:
        """Return a table for a person: the worst groups first, by the first loss."""
        worst = sorted(
            self.each, key=lambda group: -inf if group.values[0] != group.values[0] else -group.values[0]
        )
        most = len(worst) if whole else 2 * SHOWN
        shown, hidden = worst[:most], len(worst) - most

        def row(each: Group) -> Sequence[Cell]:
            some = zip(each.values, self._cells(each, digits), strict=True)
            return (
                *self._called(each),
                each.counts[0],
                *(cell for value, ci in some for cell in (value, *ci[3:])),
            )

        rows = [row(each) for each in shown]
        last = row(self.all)
        if hidden > 0:
            rows.append(("...", *[None] * (len(last) - 1)))
        rows.append(last)
        below = [f"{hidden} groups more: in a pipe, or with --format tsv"] if hidden > 0 else []
        said = self._said(settings(self.words, self.job), ",".join(self.columns), self.all)
        spec = losses[0] if len(losses) == 1 else "<loss>"
        line = signature(self.job.losses[0], self.how, self.all.counts[0], said).removeprefix(losses[0])
        title = heading(self.job, self.how, self.all.counts[0])
        if self.plan:
            spans = [span for group in self for span in group.spans]
            title += f", {intervals.heading(self.plan, spans, intervals.cluster_of(self.job.reading))}"
        above = [
            name for loss in losses for name in (loss, *([intervals.title(self.plan)] if self.plan else []))
        ]
        return Table((*self.columns, "n", *above), rows, title, [*below, f"signature: {spec}{line}"])
