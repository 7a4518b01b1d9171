"""`losscli compute`: the value of one or more losses over a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from losscli.cli import options as o
from losscli.cli.reading import choose, open_input, settings
from losscli.cli.watching import watching
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.cli.output import Output
    from losscli.report.bulk import Column
    from losscli.run import Job, Reduction
    from losscli.stats.interval import Interval
    from losscli.stats.pairs import Plan

EXAMPLES = """
  losscli compute mse preds.csv --pred y_pred --target y_true
  losscli compute mse,mae,huber:delta=1.5 preds.csv
  losscli compute bce preds.csv --group region --md
  losscli compute mse pred.csv --targets truth.csv --on id
  losscli compute mse preds.csv --ci --cluster user
  cat preds.jsonl | losscli compute bce --bare
"""
FIELDS = ("loss", "value", "n", "dropped", "filtered", "status", "reduction", "max", "at", "signature")
INTERVAL = ("ci_low", "ci_high", "ci_method", "ci")


def compute(
    losses: o.Losses,
    words: o.Words,
    reduction: o.Reduction = "mean",
    per_row: o.PerRow = False,
    group: o.Group = [],  # noqa: B006 (Typer copies the default)
    bare: o.Bare = False,
    every: o.All = False,
    progress: o.Progress = "auto",
    *,
    sampling: o.Sampling,
    shape: o.Print,
) -> None:
    """Value of one or more losses over a file.

    LOSS is a name with optional parameters: mse   huber:delta=1.5   (see: losscli list).
    FILE is CSV, TSV, JSON, JSON lines, Parquet or NumPy, maybe compressed; -
    or nothing reads standard input.
    """
    from losscli.cli.intervals import plan_of
    from losscli.cli.output import Output
    from losscli.cli.saying import note
    from losscli.spec import parse_all, remarks

    to = Output(shape, bare=bare, inputs=words.files)
    how = "none" if per_row else choose("reduction", reduction)
    if group and how == "none":
        raise UsageError("--group changes nothing in the loss of each row", fix=["--reduction mean"])
    plan = plan_of(sampling)
    if plan and how == "none":
        raise UsageError("--ci is about a mean or a sum, not the loss of each row", fix=["--reduction mean"])
    with watching(progress) as watch:
        job = open_input(
            parse_all(losses), words, f"losscli compute {losses}", group, cluster=sampling.cluster
        )
        watch(job)
        if how == "none":
            _rows(job, words, to, every=every)
        else:
            _summary(job, words, how, to, plan)
    for remark in remarks(losses):
        note(f"note: {remark}")


def _summary(job: Job, words: o.Words, how: Reduction, to: Output, plan: Plan | None) -> None:
    from losscli.cli import intervals
    from losscli.cli.describe import (
        envelope,
        heading,
        input_facts,
        params,
        status,
        warn_infinite,
    )
    from losscli.data.batch import GROUP
    from losscli.report.table import Table
    from losscli.run import signature

    summaries = job.summaries(plan, total=how == "sum")
    answers = [each.total.mean if how == "mean" else each.total.sum for each in summaries]
    whole = list(zip(job.losses, summaries, answers, strict=True))
    if GROUP in job.reading.chosen:
        from losscli.cli.groups import Groups

        Groups(job, words, summaries, how, plan).write(to)
        warn_infinite(job, summaries, answers)
        return
    said = settings(words, job)
    spans: list[Interval] = []
    more: list[dict[str, Any]] = [{} for _ in whole]
    signs = [said for _ in whole]
    title, names = heading(job, how, summaries[0].elements), {"max": f"max {job.unit}"}
    cells: list[Sequence[Any]] = [() for _ in whole]
    if plan:
        spans = [job.interval(each.pairs, value) for _, each, value in whole if each.pairs]
        cluster = intervals.cluster_of(job.reading)
        more = [{"ci": intervals.facts(plan, span, cluster)} for span in spans]
        signs = [[*said, *intervals.settings(plan, span, cluster)] for span in spans]
        title += f", {intervals.heading(plan, spans, cluster)}"
        names["ci"] = intervals.title(plan)
        cells = [intervals.cells(span, to.manner.digits) for span in spans]
    if to.kind == "bare":
        to.write(Table(("value", "ci_low", "ci_high")[: 1 + 2 * bool(plan)],
                       [(value, *each[:2]) for value, each in zip(answers, cells, strict=True)]))  # fmt: skip
    else:
        results = (
            {
                "loss": str(loss), "params": params(loss), "reduction": how, "n": each.elements, "value": value,
                "status": status(value), **also, "signature": signature(loss, how, each.elements, sign),
            }
            for (loss, each, value), also, sign in zip(whole, more, signs, strict=True)
        )  # fmt: skip
        lists = summaries[0].elements if job.unit == "list" else 0
        rows = [
            (str(loss), value, each.elements, job.reading.dropped, job.reading.filtered, status(value), how, each.top,
             job.short_place(each.line), signature(loss, how, each.elements, sign), *some)
            for (loss, each, value), sign, some in zip(whole, signs, cells, strict=True)
        ]  # fmt: skip
        line = signature(job.losses[0], how, summaries[0].elements, signs[0])
        if len(whole) > 1:
            line = "<loss>" + line.removeprefix(str(job.losses[0]))
        usual = [
            "loss",
            "value",
            *((["ci"] if to.person else INTERVAL[:3]) if plan else ()),
            *(
                ["max", "at"]
                if to.person
                else ["n", "dropped", *(["filtered"] if words.where else []), "status"]
            ),
        ]
        fields = (*FIELDS, *INTERVAL) if plan else FIELDS
        table = Table(fields, rows, title, [f"signature: {line}"], usual, names)
        to.write(table, {**envelope("compute"), "input": input_facts(job, lists), "results": results})
    warn_infinite(job, summaries, answers)
    if plan:
        intervals.warn(
            [(str(loss), span) for loss, span in zip(job.losses, spans, strict=True)], plan, job.unit
        )


def _rows(job: Job, words: o.Words, to: Output, *, every: bool) -> None:
    from losscli.cli.describe import heading
    from losscli.cli.long import as_column, write_long
    from losscli.report.bulk import split

    if to.kind == "json":
        _rows_as_json(job, words, to)
        return

    def blocks() -> Iterator[Sequence[Column]]:
        for row in job.rows():
            beside = [] if to.kind == "bare" else job.beside(row)
            yield [*map(as_column, beside), *(column for values in row.values for column in split(values))]

    names = (
        []
        if to.kind == "bare"
        else ["list", "rows"]
        if job.unit == "list"
        else ["id" if words.ident or words.on else "row"]
    )
    for loss, inputs in zip(job.losses, job.inputs, strict=True):
        first = job.chosen[inputs[0].name]
        each = first.names if len(first.names) > 1 else first.labels
        names += [f"{loss}:{name}" for name in each] if loss.elementwise and each else [str(loss)]
    write_long(names, blocks(), to, lambda: heading(job, "none", 0), every=every)


def _rows_as_json(job: Job, words: o.Words, to: Output) -> None:
    """Write the losses of all rows, of one loss after the other."""
    import numpy as np

    from losscli.cli.describe import envelope, input_facts, params
    from losscli.cli.long import as_column
    from losscli.data.held import Held
    from losscli.report.bulk import JSON, Lines, split, texts, vector
    from losscli.report.formats import picked
    from losscli.report.machine import Raw, write_json
    from losscli.run import signature

    counts = [0] * len(job.losses)
    lists: dict[str, Any] = {}
    with ExitStack() as stack:
        held = [stack.enter_context(Held[Any]()) for _ in job.losses]
        for row in job.rows():
            if job.unit == "list":  # all at once
                lists = {
                    name: np.asarray(as_column(each)).tolist()
                    for name, each in zip(("lists", "rows"), job.beside(row), strict=True)
                }
            for at, values in enumerate(row.values):
                held[at].put(values)
                counts[at] += values.size
        results: list[Any] = []
        for loss, n, parts in zip(job.losses, counts, held, strict=True):
            lines = (Lines([x] if x.ndim == 1 else vector(split(x))) for x in parts)
            results.append({
                "loss": str(loss), "params": params(loss), "reduction": "none", "n": n,
                "values": map(Raw, texts(lines, JSON)), **lists,
                "signature": signature(loss, "none", n, settings(words, job)),
            })  # fmt: skip
        facts = input_facts(job, len(lists.get("lists", ())))
        answer = picked(results, to.manner.fields)
        out = stack.enter_context(to.file(lambda: max(counts)))
        write_json({**envelope("compute"), "input": facts, "results": answer}, out, pretty=to.manner.pretty)
