"""Why answers differ: guesses one after the other, until one is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from losscli.check import clips, factors, otherloss
from losscli.check.case import Case, Cause, Guess
from losscli.check.compared import Odd, Tolerance

LOOSE = (1e-5, 1e-4, 1e-3)
"""How exact numbers are that were rounded, or made in single precision, relative to their size."""
MAKERS = (
    factors.constants, factors.factors, factors.weights, factors.chained, factors.offsets, clips.clips,
    otherloss.smoothed, factors.by_target, otherloss.squashed, otherloss.swapped, otherloss.tuned,
    otherloss.other_losses, otherloss.rearranged,
)  # fmt: skip


def causes(case: Case) -> Sequence[Cause]:
    """Return what explains the answers: the first guess that fits all rows, and another loss that says it better."""
    guesses: list[Guess] = []
    with np.errstate(all="ignore"):
        for make in MAKERS:
            for guess in make(case):
                if case.fits(guess.predicted):
                    return _better(case, guess.cause)
                guesses.append(guess)
    for loose in LOOSE:
        size = np.abs(case.sample.reference[np.isfinite(case.sample.reference)])
        typical = float(np.median(size)) if size.size else 0.0
        tolerance = Tolerance(max(case.tolerance.atol, loose * typical), max(case.tolerance.rtol, loose))
        if case.fits(case.sample.reference, tolerance):
            return [_rounded(case, loose, typical)]
        for guess in guesses:
            if case.fits(guess.predicted, tolerance):
                cause = guess.cause._replace(
                    says=f"{guess.cause.says} (To {loose:g} of its size: rounded, too?)"
                )
                return _better(case, cause)
    return [kinks] if (kinks := _at_kinks(case)) else []


def _better(case: Case, cause: Cause) -> list[Cause]:
    """Return a cause, with the name of the loss that has such a factor."""
    if cause.kind != "parameter" or cause.factor is None:
        return [cause]
    for guess in otherloss.other_losses(case):
        if case.fits(guess.predicted):
            fix = guess.cause.fix
            return [cause._replace(says=f"{cause.says} {guess.cause.says}", fix=(*fix, *cause.fix))]
    return [cause]


def _rounded(case: Case, loose: float, typical: float) -> Cause:
    says = f"Yours agree with the reference to {loose:g} of their size {case.everywhere}: rounded, or single precision?"
    fix = f"--rtol {loose:g}" + (f" --atol {loose * typical:.1g}" if typical else "")
    return Cause("rounded", says, (f"{fix}       or write more digits",))


def _at_kinks(case: Case) -> Cause | None:
    """Return that all is right but where there is no derivative."""
    if case.quantity != "grad" or case.loss.listed:
        return None
    kinked = case.loss.kinked(*case.sample.inputs)
    wrong = case.tolerance.excess(case.sample.yours, case.sample.reference) > 1
    if kinked.ndim < wrong.ndim:
        kinked = np.broadcast_to(kinked[:, None], wrong.shape)
    if (wrong & ~kinked).any():
        return None
    says = "They differ only where the loss has no derivative: the reference is the subgradient of least norm there."
    return Cause("kink", says, ("--kink nan       leaves such rows out",))


def oddities(odd: Sequence[Odd], what: str, spot: str) -> Iterator[Cause]:
    """Yield what is to be said of NaN and infinities."""
    for each in odd:
        rows = f"{each.rows} row{'s' * (each.rows > 1)}"
        at = f"first at {spot.format(each.line)}" if each.rows > 1 else f"at {spot.format(each.line)}"
        whose = f"Your {what}" if each.whose == "yours" else f"The {what}"
        other = "the reference" if each.whose == "yours" else "yours"
        says = f"{whose} is {each.what} in {rows}, {at}, where {other} is"
        yield Cause("nan" if each.what == "NaN" else "infinite", f"{says} {each.other:.6g}.")
