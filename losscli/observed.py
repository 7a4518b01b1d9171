"""What pictures say of data: how the losses of rows are distributed, where the rows lie, which cost most."""

from __future__ import annotations

import numpy as np

from losscli.run import Job, Row, Summary, spread
from losscli.stats.distribution import Distribution
from losscli.stats.top import Costly, Top

COSTLY = 5
"""So many rows are named."""


class Observed:
    """One loss over all rows."""

    def __init__(self, *, weighted: bool) -> None:
        self.summary = Summary()
        self.losses = Distribution(weighted=weighted)
        self._top = Top(COSTLY)

    def update(self, row: Row, at: int, job: Job) -> None:
        """Add the losses of a batch."""
        weight = job.weight(row.batch)
        self.summary.update(row, at, weight)
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
        self._top.update(costs, rows, lines)

    @property
    def mean(self) -> float:
        """The mean over rows, as `compute` has it."""
        return self.summary.total.mean

    def costly(self) -> tuple[list[Costly], float]:
        """Return the rows that cost most, and which part of the sum they are; NaN if they are no part of it."""
        rows = [each for each in self._top.result() if each.loss > 0]
        return rows, self._top.share(self.summary.total, len(rows)) if rows else np.nan


def observe(job: Job) -> list[Observed]:
    """Return each loss over all rows."""
    weighted = "weight" in job.reading.chosen
    found = [Observed(weighted=weighted) for _ in job.losses]
    for row in job.rows():
        for at, each in enumerate(found):
            each.update(row, at, job)
    return found
