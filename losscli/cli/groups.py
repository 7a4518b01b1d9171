"""`losscli compute --group`: the losses of each group, and of all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any, NamedTuple

from losscli.cli.describe import SHOWN, envelope, heading, input_facts, params, status
from losscli.cli.options import Words
from losscli.cli.output import Output
from losscli.cli.reading import settings
from losscli.data.batch import GROUP
from losscli.report.table import Cell, Table
from losscli.run import Job, Reduction, Summary, signature

ALL = "all"
"""What is called so is no group."""


class Group(NamedTuple):
    """The losses of some rows."""

    name: Sequence[str] | None
    """None: all rows."""
    values: Sequence[float]
    counts: Sequence[int]
    dropped: int


class Groups:
    """Losses by group, in the order in which the groups appear; all rows are the last one."""

    def __init__(self, job: Job, words: Words, summaries: Sequence[Summary], how: Reduction) -> None:
        self.job, self.words = job, words
        self.how: Reduction = how
        self.columns = job.reading.chosen[GROUP].names
        reading = job.reading
        count = len(reading.groups)
        sums = [each.groups for each in summaries]
        values = [each.means(count) if how == "mean" else each.sums(count) for each in sums]
        counts = [each.counts(count) for each in sums]
        answers = [each.total.mean if how == "mean" else each.total.sum for each in summaries]
        self.all = Group(None, answers, [each.elements for each in summaries], reading.dropped)
        self.each = [
            Group(name, value, n, reading.lost.get(at, 0))
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
            to.write(Table(("value",), [(value,) for group in self for value in group.values]))
        elif to.person and not to.manner.fields:
            to.write(self._shown(losses, whole=to.kind != "table"))
        else:
            rows = (
                (*self._called(group), loss, value, n, group.dropped, status(value))
                for group in self
                for loss, value, n in zip(losses, group.values, group.counts, strict=True)
            )
            lists = self.all.counts[0] if self.job.unit == "list" else 0
            facts = {**envelope("compute"), "input": input_facts(self.job, lists), "results": self._results()}
            to.write(Table((*self.columns, "loss", "value", "n", "dropped", "status"), rows), facts)

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
                    "dropped": group.dropped, "value": value, "status": status(value),
                    "signature": signature(loss, self.how, n, [*said, f"group:{which}"]),
                }  # fmt: skip

    def _shown(self, losses: Sequence[str], *, whole: bool) -> Table:
        """Return a table for a person: the worst groups first, by the first loss."""
        worst = sorted(
            self.each, key=lambda group: -inf if group.values[0] != group.values[0] else -group.values[0]
        )
        most = len(worst) if whole else 2 * SHOWN
        shown, hidden = worst[:most], len(worst) - most
        rows: list[Sequence[Cell]] = [(*self._called(each), each.counts[0], *each.values) for each in shown]
        if hidden > 0:
            rows.append(("...", *[None] * (len(self.columns) + len(losses))))
        rows.append((*self._called(self.all), self.all.counts[0], *self.all.values))
        below = [f"{hidden} groups more: in a pipe, or with --format tsv"] if hidden > 0 else []
        said = [*settings(self.words, self.job), f"group:{','.join(self.columns)}"]
        spec = losses[0] if len(losses) == 1 else "<loss>"
        line = signature(self.job.losses[0], self.how, self.all.counts[0], said).removeprefix(losses[0])
        title = heading(self.job, self.how, self.all.counts[0])
        return Table((*self.columns, "n", *losses), rows, title, [*below, f"signature: {spec}{line}"])
