"""`losscli grad`: the derivative of each row's loss in its prediction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot
from typing import Annotated, Any

from typer import Option

from losscli.cli import options as o
from losscli.cli.reading import choose, open_input, settings
from losscli.errors import UsageError

EXAMPLES = """
  losscli grad mse preds.csv
  cat results.jsonl | losscli grad bce - --format csv > gradients.csv
  losscli grad bce preds.csv --json | jq '.results[0].rows[0].grad'
  losscli grad huber --values 2.5:3,0:-0.5 --reduction mean
"""

Order = Annotated[
    int, Option("--order", metavar="1|2", help="2: the second derivative", rich_help_panel=o.OUTPUT)
]
Kink = Annotated[
    str, Option("--kink", metavar="subgradient|nan", help="where there is no derivative: the subgradient of least"
                " norm, or nan  [subgradient]", rich_help_panel=o.OUTPUT),
]  # fmt: skip


def grad(
    loss: o.OneLoss,
    words: o.Words,
    reduction: o.Reduction = "none",
    order: Order = 1,
    kink: Kink = "subgradient",
    bare: o.Bare = False,
    *,
    shape: o.Print,
) -> None:
    """Derivative of each row's loss in its prediction.

    By default of each row's own loss; --reduction sum and mean give the derivative of the (weighted)
    sum and mean. FILE is CSV, TSV, JSON or JSON lines; - or nothing reads standard input.
    """
    from losscli.cli import output
    from losscli.spec import parse

    kind = output.form(shape, bare=bare)
    choose("reduction", reduction)
    choose("kink", kink)
    if order not in (1, 2):
        raise UsageError(f"--order: {order} is neither 1 nor 2")
    if words.weight and reduction == "none":
        raise UsageError(
            "--weight changes nothing in the derivative of each row's own loss",
            fix=[f"--reduction {how} --weight {words.weight}" for how in ("mean", "sum")],
        )
    if "," in loss:
        raise UsageError(f"grad takes one loss, got '{loss}'", fix=[f"losscli grad {loss.split(',')[0]} ..."])
    job = open_input([parse(loss)], words, f"losscli grad {loss}")
    Gradients(job, words, reduction, order, kink).write(kind, shape)


class Gradients:
    """The rows of one loss with their derivatives."""

    def __init__(self, job: Any, words: o.Words, how: str, order: int, kink: str) -> None:
        self.job, self.words, self.how, self.order, self.kink = job, words, how, order, kink
        self.loss = job.losses[0]
        self.inputs = job.inputs[0]
        self.wrt = [entry for entry in self.inputs if entry.wrt]
        self.count = self.kinks = self.zeros = self.unbounded = 0
        self.norm, self.largest, self.place = 0.0, 0.0, 0

    def batches(self) -> Iterator[tuple[Any, Any, list[Any]]]:
        """Yield batches, values and derivatives, scaled as the reduction asks."""
        import numpy as np

        from losscli.run import spread
        from losscli.stats.exact import ExactSum

        def scaled(row: Any) -> tuple[Any, Any, list[Any]]:
            found = list(row.derivatives[0])
            if self.order == 2 and self.loss.matrix:
                found = [np.diagonal(x, axis1=1, axis2=2) for x in found]
            weight = self.job.weight(row.batch)
            if weight is not None:
                found = [x * spread(weight, x) for x in found]
            return row.batch, row.values[0], found

        rows = self.job.rows(self.order, self.kink)
        if self.how != "mean":
            for row in rows:
                self.kinks += int(row.kinks[0].sum())
                yield self.counted(scaled(row))
            return
        held: list[tuple[Any, Any, list[Any]]] = []
        total = ExactSum()
        for row in rows:
            self.kinks += int(row.kinks[0].sum())
            held.append(scaled(row))
            weight = self.job.weight(row.batch)
            values = row.values[0]
            total.update(np.ones_like(values), None if weight is None else spread(weight, values))
        if not total.weight:
            from losscli.errors import NoResult

            raise NoResult(f"{self.job.reading.name}: every row has weight 0")
        for batch, values, found in held:
            yield self.counted((batch, values, [x / total.sum for x in found]))

    def counted(self, row: tuple[Any, Any, list[Any]]) -> tuple[Any, Any, list[Any]]:
        """Take note of a batch for the line under the table."""
        import numpy as np

        batch, values, found = row
        self.count += values.size
        flat = np.concatenate([x.reshape(len(x), -1) for x in found], axis=1)
        finite = np.isfinite(flat)
        self.unbounded += int((~finite).any(axis=1).sum())
        self.zeros += int((flat == 0).all(axis=1).sum())
        sizes = abs(np.where(finite, flat, 0.0))
        largest = float(sizes.max(initial=0.0))
        if largest:
            self.norm = hypot(self.norm, largest * float(np.sqrt(((sizes / largest) ** 2).sum())))
        if largest > self.largest:
            self.largest, self.place = largest, int(batch.lines[int(sizes.max(axis=1).argmax())])
        return row

    def write(self, kind: str, shape: o.Print) -> None:
        """Write every row."""
        from losscli.cli.describe import write_long

        if kind == "json":
            self.write_json()
            return
        write_long(self.columns(kind), self.lines(kind), kind, self.heading, shape, self.footer)
        self.say_kinks()

    def columns(self, kind: str) -> list[str]:
        """Return the names of the columns."""
        name = "grad" if self.order == 1 else "hess"
        grads: list[str] = []
        for entry in self.wrt:
            chosen = self.job.reading.chosen[entry.name]
            stem = name if len(self.wrt) == 1 else f"{name}_{entry.name}"
            several = entry.kind == "vector" or len(chosen.names) > 1
            labels = chosen.labels or chosen.names
            grads += [f"{stem}_{label}" for label in labels] if several else [stem]
        if kind == "bare":
            return grads
        losses = ["loss"]
        if self.loss.elementwise and len(grads) > 1:
            losses = [f"loss_{each.partition('_')[2]}" for each in grads]
        return ["id" if self.words.ident or self.words.on else "row", *self.scalars(), *losses, *grads]

    def scalars(self) -> list[str]:
        """Return the inputs of one column, which are shown beside the derivative."""
        chosen = self.job.reading.chosen
        return [
            entry.name
            for entry in self.inputs
            if entry.kind != "vector" and len(chosen[entry.name].names) == 1
        ]

    def lines(self, kind: str) -> Iterator[Sequence[Any]]:
        """Yield the rows of the table."""
        import numpy as np

        for batch, values, found in self.batches():
            columns = [column for x in found for column in np.atleast_2d(x.T).tolist()]
            if kind == "bare":
                yield from zip(*columns, strict=True)
                continue
            inputs = [self.shown(batch, name) for name in self.scalars()]
            names = batch.ids or batch.rows.tolist()
            yield from zip(names, *inputs, *np.atleast_2d(values.T).tolist(), *columns, strict=True)

    def shown(self, batch: Any, name: str) -> list[Any]:
        """Return an input as it is shown: a class by its label."""
        from losscli.report.table import Own

        entry = next(each for each in self.inputs if each.name == name)
        column = batch.columns[name]
        if entry.kind != "class" or column.ndim == 2:
            return list(map(Own, column.tolist()))
        labels = self.job.reading.chosen[entry.of].labels
        return ["" if k != k else labels[int(k)] for k in column.tolist()]

    def heading(self) -> str:
        """Return what is derived, and how it is scaled."""
        what = "gradient" if self.order == 1 else "second derivative"
        of = {
            "none": "of each row's own loss",
            "sum": "of the sum",
            "mean": f"of the mean over {self.count}",
        }[self.how]
        inputs = " and ".join(entry.name for entry in self.wrt)
        reading = self.job.reading
        return f"{reading.name}: {self.loss}, {what} with respect to {inputs}, {of}"

    def footer(self) -> list[str]:
        """Return the whole in a line."""
        from losscli import __version__
        from losscli.cli.describe import short_place
        from losscli.report.number import short
        from losscli.run import signature

        at = f" ({short_place(self.job.reading, self.place)})" if self.place else ""
        facts = [
            f"|grad| {short(self.norm)}", f"max {short(self.largest)}{at}", f"zero {self.zeros}",
            f"non-finite {self.unbounded}", *([f"at a kink {self.kinks}"] if self.kinks else []),
        ]  # fmt: skip
        return [
            "   ".join(facts),
            f"signature: {signature(self.loss, self.how, self.count, settings(self.words), __version__)}",
        ]

    def say_kinks(self) -> None:
        """Say how many rows have no derivative."""
        from losscli.cli.output import note

        if self.kinks:
            given = "nan" if self.kink == "nan" else "the subgradient of least norm"
            note(
                f"note: {self.loss} has no derivative in {self.kinks} of {self.count} rows: {given} is given there"
            )

    def write_json(self) -> None:
        """Write the rows as JSON."""
        from losscli import __version__
        from losscli.cli import output
        from losscli.cli.compute import envelope
        from losscli.cli.describe import input_facts, params
        from losscli.report.machine import write_json
        from losscli.run import signature

        key = "grad" if self.order == 1 else "hess"

        def rows() -> Iterator[dict[str, Any]]:
            for batch, values, found in self.batches():
                for at, number in enumerate(batch.rows.tolist()):
                    grads = [x[at].tolist() for x in found]
                    named = dict(zip((entry.name for entry in self.wrt), grads, strict=True))
                    row: dict[str, Any] = {"row": number, "value": values[at].tolist()}
                    if batch.ids:
                        row["id"] = batch.ids[at]
                    yield row | {key: grads[0] if len(grads) == 1 else named}

        with output.spool() as out:
            result = {
                "loss": str(self.loss), "params": params(self.loss), "reduction": self.how, "order": self.order,
                "wrt": [entry.name for entry in self.wrt], "rows": rows(),
                # known once the rows are written
                "n": lambda: self.count, "kinks": lambda: self.kinks,
                "signature": lambda: signature(self.loss, self.how, self.count, settings(self.words), __version__),
            }  # fmt: skip
            write_json({**envelope("grad"), "results": [result], "input": lambda: input_facts(self.job)}, out)
        self.say_kinks()
