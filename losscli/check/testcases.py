"""Inputs with what a loss is worth there, for tests in any language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, cast

import numpy as np

from losscli import __version__
from losscli.check.rows import made_up, unsure
from losscli.check.samples import Rows
from losscli.check.truth import ENOUGH, ORDERS, named, of_row, ours, truth
from losscli.data.batch import Array
from losscli.loss import Loss


def cases(loss: Loss, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield a header, then a case for each row; numbers are those of the formula, rounded once."""
    made = made_up(loss, count, seed)
    form = loss.forms[0]
    yield {
        "schema": "losscli.cases/1", "version": __version__, "loss": str(loss),
        "params": {name: bool(x) if loss.parameters[name].flag else x for name, x in loss.settings().items()},
        "inputs": [{"name": x.name, "kind": x.kind, "domain": str(x.domain), "derivative": x.wrt} for x in form],
        "list": loss.listed, "n": sum(rows.size for rows in made), "seed": seed, "ulp": ENOUGH,
    }  # fmt: skip
    for rows in made:
        answers = [ours(loss, rows, order) for order in range(3)]
        for at in range(rows.size):
            yield _case(loss, rows, at, answers)


def _case(loss: Loss, rows: Rows, at: int, answers: Sequence[Sequence[Array]]) -> dict[str, Any]:
    """Return one case: inputs, value and derivatives, as decimals and as hexadecimal floats.

    At the end of a domain, at a kink and at a tie it is an `edge`: other subgradients, or none, are right as well.
    """
    edge = unsure(loss, rows, at)
    moving = [entry.name for entry in rows.form if entry.wrt]
    case: dict[str, Any] = {"inputs": named(rows, at), "edge": edge}
    for order, name in enumerate(ORDERS):
        if edge and order == 2:
            continue
        found = of_row(answers[order], rows, at, order)
        exact = None if edge and order else truth(loss, rows, at, order, found, all_bits=True)
        numbers = [np.asarray(x).tolist() for x in exact or found]
        case[name] = numbers[0] if not order else dict(zip(moving, numbers, strict=True))
    numbers = {name: case[name] for name in ("inputs", *ORDERS) if name in case}
    return {**_plain(case), "hex": _hex(numbers)}


def _plain(x: Any) -> Any:
    """Return numbers as JSON has them: those that are none as texts, which float() reads."""
    return _each(x, _number)


def _number(x: float) -> float | str:
    return x if isfinite(x) else "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"


def _hex(x: Any) -> Any:
    return _each(x, float.hex)


def _each(x: Any, write: Any) -> Any:
    if isinstance(x, dict):
        return {name: _each(value, write) for name, value in cast("dict[str, Any]", x).items()}
    if isinstance(x, list):
        return [_each(value, write) for value in cast("list[Any]", x)]
    return write(x) if isinstance(x, float) else x
