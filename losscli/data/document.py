"""Which table a JSON input is: records, one record a line, or an object of arrays."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import chain
from typing import cast

from losscli.data.absent import RECORDS
from losscli.data.batch import Options
from losscli.data.decoding import Record, decode, kind, reader
from losscli.data.records import Arrays, Lines, Numbered, Records, leaves
from losscli.data.source import Source
from losscli.data.table import Cell, Table
from losscli.data.words import listed, nearest, under
from losscli.errors import DataError, NoResult, UsageError


def lines_of(source: Source, exact: bool) -> Lines:
    """Return the table of a JSON lines input; `exact` keeps the text of its numbers, for ids."""
    decoder = reader(exact)

    def records(part: Source, first: int) -> Numbered:
        for number, line in enumerate(chain.from_iterable(part.blocks()), first):
            if not line.isspace():
                record = decode(decoder, line, source.name, number)
                if not isinstance(record, dict):
                    raise DataError(
                        f"{source.name}:{number}: a record is an object in braces, not {kind(record)}",
                        under(number, line, None),
                        code="no-records", file=source.name, line=number,
                    )  # fmt: skip
                yield number, cast("Record", record)

    return Lines(source, records)


def document(source: Source, options: Options, exact: bool) -> Table:
    """Return the table of a JSON document."""
    text = "".join(chain.from_iterable(source.blocks()))
    source.close()
    if not text.strip():
        raise NoResult(f"{source.name} is empty", code="empty-input", file=source.name)
    value = decode(reader(exact), text, source.name, 1)
    for key in options.records.split(".") if options.records else ():
        if not isinstance(value, dict) or key not in value:
            inside = list(cast("Record", value)) if isinstance(value, dict) else []
            close = nearest(key, inside)
            raise DataError(
                f"{source.name}: no records at {options.records!r}",
                [
                    f"{key!r} is not in {kind(cast('object', value))}"
                    + (f" with {listed(inside)}" if inside else "")
                ],
                [f"--records {options.records.replace(key, close)}"] if close else (),
                code="no-records", file=source.name,
            )  # fmt: skip
        value = cast("Record", value)[key]
    return table(source.name, value, options)


def table(name: str, value: object, options: Options) -> Table:
    """Return the table that a JSON value is: records, an object that holds them, or one of arrays."""
    if isinstance(value, list):
        return Records(name, "record", checked(name, cast("list[object]", value)))
    if not isinstance(value, dict):
        raise DataError(
            f"{name}: expected records or an object of arrays, not {kind(value)}",
            code="no-records",
            file=name,
        )
    whole = cast("Record", value)
    if not whole:
        raise NoResult(f"{name} is empty", code="empty-input", file=name)
    held = [path for path, part in leaves(whole) if is_records(part)]
    near = [path for path in held if len(path) == 1]
    if len(near) == 1:
        return table(name, whole[near[0][0]], options)
    arrays = {
        ".".join(path): cast("list[Cell]", part)
        for path, part in leaves(whole)
        if isinstance(part, list) and path not in held
    }
    if near or (held and len(arrays) < 2):
        fixes = [f"--records {'.'.join((*filter(None, [options.records]), *path))}" for path in held[:3]]
        raise DataError(
            f"{name}: the records are further in",
            [f"keys: {listed(list(whole))}"],
            fixes,
            code="no-records",
            file=name,
        )
    if arrays:
        return Arrays(name, arrays)
    return Records(name, "record", iter([(1, whole)]))


def checked(name: str, values: Iterable[object], first: int = 1) -> Numbered:
    """Yield the records with their numbers."""
    for number, record in enumerate(values, first):
        if not isinstance(record, dict):
            raise DataError(
                f"{name}: record {number} is {kind(record)}, not an object in braces",
                fix=[RECORDS] if isinstance(record, list) else (),
                code="no-records",
                file=name,
            )
        yield number, cast("Record", record)


def is_records(value: object) -> bool:
    """Say whether this is an array of objects."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(part, dict) for part in cast("list[object]", value))


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
        raise UsageError(
            f"--records {options.records}: {what} has no records further in", code="option-unused"
        )
