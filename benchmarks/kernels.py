"""Nanoseconds a row of every loss, beside textbook NumPy and PyTorch: `python benchmarks/kernels.py`.

All run in turn, round by round, on the same arrays; the best round counts. Memory is what a call takes beyond
its result, at its peak. What others find is compared with ours first: who finds something else is no rival.
"""

from __future__ import annotations

import argparse
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, cast

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from pytorch import pytorch
from textbook import stacked, textbook

from losscli.domain import Choice
from losscli.loss import Input, Loss
from losscli.spec import catalogue, parse

CLASSES, COMPONENTS, MEMBERS = 10, 16, 50
FEW = 10_000
"""So many rows do to see whether others find the same."""
WIDE = 44
ORDERS = ("value", "gradient", "hessian")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("losses", nargs="*", help="specs; all losses if none")
    parser.add_argument(
        "-n", "--rows", type=int, default=200_000, help="rows of one number (default: %(default)s)"
    )
    parser.add_argument(
        "-r", "--rounds", type=int, default=5, help="rounds, the best counts (default: %(default)s)"
    )
    parser.add_argument(
        "--order", type=int, choices=(0, 1, 2), action="append", help="0, 1 or 2 (default: all)"
    )
    given = parser.parse_args()
    losses = [parse(spec) for spec in given.losses] or [kind() for kind in catalogue().values()]
    print(
        f"{'loss':<{WIDE}}{'order':<10}{'losscli':>9}{'NumPy':>9}{'PyTorch':>9}  ns a row   MiB beyond the result"
    )
    found = [
        line(loss, form, order, given.rows, given.rounds)
        for loss in losses
        for form in loss.forms
        for order in given.order or (0, 1, 2)
    ]
    summary([each for each in found if each.ratio < np.inf], len(found))
    return 0


class Line(NamedTuple):
    """What was measured."""

    name: str
    order: int
    ratio: float
    """Our time over that of the fastest other; infinite of none."""
    other: str


def line(loss: Loss, form: Sequence[Input], order: int, rows: int, rounds: int) -> Line:
    """Measure and print one loss at one order."""
    inputs = ordinary(loss, form, rows)
    runs: dict[str, Callable[[], Any]] = {"losscli": ours(loss, order, inputs)}
    others, remarks = rivals(loss, form, order, inputs)
    runs |= others
    best = dict.fromkeys(("losscli", "NumPy", "PyTorch"), np.inf)
    for _ in range(rounds):
        for name, run in runs.items():
            start = perf_counter()
            run()
            best[name] = min(best[name], perf_counter() - start)
    count = len(inputs[0])
    mine, *theirs = best.values()
    ahead = min(theirs) < mine
    cells = "".join(f"{time / count * 1e9:>9.1f}" if time < np.inf else f"{'-':>9}" for time in best.values())
    beyond = [f"{memory(runs[name]):>6.1f}" if name in runs else f"{'-':>6}" for name in ("losscli", "NumPy")]
    name = named(loss, form)
    print(
        f"{name:<{WIDE}}{ORDERS[order]:<10}{cells}{'  *' if ahead else '   '}       {' '.join(beyond)}"
        + "".join(f"  {each}" for each in remarks),
        flush=True,
    )
    other = min(("NumPy", "PyTorch"), key=best.__getitem__)
    return Line(name, order, 0.0 if min(theirs) == np.inf else mine / min(theirs), other)


def summary(lines: Sequence[Line], count: int) -> None:
    """Print in how many lines others are ahead, and where most."""
    behind = sorted((each for each in lines if each.ratio > 1), key=lambda each: -each.ratio)
    matched = sum(each.ratio > 0 for each in lines)
    for each in behind[:10]:
        print(f"{each.ratio:>8.1f} x {each.other:<8} {each.name} {ORDERS[each.order]}")
    print(f"ahead in {matched - len(behind)}, behind in {len(behind)}, alone in {count - matched} of {count}")


def named(loss: Loss, form: Sequence[Input]) -> str:
    """Return the spec of a loss, and of several forms what this one has that not all have."""
    shared = set.intersection(*({each.name for each in other} for other in loss.forms))
    own = [each.name for each in form if each.name not in shared]
    return f"{loss} ({', '.join(own)})" if own else str(loss)


