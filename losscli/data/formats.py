"""Which format an input has, and the table that follows."""

from __future__ import annotations

import re

from losscli.data.batch import Options
from losscli.data.binary import of_file, of_stream, stranger, told
from losscli.data.delimited import Delimited
from losscli.data.files import Files
from losscli.data.source import Format, NotText, Source
from losscli.data.table import Table, stamped
from losscli.errors import NoResult, UsageError

JSON = re.compile(r'[{\[]\s*([{\["}\]]|$)')
"""How JSON begins, and hardly any header."""
JSON_SAID = ("auto", "json"), ("auto", None)


def open_table(file: str, options: Options, exact: bool) -> Table:
    """Return the table that a file is, or that the files are which a pattern means."""
    names = file.names if isinstance(file, Files) else [file]
    if len(names) == 1 and not any(mark in file for mark in "*?["):
        return open_one(file, options, exact)
    from losscli.data.several import Several, matching

    files = [each for name in names for each in matching(name)]
    if len(files) == 1:
        return open_one(files[0], options, exact)
    return Several(file, files, lambda each: open_one(each, options, exact))


def open_one(file: str, options: Options, exact: bool) -> Table:
    """Return the table that a file is, and remember how the file was."""
    stamp = None if file == "-" else stamped(file)
    found = opened(file, options, exact)
    found.stamp = stamp
    return found


def opened(file: str, options: Options, exact: bool) -> Table:
    """Return the table that a file is: by the user's word, its suffix unless that cannot be, or its look."""
    if found := of_file(file, options):
        return found
    source = Source(file, options)
    try:
        try:
            found = table(source, options, exact)
            found.source = source
            return found
        except NotText as error:  # it comes through a pipe, or was compressed
            if format := told(error.magic, options):
                return of_stream(source, error.stream, format, options)
            raise
    except BaseException:
        source.close()
        raise


def table(source: Source, options: Options, exact: bool) -> Table:
    """Return the table of an opened input."""
    large = is_large(source, options)
    if large and (options.format == "json" or (options.format, source.suffix) in JSON_SAID):
        from losscli.data.unwrapped import array_of_records

        found = array_of_records(source, options, exact)
        if found is None:
            from losscli.data.skimmed import long_document

            found = long_document(source, options, exact)
        if found:
            return found
    format = guess(source) if options.format == "auto" else options.format
    if format in ("parquet", "npy", "npz"):
        source.first_lines(1)  # raises NotText if it is
        raise stranger(source.name, format, "".join(source.first_lines(1))[:8].encode())
    if format in ("json", "jsonl"):
        from losscli.data import document

        if format == "jsonl":
            document.refuse_records(options, "JSON lines")
            lines = document.lines_of(source, exact)
            if large:
                from losscli.data.largelines import LargeLines

                return LargeLines(lines, source, options)
            return lines
        return document.document(source, options, exact)
    if options.records:
        raise UsageError(
            f"--records {options.records}: {source.name} is not a JSON document", code="option-unused"
        )
    small = Delimited(source, options)
    if large:
        from losscli.data.large import LargeDelimited

        return LargeDelimited(small, source, options)
    return small


def is_large(source: Source, options: Options) -> bool:
    """Return whether the engine is to read an input."""
    return options.engine == "large" or (options.engine == "auto" and source.is_large())


def guess(source: Source) -> Format:
    """Return the format of an input whose user did not say."""
    head = source.first_lines(1)
    start = head[0].lstrip() if head else ""
    if not start:
        raise NoResult(f"{source.name} is empty", code="empty-input", file=source.name)
    if source.suffix in ("csv", "tsv"):
        if not JSON.match(start):
            return source.suffix
    elif source.suffix in ("json", "jsonl"):
        if start[0] not in "{[":
            return source.suffix
    elif start[0] not in "{[":
        return "csv"
    from losscli.data.document import is_lines

    one_line = source.suffix == "jsonl" and start[0] == "{" and start.rstrip().endswith("}")
    return "jsonl" if one_line or is_lines(source) else "json"
