"""Several files with the same columns as one table, one after the other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from losscli.data.files import second
from losscli.data.table import Cell, Chunk, Table
from losscli.data.words import counted, listed, nearest
from losscli.early import LARGE
from losscli.errors import DataError, NoResult

Open = Callable[[str], Table]


def matching(file: str) -> list[str]:
    """Return the files that a pattern means, by their names; a file of that very name is no pattern."""
    import glob

    if file == "-" or not glob.has_magic(file) or Path(file).exists():
        return [file]
    found = sorted(name for name in glob.glob(file, recursive=True) if not Path(name).is_dir())  # noqa: PTH207 (as typed)
    if not found:
        folder = Path(file).parent
        close = nearest(Path(file).name, sorted(each.name for each in folder.glob("*")))
        raise DataError(
            f"no file matches {file!r}", [f"did you mean: {folder / close}"] if close else (), code="no-file"
        )
    return found


class Several(Table):
    """The rows of some files. A row's line is counted on over the files, and told from the start of its own."""

    def __init__(self, name: str, files: Sequence[str], open_one: Open) -> None:
        self.name = name
        self._files = list(files)
        self._sizes = [each.stat().st_size if each.is_file() else 0 for each in map(Path, files)]
        self._open = open_one
        self._first = self._now = first = open_one(files[0])
        self.names, self.lists, self.deep = first.names, first.lists, first.deep  # which grow if more is seen
        self.unit, self.named, self.array, self.texts = first.unit, first.named, first.array, first.texts
        self.large = first.large or sum(self._sizes) >= LARGE
        self.delimiter = getattr(first, "delimiter", "")
        self._starts = [0]
        """After which line each file begins."""

    def chunks(self, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the wanted columns of each file; one without rows has none to give."""
        seen = 0
        for at, file in enumerate(self._files):
            if at:
                self._now = self._open(file)
                self._starts.append(seen)
            try:
                for chunk in self._of(self._now, columns, rows):
                    seen = self._starts[-1] + int(chunk.lines[-1])
                    yield chunk._replace(lines=chunk.lines + np.int64(self._starts[-1]))
            finally:
                self._now.close()
        if not seen:
            raise NoResult(
                f"{self.name}: no rows in {counted(len(self._files), 'file')}",
                code="empty-input",
                file=self.name,
            )

    def _of(self, table: Table, columns: Sequence[int], rows: int) -> Iterator[Chunk]:
        """Yield the columns of one file, and nothing if it has no row."""
        places = columns if table is self._first else self._agree(table, columns)
        own = dict(zip(columns, places, strict=True))
        table.numeric = {own[at] for at in self.numeric if at in own}
        with suppress(NoResult):
            yield from table.chunks(places, rows)
        table.same()

    def _agree(self, table: Table, columns: Sequence[int]) -> list[int]:
        """Return where the columns are in another file, which has to have the same ones."""
        first = self._first
        while not {self.names[at] for at in columns} <= set(table.names) and table.more():
            pass
        alike = set(table.names) == set(self.names) and len(table.names) == len(self.names)
        # records may differ
        if not alike and not (table.unit == first.unit == "line" and not self.delimiter):
            lacks = [name for name in self.names if name not in table.names]
            more = [name for name in table.names if name not in self.names]
            raise DataError(
                f"{table.name}: not the columns of {first.name}",
                [
                    f"{what}: {listed(names)}"
                    for what, names in (("it lacks", lacks), ("it has besides", more))
                    if names
                ]
                or [f"columns: {listed(table.names)}"],
                [*second(self.name), "give files of the same columns, or read them one at a time"],
                code="files-differ", file=table.name,
            )  # fmt: skip
        found: list[int] = []
        for at in columns:
            place = table.index(self.names[at])
            if place is None:
                raise DataError(
                    f"{table.name}: no column {self.names[at]!r}", [f"columns: {listed(table.names)}"],
                    code="files-differ", file=table.name,
                )  # fmt: skip
            if at in self.numeric and (place in table.texts) > (at in self.texts):
                raise DataError(
                    f"{table.name}: column {self.names[at]!r} holds texts, in {first.name} numbers",
                    code="files-differ", file=table.name,
                )  # fmt: skip
            found.append(place)
        return found

    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes of all files have been read, and how many they have."""
        at = len(self._starts) - 1
        done, total = self._now.progress() or (1, 1)  # it is closed
        return sum(self._sizes[:at]) + self._sizes[at] * done // max(total, 1), sum(self._sizes)

    def show(self, line: int, column: int, cell: Cell, raw: str) -> tuple[str, ...]:
        """Return the line of its file with carets under the cell."""
        return self._first.show(line - self._starts[self._file(line)], column, cell, raw)

    def place(self, line: int) -> str:
        """Return where a row stands: in which file, and there."""
        at = self._file(line)
        local = line - self._starts[at]
        return (
            f"{self._files[at]}:{local}" if self.unit == "line" else f"{self._files[at]}: {self.unit} {local}"
        )

    def spot(self, line: int) -> str:
        """Return where a row stands, in few words."""
        at = self._file(line)
        return f"{self._files[at]}:{line - self._starts[at]}"

    def _file(self, line: int) -> int:
        return bisect_left(self._starts, line) - 1

    def more(self) -> bool:
        """Look further for columns in the first file."""
        return self._first.more()

    def close(self) -> None:
        """Close the file that is open; nobody reads on."""
        self._now.close()
