"""Where someone's function breaks, in sentences: it overflows, cancels, clips, or is simply another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.check.called import Called, Said
from losscli.check.case import Case, Cause
from losscli.check.causes import causes
from losscli.check.compared import Answers, Tolerance
from losscli.check.files import ALL, Check
from losscli.check.rows import Rows, unsure
from losscli.check.truth import named, ours, ulps
from losscli.data.batch import Array, Batch
from losscli.errors import UsageError
from losscli.listwise import Index
from losscli.loss import Loss
from losscli.run import Job

ORDINARY = 30.0
"""Numbers up to here are what data look like: what is wrong there is no matter of rounding."""


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


def judge(
    loss: Loss, made: Sequence[Rows], called: Called, tolerance: Tolerance
) -> tuple[list[Judged], list[str]]:
    """Return what there is to say of a function, and its exceptions in its own words."""
    asked = [called.ask(rows) for rows in made]
    taken = [(rows, each) for rows, each in zip(made, asked, strict=True) if not _refused(rows, each)]
    if taken:  # a function may take no soft classes
        made, asked = [rows for rows, _ in taken], [each for _, each in taken]
    raised: list[str] = []
    for rows, each in zip(made, asked, strict=True):
        if each.raised:
            which = f"{each.raised.rows} of {rows.size} rows, first {_inputs(rows, each.raised.first)}"
            raised.append(f"raises {each.raised.says}   ({which})")
    found: list[Judged] = []
    for order, quantity in enumerate(("loss", "grad")):
        parts = [_part(loss, rows, each, order) for rows, each in zip(made, asked, strict=True)]
        if some := [(rows, part) for rows, part in zip(made, parts, strict=True) if part is not None]:
            found.append(_judge(loss, quantity, some, tolerance))
    return found, raised


def _refused(rows: Rows, each: Said) -> bool:
    """Whether a function takes no rows of this kind: soft classes."""
    soft = any(entry.kind == "class" and x.ndim == 2 for entry, x in zip(rows.form, rows.inputs, strict=True))
    return soft and each.raised is not None and each.raised.rows == rows.size


def _part(loss: Loss, rows: Rows, each: Said, order: int) -> Answers | None:
    """Return both answers of one order; None if there are none. Raises `ValueError` if they do not fit."""
    if order and each.gradient is None:
        return None
    reference = ours(loss, rows, order)[0]
    yours = each.gradient[0] if order and each.gradient else each.value
    if yours is None or np.size(yours) != reference.size:
        what, shape = "the gradient" if order else "the value", () if yours is None else yours.shape
        raise ValueError(f"{what} has shape {shape}, not {reference.shape}")
    places = np.arange(1, len(reference) + 1)
    both = Answers(rows.inputs, np.reshape(yours, reference.shape), reference, places, places)
    kept = np.ones(rows.size, bool)
    if each.raised:
        kept[list(each.raised.where)] = False
    if order:
        kept &= [not loss.kinked(*(x[at : at + 1] for x in rows.inputs)).any() for at in range(rows.size)]
    return both.take(np.flatnonzero(kept)) if kept.any() else None


def _judge(loss: Loss, quantity: str, some: Sequence[tuple[Rows, Answers]], tolerance: Tolerance) -> Judged:
    differ, rows, worst = 0, 0, 0.0
    farthest: tuple[float, dict[str, Any]] = (1.0, {})
    kinds: dict[str, list[tuple[Rows, Answers, Array]]] = {}
    for made, both in some:
        excess = tolerance.excess(both.yours, both.reference).reshape(len(both.lines), -1)
        rows += len(both.lines)
        differ += int((excess > 1).any(axis=1).sum())
        apart = ulps(both.yours, both.reference).reshape(excess.shape)
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
    return Judged(quantity, rows, differ, worst, farthest[1], found)


def _ordinary(
    loss: Loss, quantity: str, some: Sequence[tuple[Rows, Answers]], tolerance: Tolerance
) -> list[Cause]:
    """Return why answers differ for ordinary inputs, if they do."""
    for made, both in some:
        sizes = [np.abs(x).reshape(len(x), -1) for x in both.inputs]
        with np.errstate(all="ignore"):
            usual = np.logical_and.reduce(
                [((x == 0) | (x > 1e-3)).all(axis=1) & (x < ORDINARY).all(axis=1) for x in sizes]
            )
        usual &= np.isfinite(both.reference).reshape(len(usual), -1).all(axis=1)
        usual &= ~np.array([unsure(loss, made, int(at) - 1) for at in both.lines])
        part = both.take(np.flatnonzero(usual))
        if not len(part.lines) or not (tolerance.excess(part.yours, part.reference) > 1).any():
            continue
        case = Case(loss, made.form, part, tolerance, quantity, "none", len(part.lines), part.reference.size)
        if found := causes(case):
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
    count = sum(int(which.sum()) for _, _, which in each)
    made, both, which = each[0]
    return Cause(
        kind, f"{SAYS[kind]}: in {count} row{'s' * (count > 1)}, such as {_first(made, both, which)}."
    )


def _first(made: Rows, both: Answers, which: Array) -> str:
    """Return the tamest of some rows, with both answers."""
    places = np.flatnonzero(which)
    with np.errstate(all="ignore"):
        size = np.max(
            [
                np.abs(np.log10(np.abs(x[places].reshape(len(places), -1)) + 1e-320)).max(axis=1)
                for x in both.inputs
            ],
            axis=0,
        )
    at = int(places[int(np.nan_to_num(size, nan=1e9).argmin())])
    yours, reference = (x.reshape(len(both.lines), -1)[at] for x in (both.yours, both.reference))
    k = int(np.argmax(ulps(yours, reference)))
    return f"{_inputs(made, int(both.lines[at]) - 1)}: {yours[k]:.6g}, not {reference[k] + 0.0:.6g}"


def _inputs(rows: Rows, at: int) -> str:
    facts = named(rows, at)
    return ", ".join(f"{name} {_text(x)}" for name, x in facts.items())


def _text(x: Any) -> str:
    return f"[{', '.join(map(_text, x))}]" if isinstance(x, list) else f"{x:.6g}"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


class OverFile(Check):
    """A function beside the reference over the rows of a file."""

    def __init__(self, called: Called, job: Job, wanted: Sequence[str], tolerance: Tolerance) -> None:
        super().__init__(job, wanted, "none", "", tolerance, kinks=False)
        self.called = called
        self._said: tuple[object, Said] | None = None

    def yours(self, each: str, batch: Batch, reference: Array, at: slice | Index = ALL) -> Array:
        """Return what the function says of some rows. Raises `UsageError` in its own words."""
        if self._said is None or self._said[0] is not batch:
            rows = Rows(tuple(self.form), [batch.columns[entry.name] for entry in self.form])
            self._said = batch, self.called.ask(rows)
        found = self._said[1]
        if found.raised:
            line = int(batch.lines[found.raised.first])
            raise UsageError(
                f"your function raises {found.raised.says}",
                [f"at {self.job.place(line)}"],
                code="function-failed",
            )
        answer = found.value if each == "loss" else found.gradient[0] if found.gradient else None
        if answer is None or np.size(answer) != reference.size:
            raise UsageError(
                f"your function gives {0 if answer is None else np.size(answer)} numbers for {reference.size}",
                code="function-failed",
            )
        return np.reshape(answer, reference.shape)[at]
