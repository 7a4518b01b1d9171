"""Pictures of data: the histogram of the losses of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from losscli.cli.options import Words
from losscli.cli.reading import open_input
from losscli.errors import NoResult, UsageError

if TYPE_CHECKING:
    from losscli.loss import Loss
    from losscli.plot.bins import Histogram


def histograms(losses: Sequence[Loss], words: Words, title: str, most: int) -> list[Histogram]:
    """Return the histogram of the losses of all rows, for each loss, in at most so many bins."""
    from losscli.cli.describe import heading
    from losscli.observed import observe
    from losscli.plot.bins import histogram

    command = f"losscli plot {','.join(map(str, losses))} --kind hist"
    if not (words.file or words.values):
        raise UsageError(
            "--kind hist shows the losses of rows: of which file?",
            fix=[f"{command} preds.csv", f"cat preds.csv | {command} -"],
        )
    job = open_input(losses, words, command)
    found: list[Histogram] = []
    for loss, seen in zip(losses, observe(job), strict=True):
        cells = seen.losses.cells()
        if not len(cells.mass):
            raise NoResult(f"{job.reading.name}: no {job.unit} has a loss")
        marks = [("median", seen.losses.median), ("mean", seen.mean), ("max", float(cells.high[-1]))]
        said = title or f"{loss}   {heading(job, 'none', 0)}"
        found.append(
            histogram(said, cells.middle, cells.mass, marks, most, weighted="weight" in job.reading.chosen)
        )
    return found
