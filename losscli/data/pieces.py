"""A stream of bytes in pieces that end where a record ends, in buffers that are used again and again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from io import RawIOBase
from typing import Any

import numpy as np

PIECE = 1 << 24
"""Bytes in a piece: so many that starting a query on it does not count."""


class Piece:
    """Some whole records, as bytes and as a file that lies in memory where the system can do that."""

    def __init__(self, room: int) -> None:
        self.buffer = bytearray(room)
        self.size = 0
        """How many bytes of the buffer are records."""
        self.line = 1
        """The line on which the first record starts."""
        self.lines = 0
        """How many lines there are."""
        self.quoted = False
        """Whether there is a quotation mark in it."""
        self._file = _file()
        self._ends: Any = None

    @property
    def path(self) -> str:
        """Write the records into the file, and return its name."""
        os.ftruncate(self._file, self.size)
        os.pwrite(self._file, memoryview(self.buffer)[: self.size], 0)
        return f"/dev/fd/{self._file}"

    def text(self) -> bytes:
        """Return the records."""
        return bytes(memoryview(self.buffer)[: self.size])

    def has(self, mark: bytes) -> bool:
        """Return whether these bytes are somewhere in the records."""
        return self.buffer.find(mark, 0, self.size) >= 0

    def count(self) -> int:
        """Return how many lines there are; the last one may lack its end."""
        self._ends = None
        data = np.frombuffer(self.buffer, np.uint8, self.size)
        step = 1 << 18  # bytes that stay in the cache
        ends = sum(int(np.count_nonzero(data[at : at + step] == 10)) for at in range(0, self.size, step))
        return ends + (self.size > 0 and self.buffer[self.size - 1] != 10)

    def row(self, number: int) -> str:
        """Return one of the lines, counted from 0."""
        if self._ends is None:
            data = np.frombuffer(self.buffer, np.uint8, self.size)
            self._ends = np.concatenate([[-1], np.flatnonzero(data == 10), [self.size]])
        start, end = self._ends[number] + 1, self._ends[number + 1]
        return self.buffer[start:end].decode() + "\n"

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):
            os.close(self._file)


class Pieces:
    """The pieces of a stream, each lent until it is given back."""

    def __init__(self, stream: RawIOBase, line: int, quote: bytes = b'"') -> None:
        self.stream = stream
        self.line = line
        """The line on which the next piece starts."""
        self._quote = quote
        self._rest = b""
        self._free: list[Piece] = []
        self._all: list[Piece] = []
        self.ended = False
        self.tangled = False
        """Whether no record ends in the next piece: too long a one, or a quotation mark that is never closed."""

    def __iter__(self) -> Iterator[Piece]:
        while not (self.ended or self.tangled):
            piece = self._free.pop() if self._free else self._new()
            if self._fill(piece):
                yield piece
            else:
                self._free.append(piece)

    def give_back(self, piece: Piece) -> None:
        """Lend this one again."""
        self._free.append(piece)

    def rest(self) -> bytes:
        """Return what was read of the stream and is in no piece yet."""
        return self._rest

    def close(self) -> None:
        """Let go of all pieces."""
        for piece in self._all:
            piece.close()

    def _new(self) -> Piece:
        piece = Piece(PIECE)
        self._all.append(piece)
        return piece

    def _fill(self, piece: Piece) -> bool:
        """Read the next records into the piece; return whether there are any."""
        buffer = memoryview(piece.buffer)
        size = len(self._rest)
        buffer[:size] = self._rest
        while size < len(buffer):
            count = self.stream.readinto(buffer[size:])
            if not count:
                self.ended = True
                break
            size += int(count)
        piece.quoted = bool(self._quote) and piece.buffer.find(self._quote, 0, size) >= 0
        piece.size = size if self.ended else self._end(piece, size)
        self.tangled = not piece.size and not self.ended
        self._rest = bytes(buffer[piece.size : size])
        piece.line = self.line
        piece.lines = piece.count()
        self.line += piece.lines
        return piece.size > 0

    def _end(self, piece: Piece, size: int) -> int:
        """Return where the last whole record ends: after a line end that is outside quotes."""
        end = piece.buffer.rfind(b"\n", 0, size) + 1
        if piece.quoted:
            inside = piece.buffer.count(self._quote, 0, end) % 2
            while end and inside:
                before = piece.buffer.rfind(b"\n", 0, end - 1) + 1
                inside = (inside - piece.buffer.count(self._quote, before, end)) % 2
                end = before
        return end


def _file() -> int:
    """Return a new file without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("losscli")
    file, path = tempfile.mkstemp()
    os.unlink(path)  # noqa: PTH108 (its number is enough)
    return file
