"""What every format looks like once its syntax is gone: named columns that come in chunks of cells."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data.words import listed
from losscli.errors import DataError

if TYPE_CHECKING:
    from losscli.data.source import Source

Cell = object
"""A text (CSV), or what JSON holds: a float, a text, None, a bool, a list."""


Column = Sequence[Cell] | NDArray[Any]
"""Cells; or, of formats that hold them as the machine does, an array of numbers: of shape (n,), or (n, K) where
each cell is a list."""


class Chunk(NamedTuple):
    """Some consecutive rows: the cells of the wanted columns, column by column."""

    cells: Sequence[Column]
    lines: NDArray[np.int64]
    raw: Callable[[int], str]
    """The text of a row, by its place in the chunk, for messages."""
    numbers: NDArray[np.int64] | None = None
    """The number of each row, counted from 1, if not one after the other: several are one record."""


class Table(ABC):
    """A file with its columns known and its rows still to be read, once."""

    name: str
    names: list[str]
    lists: dict[int, int]
    """The columns whose cells are lists, and how long the lists are."""
    deep: dict[int, int]
    """The columns whose cells are lists of lists, and how long the inner ones are."""
    unit = "line"
    """What `Batch.lines` counts."""
    source: Source | None = None
    """Where the bytes come from."""
    large = False
    """Whether there may be more in it than should be held in memory."""
    stamp: tuple[int, int, int] | None = None
    """What `stamped` said of the file when it was opened."""
    numeric: Collection[int] = ()
    """The columns that hold numbers and nothing else, so that a fast reader may give arrays of them."""
    named = True
    """False where columns are mere numbers, so that equal names mean nothing."""
    array = False
    """True for an array without names: what it is read for takes all of it, counted from 0."""
    texts: Collection[int] = ()
    """The columns that are known to hold texts, whatever they say."""

    @abstractmethod
    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns, `rows` rows at a time. Raise NoResult when there is no row."""

    @abstractmethod
    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the lines that show one cell in its row."""

    @abstractmethod
    def close(self) -> None:
        """Close the file; nobody reads on."""

    def same(self) -> None:
        """Refuse a file that has been written to since it was opened: what was read of it may be half a number."""
        if self.stamp is None or (now := stamped(self.name)) is None or now[0] != self.stamp[0]:
            return  # no file, or one whose name is now another's, or nobody's: ours is as it was
        if now != self.stamp:
            raise DataError(
                f"{self.name}: the file changed while it was read",
                [f"its size was {self.stamp[1]} bytes, now it is {now[1]}"]
                if now[1] != self.stamp[1]
                else (),
                ["copy it first, or wait until all of it is written"],
                code="changed",
                file=self.name,
            )

    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes of the file have been read, and how many it has; None if that is not known."""
        return self.source.progress() if self.source else None

    def more(self) -> bool:
        """Look further for columns that the first rows lack; return whether there was anything to see."""
        return False

    def place(self, line: int) -> str:
        """Return where a row stands, as messages say it."""
        return f"{self.name}:{line}" if self.unit == "line" else f"{self.name}: {self.unit} {line}"

    def spot(self, line: int) -> str:
        """Return where a row stands, in few words."""
        return str(line)

    def width(self, column: int, level: int = 0) -> int | None:
        """Return how many numbers are in a cell, `level` lists further in; None if it is one."""
        return (self.deep if level else self.lists).get(column)

    def measure(self, column: int, cell: Sequence[Cell]) -> None:
        """Take the length of a list, if it is the first one, and of the first list in it."""
        self.lists.setdefault(column, len(cell))
        inner = next((each for each in cell if each is not None), None)
        if isinstance(inner, list):
            self.deep.setdefault(column, len(cast("list[Cell]", inner)))

    def depth(self, column: int) -> int:
        """Return how many lists are around a number."""
        return (column in self.lists) + (column in self.deep)

    def index(self, name: str) -> int | None:
        """Return the one column of this name, or None."""
        if name not in self.names:
            return None
        first = self.names.index(name)
        self.unique(first)
        return first

    def unique(self, column: int) -> None:
        """Refuse a column whose name another one bears too."""
        name = self.names[column]
        if self.names.count(name) > 1:
            numbers = [str(at) for at, other in enumerate(self.names, 1) if other == name]
            raise DataError(
                f"{self.name}: {len(numbers)} columns are called {name!r}",
                [f"columns {', '.join(numbers)} of: {listed(self.names)}"],
                ["rename one of them"],
                code="same-name", file=self.name,
            )  # fmt: skip


def stamped(file: str) -> tuple[int, int, int] | None:
    """Return which file this is, its size and when it was written; None if it is no plain file."""
    try:
        found = os.stat(file)  # noqa: PTH116 (pathlib costs a millisecond)
    except (OSError, ValueError):
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if S_ISREG(found.st_mode) else None
