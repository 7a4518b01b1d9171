"""A long array of JSON records as JSON lines: its brackets and the commas between records are taken away."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from json import JSONDecoder
from typing import IO, cast

import numpy as np

from losscli.data.batch import Options
from losscli.data.converted import Converted
from losscli.data.decoding import Twice, reader
from losscli.data.document import checked, document
from losscli.data.largelines import LargeLines
from losscli.data.records import Lines, Numbered
from losscli.data.skim import MARKS, STEP, Malformed, Slice, Texts
from losscli.data.source import BLOCK, Source
from losscli.data.table import Chunk
from losscli.data.words import quoted
from losscli.errors import DataError, LosscliError

ENDS = bytes.maketrans(b",\n\r", b"\n  ")
ARRAY = re.compile(rb'\s*\[\s*([{\["\]]|$)')


class Unwrapped(Converted):
    """The values of an array, one on a line."""

    def __init__(self, stream: io.RawIOBase) -> None:
        super().__init__(stream)
        self._texts = Texts()
        self._depth = 0
        self._brackets = [ord("["), ord("]")]
        """Those of the array that are still to come."""

    def convert(self, data: bytes) -> bytes:
        """Return the bytes with a line end for each comma between values, and for nothing else outside texts."""
        if not data:
            if self._brackets or self._texts.escaped:
                raise Malformed("it ends before its array of records does")
            return b""
        texts = self._texts
        if self._depth == 1 and not (texts.inside or texts.escaped or any(mark in data for mark in MARKS)):
            return data.translate(ENDS)
        data, found, inside = texts.look(data)
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


Fresh = Callable[[], io.RawIOBase | None]
"""What gives the bytes of an array from the first on; None if too many have been looked at."""
Again = Callable[[], Source | None]
"""What gives the whole document anew, if that can be."""


class LargeArray(LargeLines):
    """A large array of records."""

    def __init__(
        self,
        small: Lines,
        source: Source,
        options: Options,
        fresh: Fresh,
        again: Again,
        close: Callable[[], None],
    ) -> None:
        super().__init__(small, source, options)
        self._fresh, self._again, self._close = fresh, again, close
        self._bytes: io.RawIOBase | None = None
        self._given = options

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, a piece at a time."""
        try:
            yield from super().chunks(columns, rows)
        except Malformed as error:
            raise refused(self.name, self._again(), self._given, str(error)) from None

    def stream(self) -> io.RawIOBase | None:
        """Return the records as lines, from the first on; None if too many have been looked at."""
        self._bytes = self._fresh()
        return self._bytes and Unwrapped(self._bytes)

    def at_once(self, columns: Sequence[int], start: int) -> Generator[Chunk, None, None]:
        """Yield nothing: the records are not one on each line."""
        return None
        yield

    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes have been read, and how many there are."""
        of = self._bytes
        return (of.size - of.left, of.size) if isinstance(of, Slice) else super().progress()

    def close(self) -> None:
        """Close the file; nobody reads on."""
        self._close()


def array_of_records(source: Source, options: Options, exact: bool) -> LargeArray | None:
    """Return the table of an input that begins as an array of records does; None if it does not."""
    begun = source.again()
    if options.records or begun is None or not ARRAY.match(begun.head[:STEP]):
        return None

    def fresh() -> io.RawIOBase | None:
        return None if begun.beyond else source.again()

    def again() -> Source | None:
        return Source(source.file, options) if source.file != "-" else None

    return large_array(source, options, exact, fresh, again, source.close)


def large_array(
    source: Source, options: Options, exact: bool, fresh: Fresh, again: Again, close: Callable[[], None]
) -> LargeArray:
    """Return the table of an array of records."""
    decoder = reader(exact)

    def records(part: Source, first: int) -> Numbered:
        lines = (line for block in part.blocks() for line in block)
        values = (decoded(decoder, line, number) for number, line in enumerate(lines, first))
        return checked(source.name, values, first)

    try:
        begun = io.BufferedReader(Unwrapped(cast("io.RawIOBase", fresh())), BLOCK)
        lines = Lines(source.part(cast("IO[bytes]", begun)), records)
    except Malformed as error:
        failure = refused(source.name, again(), options, str(error))
        close()
        raise failure from None
    lines.unit = "record"
    return LargeArray(lines, source, options, fresh, again, close)


def decoded(decoder: JSONDecoder, line: str, number: int = 0) -> object:
    """Return the value that a line writes, of the record of this number. Raises `Malformed`."""
    try:
        return decoder.decode(line)
    except (ValueError, Twice, RecursionError):
        raise Malformed(f"record {number} is {quoted(line.strip())}") from None


def refused(name: str, again: Source | None, options: Options, what: str = "") -> LosscliError:
    """Return what the small reader says of the whole document, if it can be read again."""
    if again:
        try:
            document(again, options, exact=False)
        except LosscliError as error:
            return error
        finally:
            again.close()
    what = what or "its brackets do not match"
    return DataError(f"{name}: not JSON: {what}", code="bad-json", file=name)
