"""Models over the rows they have in common: read once, and judged two by two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from losscli.cli import options as o
from losscli.cli.verdict import Verdict, p_text, signed
from losscli.data.batch import CLUSTER, GROUP
from losscli.data.clusters import Clustered
from losscli.errors import UsageError
from losscli.stats.paired import Paired, holm, normal_test
from losscli.summary import Summary

if TYPE_CHECKING:
    from losscli.loss import Loss
    from losscli.run import Job, Reduction, Row
    from losscli.stats.pairs import Plan


class Comparison:
    """The models over the rows they have in common."""

    def __init__(
        self,
        losses: Sequence[Loss],
        words: o.Words,
        against: Sequence[str],
        baseline: str,
        command: str,
        group: Sequence[str],
        cluster: str,
        plan: Plan,
        how: Reduction,
    ) -> None:
        self.losses, self.plan = losses, plan
        self.how: Reduction = how
        read: dict[str, Any] = {
            "losses": losses,
            "words": words,
            "command": command,
            "group": group,
            "cluster": cluster,
        }
        self.others: list[Job] = []
        """The jobs of other files, whose rows are matched; those of `jobs` are read side by side."""
        if against:
            self.jobs, self.names, self.others = _of_files(against, baseline, **read)
        else:
            self.jobs, self.names = _of_columns(baseline, **read)

    @property
    def job(self) -> Job:
        """The job of the baseline."""
        return self.jobs[0]

    def read(self) -> None:
        """Read all rows."""
        many = len(self.names)
        self.summaries = [[Summary() for _ in self.losses] for _ in range(many)]
        self.pairs = [
            [Paired(self.plan, total=self.how == "sum") for _ in self.losses] for _ in range(many - 1)
        ]
        for first, values in self._rows():
            weight = self.job.weight(first.batch)
            for model, each in enumerate([first.values, *values]):
                row = first._replace(values=each)
                for at, summary in enumerate(self.summaries[model]):
                    summary.update(row, at, weight)
                    if model:
                        self._add(self.pairs[model - 1][at], first, row, at, weight)
        if not any(each.total.weight for each in self.summaries[0]):
            raise self.job.weightless()

    def _rows(self) -> Iterator[tuple[Row, list[list[Any]]]]:
        if self.others:
            from losscli.cli.modelfiles import matched

            yield from matched(self.job, self.others)
            return
        for rows in zip(*(job.rows() for job in self.jobs), strict=True):
            yield rows[0], [row.values for row in rows[1:]]

    def _add(self, pairs: Paired, first: Row, row: Row, at: int, weight: Any) -> None:
        counts = first.counts[at] if first.counts else None
        columns = first.batch.columns
        pairs.add(first.values[at], row.values[at], first.batch.lines, weight, counts, first.kept,
                  columns.get(GROUP), columns.get(CLUSTER))  # fmt: skip

    def verdicts(self, test: str, margin: float) -> list[Verdict]:
        """Return what there is to say: of each group and then of all rows, loss by loss, model by model."""
        count = len(self.job.reading.groups) if GROUP in self.job.reading.chosen else 0
        found: list[Verdict] = []
        for group in (*range(count), None):
            for at in range(len(self.losses)):
                found += self._verdicts(at, group, test, margin)
        return found

    def _verdicts(self, at: int, group: int | None, test: str, margin: float) -> Iterator[Verdict]:
        values = [self._value(model, at, group) for model in range(len(self.names))]
        reading = self.job.reading
        each: list[Verdict] = []
        for model, name in enumerate(self.names[1:], 1):
            pairs = self.pairs[model - 1][at]
            won, tied, rows = pairs.wins(group)
            if not rows:
                continue
            delta = values[model] - values[0]
            span = self.job.interval(pairs.pairs, delta, group)
            names = reading.clusters()[1] if isinstance(reading, Clustered) else None
            kept = pairs.of(group, names)
            said: Any = test
            told = (
                kept.test(said, self.plan, margin)
                if kept
                else normal_test(delta, span, self.plan.level, margin)
            )
            decisive = kept.decisive() if kept else None
            places = [self.job.short_place(line) for line in decisive.lines] if decisive else []
            each.append(
                Verdict(str(self.losses[at]), self.names[0], name, values[0], values[model], delta, span, told, told.p,
                        won, tied, rows, decisive, places, None if group is None else reading.groups[group])
            )  # fmt: skip
        for one, p in zip(each, holm([one.test.p for one in each]), strict=True):
            yield one._replace(adjusted=p)

    def _value(self, model: int, at: int, group: int | None) -> float:
        """Return the loss of a model."""
        summary = self.summaries[model][at]
        if group is None:
            return summary.total.mean if self.how == "mean" else summary.total.sum
        sums = summary.groups
        return (sums.means if self.how == "mean" else sums.sums)(len(self.job.reading.groups))[group]

    def worse(self, verdicts: Sequence[Verdict], test: str, alpha: float, margin: float) -> list[str]:
        """Return of each model that is significantly worse, by more than the margin, why the gate fails."""
        shifted = self.verdicts(test, margin) if margin else verdicts
        beyond = f" by more than {margin:g}" if margin else ""
        found: list[str] = []
        for one in shifted:
            if one.delta == float("inf"):
                what = f"the loss of {one.candidate} is infinite, that of {one.baseline} is not"
                found.append(f"{one.named(False)}: {what}")
            elif one.delta > margin and one.adjusted <= alpha:
                found.append(
                    f"{one.named(False)}: {one.candidate} is worse than {one.baseline}{beyond}: delta "
                    f"{signed(one.delta)}, p {p_text(one.adjusted)} <= {alpha:g}   (--fail-if-worse; {one.rows} "
                    f"{self.job.unit}s)"
                )
        return found


def _of_files(
    against: Sequence[str], baseline: str, *, words: o.Words, **read: Any
) -> tuple[list[Job], list[str], list[Job]]:
    """Return the job of the baseline, what the models are called, and the jobs of the others. Raises `UsageError`."""
    from losscli.cli.modelfiles import open_files

    if baseline:
        raise UsageError("--baseline: with --against, FILE is the baseline", code="option-conflict")
    if len(words.pred) not in (0, 1, 1 + len(against)):
        raise UsageError(
            "--against: one --pred for all files, or one for each of them in their order", code="bad-option"
        )
    base, others = open_files(words=words, against=against, **read)
    return [base], [words.file, *against], others


def _of_columns(baseline: str, *, words: o.Words, command: str, **read: Any) -> tuple[list[Job], list[str]]:
    """Return a job for each `--pred`, the baseline's first, and what they are called. Raises `UsageError`."""
    from losscli.cli.models import open_models

    if len(words.pred) < 2:
        raise UsageError(
            "compare needs two predictions or more",
            fix=[f"{command} FILE -p y_pred -p y_new", f"{command} FILE --against FILE2 --on id"],
            code="missing-option",
        )
    if baseline and baseline not in words.pred:
        raise UsageError(
            f"--baseline {baseline}: no such --pred", [f"--pred: {', '.join(words.pred)}"], code="bad-option"
        )
    first = baseline or words.pred[0]
    names = [first, *(each for each in words.pred if each != first)]
    if len(names) < len(words.pred):
        raise UsageError("--pred: the same prediction twice", code="given-twice")
    return open_models(words=words._replace(pred=names), command=command, **read), names
