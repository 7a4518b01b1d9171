"""What a reader is asked for, and what it yields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LIST = "list"
"""The role that says which list a row belongs to."""
RECORD = "record"
"""The column that does where a list is a JSON record."""


PIECE = 1 << 17
"""Rows that are worked on at a time, where each of them gives more than it takes."""
GROUP = "group"
"""The role that says which group a row is reported with."""
WHERE = "where"
"""The role that says whether a row satisfies a condition, where a second table does."""
CLUSTER = "cluster"
"""The role that says which cluster of its group a row is in: of the rows of one, intervals are made as of one row."""


class Role(NamedTuple):
    """One thing to read from a table: the part that some columns play.

    A `number` is one column, or several of equal rank when the user selects several; a `vector` is a
    family of columns (`p_0`, `p_1`, …) or one column of lists; a `class` is one column that names a
    column of the vector role `of`, or as many columns as that role has. `labels` are one column of lists, or of
    texts of numbers with blanks between, in which an empty cell means what its list of rows has already said;
    with `of` they are classes. A `name` is one column of texts that say which list each row belongs to; where
    there is none, all rows are one list.
    """

    name: str
    looked_for: tuple[str, ...] = ()
    kind: Literal["number", "vector", "class", "labels", "name"] = "number"
    of: str = ""
    whole: bool = False
    """Whether it is said once for a list of rows, and not for each row."""
    ignored: tuple[float, ...] | None = None
    """What a class may be called whose rows do not count, and which has no column; None if all rows must."""
    answer: bool = False
    """Whether its numbers are someone's answers: NaN is one, and nothing is missing."""


class Batch(NamedTuple):
    """Some consecutive usable rows: float64 arrays of shape (n,) or (n, K), by role.

    A class is its place among the columns of its vector, or -1, -2 ... if it is ignored; a name its place in
    `Reading.lists` or, of a group, in `Reading.groups`; labels are their place in `Reading.labels`.
    """

    columns: Mapping[str, Array]
    rows: NDArray[np.int64]
    """The number of each row, counted from 1 over the whole input, dropped rows included; of what is in one JSON
    record, that of the record."""
    lines: NDArray[np.int64]
    """Where each row stands in its file, for messages: the line it starts on, or for JSON the record."""
    ids: Sequence[str] = ()
    """The text of the id column, where one was asked for."""


def pieces(batches: Iterable[Batch], rows: int = PIECE) -> Iterator[Batch]:
    """Yield the batches, none so long that what is made of its rows would take much memory."""
    for batch in batches:
        for start in range(0, len(batch.rows), rows):
            part = slice(start, start + rows)
            columns = {role: x[part] for role, x in batch.columns.items()}
            yield Batch(columns, batch.rows[part], batch.lines[part], batch.ids[part])


class Chosen(NamedTuple):
    """The columns that play one role."""

    names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """What tells the columns of a vector apart: `cat` and `dog` of `p_cat`, `p_dog`; `0`, `1` … of a list."""

    @property
    def several(self) -> bool:
        """Whether a row has several numbers: from as many columns, or from one of lists."""
        return len(self.names) > 1 or bool(self.labels)


class Options(NamedTuple):
    """How to read, where the file does not say it."""

    format: Literal["auto", "csv", "tsv", "json", "jsonl", "parquet", "npy", "npz"] = "auto"
    delimiter: str = ""
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8-sig"
    header: bool = True
    missing: Literal["error", "drop", "nan"] = "error"
    na: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    records: str = ""
    engine: Literal["auto", "small", "large"] = "auto"
    threads: int = 0
    """How many parse a large file at a time; 0: as many as there are cores."""
    where: str = ""
    """A condition that a row satisfies, or is left out."""


Given = Mapping[str, str]
"""What the user said: role to COLUMNS, as typed on the command line."""

AS_USUAL = Options()
AS_FOUND: Given = {}
"""Nothing is said: the columns are found by their names."""