def ordinary(loss: Loss, form: Sequence[Input], rows: int) -> list[Any]:
    """Return data as they come: normal scores and errors, probabilities, labels."""
    rng = np.random.default_rng(0)
    width = max(CLASSES if any(each.kind == "class" for each in form) else COMPONENTS, 1)
    width = MEMBERS if any(each.square for each in form) else width
    count = rows if all(each.kind == "number" for each in form) and not loss.listed else rows // width
    if loss.listed:
        count = max(count // MEMBERS, 1) * MEMBERS
    found = {each.name: column(rng, each, count, width) for each in form}
    for each in form:
        x = found[each.name]
        if loss.family == "ranking" and each.name == "target" and loss.listed:
            found[each.name] = rng.integers(0, 5, count).astype(float)
        elif each.kind == "labels":
            found[each.name] = [rng.integers(1, width, 5).astype(float) for _ in range(count // MEMBERS)]
        elif each.whole:
            found[each.name] = x[np.arange(count) // MEMBERS * MEMBERS]
        elif each.least:
            same = loss.family != "boxes" and rng.random(count) < 0.5
            found[each.name] = np.where(same, found[each.least], found[each.least] + abs(x))
    return [found[each.name] for each in form]


def column(rng: Any, entry: Any, count: int, width: int) -> Any:
    if entry.kind == "class":
        return rng.integers(0, width, count).astype(float)
    if entry.simplex:
        return rng.dirichlet(np.ones(width), count)
    if entry.name == "label":
        return rng.integers(0, CLASSES, count).astype(float)
    shape = (count, width) if entry.kind == "vector" else count
    if isinstance(entry.domain, Choice):
        return rng.choice(entry.domain.members, shape)
    low, high = getattr(entry.domain, "low", -np.inf), getattr(entry.domain, "high", np.inf)
    if (low, high) == (0, 1) and entry.name == "target":
        return rng.integers(0, 2, shape).astype(float)
    if high - low < np.inf:
        return rng.uniform(low, high, shape)
    if low > -np.inf:
        return low + np.exp(rng.normal(size=shape))
    return high - np.exp(rng.normal(size=shape)) if high < np.inf else rng.normal(size=shape)


def listed(loss: Loss, count: int) -> dict[str, Any]:
    return {"lists": np.arange(count) // MEMBERS} if loss.listed else {}


def ours(loss: Loss, order: int, inputs: Sequence[Any]) -> Callable[[], Any]:
    call = getattr(loss, ORDERS[order])
    lists = listed(loss, len(inputs[0]))
    return lambda: call(*inputs, **lists)


def rivals(
    loss: Loss, form: Sequence[Input], order: int, inputs: Sequence[Any]
) -> tuple[dict[str, Callable[[], Any]], list[str]]:
    """Return the textbook and PyTorch, and remarks on those that fail or find something else: no rivals."""
    found: dict[str, Callable[[], Any]] = {}
    remarks: list[str] = []
    few = ordinary(loss, form, FEW)
    truth = ours(loss, order, few)()
    for name, of in (("NumPy", theirs), ("PyTorch", of_torch)):
        trial = of(loss, form, order, few)
        if trial is None:
            continue
        try:
            same = agree(trial(), truth)
        except (ArithmeticError, LookupError, NameError, RuntimeError, TypeError, ValueError) as error:
            remarks.append(f"{name} fails: {error}".partition("\n")[0])
            continue
        if same:
            found[name] = cast("Callable[[], Any]", of(loss, form, order, inputs))
        else:
            remarks.append(f"{name} finds something else")
    return found, remarks


def agree(found: Any, truth: Any) -> bool:
    """Return whether another found the same to six digits, all gradients of it."""
    both = [x if isinstance(x, tuple) else (x,) for x in (found, truth)]
    return len(both[0]) == len(both[1]) and all(
        np.allclose(np.reshape(x, y.shape), y, rtol=1e-6, atol=1e-9 * abs(y).max())
        for x, y in zip(*both, strict=True)
    )


def theirs(loss: Loss, form: Sequence[Input], order: int, inputs: Sequence[Any]) -> Callable[[], Any] | None:
    """Return textbook NumPy on whole arrays, of the value or of the slope."""
    found = textbook(loss, form, order) if order < 2 else None
    whole = stacked(loss, form, inputs, MEMBERS)

    def run() -> Any:
        with np.errstate(all="ignore"):
            return found(*whole) if found else None

    return run if found else None


def of_torch(
    loss: Loss, form: Sequence[Input], order: int, inputs: Sequence[Any]
) -> Callable[[], Any] | None:
    return pytorch(loss, form, order, inputs, stacked(loss, form, inputs, MEMBERS))


def memory(run: Callable[[], Any]) -> float:
    """Return the mebibytes that a call takes at its peak beyond what it returns."""
    tracemalloc.start()
    result = run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    kept = result if isinstance(result, tuple) else (result,)
    return (peak - sum(np.asarray(x).nbytes for x in kept)) / 2**20


if __name__ == "__main__":
    sys.exit(main())
