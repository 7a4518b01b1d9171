"""The tables and records of `losscli compare`: one line a comparison of two models."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from losscli.cli import intervals, messages
from losscli.cli.describe import envelope, input_facts, params
from losscli.cli.options import Words
from losscli.cli.reading import settings
from losscli.cli.verdict import Verdict, conclusion, how, p_text, percent, record, remarks, signed
from losscli.data.batch import GROUP
from losscli.report.table import Right, Table
from losscli.run import signature

if TYPE_CHECKING:
    from losscli.cli.comparison import Comparison
    from losscli.cli.output import Output

ALL = "all"
"""The name of all rows beside those of groups."""
FIELDS = (
    "loss", "baseline", "candidate", "delta", "ci_low", "ci_high", "p", "p_holm", "wins", "n", "baseline_value",
    "candidate_value", "won", "tied", "test", "ci_method", "verdict", "signature",
)  # fmt: skip
USUAL = FIELDS[: FIELDS.index("won")]
"""Fields that are written unless others are asked for."""


class Results:
    """The verdicts of a comparison, as a person reads them and as programs do."""

    def __init__(
        self, compared: Comparison, verdicts: Sequence[Verdict], words: Words, test: str, alpha: float
    ) -> None:
        self.compared, self.verdicts, self.words = compared, verdicts, words
        self.test, self.alpha = test, alpha
        self.job, self.plan = compared.job, compared.plan
        reading = self.job.reading
        self.cluster = intervals.cluster_of(reading)
        self.groups = reading.chosen[GROUP].names if GROUP in reading.chosen else ()
        """The columns of groups."""
        self.several = len(compared.names) > 2
        """Whether the baseline has more than one candidate."""
        self.losses = {str(loss): loss for loss in compared.losses}

    def write(self, to: Output) -> None:
        """Write all verdicts in the format asked for."""
        if to.kind == "bare":
            to.write(Table(("delta",), [(one.delta,) for one in self.verdicts]))
        elif to.person and not to.manner.fields:
            to.write(self.table(to.manner.digits))
        else:
            fields = (*self.groups, *FIELDS)
            usual = [*self.groups, *(each for each in USUAL if each != "p_holm" or self.several)]
            to.write(Table(fields, [self.row(one) for one in self.verdicts], usual=usual), self.document())

    def table(self, digits: int) -> Table:
        """Return the table for a person: the worst group first, and all rows apart from them."""
        names = (
            *self.groups, "loss", *(["model"] if self.several else []), "base", "cand", "delta",
            intervals.title(self.plan), "p, Holm" if self.several else "p", "wins",
        )  # fmt: skip
        lines = [self.shown(one, digits) for one in worst_first(self.verdicts)]
        if self.groups:
            lines.insert(sum(one.group is not None for one in self.verdicts), (None,) * len(names))
        return Table(names, lines, self.heading(), self.sentences)

    def heading(self) -> str:
        """Return which models are compared, over what, and how intervals are made."""
        names, unit, rows = self.compared.names, self.job.unit, self.verdicts[-1].rows
        who = f"{len(names) - 1} models" if self.several else names[1]
        return (
            f"{self.job.reading.name}: {rows} paired {unit}{'s' * (rows != 1)}, "
            f"{who} against {names[0]} (baseline), "
            f"{self.compared.how} over {unit}s; delta < 0: {'a model' if self.several else who} is better; "
            f"{intervals.heading(self.plan, [one.span for one in self.verdicts], self.cluster)}"
        )

    @cached_property
    def sentences(self) -> list[str]:
        """What has to be said beside the numbers, and who is better at last."""
        way = how(self.verdicts[-1].test, self.plan.resamples, self.plan.seed)
        said = remarks(self.verdicts, self.alpha, self.job.unit)
        return [*said, conclusion(self.verdicts, self.alpha, way)]

    def document(self) -> dict[str, Any]:
        """Return the whole as JSON has it."""
        names = self.compared.names
        return {
            **envelope("compare"), "input": input_facts(self.job), "baseline": names[0], "candidates": names[1:],
            "results": [self.record(one) for one in self.verdicts], "sentences": self.sentences,
        }  # fmt: skip

    def record(self, one: Verdict) -> dict[str, Any]:
        """Return a comparison as JSON has it."""
        group = {"group": self._named(one)} if self.groups else {}
        return {
            "loss": one.loss, "params": params(self.losses[one.loss]), "reduction": self.compared.how, **group,
            **record(one, self.alpha), "ci": intervals.facts(self.plan, one.span, self.cluster),
            "signature": self.signature(one),
        }  # fmt: skip

    def row(self, one: Verdict) -> tuple[Any, ...]:
        """Return a comparison as columns, every field of it."""
        low, high, method, _ = intervals.cells(one.span)
        return (
            *self._group(one), one.loss, one.baseline, one.candidate, one.delta, low, high, one.test.p, one.adjusted,
            one.wins, one.rows, one.base, one.cand, one.won, one.tied, one.test.name, method, one.verdict(self.alpha),
            self.signature(one),
        )  # fmt: skip

    def shown(self, one: Verdict, digits: int) -> tuple[Any, ...]:
        """Return a comparison as a person reads it."""
        texts = (
            signed(one.delta, digits),
            intervals.shown(one.span, digits, signed=True),
            p_text(one.adjusted),
            percent(one.wins),
        )
        model = [one.candidate] if self.several else []
        return (*self._group(one), one.loss, *model, one.base, one.cand, *map(Right, texts))

    def signature(self, one: Verdict) -> str:
        """Return what would make a comparison again."""
        said = settings(self.words, self.job)
        if group := self._named(one):
            said.append("group:" + ",".join(f"{column}={name}" for column, name in group.items()))
        said += [f"base:{one.baseline}", f"cand:{one.candidate}", f"test:{one.test.name}"]
        if one.test.name in ("permutation", "bootstrap") and not one.test.exact:
            said.append(f"draws:{self.plan.resamples}")
        interval = intervals.settings(self.plan, one.span, self.cluster)
        said += [each for each in interval if not each.startswith("seed:")]
        return signature(
            self.losses[one.loss], self.compared.how, one.rows, [*said, f"seed:{self.plan.seed}"]
        )

    def warn(self) -> None:
        """Say what the intervals and the test are not worth."""
        spans = [(one.named(self.several), one.span) for one in self.verdicts if one.span.method != "none"]
        intervals.warn(spans, self.plan, intervals.unit_of(self.job), "difference")
        if any(one.test.name == "normal" and one.test.name != self.test for one in self.verdicts):
            messages.note(
                f"note: more than a million rows: p is that of the normal distribution, not of --test {self.test}",
                code="normal-test",
            )

    def _group(self, one: Verdict) -> Sequence[str]:
        return [ALL] * len(self.groups) if one.group is None else one.group

    def _named(self, one: Verdict) -> dict[str, str] | None:
        """Return the group of a comparison by its columns; None if it is of all rows."""
        return None if one.group is None else dict(zip(self.groups, one.group, strict=True))


def worst_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the groups for a person: first where the first loss of a candidate is worst; all rows stay last."""
    worst: dict[Sequence[str] | None, float] = {}
    for one in verdicts:
        if one.loss == verdicts[0].loss:
            delta = one.delta if one.delta == one.delta else float("inf")
            worst[one.group] = max(delta, worst.get(one.group, delta))
    return sorted(verdicts, key=lambda one: (one.group is None, -worst.get(one.group, 0.0)))
