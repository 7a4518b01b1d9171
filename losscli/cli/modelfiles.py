"""Models whose predictions are in files of their own: `losscli compare mse a.csv --against b.csv --on id`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from losscli.cli.options import Words
from losscli.cli.reading import open_input
from losscli.data.batch import CLUSTER, GROUP, Array
from losscli.data.held import Held
from losscli.errors import DataError, LosscliError, NoResult, UsageError
from losscli.run import WEIGHT
from losscli.summary import Row

if TYPE_CHECKING:
    from losscli.data.matching import Matching
    from losscli.loss import Loss
    from losscli.run import Job

FEW = 100_000
"""Rows of a model that are matched in memory; more are matched by an engine, on disk if need be."""
Keys = Sequence[Any]


def open_files(
    losses: Sequence[Loss],
    words: Words,
    against: Sequence[str],
    command: str,
    group: Sequence[str],
    cluster: str,
) -> tuple[Job, list[Job]]:
    """Return the job of the baseline, and one for each other file; targets are FILE's, or those of --targets."""
    if not (words.on or words.by_order):
        raise UsageError(
            "--against: which rows of the files belong together?",
            fix=[f"{command} {words.file} --against {against[0]} {how}" for how in ("--on id", "--by-order")],
            code="missing-option",
        )
    if words.file in ("", "-"):
        raise UsageError("--against needs FILE: standard input can be read once only", code="one-stdin")
    preds = [words.pred[at : at + 1] for at in range(len(words.pred))] or [[]]
    preds = preds * (1 + len(against)) if len(preds) == 1 else preds
    first = words._replace(pred=preds[0])
    if not words.targets:
        first = first._replace(on="", by_order=False, join="strict", ident=words.on.partition("=")[0])
    other = words._replace(targets=words.targets or words.file, weight="")
    base, lacks = _open(partial(open_input, losses, command=command, group=group, cluster=cluster), first)
    jobs = [base]
    try:
        for file, pred in zip(against, preds[1:], strict=True):
            job, error = _open(
                partial(open_input, losses, command=command), other._replace(file=file, pred=pred)
            )
            jobs.append(job)
            lacks = error and lacks
        if lacks:
            raise lacks
    except LosscliError:
        for job in jobs:
            job.close()
        raise
    return base, jobs[1:]


class Opener(Protocol):
    """What makes a job of words."""

    def __call__(self, *, words: Words) -> Job:
        """Make it."""
        ...


def _open(opener: Opener, words: Words) -> tuple[Job, DataError | None]:
    """Return a job, and why it does not see the condition on rows: its files may lack columns that others have."""
    try:
        return opener(words=words), None
    except DataError as error:
        if error.facts.get("code") != "no-column" or str(error.facts.get("column", "?")) not in words.where:
            raise
        return opener(words=words._replace(where="")), error


def matched(base: Job, others: Sequence[Job]) -> Iterator[tuple[Row, list[list[Array]]]]:
    """Yield all rows of the baseline that every file has, and of each file the values of its losses.

    In bounded memory: rows wait in a file without a name if they are many. Raises if there is none.
    """
    with ExitStack() as stack:
        held = stack.enter_context(Held[tuple[Keys, Row]]())
        for row in base.rows():
            batch = row.batch
            columns = {role: x for role, x in batch.columns.items() if role in (GROUP, CLUSTER, WEIGHT)}
            held.put((list(base.beside(row)[0]), row._replace(batch=batch._replace(columns=columns, ids=()))))
        models = [Model(stack, job) for job in others]
        for model in models:
            model.see(keys for keys, _ in held)
        found = False
        for keys, row in held:
            partners = [model.partners(keys) for model in models]
            at = np.flatnonzero(np.logical_and.reduce([have for have, _ in partners]))
            if not len(at):
                continue
            found = True
            batch = row.batch
            columns = {role: x[at] for role, x in batch.columns.items()}
            first = row._replace(
                batch=batch._replace(columns=columns, rows=batch.rows[at], lines=batch.lines[at]),
                values=[x[at] for x in row.values],
                counts=[x if x is None else x[at] for x in row.counts],  # of lists there are none
                kept=None if row.kept is None else row.kept[at],
            )
            yield first, [[x[at] for x in values] for _, values in partners]
    if not found:
        raise NoResult(f"{base.reading.name}: no row is in every file", code="no-common-id")


class Model:
    """The losses of another model, row by row, to be found by what rows are called."""

    def __init__(self, stack: ExitStack, job: Job) -> None:
        self._stack, self._name = stack, job.reading.name
        self._places: dict[Any, int] = {}
        self._parts: list[list[Array]] = []
        self._matching: Matching | None = None
        self._seen = 0
        count = 0
        for row in job.rows():
            keys = list(job.beside(row)[0])
            count += len(keys)
            if self._matching:
                self._put(self._matching, keys, row.values)
                continue
            self._places |= zip(keys, range(count - len(keys), count), strict=True)
            self._parts.append(row.values)
            if count > FEW:
                self._spill()
        if self._matching.several() if self._matching else len(self._places) < count:
            raise DataError(
                f"{self._name}: the same id twice",
                fix=["one row for each id"],
                code="same-id",
                file=self._name,
            )
        if not self._matching:
            self._values = [np.concatenate(each) for each in zip(*self._parts, strict=True)]

    def _spill(self) -> None:
        """Give all rows so far to the engine."""
        from losscli.data.matching import Matching

        folder = self._stack.enter_context(TemporaryDirectory(prefix="losscli-"))
        matching = self._matching = Matching(folder, 2)
        self._stack.callback(matching.close)
        values = [np.concatenate(each) for each in zip(*self._parts, strict=True)]
        self._put(matching, list(self._places), values)
        self._places, self._parts = {}, []

    @staticmethod
    def _put(matching: Matching, keys: Keys, values: Sequence[Array]) -> None:
        lines = np.zeros(len(keys), np.int64)
        named = {str(at): x for at, x in enumerate(values)}
        matching.put("there", [list(map(str, keys))], lines, named)

    def see(self, rows: Iterator[Keys]) -> None:
        """Take down what the rows of the baseline are called, if an engine is to match them."""
        if self._matching:
            for keys in rows:
                self._matching.put("here", [list(map(str, keys))], np.zeros(len(keys), np.int64))
            self._matching.match()

    def partners(self, keys: Keys) -> tuple[NDArray[np.bool_], list[Array]]:
        """Return which of the next rows of the baseline there are here too, and the losses of these rows."""
        if not self._matching:
            places = np.array([self._places.get(key, -1) for key in keys], np.int64)
            return places >= 0, [x[places.clip(0)] for x in self._values]
        start, self._seen = self._seen, self._seen + len(keys)
        places, arrays = self._matching.partners(start, self._seen)
        return places >= 0, list(arrays.values())
