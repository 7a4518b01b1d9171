"""Rows typed on the command line: `2.5:3,0:-0.5`, prediction and target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from losscli.data.batch import Array, Batch, Chosen, Options, Role
from losscli.data.cells import Binder, Notation
from losscli.data.reading import Reading
from losscli.data.words import counted, quoted, shell
from losscli.errors import UsageError

NAME = "--values"


class Literals(Reading):
    """Rows that were typed."""

    def __init__(self, chosen: Mapping[str, Chosen], arrays: Mapping[str, Array], rows: int) -> None:
        super().__init__(NAME, 0, chosen)
        self._arrays = arrays
        self._count = rows

    def batches(self) -> Iterator[Batch]:
        """Yield all rows."""
        self.rows = self._count
        numbers = np.arange(1, self._count + 1, dtype=np.int64)
        yield Batch(self._arrays, numbers, numbers)

    def place(self, line: int) -> str:
        """Return which of the rows it is."""
        return f"{NAME}, row {line}"


def literals(text: str, form: Sequence[Role]) -> Reading:
    """Read rows separated by commas, a value per role separated by colons, a vector's numbers by slashes.

    Raises `UsageError`.
    """
    names = ":".join(role.name for role in form)
    if not text.strip():
        raise UsageError(f"{NAME} is empty", [f"a row is {names}"], code="bad-literal")
    rows = [row.split(":") for row in text.split(",")]
    for at, row in enumerate(rows, 1):
        if len(row) != len(form):
            flat = [row[0] for row in rows if len(row) == 1]
            raise UsageError(
                f"{NAME}: {quoted(':'.join(row))} has {counted(len(row), 'value')}, not {len(form)}",
                [f"row {at} of {len(rows)}; a row is {names}"],
                [f"--values {shell(':'.join(flat))}"] if len(flat) == len(rows) == len(form) else (),
                code="bad-literal",
            )
    notation = Notation(Options())
    arrays: dict[str, Array] = {}
    chosen: dict[str, Chosen] = {}
    sequences: dict[str, Sequence[Array]] = {}
    for role in sorted(form, key=lambda role: bool(role.of)):  # a class needs its vector
        cells = [row[form.index(role)] for row in rows]
        classes = chosen[role.of].labels if role.of else ()
        if role.kind == "labels":
            binder = Binder(classes, notation) if role.of else None
            arrays[role.name], sequences[role.name] = _labels(cells, notation, binder)
            chosen[role.name] = Chosen((role.name,))
            continue
        width = _width(role, cells, classes)
        found, wanted = _numbers(role, cells, width, classes, notation)
        lost = np.flatnonzero(np.isnan(found.reshape(len(rows), -1)).any(axis=1))
        if len(lost):
            raise UsageError(
                f"{NAME}: {quoted(cells[int(lost[0])])} is not {wanted}",
                [f"row {int(lost[0]) + 1} of {len(rows)}; a row is {names}"],
                code="bad-literal",
            )
        arrays[role.name] = found
        chosen[role.name] = Chosen((role.name,), tuple(map(str, range(width))) if width > 1 else ())
    reading = Literals(chosen, arrays, len(rows))
    reading.labels = sequences
    return reading


def _width(role: Role, cells: Sequence[str], classes: Sequence[str]) -> int:
    """Return how many numbers each cell of a role has. Raises `UsageError` if they differ, or are too few or many."""
    widths = {cell.count("/") + 1 for cell in cells}
    width = max(widths)
    if len(widths) > 1:
        what = f"{role.name} has {counted(width, 'number')} in one row, {min(widths)} in another"
    elif role.kind == "vector" and width == 1:
        what = f"{role.name} is a vector: several numbers with slashes, as in 0.2/0.8"
    elif role.kind == "class" and width > 1 and width != len(classes):
        what = f"{role.name} has {width} numbers, {role.of} has {len(classes)}"
    else:
        return width
    raise UsageError(f"{NAME}: {what}", code="bad-literal")


def _numbers(
    role: Role, cells: Sequence[str], width: int, classes: Sequence[str], notation: Notation
) -> tuple[Array, str]:
    """Return the numbers of a role, NaN where a cell is none, and what a cell should be; a class is its index."""
    if role.kind == "class" and width == 1:
        binder = Binder(classes, notation, role.ignored)
        return binder.indices(cells)[0], f"one of the classes {', '.join(binder.labels)}"
    values, _ = notation.numbers([part for cell in cells for part in cell.split("/")])
    return values.reshape(-1, width) if width > 1 else values, "a number"


def _labels(cells: Sequence[str], notation: Notation, binder: Binder | None) -> tuple[Array, Sequence[Array]]:
    """Return the labels of the one list that all rows are: slashes stand between them, later cells may be empty."""
    from losscli.data.names import Carried, Sequences

    code = Sequences(notation, binder, "/")
    places, bad = code.indices(cells)
    Carried().fill(places, np.zeros(len(cells)), set(bad))
    if bad or np.isnan(places).any():
        at = bad[0] if bad else 0
        what = "a sequence of classes" if binder else "numbers with slashes between"
        where = f"row {at + 1} of {len(cells)}"
        raise UsageError(f"{NAME}: {quoted(cells[at])} is not {what}", [where], code="bad-literal")
    return places, code.known
