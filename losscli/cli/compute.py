"""`losscli compute`: the value of one or more losses over a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from losscli.cli import options as o
from losscli.cli.gates import Assert, FailAbove, FailBelow, asked, judge, report
from losscli.cli.progress import watching
from losscli.cli.reading import choice
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.cli.answers import Answers
    from losscli.cli.output import Output
    from losscli.run import Job, Reduction
    from losscli.stats.pairs import Plan

EXAMPLES = """
  losscli compute mse preds.csv --pred y_pred --target y_true
  losscli compute mse,mae,huber:delta=1.5 preds.csv
  losscli compute bce preds.csv --group region --md
  losscli compute mse pred.csv --targets truth.csv --on id
  losscli compute mse preds.csv --ci --cluster user
  losscli compute mae preds.csv --fail-above 0.5          # CI gate, exit 1
  losscli compute mse,mae preds.csv -p y_old -p y_new
  losscli compute mse,mae preds.csv --sparkline
  cat preds.jsonl | losscli compute bce --bare
"""


def compute(
    losses: o.Losses,
    words: o.Words,
    reduction: o.Reduction = "mean",
    per_row: o.PerRow = False,
    group: o.Group = [],  # noqa: B006 (Typer copies the default)
    bare: o.Bare = False,
    sparkline: o.Sparkline = False,
    every: o.All = False,
    progress: o.Progress = "auto",
    fail_above: FailAbove = None,
    fail_below: FailBelow = None,
    assert_: Assert = [],  # noqa: B006
    *,
    sampling: o.Sampling,
    shape: o.Print,
) -> int:
    """Value of one or more losses over a file.

    LOSS is a name with optional parameters: mse   huber:delta=1.5   (see: losscli list).
    FILE is CSV, TSV, JSON, JSON lines, Parquet or NumPy, maybe compressed; -
    or nothing reads standard input. --pred given again is another model.
    """
    from losscli.cli.intervals import plan_of
    from losscli.cli.messages import note
    from losscli.cli.models import open_models
    from losscli.cli.output import Output
    from losscli.spec import parse_all, remarks

    to = Output(shape, bare=bare, inputs=words.files)
    how = "none" if per_row else choice("reduction", reduction)
    plan, gates = plan_of(sampling), asked(fail_above, fail_below, assert_)
    for is_said, what in (
        (group, "--group changes nothing in the loss of each row"),
        (plan, "--ci is about a mean or a sum, not the loss of each row"),
        (gates, "a gate is for a mean or a sum, not the loss of each row"),
        (sparkline, "--sparkline draws the losses of all rows, which are listed here"),
    ):
        if is_said and how == "none":
            raise UsageError(what, fix=["--reduction mean"], code="option-unused")
    named = parse_all(losses)
    if shape.fields:
        from losscli.cli import perrow, results

        several = len(words.pred) > 1
        if how == "none":
            perrow.expect(named, words, to, models=several)
        else:
            results.expect(to, o.listed(group), models=several, spans=bool(plan))
    added = [gate.loss for gate in gates if gate.loss and gate.loss not in named]
    code = 0
    with watching(progress) as watch:
        jobs = open_models(
            [*named, *dict.fromkeys(added)], words, f"losscli compute {losses}", group, sampling.cluster
        )
        watch(jobs[0])
        if how == "none":
            from losscli.cli import perrow

            perrow.write(jobs, words, to, every=every)
        else:
            from losscli.cli import results

            answers = _answers(jobs, words, how, plan, to, sparkline=sparkline)
            verdicts = judge(gates, answers, named)
            results.write(answers, to, verdicts, sparkline=sparkline)
            results.warn(answers)
            code = report(verdicts, answers)
    for remark in remarks(losses):
        note(f"note: {remark}", code="name")
    return code


def _answers(
    jobs: Sequence[Job], words: o.Words, how: Reduction, plan: Plan | None, to: Output, *, sparkline: bool
) -> Answers:
    """Return all answers, with their story where a person reads them."""
    from losscli.cli.answers import Answers
    from losscli.cli.results import MOST
    from losscli.data.batch import GROUP
    from losscli.run import alongside

    stories: list[list[Any]] = []
    told = to.wants("median", usual=to.person) or to.wants("sparkline", usual=sparkline)
    parted = GROUP in jobs[0].chosen
    if to.wants("sparkline", usual=sparkline) if parted else told:
        from losscli.observed import Parted, Story

        weighted = "weight" in jobs[0].chosen
        kind = Parted if parted else Story
        stories = [[kind(weighted=weighted, most=MOST) for _ in job.losses] for job in jobs]
    found = alongside(jobs, plan, total=how == "sum", watchers=stories)
    each_told = stories or [[None] * len(some) for some in found]
    pairs = [list(zip(some, each, strict=True)) for some, each in zip(found, each_told, strict=True)]
    return Answers(jobs, pairs, words, how, plan)
