"""Nanoseconds a row of every loss, beside textbook NumPy and PyTorch: `python benchmarks/kernels.py`.

All run in turn, round by round, on the same arrays; the best round counts. Memory is what a call takes beyond
its result, at its peak.
"""

from __future__ import annotations

import argparse
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from textbook import textbook

from losscli.domain import Choice
from losscli.loss import Input, Loss
from losscli.spec import catalogue, elsewhere, parse

CLASSES, COMPONENTS, MEMBERS = 10, 16, 50
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
        f"{'loss':<34}{'order':<10}{'losscli':>9}{'NumPy':>9}{'PyTorch':>9}  ns a row   {'MiB beyond the result':>6}"
    )
    orders = given.order or (0, 1, 2)
    jobs = [(loss, at, order) for loss in losses for at in range(len(loss.forms)) for order in orders]
    behind = sum(line(*job, given.rows, given.rounds) for job in jobs)
    print(f"\nbehind in {behind} of {len(jobs)}")
    return 0


def line(loss: Loss, at: int, order: int, rows: int, rounds: int) -> bool:
    """Measure and print one loss at one order; return whether another is ahead."""
    form = loss.forms[at]
    inputs = ordinary(loss, form, rows)
    rivals = {
        "losscli": ours(loss, order, inputs),
        "NumPy": theirs(loss, form, order, inputs),
        "PyTorch": of_torch(loss, form, order, inputs),
    }
    best = dict.fromkeys(rivals, np.inf)
    for _ in range(rounds):
        for name, run in rivals.items():
            if run is not None:
                start = perf_counter()
                run()
                best[name] = min(best[name], perf_counter() - start)
    count = len(inputs[0])
    name = str(loss) if len(loss.forms) == 1 else f"{loss} ({form[0].name}, ...)"
    cells = "".join(f"{time / count * 1e9:>9.1f}" if time < np.inf else f"{'-':>9}" for time in best.values())
    beyond = [f"{memory(run):>6.1f}" if run is not None else f"{'-':>6}" for run in list(rivals.values())[:2]]
    slow = best["losscli"] > min(best["NumPy"], best["PyTorch"])
    print(
        f"{loss!s:<30}{ORDERS[order]:<10}{cells}{'  *' if slow else '   '}       {' '.join(beyond)}",
        flush=True,
    )
    return slow


def ordinary(loss: Loss, form: Sequence[Input], rows: int) -> list[Any]:
    """Return data as they come: normal scores and errors, probabilities, labels."""
    rng = np.random.default_rng(0)
    width = max(CLASSES if any(each.kind == "class" for each in form) else COMPONENTS, 1)
    count = rows if all(each.kind == "number" for each in form) and not loss.listed else rows // width
    found = {each.name: column(rng, each, count, width) for each in form}
    for each in form:
        x = found[each.name]
        if each.kind == "labels":
            found[each.name] = [rng.integers(1, width, 5).astype(float) for _ in range(-(-count // MEMBERS))]
        elif each.whole:
            found[each.name] = x[np.arange(count) // MEMBERS * MEMBERS]
        elif each.least:
            found[each.name] = np.where(
                rng.random(count) < 0.5, found[each.least], found[each.least] + abs(x)
            )
    return [found[each.name] for each in form]


def column(rng: Any, entry: Any, count: int, width: int) -> Any:
    if entry.kind == "class":
        return rng.integers(0, width, count).astype(float)
    if entry.simplex:
        return rng.dirichlet(np.ones(width), count)
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


def theirs(loss: Loss, form: Sequence[Input], order: int, inputs: Sequence[Any]) -> Callable[[], Any] | None:
    """Textbook NumPy: the formula, or that of the slope, on whole arrays."""
    if order == 2 or loss.listed:
        return None
    found = textbook(loss, form, order)
    if found is None:
        return None
    whole = [one_hot(x, inputs[0].shape[1]) if each.kind == "class" else x
             for each, x in zip(form, inputs, strict=True)]  # fmt: skip

    def run() -> Any:
        with np.errstate(all="ignore"):
            return found(*whole)

    try:
        run()
    except (TypeError, ValueError, NotImplementedError, NameError):
        return None
    return run


def one_hot(k: Any, width: int) -> Any:
    return (k[:, None] == np.arange(width)).astype(float)


def of_torch(
    loss: Loss, form: Sequence[Input], order: int, inputs: Sequence[Any]
) -> Callable[[], Any] | None:
    """PyTorch's own function, and its gradient by automatic differentiation."""
    try:
        import torch
    except ImportError:
        return None
    names = [claim.name.rpartition(".")[2] for claim in elsewhere(type(loss))
             if claim.name.startswith("torch.nn.functional.") and "(" not in claim.name]  # fmt: skip
    if not names or order == 2 or loss.listed:
        return None
    function = getattr(torch.nn.functional, names[0])
    tensors = [torch.tensor(x, dtype=torch.int64 if each.kind == "class" else torch.float64)
               for each, x in zip(form, inputs, strict=True)]  # fmt: skip

    def run() -> Any:
        if not order:
            with torch.no_grad():
                return function(*tensors, reduction="none")
        moving = tensors[0].requires_grad_(True)
        return torch.autograd.grad(function(*tensors, reduction="none").sum(), moving)

    try:
        run()
    except (TypeError, ValueError, RuntimeError):
        return None
    return run


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
