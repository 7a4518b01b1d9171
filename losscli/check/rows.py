"""Rows made up to break a loss: all magnitudes, ends of domains, kinks and their neighbours, what cancels."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nextafter
from typing import Any, NamedTuple

import numpy as np

from losscli.check.samples import Rows
from losscli.data.batch import Array
from losscli.domain import Choice, Interval
from losscli.loss import DomainError, Input, Loss

TINY, HUGE = 5e-324, 1.7976931348623157e308
MAGNITUDES = np.array([
    0.0, TINY, 1e-320, 2.2250738585072014e-308, 1e-200, 1e-160, 1e-20, 2.0**-53, 1e-8, 1e-3, 0.1, 0.5, 1.0, 1.5, 2.0,
    3.0, 18.4, 36.7, 37.1, 100.0, 702.3, 709.5, 710.0, 744.4, 746.0, 1e4, 1e8, 1e17, 1e154, 1e200, 1e308, HUGE,
])  # fmt: skip
"""Where exponentials, squares and sums of doubles end."""
WIDTHS = (2, 3, 5)
MEMBERS = (2, 3, 5)


class Shape(NamedTuple):
    """What rows of one kind look like: their inputs, how wide vectors are, whether classes are soft."""

    form: tuple[Input, ...]
    width: int
    soft: bool


def made_up(loss: Loss, count: int, seed: int = 0) -> list[Rows]:
    """Return about `count` rows that the loss takes, the same for the same seed; none if it takes none of them."""
    rng = np.random.default_rng([seed, count])
    shapes = [
        (form, width, soft)
        for form in loss.forms
        for width in _widths(loss, form)
        for soft in (
            (False, True) if any(entry.kind == "class" and not entry.hard for entry in form) else (False,)
        )
    ]
    found: list[Rows] = []
    for at, (form, width, soft) in enumerate(shapes):
        share = count * (at + 1) // len(shapes) - count * at // len(shapes)
        if not share:
            continue
        shape = Shape(form, width, soft)
        some = _lists(loss, shape, share, rng) if loss.listed else _rows(loss, shape, share, rng)
        if some is not None:
            found.append(some)
    return found


def _widths(loss: Loss, form: Sequence[Input]) -> Sequence[int]:
    if not any(entry.kind == "vector" for entry in form):
        return (0,)
    several = [len(value) for value in loss.settings().values() if isinstance(value, tuple) and value]
    weights = loss.settings().get("weights")
    return (len(weights),) if isinstance(weights, tuple) and weights else several[:1] or WIDTHS


def _rows(loss: Loss, shape: Shape, count: int, rng: np.random.Generator) -> Rows | None:
    kept: list[list[Array]] = []
    total = 0
    for _ in range(20):
        some = lawful(loss, drawn(loss, shape, 2 * count + 8, rng))
        kept.append(some)
        total += len(some[0])
        if total >= count:
            break
    if not total:
        return None
    return Rows(shape.form, [np.concatenate(each)[:count] for each in zip(*kept, strict=True)])


def _lists(loss: Loss, shape: Shape, count: int, rng: np.random.Generator) -> Rows | None:
    form, width, _ = shape
    kept: list[list[Any]] = []
    for _ in range(20 * count):
        members = width if any(entry.square for entry in form) else int(rng.choice(MEMBERS))
        rows: list[Any] = drawn(loss, shape, members, rng)
        for at, entry in enumerate(form):
            if entry.whole and entry.kind != "labels":
                rows[at] = np.repeat(rows[at][:1], members, axis=0)
            elif entry.kind == "labels":
                size = width if entry.of else 4
                rows[at] = rng.integers(0, size, int(rng.integers(0, 3))).astype(float)
        try:
            with np.errstate(all="ignore"):
                check: Any = loss.check
                check(*[[x] if entry.kind == "labels" else x for entry, x in zip(form, rows, strict=True)])
        except ValueError:  # outside the domain; what goes wrong inside it is for all to see
            continue
        kept.append(rows)
        if len(kept) == count:
            break
    if not kept:
        return None
    place = next(at for at, entry in enumerate(form) if entry.kind != "labels")
    code = np.repeat(np.arange(len(kept)), [len(rows[place]) for rows in kept])
    whole = zip(*kept, strict=True)
    inputs = [
        list(each) if entry.kind == "labels" else np.concatenate(each)
        for entry, each in zip(form, whole, strict=True)
    ]
    return Rows(form, inputs, code)


def lawful(loss: Loss, arrays: list[Array]) -> list[Array]:
    """Return the rows that lie in the domain."""
    while len(arrays[0]):
        try:
            loss.check(*arrays)
        except DomainError as error:
            arrays = [x[~error.rows] for x in arrays]
        except ValueError:
            return [x[:0] for x in arrays]
        else:
            return arrays
    return arrays


def drawn(loss: Loss, shape: Shape, count: int, rng: np.random.Generator) -> list[Array]:
    """Return numbers for each input, some of them outside the domain."""
    form, width, soft = shape
    found: list[Array] = []
    for entry in form:
        if entry.kind == "class":
            hard = rng.integers(0, max(width, 1), count).astype(np.float64)
            found.append(simplexes(count, width, rng) if soft else hard)
        elif entry.kind == "labels":
            found.append(np.zeros(count))
        elif entry.kind == "vector":
            found.append(
                simplexes(count, width, rng) if entry.simplex else _vectors(entry, count, width, rng)
            )
        else:
            found.append(numbers(entry, count, rng))
    _bring_near(loss, form, found, rng)
    for entry, x in zip(form, found, strict=True):
        if entry.least:
            least = found[[each.name for each in form].index(entry.least)]
            pick = rng.random(count)
            np.copyto(
                x,
                np.where(
                    pick < 0.3, least, np.where((pick < 0.5) & entry.endless, inf, np.maximum(x, least))
                ),
            )
    return found


def _bring_near(loss: Loss, form: Sequence[Input], found: list[Array], rng: np.random.Generator) -> None:
    """Put some of the first input beside the next of its shape: equal, at a kink from it, or a last bit away."""
    shape = found[0].shape
    near = next(
        (x for entry, x in zip(form[1:], found[1:], strict=True) if x.shape == shape and not entry.least),
        None,
    )
    if near is None or form[0].simplex:
        return
    kinks = np.array([0.0, *loss.traits().kinks])
    which = rng.random(shape) < 0.3
    with np.errstate(all="ignore"):
        there = near + rng.choice(kinks, shape)
        there = np.choose(
            rng.integers(0, 3, shape), [there, np.nextafter(there, -inf), np.nextafter(there, inf)]
        )
    found[0][...] = np.where(which & np.isfinite(there), there, found[0])


def numbers(entry: Input, count: int, rng: np.random.Generator) -> Array:
    """Return numbers of an input: ordinary ones, all magnitudes, the ends of its domain and beside them."""
    domain = entry.domain
    if isinstance(domain, Choice):
        return rng.choice(np.array(domain.members), count)
    low, high = (domain.low, domain.high) if isinstance(domain, Interval) else (-inf, inf)
    sign = rng.choice([-1.0, 1.0], count) if low < 0 else np.ones(count)
    ends = [
        x for end in (low, high) if abs(end) < inf for x in (nextafter(end, -inf), end, nextafter(end, inf))
    ]
    with np.errstate(all="ignore"):
        kinds = [
            rng.normal(size=count) * rng.choice([0.1, 1.0, 10.0, 100.0], count) * (1 if low < 0 else sign),
            sign * rng.choice(MAGNITUDES, count),
            sign * 10 ** rng.uniform(-323, 308, count),
            np.abs(rng.normal(size=count)) * sign,
            rng.choice(ends or [0.0, 1.0, -1.0], count),
            rng.uniform(max(low, -3.0), min(high, 3.0), count),
            (high if abs(high) < inf else 1.0) - 10 ** rng.uniform(-17, 0, count),
        ]
    return np.choose(rng.integers(0, len(kinds), count), kinds)


def simplexes(count: int, width: int, rng: np.random.Generator) -> Array:
    """Return probabilities that sum to 1: even, uneven, certain, and with a part that is hardly there."""
    found = np.stack([rng.dirichlet(np.full(width, rng.choice([0.02, 0.3, 3.0]))) for _ in range(count)])
    certain = rng.random(count) < 0.15
    found[certain] = np.eye(width)[rng.integers(0, width, count)][certain]
    faint = rng.random(count) < 0.25
    place = (np.arange(count), found.argmin(axis=1))
    found[place] = np.where(faint, rng.choice([0.0, TINY, 1e-300, 1e-20], count), found[place])
    return np.clip(found, 0.0, 1.0)


def _vectors(entry: Input, count: int, width: int, rng: np.random.Generator) -> Array:
    """Return vectors: of one size, or of components as different as there are."""
    found = np.stack([numbers(entry, count, rng) for _ in range(width)], axis=1)
    plain = rng.normal(size=(count, width)) * rng.choice([0.1, 1.0, 10.0, 400.0, 1e-8, 1e4], (count, 1))
    if isinstance(entry.domain, Interval) and entry.domain.low >= 0:
        plain = np.abs(plain)
    return np.where(rng.random((count, 1)) < 0.7, plain, found)


def single(rows: Rows, at: int) -> list[Any]:
    """Return one row, or list, as the formula takes it: components first."""
    if rows.lists is None:
        return [np.asarray(x[at]) for x in rows.inputs]
    which = np.flatnonzero(rows.lists == at)
    found: list[Any] = []
    for entry, x in zip(rows.form, rows.inputs, strict=True):
        part = x[at] if entry.kind == "labels" else x[which[0]] if entry.whole else x[which]
        found.append(np.asarray(part).T if np.ndim(part) == 2 else np.asarray(part))
    return found


def unsure(loss: Loss, rows: Rows, at: int) -> bool:
    """Whether a row is where a formula alone may not know the derivative: at a kink, an end of a domain, or a tie."""
    inputs = rows.one(at)
    kinked = loss.kinked(*inputs).any()
    if kinked:
        return True
    moving = [
        (entry, np.ravel(x)) for entry, x in zip(rows.form, inputs, strict=True) if entry.kind != "labels"
    ]
    for entry, x in moving:
        ends = (getattr(entry.domain, "low", None), getattr(entry.domain, "high", None))
        if entry.wrt and any(end is not None and (x == end).any() for end in ends):
            return True
    everything = np.concatenate([x for entry, x in moving if entry.kind != "class" and not entry.whole])
    return len(np.unique(everything)) < len(everything)
