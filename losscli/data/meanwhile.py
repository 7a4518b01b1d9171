"""Work that goes on in a thread of its own while what it has brought is worked on."""

from __future__ import annotations

from collections.abc import Generator
from queue import Empty, SimpleQueue
from threading import Thread, main_thread
from typing import Any, TypeVar

T = TypeVar("T")


def meanwhile(source: Generator[T]) -> Generator[T]:
    """Yield what a generator does that is one step ahead, in another thread; what it raises is raised here."""
    # Unlike other queues these two are whole after Ctrl-C, wherever it strikes.
    coming: SimpleQueue[Any] = SimpleQueue()
    asked: SimpleQueue[bool] = SimpleQueue()  # for more, or not
    end = object()

    def more() -> bool:
        """Wait to be asked for more, or for the end of the program, where nobody asks."""
        while True:
            try:
                return asked.get(timeout=0.1)
            except Empty:
                if not main_thread().is_alive():
                    return False

    def run() -> None:
        last: object = end
        try:
            for each in source:
                coming.put(each)
                if not more():
                    break
            source.close()
        except BaseException as error:
            last = error
        coming.put(last)

    thread = Thread(target=run)
    thread.start()
    asked.put(True)
    try:
        while (each := coming.get()) is not end:
            if isinstance(each, BaseException):
                raise each
            asked.put(True)
            yield each
    finally:
        asked.put(False)
        thread.join()
