"""Many blocks on several cores: NumPy lets go of the interpreter while it computes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Thread
from time import perf_counter

import numpy as np

SHORT = 1e-3
"""Seconds of work for which it does not pay to start a thread."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared(work: Callable[[slice], None], parts: Sequence[slice]) -> None:
    """Do the work of each part, whichever thread comes to it; errors of arithmetic are none.

    Threads start when the first part shows that it will take long. Raises what the work raises, and does
    no more of it then.
    """
    left, failed = iter(parts), list[BaseException]()

    def some() -> None:
        try:
            with np.errstate(all="ignore"):
                for part in left:
                    work(part)
        except BaseException as error:  # whichever thread it is in, and Ctrl-C too
            failed.append(error)
            list(left)

    start = perf_counter()
    with np.errstate(all="ignore"):
        for part in left:
            work(part)
            break
    others = helpers(some, len(parts) - 1, perf_counter() - start)
    for each in others:
        each.start()
    some()
    for each in others:
        each.join()
    if failed:
        raise failed[0]


def helpers(some: Callable[[], None], parts: int, seconds: float) -> list[Thread]:
    """Return as many threads as will help with so many parts that take so many seconds each."""
    if parts * seconds < SHORT:
        return []
    return [Thread(target=some, daemon=True) for _ in range(min(parts, cores()) - 1)]
