"""Delimited text: CSV, TSV and their kin."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Options
from losscli.data.source import Source
from losscli.data.table import Cell, Chunk, Table
from losscli.data.words import counted, quoted, under
from losscli.errors import DataError, NoResult, UsageError

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
LONGEST = 1 << 24  # characters of one field; Python's own limit of 2**17 would refuse honest long texts


class Delimited(Table):
    """A table whose rows are lines and whose cells stand between delimiters."""

    def __init__(self, source: Source, options: Options) -> None:
        self.name = source.name
        self.lists, self.deep = {}, {}
        self.named = options.header
        head = source.first_lines(1)
        if not head:
            raise NoResult(f"{self.name} is empty", code="empty-input", file=self.name)
        if options.delimiter or options.format == "tsv" or (options.format, source.suffix) == ("auto", "tsv"):
            self.delimiter = delimiter(options.delimiter or "tab")
        else:
            self.delimiter = vote(head[0], names=options.header and options.decimal == ".")
        self._source = source
        self._held: list[str] = []
        self._gone = self._base = 0
        self._error: csv.Error | None = None
        self._rows = self._records(chain.from_iterable(keeping(source, self._held)))
        self._waiting: list[list[str]] = []
        self._first = 1
        first: list[str] = []
        while not any(cell.strip() for cell in first):
            if not (read := self._read(1)):
                raise NoResult(f"{self.name} is empty", code="empty-input", file=self.name)
            first = read[0]
        if options.header:
            self.names = [name.strip() for name in first]
            self._first = self._at + 1
        else:
            self.names = [str(number) for number in range(1, len(first) + 1)]
            self._first = self._at - breaks(first)
            self._waiting = [first]

    @property
    def first_line(self) -> int:
        """The line on which the next record starts."""
        return self._first

    def going_on(self, source: Source, line: int) -> Delimited:
        """Return the same table where it goes on in another source, whose first line is this one."""
        other = copy(self)
        other._source, other._held, other._waiting = source, [], []
        other._first, other._gone, other._base = line, line - 1, line - 1
        other._rows = other._records(chain.from_iterable(keeping(source, other._held)))
        return other

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, `rows` rows at a time."""
        empty = True
        for chunk in self.further(columns, rows):
            empty = False
            yield chunk
        if empty:
            raise NoResult(f"{self.name}: no rows after the header", code="empty-input", file=self.name)

    def further(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns of the rows that are left, if any."""
        while records := self._waiting + self._read(rows - len(self._waiting)):
            self._waiting = []
            lines = self._number(records)
            if set(map(len, records)) != {len(self.names)} or len(self.names) == 1:
                records, lines = self._even(records, lines)
            if records:
                cells = [[record[column] for record in records] for column in columns]
                yield Chunk(cells, lines, partial(self._row, lines))

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the line of the file with carets under the cell."""
        return under(line, raw, field(raw, column, self.delimiter))

    def close(self) -> None:
        """Close the file; nobody reads on."""
        self._source.close()

    def _records(self, lines: Iterable[str]) -> CsvReader:
        blanks = self.delimiter == " "  # several count as one
        if blanks:
            from losscli.data.blanks import without_ends

            lines = without_ends(lines)
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=blanks, strict=True)

    def _read(self, rows: int) -> list[list[str]]:
        """Return the next records, blank ones included; what is wrong after them is said the next time."""
        if self._error is not None:
            raise self._broken(str(self._error))
        if not self._waiting:
            self._forget()
        records: list[list[str]] = []
        limit = csv.field_size_limit(LONGEST)
        try:
            records.extend(islice(self._rows, rows))
        except csv.Error as error:
            if not records:
                raise self._broken(str(error)) from None
            self._error = error
        finally:
            csv.field_size_limit(limit)
        return records

    @property
    def _at(self) -> int:
        """The line that was read last."""
        return self._base + self._rows.line_num

    def _number(self, records: list[list[str]]) -> NDArray[np.int64]:
        """Return the line on which each record starts."""
        start = self._first
        self._first = self._at + 1
        if self._first - start == len(records):
            return np.arange(start, self._first, dtype=np.int64)
        heights = [1 + breaks(record) for record in records]
        return start + np.cumsum([0, *heights[:-1]], dtype=np.int64)

    def _even(
        self, records: list[list[str]], lines: NDArray[np.int64]
    ) -> tuple[list[list[str]], NDArray[np.int64]]:
        """Return the records that are not blank, all as wide as the header."""
        kept = [at for at, record in enumerate(records) if not blank(record)]
        for at in kept:
            if len(records[at]) != len(self.names):
                line = int(lines[at])
                first = "the header has" if self.named else "the first row has"
                raise DataError(
                    f"{self.name}:{line}: {counted(len(records[at]), 'field')}, {first} {len(self.names)}",
                    [*under(line, self._line(line), None), *self._another(self._line(line))],
                    code="ragged-row", file=self.name, line=line,
                )  # fmt: skip
        return [records[at] for at in kept], lines[kept]

    def _another(self, line: str) -> Iterator[str]:
        """Yield what to say of a line that would be right if another delimiter stood in it."""
        for mark in ",;\t| ":
            if mark != self.delimiter and 0 < line.count(mark) == len(self.names) - 1:
                here, above = ({"\t": "tab"}.get(each, repr(each)) for each in (mark, self.delimiter))
                yield f"{here} between fields here, {above} above"
                return

    def _forget(self) -> None:
        """Let go of the lines before the next record."""
        done = self._at - self._gone
        del self._held[:done]
        self._gone += done

    def _row(self, lines: NDArray[np.int64], row: int) -> str:
        return self._line(int(lines[row]))

    def _line(self, number: int) -> str:
        return self._held[number - 1 - self._gone]

    def _broken(self, reason: str) -> DataError:
        """Say which record broke the reader: the lines since the last one that it read whole are held."""
        again = self._records(self._held)
        start = self._gone + 1
        limit = csv.field_size_limit(LONGEST)
        with suppress(csv.Error):
            for _ in again:
                start = self._gone + again.line_num + 1
        csv.field_size_limit(limit)
        shown = under(start, self._line(start), None)
        if "field limit" in reason and '"' not in self._line(start):
            return DataError(
                f"{self.name}:{start}: a field of more than {LONGEST >> 20} million characters", shown,
                code="bad-quotes", file=self.name, line=start,
            )  # fmt: skip
        if "end of data" in reason or "field limit" in reason or "larger" in reason:
            return DataError(
                f'{self.name}:{start}: a quote (") is opened and never closed',
                shown,
                code="bad-quotes",
                file=self.name,
                line=start,
            )
        if "expected after" in reason:
            return DataError(
                f'{self.name}:{start}: text follows a closing quote (")',
                shown,
                code="bad-quotes",
                file=self.name,
                line=start,
            )
        return DataError(
            f"{self.name}:{start}: {reason}", shown, code="bad-quotes", file=self.name, line=start
        )


