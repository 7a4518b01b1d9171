"""Text in any encoding as bytes in UTF-8."""

from __future__ import annotations

import io
from codecs import IncrementalDecoder
from typing import IO

from losscli.data.converted import Converted


class Encoded(Converted):
    """A stream of bytes that are decoded from here on, and encoded as UTF-8."""

    def __init__(self, stream: IO[bytes] | io.RawIOBase, decoder: IncrementalDecoder) -> None:
        super().__init__(stream)
        self._decoder = decoder

    def convert(self, data: bytes) -> bytes:
        """Return the next bytes in UTF-8."""
        return self._decoder.decode(data, final=not data).encode()
