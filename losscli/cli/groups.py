"""The table of groups for a person: the worst first, and all rows last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING

from losscli.cli import intervals
from losscli.cli.answers import Answer, Answers
from losscli.cli.describe import SHOWN
from losscli.report.table import Cell, Right, Table

if TYPE_CHECKING:
    from losscli.cli.output import Output


def by_group(
    answers: Answers, to: Output, *, whole: bool, bars: Callable[[Answer], str] | None = None
) -> Table:
    """Return the groups, the worst first by the first loss of their worst model; not `whole`, the first of them.

    With `bars`, each value has the histogram of its rows beside it.
    """
    losses, models = answers.losses, ["model"] if answers.models != [""] else []
    worst = sorted(answers.groups, key=lambda group: _cost(group, losses[0]), reverse=True)
    most = len(worst) if whole else 2 * SHOWN
    shown, hidden = worst[:most], len(worst) - most

    def cells(answer: Answer) -> list[Cell]:
        span = [Right(intervals.shown(answer.span, to.manner.digits))] if answer.span else []
        return [answer.value, *span, *([bars(answer)] if bars else [])]

    def rows(group: Sequence[Answer]) -> list[Sequence[Cell]]:
        lines: list[Sequence[Cell]] = []
        for at in range(0, len(group), len(losses)):
            first, each = group[at], group[at : at + len(losses)]
            name = [first.model] if models else []
            values = [cell for answer in each for cell in cells(answer)]
            lines.append((*answers.called(first.group), *name, first.n, *values))
        return lines

    beside = [intervals.title(answers.plan)] if answers.plan else []
    beside += [f"{answers.job.unit}s by loss"] if bars else []
    above = [name for loss in losses for name in (loss, *beside)]
    columns = (*answers.columns, *models, "n", *above)
    lines = [line for group in shown for line in rows(group)]
    if hidden > 0:
        lines.append(("...", *[None] * (len(columns) - 1)))
    lines += [[None] * len(columns), *rows(answers.whole)]
    below = [f"{hidden} groups more: in a pipe, or with --format tsv"] if hidden > 0 else []
    return Table(columns, lines, footer=below)


def _cost(group: Sequence[Answer], loss: str) -> float:
    """Return how bad a group is; NaN is worst."""
    values = [answer.value for answer in group if str(answer.loss) == loss]
    return inf if any(value != value for value in values) else max(values)
