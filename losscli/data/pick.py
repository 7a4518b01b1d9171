"""The columns that play a role, and whether those of two roles agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from losscli.data import absent
from losscli.data.batch import Chosen, Role
from losscli.data.table import Table
from losscli.data.words import listed, shell
from losscli.errors import DataError


class Pick(NamedTuple):
    """The columns of one table that play one role."""

    table: Table
    role: Role
    columns: tuple[int, ...]
    labels: tuple[str, ...] = ()
    width: int | None = None
    """None: one number a row. Otherwise the numbers of a row, from as many columns or from one of lists."""
    level: int = 0
    """How many lists around a cell are rows."""

    @property
    def lists(self) -> bool:
        """Whether the numbers of a row come from one list."""
        return self.width is not None and self.table.width(self.columns[0], self.level) is not None

    @property
    def chosen(self) -> Chosen:
        """The names, for people."""
        return Chosen(tuple(self.table.names[at] for at in self.columns), self.labels)


Picks = dict[str, Pick]


def home(role: Role, tables: Mapping[str, Table], typed: str) -> str:
    """Return the key of the table that has the role: of two the first one, unless only the other has what was typed."""
    if role.name in tables:
        return role.name
    word = typed.split(",")[0].strip()
    others = [name for name, table in tables.items() if name and word in table.names]
    return others[0] if word and others and word not in tables[""].names else ""


def align(pick: Pick, vector: Pick) -> Pick:
    """Return the columns of one-hot or soft classes in the order of the vector's."""
    who = f"{pick.table.name}: {pick.role.name}"
    if pick.width != vector.width:
        raise DataError(
            f"{who} has {pick.width} columns, but {vector.role.name} has {vector.width}", code="wrong-shape"
        )
    if pick.lists:
        return pick._replace(labels=vector.labels)
    if set(pick.labels) != set(vector.labels):
        raise DataError(
            f"{who} and {vector.role.name} stand for different classes",
            [
                f"{pick.role.name}: {listed(pick.chosen.names)} -> {listed(pick.labels)}",
                f"{vector.role.name}: {listed(vector.chosen.names)} -> {listed(vector.labels)}",
            ],
            code="classes-differ",
        )
    order = [pick.labels.index(text) for text in vector.labels]
    return pick._replace(columns=tuple(pick.columns[at] for at in order), labels=vector.labels)


def same_order(picks: Picks) -> None:
    """Refuse to pair a_cat, a_dog with b_dog, b_cat by their order."""
    several = [
        pick for pick in picks.values() if pick.role.kind == "number" and pick.labels and not pick.lists
    ]
    for one in several:
        for other in several:
            if one.labels != other.labels and set(one.labels) == set(other.labels):
                order = [other.labels.index(text) for text in one.labels]
                names = ",".join(other.chosen.names[at] for at in order)
                raise DataError(
                    f"{one.role.name} and {other.role.name} have the same labels in different order",
                    [listed(one.chosen.names), listed(other.chosen.names)],
                    [f"{absent.option(other.role.name)} {shell(names)}"],
                    code="classes-differ",
                )
