"""Losses of lists: rankings, batches of embeddings, masks, cohorts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from losscli import blocks
from losscli.inputs import aligned
from losscli.loss import Array, Input, Loss, Section

Index = NDArray[np.intp]
NONE = np.empty(0, np.intp)


class Listwise(Loss):
    """A loss of a list of rows: what a row costs depends on the others of its list.

    Lists of equal length, and with equally many `labels`, go through a kernel together. A block has, of a
    number, (members, lists); of a vector, (components, members, lists); of what belongs to the list as a whole,
    (lists,) or (components, lists), and of its labels (labels, lists), which may be none: (0, lists).
    The formula has a list as a vector of its members, and its labels as a vector.
    """

    listed = True

    def value(self, *inputs: Any, lists: ArrayLike | None = None) -> Array:
        """Return the loss of each list, in the order in which they first appear.

        Inputs have one entry a row, (n,) or (n, K); `lists` says which list each row is in, (n,), and by
        default all are one. What belongs to a list as a whole is repeated on each of its rows, but for
        `labels`: they are a sequence of arrays, one a list, in the order in which lists first appear; of
        a single list they may be its array itself.
        Raises `DomainError` for a value outside its domain, `ValueError` for shapes that differ.
        """
        return self._lists(0, inputs, lists)[0]

    def gradient(self, *inputs: Any, lists: ArrayLike | None = None) -> Array | tuple[Array, ...]:
        """Return the derivative of each list's loss in its own rows, shaped as the input, or a tuple of them.

        At a kink it is the subgradient of least norm. Raises as `value` does.
        """
        found = self._lists(1, inputs, lists)
        return found[0] if len(found) == 1 else found

    def hessian(self, *inputs: Any, lists: ArrayLike | None = None) -> Array | tuple[Array, ...]:
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

    def kinked(self, *inputs: Any, lists: ArrayLike | None = None) -> NDArray[np.bool_]:
        """Return which lists have no derivative, in the order of `value`."""

        def kernel(form: Sequence[Input], *block: Array) -> tuple[Array]:
            return (np.where(self.corner(*block), 1.0, 0.0),)

        return self._over(inputs, lists, kernel, 0)[0] > 0

    def _lists(self, order: int, inputs: Sequence[Any], lists: ArrayLike | None) -> tuple[Array, ...]:
        def kernel(form: Sequence[Input], *block: Array) -> Sequence[Array]:
            return self._block(order, form, block)

        return self._over(inputs, lists, kernel, order, checked=True)

    def _over(
        self,
        inputs: Sequence[Any],
        lists: ArrayLike | None,
        kernel: Callable[..., Sequence[Array]],
        order: int,
        *,
        checked: bool = False,
    ) -> tuple[Array, ...]:
        form = self.form(len(inputs))
        fixed = [entry for entry in form if entry.kind != "labels"]
        said = [np.asarray(x, np.float64) for entry, x in zip(form, inputs, strict=True) if entry in fixed]
        rows = iter(aligned(self.name, fixed, said))
        sizes, placed = numbered(len(said[0]), lists)
        self.fitting(form, said, sizes)
        count = len(sizes)
        ragged = [None if entry in fixed else self._labels(entry, x, count)
                  for entry, x in zip(form, inputs, strict=True)]  # fmt: skip
        arrays = [next(rows) if labels is None else labels.padded for labels in ragged]
        if checked:
            self.check(*arrays)
        wrt = [x for entry, x in zip(form, arrays, strict=True) if entry.wrt]
        outs = [np.empty(x.shape) for x in wrt] if order else [np.empty(count)]
        quick, size = (
            self.shortcut(order, form) if checked else None,
            blocks.LONG if self.swift else blocks.BLOCK,
        )
        for each in together(sizes, placed, [labels.counts for labels in ragged if labels]):
            parts = [
                self._part(entry, each.of(x)) if labels is None else labels.of(each.lists)
                for entry, x, labels in zip(form, arrays, ragged, strict=True)
            ]
            shapes = [(*each.shape, *x.shape[1:]) for x in wrt] if order else [(len(each.lists),)]
            results = blocks.evaluate(partial(kernel, form), parts, shapes, size, quick)
            if each.rows is None:
                return tuple(result.reshape(out.shape) for out, result in zip(outs, results, strict=True))
            for out, result in zip(outs, results, strict=True):
                out[each.rows if order else each.lists] = result
        return tuple(outs)

    def fitting(self, form: Sequence[Input], arrays: Sequence[Array], sizes: Index) -> None:
        """Raise `ValueError` if what has a number for each row of its list has more or fewer."""
        for entry, x in zip(form, arrays, strict=False):
            if entry.square and (off := np.flatnonzero(sizes != x.shape[1])).size:
                found = (
                    f"{entry.name} has {x.shape[1]} numbers a row, but list {off[0]} has {sizes[off[0]]} rows"
                )
                raise ValueError(f"{self.name}: {found}")

    def check(self, *arrays: Any) -> None:
        """Raise `DomainError` if a value lies outside the domain of its input."""
        form = self.form(len(arrays))
        super().check(*(
            Labels.from_lists(x).padded if entry.kind == "labels" else x
            for entry, x in zip(form, arrays, strict=True)
        ))  # fmt: skip

    def _labels(self, entry: Input, x: Any, count: int) -> Labels:
        single = count == 1 and all(np.ndim(each) == 0 for each in x)
        labels = Labels.from_lists([x] if single else x)
        if len(labels.counts) != count:
            raise ValueError(
                f"{self.name}: {entry.name} of {len(labels.counts)} lists, but there are {count}"
            )
        return labels

    def _part(self, entry: Input, x: Array) -> Array:
        """Return an input of some lists, (lists, members, ...), or what each has as a whole: members must agree."""
        if not entry.whole:
            return x
        whole = x.min(axis=1)  # missing in one row, missing in the list
        if (whole < x.max(axis=1)).any():
            raise ValueError(f"{self.name}: {entry.name} must be the same in every row of a list")
        return whole


def in_pieces(derivative: Callable[..., Sequence[Array]], order: int, *block: Array) -> Sequence[Array]:
    """Return a derivative of a block, a few lists at a time, so that their numbers stay in the cache."""
    size, lists = max(block, key=lambda x: x.size).size, block[0].shape[-1]
    step = max(1, 2 * blocks.BLOCK * lists // max(size, 1))
    if step >= lists:
        return derivative(order, *block)
    found = [derivative(order, *(np.ascontiguousarray(x[..., at : at + step]) for x in block))
             for at in range(0, lists, step)]  # fmt: skip
    return [np.concatenate(each, axis=-1) for each in zip(*found, strict=True)]


class Labels(NamedTuple):
    """What lists have as a whole, each as many numbers as it happens to have."""

    padded: Array
    """(lists, most), filled with NaN."""
    counts: Index
    """How many numbers each list has."""

    @classmethod
    def from_lists(cls, lists: Iterable[ArrayLike]) -> Labels:
        """Return the labels of some lists, an array each."""
        arrays = [np.asarray(each, np.float64).reshape(-1) for each in lists]
        counts = np.array([len(each) for each in arrays], np.intp)
        padded = np.full((len(arrays), counts.max(initial=0)), np.nan)
        for row, each in zip(padded, arrays, strict=True):
            row[: len(each)] = each
        return cls(padded, counts)

    def of(self, lists: Index) -> Array:
        """Return those of some lists that have equally many, (lists, count)."""
        return self.padded[lists, : self.counts[lists[0]]]


class Together(NamedTuple):
    """Lists of one length."""

    lists: Index
    """Which lists, (L,)."""
    shape: tuple[int, int]
    """How many lists, and members of each."""
    rows: Index | None
    """Their rows, (L, members), in the order in which they come; None of all there are, list after list."""

    def of(self, x: Array) -> Array:
        """Return what belongs to the rows, (L, members, ...)."""
        return x.reshape(*self.shape, *x.shape[1:]) if self.rows is None else x[self.rows]


def numbered(count: int, lists: ArrayLike | None) -> tuple[Index, Index | None]:
    """Return the sizes of lists by the order in which they appear, and the rows list by list; None if they come so."""
    if lists is None:
        return np.full(min(count, 1), count, np.intp), None
    names = np.asarray(lists)
    if names.shape != (count,):
        raise ValueError(f"lists must name the list of each of {count} rows, not have shape {names.shape}")
    fresh = names[1:] != names[:-1]
    if (fresh == (names[1:] > names[:-1])).all():  # they rise: most often lists come one after the other
        ends = np.flatnonzero(fresh) + 1
        return np.diff(np.concatenate([[0], ends, [count]])) if count else NONE, None
    _, first, code = np.unique(names, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.intp)
    place[np.argsort(first)] = np.arange(len(first))
    code = place[code]
    rising = (code[1:] >= code[:-1]).all()
    return np.bincount(code), None if rising else np.argsort(code, kind="stable")


def together(sizes: Index, rows: Index | None, counts: Sequence[Index] = ()) -> Iterator[Together]:
    """Yield the lists that go through a kernel together: equally long, and alike in other `counts` of theirs."""
    kinds = sizes
    for each in counts:
        kinds = kinds * (each.max(initial=0) + 1) + each
    if rows is None and len(kinds) and (kinds == kinds[0]).all():
        yield Together(np.arange(len(sizes)), (len(sizes), int(sizes[0])), None)
        return
    starts = np.cumsum(sizes) - sizes
    for kind in np.unique(kinds):
        alike = np.flatnonzero(kinds == kind)
        size = int(sizes[alike[0]])
        at = starts[alike][:, None] + np.arange(size)
        yield Together(alike, (len(alike), size), at if rows is None else rows[at])
