"""Answers of another loss, of other parameters, or to other inputs than one thinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from losscli.check.case import Case, Cause, Guess
from losscli.check.clips import changed
from losscli.data.batch import Array
from losscli.loss import Loss
from losscli.spec import catalogue, elsewhere, parse

FEW = 96
"""Rows on which a loss is tried first: most fail there."""
VALUES = (0.0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 0.9, 0.95, 1.0, 1.345, 1.35, 1.5, 2.0, 2.5, 3.0, 4.0, 4.685, 5.0,
          10.0, 20.0, 100.0)  # fmt: skip
"""Parameters that are met."""


def swapped(case: Case) -> Iterator[Guess]:
    """Yield answers with prediction and target in each other's place."""
    inputs = list(case.sample.inputs)
    if len(inputs) != 2 or inputs[0].shape != inputs[1].shape:
        return
    cause = Cause("swapped", f"Yours has prediction and target swapped {case.everywhere}.",
                  ("swap the two in your call", _swapped_columns(case)))  # fmt: skip
    yield from case.guess(case.answers(inputs=inputs[::-1]), cause)


def _swapped_columns(case: Case) -> str:
    one, two = (entry.name for entry in case.form)
    return f"the columns may be the wrong way round: --{one} THE_OTHER --{two} THIS_ONE"


def squashed(case: Case) -> Iterator[Guess]:
    """Yield answers to logits that were put through a sigmoid or softmax once more."""
    pred, *rest = case.sample.inputs
    low = getattr(case.form[0].domain, "low", None)
    if low != -np.inf or case.form[0].name != "pred":
        return
    with np.errstate(all="ignore"):
        if pred.ndim == 1:
            once, name = 1 / (1 + np.exp(-pred)), "sigmoid"
        else:
            e = np.exp(pred - pred.max(axis=1, keepdims=True))
            once, name = e / e.sum(axis=1, keepdims=True), "softmax"
    says = f"Yours puts the scores through a {name} before a loss that has one inside: one {name} too many."
    cause = Cause("logits", says, (f"leave the {name} out before your loss",))
    yield from case.guess(case.answers(inputs=[once, *rest]), cause)


def smoothed(case: Case) -> Iterator[Guess]:
    """Yield answers with smoothed labels: they lie on a line between none and all."""
    if "label_smoothing" not in case.loss.parameters or case.loss.settings()["label_smoothing"]:
        return
    whole = case.answers(changed(case.loss, "label_smoothing", 1.0))
    reference = case.sample.reference
    if whole is None:
        return
    with np.errstate(all="ignore"):
        way, gone = whole - reference, case.sample.yours - reference
    size = np.where(np.isfinite(way) & np.isfinite(gone), np.abs(way), 0.0)
    at = np.unravel_index(int(size.argmax()), size.shape)
    if not size[at]:
        return
    share = float(f"{gone[at] / way[at]:.9g}")
    if not 0 < share <= 1:
        return
    loss = changed(case.loss, "label_smoothing", share)
    says = f"Yours smooths the labels by {share:.6g}."
    yield from case.guess(case.answers(loss), Cause("smoothing", says, (f"losscli check {loss} ...",), share))


def tuned(case: Case) -> Iterator[Guess]:
    """Yield answers of the same loss with one parameter changed, or two switches."""
    for name, each in case.loss.parameters.items():
        now = case.loss.settings()[name]
        for value in (0.0, 1.0) if each.flag else VALUES:
            if each.each or value == now:
                continue
            try:
                loss = changed(case.loss, name, value)
            except ValueError:
                continue
            said = f"{name} = {each.spell(value)}, where the reference has {each.spell(now)}"
            cause = Cause("parameter", f"Yours has {said}.", (f"losscli check {loss} ...",))
            yield from _tried(case, loss, cause)


def other_losses(case: Case) -> Iterator[Guess]:
    """Yield answers of every other loss of the catalogue that takes these inputs."""
    logits = {"bce": "sigmoid", "categorical-cross-entropy": "softmax"}
    for loss in known(case.loss):
        says = f"Yours is {full(loss)}, not {full(case.loss)}."
        if logits.get(case.loss.name) and loss.name in ("bce-with-logits", "softmax-cross-entropy"):
            says += f" It takes the probabilities for logits: one {logits[case.loss.name]} too many."
        cause = Cause("loss", says, (f"losscli check {loss} ...",))
        yield from _tried(case, loss, cause)


