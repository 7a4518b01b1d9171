"""Losses of lists of which some members do not count, as pixels of an image: those of a target that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from losscli.domain import FINITE
from losscli.families.ignoring import Ignoring
from losscli.families.listwise import Listwise
from losscli.loss import Array
from losscli.parameter import parameter


def ignored_pixels() -> Any:
    """Declare targets whose pixels do not count."""
    says = "targets whose pixels are left out: 255, say, for the edges of things"
    return parameter(default=(), within=FINITE, each="target", help=says, quiet=True)


class IgnoringLists(Ignoring, Listwise):
    """A loss of lists that may be told to leave members of some targets out; a list of no others costs 0."""

    def check(self, *arrays: Any) -> None:
        """Raise `DomainError` if a value lies outside its domain, but not in a row that is left out."""
        super().check(*self.harmless([np.asarray(x, np.float64) for x in arrays]))

    def _over(
        self,
        inputs: Sequence[Any],
        lists: ArrayLike | None,
        kernel: Callable[..., Sequence[Array]],
        order: int,
        *,
        checked: bool = False,
    ) -> tuple[Array, ...]:
        arrays = [np.asarray(x, np.float64) for x in inputs]
        gone = self.ignored(arrays[-1])
        if not self.ignore or not gone.any() or {len(x) for x in arrays} != {len(gone)}:
            return super()._over(inputs, lists, kernel, order, checked=checked)
        if checked:
            self.check(*arrays)
        names = np.zeros(len(gone)) if lists is None else np.asarray(lists)
        _, first, code = np.unique(names, return_index=True, return_inverse=True)
        left = np.flatnonzero(~gone)
        found = super()._over([x[left] for x in arrays], code[left], kernel, order) if left.size else ()
        if order:
            outs = tuple(np.zeros(x.shape) for x in arrays[:1])
            for out, part in zip(outs, found, strict=False):
                out[left] = part
            return outs
        values = np.zeros(len(first))
        for part in found:
            some, begin = np.unique(code[left], return_index=True)
            values[some[np.argsort(begin)]] = part
        return (values[np.argsort(first)],)
