"""The arrays of one long JSON object, side by side as columns: each is read where it is in the file, piece by piece."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import islice
from typing import IO, Any, cast

import numpy as np

from losscli.data import jsonlines
from losscli.data.batch import Options
from losscli.data.decoding import reader
from losscli.data.large import ROWS, TEXTS, attempt
from losscli.data.pieces import Piece, Pieces
from losscli.data.records import no_text, refuse_lengths, show
from losscli.data.skim import Malformed, Slice, Span
from losscli.data.source import BLOCK, Whole
from losscli.data.table import Cell, Chunk, Column, Table
from losscli.data.unwrapped import Again, Unwrapped, decoded, refused
from losscli.errors import NoResult

MOST = 64
"""Columns that share the room of one piece: with more of them pieces would be too small to be worth a query."""
VALUE = [("json",)]
"""What DuckDB calls the values of lines that are no records."""


class Abreast(Table):
    """A table whose columns are the arrays of one JSON object."""

    unit = "record"
    large = True

    def __init__(
        self,
        name: str,
        file: int,
        spans: Mapping[str, Span],
        options: Options,
        exact: bool,
        again: Again,
        close: Callable[[], None],
    ) -> None:
        self.name, self.names, self.lists, self.deep = name, list(spans), {}, {}
        self._file, self._spans = file, list(spans.values())
        self._options, self._again, self._close = options, again, close
        self._decoder = reader(exact)
        self._read: dict[int, Slice] = {}
        try:
            for at, span in enumerate(self._spans):
                if span.lists:
                    self._sample(at)
        except Malformed:
            failure = refused(name, again(), options)
            close()
            raise failure from None

    def close(self) -> None:
        """Close the file; nobody reads on."""
        self._close()

    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes of the wanted arrays have been read, and how many they have."""
        total = sum(self._spans[at].stop - self._spans[at].start for at in self._read)
        return total - sum(each.left for each in self._read.values()), total

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the key and the value, with carets under the value."""
        return show(self.names[column], line, cell)

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, as many rows at a time as have been read of all."""
        counts = {self.names[at]: self._spans[at].count for at in columns}
        try:
            if len(set(counts.values())) > 1:  # or so it seems where something is wrong
                for at in columns:
                    for _ in self._slowly(cast("IO[bytes]", self._values(at))):
                        pass
                refuse_lengths(self.name, counts)
            if not max(counts.values()):
                raise NoResult(f"{self.name} is empty", code="empty-input", file=self.name)
            with ExitStack() as stack, ThreadPoolExecutor(self._options.threads or 2) as pool:
                parts = [stack.enter_context(closing(self._parts(at, pool, len(columns)))) for at in columns]
                yield from self._together(parts)
        except Malformed:
            raise refused(self.name, self._again(), self._options) from None

    def _together(self, parts: Sequence[Iterator[Column]]) -> Iterator[Chunk]:
        nothing: Column = []
        held: list[Column] = [nothing for _ in parts]
        start = 0
        while True:
            for at, part in enumerate(parts):
                if not len(held[at]):
                    held[at] = next(part, nothing)
            count = min(ROWS, *map(len, held))
            if not count:
                if any(map(len, held)):  # not what was counted
                    raise Malformed
                return
            lines = np.arange(start + 1, start + count + 1, dtype=np.int64)
            yield Chunk([each[:count] for each in held], lines, no_text)
            held = [each[count:] for each in held]
            start += count

    def _parts(self, at: int, pool: ThreadPoolExecutor, among: int) -> Generator[Column]:
        """Yield the values of a column, some at a time, of which the next are read meanwhile."""
        kind: jsonlines.Kind = self.lists.get(at, "number" if at in self.numeric else "text")
        deep = at in self.deep or (at in self.lists and at not in self.numeric)
        strict = self._options.missing == "error"

        def parse(piece: Piece) -> Sequence[Column]:
            return jsonlines.lines(piece, VALUE, [kind], strict=strict, records=False)

        share = min(among, MOST) * (1 if at in self.numeric else TEXTS)
        pieces = Pieces(self._values(at), 1, b"", share)
        waiting: deque[tuple[Piece, Future[Sequence[Column] | None] | None]] = deque()
        try:
            for piece in pieces:
                waiting.append((piece, None if deep else pool.submit(attempt, parse, piece)))
                if len(waiting) > 1:
                    yield self._done(*waiting.popleft(), pieces)
            while waiting:
                yield self._done(*waiting.popleft(), pieces)
            if pieces.tangled:  # by a value that is longer than a piece
                yield from self._slowly(cast("IO[bytes]", Whole(pieces.rest(), pieces.stream)))
        finally:
            for _, future in waiting:
                if future and not future.cancel():
                    future.exception()
            pieces.close()

    def _done(self, piece: Piece, future: Future[Sequence[Column] | None] | None, pieces: Pieces) -> Column:
        """Return the values of a piece: as the engine has them, or as the small reader does."""
        found = future.result() if future else None
        column = found[0] if found else [x for part in self._slowly(io.BytesIO(piece.text())) for x in part]
        pieces.give_back(piece)
        return column

    def _slowly(self, stream: IO[bytes]) -> Iterator[list[Cell]]:
        """Yield values, one on a line, as the small reader has them."""
        lines = io.TextIOWrapper(io.BufferedReader(cast("Any", stream), BLOCK), "utf-8", newline="\n")
        try:
            while some := list(islice(lines, ROWS)):
                yield [decoded(self._decoder, line) for line in some]
        except UnicodeDecodeError:
            raise Malformed from None

    def _values(self, at: int) -> Unwrapped:
        """Return the values of a column, one on a line."""
        span = self._spans[at]
        self._read[at] = Slice(self._file, span.start, span.stop)
        return Unwrapped(self._read[at])

    def _sample(self, at: int) -> None:
        """Take the length of the first list, if that is what the first value is."""
        for some in self._slowly(cast("IO[bytes]", self._values(at))):
            if found := [value for value in some if value is not None]:
                if isinstance(found[0], list):
                    self.measure(at, cast("list[Cell]", found[0]))
                return
