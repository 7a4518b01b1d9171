"""What `losscli compute` answers: a value for each group, model and loss, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.cli import intervals
from losscli.cli.describe import params, status
from losscli.cli.reading import settings
from losscli.data.batch import GROUP

if TYPE_CHECKING:
    from losscli.cli.options import Words
    from losscli.loss import Loss
    from losscli.observed import Story
    from losscli.run import Job, Reduction
    from losscli.stats.distribution import Distribution
    from losscli.stats.interval import Interval
    from losscli.stats.pairs import Plan
    from losscli.summary import Summary

ALL = "all"
"""What is called so is no group."""


class Answer(NamedTuple):
    """One loss of one model, over all rows or those of a group."""

    group: Sequence[str] | None
    """None: all rows."""
    model: str
    loss: Loss
    value: float
    n: int
    dropped: int
    job: Job
    summary: Summary
    """Of all rows."""
    story: Story | None
    """Of all rows, how their losses are distributed, if a person wants to know."""
    span: Interval | None
    """The interval of the value, if it is wanted."""
    part: Distribution | None = None
    """How the losses of a group are distributed, if a person wants to know."""

    @property
    def status(self) -> str:
        """`ok`, or what else the value is."""
        return status(self.value)


class Answers:
    """All answers: the groups in the order in which they appear, and all rows last."""

    def __init__(
        self,
        jobs: Sequence[Job],
        found: Sequence[Sequence[tuple[Summary, Story | None]]],
        words: Words,
        how: Reduction,
        plan: Plan | None,
    ) -> None:
        self.jobs, self.words, self.plan = jobs, words, plan
        self.how: Reduction = how
        self.job = jobs[0]
        self.columns: Sequence[str] = self.job.chosen[GROUP].names if GROUP in self.job.chosen else ()
        """The columns that say which group a row is in."""
        self.models = words.pred if len(jobs) > 1 else [""]
        self.losses = list(dict.fromkeys(map(str, self.job.losses)))
        self.cluster = intervals.cluster_of(self.job.reading)
        self.whole: list[Answer] = []
        """Those of all rows."""
        for model, job, some in zip(self.models, jobs, found, strict=True):
            for loss, (each, story) in zip(job.losses, some, strict=True):
                value = each.total.mean if how == "mean" else each.total.sum
                span = job.interval(each.pairs, value) if each.pairs else None
                lost = job.reading.dropped
                self.whole.append(
                    Answer(None, model, loss, value, each.elements, lost, job, each, story, span)
                )
        self.groups = self._groups() if self.columns else []
        """Those of each group."""

    @property
    def each(self) -> list[Answer]:
        """All of them, in order."""
        return [answer for group in self.groups for answer in group] + self.whole

    def _groups(self) -> list[list[Answer]]:
        reading = self.job.reading
        count = len(reading.groups)
        found: list[list[Answer]] = [[] for _ in range(count)]
        for answer in self.whole:
            sums = answer.summary.groups
            values = sums.means(count) if self.how == "mean" else sums.sums(count)
            for at, (name, value, n) in enumerate(
                zip(reading.groups, values, sums.counts(count), strict=True)
            ):
                if n:  # of some, all rows are left out
                    pairs = answer.summary.pairs
                    span = answer.job.interval(pairs, value, at) if pairs else None
                    lost = reading.lost.get(at, 0)
                    part = getattr(answer.story, "parts", {}).get(at)
                    one = answer._replace(group=name, value=value, n=n, dropped=lost, span=span, part=part)
                    found[at].append(one)
        return [group for group in found if group]

    def signature(self, answer: Answer) -> str:
        """Return what would reproduce an answer, in one line."""
        from losscli.run import signature

        said = settings(self.words, self.job)
        if answer.model:
            said.append(f"pred:{answer.model}")
        if self.columns:
            which = self.columns
            if answer.group is not None:
                which = map("=".join, zip(self.columns, answer.group, strict=True))
            said.append(f"group:{','.join(which)}")
        if self.plan and answer.span:
            said += intervals.settings(self.plan, answer.span, self.cluster)
        return signature(answer.loss, self.how, answer.n, said)

    def footer(self) -> str:
        """Return the signature of the first answer for all rows, as that of all losses and models."""
        first = self.whole[0]
        line = self.signature(first)
        if len(self.losses) > 1:
            line = "<loss>" + line.removeprefix(str(first.loss))
        return "signature: " + line.replace(f"|pred:{first.model}|", "|pred:<model>|" if first.model else "|")

    def called(self, group: Sequence[str] | None) -> Sequence[str]:
        """Return what a group is called, in each of its columns."""
        return [ALL] * len(self.columns) if group is None else group

    def of(self, answer: Answer) -> str:
        """Return what an answer is about: `region=north: 171 rows of preds.csv`."""
        where = ", ".join(map("=".join, zip(self.columns, answer.group or (), strict=False)))
        what = ", ".join(each for each in (answer.model, where) if each)
        several = (
            self.job.unit == "row"
            and self.job.losses[0].elementwise
            and any(self.job.chosen[entry.name].several for entry in self.job.inputs[0])
        )
        unit = "element" if several else self.job.unit
        rows = f"{answer.n} {unit}{'s' * (answer.n != 1)} of {self.job.reading.name}"
        return f"{what}: {rows}" if what else rows

    def record(self, answer: Answer) -> Mapping[str, Any]:
        """Return an answer as JSON has it."""
        named = None if answer.group is None else dict(zip(self.columns, answer.group, strict=True))
        return {
            "loss": str(answer.loss), "params": params(answer.loss),
            **({"model": answer.model} if answer.model else {}), "reduction": self.how,
            **({"group": named} if self.columns else {}), "n": answer.n,
            **({"dropped": answer.dropped} if self.columns else {}), "value": answer.value, "status": answer.status,
            **({"ci": intervals.facts(self.plan, answer.span, self.cluster)} if self.plan and answer.span else {}),
            "signature": self.signature(answer),
        }  # fmt: skip
