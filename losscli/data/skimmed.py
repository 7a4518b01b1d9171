"""A long JSON document that is an object: its records, or the arrays that are its columns, are read as they come."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from typing import IO, Any, cast

from losscli.data.abreast import Abreast
from losscli.data.batch import Options
from losscli.data.decoding import Record, reader
from losscli.data.document import document, is_lines, lines_of
from losscli.data.records import leaves
from losscli.data.skim import STEP, Malformed, Skim, Slice, Span, blocks
from losscli.data.source import Source, Whole
from losscli.data.table import Table
from losscli.data.unwrapped import large_array


def long_document(source: Source, options: Options, exact: bool) -> Table | None:
    """Return the table of a long document; None if it is none, or one that only the small reader understands."""
    begun = source.again()
    if begun is None or not begins(begun.head, options):
        return None
    plain = source.plain()
    file, start = plain or (spooled(source, begun), 0)
    size = os.fstat(file.fileno()).st_size

    def again() -> Source:
        return (
            Source(source.file, options)
            if plain
            else source.part(cast("IO[bytes]", Slice(file.fileno(), 0, size)))
        )

    def close() -> None:
        source.close()
        file.close()

    try:
        skim = Skim(blocks(Slice(file.fileno(), start, size)), start)
        found = wanted(skim, options.records)
    except Malformed:
        found = None
    except BaseException:
        file.close()
        raise
    if isinstance(found, Span):
        begin, end = found.start, found.stop
        return large_array(source, options, exact, lambda: Slice(file.fileno(), begin, end), again, close)
    if found:
        return Abreast(source.name, file.fileno(), found, options, exact, again, close)
    if plain:
        return None
    with file:
        whole = again()
        lines = options.format == "auto" and is_lines(whole)
        return lines_of(whole, exact) if lines else document(whole, options, exact)


def begins(head: bytes, options: Options) -> bool:
    """Say whether this is how a document begins that is an object, and no JSON lines."""
    first, _, more = head.lstrip().partition(b"\n")
    if not first.startswith(b"{"):
        return False
    try:
        return not (options.format == "auto" and more.strip() and isinstance(json.loads(first), dict))
    except (ValueError, RecursionError):
        return True


def spooled(source: Source, stream: Whole) -> IO[bytes]:
    """Return a file without a name that holds the document."""
    file = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115 (closed by the table)
    while True:
        with source.translated():
            data = stream.read(STEP)
        if not data:
            break
        file.write(data)
    file.flush()
    return file


def wanted(skim: Skim, records: str) -> Span | Mapping[str, Span] | None:
    """Return the array of the records, or those that are the columns; None if that is not so clear."""
    try:
        value: object = reader(exact=False).decode(skim.around.decode())
    except (ValueError, RecursionError):
        raise Malformed from None
    for key in records.split(".") if records else ():
        if not isinstance(value, dict) or key not in value:
            return None
        value = cast("Record", value)[key]

    def span(part: Any) -> Span:  # it has its number in it
        return skim.spans[int(part[0])]

    if isinstance(value, dict):
        arrays = {path: span(part) for path, part in leaves(cast("Record", value)) if isinstance(part, list)}
        held = [path for path, each in arrays.items() if each.records]
        near = [path for path in held if len(path) == 1]
        if len(near) == 1:
            return arrays[near[0]]
        others = {".".join(path): each for path, each in arrays.items() if not each.records}
        return None if near or (held and len(others) < 2) else others
    found = span(value) if isinstance(value, list) else None
    return found if found and found.records else None
