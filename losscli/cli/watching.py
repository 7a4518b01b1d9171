"""What a person sees while a long file is read."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from losscli.cli.reading import choose

if TYPE_CHECKING:
    from losscli.data.batch import Batch
    from losscli.run import Job


@contextmanager
def watched(job: Job, progress: str) -> Generator[None]:
    """Show how far the reading of a job is, on a terminal; before anything else is said, the bar is gone."""
    from losscli.report.progress import Bar

    reading = job.reading  # `follow` must not hold the job, which holds it: the file would stay open
    bar = Bar(shown=choose("progress", progress) == "auto")

    def follow(batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            bar.update(reading.rows, reading.progress())
            yield batch
        bar.stop()

    job.follow(follow)
    try:
        yield
    finally:
        bar.stop()
