"""JSON: an array of records, an object of arrays, or one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, cast

import numpy as np

from losscli.data.batch import Options
from losscli.data.cells import Written
from losscli.data.source import Source
from losscli.data.table import Cell, Chunk, Table
from losscli.data.words import counted, first, quoted, under, written
from losscli.errors import DataError, NoResult, UsageError

PEEK = 1000  # records whose keys are the columns; all are looked at before a column is called absent
MOST = 1 << 17  # records held while looking for a column

Path = tuple[str, ...]
Record = dict[str, Any]
Numbered = Iterator[tuple[int, Record]]


class Records(Table):
    """A table whose rows are JSON objects; the columns of nested ones have dotted names."""

    def __init__(self, name: str, unit: str, records: Numbered) -> None:
        self.name = name
        self.unit = unit
        self.names = []
        self.lists = {}
        self._paths: list[Path] = []
        self._scalars: set[int] = set()
        self._rest = records
        self._held: list[tuple[int, Record]] = []
        if not self.more():
            raise NoResult(f"{name} is empty")

    def more(self) -> bool:
        """Look at as many records again as have been looked at."""
        seen = len(self._held)
        if seen >= MOST:
            return False
        self._held += islice(self._rest, max(seen, PEEK))
        known = {path: at for at, path in enumerate(self._paths)}
        for _, record in self._held[seen:]:
            for path, value in leaves(record):
                at = known.setdefault(path, len(known))
                if at == len(self.names):
                    self._paths.append(path)
                    self.names.append(".".join(path))
                if at not in self._scalars and at not in self.lists and value is not None:
                    if isinstance(value, list):
                        self.lists[at] = len(cast("list[object]", value))
                    else:
                        self._scalars.add(at)
        return len(self._held) > seen

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, `rows` rows at a time."""
        held, self._held = self._held, []
        records = chain(held, self._rest)
        del held
        while some := list(islice(records, rows)):
            lines = np.array([line for line, _ in some], dtype=np.int64)
            cells = [column([record for _, record in some], self._paths[at]) for at in columns]
            yield Chunk(cells, lines, lambda row: "")

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the key and the value, with carets under the value."""
        return show(self._paths[column][-1], line, cell)


class Arrays(Table):
    """A table whose columns are the arrays of one JSON object."""

    unit = "record"

    def __init__(self, name: str, columns: Mapping[str, list[Cell]]) -> None:
        self.name = name
        self.names = list(columns)
        self._columns = list(columns.values())
        self.lists = {}
        for at, cells in enumerate(self._columns):
            sample = next((cell for cell in cells if cell is not None), None)
            if isinstance(sample, list):
                self.lists[at] = len(cast("list[object]", sample))

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, `rows` rows at a time."""
        lengths = {self.names[at]: len(self._columns[at]) for at in columns}
        total = max(lengths.values())
        if min(lengths.values()) < total:
            raise DataError(
                f"{self.name}: the arrays differ in length",
                [f"{quoted(name)} has {counted(length, 'value')}" for name, length in lengths.items()][:6],
            )
        if not total:
            raise NoResult(f"{self.name} is empty")
        for start in range(0, total, rows):
            cells = [self._columns[at][start : start + rows] for at in columns]
            yield Chunk(
                cells, np.arange(start + 1, min(start + rows, total) + 1, dtype=np.int64), lambda row: ""
            )

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the key and the value, with carets under the value."""
        return show(self.names[column], line, cell)


def show(key: str, line: int, cell: Cell) -> tuple[str, ...]:
    """Return `57 | "p": "n/a"`, with carets under the value."""
    lead, value = f"{written(key)}: ", written(cell)
    return under(line, lead + value, (len(lead), len(lead) + len(value)))


def lines_of(source: Source, exact: bool) -> Records:
    """Return the table of a JSON lines input; `exact` keeps the text of its numbers, for ids."""
    decoder = reader(exact)

    def records() -> Numbered:
        for number, line in enumerate(chain.from_iterable(source.blocks()), 1):
            if not line.isspace():
                record = decode(decoder, line, source.name, number)
                if not isinstance(record, dict):
                    raise DataError(
                        f"{source.name}:{number}: a record is an object in braces, not {kind(record)}",
                        under(number, line, None),
                    )
                yield number, cast("Record", record)

    return Records(source.name, "line", records())


def document(source: Source, options: Options, exact: bool) -> Table:
    """Return the table of a JSON document."""
    text = "".join(chain.from_iterable(source.blocks()))
    if not text.strip():
        raise NoResult(f"{source.name} is empty")
    value = decode(reader(exact), text, source.name, 1)
    for key in options.records.split(".") if options.records else ():
        if not isinstance(value, dict) or key not in value:
            raise DataError(
                f"{source.name}: no records at {options.records!r}",
                [f"{key!r} is not among: {first(cast('Record', value), len(cast('Record', value)), 8)}"]
                if isinstance(value, dict)
                else [f"{key!r} would be in {kind(value)}"],
            )
        value = cast("Record", value)[key]
    return table(source.name, value, options)


def table(name: str, value: object, options: Options) -> Table:
    """Return the table that a JSON value is: records, an object of arrays, or an object that holds records."""
    if isinstance(value, list):
        return Records(name, "record", checked(name, cast("list[object]", value)))
    if not isinstance(value, dict):
        raise DataError(f"{name}: expected records or an object of arrays, not {kind(value)}")
    whole = cast("Record", value)
    if not whole:
        raise NoResult(f"{name} is empty")
    held = [path for path, part in leaves(whole) if is_records(part)]
    if len(held) == 1 and len(held[0]) == 1 and not options.records:
        return table(name, whole[held[0][0]], options)
    if held:
        fixes = [f"--records {'.'.join((*filter(None, [options.records]), *path))}" for path in held[:3]]
        raise DataError(
            f"{name}: the records are further in", [f"keys: {first(whole, len(whole), 8)}"], fixes
        )
    arrays = {".".join(path): part for path, part in leaves(whole) if isinstance(part, list)}
    if arrays:
        return Arrays(name, arrays)
    return Records(name, "record", iter([(1, whole)]))


def checked(name: str, values: Iterable[object]) -> Numbered:
    """Yield the records with their numbers, from 1."""
    for number, record in enumerate(values, 1):
        if not isinstance(record, dict):
            raise DataError(f"{name}: record {number} is {kind(record)}, not an object in braces")
        yield number, cast("Record", record)


def is_records(value: object) -> bool:
    """Say whether this is an array of objects."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(part, dict) for part in cast("list[object]", value))


