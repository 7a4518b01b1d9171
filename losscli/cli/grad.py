"""`losscli grad`: the derivative of each row's loss in its prediction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from losscli.cli import options as o
from losscli.cli.progress import watching
from losscli.cli.reading import choice, open_input, settings
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.cli.output import Output
    from losscli.loss import Loss
    from losscli.report.lines import Column
    from losscli.run import Job, Row
    from losscli.stats.exact import ExactSum

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
    str, Option("--kink", metavar="subgradient|nan", rich_help_panel=o.OUTPUT,
                help="where there is no derivative: the subgradient of least norm, or nan  [subgradient]"),
]  # fmt: skip


def grad(
    loss: o.OneLoss,
    words: o.Words,
    reduction: o.Reduction = "none",
    order: Order = 1,
    kink: Kink = "subgradient",
    bare: o.Bare = False,
    every: o.All = False,
    progress: o.Progress = "auto",
    *,
    shape: o.Print,
) -> None:
    """Derivative of each row's loss in its prediction.

    By default of each row's own loss; --reduction sum and mean give the derivative of the (weighted)
    sum and mean. FILE is CSV, TSV, JSON, JSON lines, Parquet or NumPy, maybe compressed; -
    or nothing reads standard input.
    """
    from losscli.cli.gradjson import write_json
    from losscli.cli.longtable import write_long
    from losscli.cli.messages import note
    from losscli.cli.output import Output
    from losscli.spec import parse, remarks

    to = Output(shape, bare=bare, inputs=words.files)
    choice("reduction", reduction)
    choice("kink", kink)
    if order not in (1, 2):
        raise UsageError(f"--order: {order} is neither 1 nor 2", code="bad-option")
    if words.weight and reduction == "none":
        raise UsageError(
            "--weight changes nothing in the derivative of each row's own loss",
            fix=[f"--reduction {how} --weight {words.weight}" for how in ("mean", "sum")],
            code="option-unused",
        )
    if "," in loss:
        raise UsageError(
            f"grad takes one loss, got '{loss}'",
            fix=[f"losscli grad {loss.split(',')[0]} ..."],
            code="one-loss",
        )
    parsed = parse(loss)
    expect(parsed, words, order, to)
    with watching(progress) as watch:
        job = open_input([parsed], words, f"losscli grad {loss}")
        watch(job)
        answer = Gradients(job, words, reduction, order, kink)
        if to.kind in ("json", "jsonl"):
            write_json(answer, to)
        else:
            if to.person and job.unit == "row":
                from losscli.stats.exact import ExactSum

                answer.total = ExactSum()
            names, blocks = answer.columns(to.kind), answer.blocks(to.kind)
            write_long(names, blocks, to, answer.heading, answer.footer, answer.own, every=every)
    if answer.kinks:
        given = "nan" if kink == "nan" else "the subgradient of least norm"
        where = f"{answer.kinks} of {answer.count} {job.unit}s"
        note(
            f"note: {job.losses[0]} has no derivative in {where}: {given} is given there",
            code="kink",
            count=answer.kinks,
        )
    for remark in remarks(loss):
        note(f"note: {remark}", code="name")


def expect(loss: Loss, words: o.Words, order: int, to: Output) -> None:
    """Refuse fields that there will not be, while nothing is read yet."""
    which = ["id" if words.ident or words.on else "row"]
    name = "grad" if order == 1 else "hess"
    inputs = dict.fromkeys(entry.name for form in loss.forms for entry in form)
    record = ["row", *which] if which != ["row"] else which
    listed = ["list"] if loss.listed else []
    columns = [*which, *listed, *inputs, "loss", "loss_*", name, f"{name}_*"]
    to.expect(columns, lambda: [*record, *listed, "value", name])


class Gradients:
    """The rows of one loss with their derivatives, and what is to be said of them all."""

    def __init__(self, job: Job, words: o.Words, how: str, order: int, kink: str) -> None:
        self.job, self.words, self.how, self.order, self.kink = job, words, how, order, kink
        self.loss, self.inputs, self.chosen = job.losses[0], job.inputs[0], job.reading.chosen
        self.wrt = [entry for entry in self.inputs if entry.wrt]
        self.name = "grad" if order == 1 else "hess"
        self.scalars = [
            entry for entry in self.inputs if entry.kind != "vector" and not self.chosen[entry.name].several
        ]
        """The inputs of one column, which are shown beside the derivative."""
        self.own = [
            1 + len(job.marked) + at
            for at, entry in enumerate(self.scalars)
            if entry.kind not in ("labels", "class")
        ]
        """The columns that are numbers of the user's own."""
        self.ids = bool(words.ident or words.on)
        self.count = self.kinks = self.zeros = self.unbounded = self.line = self.rows_seen = 0
        self.norm = self.largest = 0.0
        self.total: ExactSum | None = None
        """The loss over all rows, if a person wants to know."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows, taking note of them for the line under the table."""
        import numpy as np

        from losscli.run import spread

        for row in self.job.gradients(self.order, choice("reduction", self.how), choice("kink", self.kink)):
            if self.total:
                weight = self.job.weight(row.batch)
                weight = None if weight is None else spread(weight, row.values[0])
                self.total.update(row.values[0], weight, *row.counts)
            flat = np.concatenate([x.reshape(len(x), -1) for x in row.derivatives], axis=1)
            finite = np.isfinite(flat)
            sizes = np.where(finite, np.abs(flat), 0.0)
            largest = float(sizes.max(initial=0.0))
            if largest:  # divided by it, no square overflows
                self.norm = hypot(self.norm, largest * float(np.sqrt(((sizes / largest) ** 2).sum())))
            if largest > self.largest:
                self.largest, self.line = largest, int(row.batch.lines[int(sizes.max(axis=1).argmax())])
            self.count += row.losses
            self.rows_seen += len(row.batch.rows)
            self.kinks += row.kinks
            self.zeros += int((flat == 0).all(axis=1).sum())
            self.unbounded += int((~finite).any(axis=1).sum())
            yield row

    def columns(self, kind: str) -> list[str]:
        """Return the names of the columns."""
        grads: list[str] = []
        for entry in self.wrt:
            chosen = self.chosen[entry.name]
            stem = self.name if len(self.wrt) == 1 else f"{self.name}_{entry.name}"
            several = entry.kind == "vector" or chosen.several
            grads += [f"{stem}_{label}" for label in chosen.labels or chosen.names] if several else [stem]
        if kind == "bare":
            return grads
        first = self.chosen[self.inputs[0].name]
        several = self.loss.elementwise and first.several
        losses = [f"loss_{label}" for label in first.labels or first.names] if several else ["loss"]
        beside = [*self.job.marked, *(entry.name for entry in self.scalars)]
        return ["id" if self.ids else "row", *beside, *losses, *grads]

    def blocks(self, kind: str) -> Iterator[Sequence[Column]]:
        """Yield the rows of the table, some at a time, column by column."""
        from losscli.cli.longtable import as_column
        from losscli.report.lines import split

        for row in self.rows():
            columns: list[Column] = [column for x in row.derivatives for column in split(x)]
            if kind != "bare":
                columns = [
                    self.names(row),
                    *map(as_column, self.job.marks(row).values()),
                    *(self.shown(row, entry) for entry in self.scalars),
                    *split(row.values[0]),
                    *columns,
                ]
            yield columns

    def names(self, row: Row) -> Column:
        """Return what rows are called: their ids, or their numbers."""
        return row.batch.ids if self.ids else row.batch.rows

    def shown(self, row: Row, entry: Any) -> Column:
        """Return an input as it is shown: a class by its label."""
        from losscli.parameter import spell

        column = row.batch.columns[entry.name]
        if entry.kind == "labels":
            said = self.job.reading.said
            return ["" if k != k else said(entry.name, k, entry.of).strip("'") for k in column.tolist()]
        if entry.kind != "class":
            return column
        labels = self.chosen[entry.of].labels
        ignored = self.loss.settings().get("ignore")
        names = [*labels, *map(spell, reversed(ignored if isinstance(ignored, tuple) else ()))]
        return ["" if k != k else names[int(k)] for k in column.tolist()]  # -1 is the last of them

    def heading(self) -> str:
        """Return what is derived, and how it is scaled: `(each row's own, times 1/4)`."""
        what = "gradient" if self.order == 1 else "second derivative"
        several = self.job.unit == "row" and self.count != self.rows_seen
        unit = "element" if several else self.job.unit
        by = f" weighted by {self.chosen['weight'].names[0]}" if "weight" in self.chosen else ""
        of = {
            "none": f"each {unit}'s own loss",
            "sum": f"the sum over {unit}s{by}",
            "mean": f"the mean over {self.count} {unit}s{by}",
        }
        inputs = " and ".join(entry.name for entry in self.wrt)
        times = f" (each {unit}'s own, times {factor})" if (factor := self.factor()) else ""
        return (
            f"{self.job.reading.name}: {self.loss}, {what} of {of[self.how]} with respect to {inputs}{times}"
        )

    def factor(self) -> str:
        """Return what sets the derivative of the sum or the mean apart from that of one row's own loss."""
        from losscli.report.number import plain

        weight = self.chosen["weight"].names[0] if "weight" in self.chosen else ""
        if self.how != "mean":
            return weight if self.how == "sum" else ""
        classes = bool(self.loss.settings().get("weights"))
        if not (weight or classes):
            return f"1/{self.count}"
        whole = f"the sum of {' x '.join([*([weight] if weight else []), *(['class weights'] if classes else [])])}"
        if self.total:
            whole = f"{plain(self.total.weights, 6)}, {whole}"
        return f"{weight or 1} / {whole}"

    def footer(self) -> list[str]:
        """Return the whole in a line."""
        from losscli.report.number import short

        at = f" ({self.job.reading.short_place(self.line)})" if self.line else ""
        facts: list[str] = []
        if self.total:
            how, value = ("sum", self.total.sum) if self.how == "sum" else ("mean", self.total.mean)
            facts = [f"{how} loss {short(value)}"]
        facts += [
            f"|{self.name}| {short(self.norm)}", f"max {short(self.largest)}{at}", f"zero {self.zeros}",
            f"non-finite {self.unbounded}", *([f"at a kink {self.kinks}"] if self.kinks else []),
        ]  # fmt: skip
        return ["   ".join(facts), f"signature: {self.signature()}"]

    def signature(self) -> str:
        """Return what would reproduce the answer."""
        from losscli.run import signature

        order = [f"order:{self.order}"] if self.order == 2 else []
        kink = ["kink:nan"] if self.kink == "nan" else []
        return signature(
            self.loss,
            choice("reduction", self.how),
            self.count,
            [*order, *kink, *settings(self.words, self.job)],
        )
