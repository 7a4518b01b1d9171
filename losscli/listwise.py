"""Losses of lists: rankings, batches of embeddings, masks, cohorts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from losscli import blocks
from losscli.loss import Array, Input, Loss, Section

Index = NDArray[np.intp]


class Listwise(Loss):
    """A loss of a list of rows: what a row costs depends on the others of its list.

    Lists of equal length go through a kernel together. A block has, of a number, (members, lists); of a
    vector, (components, members, lists); of what belongs to the list as a whole, (lists,) or (components, lists).
    """

    listed = True

    def value(self, *inputs: ArrayLike, lists: ArrayLike | None = None) -> Array:
        """Return the loss of each list, in the order in which they first appear.

        Inputs have one entry a row, (n,) or (n, K); `lists` says which list each row is in, (n,), and by
        default all are one. What belongs to a list as a whole is repeated on each of its rows.
        Raises `DomainError` for a value outside its domain, `ValueError` for shapes that differ.
        """
        return self._lists(0, inputs, lists)[0]

    def gradient(self, *inputs: ArrayLike, lists: ArrayLike | None = None) -> Array | tuple[Array, ...]:
        """Return the derivative of each list's loss in its own rows, shaped as the input, or a tuple of them.

        At a kink it is the subgradient of least norm. Raises as `value` does.
        """
        found = self._lists(1, inputs, lists)
        return found[0] if len(found) == 1 else found

    def hessian(self, *inputs: ArrayLike, lists: ArrayLike | None = None) -> Array | tuple[Array, ...]:
        """Return the second derivative of each list's loss in each number of its rows: the diagonal."""
        found = self._lists(2, inputs, lists)
        return found[0] if len(found) == 1 else found

    def follow(self, section: Section, x: Array, order: int = 0) -> Array:
        """Return a curve of the picture; its inputs have a list a point, (points, members) or more."""
        inputs = section.inputs(x)
        members = inputs[0].shape[1]
        rows = [each.reshape(-1, *each.shape[2:]) for each in inputs]
        lists = np.repeat(np.arange(len(x)), members)
        if not order:
            return self.value(*rows, lists=lists)
        found = self.gradient(*rows, lists=lists)
        shaped = [
            g.reshape(len(x), members, *g.shape[1:])
            for g in (found if isinstance(found, tuple) else (found,))
        ]
        return section.along(shaped[0] if len(shaped) == 1 else tuple(shaped))

    def kinked(self, *inputs: ArrayLike, lists: ArrayLike | None = None) -> NDArray[np.bool_]:
        """Return which lists have no derivative, in the order of `value`."""

        def kernel(form: Sequence[Input], *block: Array) -> tuple[Array]:
            with np.errstate(all="ignore"):
                return (np.where(self.corner(*block), 1.0, 0.0),)

        return self._over(inputs, lists, kernel, 0)[0] > 0

    def _lists(self, order: int, inputs: Sequence[ArrayLike], lists: ArrayLike | None) -> tuple[Array, ...]:
        def kernel(form: Sequence[Input], *block: Array) -> Sequence[Array]:
            return self._block(order, form, block)

        return self._over(inputs, lists, kernel, order, checked=True)

    def _over(
        self,
        inputs: Sequence[ArrayLike],
        lists: ArrayLike | None,
        kernel: Callable[..., Sequence[Array]],
        order: int,
        *,
        checked: bool = False,
    ) -> tuple[Array, ...]:
        arrays = tuple(np.asarray(x, dtype=np.float64) for x in inputs)
        form = self.form(len(arrays))
        arrays = self._rows(form, arrays)
        if checked:
            self.check(*arrays)
        wrt = [x for entry, x in zip(form, arrays, strict=True) if entry.wrt]
        together = grouped(len(arrays[0]), lists)
        count = sum(len(each.lists) for each in together)
        outs = [np.empty(x.shape) for x in wrt] if order else [np.empty(count)]
        for each in together:
            parts = [
                self._whole(entry, x[each.rows]) if entry.whole else x[each.rows]
                for entry, x in zip(form, arrays, strict=True)
            ]
            shapes = [x[each.rows].shape for x in wrt] if order else [(len(each.lists),)]
            results = blocks.evaluate(partial(kernel, form), parts, shapes)
            for out, result in zip(outs, results, strict=True):
                out[each.rows if order else each.lists] = result
        return tuple(outs)

    def _whole(self, entry: Input, x: Array) -> Array:
        """Return what each list has as a whole, from its members (lists, members, ...), which must agree."""
        first = x[:, 0]
        if not np.array_equal(x, np.broadcast_to(first[:, None], x.shape), equal_nan=True):
            raise ValueError(f"{self.name}: {entry.name} must be the same in every row of a list")
        return first


class Together(NamedTuple):
    """The lists of one length."""

    lists: Index
    """Which lists, (L,)."""
    rows: Index
    """Their rows, (L, members), in the order in which they come."""


def grouped(count: int, lists: ArrayLike | None) -> list[Together]:
    """Return which rows belong together; `lists` names the list of each of `count` rows."""
    if lists is None:
        return [Together(np.zeros(1, np.intp), np.arange(count)[None])] if count else []
    names = np.asarray(lists)
    if names.shape != (count,):
        raise ValueError(f"lists must name the list of each of {count} rows, not have shape {names.shape}")
    _, first, code, sizes = np.unique(names, return_index=True, return_inverse=True, return_counts=True)
    place = np.empty(len(first), np.intp)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    rows = np.argsort(code, kind="stable")
    starts = np.cumsum(sizes) - sizes
    return list(_by_length(sizes, starts, place, rows))


def _by_length(sizes: Index, starts: Index, place: Index, rows: Index) -> Iterator[Together]:
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        yield Together(place[alike], rows[starts[alike][:, None] + np.arange(size)])
