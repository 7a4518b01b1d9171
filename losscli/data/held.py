"""Things that are put by until all of them are known, in a file without a name if they are large."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, Generic, TypeVar, cast

Thing = TypeVar("Thing")

KEPT = 1 << 24
"""Bytes that wait in memory."""


class Held(Generic[Thing]):
    """Things in the order in which they were put by, to be taken out once."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(KEPT)  # noqa: SIM115 (closed on leaving)

    def put(self, thing: Thing) -> None:
        """Put one by."""
        pickle.dump(thing, cast("Any", self._file), protocol=5)

    def __iter__(self) -> Iterator[Thing]:
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(cast("Any", self._file))
            except EOFError:
                return

    def __enter__(self) -> Held[Thing]:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()  # which is gone with it
