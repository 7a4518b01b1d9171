"""`losscli compute --reduction none`: the loss of each row, or list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from losscli.cli.describe import envelope, heading, input_facts, params
from losscli.cli.longtable import as_column, write_long
from losscli.cli.options import Words
from losscli.cli.reading import settings
from losscli.data.held import Held
from losscli.report.bulk import texts
from losscli.report.formats import picked
from losscli.report.lines import JSON, Lines, split, vector
from losscli.report.machine import Raw, write_json
from losscli.run import signature

if TYPE_CHECKING:
    from losscli.cli.output import Output
    from losscli.loss import Loss
    from losscli.report.lines import Column
    from losscli.run import Job, Row


def write(jobs: Sequence[Job], words: Words, to: Output, *, every: bool) -> None:
    """Write the losses of all rows, of one model beside the other."""
    if to.kind == "json":
        as_json(jobs, words, to)
        return
    job = jobs[0]

    def blocks() -> Iterator[Sequence[Column]]:
        for rows in together(jobs):
            beside = [] if to.kind == "bare" else job.beside(rows[0])
            losses = (column for row in rows for values in row.values for column in split(values))
            yield [*map(as_column, beside), *losses]

    names = ["list", "rows"] if job.unit == "list" else ["id" if words.ident or words.on else "row"]
    names = [] if to.kind == "bare" else names
    for model, one in zip(models(jobs, words), jobs, strict=True):
        for loss, inputs in zip(one.losses, one.inputs, strict=True):
            first = one.chosen[inputs[0].name]
            each = first.names if len(first.names) > 1 else first.labels
            of = (
                [f":{name}" for name in each] if loss.elementwise and each else [f":{model}" if model else ""]
            )
            names += [f"{loss}{which}" for which in of]
    write_long(names, blocks(), to, lambda: heading(job, "none", 0, jobs), every=every)


def expect(losses: Sequence[Loss], words: Words, to: Output, *, models: bool) -> None:
    """Refuse fields that there will not be, while nothing is read yet."""
    from losscli.cli.schema import fields_of

    names = ["list", "rows"] if losses[0].listed else ["id" if words.ident or words.on else "row"]
    without = ["group", "dropped", "value", "status", "ci", *([] if models else ["model"]),
               *([] if losses[0].listed else ["lists", "rows"])]  # fmt: skip
    names += [name for loss in losses for name in (str(loss), f"{loss}:*")]
    to.expect(names, lambda: fields_of("compute", without=without) if to.kind == "json" else names)


def models(jobs: Sequence[Job], words: Words) -> Sequence[str]:
    """Return what the models are called; one alone has no name."""
    return words.pred if len(jobs) > 1 else [""]


def together(jobs: Sequence[Job]) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of all jobs, which are of one reading, side by side."""
    return zip(*(job.rows() for job in jobs), strict=True)


def as_json(jobs: Sequence[Job], words: Words, to: Output) -> None:
    """Write the losses of all rows, of one loss after the other."""
    import numpy as np

    job = jobs[0]
    each = [(model, one, at) for model, one in zip(models(jobs, words), jobs, strict=True)
            for at in range(len(one.losses))]  # fmt: skip
    counts = [0] * len(each)
    lists: dict[str, Any] = {}
    with ExitStack() as stack:
        held = [stack.enter_context(Held[Any]()) for _ in each]
        for rows in together(jobs):
            if job.unit == "list":
                for name, one in zip(("lists", "rows"), job.beside(rows[0]), strict=True):
                    lists.setdefault(name, []).extend(np.asarray(as_column(one)).tolist())
            for place, values in enumerate(values for row in rows for values in row.values):
                held[place].put(values)
                counts[place] += values.size
        results: list[Any] = []
        for (model, one, at), n, parts in zip(each, counts, held, strict=True):
            lines = (Lines([x] if x.ndim == 1 else vector(split(x))) for x in parts)
            loss, said = one.losses[at], settings(words, job) + ([f"pred:{model}"] if model else [])
            results.append({
                "loss": str(loss), "params": params(loss), **({"model": model} if model else {}), "reduction": "none",
                "n": n, "values": map(Raw, texts(lines, JSON)), **lists, "signature": signature(loss, "none", n, said),
            })  # fmt: skip
        facts = input_facts(job, len(lists.get("lists", ())))
        answer = picked(results, to.manner.fields)
        out = stack.enter_context(to.file(lambda: max(counts)))
        write_json({**envelope("compute"), "input": facts, "results": answer}, out, pretty=to.manner.pretty)
