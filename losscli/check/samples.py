"""Rows, or lists of rows, that a loss or someone's function is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from losscli.families.listwise import Index
from losscli.loss import Input, Loss


class Rows(NamedTuple):
    """Rows of one shape: one array for each input of a form; of a loss of lists, one list for each of `lists`."""

    form: tuple[Input, ...]
    inputs: list[Any]
    lists: Index | None = None

    @property
    def size(self) -> int:
        """How many losses there are."""
        return len(self.inputs[0]) if self.lists is None else int(self.lists.max()) + 1

    @property
    def unit(self) -> str:
        """What has a loss."""
        return "row" if self.lists is None else "list"

    @property
    def place(self) -> Index:
        """Which of them each row is, or is in."""
        return np.arange(len(self.inputs[0])) if self.lists is None else self.lists

    def one(self, at: int) -> list[Any]:
        """Return one row, or list: an array for each input, the rows of a list below one another."""
        if self.lists is None:
            return [x[at : at + 1] for x in self.inputs]
        which = np.flatnonzero(self.lists == at)
        return [
            np.asarray(x[at]) if entry.kind == "labels" else x[which]
            for entry, x in zip(self.form, self.inputs, strict=True)
        ]

    def take(self, which: Sequence[int]) -> Rows:
        """Return some rows, or lists, in their order."""
        if self.lists is None:
            return Rows(self.form, [x[list(which)] for x in self.inputs])
        kept = np.flatnonzero(np.isin(self.lists, which))
        some = [
            [x[at] for at in which] if entry.kind == "labels" else x[kept]
            for entry, x in zip(self.form, self.inputs, strict=True)
        ]
        return Rows(self.form, some, np.searchsorted(np.array(which), self.lists[kept]))

    def rounded(self, loss: Loss) -> Rows | None:
        """Return the rows that single precision can hold, rounded to it; None if there are none."""
        with np.errstate(all="ignore"):
            numbers = [
                x if entry.kind == "labels" else np.asarray(x, np.float32).astype(np.float64)
                for entry, x in zip(self.form, self.inputs, strict=True)
            ]
        rows = Rows(self.form, numbers, self.lists)
        good = [at for at in range(self.size) if _held(loss, self.form, rows.one(at), self.one(at))]
        return rows.take(good) if good else None


def _held(loss: Loss, form: Sequence[Input], rounded: Sequence[Any], exact: Sequence[Any]) -> bool:
    """Return whether a row has neither overflown nor left the domain when it was rounded."""
    numbers = [(x, y) for entry, x, y in zip(form, rounded, exact, strict=True) if entry.kind != "labels"]
    if any((np.isinf(x) & np.isfinite(y)).any() or ((x == 0) & (y != 0)).any() for x, y in numbers):
        return False
    check: Any = loss.check
    try:
        check(*([x] if entry.kind == "labels" else x for entry, x in zip(form, rounded, strict=True)))
    except ValueError:
        return False
    return True
