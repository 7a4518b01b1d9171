"""Things that are put by until all of them are known, in a file without a name if they are large."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, Generic, TypeVar, cast

Thing = TypeVar("Thing")

KEPT = 1 << 24
"""Bytes that wait in memory."""


class Held(Generic[Thing]):
    """Things in the order in which they were put by."""

    def __init__(self, kept: int = KEPT) -> None:
        self._file = SpooledTemporaryFile(kept)  # noqa: SIM115 (closed on leaving)

    def put(self, thing: Thing) -> None:
        """Put one by."""
        pickle.dump(thing, cast("Any", self._file), protocol=5)

    def __iter__(self) -> Iterator[Thing]:
        at = 0  # others may read too, elsewhere
        while True:
            self._file.seek(at)
            try:
                thing = pickle.load(cast("Any", self._file))
            except EOFError:
                return
            at = self._file.tell()
            yield thing

    @property
    def close(self) -> Callable[[], None]:
        """What lets go of all of it."""
        return self._file.close

    def __enter__(self) -> Held[Thing]:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()  # which is gone with it
