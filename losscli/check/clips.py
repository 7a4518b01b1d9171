"""Answers that are kept from being infinite: clips and epsilons, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from losscli.check.case import Case, Cause, Guess
from losscli.data.batch import Array
from losscli.loss import Loss

KNOWN = {
    1e-7: "as Keras does", 2.220446049250313e-16: "as scikit-learn does with float64", 1e-16: "as XGBoost does",
    1.1920928955078125e-07: "as scikit-learn does with float32", 1e-15: "as LightGBM does, and scikit-learn before 1.5",
    1e-3: "", 1e-4: "", 1e-5: "", 1e-6: "", 1e-8: "", 1e-9: "",
    1e-10: "", 1e-12: "", 1e-14: "", 1e-20: "", 1e-30: "", 1e-38: "", 1e-2: "",
}  # fmt: skip
"""Epsilons that are met, and where."""
EXACT = "none that keeps the guard: the reference has none"


def clips(case: Case) -> Iterator[Guess]:
    """Yield answers with probabilities kept away from 0 and 1."""
    open_ended = "clip" in case.loss.parameters and not case.loss.settings()["clip"]
    if open_ended:
        yield from _clipped(case, KNOWN)
    if (form := _probabilities(case)) is not None:
        for says, fix, own in _guarded(case, *form):
            yield from case.guess(case.scaled(own), Cause("clip", says, (fix,)))
    if open_ended:
        yield from _clipped(case, _seen(case))


def _clipped(case: Case, each: Iterable[float]) -> Iterator[Guess]:
    for epsilon in each:
        loss = changed(case.loss, "clip", epsilon)
        who = f", {KNOWN[epsilon]}" if KNOWN.get(epsilon) else ""
        says = f"Yours keeps probabilities within [{epsilon:.6g}, 1 - {epsilon:.6g}]{who}."
        yield from case.guess(
            case.answers(loss), Cause("clip", says, (f"losscli check {loss} ...",), epsilon)
        )


def _seen(case: Case) -> Sequence[float]:
    """Return the clip that the largest loss shows."""
    yours = case.sample.yours
    differs = case.tolerance.excess(yours, case.sample.reference) > 1
    ours = case.sample.reference
    at = differs & np.isfinite(yours) & ~(np.isfinite(ours) & (np.abs(yours) >= np.abs(ours)))
    if case.quantity != "loss" or not at.any():
        return ()
    with np.errstate(all="ignore"):
        epsilon = float(np.exp(-yours[at].max()))
    return (float(f"{epsilon:.9g}"),) if 0 < epsilon < 0.5 else ()


def _probabilities(case: Case) -> tuple[Array, Array, bool] | None:
    """Return the probabilities and the labels of a cross-entropy; None of another loss."""
    if case.loss.name not in ("bce", "categorical-cross-entropy") or case.loss.changed():
        return None
    p, y = case.sample.inputs
    if case.loss.name == "bce":
        return p, y, True
    if y.ndim == 1:
        if np.isnan(y).any() or (y < 0).any():
            return None
        y = np.eye(p.shape[1])[y.astype(int)]
    return p, y, False


def _guarded(case: Case, p: Array, y: Array, binary: bool) -> Iterator[tuple[str, str, Array]]:
    with np.errstate(all="ignore"):
        if case.quantity == "loss":

            def total(on: Array, off: Array) -> Array:
                terms = -np.where(y > 0, y * on, 0.0)
                return terms - np.where(y < 1, (1 - y) * off, 0.0) if binary else terms.sum(axis=1)

            yield ("Yours stops logarithms at -100, as torch does: a certain prediction that is wrong costs 100, not "
                   "infinity.", EXACT, total(np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)))  # fmt: skip
            for epsilon in KNOWN:
                yield (f"Yours adds {epsilon:g} to what it takes the logarithm of.",
                       f"leave the {epsilon:g} out, or clip: {case.loss.name}:clip={epsilon:g}",
                       total(np.log(p + epsilon), np.log(1 - p + epsilon)))  # fmt: skip
        elif binary:
            yield (
                "Yours divides by at least 1e-12, as torch does.",
                EXACT,
                (p - y) / np.maximum(p * (1 - p), 1e-12),
            )
            for epsilon in KNOWN:
                says = f"Yours adds {epsilon:g} to what it divides by."
                yield says, f"leave the {epsilon:g} out", -y / (p + epsilon) + (1 - y) / (1 - p + epsilon)
                yield says, f"leave the {epsilon:g} out", (p - y) / (p * (1 - p) + epsilon)


def changed(loss: Loss, name: str, value: object) -> Loss:
    """Return a loss with one parameter changed."""
    settings: dict[str, object] = {**loss.settings(), name: value}
    return type(loss)(**settings)
