"""A table, before anyone decides how it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Own(float):
    """A number of the user's own, shown to a person as they would write it and not to fixed digits."""


Cell = str | int | float | None


class Table(NamedTuple):
    """Rows under named columns, with a line above and lines below for a person."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    heading: str = ""
    footer: Sequence[str] = ()
