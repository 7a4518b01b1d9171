"""Answers that are the reference times something: a number with a name, or one for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite, log, pi
from typing import NamedTuple

import numpy as np

from losscli.check.case import Case, Cause, Guess
from losscli.data.batch import Array
from losscli.inputs import Input
from losscli.parameter import spell

NAMED = (
    (log(2), "ln 2: logarithms of base 2, so bits where the reference has nats"),
    (log(10), "ln 10: logarithms of base 10"),
    (pi, "pi"),
    (100.0, "100: percent"),
)


def factors(case: Case) -> Iterator[Guess]:
    """Yield the one factor that could be between the answers."""
    yours, reference = case.sample.yours, case.sample.reference
    with np.errstate(all="ignore"):
        plain = np.isfinite(yours) & np.isfinite(reference) & (reference != 0) & (yours != 0)
    if not plain.any():
        return
    size = np.where(plain, np.abs(reference), 0.0)
    at = np.unravel_index(int(size.argmax()), reference.shape)
    factor = float(yours[at] / reference[at])
    if not isfinite(factor) or not factor:
        return
    with np.errstate(all="ignore"):
        predicted = factor * reference
        rest = float(np.abs(np.where(plain, yours - predicted, 0.0)).max() / abs(yours[at]))
    yield Guess(predicted, _factor(case, factor, min(rest, 1e-3)))


class Meaning(NamedTuple):
    """What a factor may be."""

    kind: str
    says: str
    fix: Sequence[str] = ()


KINDS = ("factor", "half", "parameter", "n", "base")
"""What a factor is called for programs that has several meanings: the last of these."""
IsIt = Callable[[float], bool]
"""Whether the size of a factor is a number."""


def _factor(case: Case, factor: float, rounded: float) -> Cause:
    size = abs(factor)
    near = max(4 * case.tolerance.rtol, 1e-9, rounded)  # numbers that were rounded have a factor that is, too

    def is_it(value: float) -> bool:
        return value > 0 and abs(size - value) <= near * value

    if is_it(1.0):
        turned = "the sign, or the derivative in the target" if case.quantity == "grad" else "the sign"
        return Cause("sign", f"Your {case.what} is minus the reference {case.everywhere}: {turned}.",
                     ("change the sign of yours",), factor)  # fmt: skip
    found = [
        *_counts(case, is_it),
        *_halves(case, size, is_it),
        *_parameters(case, is_it),
        *_named(factor, is_it),
    ]
    kind = max((each.kind for each in found), key=KINDS.index, default="factor")
    times = "half" if factor == 0.5 else "twice" if factor == 2 else f"{factor:.6g} times"
    known = ", or ".join(each.says for each in found)
    tail = f"{', and' if kind == 'n' else ':'} {known}" if known else ", no number with a name"
    tail += " (and the sign is turned)" if factor < 0 else ""
    fix = [line for each in found for line in each.fix]
    if not fix:
        fix = [f"divide yours by {factor:.6g}" if size > 1 else f"multiply yours by {1 / factor:.6g}"]
    return Cause(
        kind, f"Your {case.what} is {times} the reference {case.everywhere}{tail}.", tuple(fix), factor
    )


def _counts(case: Case, is_it: IsIt) -> Iterator[Meaning]:
    """Yield how many rows, elements or columns there are, if that is the factor or one over it."""
    if case.rows <= 1:
        return
    counts: list[tuple[float, str]] = [
        (case.rows, "the number of rows"),
        (case.elements, "the number of elements"),
    ]
    if case.units[1]:
        counts.append(case.units)
    if case.elements != case.rows:
        counts.append((case.elements / case.rows, "the number of columns"))
    for count, name in dict(reversed(counts)).items():
        more = is_it(count)
        if count > 1 and (more or is_it(1 / count)):
            yield Meaning(
                "n", f"{count:g} is {name}{_of_whom(case, more, name)}", _reduction(case, more, name)
            )


def _halves(case: Case, size: float, is_it: IsIt) -> Iterator[Meaning]:
    """Yield that one of the two has a half which the other has not."""
    if is_it(2.0) or is_it(0.5):
        fix = [f"losscli check {_with_scale(case, size)} ..."] if "scale" in case.loss.parameters else []
        says = "a half is left out" if is_it(2.0) else "yours has a half that the reference has not"
        yield Meaning("half", says, fix)


def _parameters(case: Case, is_it: IsIt) -> Iterator[Meaning]:
    """Yield the parameters of the loss that are the factor, or whose squares are, or one over them."""
    for name, value in case.loss.settings().items():
        if not isinstance(value, float) or value <= 0 or value == 1.0 or case.loss.parameters[name].flag:
            continue
        for power, shown in (
            (1, name),
            (-1, f"1 / {name}"),
            (2, f"{name} squared"),
            (-2, f"1 / {name} squared"),
        ):
            if is_it(value**power):
                yield Meaning("parameter", f"that is {shown}: {name} is {spell(value)}")


def _named(factor: float, is_it: IsIt) -> Iterator[Meaning]:
    """Yield the constants that have a name."""
    for value, name in NAMED:
        if is_it(value) or is_it(1 / value):
            kind = "base" if name.startswith("ln") else "factor"
            yield Meaning(
                kind, f"{'' if is_it(value) else '1 / '}{name}", [f"multiply yours by {1 / factor:.17g}"]
            )


def _of_whom(case: Case, more: bool, name: str) -> str:
    """Return of what someone's answer is the gradient, if the factor is a count."""
    if name == "the number of columns" or case.quantity == "loss":
        return ""
    if more and case.how == "mean":
        return f": yours is the {case.what} of the SUM"
    return f": yours is the {case.what} of the MEAN" if not more and case.how != "mean" else ""


