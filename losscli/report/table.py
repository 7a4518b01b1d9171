"""A table, before anyone decides how it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from losscli.errors import UsageError


class Own(float):
    """A number of the user's own, shown to a person as they would write it and not to fixed digits."""


class Gap(str):
    """A line that says what is left out between two rows; it stands in their first column, and is as wide as it is."""


class Right(str):
    """A text that stands to the right, as numbers do."""


Cell = str | int | float | None
NOTHING: Mapping[str, str] = MappingProxyType({})


class Table(NamedTuple):
    """Rows under named columns, with a line above and lines below for a person."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    heading: str = ""
    footer: Sequence[str] = ()
    usual: Sequence[str] | None = None
    """The columns that are written if no others are asked for; None: all."""
    titles: Mapping[str, str] = NOTHING
    """What a person reads above columns that programs know by shorter names."""


def select(
    known: Sequence[str],
    asked: Sequence[str],
    usual: Sequence[str] | None = None,
    evident: Sequence[str] | None = None,
) -> list[int]:
    """Return the places of the fields asked for, or of the usual ones. Raises `UsageError`, naming the `evident`."""
    for name in asked:
        if name not in known:
            from difflib import get_close_matches

            close = get_close_matches(name, known, 1)
            raise UsageError(
                f"--fields: there is no '{name}'",
                [f"fields: {', '.join(known if evident is None else evident)}"],
                [f"--fields {','.join(close[0] if each == name else each for each in asked)}"]
                if close
                else (),
                code="unknown-field",
            )
    if not asked and usual is None:
        # also of columns that have the same name, as intervals beside several losses
        return [*range(len(known))]
    return [known.index(name) for name in asked or usual or ()]


def selected(table: Table, asked: Sequence[str]) -> Table:
    """Return a table of those columns of `table` that were asked for, or are usual. Raises `UsageError`."""
    places = select(table.columns, asked, table.usual)
    if places == [*range(len(table.columns))]:
        return table
    rows = ([row[at] for at in places] for row in table.rows)
    return table._replace(columns=[table.columns[at] for at in places], rows=rows, usual=None)
