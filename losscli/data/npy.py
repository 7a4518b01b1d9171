"""The arrays in NumPy's files: their headers, and their rows out of a file or a stream."""

from __future__ import annotations

import io
import mmap
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from math import prod
from typing import IO, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data.words import quoted
from losscli.errors import DataError

MAGIC = b"\x93NUMPY"
LONGEST = 1 << 24
"""Bytes of a header: an honest one of ten thousand columns has a twentieth."""

Rows = NDArray[Any]


class Layout(NamedTuple):
    """What the header of an array says."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool

    @property
    def row(self) -> int:
        """The bytes of a row."""
        return self.dtype.itemsize * prod(self.shape[1:])

    @property
    def size(self) -> int:
        """The bytes of all rows."""
        return self.row * self.shape[0] if self.shape else self.dtype.itemsize


class Stored(ABC):
    """An array in a file, whose rows are still to be read, once."""

    def __init__(self, name: str, layout: Layout) -> None:
        self.name = name
        """How messages name it."""
        self.layout = layout

    @abstractmethod
    def blocks(self, rows: int) -> Iterator[Rows]:
        """Yield the array, so many rows at a time."""

    def cut_short(self, have: int) -> DataError:
        """Say that there are fewer bytes than there should be."""
        return DataError(
            f"{self.name}: the array is cut short: {have} of {self.layout.size} bytes are there",
            ["was the file copied whole?"],
            code="damaged", file=self.name,
        )  # fmt: skip


class Lying(Stored):
    """An array that lies open in a file: rows are read, or the file is mapped where they do not follow one another."""

    def __init__(self, name: str, layout: Layout, file: IO[bytes], start: int) -> None:
        super().__init__(name, layout)
        have = os.fstat(file.fileno()).st_size - start
        if have < layout.size and not layout.dtype.hasobject:
            raise self.cut_short(max(have, 0))
        self._file = file
        self._start = start

    @cached_property
    def memory(self) -> mmap.mmap:
        """The whole file; it stays when the file is closed."""
        return mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def blocks(self, rows: int) -> Iterator[Rows]:
        """Yield the rows, so many at a time."""
        layout = self.layout
        if not layout.size:
            return
        if hasattr(os, "preadv") and not (layout.fortran and len(layout.shape) > 1):
            yield from self._read(rows)
            return
        whole = self.memory
        array = np.frombuffer(whole, layout.dtype, prod(layout.shape), self._start)
        array = array.reshape(layout.shape, order="F" if layout.fortran else "C")
        for at in range(0, len(array), rows):
            have = layout.size if self._file.closed else os.fstat(self._file.fileno()).st_size - self._start
            if have < layout.size:  # by now: to look at what is gone would end the program
                raise self.cut_short(max(have, 0))
            yield array[at : at + rows]
            if hasattr(mmap, "MADV_DONTNEED"):  # else the memory in use would grow with the file
                whole.madvise(mmap.MADV_DONTNEED)

    def _read(self, rows: int) -> Iterator[Rows]:
        """Yield rows that follow one another: to read them costs half of what it costs to map them."""
        layout, done = self.layout, 0
        while done < layout.size:
            data = np.empty(min(rows * layout.row, layout.size - done), np.uint8)
            have = 0
            while have < len(data):
                count = os.preadv(
                    self._file.fileno(), [memoryview(cast("Any", data))[have:]], self._start + done + have
                )
                if not count:
                    raise self.cut_short(done + have)
                have += count
            done += have
            yield data.view(layout.dtype).reshape(-1, *layout.shape[1:])


class Streamed(Stored):
    """An array that can only be read from its start to its end, row by row."""

    def __init__(self, name: str, layout: Layout, stream: IO[bytes]) -> None:
        super().__init__(name, layout)
        self._stream = stream

    def blocks(self, rows: int) -> Iterator[Rows]:
        """Yield the rows as they come."""
        layout, read = self.layout, 0
        for at in range(0, layout.shape[0] if layout.size else 0, rows):
            shape = min(rows, layout.shape[0] - at), *layout.shape[1:]
            data = bytearray(layout.row * shape[0])
            count = fill(self._stream, data)
            read += count
            if count < len(data):
                raise self.cut_short(read)
            yield np.frombuffer(data, layout.dtype).reshape(shape)


def stored(name: str, stream: IO[bytes], file: IO[bytes] | None = None, start: int = 0) -> Stored:
    """Return the array that begins here; `file` has it open from the byte `start` on, if any has."""
    layout, length = header(name, stream)
    if file is not None:
        return Lying(name, layout, file, start + length)
    if layout.fortran and len(layout.shape) > 1:  # whole columns follow one another: all are needed for a row
        with spool(stream) as spooled:
            found = Lying(name, layout, spooled, 0)
            if layout.size:
                assert found.memory
            return found
    return Streamed(name, layout, stream)


def header(name: str, stream: IO[bytes]) -> tuple[Layout, int]:
    """Return what the header says, and how long it is. Raises `DataError`."""
    start = exactly(stream, 8).ljust(8, b"\0")
    if not start.startswith(MAGIC):
        raise DataError(
            f"{name}: not a NumPy array: it begins with {start!r}", code="wrong-format", file=name
        )
    major = start[6]
    size = exactly(stream, 2 if major == 1 else 4)
    length = int.from_bytes(size, "little")
    text = exactly(stream, length) if length <= LONGEST else b""
    return layout(name, text.decode("utf-8" if major >= 3 else "latin-1", "replace")), 8 + len(size) + length


def layout(name: str, text: str) -> Layout:
    """Return what the text of a header says."""
    import ast

    try:
        facts = cast("dict[str, Any]", ast.literal_eval(text))
        dtype = cast("Any", np.lib.format).descr_to_dtype(facts["descr"])
        shape = tuple(int(length) for length in facts["shape"])
        if min(shape, default=0) < 0:
            raise ValueError
        return Layout(dtype, shape, bool(facts["fortran_order"]))
    except (ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError, AttributeError):
        raise DataError(
            f"{name}: the header of the NumPy file is damaged",
            [f"it says {quoted(text)}"],
            code="damaged",
            file=name,
        ) from None


def exactly(stream: IO[bytes], size: int) -> bytes:
    """Return so many bytes, fewer only at the end."""
    data = bytearray(size)
    return bytes(data[: fill(stream, data)])


def fill(stream: IO[bytes], buffer: bytearray) -> int:
    """Read until the buffer is full; return how many bytes there were."""
    have = 0
    with memoryview(buffer) as view:
        while have < len(buffer) and (count := cast("Any", stream).readinto(view[have:])):
            have += count
    return have


def spool(stream: IO[bytes]) -> IO[bytes]:
    """Return a file without a name that holds the stream: it goes when it is closed, or the program dies."""
    import shutil
    import tempfile

    file = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115 (closed by the table)
    shutil.copyfileobj(stream, file, io.DEFAULT_BUFFER_SIZE << 5)
    file.flush()
    file.seek(0)
    return file
