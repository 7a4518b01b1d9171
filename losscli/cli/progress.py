"""What a person sees while a long file is read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from losscli.cli.reading import choice

if TYPE_CHECKING:
    from losscli.data.batch import Batch
    from losscli.run import Job


@contextmanager
def watching(progress: str) -> Generator[Callable[[Job], None]]:
    """Show on a terminal how far the reading of a job is, once it is told which: before anything is said, that is gone.

    It begins before the job is there, since a slow pipe may take its time to show what it brings.
    """
    from losscli.report.progress import Bar

    bar = Bar(shown=choice("progress", progress) == "auto")

    def watch(job: Job) -> None:
        reading = job.reading  # `follow` must not hold the job, which holds it: the file would stay open

        def report() -> None:
            bar.update(reading.looked_at, reading.progress())

        def follow(batches: Iterator[Batch]) -> Iterator[Batch]:
            reading.report = report
            try:
                yield from batches
            finally:
                reading.report = int  # which held the reading
            bar.stop()

        job.follow(follow)

    try:
        yield watch
    finally:
        bar.stop()
