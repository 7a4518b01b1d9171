"""What is found of one loss, batch by batch: its sums, its worst row, and what intervals are made from."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import CLUSTER, GROUP, Array, Batch
from losscli.stats.exact import ExactSum
from losscli.stats.grouped import GroupSums

if TYPE_CHECKING:
    from losscli.stats.pairs import Pairs


class Row(NamedTuple):
    """Some rows, answered."""

    batch: Batch
    values: list[Array]
    """The value of each loss."""
    derivatives: tuple[Array, ...] = ()
    """The derivatives of the first loss, one for each input that has them."""
    kinks: int = 0
    """How many rows, or lists, have no derivative."""
    losses: int = 0
    """How many losses are derived."""
    counts: Sequence[Array | None] = ()
    """How much each row counts in the mean of each loss, if not all the same."""
    kept: NDArray[np.bool_] | None = None  # which rows count, if not all


class Summary:
    """One loss over all rows: its exact sum, and the row that costs most."""

    def __init__(self, pairs: Pairs | None = None) -> None:
        self.total = ExactSum()
        self.elements = 0
        self.infinite = 0
        self.first_infinite = 0
        """The line of the first row of infinite loss."""
        self.top = -inf
        """The loss of the row that costs most."""
        self.line = 0
        """Where that row stands."""
        self.groups = GroupSums()
        """The sums of groups, if rows are in groups."""
        self.pairs = pairs
        """What intervals are made from, if they are wanted."""

    def update(self, row: Row, at: int, weight: Array | None) -> None:
        """Add the losses of a batch."""
        batch, values = row.batch, row.values[at]
        counts = row.counts[at] if row.counts else None
        if self.pairs:
            self.pairs.add(
                values, weight, counts, row.kept, batch.columns.get(GROUP), batch.columns.get(CLUSTER)
            )
        weight = None if weight is None else spread(weight, values)
        self.total.update(values, weight, counts)
        self.elements += values.size if row.kept is None else int(row.kept.sum())
        if GROUP in batch.columns:
            group = batch.columns[GROUP].astype(np.int64)
            self.groups.update(group, values, weight, counts, row.kept)
        if not values.size:
            return
        worst = int(values.argmax())  # of NaN the first
        if np.isnan(values.ravel()[worst]):
            if np.isnan(values).all():
                return
            worst = int(np.nanargmax(values))
        line = int(batch.lines[worst // (values.size // len(values))])
        if values.ravel()[worst] > self.top:
            self.top, self.line = float(values.ravel()[worst]), line
        if self.top == inf:
            unbounded = np.isposinf(values).reshape(len(values), -1).any(axis=1)
            if not self.infinite and unbounded.any():
                self.first_infinite = int(batch.lines[unbounded][0])
            self.infinite += int(unbounded.sum())


def spread(weight: Array, values: Array) -> Array:
    """Return one weight per value, where a row has several."""
    return np.broadcast_to(weight[:, None], values.shape) if values.ndim == 2 else weight