def full(loss: Loss) -> str:
    """Return the spec of a loss with what parameters shape it, defaults too: `huber:delta=1`."""
    now = loss.settings()
    shown = [f"{name}={each.spell(now[name])}" for name, each in loss.parameters.items()
             if not each.quiet or now[name] != each.default]  # fmt: skip
    return ":".join([loss.name, *shown])


def known(loss: Loss) -> Iterator[Loss]:
    """Yield the losses with inputs of the same names, with parameters that are met, near ones first."""
    names = [[entry.name for entry in form] for form in loss.forms]
    kinds = catalogue().values()
    near = {loss.name: 0, **{name.split(":")[0]: 1 for name in loss.related}}
    given = loss.settings()
    seen = {loss}
    for kind in sorted(kinds, key=lambda kind: (near.get(kind.name, 3), kind.family != loss.family)):
        if kind.listed or not any([entry.name for entry in form] in names for form in kind.forms):
            continue
        same = {name: value for name, value in given.items() if name in kind.parameters}
        specs = dict.fromkeys(claim.spec for claim in elsewhere(kind) if claim.spec != kind.name)
        floats = [x for x in given.values() if isinstance(x, float)]
        first = next((name for name, each in kind.parameters.items() if not (each.flag or each.each)), "")
        settings: list[Mapping[str, Any]] = [{}, same, *({first: x} for x in floats if first)]
        if kind.family == loss.family or kind.name in near:
            settings += [{first: x} for x in VALUES if first]
        makers: list[Callable[[], Loss]] = [partial(kind, **each) for each in settings]
        makers += [partial(parse, spec) for spec in specs]
        for make in makers:
            try:
                found = make()
            except (ValueError, TypeError):
                continue
            if found not in seen:
                seen.add(found)
                yield found


def _tried(case: Case, loss: Loss, cause: Cause) -> Iterator[Guess]:
    """Yield the answers of a loss on all rows, if they are anything like it on a few."""
    total = len(case.sample.lines)
    some = np.unique(np.linspace(0, total - 1, min(FEW, total)).astype(int))[::-1]
    few = case._replace(sample=case.sample.take(some))
    first = few.answers(loss)
    if first is None or first.shape != few.sample.yours.shape:
        return
    if total <= FEW or _like(few, first):
        yield from case.guess(case.answers(loss), cause)


def _like(case: Case, predicted: Array) -> bool:
    loose = case.tolerance._replace(atol=max(1e-4, case.tolerance.atol), rtol=max(1e-2, case.tolerance.rtol))
    return bool((loose.excess(case.sample.yours, predicted) <= 1).all())


def rearranged(case: Case) -> Iterator[Guess]:
    """Yield the reference with its rows or columns in another order."""
    yours, reference = case.sample.yours, case.sample.reference
    plain = yours.ndim == 1 and np.isfinite(yours).all() and np.isfinite(reference).all()
    if plain and len(case.sample.lines) == case.rows > 3 and np.ptp(reference):
        predicted = np.empty_like(reference)
        predicted[np.argsort(yours, kind="stable")] = np.sort(reference)
        says = "Yours are the numbers of the reference in another order: the rows are paired wrongly."
        fix = "keep an id beside your numbers, and join: --on ID"
        yield Guess(predicted, Cause("order", says, (fix,)))
    if yours.ndim == 2 and 1 < yours.shape[1] <= 64 and yours.shape == reference.shape:
        order = _columns(case, yours, reference)
        if len(set(order)) == len(order) and list(order) != sorted(order):
            shown = ", ".join(str(k + 1) for k in order)
            says = f"Your columns are in another order: yours are columns {shown} of the reference."
            yield Guess(
                reference[:, list(order)], Cause("order", says, ("name the columns one by one, in order",))
            )


def _columns(case: Case, yours: Array, reference: Array) -> Sequence[int]:
    found: list[int] = []
    for k in range(yours.shape[1]):
        excess = [
            case.tolerance.excess(yours[:, k], reference[:, j]).max() for j in range(reference.shape[1])
        ]
        found.append(int(np.argmin(excess)))
    return found
