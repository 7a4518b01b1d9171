"""Rows that a kernel cannot answer, answered by the formula in exact arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from losscli.parameter import flat

if TYPE_CHECKING:
    from losscli.inputs import Input
    from losscli.loss import Loss

Array = NDArray[np.float64]

STEEP = ("exp(", "cosh(", "tanh(", "erf(", "erfc(")  # as e^x is
ONE_AT_A_TIME = Lock()  # all threads share the precision of mpmath
MORE = 80  # bits: an answer that is all rounding is another one with so many more


def mend(loss: Loss, order: int, form: Sequence[Input], block: Sequence[Array], results: list[Array]) -> None:
    """Fill in `results` the rows left NaN though their inputs are numbers; equal rows are computed once."""
    count = block[0].shape[-1]
    lost = np.zeros(count, dtype=bool)
    for at, result in enumerate(results):
        results[at] = result if result.flags.writeable else result.copy()
        lost |= np.isnan(result).reshape(-1, count).any(axis=0)
    for entry, x in zip(form, block, strict=True):
        lost &= (np.isfinite(x) | entry.endless & (x == np.inf)).reshape(-1, count).all(axis=0)
    known: dict[tuple[bytes, ...], list[Array]] = {}
    for column in np.flatnonzero(lost):
        row = [x[..., column] for x in block]
        key = tuple(x.tobytes() for x in row)
        if key not in known:
            with ONE_AT_A_TIME:
                known[key] = exactly(loss, order, form, row)
        for result, answer in zip(results, known[key], strict=True):
            hole = np.isnan(result[..., column])
            result[..., column] = np.where(hole, answer, result[..., column])


def exactly(loss: Loss, order: int, form: Sequence[Input], row: Sequence[Array]) -> list[Array]:
    """Return the derivative of `order` of one row, in each input that has one."""
    from losscli import exact

    shaping = flat(loss.settings().values())
    everything = [*shaping, *(float(x) for part in row for x in part.flat)]
    texts = [loss.formula, *(text for _, text in loss.where(form))]
    steep = any(word in text for text in texts for word in STEEP)
    if steep:  # and so is e^(x y / t)
        most = max(map(abs, everything), default=0.0)
        over = max((1 / abs(x) for x in shaping if x), default=1.0)
        everything.append(most * over * (most if any("dot(" in text for text in texts) else 1.0))
    bits = exact.bits_for(everything, steep)
    answers, again = (at_bits(loss, order, form, row, each) for each in (bits, bits + MORE))
    if all(map(np.array_equal, answers, again)):
        return answers
    return at_bits(loss, order, form, row, exact.BITS)  # what should be 0 is noise until it vanishes


def at_bits(loss: Loss, order: int, form: Sequence[Input], row: Sequence[Array], bits: int) -> list[Array]:
    """Return what the formula gives with numbers of so many bits."""
    from losscli import exact

    settings = loss.settings()  # but for vectors, which are among the variables
    with exact.mp.workprec(bits):
        numbers = [_lifted(entry, x, form, row) for entry, x in zip(form, row, strict=True)]
        constants = {
            name: exact.number(value) for name, value in settings.items() if isinstance(value, float)
        }
        loss_there = exact.run(loss.formula, loss.where(form), {**constants, **loss.variables(*numbers)})
        if order == 0:
            return [np.array(exact.double(exact.plain(loss_there)))]
        answers: list[Array] = []
        for entry, x, moving in zip(form, row, numbers, strict=True):
            if entry.wrt:
                sources = _entries(moving) if x.ndim else [moving]
                found = _derivatives(order, loss_there, sources, loss.matrix)
                shape = x.shape + (x.shape if order == 2 and loss.matrix else ())
                answers.append(np.array([exact.double(each) for each in found]).reshape(shape))
        return answers


def _lifted(entry: Input, x: Array, form: Sequence[Input], row: Sequence[Array]) -> Any:
    """Return one input as exact numbers; those in which derivatives are taken, as nodes."""
    from losscli import exact

    if entry.kind == "class" and not x.ndim:
        width = next(len(other) for each, other in zip(form, row, strict=True) if each.name == entry.of)
        return exact.Vector(exact.number(k == x) for k in range(width))
    if x.ndim == 2:  # (components, members): a list of vectors
        return exact.Vector(_lifted(entry, member, form, row) for member in x.T)
    numbers = [exact.Node(exact.number(each)) if entry.wrt else exact.number(each) for each in x.flat]
    return exact.Vector(numbers) if x.ndim else numbers[0]


def _entries(x: Any) -> list[Any]:
    """Return the numbers of a vector, or of a list of vectors component by component, as the block has them."""
    if isinstance(x[0], tuple):
        return [member[k] for k in range(len(x[0])) for member in x]
    return list(x)


def _derivatives(order: int, out: Any, sources: Sequence[Any], matrix: bool) -> list[Any]:
    """Return the first derivatives, or the second: all pairs for a matrix, else each with itself."""
    from losscli import exact

    first = exact.flow(out, sources, again=order == 2)
    if order == 1:
        return [exact.plain(each) for each in first]
    rows = [exact.flow(slope, sources if matrix else [x]) for slope, x in zip(first, sources, strict=True)]
    return [each for row in rows for each in row]
