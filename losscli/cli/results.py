"""The tables and records of `losscli compute`: one line an answer, or one a group."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from losscli.cli import intervals, messages
from losscli.cli.answers import Answer, Answers
from losscli.cli.describe import envelope, heading, input_facts, warn_infinite
from losscli.cli.gates import Verdict, record
from losscli.cli.groups import by_group
from losscli.report.table import Right, Table

if TYPE_CHECKING:
    from losscli.cli.output import Output
    from losscli.observed import Story
    from losscli.plot.spark import Steps

MOST, SHARE, PART = 10, 0.5, 20
"""Some rows are named if at most 10, and no more than one in 20, carry half of a loss."""


def write(answers: Answers, to: Output, verdicts: Sequence[Verdict], *, sparkline: bool = False) -> None:
    """Write all answers in the format asked for, for JSON with the verdicts of gates."""
    spans = bool(answers.plan)
    if to.kind == "bare":
        columns = ("value", "ci_low", "ci_high")[: 1 + 2 * spans]
        to.write(Table(columns, [(each.value, *_span(each, to)[:2]) for each in answers.each]))
        return
    first, job = answers.whole[0], answers.job
    if to.kind == "table" and answers.columns and not to.manner.fields:
        table = by_group(answers, to, whole=False, bars=bars_of if sparkline else None)
    elif to.person and answers.columns and not to.manner.fields:
        table = by_group(answers, to, whole=True, bars=bars_of if sparkline else None)
    else:
        table = by_answer(answers, to, sparkline=sparkline)
    title = heading(job, answers.how, first.n, answers.jobs)
    if answers.plan:
        every = [each.span for each in answers.each if each.span]
        title += f", {intervals.heading(answers.plan, every, answers.cluster)}"
    table = table._replace(heading=title, footer=[*table.footer, answers.footer()])
    facts: dict[str, Any] = {
        **envelope("compute"),
        "input": input_facts(job, first.n if job.unit == "list" else 0),
        "results": map(answers.record, answers.each),
        **({"gates": [record(each, answers.columns) for each in verdicts]} if verdicts else {}),
    }
    to.write(table, facts)


def expect(to: Output, groups: Sequence[str], *, models: bool, spans: bool) -> None:
    """Refuse fields that there will not be, while nothing is read yet."""
    from losscli.cli.schema import fields_of

    first = [*groups, *(["model"] if models else [])]
    without = ["values", "lists", "rows", *([] if models else ["model"]), *([] if spans else ["ci"]),
               *([] if groups else ["group", "dropped"])]  # fmt: skip
    to.expect(
        [*first, *known(spans=spans, groups=bool(groups))], lambda: fields_of("compute", without=without)
    )


def known(*, spans: bool, groups: bool) -> list[str]:
    """Return the columns that there are behind groups and models."""
    story = ["sparkline"] if groups else ["median", "max", "sparkline", "at"]
    each = ["ci_low", "ci_high", "ci_method", "ci"] if spans else []
    return ["loss", "value", *each, "n", "dropped", "filtered", "status", "reduction", *story, "signature"]


def by_answer(answers: Answers, to: Output, *, sparkline: bool = False) -> Table:
    """Return one row an answer, with all that can be asked for."""
    models, unit = ["model"] if answers.models != [""] else [], answers.job.unit
    spans = ["ci_low", "ci_high", "ci_method", "ci"] if answers.plan else []
    where = ["filtered"] if answers.words.where and not answers.columns else []
    key = [*answers.columns, *models, "loss", "value"]
    bars = to.wants("sparkline", usual=sparkline)
    story = ["sparkline"] if answers.columns else ["median", "max", "sparkline", "at"]
    fields = [*answers.columns, *models, *known(spans=bool(spans), groups=bool(answers.columns))]
    usual = [*key, *spans[3:], *story] if to.person else [*key, *spans[:3], "n", "dropped", *where, "status"]
    if not sparkline:
        usual = [each for each in usual if each != "sparkline"]
    elif not to.person:
        usual.append("sparkline")
    rows = [
        (
            *(answers.called(each.group) if answers.columns else ()), *([each.model] if models else []), str(each.loss),
            each.value, *_span(each, to), each.n, each.dropped, each.job.reading.filtered, each.status, answers.how,
            *([bars_of(each) if bars else None] if answers.columns else _extremes(each, bars=bars)),
            answers.signature(each),
        )
        for each in answers.each
    ]  # fmt: skip
    titles = {"max": f"max {unit}", "median": f"median {unit}", "sparkline": f"{unit}s by loss"}
    if answers.plan:
        titles["ci"] = intervals.title(answers.plan)
    return Table(fields, rows, "", carried(answers) if to.kind == "table" else [], usual, titles)


def _span(answer: Answer, to: Output) -> Sequence[Any]:
    if answer.span is None:
        return ()
    *numbers, shown = intervals.cells(answer.span, to.manner.digits)
    return *numbers, Right(shown)


def _extremes(answer: Answer, *, bars: bool) -> Sequence[Any]:
    """Return the median, the maximum, how losses are distributed, and where the maximum is."""
    place = answer.job.short_place(answer.summary.line)
    if answer.story is None:
        return None, answer.summary.top, None, place
    return answer.story.losses.median, answer.summary.top, bars_of(answer) if bars else None, place


def bars_of(answer: Answer) -> str:
    """Return the histogram of losses in eight characters, of ASCII where others are not wanted or not known.

    Those of groups have the steps of all rows, so that they can be compared.
    """
    from losscli.plot.spark import spark

    if answer.story is None:
        return ""
    cells = (answer.story.losses if answer.part is None else answer.part).cells()
    coding = (sys.stdout.encoding or "").lower().replace("-", "")
    plain = messages.manner.ascii or not coding.startswith("utf")
    return spark(cells.middle, cells.mass, steps_of(answer.story), plain=plain)


@cache
def steps_of(story: Story) -> Steps | None:
    """Return the steps of the bars of all rows, once for all groups."""
    from losscli.plot.spark import steps

    whole = story.losses.cells()
    return steps(whole.middle, whole.mass)


def carried(answers: Answers) -> list[str]:
    """Return which few rows carry most of a loss: `6 rows carry 65% of the mse: lines 343 96 255 51 152 117`."""
    said: list[str] = []
    for each in answers.whole if not answers.columns else []:
        story = each.story
        if story is None or not story.losses.least >= 0:
            continue
        rows, top = story.top.result(), story.top
        total = each.summary.total
        for count in range(1, min(len(rows), MOST, each.n // PART) + 1):
            if (share := top.share(total, count)) >= SHARE:
                places = [each.job.short_place(row.line) for row in rows[:count]]
                unit = places[0].partition(" ")[0]
                if all(place.startswith(f"{unit} ") for place in places):
                    places = [f"{unit}{'s' * (count > 1)}", *(place.partition(" ")[2] for place in places)]
                of = f"the {each.loss}" + (f" of {each.model}" if each.model else "")
                who = f"{count} {each.job.unit}s carry" if count > 1 else f"1 {each.job.unit} carries"
                said.append(f"{who} {share:.0%} of {of}: {' '.join(places)}")
                break
    return said


def warn(answers: Answers) -> None:
    """Say which rows make a loss infinite, and which intervals are worth less than they seem."""
    for model, job in zip(answers.models, answers.jobs, strict=True):
        mine = [each for each in answers.whole if each.model == model]
        warn_infinite(job, [each.summary for each in mine], [each.value for each in mine])
    if not answers.plan:
        return
    spans = [
        (" ".join([
            *(answers.called(each.group) if answers.columns else ()), *([each.model] if each.model else []),
            *([str(each.loss)] if len(answers.losses) > 1 or not answers.columns else []),
        ]), each.span)
        for each in answers.each
        if each.span
    ]  # fmt: skip
    intervals.warn(spans, answers.plan, answers.job.unit)
