"""`losscli check LOSS --python MODULE:FUNCTION`: someone's function on inputs made up to break it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from losscli.check.faults import Judged, Judgement, judge, single
from losscli.check.function import Called, Misfit, find, framework_of
from losscli.check.overfile import OverFile
from losscli.check.rows import made_up
from losscli.cli import options as o
from losscli.cli.checkfile import Answer
from losscli.cli.messages import fail, note
from losscli.cli.reading import open_input
from losscli.cli.schema import fields_of

if TYPE_CHECKING:
    from losscli.check.compared import Tolerance
    from losscli.cli.output import Output
    from losscli.loss import Loss

FIELDS = ("loss", "function", "quantity", "status", "n", "differ", "ulp", "cause", "says")
ROWS, LISTS = 2000, 400


def check_python(
    loss: Loss, spec: str, framework: str, count: int, seed: int, tolerance: Tolerance, words: o.Words, to: Output
) -> bool:  # fmt: skip
    """Check, say so, and return whether all agrees."""
    from losscli.cli.describe import envelope, params
    from losscli.report.table import Table

    to.expect(FIELDS, lambda: fields_of("check", "--python"))
    function = find(spec)
    called = Called(function, framework_of(function, framework))
    try:
        judged, raised, notes = judge(
            loss, made_up(loss, count or (LISTS if loss.listed else ROWS), seed), called, tolerance
        )
    except Misfit as error:
        judged, raised, notes = Judgement([], [str(error)], [])
    if called.single:
        tolerance = single(tolerance)
    good = not raised and all(not each.differ for each in judged)
    lines = [line.strip() for each in raised for line in f"FAIL  {spec} {each}".split("\n")]
    for each in judged:
        lines += _lines(spec, each, tolerance)
    lines += notes
    result: dict[str, Any] = {
        "loss": str(loss), "params": params(loss), "function": spec, "framework": called.framework, "seed": seed,
        "single": called.single, "notes": notes,
        "atol": tolerance.atol, "rtol": tolerance.rtol, "raises": raised, "checks": [_record(each) for each in judged],
    }  # fmt: skip
    if words.file:
        verdicts = _over_file(loss, called, [each.quantity for each in judged], words, tolerance, lines)
        good = good and all(each["status"] == "ok" for each in verdicts)
        result["file"] = verdicts
    document = {**envelope("check"), "results": [{**result, "status": "ok" if good else "fail"}]}
    if to.kind == "table":
        to.write(Table((), (), f"{spec} beside {loss}, over made-up rows of all magnitudes", lines), document)
        return good
    rows = [
        [str(loss), spec, each.quantity, "fail" if each.differ else "ok", each.rows, each.differ, each.worst,
         " ".join(cause.kind for cause in each.causes), " ".join(cause.says for cause in each.causes)]
        for each in judged
    ]  # fmt: skip
    to.write(Table(FIELDS, rows, usual=FIELDS[:-1]), document)
    if good:
        for line in notes:
            note(f"note: {line}", code="function")
    else:
        first, *rest = [line for line in lines if not line.startswith("ok")]
        fail(
            "\n".join([first.removeprefix("FAIL  "), *(f"  {line}" for line in rest)]),
            code="mismatch",
            raises=raised,
            checks=result["checks"],
        )
    return good


def _over_file(
    loss: Loss, called: Called, wanted: Sequence[str], words: o.Words, tolerance: Tolerance, lines: list[str]
) -> list[dict[str, Any]]:
    """Return what the function is worth over a file, and add it to what is said."""
    job = open_input([loss], words, f"losscli check {loss}")
    checked = OverFile(called, job, wanted or ["loss"], tolerance)
    found: list[dict[str, Any]] = []
    for each in checked.verdicts():
        answer = Answer(
            checked, each, each.causes(job.reading.short_place(1).replace("1", "{}")), words, "none"
        )
        first, *rest = answer.lines(True)
        lines += [first.replace(f"{answer.what}:", f"{answer.what} over {job.reading.name}:", 1), *rest]
        found.append(answer.record())
    return found


def _lines(spec: str, each: Judged, tolerance: Tolerance) -> list[str]:
    what = "loss" if each.quantity == "loss" else "gradient"
    precise = " of single precision" if each.single else ""
    off = f"at most {each.worst:.3g} ulp{precise} off where both are numbers"
    rows = f"{each.rows} {each.unit}{'s' * (each.rows != 1)}"
    if not each.differ:
        return [f"ok  {what}: {rows} agree to {tolerance}, {off}."]
    found = [f"FAIL  {what} of {spec}: {each.differ} of {rows} differ by more than {tolerance}; {off}."]
    for cause in each.causes:
        found += [
            cause.says,
            *(f"{' or' if again else 'fix'}: {line}" for again, line in enumerate(cause.fix)),
        ]
    return found


def _record(each: Judged) -> dict[str, Any]:
    return {
        "quantity": each.quantity, "status": "fail" if each.differ else "ok", "n": each.rows, "differ": each.differ,
        "ulp": each.worst, "row": each.row or None,
        "causes": [{"kind": cause.kind, "says": cause.says, "fix": [*cause.fix]} for cause in each.causes],
    }  # fmt: skip
