"""A long JSON document, looked through once: where its arrays are, how long they are, and all that is around them.

What is in arrays is parsed by who reads them: of those that nobody reads, only brackets and quotes are known to match.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEP = 1 << 18
"""Bytes that are looked at at a time: what is made of them stays in the cache."""
TEXT, COMMA, OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT = b'",[]{}'
MARKS = b'"\\[]{}'
"""Without any of these, what is in an array are numbers and the like."""


class Malformed(Exception):
    """This is no JSON; the small reader says why."""


class Texts:
    """Tells what is in texts, of bytes that come one after the other."""

    def __init__(self) -> None:
        self.inside = np.False_
        """Whether a text is open."""
        self.escaped = b""
        """A backslash of which it is not known yet what it escapes."""

    def look(self, data: bytes) -> tuple[bytes, NDArray[np.uint8], NDArray[np.bool_]]:
        """Return the bytes that can be told, without what is escaped, and which are in texts."""
        data, self.escaped = self.escaped + data, b""
        bare = data
        if b"\\" in data:
            bare = re.sub(rb"\\.", b"__", data, flags=re.DOTALL)
            if bare.endswith(b"\\"):
                bare, data, self.escaped = bare[:-1], data[:-1], b"\\"
        found = np.frombuffer(bare, np.uint8)
        inside = np.logical_xor.accumulate(found == TEXT) ^ self.inside
        if len(found):
            self.inside = inside[-1]
        return data, found, inside


class Span:
    """An array that is in no other one."""

    def __init__(self, start: int, base: int) -> None:
        self.start = self.stop = start
        """Where it begins, and where it ends, both brackets included."""
        self.base = base
        """How many objects are around it."""
        self.commas = self.objects = self.lists = 0
        """Those between its values, and how many of these are objects or lists."""
        self.empty = True

    @property
    def count(self) -> int:
        """How many values it has."""
        return 0 if self.empty else self.commas + 1

    @property
    def records(self) -> bool:
        """Whether it has values, all of them objects."""
        return 0 < self.count == self.objects


class Skim:
    """What is around the arrays, with the number of an array in the place of what is in it; and the arrays."""

    def __init__(self, blocks: Iterator[bytes], start: int = 0) -> None:
        self.spans: list[Span] = []
        self._around: list[bytes] = []
        self._texts = Texts()
        self._open: Span | None = None
        self._depth = self._objects = 0
        self._at = start
        for data in blocks:
            if self._open and self._plain(data):
                self._open.commas += data.count(b",")
                self._open.empty = self._open.empty and not data.strip()
                self._at += len(data)
            else:
                self._look(data)
        if self._open or self._texts.inside or self._texts.escaped:
            raise Malformed
        self.around = b"".join(self._around)

    def _plain(self, data: bytes) -> bool:
        """Return whether these bytes are values of the open array, and nothing that has an inside."""
        span = self._open
        level = span and self._depth == 1 and self._objects == span.base
        return bool(level) and not (
            self._texts.inside or self._texts.escaped or any(mark in data for mark in MARKS)
        )

    def _look(self, data: bytes) -> None:
        data, found, inside = self._texts.look(data)
        outside = ~inside
        opened, closed = (found == OPEN) & outside, (found == CLOSE) & outside
        begun, ended = (found == OPEN_OBJECT) & outside, (found == CLOSE_OBJECT) & outside
        depth = np.cumsum(opened.view(np.int8) - closed.view(np.int8), dtype=np.int32) + self._depth
        objects = np.cumsum(begun.view(np.int8) - ended.view(np.int8), dtype=np.int32) + self._objects
        if depth.min(initial=0) < 0:
            raise Malformed
        start = 0
        for edge in [*np.flatnonzero((opened & (depth == 1)) | (closed & (depth == 0))).tolist(), len(found)]:
            if self._open:
                part, base = slice(start, edge), self._open.base
                level = (depth[part] == 1) & (objects[part] == base) & outside[part]
                self._open.commas += int(np.count_nonzero(level & (found[part] == COMMA)))
                self._open.objects += int(
                    np.count_nonzero(begun[part] & (depth[part] == 1) & (objects[part] == base + 1))
                )
                self._open.lists += int(
                    np.count_nonzero(opened[part] & (depth[part] == 2) & (objects[part] == base))
                )
                self._open.empty = self._open.empty and not data[part].strip()
            else:
                self._around.append(data[start:edge])
            if edge == len(found):
                break
            if opened[edge]:
                self._open = Span(self._at + edge, int(objects[edge]))
                self._around.append(b"[%d]" % len(self.spans))
                self.spans.append(self._open)
            elif self._open:
                self._open.stop = self._at + edge + 1
                self._open = None
            start = edge + 1
        if len(found):
            self._depth, self._objects = int(depth[-1]), int(objects[-1])
        self._at += len(data)


class Slice(io.RawIOBase):
    """Some bytes of a file that others read too."""

    def __init__(self, file: int, start: int, stop: int) -> None:
        self._file, self._at, self._stop = file, start, stop
        self.size = stop - start

    def readable(self) -> bool:
        """Yes."""
        return True

    @property
    def left(self) -> int:
        """How many bytes there still are."""
        return self._stop - self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        data = os.pread(self._file, min(len(buffer), self.left), self._at)
        self._at += len(data)
        buffer[: len(data)] = data
        return len(data)


def blocks(stream: io.RawIOBase) -> Iterator[bytes]:
    """Yield what is in a stream, some of it at a time."""
    while data := stream.read(STEP):
        yield data
