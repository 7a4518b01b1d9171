"""Models whose predictions are in files of their own: `losscli compare mse a.csv --against b.csv --on id`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.cli.options import Words
from losscli.cli.reading import open_input
from losscli.errors import DataError, NoResult, UsageError
from losscli.summary import Row

if TYPE_CHECKING:
    from losscli.loss import Loss
    from losscli.run import Job


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
        first = first._replace(on="", by_order=False, ident=words.on.partition("=")[0])
    base = open_input(losses, first, command, group, cluster=cluster)
    other = words._replace(targets=words.targets or words.file, weight="", where="")
    others = [
        open_input(losses, other._replace(file=file, pred=pred), command)
        for file, pred in zip(against, preds[1:], strict=True)
    ]
    return base, others


def matched(base: Job, others: Sequence[Job]) -> Iterator[tuple[Row, list[list[Any]]]]:
    """Yield all rows of the baseline that every file has, and of each file the values of its losses. Raises."""
    rows = [_whole(job) for job in (base, *others)]
    keys = [key for key, _, _ in rows]
    places = [{key: at for at, key in enumerate(each)} for each in keys]
    kept = [at for at, key in enumerate(keys[0]) if all(key in each for each in places)]
    if not kept:
        raise NoResult(f"{base.reading.name}: no row is in every file", code="no-common-id")
    for job, key in zip((base, *others), keys, strict=True):
        if len(key) != len(set(key)):
            raise DataError(
                f"{job.reading.name}: the same id twice",
                fix=["one row for each id"],
                code="same-id",
                file=job.reading.name,
            )
    at = np.array(kept)
    _, row, values = rows[0]
    batch = row.batch._replace(
        columns={role: x[at] for role, x in row.batch.columns.items()}, lines=row.batch.lines[at]
    )
    counts = [x if x is None else x[at] for x in row.counts]  # of lists there are none
    first = row._replace(
        batch=batch,
        values=[x[at] for x in values],
        counts=counts,
        kept=None if row.kept is None else row.kept[at],
    )
    found: list[list[Any]] = []
    for (_, _, each), place in zip(rows[1:], places[1:], strict=True):
        order = np.array([place[keys[0][k]] for k in kept])
        found.append([x[order] for x in each])
    yield first, found


def _whole(job: Job) -> tuple[list[Any], Row, list[Any]]:
    """Return all rows of a job as one, what each is called, and the values of its losses."""
    keys: list[Any] = []
    rows: list[Row] = []
    for row in job.rows():
        keys += list(job.beside(row)[0])
        rows.append(row)
    batches = [row.batch for row in rows]
    columns = {role: np.concatenate([each.columns[role] for each in batches]) for role in batches[0].columns}
    batch = batches[0]._replace(columns=columns, lines=np.concatenate([each.lines for each in batches]))
    values = [np.concatenate(each) for each in zip(*(row.values for row in rows), strict=True)]
    counts: list[Any] = [
        None if any(x is None for x in each) else np.concatenate([x for x in each if x is not None])
        for each in zip(*(row.counts for row in rows), strict=True)
    ]
    kept = None
    if any(row.kept is not None for row in rows):
        kept = np.concatenate(
            [np.ones(len(row.batch.lines), np.bool_) if row.kept is None else row.kept for row in rows]
        )
    return keys, rows[0]._replace(batch=batch, values=values, counts=counts, kept=kept), values
