"""Cells that stand for something longer than a number: the name of a list, the labels of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from losscli.data.batch import Array, Options
from losscli.data.cells import NAN, Binder, Notation, identity, plain
from losscli.data.table import Cell, Column

Code = tuple[Array, list[int]]


class Names:
    """Texts to their places, in the order in which they first appear."""

    def __init__(self, notation: Notation) -> None:
        self.known: list[str | int] = []
        self._notation = notation
        self._places: dict[object, float] = {}

    def indices(self, cells: Column) -> Code:
        """Return the place of each cell's name, NaN where missing; none is wrong."""
        # The number of a record stands for itself.
        names = [cell if type(cell) in (str, int) else identity(cell) for cell in plain(cells)]
        places = list(map(self._places.get, names))
        for at, place in enumerate(places):
            if place is None:
                places[at] = self._new(names[at])
        return np.array(places, np.float64), []

    def _new(self, cell: object) -> float:
        """Return the place of a name, perhaps with blanks around it, that has not been seen so."""
        name = cell.strip() if isinstance(cell, str) else cell
        if name in self._notation.missing:
            place = NAN
        else:
            place = self._places.setdefault(name, float(len(self.known)))
            if place == len(self.known):
                self.known.append(cast("str | int", name))
        self._places[cell] = place
        return place


class Groups:
    """Texts of one or several columns to the places of the groups they name, as `Names` does.

    A group is called what the file says, be it `NA`: only what is empty, or what the user says, is missing.
    """

    def __init__(self, options: Options) -> None:
        self.known: list[tuple[str, ...]] = []
        self._missing = frozenset(("", *options.na)) if options.missing != "nan" else frozenset[str]()
        self._places: dict[tuple[str, ...], float] = {}

    def indices(self, columns: Sequence[Column]) -> tuple[Array, list[tuple[int, int]]]:
        """Return the place of each row's group, NaN where missing, and which cells are: row and column."""
        texts = [
            [cell if type(cell) is str else identity(cell) for cell in plain(cells)] for cells in columns
        ]
        rows = list(zip(*texts, strict=True))
        found = list(map(self._places.get, rows))
        lost: list[tuple[int, int]] = []
        for at, place in enumerate(found):
            if place is None or place != place:
                found[at] = self._new(rows[at])
                lost += ((at, k) for k, text in enumerate(rows[at]) if text.strip() in self._missing)
        return np.array(found, np.float64), lost

    def _new(self, row: tuple[str, ...]) -> float:
        """Return the place of a group that perhaps has not been seen, or not with these blanks around it."""
        name = tuple(text.strip() for text in row)
        if not self._missing.isdisjoint(name):
            return NAN
        place = self._places.setdefault(name, float(len(self.known)))
        if place == len(self.known):
            self.known.append(name)
        self._places[row] = place
        return place


class Sequences:
    """Sequences of numbers, as lists or as texts, to their places in the order in which they first appear."""

    def __init__(self, notation: Notation, binder: Binder | None = None, mark: str | None = None) -> None:
        self.known: list[Array] = []
        self._notation = notation
        self._read = binder.indices if binder else notation.numbers
        self._mark = mark
        """What stands between the numbers of a text; blanks if not said."""
        self._places: dict[str, float] = {}

    def indices(self, cells: Column) -> Code:
        """Return the place of each cell's sequence, NaN where missing, and the cells that are none."""
        places: list[float] = []
        bad: list[int] = []
        for at, cell in enumerate(plain(cells)):
            place = self._place(cell)
            if place is None:
                bad.append(at)
            places.append(NAN if place is None else place)
        return np.array(places, np.float64), bad

    def parts(self, cell: Cell) -> list[Cell]:
        """Return the numbers of a cell as they are written."""
        if isinstance(cell, list):
            return cast("list[Cell]", cell)
        return list(cell.split(self._mark)) if isinstance(cell, str) else [cell]

    def stray(self, cell: Cell) -> Cell:
        """Return the first part of a cell that is wrong."""
        parts = self.parts(cell)
        return parts[self._read(parts)[1][0]]

    def _place(self, cell: Cell) -> float | None:
        if self._notation.is_missing(cell):
            return NAN
        parts = self.parts(cell)
        key = "\0".join(map(str, parts))
        place = self._places.get(key)
        if place is None:
            numbers, bad = self._read(parts)
            if bad:
                return None
            place = NAN if np.isnan(numbers).any() else float(len(self.known))
            self._places[key] = place
            if place == place:
                self.known.append(numbers)
        return place


class Carried:
    """The last sequence that each list of rows has said, which holds for its rows with an empty cell."""

    def __init__(self) -> None:
        self._said: dict[float, float] = {}

    def fill(self, places: Array, lists: Array, bad: set[int]) -> None:
        """Fill in what the first row of a list has said before; not in a `bad` row, which has said something."""
        for row, (place, which) in enumerate(zip(places.tolist(), lists.tolist(), strict=True)):
            if place == place:
                self._said.setdefault(which, place)
            elif row not in bad:
                places[row] = self._said.get(which, NAN)
