"""Where someone's function breaks, in sentences: it overflows, cancels, clips, or is simply another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.check.case import Case, Cause
from losscli.check.causes import causes
from losscli.check.compared import Answers, Tolerance
from losscli.check.function import PATIENCE, Called, Misfit, Said
from losscli.check.rows import unsure
from losscli.check.samples import Rows
from losscli.check.truth import named, ours, ulps
from losscli.data.batch import Array
from losscli.errors import UsageError
from losscli.loss import Loss

ORDINARY = 30.0
"""Numbers up to here are what data look like: what is wrong there is no matter of rounding."""
SINGLE = 8 * 2.0**-23
"""How far apart answers in single precision may be: 8 of its units in the last place."""
TRIED = 400
"""Rows of which the tamest is shown."""


class Judged(NamedTuple):
    """One quantity of a function over made-up rows."""

    quantity: str
    rows: int
    differ: int
    worst: float
    """The largest distance in units of the last place, of answers that are numbers."""
    row: dict[str, Any]
    """Where it differs most, and what the two say there."""
    causes: list[Cause]
    single: bool = False
    """Whether these are units of single precision."""
    unit: str = "row"


class Judgement(NamedTuple):
    """What there is to say of a function."""

    each: list[Judged]
    raised: list[str]
    """Its exceptions and shapes, in words."""
    notes: list[str]
    """What is to be known beside."""


def judge(loss: Loss, made: Sequence[Rows], called: Called, tolerance: Tolerance) -> Judgement:
    """Return what there is to say of a function, over made-up rows."""
    notes: list[str] = []
    if not made:
        raise UsageError(f"no rows of {loss} could be made up", code="function-failed")
    called.probe(made[0])
    if called.single:
        made = [each for each in (rows.rounded(loss) for rows in made) if each is not None]
        tolerance = single(tolerance)
        notes.append(
            "Yours answers in single precision: rows are rounded to it before, and so is the reference."
        )
    asked = [called.ask(rows) for rows in made]
    for at, each in enumerate(asked):
        if each.answered is not None:
            count, unit = made[at].size, made[at].unit
            notes.append(
                f"Yours is slow: called for one {unit} after the other it answered {each.answered} of {count} in "
                f"{PATIENCE:g} s, and only these are judged."
            )
            made = [*made[:at], made[at].take(range(each.answered)), *made[at + 1 :]]
            asked[at] = each.first(made[at])
    if called.writes:
        names = " and ".join(called.writes)
        notes.append(f"Yours writes into its input {names}: whoever calls it finds other numbers there.")
    taken = [(rows, each) for rows, each in zip(made, asked, strict=True) if not _refused(rows, each)]
    if taken:  # a function may take no soft classes
        made, asked = [rows for rows, _ in taken], [each for _, each in taken]
    raised: list[str] = []
    for rows, each in zip(made, asked, strict=True):
        if each.raised:
            which = (
                f"{each.raised.rows} of {rows.size} {rows.unit}s, first {_inputs(rows, each.raised.first)}"
            )
            tensors = called.framework == "numpy" and "numpy.ndarray" in each.raised.says
            hint = ["fix: --framework torch       or jax, if it takes tensors"] if tensors else []
            raised.append("\n  ".join([f"{each.raised.says}   ({which})", *hint]))
    found: list[Judged] = []
    for order, quantity in enumerate(("loss", "grad")):
        parts = [_part(loss, rows, each, order, called) for rows, each in zip(made, asked, strict=True)]
        if some := [(rows, part) for rows, part in zip(made, parts, strict=True) if part is not None]:
            found.append(_judge(loss, quantity, some, tolerance, short=called.single))
    return Judgement(found, raised, notes)


def single(tolerance: Tolerance) -> Tolerance:
    """Return how far answers in single precision may be apart."""
    return tolerance._replace(rtol=max(tolerance.rtol, SINGLE))


def _refused(rows: Rows, each: Said) -> bool:
    """Whether a function takes no rows of this kind: soft classes."""
    soft = any(entry.kind == "class" and x.ndim == 2 for entry, x in zip(rows.form, rows.inputs, strict=True))
    return soft and each.raised is not None and each.raised.rows == rows.size


def _part(loss: Loss, rows: Rows, each: Said, order: int, called: Called) -> Answers | None:
    """Return both answers of one order; None if there are none. Raises `Misfit` if they do not fit."""
    if order and each.gradient is None:
        return None
    reference = ours(loss, rows, order)[0]
    yours = each.gradient[0] if order and each.gradient else each.value
    if yours is None or np.size(yours) != reference.size:
        what, shape = "the gradient" if order else "the value", () if yours is None else yours.shape
        raise Misfit(f"{what} has shape {shape}, not {reference.shape}")
    if called.single:
        with np.errstate(all="ignore"):
            reference = reference.astype(np.float32).astype(np.float64)
    place = rows.place if order else np.arange(rows.size)
    at = np.arange(len(place)) if order else np.unique(rows.place, return_index=True)[1]
    inputs = [x[at] for entry, x in zip(rows.form, rows.inputs, strict=True) if entry.kind != "labels"]
    both = Answers(inputs, np.reshape(yours, reference.shape), reference, place + 1, place + 1)
    kept = np.ones(rows.size, bool)
    if each.raised:
        kept[list(each.raised.where)] = False
    if order:
        kept &= [not loss.kinked(*rows.one(at)).any() for at in range(rows.size)]
    return both.take(np.flatnonzero(kept[place])) if kept.any() else None


def _judge(
    loss: Loss, quantity: str, some: Sequence[tuple[Rows, Answers]], tolerance: Tolerance, *, short: bool
) -> Judged:
    differ, rows, worst = 0, 0, 0.0
    farthest: tuple[float, dict[str, Any]] = (1.0, {})
    kinds: dict[str, list[tuple[Rows, Answers, Array]]] = {}
    for made, both in some:
        excess = tolerance.excess(both.yours, both.reference).reshape(len(both.lines), -1)
        rows += len(np.unique(both.lines))
        differ += len(np.unique(both.lines[(excess > 1).any(axis=1)]))
        apart = ulps(both.yours, both.reference).reshape(excess.shape) / (2.0**29 if short else 1.0)
        plain = np.isfinite(both.yours) & np.isfinite(both.reference)
        worst = max(worst, float(np.where(plain.reshape(excess.shape), apart, 0.0).max(initial=0.0)))
        for kind, which in _kinds(both, excess > 1).items():
            kinds.setdefault(kind, []).append((made, both, which))
        if excess.max(initial=0.0) > farthest[0]:
            at, place = np.unravel_index(int(excess.argmax()), excess.shape)
            pair = {"yours": float(both.yours.reshape(excess.shape)[at, place]),
                    "reference": float(both.reference.reshape(excess.shape)[at, place])}  # fmt: skip
            farthest = (float(excess.max()), {**named(made, int(both.lines[at]) - 1), **pair})
    plainly = _ordinary(loss, quantity, some, tolerance)
    found = plainly or [_sentence(kind, each) for kind, each in kinds.items()]
    return Judged(quantity, rows, differ, worst, farthest[1], found, short, some[0][0].unit)


def _ordinary(
    loss: Loss, quantity: str, some: Sequence[tuple[Rows, Answers]], tolerance: Tolerance
) -> list[Cause]:
    """Return why answers differ for ordinary inputs, if they do."""
    for made, both in some:
        usual = np.array([_usual(made, int(at) - 1) for at in both.lines])
        usual &= np.isfinite(both.reference).reshape(len(usual), -1).all(axis=1)
        usual &= ~np.array([unsure(loss, made, int(at) - 1) for at in both.lines])
        part = both.take(np.flatnonzero(usual))
        if not len(part.lines) or not (tolerance.excess(part.yours, part.reference) > 1).any():
            continue
        form = [entry for entry in made.form if entry.kind != "labels"]
        case = Case(loss, form, part, tolerance, quantity, "none", len(part.lines), part.reference.size)
        found = [each for each in causes(case) if each.kind != "reduced"]  # of a function there is no column
        if found:
            return [
                each._replace(says=each.says.replace("on every row", "for ordinary inputs")) for each in found
            ]
        row = _first(
            made,
            part,
            tolerance.excess(part.yours, part.reference).reshape(len(part.lines), -1).max(axis=1) > 1,
        )
        return [Cause("other", f"Yours differs for ordinary inputs as well: {row}.")]
    return []


def _usual(made: Rows, at: int) -> bool:
    """Whether a row, or a list, is of numbers as data have them."""
    sizes = [np.abs(np.asarray(x, np.float64)) for x in made.one(at)]
    return all(bool((((x == 0) | (x > 1e-3)) & (x < ORDINARY)).all()) for x in sizes)


def _kinds(both: Answers, wrong: NDArray[np.bool_]) -> dict[str, Any]:
    yours, reference = (x.reshape(wrong.shape) for x in (both.yours, both.reference))
    kinds: dict[str, Any] = {
        "nan": np.isnan(yours), "overflow": np.isinf(yours) & np.isfinite(reference),
        "clip": np.isfinite(yours) & np.isinf(reference), "lost": (yours == 0) & np.isfinite(reference),
    }  # fmt: skip
    kinds["digits"] = np.isfinite(yours) & np.isfinite(reference) & (yours != 0)
    return {name: found for name, mask in kinds.items() if (found := (mask & wrong).any(axis=1)).any()}


SAYS = {
    "nan": "Yours is NaN, where the answer is a number or infinite: an overflow, or 0 times infinity, inside",
    "overflow": "Yours overflows to infinity, where the answer is a number",
    "clip": "Yours is a number where the answer is infinite: something is clipped",
    "lost": "Yours is 0 where the answer is not: it cancels, or underflows",
    "digits": "Yours loses digits, or is another number: it cancels, or is clipped",
}


def _sentence(kind: str, each: Sequence[tuple[Rows, Answers, Array]]) -> Cause:
    count = sum(len(np.unique(both.lines[np.flatnonzero(which)])) for _, both, which in each)
    made, both, which = each[0]
    return Cause(
        kind, f"{SAYS[kind]}: in {count} {made.unit}{'s' * (count > 1)}, such as {_first(made, both, which)}."
    )


def _first(made: Rows, both: Answers, which: Array) -> str:
    """Return the tamest of some rows, with both answers."""
    places = np.flatnonzero(which)[:TRIED]
    at = int(places[int(np.argmin([_wild(made, int(both.lines[place]) - 1) for place in places]))])
    yours, reference = (x.reshape(len(both.lines), -1)[at] for x in (both.yours, both.reference))
    k = int(np.argmax(ulps(yours, reference)))
    return f"{_inputs(made, int(both.lines[at]) - 1)}: {yours[k]:.6g}, not {reference[k] + 0.0:.6g}"


def _wild(made: Rows, at: int) -> float:
    """Return how far numbers of a row, or a list, are from those of data."""
    sizes = [np.abs(np.ravel(np.asarray(x, np.float64))) for x in made.one(at)]
    with np.errstate(all="ignore"):
        far = np.abs(np.log10(np.concatenate(sizes) + 1e-320))
    return float(np.nan_to_num(far, nan=1e9, posinf=1e9).max(initial=0.0))


def _inputs(rows: Rows, at: int) -> str:
    facts = named(rows, at)
    return ", ".join(f"{name} {_text(x)}" for name, x in facts.items())


def _text(x: Any) -> str:
    return f"[{', '.join(map(_text, x))}]" if isinstance(x, list) else f"{x:.6g}"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
