"""A long array of JSON records as JSON lines: its brackets and the commas between records are taken away."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any, cast

import numpy as np

from losscli.data.batch import Options
from losscli.data.decoding import Twice, reader
from losscli.data.document import checked, document
from losscli.data.large import LargeLines
from losscli.data.records import Lines, Numbered
from losscli.data.source import BLOCK, Source
from losscli.data.table import Chunk
from losscli.errors import DataError, LosscliError

STEP = 1 << 18
"""Bytes that are looked at at a time: what is made of them stays in the cache."""
ARRAY = re.compile(rb'\s*\[\s*([{\["\]]|$)')


class Malformed(Exception):
    """This is no JSON; the small reader says why."""


class Unwrapped(io.RawIOBase):
    """The records of an array, one on a line."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self._stream = stream
        self._left = b""
        self._escaped = b""
        self._inside = np.False_
        self._depth = 0
        self._ended = False
        self._brackets = [ord("["), ord("]")]
        """Those of the array that are still to come."""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        while not (self._left or self._ended):
            data = cast("bytes", self._stream.read(STEP))
            self._ended = not data
            if self._ended and (self._brackets or self._escaped):
                raise Malformed
            self._left = self._lines(self._escaped + data) if data else b""
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def _lines(self, data: bytes) -> bytes:
        """Return the bytes with a line end for each comma between records, and for nothing else outside texts."""
        self._escaped = b""
        bare = data
        if b"\\" in data:
            bare = re.sub(rb"\\.", b"__", data, flags=re.DOTALL)
            if bare.endswith(b"\\"):  # what it escapes is yet to come
                bare, data, self._escaped = bare[:-1], data[:-1], b"\\"
        found = np.frombuffer(bare, np.uint8)
        inside = np.logical_xor.accumulate(found == ord('"')) ^ self._inside
        if len(found):
            self._inside = inside[-1]
        out = np.frombuffer(data, np.uint8).copy()
        low = found | 32  # [ is { and ] is } but for this bit
        opened, closed = (low == ord("{")) & ~inside, (low == ord("}")) & ~inside
        depth = np.cumsum(opened.view(np.int8) - closed.view(np.int8), dtype=np.int32) + self._depth
        self._depth = int(depth[-1]) if len(depth) else self._depth
        out[((found == 10) | (found == 13)) & ~inside] = 32
        out[(found == ord(",")) & (depth == 1) & ~inside] = 10
        edge = np.flatnonzero((depth <= 0) | (opened & (depth == 1)))  # outside the array, or where it begins
        edge = edge[~np.isin(found[edge], (9, 10, 13, 32))]
        for at in edge[:3].tolist():
            if not self._brackets or found[at] != self._brackets.pop(0):
                raise Malformed
            out[at] = 32
        return out.tobytes()


class LargeArray(LargeLines):
    """A large array of records."""

    def __init__(self, small: Lines, source: Source, options: Options, begun: Any) -> None:
        super().__init__(small, source, options)
        self._file = source.file
        self._begun = begun
        self._given = options

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, a piece at a time."""
        try:
            yield from super().chunks(columns, rows)
        except Malformed:
            raise refused(self._file, self.name, self._given) from None

    def stream(self) -> io.RawIOBase | None:
        """Return the records as lines, from the first on; None if too many have been looked at."""
        whole = None if self._begun.beyond else self._source.again()
        return whole and Unwrapped(whole)


def array_of_records(source: Source, options: Options, exact: bool) -> LargeArray | None:
    """Return the table of an input that begins as an array of records does; None if it does not."""
    begun = source.again()
    if options.records or begun is None or not ARRAY.match(begun.head[:STEP]):
        return None
    decoder = reader(exact)

    def records(part: Source, first: int) -> Numbered:
        def values() -> Iterator[object]:
            for block in part.blocks():
                for line in block:
                    try:
                        yield decoder.decode(line)
                    except (ValueError, Twice, RecursionError):
                        raise Malformed from None

        return checked(source.name, values(), first)

    try:
        lines = Lines(source.part(cast("IO[bytes]", io.BufferedReader(Unwrapped(begun), BLOCK))), records)
    except Malformed:
        raise refused(source.file, source.name, options) from None
    lines.unit = "record"
    return LargeArray(lines, source, options, begun)


def refused(file: str, name: str, options: Options) -> LosscliError:
    """Return what the small reader says of the whole document, if it can be read again."""
    if file != "-":
        try:
            document(Source(file, options), options, exact=False)
        except LosscliError as error:
            return error
    return DataError(f"{name}: not JSON, somewhere in its array of records", code="bad-json", file=name)
