"""What a loss is worth by its formula alone, to thousands of bits, rounded once; and how far others are from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from losscli.check.rows import single, unsure
from losscli.check.samples import Rows
from losscli.data.batch import Array
from losscli.loss import Loss
from losscli.mend import at_bits, exactly

ORDERS = ("value", "gradient", "hessian")


ENOUGH = 4
"""Units in the last place within which our answers are."""
FAR = (3300, 6600)
"""Bits that tell noise from numbers, where an answer is not what it was expected to be."""


def truth(
    loss: Loss, rows: Rows, at: int, order: int, near: Sequence[Array], *, all_bits: bool = False
) -> list[Array] | None:
    """Return the answers of one row, one for each input with derivatives; None where the formula has none.

    Where they are far from those that are expected, `near`, it is carried out with more bits, and more again; with
    `all_bits` at once with so many that the last bit is right as well.
    """
    block = single(rows, at)
    many = partial(at_bits, loss, order, rows.form, block, FAR[0])
    found = _shaped(rows, order, block, many if all_bits else partial(exactly, loss, order, rows.form, block))
    if found is None or _close(found, near):
        return found
    first, again = (
        _shaped(rows, order, block, partial(at_bits, loss, order, rows.form, block, bits)) for bits in FAR
    )
    if first is None or again is None or not all(map(np.array_equal, first, again)):
        return None
    return again


def _close(one: Sequence[Array], two: Sequence[Array]) -> bool:
    return all(
        ulps(np.ravel(a), np.ravel(b)).max(initial=0.0) <= ENOUGH for a, b in zip(one, two, strict=True)
    )


def _shaped(
    rows: Rows, order: int, block: Sequence[Any], answer: Callable[[], list[Array]]
) -> list[Array] | None:
    try:
        found = answer()
    except (ArithmeticError, ValueError, TypeError, IndexError):  # at the ends of the domain
        return None
    if any(np.isnan(x).any() for x in found):
        return None
    if rows.lists is None or not order:
        return found
    return [
        x.T if x.ndim == 2 and x.shape == y.shape else x
        for x, y in zip(found, _moving(rows, block), strict=True)
    ]


def _moving(rows: Rows, block: Sequence[Any]) -> list[Any]:
    return [x for entry, x in zip(rows.form, block, strict=True) if entry.wrt]


def ours(loss: Any, rows: Rows, order: int) -> list[Array]:
    """Return what we say of all rows."""
    lists = {} if rows.lists is None else {"lists": rows.lists}
    found = getattr(loss, ORDERS[order])(*rows.inputs, **lists)
    return [*found] if isinstance(found, tuple) else [found]


def of_row(found: Sequence[Array], rows: Rows, at: int, order: int) -> list[Array]:
    """Return the part of answers that is of one row, or list."""
    if rows.lists is None or not order:
        return [x[at] for x in found]
    return [x[rows.lists == at] for x in found]


def ulps(yours: Any, reference: Any) -> Array:
    """Return how many doubles lie between two numbers; NaN agrees with NaN, and is infinitely far from any other."""
    a, b = (np.atleast_1d(np.asarray(x, np.float64)) for x in (yours, reference))
    places = [np.where(x < 0, -(x.view(np.int64) & 0x7FFFFFFFFFFFFFFF), x.view(np.int64)).astype(float) for x in
              (np.ascontiguousarray(a) + 0.0, np.ascontiguousarray(b) + 0.0)]  # fmt: skip
    lost = np.isnan(a) | np.isnan(b)
    exact = np.abs(places[0] - places[1])
    near = a.view(np.int64) - b.view(np.int64)  # beyond 2^53 whole numbers are no longer exact as doubles
    exact = np.where((np.signbit(a) == np.signbit(b)) & (exact < 2.0**60), np.abs(near.astype(float)), exact)
    return np.where(lost, np.where(np.isnan(a) & np.isnan(b), 0.0, np.inf), exact)


class Distance(NamedTuple):
    """How far our answers of one order are from the truth."""

    order: int
    rows: int
    worst: float
    """In units of the last place."""
    row: dict[str, Any]
    """Where: the inputs by name."""
    got: float
    truth: float


def distances(loss: Loss, made: Sequence[Rows], orders: Sequence[int] = (0, 1, 2)) -> list[Distance]:
    """Return how far our own answers are from the truth."""
    found: list[Distance] = []
    for order in orders:
        worst, count = Distance(order, 0, 0.0, {}, 0.0, 0.0), 0
        for rows in made:
            answers = ours(loss, rows, order)
            for at in range(rows.size):
                got = of_row(answers, rows, at, order)
                exact = None if order and unsure(loss, rows, at) else truth(loss, rows, at, order, got)
                if exact is None:
                    continue
                count += 1
                for mine, right in zip(got, exact, strict=True):
                    apart = ulps(np.ravel(mine), np.ravel(right))
                    if apart.size and apart.max() > worst.worst:
                        k = int(apart.argmax())
                        said, true = float(np.ravel(mine)[k]), float(np.ravel(right)[k])
                        worst = Distance(order, 0, float(apart.max()), named(rows, at), said, true)
        found.append(worst._replace(rows=count))
    return found


def named(rows: Rows, at: int) -> dict[str, Any]:
    """Return the inputs of a row by name, as plain numbers and lists."""
    if rows.lists is None:
        return {
            entry.name: np.asarray(x[at]).tolist() for entry, x in zip(rows.form, rows.inputs, strict=True)
        }
    which = np.flatnonzero(rows.lists == at)
    return {
        entry.name: np.asarray(
            x[at] if entry.kind == "labels" else x[which[0]] if entry.whole else x[which]
        ).tolist()
        for entry, x in zip(rows.form, rows.inputs, strict=True)
    }
