"""Streams of bytes that are made from the bytes of another, some at a time."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import IO, Any, cast

STEP = 1 << 18
"""Bytes that are made into others at a time."""


class Converted(io.RawIOBase):
    """The bytes of a stream, each step of them made into others."""

    def __init__(self, stream: IO[bytes] | io.RawIOBase) -> None:
        self._stream = stream
        self._left = b""
        self._ended = False

    @abstractmethod
    def convert(self, data: bytes) -> bytes:
        """Return what becomes of the next bytes; at the end, when there are none, what is still to come."""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        while not (self._left or self._ended):
            data = cast("bytes", self._stream.read(STEP))
            self._ended = not data
            self._left = self.convert(data)
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count
