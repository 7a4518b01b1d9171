"""Gates: bounds that every answer must keep, for the exit code of a build."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from typer import Option

from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.cli.answers import Answer, Answers
    from losscli.loss import Loss

GATES = "Gates"
FailAbove = Annotated[
    float | None, Option("--fail-above", metavar="X", rich_help_panel=GATES,
                         help="exit 1 if a loss is above X, of any group and model"),
]  # fmt: skip
FailBelow = Annotated[
    float | None,
    Option("--fail-below", metavar="X", help="exit 1 if a loss is below X", rich_help_panel=GATES),
]
Assert = Annotated[
    list[str], Option("--assert", metavar="'LOSS<=X'", rich_help_panel=GATES,
                      help="exit 1 if this is not so: also < >= > ==; may be given again"),
]  # fmt: skip

HOLDS: Mapping[str, Callable[[float, float], bool]] = {"<=": le, ">=": ge, "<": lt, ">": gt, "==": eq}
FAILS = {"<=": ">", ">=": "<", "<": ">=", ">": "<=", "==": "!="}
CLAIM = re.compile(r"\s*([^<>]*?)\s*(<=|>=|==|<|>)\s*([^<>=]*?)\s*")


class Gate(NamedTuple):
    """What must hold of the value of a loss."""

    said: str
    """As the user wrote it: `--fail-above 20`."""
    loss: Loss | None
    """None: of every loss."""
    sign: str
    bound: float

    def passes(self, value: float) -> bool:
        """Return whether a value is let through; NaN never is."""
        return HOLDS[self.sign](value, self.bound)


class Verdict(NamedTuple):
    """A gate, and an answer that it looked at."""

    gate: Gate
    answer: Answer
    passed: bool


def asked(above: float | None, below: float | None, claims: Sequence[str]) -> list[Gate]:
    """Return the gates that the options ask for. Raises `UsageError`."""
    from losscli.report.number import exact
    from losscli.spec import parse, remarks

    found: list[Gate] = []
    for option, sign, bound in (("--fail-above", "<=", above), ("--fail-below", ">=", below)):
        if bound is not None:
            if isnan(bound):
                raise UsageError(f"{option}: nothing is {option[7:]} nan", code="bad-option")
            found.append(Gate(f"{option} {exact(bound)}", None, sign, bound))
    for claim in claims:
        parts = CLAIM.fullmatch(claim)
        bound = number(parts[3]) if parts else None
        if parts is None or bound is None or not parts[1]:
            raise UsageError(
                f"--assert '{claim}': not a loss, a comparison and a number",
                ["comparisons: <= >= < > =="],
                ["--assert 'mae<=0.5'"],
                code="bad-option",
            )
        # a bound for another number than is meant would be met, or not, by mistake
        if said := remarks(parts[1]):
            fix = f"--assert '{parse(parts[1])}{parts[2]}{parts[3]}'"
            raise UsageError(
                f"--assert '{claim}': {said[0]}", fix=[f"{fix}       if that is meant"], code="bad-option"
            )
        found.append(Gate(f"--assert '{claim}'", parse(parts[1]), parts[2], bound))
    return found


def number(text: str) -> float | None:
    """Return the number that `text` spells, if it is one."""
    try:
        found = float(text)
    except ValueError:
        return None
    return None if isnan(found) else found


def judge(found: Sequence[Gate], answers: Answers, named: Sequence[Loss]) -> list[Verdict]:
    """Return what each gate says of each answer it is about: of its own loss, or of those `named` by the user."""
    return [
        Verdict(gate, answer, gate.passes(answer.value))
        for gate in found
        for answer in answers.each
        if (answer.loss == gate.loss if gate.loss else answer.loss in named)
    ]


def record(verdict: Verdict, columns: Sequence[str]) -> Mapping[str, Any]:
    """Return a verdict as JSON has it; groups are told apart by `columns`."""
    gate, answer = verdict.gate, verdict.answer
    group = None if answer.group is None else dict(zip(columns, answer.group, strict=True))
    return {
        "gate": gate.said, "loss": str(answer.loss), **({"model": answer.model} if answer.model else {}),
        "group": group, "value": answer.value, "comparison": gate.sign, "bound": gate.bound,
        "passed": verdict.passed,
    }  # fmt: skip


def report(verdicts: Sequence[Verdict], answers: Answers) -> int:
    """Say which gates do not hold, and return the exit code: 1 if there are any."""
    from losscli.cli.messages import fail
    from losscli.report.number import exact

    failed = [verdict for verdict in verdicts if not verdict.passed]
    for verdict in failed:
        gate, answer, _ = verdict
        what = f"{answer.loss} {told(answer.value, gate)} {FAILS[gate.sign]} {exact(gate.bound)}"
        if isnan(answer.value):
            what = f"{answer.loss} is nan, not {gate.sign} {exact(gate.bound)}"
        fail(f"{what}   ({gate.said}; {answers.of(answer)})", code="gate", **record(verdict, answers.columns))
    return int(bool(failed))


def told(value: float, gate: Gate) -> str:
    """Return a value in so few digits that it still fails."""
    from losscli.report.number import exact, short

    for digits in range(4, 17):
        text = short(value, digits)
        if not gate.passes(float(text)):
            return text
    return exact(value)