def _reduction(case: Case, more: bool, name: str) -> list[str]:
    if name == "the number of columns" or case.quantity == "loss":
        return []
    if more and case.how == "mean":
        return ["--reduction sum"]
    return ["--reduction mean"] if not more and case.how != "mean" else []


def _with_scale(case: Case, size: float) -> str:
    settings = {**case.loss.settings()}
    settings["scale"] = float(f"{float(settings['scale']) * size:.12g}")  # pyright: ignore[reportArgumentType]
    return str(type(case.loss)(**settings))


def offsets(case: Case) -> Iterator[Guess]:
    """Yield the one number that could be added."""
    if case.quantity != "loss":
        return
    yours, reference = case.sample.yours, case.sample.reference
    with np.errstate(all="ignore"):
        apart = yours - reference
    plain = apart[np.isfinite(apart)]
    if not plain.size or not plain[0]:
        return
    offset = float(np.median(plain))
    known = {log(2): "ln 2", log(2 * pi) / 2: "ln(2 pi) / 2, a constant of the normal distribution",
             0.5: "a half", 1.0: "1", log(10): "ln 10"}  # fmt: skip
    name = next((f": {text}" for x, text in known.items() if abs(abs(offset) - x) < 1e-6 * x), "")
    with np.errstate(all="ignore"):
        shown = f"{'plus' if offset > 0 else 'less'} {abs(offset):.6g}"
        says = f"Your loss is the reference {shown} {case.everywhere}{name}. "
        cause = Cause(
            "offset", says + "A constant changes no gradient.", (f"subtract {offset:.17g} from yours",)
        )
        yield Guess(reference + offset, cause)


def constants(case: Case) -> Iterator[Guess]:
    """Yield one number that is said of every row."""
    yours, reference = case.sample.yours, case.sample.reference
    if case.rows < 2 or not np.isfinite(yours).all() or np.ptp(yours) > 1e-9 * np.abs(yours).max():
        return
    if not np.isfinite(reference).all() or not np.ptp(reference):
        return
    one = float(yours.flat[0])
    means = {"mean": case.sums / case.elements, "sum": case.sums}
    for how, value in means.items():
        if abs(one - value) <= 1e-12 + max(1e-5, 4 * case.tolerance.rtol) * abs(value):
            says = f"Your column is the {how.upper()} over the rows, {one:.6g}, in every row."
            yield Guess(np.full_like(yours, one), Cause("reduced", says, (f"--reduction {how}",)))
            return
    says = f"Your {case.what} is the same number, {one:.6g}, {case.everywhere}: no mean and no sum of the reference."
    yield Guess(np.full_like(yours, one), Cause("constant", says))


