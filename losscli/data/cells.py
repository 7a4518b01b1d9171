"""Cells to float64: what is a number, what is missing, what names a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Array, Options
from losscli.data.table import Cell, Column
from losscli.data.words import written

MISSING = frozenset(("", "NA", "N/A", "nan", "NaN", "null", "None"))
NAN = float("nan")


class Written(float):
    """A JSON number that remembers its text, so that it can be an id."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> Written:
        """Read the number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class Notation:
    """How this input writes numbers and missing values."""

    def __init__(self, options: Options) -> None:
        self.na = frozenset(options.na)
        self.missing = MISSING | self.na
        self.comma = options.decimal == ","
        # `--na -999` must not be read as a number by the fast path.
        self._lacking = [x for text in options.na if (x := number(text)) is not None and label(x) == text]
        self._plain = not any(number(text) is not None for text in options.na)

    def numbers(self, cells: Column) -> tuple[Array, list[int]]:
        """Return the cells as numbers, NaN where missing, and the places of those that are neither."""
        if isinstance(cells, np.ndarray):
            return self._array(cells), []
        kinds = set(map(type, cells))
        if self._plain and kinds <= {float, Written}:
            return np.array(cells, dtype=np.float64), []
        if self._plain and kinds == {str}:
            texts = cast("Iterable[str]", cells)
            whole = "".join(texts)
            if "_" not in whole and not (self.comma and "." in whole):
                if self.comma:
                    texts = (text.replace(",", ".") for text in texts)
                try:
                    return np.fromiter(map(float, texts), np.float64, len(cells)), []
                except ValueError:
                    pass  # a missing or a bad cell: look at each
        found = [self.number(cell) for cell in cells]
        bad = [at for at, value in enumerate(found) if value is None]
        return np.array([NAN if value is None else value for value in found], dtype=np.float64), bad

    def _array(self, cells: NDArray[Any]) -> Array:
        """Return numbers of any type as doubles, one after the other in memory."""
        found = np.require(cells, np.float64, ("C", "A"))
        for value in self._lacking:
            found = np.where(found == value, NAN, found)
        return found

    def vectors(self, cells: Column, width: int) -> tuple[Array, list[int]]:
        """Return cells that are lists of `width` numbers as an (n, width) array, as `numbers` does."""
        if isinstance(cells, np.ndarray):
            return self.numbers(cells)
        rows = [cast("list[Cell]", cell) if isinstance(cell, list) else [cell] * width for cell in cells]
        flat, bad = self.numbers(list(chain.from_iterable(rows)))
        # A cell that is no list can only be missing.
        loose = {
            at for at, cell in enumerate(cells) if not isinstance(cell, list) and not self.is_missing(cell)
        }
        return flat.reshape(len(cells), width), sorted(loose | {at // width for at in bad})

    def number(self, cell: Cell) -> float | None:
        """Return the number of one cell, NaN if it is missing, None if it is no number."""
        if isinstance(cell, float):
            return NAN if self.na and label(cell) in self.na else float(cell)
        if cell is None:
            return NAN
        if not isinstance(cell, str):
            return None
        text = cell.strip()
        if text in self.missing:
            return NAN
        if self.comma:
            if "." in text:  # 1.500 is 1500 to some who write decimal commas
                return None
            text = text.replace(",", ".")
        return number(text)

    def is_missing(self, cell: Cell) -> bool:
        """Say whether the cell is a marker for a missing value."""
        return cell is None or (isinstance(cell, str) and cell.strip() in self.missing)


class Binder:
    """Class labels to the places of their columns."""

    def __init__(
        self, labels: Sequence[str], notation: Notation, ignored: Sequence[float] | None = None
    ) -> None:
        self.labels = tuple(labels)
        self._ignored = {x: -1.0 - at for at, x in enumerate(ignored or ())}
        self._notation = notation
        self._known: dict[str, float] = {text: float(at) for at, text in enumerate(labels)}
        # A label that is called None or NA is a label, unless the user says that it means missing.
        self._known.update((text, NAN) for text in labels if text in notation.na)
        self._whole = all(integer(text) is not None for text in labels)

    def indices(self, cells: Column) -> tuple[Array, list[int]]:
        """Return the place of each cell's class, NaN where missing, and the cells that name no class."""
        if isinstance(cells, np.ndarray):
            each, which = np.unique(cells, return_inverse=True)
            places, bad = self.indices(plain(each))
            return places[which], np.flatnonzero(np.isin(which, bad)).tolist() if bad else []
        texts = [cell if isinstance(cell, str) else label(cell) for cell in cells]
        found = list(map(self._known.get, texts))
        bad: list[int] = []
        for at, place in enumerate(found):
            if place is None and (place := self._resolve(texts[at])) is None:
                bad.append(at)
                place = NAN
            found[at] = place
        return np.array(found, dtype=np.float64), bad

    def _resolve(self, cell: str) -> float | None:
        text = cell.strip()
        place = self._known.get(text)
        if place is None:
            value = NAN if text in self._notation.missing else number(text)
            if value is not None and value != value:
                place = NAN
            elif value is not None and self._whole and value.is_integer():
                place = self._known.get(str(int(value)))
            if place is None and value is not None:
                place = self._ignored.get(value)
        if place is not None:
            self._known[cell] = place
        return place


def plain(cells: Column) -> Sequence[Cell]:
    """Return cells that may be an array as those of JSON: floats, or lists of them, that know their text."""
    if not isinstance(cells, np.ndarray) or cells.dtype.kind == "b":
        return cells.tolist() if isinstance(cells, np.ndarray) else cells
    if cells.ndim > 1:
        return [plain(row) for row in cells]
    if cells.dtype.kind in "iu":
        return list(map(Written, map(str, cells.tolist())))
    return [None if x != x else Written(label(x)) for x in cells.astype(np.float64).tolist()]


def number(text: str) -> float | None:
    """Return the number that the text writes, as Python's float reads it but for underscores, or None."""
    if "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def integer(text: str) -> int | None:
    """Return the integer that the text writes in plain digits, or None."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def label(cell: Cell) -> str:
    """Return the text by which a cell names a class: 2.0 is 2."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else float.__repr__(cell)
    return "" if cell is None else written(cell)


def identity(cell: Cell) -> str:
    """Return the text of an id: as the file writes it, leading zeros and all."""
    if isinstance(cell, str):
        return cell
    return cell.text if isinstance(cell, Written) else "" if cell is None else written(cell)


def identities(cells: Column) -> Sequence[str]:
    """Return the texts of ids."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iu" and cells.ndim == 1:
        return list(map(str, cells.tolist()))
    cells = plain(cells)
    return cast("list[str]", cells) if set(map(type, cells)) == {str} else list(map(identity, cells))
