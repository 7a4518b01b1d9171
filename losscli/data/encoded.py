"""Text in any encoding as bytes in UTF-8."""

from __future__ import annotations

import io
from codecs import IncrementalDecoder
from typing import IO, Any, cast

STEP = 1 << 18


class Encoded(io.RawIOBase):
    """A stream of bytes that are decoded from here on, and encoded as UTF-8."""

    def __init__(self, stream: IO[bytes] | io.RawIOBase, decoder: IncrementalDecoder) -> None:
        self._stream = stream
        self._decoder = decoder
        self._left = b""
        self._ended = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        while not (self._left or self._ended):
            data = cast("bytes", self._stream.read(STEP))
            self._ended = not data
            self._left = self._decoder.decode(data, final=self._ended).encode()
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count
