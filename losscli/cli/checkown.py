"""`losscli check LOSS`: our own derivatives against numeric ones, and our answers against the formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from losscli.check.differences import STEP, Curve, curves
from losscli.check.rows import made_up
from losscli.check.truth import ENOUGH, ORDERS, Distance, distances
from losscli.cli.messages import fail
from losscli.cli.schema import fields_of

if TYPE_CHECKING:
    from losscli.cli.output import Output
    from losscli.loss import Loss

FIELDS = ("loss", "what", "against", "points", "worst", "at", "failed", "status")
WHAT = {0: "loss", 1: "gradient", 2: "second derivative"}


def check_own(loss: Loss, count: int, seed: int, to: Output) -> bool:
    """Check, say so, and return whether all agrees."""
    from losscli.cli.describe import envelope, params
    from losscli.report.table import Table

    to.expect(FIELDS, lambda: fields_of("check", "our own"))
    lines = [_curve(loss, each) for each in curves(loss)]
    lines += [_distance(each) for each in distances(loss, made_up(loss, count or rows_for(loss), seed))]
    good = all(each["status"] == "ok" for each in lines)
    record = {
        "loss": str(loss), "params": params(loss), "status": "ok" if good else "fail", "step": STEP, "ulp": ENOUGH,
        "seed": seed, "checks": lines,
    }  # fmt: skip
    rows = [[str(loss), *(each[name] for name in FIELDS[1:])] for each in lines]
    bad = [each for each in lines if each["status"] != "ok"]
    said = [f"FAIL  {loss}: {each['what']}: {each['says']}" for each in bad]
    if good:
        worst = max((each["worst"] for each in lines if each["against"] == "formula"), default=0.0)
        numbers = sum(each["points"] for each in lines if each["against"] != "formula")
        answers = sum(each["points"] for each in lines if each["against"] == "formula")
        numeric = f"{numbers} points, central differences, h = {STEP:g}; " if numbers else ""
        exact = f"{answers} answers beside the formula in exact arithmetic, at most {worst:g} ulp off"
        said = [f"ok  {loss}   {numeric}{exact}"]
    said += [kinks] if (kinks := _kinks(loss)) else []
    usual = FIELDS[1:] if to.person else FIELDS
    to.write(
        Table(FIELDS, rows, f"{loss}: our answers and derivatives", said, usual),
        {**envelope("check"), "results": [record]},
    )
    if to.kind != "table":
        for each in bad:
            fail(f"{loss}: {each['what']}: {each['says']}", code="mismatch", **each)
    return good


SLOW = ("lgamma", "polygamma", "erf", "dot(", "sorted(")


def rows_for(loss: Loss) -> int:
    """Return how many rows to make up: fewer where the formula takes long in exact arithmetic."""
    texts = [loss.formula, *(text for form in loss.forms for _, text in loss.where(form))]
    slow = loss.listed or any(word in text for word in SLOW for text in texts)
    return 6 if any(word in text for word in ("gamma(",) for text in texts) else 12 if slow else 60


def _kinks(loss: Loss) -> str:
    axis = loss.axis
    if axis is None:
        return ""
    kinks = sorted({x for section in loss.sections() for x in section.kinks})
    shown = ", ".join(f"{x:g}" for x in kinks)
    return (
        f"kinks at {axis.symbol} = {shown}: any value between the slopes to both sides is right there"
        if kinks
        else ""
    )


def _curve(loss: Loss, each: Curve) -> dict[str, Any]:
    """Return what is said of a curve."""
    assert loss.axis is not None
    symbol = loss.axis.symbol
    label = f"{each.label}: " if each.label else ""
    facts: dict[str, Any] = {
        "what": f"{label}{WHAT[each.order]} in {symbol}", "against": "differences", "points": each.points,
        "worst": each.worst, "at": f"{symbol} = {each.at:.6g}", "failed": each.failed,
        "status": "fail" if each.failed else "ok", "kinks": list(each.kinks), "infinite": each.infinite,
    }  # fmt: skip
    if each.failed:
        facts["says"] = (f"{each.failed} of {each.points} points differ, the first at {symbol} = {each.first:.17g}: "
                         f"ours {each.ours:.6g}, the difference {each.numeric:.6g}")  # fmt: skip
    return facts


def _distance(each: Distance) -> dict[str, Any]:
    """Return what is said of answers beside the formula."""
    at = ":".join(_text(x) for x in each.row.values())
    facts: dict[str, Any] = {
        "what": WHAT[each.order], "against": "formula", "points": each.rows, "worst": each.worst,
        "at": at if len(at) < 40 else at[:37] + "...", "failed": int(each.worst > ENOUGH),
        "status": "fail" if each.worst > ENOUGH else "ok", "order": ORDERS[each.order],
    }  # fmt: skip
    if each.worst > ENOUGH:
        facts["says"] = f"{each.worst:g} ulp off at {each.row}: ours {each.got!r}, the formula {each.truth!r}"
        facts["row"] = each.row
    return facts


def _text(x: Any) -> str:
    return "/".join(map(_text, cast("list[Any]", x))) if isinstance(x, list) else f"{x:.6g}"
