"""Someone's function over the rows of a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.check.columns import ALL, Check
from losscli.check.compared import Tolerance
from losscli.check.function import PATIENCE, Called, Said
from losscli.check.samples import Rows
from losscli.data.batch import Array, Batch
from losscli.errors import UsageError
from losscli.families.listwise import Index
from losscli.lists import ListJob
from losscli.run import Job


class OverFile(Check):
    """A function beside the reference over the rows of a file."""

    def __init__(self, called: Called, job: Job, wanted: Sequence[str], tolerance: Tolerance) -> None:
        super().__init__(job, wanted, "none", "", tolerance, kinks=False)
        self.called = called
        self._said: tuple[object, Said] | None = None

    def yours(self, each: str, batch: Batch, reference: Array, at: slice | Index = ALL) -> Array:
        """Return what the function says of some rows. Raises `UsageError` in its own words."""
        lists = self.job.lists if isinstance(self.job, ListJob) else None
        if self._said is None or self._said[0] is not batch:
            rows = Rows(tuple(self.form), [batch.columns[entry.name] for entry in self.form])
            if isinstance(self.job, ListJob) and lists:
                rows = Rows(rows.form, self.job.answer(lists, 0)[0], lists.code)
            self._said = batch, self.called.ask(rows)
        found = self._said[1]
        if found.raised:
            line = int(batch.lines[lists.first[found.raised.first] if lists else found.raised.first])
            raise UsageError(
                f"your function {found.raised.says}", [f"at {self.job.place(line)}"], code="function-failed"
            )
        if found.answered is not None:
            raise UsageError(
                f"your function is slow: {found.answered} {self.job.unit}s in {PATIENCE:g} s, one by one",
                [] if lists else ["it may take arrays of all rows, and return an array"],
                code="function-failed",
            )
        answer = found.value if each == "loss" else found.gradient[0] if found.gradient else None
        if answer is None or np.size(answer) != reference.size:
            raise UsageError(
                f"your function gives {0 if answer is None else np.size(answer)} numbers for {reference.size}",
                code="function-failed",
            )
        shaped = np.reshape(answer, reference.shape)
        return shaped if lists and each == "loss" else shaped[at]
