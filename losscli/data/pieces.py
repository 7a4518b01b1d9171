"""A stream of bytes in pieces that end where a record ends, in buffers that are used again and again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from io import RawIOBase
from typing import Any

import numpy as np

NEWLINE = 10

PIECE = 1 << 24
"""Bytes in a piece: so many that starting a query on it does not count."""
STEP = 1 << 19
"""Bytes that are read, looked at and written before the next: they stay in the cache."""
MARKS = (b'"', b"_", b"(", b"+", b"\r", b"\0")
"""What may be read in two ways, so that it is worth knowing whether it is there."""


class Piece:
    """Some whole records, in a file that lies in memory where the system can do that."""

    def __init__(self) -> None:
        self._file = _file()
        self.path = f"/dev/fd/{self._file}"
        self.clear()

    def clear(self) -> None:
        """Forget the records."""
        self.size = 0
        """How many bytes there are."""
        self.line = 1
        """The line on which the first record starts."""
        self.lines = 0
        """How many lines there are."""
        self.marks: set[bytes] = set()
        """Which of MARKS are in it, or in what was read together with it."""
        self.ascii = True
        """Whether nothing but ASCII is."""
        self._ends: Any = None
        self._text: bytes | None = None

    def add(self, data: bytes | bytearray, size: int) -> None:
        """Write the first bytes of some data, and look at them."""
        os.pwrite(self._file, memoryview(data)[:size], self.size)
        self.size += size
        self.marks.update(mark for mark in MARKS if mark not in self.marks and data.find(mark, 0, size) >= 0)
        self.ascii = self.ascii and data.isascii()
        self.lines += int(np.count_nonzero(np.frombuffer(data, np.uint8, size) == NEWLINE))

    def end(self, size: int) -> None:
        """Let the records end after so many bytes."""
        os.ftruncate(self._file, size)
        self.size, self._text = size, None

    @property
    def quoted(self) -> bool:
        """Whether there is a quotation mark in it."""
        return b'"' in self.marks

    def text(self) -> bytes:
        """Return the records."""
        if self._text is None:
            self._text = os.pread(self._file, self.size, 0)
        return self._text

    def has(self, mark: bytes) -> bool:
        """Return whether these bytes are somewhere in the records."""
        return mark in self.marks if mark in MARKS else mark in self.text()

    def row(self, number: int) -> str:
        """Return one of the lines, counted from 0."""
        text = self.text()
        if self._ends is None:
            ends = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE)
            self._ends = np.concatenate([[-1], ends, [len(text)]])
        return text[self._ends[number] + 1 : self._ends[number + 1]].decode() + "\n"

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):
            os.close(self._file)


class Pieces:
    """The pieces of a stream, each lent until it is given back."""

    def __init__(self, stream: RawIOBase, line: int, quote: bytes = b'"', share: int = 1) -> None:
        self.stream = stream
        self._most = PIECE // share
        self.line = line
        """The line on which the next piece starts."""
        self._quote = quote
        self._step = bytearray(min(STEP, self._most))
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
        piece.clear()
        self._free.append(piece)

    def rest(self) -> bytes:
        """Return what was read of the stream and is in no piece yet."""
        return self._rest

    def close(self) -> None:
        """Let go of all pieces."""
        for piece in self._all:
            piece.close()

    def _new(self) -> Piece:
        self._all.append(piece := Piece())
        return piece

    def _fill(self, piece: Piece) -> bool:
        """Read the next records into the piece; return whether there are any."""
        step, count = self._step, 0
        piece.add(self._rest, len(self._rest))
        # a last step that is short may have no line end
        while not count or piece.size + len(step) <= self._most:
            room = memoryview(step)[: max(self._most - piece.size, 1)]
            found = self.stream.readinto(room)
            if not found:
                self.ended = True
                break
            count = int(found)
            piece.add(step, count)
        size = piece.size
        end = step.rfind(b"\n", 0, count) + 1
        if self.ended:
            piece.end(size)
            piece.lines += size > 0 and (step[count - 1] if count else self._rest[-1]) != NEWLINE
            self._rest = b""
        elif end and not (self._quote and piece.quoted):
            self._rest = bytes(memoryview(step)[end:count])
            piece.end(size - len(self._rest))
        else:
            text = piece.text()
            end = self._end(text)
            self.tangled = not end
            self._rest = text[end:]
            piece.end(end)
            piece.lines = text.count(b"\n", 0, end)
        piece.line = self.line
        self.line += piece.lines
        return piece.size > 0

    def _end(self, text: bytes) -> int:
        """Return where the last whole record ends: after a line end that is outside quotes."""
        end = text.rfind(b"\n") + 1
        if self._quote:
            inside = text.count(self._quote, 0, end) % 2
            while end and inside:
                before = text.rfind(b"\n", 0, end - 1) + 1
                inside = (inside - text.count(self._quote, before, end)) % 2
                end = before
        return end


def _file() -> int:
    """Return a new file without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("losscli")
    file, path = tempfile.mkstemp()
    os.unlink(path)  # noqa: PTH108 (its number is enough)
    return file
