"""Large delimited text: an engine reads it piece by piece, and the small reader what the engine cannot."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any, cast

import numpy as np

from losscli.data.batch import Options
from losscli.data.cells import MISSING, number
from losscli.data.delimited import Delimited
from losscli.data.pieces import Piece, Pieces
from losscli.data.source import Source, Whole
from losscli.data.table import Cell, Chunk, Table
from losscli.errors import NoResult

WORKERS = 2


class Large(Table):
    """A delimited table whose rows the engine reads, in pieces, several at a time."""

    def __init__(self, small: Delimited, source: Source, stream: Whole, options: Options) -> None:
        self.name, self.names, self.named = small.name, small.names, small.named
        self.lists, self.deep = small.lists, small.deep
        self.delimiter = small.delimiter
        self._small = small
        self._source = source
        self._stream = stream
        self._missing = (*MISSING, *options.na)

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the line of the file with carets under the cell."""
        return self._small.show(line, column, cell, raw)

    def close(self) -> None:
        """Close the file; nobody reads on."""
        self._source.close()

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, a piece at a time."""
        with self._source.translated():
            for _ in range(self._small.first_line - 1):  # the header, and what is above it
                self._stream.readline()
        pieces = Pieces(self._stream, self._small.first_line)
        pool = ThreadPoolExecutor(WORKERS)
        empty = True
        try:
            for chunk in self._chunks(pieces, pool, columns, rows):
                empty = False
                yield chunk
        finally:
            pool.shutdown(cancel_futures=True)
            pieces.close()
        if empty:
            raise NoResult(f"{self.name}: no rows after the header")

    def _chunks(
        self, pieces: Pieces, pool: ThreadPoolExecutor, columns: Sequence[int], rows: int
    ) -> Iterator[Chunk]:
        waiting: deque[tuple[Piece, Future[Any]]] = deque()
        for piece in self._read(pieces):
            waiting.append((piece, pool.submit(self._parse, piece, columns)))
            if len(waiting) > WORKERS:
                yield from self._next(waiting, pieces, columns, rows)
        while waiting:
            yield from self._next(waiting, pieces, columns, rows)
        if pieces.tangled:
            yield from self._slowly(pieces, b"", pieces.line, columns, rows)

    def _read(self, pieces: Pieces) -> Iterator[Piece]:
        with self._source.translated():
            yield from pieces

    def _parse(self, piece: Piece, columns: Sequence[int]) -> Any:
        """Return the cells of the wanted columns, or what kept the engine from reading them."""
        from losscli.data import engine

        how = engine.Reading(len(self.names), self.delimiter, columns, self.numeric, self._missing)
        try:
            return engine.cells(piece, how)
        except engine.Refused:
            return None

    def _next(
        self,
        waiting: deque[tuple[Piece, Future[Any]]],
        pieces: Pieces,
        columns: Sequence[int],
        rows: int,
    ) -> Iterator[Chunk]:
        """Yield the next piece; if the engine cannot, the small reader does, and where quotes are, all that is left."""
        piece, future = waiting.popleft()
        found = future.result()
        if found is not None:
            lines = np.arange(piece.line, piece.line + piece.lines, dtype=np.int64)
            yield Chunk(cast("Sequence[Sequence[Cell]]", found), lines, piece.row)
        elif not piece.quoted:
            part = self._source.part(io.BytesIO(piece.text()))
            yield from self._small.going_on(part, piece.line).further(columns, rows)
        else:
            for _, each in waiting:
                each.result()
            read = b"".join(each.text() for each in (piece, *(each for each, _ in waiting)))
            waiting.clear()
            yield from self._slowly(pieces, read, piece.line, columns, rows)
        pieces.give_back(piece)

    def _slowly(
        self, pieces: Pieces, read: bytes, line: int, columns: Sequence[int], rows: int
    ) -> Iterator[Chunk]:
        """Yield all that is left, from these bytes on, as the small reader has it."""
        pieces.ended, pieces.tangled = True, False
        rest = cast("IO[bytes]", Whole(read + pieces.rest(), self._stream))
        yield from self._small.going_on(self._source.part(rest), line).further(columns, rows)


def suits(table: Delimited, head: bytes, options: Options) -> bool:
    """Return whether the engine can say what the small reader would, given the first bytes."""
    return (
        head.count(b"\r") == head.count(b"\r\n")  # and not the line ends of old
        and table.delimiter != " "  # of which several count as one
        and options.decimal == "."
        and not any(number(text) is not None for text in options.na)  # -999 is also -999.0
    )
