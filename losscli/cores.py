"""Many blocks on several cores: NumPy lets go of the interpreter while it computes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from time import thread_time

import numpy as np

SHORT = 2e-3
"""Seconds of work for which it does not pay to start a thread: its own, not those that other programs take."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared(work: Callable[[slice], None], parts: Sequence[slice]) -> None:
    """Do the work of each part, whichever thread comes to it; errors of arithmetic are none.

    Threads start when the first part shows that it will take long; one that comes too late finds nothing to do,
    and nobody waits for it. Raises what the work raises, and does no more of it then.
    """
    with np.errstate(all="ignore"):
        if len(parts) < 2:
            for part in parts:
                work(part)
            return
        start = thread_time()
        work(parts[0])
        crew = Crew(work, parts[1:])
        for _ in range(helpers(len(parts) - 1, thread_time() - start)):
            Thread(target=crew.run, daemon=True).start()
        crew.run()
        crew.wait()


def helpers(parts: int, seconds: float) -> int:
    """Return how many threads will help with so many parts that take so many seconds each."""
    return min(parts, cores()) - 1 if parts * seconds >= SHORT else 0


class Crew:
    """Those who share some parts."""

    def __init__(self, work: Callable[[slice], None], parts: Sequence[slice]) -> None:
        self._work, self._left = work, iter(parts)
        self._busy = 0
        self._failed: list[BaseException] = []
        self._change = Condition()

    def run(self) -> None:
        """Do part after part until none is left."""
        with np.errstate(all="ignore"):
            while (part := self._take()) is not None:
                try:
                    self._work(part)
                except BaseException as error:  # whichever thread it is in, and Ctrl-C too
                    self._failed.append(error)
                    self._left = iter(())
                finally:
                    with self._change:
                        self._busy -= 1
                        self._change.notify_all()

    def _take(self) -> slice | None:
        with self._change:
            part = next(self._left, None)
            self._busy += part is not None
            return part

    def wait(self) -> None:
        """Wait for the parts that others do. Raises what the work of one raised."""
        with self._change:
            self._change.wait_for(lambda: not self._busy)
        if self._failed:
            raise self._failed[0]