def keeping(source: Source, held: list[str]) -> Iterator[list[str]]:
    """Yield the lines in blocks and keep them."""
    for block in source.blocks():
        held += block
        yield block


def delimiter(text: str) -> str:
    """Return the character that the user means."""
    character = DELIMITERS.get(text, text)
    if len(character) != 1 or character in '"\r\n':
        raise UsageError(
            f"a delimiter is one character, not {quoted(text)}",
            [f"or one of: {', '.join(DELIMITERS)}"],
            code="bad-option",
        )
    return character


def vote(line: str, names: bool = True) -> str:
    """Return the likeliest delimiter: the one that occurs most in the first line, outside quotes.

    Where the line holds no names but numbers, or commas may be decimal marks, any other one is likelier
    than the comma: read as a delimiter, the comma in 1,5;2;3,5 would make numbers that nobody wrote.
    """
    bare = re.sub('"[^"]*"', "", line)
    best = max(",;\t|", key=bare.count)  # the first of equals: the comma
    other = max(";\t|", key=bare.count)
    return best if names or other not in bare else other


def blank(record: Sequence[str]) -> bool:
    """Say whether the record comes from a blank line. A quoted empty text is a cell."""
    return not record or (len(record) == 1 and record[0].isspace())


def breaks(record: Sequence[str]) -> int:
    """Return how many line ends stand inside the quotes of a record."""
    return sum(len(re.findall("\r\n|\r|\n", cell)) for cell in record)


def field(line: str, column: int, delimiter: str) -> tuple[int, int] | None:
    """Return where a cell stands in its line, without the blanks around it; None if on a later line."""
    start, inside, number = 0, False, 0
    line = line.rstrip("\r\n")
    if delimiter == " ":
        from losscli.data.blanks import place

        return place(line, column)
    for at, character in enumerate(line + delimiter):
        if character == '"':
            inside = not inside
        elif character == delimiter and not inside:
            if number == column:
                text = line[start:at]
                lead = len(text) - len(text.lstrip())
                return start + lead, start + max(lead, len(text.rstrip()))
            number += 1
            start = at + 1
    return None
