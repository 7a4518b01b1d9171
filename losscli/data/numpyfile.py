"""NumPy's files as tables: .npy, whose columns are numbered or are the fields of records; .npz, of arrays by name."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from typing import IO, Any, NamedTuple

import numpy as np

from losscli.data.npy import MAGIC, Rows, Stored, spool, stored
from losscli.data.records import no_text, show
from losscli.data.table import Cell, Chunk, Column, Table
from losscli.data.words import counted, listed, quoted
from losscli.errors import DataError, NoResult

MANY = 16
"""How many times more rows are taken at once than of texts, which cost more."""
ROOM = 1 << 25
"""Bytes of rows that are taken at once, if a row has very many."""
STRANGE = {
    "O": "Python objects, that is a pickle, which could run any program",
    "c": "complex numbers",
    "M": "dates",
    "m": "time spans",
    "V": "bytes without meaning",
    "T": "texts in a form of their own",
}


class Field(NamedTuple):
    """Where a column is: in which array, by which steps, and what its cells are."""

    array: Stored
    path: tuple[Any, ...]
    dtype: np.dtype[Any]
    shape: tuple[int, ...] = ()


class NumpyTable(Table):
    """A table whose columns are in arrays."""

    unit = "row"

    def __init__(
        self, name: str, closers: Sequence[Callable[[], None]], arrays: Iterable[tuple[str, Stored]]
    ) -> None:
        self.name = name
        self._closers = closers
        self._rows: tuple[int, int] | None = None
        self._fields: list[Field] = []
        self.names, self.lists, self.deep = [], {}, {}
        for called, array in arrays:
            dtype, shape, _ = array.layout
            if called or dtype.names:
                self._add(called, Field(array, (), dtype, shape[1:]), bare=not shape)
            else:
                self._number(array)
        self.texts = {at for at, field in enumerate(self._fields) if field.dtype.kind in "US"}

    def _number(self, array: Stored) -> None:
        """Add the columns of an array without names: 1, 2, 3 ..."""
        dtype, shape, _ = array.layout
        if len(shape) not in (1, 2):
            raise DataError(
                f"{self.name}: an array of {counted(len(shape), 'dimension')}, shape {shape}",
                ["rows are numbers, or lists of them: 1 or 2 dimensions"],
                ["np.savez('FILE.npz', pred=..., target=...)       keeps several arrays by name"],
                code="wrong-shape", file=self.name,
            )  # fmt: skip
        self._refuse("", Field(array, (), dtype))
        self.named, self.array = False, True
        self.names = [str(number) for number in range(1, (shape[1] if len(shape) > 1 else 1) + 1)]
        steps = [(np.s_[:, at],) for at in range(shape[1])] if len(shape) > 1 else [()]
        self._fields = [Field(array, step, dtype) for step in steps]

    def _add(self, name: str, field: Field, *, bare: bool = False) -> None:
        """Add a named column, or those of its fields."""
        dtype = field.dtype
        if dtype.subdtype is not None:
            base, inner = dtype.subdtype
            self._add(name, field._replace(dtype=base, shape=(*field.shape, *inner)))
        elif dtype.names and not field.shape:
            for each in dtype.names:
                path = (*field.path, each)
                self._add(f"{name}.{each}" if name else each, field._replace(path=path, dtype=dtype[each]))
        elif not bare:  # a single value beside the arrays is no column
            at = len(self.names)
            self.names.append(name)
            self._fields.append(field)
            for widths, width in zip((self.lists, self.deep), field.shape, strict=False):
                widths[at] = width

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, some times `rows` rows at a time: numbers are no Python objects here."""
        wanted = [self._fields[at] for at in columns]
        for at, field in zip(columns, wanted, strict=True):
            self._refuse(self.names[at], field)
        arrays = list({id(field.array): field.array for field in wanted}.values())
        self._same_length(arrays)
        widest = max(array.layout.row for array in arrays)
        step = max(1, min(rows * MANY, ROOM // max(1, widest)))
        start = 1
        with undamaged(self.name):
            for blocks in zip(*(array.blocks(step) for array in arrays), strict=True):
                held = dict(zip(map(id, arrays), blocks, strict=True))
                cells = [_cells(field, held[id(field.array)]) for field in wanted]
                self._rows = start - 1 + len(blocks[0]), arrays[0].layout.shape[0]
                yield Chunk(cells, np.arange(start, start + len(blocks[0]), dtype=np.int64), no_text)
                start += len(blocks[0])
        if start == 1:
            raise NoResult(f"{self.name}: no rows", code="empty-input", file=self.name)

    def progress(self) -> tuple[int, int] | None:
        """Return how many rows have been read, and how many there are."""
        return self._rows

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the name of the column and the value, with carets under the value."""
        return show(self.names[column], line, cell)

    def close(self) -> None:
        """Close the files; nobody reads on."""
        for close in self._closers:
            close()

    def _refuse(self, name: str, field: Field) -> None:
        """Refuse what cannot be read as numbers or texts."""
        who = f"{self.name}: column {name!r}" if name and self.named else self.name
        if what := STRANGE.get(field.dtype.kind):
            raise DataError(
                f"{who} holds {what}",
                [f"type {field.dtype}; numbers or texts are read"],
                FIX,
                code="wrong-type",
            )
        if len(field.shape) > 2:
            raise DataError(
                f"{who} has {len(field.shape) + 1} dimensions; a list of lists is as deep as it goes",
                code="wrong-shape",
            )

    def _same_length(self, arrays: Sequence[Stored]) -> None:
        lengths = {array.name: array.layout.shape[0] for array in arrays}
        if len(set(lengths.values())) > 1:
            raise DataError(
                f"{self.name}: the arrays differ in length",
                [f"{array} has {counted(length, 'row')}" for array, length in lengths.items()][:6],
                code="lengths-differ", file=self.name,
            )  # fmt: skip


FIX = ["np.save('FILE.npy', array.astype(float))       if they are numbers"]


def _cells(field: Field, rows: Rows) -> Column:
    """Return the cells of a column."""
    array: Rows = reduce(lambda inner, step: inner[step], field.path, rows)
    match field.dtype.kind:
        case "b":
            return array.astype(np.float64)  # as NumPy counts: True is 1
        case "U":
            return array.tolist()
        case "S":
            return np.char.decode(array, "utf-8", "replace").tolist()
        case _:
            return array.tolist() if array.ndim > 2 else array


def numpy_table(name: str, stream: io.BufferedReader, *closers: Callable[[], None], mapped: bool) -> Table:
    """Return the table of a NumPy file, which can be mapped into memory if it is a plain one."""
    to_close = [stream.close, *closers]
    with undamaged(name):
        if stream.peek(len(MAGIC)).startswith(MAGIC):
            array = stored(name, stream, stream if mapped else None)
            return NumpyTable(name, to_close, [("", array)])
        if mapped:
            return NumpyTable(name, to_close, members(name, stream))
        spooled = spool(stream)
        try:
            return NumpyTable(name, [spooled.close, *to_close], members(name, spooled))
        except BaseException:
            spooled.close()
            raise


@contextmanager
def undamaged(name: str) -> Generator[None]:
    """Say so where an archive is damaged, or locked."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise DataError(
            f"{name}: the zip archive cannot be read ({str(error).lower()})", code="damaged", file=name
        ) from None


def members(name: str, file: IO[bytes]) -> Iterator[tuple[str, Stored]]:
    """Yield the arrays of an archive by name: mapped, or read in pieces where they are compressed."""
    archive = zipfile.ZipFile(file)
    found = archive.infolist()
    if not any(each.filename.endswith(".npy") for each in found):
        raise DataError(
            f"{name}: a zip archive without NumPy arrays",
            [f"in it: {listed([each.filename for each in found])}" if found else "it is empty"],
            ["save the sheet as CSV"] if any("xl/" in each.filename for each in found) else (),
            code="wrong-format", file=name,
        )  # fmt: skip
    for each in found:
        if not each.filename.endswith(".npy"):
            continue
        called = each.filename.removesuffix(".npy")
        stream = archive.open(each)
        opened = each.compress_type == zipfile.ZIP_STORED
        start = data_start(file, each.header_offset) if opened else 0
        said = f"{name}: {quoted(called)}"
        yield called, stored(said, stream, file if opened else None, start)


def data_start(file: IO[bytes], header: int) -> int:
    """Return where in an archive the bytes of a member begin: after its own header, a name and an extra field."""
    with suppress(OSError):
        file.seek(header)
        own = file.read(30)
        return header + 30 + int.from_bytes(own[26:28], "little") + int.from_bytes(own[28:30], "little")
    return header
