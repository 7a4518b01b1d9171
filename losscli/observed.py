"""What pictures say of data: how the losses of rows are distributed, where the rows lie, which cost most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import GROUP
from losscli.errors import DataError
from losscli.loss import Array, Loss
from losscli.run import Job, Row, Summary, spread
from losscli.stats.distribution import Distribution
from losscli.stats.top import Costly, Top

COSTLY = 5
"""So many rows are named."""
PARTS = 1000
"""Of so many groups the losses are kept apart."""


class Story:
    """How the losses of rows are distributed, and which rows cost most: `most` of them."""

    def __init__(self, *, weighted: bool, most: int = COSTLY) -> None:
        self.losses = Distribution(weighted=weighted)
        self.top = Top(most)

    def update(self, row: Row, at: int, weight: Array | None) -> None:
        """Add the losses of a batch."""
        values = row.values[at]
        each = None if weight is None else spread(weight, values)
        lines, rows = row.batch.lines, row.batch.rows
        if row.kept is not None:
            values, lines, rows = values[row.kept], lines[row.kept], rows[row.kept]
            each = None if each is None else each[row.kept]
        self.losses.update(values, each)
        costs = values if each is None else np.where(each == 0, 0.0, values * each)
        if costs.ndim == 2:
            costs = costs.sum(axis=1)
        self.top.update(costs, rows, lines)


class Parted(Story):
    """The same, and how the losses of each group of rows are distributed."""

    def __init__(self, *, weighted: bool, most: int = COSTLY) -> None:
        super().__init__(weighted=weighted, most=most)
        self._weighted = weighted
        self.parts: dict[int, Distribution] = {}
        """By the number of the group."""

    def update(self, row: Row, at: int, weight: Array | None) -> None:
        """Add the losses of a batch. Raises `DataError` if there are too many groups."""
        super().update(row, at, weight)
        values, group = row.values[at], row.batch.columns[GROUP]
        each = None if weight is None else spread(weight, values)
        if row.kept is not None:
            values, group = values[row.kept], group[row.kept]
            each = None if each is None else each[row.kept]
        for one in np.unique(group).tolist():
            mine = group == one
            if int(one) not in self.parts and len(self.parts) == PARTS:
                what = f"--sparkline: more than {PARTS} groups, each with a histogram of its own"
                raise DataError(what, fix=["leave out --sparkline"], code="too-many-groups")
            part = self.parts.setdefault(int(one), Distribution(weighted=self._weighted))
            part.update(values[mine], None if each is None else each[mine])


class Observed(Story):
    """One loss over all rows."""

    def __init__(self, *, weighted: bool) -> None:
        super().__init__(weighted=weighted)
        self.summary = Summary()

    def update(self, row: Row, at: int, weight: Array | None) -> None:
        """Add the losses of a batch."""
        self.summary.update(row, at, weight)
        super().update(row, at, weight)

    @property
    def mean(self) -> float:
        """The mean over rows, as `compute` has it."""
        return self.summary.total.mean

    def costly(self) -> tuple[list[Costly], float]:
        """Return the rows that cost most, and which part of the sum they are; NaN if they are no part of it."""
        rows = [each for each in self.top.result() if each.loss > 0]
        return rows, self.top.share(self.summary.total, len(rows)) if rows else np.nan


class Lying(NamedTuple):
    """Where some rows lie on the axis of a loss."""

    label: str
    """Which rows: `y = 1`; empty if all."""
    places: Distribution


class Places:
    """Where rows lie on the axis of a loss, and on which of its curves."""

    def __init__(self, loss: Loss) -> None:
        self._loss = loss
        self._targets = targets(loss)
        self._each = [Distribution() for _ in self._targets or [0.0]]

    def update(self, inputs: Sequence[Array], kept: NDArray[np.bool_] | None) -> None:
        """Add the rows of a batch."""
        axis = self._loss.axis
        if axis is None or axis.place is None:
            return
        x = np.asarray(axis.place(*inputs), dtype=np.float64)
        if kept is not None:
            x = x[kept]
        if not self._targets:
            self._each[0].update(x)
            return
        target = inputs[-1] if kept is None else inputs[-1][kept]
        nearest = np.abs(np.subtract.outer(target, self._targets)).argmin(axis=-1)
        for at, each in enumerate(self._each):
            each.update(x[np.broadcast_to(nearest, x.shape) == at])

    @property
    def alone(self) -> bool:
        """Whether the loss has one curve."""
        return len(self._loss.sections()) == 1

    def result(self) -> list[Lying]:
        """Return where the rows of each curve lie, or all rows if curves are not of different rows."""
        names = [section.label for section in self._loss.sections()] if self._targets else [""]
        return [Lying(*each) for each in zip(names, self._each, strict=True)]


def targets(loss: Loss) -> list[float]:
    """Return the target that each curve of a loss is of; none if they are not of different ones."""
    found: list[float] = []
    axis, sections = loss.axis, loss.sections()
    if axis is None or len(sections) < 2:
        return []
    for section in sections:
        target = section.inputs(np.array([axis.low / 2 + axis.high / 2]))[-1]
        if target.ndim != 1:
            return []
        found.append(float(target[0]))
    return found if len(set(found)) == len(found) else []


def observe(job: Job, places: Places | None = None) -> list[Observed]:
    """Return each loss over all rows, and add where rows lie on the axis of the first one."""
    weighted = "weight" in job.reading.chosen
    found = [Observed(weighted=weighted) for _ in job.losses]
    for row in job.rows():
        for at, each in enumerate(found):
            each.update(row, at, job.weight(row.batch))
        if places is not None:
            places.update(job.given(row.batch), row.kept)
    return found
