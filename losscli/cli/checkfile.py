"""`losscli check LOSS FILE --loss-col COL --grad-col COL`: someone's columns, and what sets them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from losscli.check.causes import Cause
from losscli.check.columns import Check, Quantity, Verdict, derived, roles
from losscli.check.compared import Answers, Tolerance, names_of
from losscli.cli import options as o
from losscli.cli.messages import fail
from losscli.cli.progress import watching
from losscli.cli.reading import open_input, settings
from losscli.cli.schema import fields_of
from losscli.errors import UsageError
from losscli.run import signature

if TYPE_CHECKING:
    from losscli.cli.output import Output
    from losscli.loss import Loss
    from losscli.report.table import Cell
    from losscli.run import Job

FIELDS = (
    "loss", "quantity", "status", "n", "differ", "worst", "at", "yours", "reference", "difference", "allowed", "cause",
    "factor", "says", "fix", "signature",
)  # fmt: skip
NAMES: Mapping[str, Quantity] = {"--loss-col": "loss", "--grad-col": "grad"}


def check_columns(
    loss: Loss, words: o.Words, columns: Mapping[str, str], wrt: str, how: str, kink: str, progress: str,
    tolerance: Tolerance, to: Output,
) -> bool:  # fmt: skip
    """Compare, say so, and return whether all agrees."""
    if words.values:
        raise UsageError(
            "--values have no columns to check",
            fix=[f"losscli check {loss} FILE --grad-col COL"],
            code="option-unused",
        )
    wanted = [NAMES[name] for name, said in columns.items() if said]
    to.expect(FIELDS, lambda: fields_of("check", "-col"))
    derived(loss, loss.forms[0], wrt)  # while no file is open
    given = [f"{name.removeprefix('--')}={said}" for name, said in columns.items() if said]
    told = words._replace(col=[*words.col, *given])
    with watching(progress) as watch:
        job = open_input([loss], told, f"losscli check {loss}", beside=roles([loss], wanted))
        watch(job)
        checked = Check(job, wanted, how, wrt, tolerance, kinks=kink == "subgradient")
        verdicts = checked.verdicts()
        spot = "{}" if job.unit == "list" else job.reading.short_place(1).replace("1", "{}")
        answers = [Answer(checked, each, each.causes(spot), words, how) for each in verdicts]
        answer(job, answers, to)
    return all(each.compared.agrees for each in verdicts)


def answer(job: Job, answers: Sequence[Answer], to: Output) -> None:
    """Write what was found."""
    from losscli.cli.describe import envelope, input_facts
    from losscli.lists import ListJob
    from losscli.report.table import Table

    document = {
        **envelope("check"),
        "input": input_facts(job, job.count if isinstance(job, ListJob) else 0),
        "results": [each.record() for each in answers],
    }
    if to.kind == "table":
        rows = [row for each in answers for row in each.rows(len(answers) > 1)]
        names = answers[0].columns(len(answers) > 1) if rows else []
        heading = f"{job.reading.name}: {'; '.join(each.heading() for each in answers)}"
        said = [line for each in answers for line in each.lines(len(answers) > 1)]
        footer = [*said, *(f"signature: {each.signature()}" for each in answers[:1])]
        to.write(Table(names, rows, heading, footer), document)
        return
    usual = [name for name in FIELDS if name not in ("says", "fix", "signature", "factor")]
    to.write(Table(FIELDS, [each.facts() for each in answers], usual=usual), document)
    for each in answers:
        if not each.verdict.compared.agrees:
            first, *rest = each.lines(True)
            text = "\n".join([first.removeprefix("FAIL  "), *(f"  {line}" for line in rest)])
            record = each.record()
            fail(
                text,
                code="mismatch",
                **{name: record[name] for name in ("loss", "quantity", "n", "differ", "causes")},
            )


class Answer:
    """What is said of one quantity."""

    def __init__(
        self, checked: Check, verdict: Verdict, causes: Sequence[Cause], words: o.Words, how: str
    ) -> None:
        self.checked, self.verdict, self.causes, self.words, self.how = checked, verdict, causes, words, how
        self.job = checked.job
        self.what = "loss" if verdict.quantity == "loss" else "gradient"

    def heading(self) -> str:
        """Return what is compared: `bce gradient, 1000 rows, mean over rows`."""
        of = {
            "none": "",
            "sum": f", of the sum over {self.job.unit}s",
            "mean": f", of the mean over {self.job.unit}s",
        }
        weight = (
            f", times {self.job.reading.chosen['weight'].names[0]}"
            if "weight" in self.job.reading.chosen
            else ""
        )
        plain = self.verdict.quantity == "loss" or self.checked.wrt == "pred"
        wrt = "" if plain else f" with respect to {self.checked.wrt}"
        return f"{self.job.losses[0]} {self.what}{wrt}, {counted(self.verdict.compared.rows)}{of[self.how]}{weight}"

    def columns(self, several: bool) -> list[str]:
        """Return the names of the columns for a person."""
        mine = [f"your {self.verdict.quantity}"] if not several else ["of", "yours"]
        return ["line", *self._scalars(), *mine, "reference", "ratio", "difference"]

    def rows(self, several: bool) -> list[Sequence[Cell]]:
        """Return the worst rows, for a person."""
        from losscli.report.table import Own

        found: list[Sequence[Cell]] = []
        for one in self.verdict.compared.worst:
            facts = self._row(one)
            place = self.job.reading.short_place(facts["line"]).removeprefix("line ")
            own = [
                Own(facts[name]) if isinstance(facts[name], float) else str(facts[name])
                for name in self._scalars()
            ]
            what = [self.verdict.quantity] if several else []
            found.append(
                [place, *own, *what, *(facts[name] for name in ("yours", "reference", "ratio", "difference"))]
            )
        return found

    def lines(self, several: bool) -> list[str]:
        """Return the verdict in words."""
        compared = self.verdict.compared
        of = f"{self.what}: " if several else ""
        if compared.agrees:
            reach = (
                f"the farthest is {compared.highest:.2g} of what is allowed"
                if compared.highest
                else "exactly"
            )
            kinks = "" if self.checked.kinks or not self.checked.at_kinks or self.what == "loss" else (
                f" {counted(self.checked.at_kinks)} without a derivative left out.")  # fmt: skip
            return [f"ok  {of}{counted(compared.rows)} agree to {compared.tolerance}, {reach}.{kinks}"]
        found = [
            f"FAIL  {of}{compared.differ} of {counted(compared.rows)} differ by more than {compared.tolerance}."
        ]
        for cause in self.causes:
            found += [
                cause.says,
                *(f"{' or' if again else 'fix'}: {line}" for again, line in enumerate(cause.fix)),
            ]
        if not self.causes:
            weights = "" if "weight" in self.job.reading.chosen else " If rows have weights: --weight COL."
            found.append(
                f"No factor, sign, clip, smoothing or other loss of the catalogue explains it.{weights}"
            )
        return found

    def record(self) -> dict[str, Any]:
        """Return all that is known, for JSON."""
        from losscli.cli.describe import params

        compared, loss = self.verdict.compared, self.job.losses[0]
        return {
            "loss": str(loss), "params": params(loss), "quantity": self.verdict.quantity, "reduction": self.how,
            **({"wrt": self.checked.wrt} if self.verdict.quantity == "grad" else {}),
            "status": self._status(), "n": compared.rows, "differ": compared.differ,
            "atol": compared.tolerance.atol, "rtol": compared.tolerance.rtol, "worst": compared.highest,
            "rows": [self._row(one) for one in compared.worst],
            "causes": [{"kind": each.kind, "says": each.says, "fix": [*each.fix], "factor": each.factor}
                       for each in self.causes],
            "signature": self.signature(),
        }  # fmt: skip

    def facts(self) -> list[Cell]:
        """Return the facts in the order of `FIELDS`."""
        compared = self.verdict.compared
        row = self._row(compared.worst[0]) if compared.worst else {}
        cause = self.causes[0] if self.causes else Cause("", "")
        return [
            str(self.job.losses[0]), self.verdict.quantity, self._status(), compared.rows, compared.differ,
            compared.highest, row.get("line"), row.get("yours"), row.get("reference"), row.get("difference"),
            row.get("allowed"), cause.kind, cause.factor, cause.says, "; ".join(cause.fix), self.signature(),
        ]  # fmt: skip

    def signature(self) -> str:
        """Return what would reproduce the answer."""
        compared = self.verdict.compared
        said = settings(self.words, self.job)
        extra = [f"atol:{compared.tolerance.atol:g}", f"rtol:{compared.tolerance.rtol:g}"]
        return signature(self.job.losses[0], self.how, compared.rows, [*said, *extra])  # pyright: ignore

    def _status(self) -> str:
        return "ok" if self.verdict.compared.agrees else "fail"

    def _scalars(self) -> list[str]:
        return [entry.name for entry in self.job.inputs[0]
                if entry.kind in ("number", "class") and not self.job.reading.chosen[entry.name].several]  # fmt: skip

    def _row(self, one: tuple[float, int, Answers]) -> dict[str, Any]:
        """Return a row that differs, as programs have it."""
        excess, place, row = one
        yours, reference = (float(x.reshape(-1)[place]) for x in (row.yours, row.reference))
        form = self.job.inputs[0]
        facts: dict[str, Any] = {"row": int(row.rows[0]), "line": int(row.lines[0])}
        facts |= {"id": row.ids[0]} if row.ids else {}
        facts |= names_of(form, row)
        for entry in form:
            if entry.kind == "class" and not isinstance(facts[entry.name], list):
                labels = self.job.reading.chosen[entry.of].labels
                code = facts[entry.name]
                facts[entry.name] = labels[int(code)] if code == code and code >= 0 else str(code)
        facts |= {"element": place} if row.yours.size > 1 else {}
        ratio = yours / reference if reference else None
        allowed = self.verdict.compared.tolerance
        return {
            **facts, "yours": yours, "reference": reference, "ratio": ratio, "difference": yours - reference,
            "allowed": allowed.atol + allowed.rtol * abs(reference), "excess": excess,
        }  # fmt: skip


def counted(rows: int) -> str:
    """Return `1 row`, `2 rows`."""
    return f"{rows} row{'s' * (rows != 1)}"