def weights(case: Case) -> Iterator[Guess]:
    """Yield answers that leave the weights out, or take them twice."""
    w, reference = case.sample.weight, case.sample.reference
    if w is None:
        return
    w = w[:, None] if reference.ndim == 2 else w
    with np.errstate(all="ignore"):
        cause = Cause(
            "weights", f"Your {case.what} leaves the weights out {case.everywhere}.", ("leave out --weight",)
        )
        yield Guess(np.where(w == 0, case.sample.yours, reference / w), cause)
        yield Guess(
            reference * w, Cause("weights", f"Your {case.what} has the weights twice {case.everywhere}.")
        )


def by_target(case: Case) -> Iterator[Guess]:
    """Yield a factor for each of a few targets: weights of classes."""
    names = [entry.name for entry in case.form]
    if "target" not in names or case.sample.yours.ndim > 1:
        return
    target = case.sample.inputs[names.index("target")]
    if target.shape != case.sample.yours.shape:
        return
    known = np.unique(target[~np.isnan(target)])
    if not 1 < len(known) <= 20:
        return
    yours, reference = case.sample.yours, case.sample.reference
    predicted = reference.copy()
    found: dict[float, float] = {}
    for one in known:
        at = np.flatnonzero((target == one) & np.isfinite(yours) & np.isfinite(reference) & (reference != 0))
        if len(at) < 2:
            return
        best = at[np.abs(reference[at]).argmax()]
        found[float(one)] = float(yours[best] / reference[best])
        predicted[target == one] *= found[float(one)]
    shown = ", ".join(f"{x:.6g} where target = {one:g}" for one, x in found.items())
    fix: list[str] = []
    if set(found) == {0.0, 1.0} and "pos_weight" in case.loss.parameters and abs(found[0.0] - 1) < 1e-6:
        fix = [f"losscli check {case.loss.name}:pos_weight={found[1.0]:.6g} ..."]
    elif "weights" in case.loss.parameters and sorted(found) == list(range(len(found))):
        fix = [
            f"losscli check {case.loss.name}:weights={'/'.join(f'{found[k]:.6g}' for k in sorted(found))} ..."
        ]
    if set(found) == {-1.0, 1.0} and abs(found[1.0] - 1) < 1e-6 and abs(found[-1.0] + 1) < 1e-6:
        says = "Yours is the derivative in the margin, target times score, not in the score."
        yield Guess(predicted, Cause("margin", says, ("multiply yours by the target",)))
        return
    says = f"Your {case.what} is the reference times {shown}: the classes are weighted."
    yield Guess(predicted, Cause("weights", says, tuple(fix)))


def chained(case: Case) -> Iterator[Guess]:
    """Yield derivatives in another variable: a logit for a probability, or a logarithm."""
    if case.quantity != "grad":
        return
    moving = [(entry, x) for entry, x in zip(case.form, case.sample.inputs, strict=True) if entry.wrt]
    entry, x = moving[case.wrt]
    reference = case.sample.reference
    if x.shape != reference.shape:
        return
    for factor, says, fix in _chains(entry, x):
        with np.errstate(all="ignore"):
            predicted = np.where(np.isfinite(factor * reference), factor * reference, case.sample.yours)
        yield Guess(predicted, Cause("chain", says, (fix,)))


def _chains(entry: Input, x: Array) -> Iterator[tuple[Array, str, str]]:
    name, low, high = entry.name, getattr(entry.domain, "low", None), getattr(entry.domain, "high", None)
    if x.ndim == 1 and (low, high) == (0, 1):
        slope = x * (1 - x)
        times = f"times {name} (1 - {name}), the slope of the sigmoid"
        says = f"Your gradient is the reference {times}: yours is in the logit, the reference in the probability."
        yield slope, says, "--wrt logits"
        says = f"Your gradient is the reference divided by {name} (1 - {name}) once more."
        yield 1 / slope, says, f"multiply yours by {name} (1 - {name})"
    elif x.ndim == 1 and low == -np.inf:
        slope = 1 / (2 + np.exp(x) + np.exp(-x))
        divided = "divided by the slope of the sigmoid"
        says = f"Your gradient is the reference {divided}: yours is in the probability, the reference in the logit."
        yield 1 / slope, says, "--wrt probabilities"
        says = "Your gradient is the reference times the slope of the sigmoid, which was in it already."
        yield slope, says, "divide yours by s (1 - s), s = sigmoid(logit)"
    if low is not None and low >= 0:
        says = f"Your gradient is the reference times {name}: yours is with respect to ln {name}."
        yield x, says, f"divide yours by {name}"