def leaves(record: Record, prefix: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield what is in a record that is not itself a record, with the keys that lead there."""
    for key, value in record.items():
        if isinstance(value, dict) and value:
            yield from leaves(cast("Record", value), (*prefix, key))
        else:
            yield (*prefix, key), value


def column(records: Sequence[Record], path: Path) -> list[Cell]:
    """Return the value at the path of every record, None where there is none."""
    values: list[Any] = list(records)
    for key in path:
        values = [value.get(key) if isinstance(value, dict) else None for value in values]
    return values


def reader(exact: bool) -> json.JSONDecoder:
    """Return a decoder to which every number is a float, rounded from its text once."""
    number = Written if exact else float
    # float also reads integers that int refuses to (over 4300 digits), and keeps the sign of -0.
    return json.JSONDecoder(parse_float=number, parse_int=number, object_pairs_hook=unique)


class Twice(ValueError):
    """A key that an object has twice."""


def unique(pairs: list[tuple[str, object]]) -> Record:
    """Return the object, unless a key is in it twice: which value is meant, nobody knows."""
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Twice(next(key for key in keys if keys.count(key) > 1))
    return record


def decode(decoder: json.JSONDecoder, text: str, name: str, line: int) -> object:
    """Return the value that the text writes; `line` is where the text starts."""
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        at = line + error.lineno - 1
        bad = text.split("\n", error.lineno)[error.lineno - 1]
        raise DataError(
            f"{name}:{at}: not JSON: {error.msg[0].lower()}{error.msg[1:]}",
            under(at, bad, (error.colno - 1, error.colno)),
            ["--input-format jsonl"] if error.msg == "Extra data" and error.lineno > 1 else (),
        ) from None
    except Twice as error:
        where = f"{name}:{line}" if line > 1 else name
        raise DataError(f"{where}: a record has the key {str(error)!r} twice") from None
    except RecursionError:
        raise DataError(f"{name}: the JSON is nested too deeply") from None


def kind(value: object) -> str:
    """Return what a JSON value is, in words."""
    if value is None or isinstance(value, bool):
        return written(value)
    names: dict[type, str] = {dict: "an object", list: "a list", str: f"the text {quoted(value)}"}
    return names.get(type(value), f"the number {quoted(value)}")


def is_lines(source: Source) -> bool:
    """Say whether this is JSON lines: a first line that is a whole object, and more lines after it."""
    head = source.first_lines(2)
    if len(head) < 2:
        return False
    try:
        return isinstance(json.loads(head[0]), dict)
    except (ValueError, RecursionError):
        return False


def refuse_records(options: Options, what: str) -> None:
    """Say that `--records` has no meaning here."""
    if options.records:
        raise UsageError(f"--records {options.records}: {what} has no records further in")
