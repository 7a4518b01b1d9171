"""`losscli compare`: whether model B is better than model A."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from losscli.cli import options as o
from losscli.cli.reading import choose, settings
from losscli.cli.watching import watching
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.cli.comparison import Comparison
    from losscli.cli.output import Output
    from losscli.cli.verdict import Verdict
    from losscli.run import Reduction

EXAMPLES = """
  losscli compare mse preds.csv -p y_pred -p y_new
  losscli compare mse,mae preds.csv -p old -p new -p newer --baseline old
  losscli compare bce old.csv --against new.csv --on id
  losscli compare mae preds.csv -p y_pred -p y_new --cluster user --group region
  losscli compare mse preds.csv -p y_pred -p y_new --fail-if-worse --margin 0.5
"""

ALL = "all"
FIELDS = (
    "loss", "baseline", "candidate", "delta", "ci_low", "ci_high", "p", "p_holm", "wins", "n", "baseline_value",
    "candidate_value", "won", "tied", "test", "ci_method", "verdict", "signature",
)  # fmt: skip

Against = Annotated[
    list[str], Option("--against", metavar="FILE2", rich_help_panel=o.INPUT,
                      help="predictions of another model, in a file of its own: rows match by --on or --by-order"),
]  # fmt: skip
Baseline = Annotated[
    str, Option("--baseline", metavar="COL", help="the model the others are compared with  [the first]",
                rich_help_panel=o.STATISTICS),
]  # fmt: skip
TestKind = Annotated[
    str, Option("--test", metavar="permutation|bootstrap|wilcoxon", rich_help_panel=o.STATISTICS,
                help="where p comes from: random signs of the differences, resamples, or their ranks"),
]  # fmt: skip
Alpha = Annotated[
    float,
    Option("--alpha", metavar="P", help="a smaller p is significant  [0.05]", rich_help_panel=o.STATISTICS),
]
FailIfWorse = Annotated[
    bool, Option("--fail-if-worse", rich_help_panel=o.STATISTICS,
                 help="exit 1 if a model is significantly worse than the baseline, and only then"),
]  # fmt: skip
Margin = Annotated[
    float, Option("--margin", metavar="X", rich_help_panel=o.STATISTICS, min=0,
                  help="with --fail-if-worse: worse by more than X  [0]"),
]  # fmt: skip


def compare(
    losses: o.Losses,
    words: o.Words,
    against: Against = [],  # noqa: B006 (Typer copies the default)
    reduction: o.Reduction = "mean",
    group: o.Group = [],  # noqa: B006
    bare: o.Bare = False,
    progress: o.Progress = "auto",
    baseline: Baseline = "",
    test: TestKind = "permutation",
    alpha: Alpha = 0.05,
    fail_if_worse: FailIfWorse = False,
    margin: Margin = 0.0,
    *,
    sampling: o.Sampling,
    shape: o.Print,
) -> int:
    """Is model B better than model A? Paired, over the same rows.

    The models are prediction columns (-p A -p B), or files (FILE --against FILE2). Given are the
    difference of their losses with its interval, the p of a test of the row differences, the share
    of rows won (a tie is half a win), and the rows that decide it, if they are few. What these
    mean: losscli explain compare.
    """
    from losscli.cli import saying
    from losscli.cli.comparison import Comparison
    from losscli.cli.intervals import plan_of
    from losscli.cli.output import Output
    from losscli.cli.schema import fields_of
    from losscli.spec import parse_all

    choose("test", test)
    how = choose("reduction", reduction)
    plan = plan_of(sampling, always=True)
    assert plan
    if how == "none":
        raise UsageError(
            "--reduction none has nothing to compare", fix=["--reduction mean"], code="option-unused"
        )
    if not 0 < alpha < 1:
        raise UsageError(
            f"--alpha: {alpha:g} is not between 0 and 1", fix=["--alpha 0.05"], code="bad-option"
        )
    if margin and not fail_if_worse:
        fix = f"--fail-if-worse --margin {margin:g}"
        raise UsageError("--margin changes nothing without --fail-if-worse", fix=[fix], code="missing-option")
    if test == "wilcoxon" and (words.weight or sampling.cluster):
        raise UsageError(
            "--test wilcoxon knows no weights and no clusters",
            fix=["--test permutation"],
            code="option-conflict",
        )
    if words.values:
        raise UsageError(
            "--values are rows without columns: there is nothing to compare", code="option-unused"
        )
    to = Output(shape, bare=bare, inputs=(*words.files, *against))
    grouped = o.listed(group)
    without = () if grouped else ("group",)
    to.expect([*grouped, *FIELDS], lambda: fields_of("compare", without=without))
    command = f"losscli compare {losses}"
    parsed = parse_all(losses)
    with watching(progress) as watch:
        found = Comparison(parsed, words, against, baseline, command, group, sampling.cluster, plan, how)
        watch(found.jobs[0])
        found.read()
        verdicts = found.verdicts(test, margin=0.0)
        worse = found.worse(verdicts, test, alpha, margin) if fail_if_worse else []
    _write(found, verdicts, words, how, test, alpha, to)
    for text in worse:
        saying.fail(text, code="worse")
    return 1 if worse else 0


def _write(
    found: Comparison,
    verdicts: Sequence[Verdict],
    words: o.Words,
    how: Reduction,
    test: str,
    alpha: float,
    to: Output,
) -> None:
    from losscli.cli import intervals, saying
    from losscli.cli.describe import envelope, input_facts, params
    from losscli.cli.verdict import conclusion, p_text, percent, record, remarks, signed
    from losscli.cli.verdict import how as told
    from losscli.data.batch import GROUP
    from losscli.report.table import Right, Table
    from losscli.run import signature

    job, plan = found.job, found.plan
    cluster = intervals.cluster_of(job.reading)
    grouped = job.reading.chosen[GROUP].names if GROUP in job.reading.chosen else ()
    several = len(found.names) > 2
    losses = {str(loss): loss for loss in found.losses}

    def sign(one: Verdict) -> str:
        said = settings(words, job)
        if one.group is not None:
            said.append("group:" + ",".join(f"{a}={b}" for a, b in zip(grouped, one.group, strict=True)))
        said += [f"base:{one.baseline}", f"cand:{one.candidate}", f"test:{one.test.name}"]
        if one.test.name in ("permutation", "bootstrap") and not one.test.exact:
            said.append(f"draws:{plan.resamples}")
        said += [each for each in intervals.settings(plan, one.span, cluster) if not each.startswith("seed:")]
        return signature(losses[one.loss], how, one.rows, [*said, f"seed:{plan.seed}"])

    def row(one: Verdict) -> tuple[Any, ...]:
        group = one.group if one.group is not None else [ALL] * len(grouped)
        low, high, method, _ = intervals.cells(one.span)
        first = (
            *group,
            one.loss,
            one.baseline,
            one.candidate,
            one.delta,
            low,
            high,
            one.test.p,
            one.adjusted,
        )
        more = (one.base, one.cand, one.won, one.tied, one.test.name, method, one.verdict(alpha), sign(one))
        return (*first, one.wins, one.rows, *more)

    def shown(one: Verdict) -> tuple[Any, ...]:
        group = one.group if one.group is not None else [ALL] * len(grouped)
        digits = to.manner.digits
        said = (signed(one.delta, digits), intervals.shown(one.span, digits, signed=True), p_text(one.adjusted),
                percent(one.wins))  # fmt: skip
        return (
            *group,
            one.loss,
            *([one.candidate] if several else []),
            one.base,
            one.cand,
            *map(Right, said),
        )

    results = [
        {
            "loss": one.loss, "params": params(losses[one.loss]), "reduction": how,
            **({"group": one.group and dict(zip(grouped, one.group, strict=True))} if grouped else {}),
            **record(one, alpha), "ci": intervals.facts(plan, one.span, cluster), "signature": sign(one),
        }
        for one in verdicts
    ]  # fmt: skip
    last = verdicts[-1]
    way = told(last.test, plan.resamples, plan.seed)
    sentences = [*remarks(verdicts, alpha, job.unit), conclusion(verdicts, alpha, way)]
    if to.kind == "bare":
        to.write(Table(("delta",), [(one.delta,) for one in verdicts]))
    elif to.person and not to.manner.fields:
        names = (*grouped, "loss", *(["model"] if several else []), "base", "cand", "delta", intervals.title(plan),
                 "p, Holm" if several else "p", "wins")  # fmt: skip
        who = f"{len(found.names) - 1} models" if several else found.names[1]
        title = (
            f"{job.reading.name}: {last.rows} paired {job.unit}{'s' * (last.rows != 1)}, "
            f"{who} against {found.names[0]} (baseline), "
            f"{how} over {job.unit}s; delta < 0: {'a model' if several else who} is better; "
            f"{intervals.heading(plan, [one.span for one in verdicts], cluster)}"
        )
        lines = [shown(one) for one in worst_first(verdicts)]
        if grouped:  # all rows stand apart
            lines.insert(sum(one.group is not None for one in verdicts), (None,) * len(names))
        to.write(Table(names, lines, title, sentences))
    else:
        fields = (*grouped, *FIELDS)
        usual = [each for each in fields[: len(grouped) + 12] if each != "p_holm" or several]
        facts = {**envelope("compare"), "input": input_facts(job), "baseline": found.names[0],
                 "candidates": found.names[1:], "results": results, "sentences": sentences}  # fmt: skip
        to.write(Table(fields, [row(one) for one in verdicts], usual=usual), facts)
    spans = [(one.named(several), one.span) for one in verdicts if one.span.method != "none"]
    intervals.warn(spans, plan, intervals.unit_of(job), "difference")
    if any(one.test.name == "normal" and one.test.name != test for one in verdicts):
        saying.note(
            f"note: more than a million rows: p is that of the normal distribution, not of --test {test}",
            code="normal-test",
        )


def worst_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the groups for a person: first where the first loss of a candidate is worst; all rows stay last."""
    worst: dict[Sequence[str] | None, float] = {}
    for one in verdicts:
        if one.loss == verdicts[0].loss:
            delta = one.delta if one.delta == one.delta else float("inf")
            worst[one.group] = max(delta, worst.get(one.group, delta))
    return sorted(verdicts, key=lambda one: (one.group is None, -worst.get(one.group, 0.0)))
