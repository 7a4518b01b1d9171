"""`losscli compare`: whether model B is better than model A."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from losscli.cli import options as o
from losscli.cli.progress import watching
from losscli.cli.reading import choice
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.run import Reduction

EXAMPLES = """
  losscli compare mse preds.csv -p y_pred -p y_new
  losscli compare mse,mae preds.csv -p old -p new -p newer --baseline old
  losscli compare bce old.csv --against new.csv --on id
  losscli compare mae preds.csv -p y_pred -p y_new --cluster user --group region
  losscli compare mse preds.csv -p y_pred -p y_new --fail-if-worse --margin 0.5
"""

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
    from losscli.cli import messages
    from losscli.cli.compareresults import FIELDS, Results
    from losscli.cli.comparison import Comparison
    from losscli.cli.intervals import plan_of
    from losscli.cli.output import Output
    from losscli.cli.schema import fields_of
    from losscli.spec import parse_all

    choice("test", test)
    how = choice("reduction", reduction)
    plan = plan_of(sampling, always=True)
    assert plan
    _refuse(words, how, test, alpha, margin, fail_if_worse=fail_if_worse, clusters=bool(sampling.cluster))
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
    results = Results(found, verdicts, words, test, alpha)
    results.write(to)
    results.warn()
    for text in worse:
        messages.fail(text, code="worse")
    return 1 if worse else 0


def _refuse(
    words: o.Words,
    how: Reduction,
    test: str,
    alpha: float,
    margin: float,
    *,
    fail_if_worse: bool,
    clusters: bool,
) -> None:
    """Refuse options that have no meaning, or none beside one another. Raises `UsageError`."""
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
    if test == "wilcoxon" and (words.weight or clusters):
        raise UsageError(
            "--test wilcoxon knows no weights and no clusters",
            fix=["--test permutation"],
            code="option-conflict",
        )
    if words.values:
        raise UsageError(
            "--values are rows without columns: there is nothing to compare", code="option-unused"
        )
