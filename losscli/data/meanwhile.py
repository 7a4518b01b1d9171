"""Work that goes on in a thread of its own while what it has brought is worked on."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")


def meanwhile(source: Generator[T]) -> Generator[T]:
    """Yield what a generator does that is one step ahead, in another thread; what it raises is raised here."""
    coming: Queue[Any] = Queue(1)
    over, end = Event(), object()

    def run() -> None:
        last: object = end
        try:
            for each in source:
                coming.put(each)
                if over.is_set():
                    break
            source.close()
        except BaseException as error:
            last = error
        coming.put(last)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        while (each := coming.get()) is not end:
            if isinstance(each, BaseException):
                raise each
            yield each
    finally:
        over.set()
        while thread.is_alive():  # perhaps nobody waits for what comes
            with suppress(Empty):
                coming.get_nowait()
            thread.join(0.01)
