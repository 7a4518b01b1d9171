"""The rows of `losscli grad` as JSON, and as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from losscli.cli.describe import envelope, input_facts, params
from losscli.report.bulk import texts
from losscli.report.lines import JSON, Lines, json_texts, split, vector
from losscli.report.machine import DEEP, Raw, indented, write_json_lines
from losscli.report.machine import write_json as write
from losscli.report.table import select

if TYPE_CHECKING:
    from losscli.cli.grad import Gradients
    from losscli.cli.output import Output
    from losscli.report.lines import Column
    from losscli.run import Row


def write_json(answer: Gradients, to: Output) -> None:
    """Write one object with all rows, or as JSON lines one object for each row."""
    known = [
        "row",
        *(["id"] if answer.ids else []),
        *(["list"] if "list" in answer.job.marked else []),
        "value",
        answer.name,
    ]
    rows = _rows(answer, known, to)
    with to.file(lambda: answer.rows_seen) as out:
        if to.kind == "jsonl":
            for some in rows:
                if isinstance(some, Raw):
                    out.write(f"{some}\n")
                else:
                    write_json_lines([some], out)
            return
        result = {
            "loss": str(answer.loss), "params": params(answer.loss), "reduction": answer.how, "order": answer.order,
            "wrt": [entry.name for entry in answer.wrt], "rows": rows,
            # known once the rows are written
            "n": lambda: answer.count, "kinks": lambda: answer.kinks, "signature": answer.signature,
        }  # fmt: skip
        lists = answer.job.unit == "list"
        facts = lambda: input_facts(answer.job, answer.count if lists else 0)  # noqa: E731
        write({**envelope("grad"), "results": [result], "input": facts}, out, pretty=to.manner.pretty)


def _rows(answer: Gradients, known: list[str], to: Output) -> Iterator[Mapping[str, Any] | Raw]:
    """Yield the rows, of lists one by one, and else some thousand at a time as text. Raises `UsageError`."""
    seen = answer.rows()
    head = next(seen)  # a reading that has begun closes its file, whatever happens next
    fields = [known[at] for at in select(known, to.manner.fields)]
    between = "\n" if to.kind == "jsonl" else f",{indented(DEEP) if to.manner.pretty else ''}"
    if answer.job.unit == "row":
        lines = (_lines(answer, row, fields) for row in chain([head], seen))
        yield from map(Raw, texts(lines, JSON._replace(between=between)))
        return
    for row in chain([head], seen):
        lists = answer.job.marks(row).get("list")
        for which in answer.job.records(row):
            at = which.start if isinstance(which, slice) else which
            grads = [x[which].tolist() for x in row.derivatives]
            named = dict(zip((entry.name for entry in answer.wrt), grads, strict=True))
            facts = {
                "row": int(row.batch.rows[at]),
                "id": row.batch.ids[which] if answer.ids else None,
                "list": lists[at] if lists else None,
                "value": row.values[0][at].tolist(),
                answer.name: grads[0] if len(grads) == 1 else named,
            }
            yield {name: facts[name] for name in fields}


def _lines(answer: Gradients, row: Row, fields: list[str]) -> Lines:
    """Return some rows as JSON has them."""

    def numbers(x: Any) -> list[str | Column]:
        return [x] if x.ndim == 1 else vector(split(x))

    known: dict[str, list[str | Column]] = {
        "row": [row.batch.rows],
        "id": [json_texts(row.batch.ids)] if answer.ids else [],
        "value": numbers(row.values[0]),
    }
    if len(answer.wrt) == 1:
        known[answer.name] = numbers(row.derivatives[0])
    else:
        parts: list[str | Column] = []
        for entry, x in zip(answer.wrt, row.derivatives, strict=True):
            parts += [f'{"," if parts else "{"}"{entry.name}":', *numbers(x)]
        known[answer.name] = [*parts, "}"]
    parts = []
    for name in fields:
        parts += [f'{"," if parts else "{"}"{name}":', *known[name]]
    return Lines([*parts, "}"])
