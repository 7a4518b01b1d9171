"""Columns of one table or of the one beside it: ids, groups, conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from losscli.data import absent
from losscli.data.batch import GROUP, Options, Role
from losscli.data.pick import Pick, Picks
from losscli.data.table import Table
from losscli.data.words import listed
from losscli.errors import DataError, LosscliError

if TYPE_CHECKING:
    from losscli.data.where import Where


def condition(tables: Mapping[str, Table], options: Options) -> tuple[str, Where | None]:
    """Return the condition on rows, and the key of the table that it sees: the first one unless it lacks a column."""
    if not options.where:
        return "", None
    from losscli.data.where import Where

    failures: list[LosscliError] = []
    for name, table in tables.items():
        try:
            return name, Where(options.where, table, options)
        except DataError as error:
            failures.append(error)
            if error.facts.get("code") != "no-column":
                raise
    first, *others = failures
    strange = str(first.facts.get("column"))
    if others and any(strange in table.names for table in tables.values()):
        one, two = (table.name for table in tables.values())
        raise DataError(
            f"--where sees the columns of one file, not of both: {strange!r} is in {two}",
            [f"{listed(table.names)}   in {table.name}" for table in tables.values()],
            [f"a condition on the columns of {one} alone, or of {two}"],
            code="bad-condition",
        )
    raise first


def grouping(tables: Mapping[str, Table], group: Sequence[str], cluster: str) -> tuple[str, list[int]]:
    """Return the columns of groups, and the key of the table that they are in: the first one unless it lacks one."""
    failures: list[LosscliError] = []
    for name, table in tables.items():
        try:
            found = columns(table, GROUP, ",".join(group)) + columns(table, "cluster", cluster)
        except LosscliError as error:
            failures.append(error)
        else:
            return name, found
    raise failures[0]


def grouped(table: Table, found: Sequence[int]) -> Pick:
    """Return the columns of groups as a role."""
    return Pick(table, Role(GROUP, (), "name", whole=True), tuple(dict.fromkeys(found)))


def common_columns(main: Table, second: Table, picks: Picks) -> list[str]:
    """Return the names that both tables have beside the columns that are used: perhaps an id."""
    used = {name for pick in picks.values() for name in pick.chosen.names}
    if not (main.named and second.named):
        return []
    return [name for name in main.names if name in second.names and name not in used]


def columns(table: Table, role: str, names: str, before: str = "") -> list[int]:
    """Return the columns of an id: one, or several with commas."""
    if not names:
        return []
    if (one := table.index(names)) is not None:
        return [one]
    found: list[int] = []
    for name in names.split(","):
        at = table.index(name.strip())
        if at is None:
            raise absent.no_column(table, role, name.strip(), names, before)
        found.append(at)
    return found
