"""Formats that are not text: how they are told, and their tables."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Literal, cast

from losscli.data.batch import Options
from losscli.data.source import BLOCK, Source
from losscli.data.table import Table
from losscli.early import LARGE
from losscli.errors import DataError, NoResult, UsageError

Binary = Literal["parquet", "npy", "npz"]

MAGIC: dict[Binary, bytes] = {"npy": b"\x93NUMPY", "npz": b"PK\x03\x04", "parquet": b"PAR1"}
KIND: dict[str, str] = {"npy": "a NumPy file", "npz": "a NumPy archive", "parquet": "a Parquet file"}
HEAD = 8
"""Bytes that tell."""


def of_file(file: str, options: Options) -> Table | None:
    """Return the table of a plain file in one of these formats; None if it is no such file."""
    path = Path(file)
    asked = str(options.format if options.format != "auto" else path.suffix.lower().removeprefix("."))
    try:
        if file == "-" or not stat.S_ISREG(path.stat().st_mode):
            return None
        stream = path.open("rb")
    except (OSError, ValueError):  # the reader of texts says what is wrong
        return None
    try:
        found = told(stream.peek(HEAD), options)
        if found:
            found_table = table(file, stream, found, options, path)
            found_table.large = path.stat().st_size >= LARGE
            return found_table
        if asked in MAGIC:
            raise stranger(file, asked, stream.peek(HEAD)[:HEAD])
    except BaseException:
        stream.close()
        raise
    stream.close()
    return None


def told(head: bytes, options: Options) -> Binary | None:
    """Return which of the formats begins so, unless the user says that it is another one."""
    for format, magic in MAGIC.items():
        if head.startswith(magic) and options.format in ("auto", format):
            return format
    return None


def stranger(name: str, asked: str, head: bytes) -> DataError | NoResult:
    """Say that a file is not what its suffix or the user says."""
    if not head:
        return NoResult(f"{name} is empty", code="empty-input", file=name)
    return DataError(
        f"{name}: not {KIND[asked]}: it begins with {head!r}", fix=["--input-format csv       if it is text"],
        code="wrong-format", file=name,
    )  # fmt: skip


def of_stream(source: Source, stream: IO[bytes], format: Binary, options: Options) -> Table:
    """Return the table of a stream that cannot be read twice, such as standard input."""
    guarded = io.BufferedReader(cast("Any", Guarded(source, stream)), BLOCK)
    found = table(source.name, guarded, format, options, None, source.close)
    found.large = True  # as it may be
    return found


class Guarded(io.RawIOBase):
    """A stream out of which what was compressed comes with its damages said in our words."""

    def __init__(self, source: Source, stream: IO[bytes]) -> None:
        self._source = source
        self._stream = stream

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        with self._source.translated():
            return cast("Any", self._stream).readinto(buffer)


def table(
    name: str,
    stream: io.BufferedReader,
    format: Binary,
    options: Options,
    path: Path | None = None,
    *closers: Callable[[], None],
) -> Table:
    """Return the table of an opened file, which closes it in the end."""
    if options.records:
        raise UsageError(f"--records {options.records}: {name} is not a JSON document", code="option-unused")
    if format == "parquet":
        from losscli.data.parquet import parquet_table

        return parquet_table(name, stream, path, options.threads, *closers)
    from losscli.data.numpyfile import numpy_table

    return numpy_table(name, stream, *closers, mapped=path is not None)
