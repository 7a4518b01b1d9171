"""Which columns play which role, and what else is clear before the first row is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from losscli.data.batch import GROUP, LIST, Given, Options, Role
from losscli.data.beside import columns, condition, grouped, grouping
from losscli.data.columns import TARGET, choose
from losscli.data.pick import Picks
from losscli.data.table import Table
from losscli.data.words import counted
from losscli.errors import LosscliError, UsageError

if TYPE_CHECKING:
    from losscli.data.where import Where

LISTS = Role(LIST, ("list", "query", "qid", "query_id", "group", "session"), "name", whole=True)
"""What says which list a row is in."""


class Settled(NamedTuple):
    """What is clear before the first row is read."""

    main: Table
    form: int
    picks: Picks
    keys: Mapping[str, Sequence[int]]
    """The columns of the ids, by table."""
    nested: bool = False
    """Whether the rows of a list are in one record."""
    where: Where | None = None
    """Which rows are wanted."""
    seen: str = ""
    """The key of the table that says so."""


def settle(
    forms: Sequence[Sequence[Role]],
    tables: Mapping[str, Table],
    given: Given,
    on: str,
    ident: str,
    options: Options,
    group: Sequence[str] = (),
    cluster: str = "",
) -> Settled:
    """Return which columns play which role, and which are ids or groups."""
    here, _, there = on.partition("=")
    keys: dict[str, list[int]] = {name: [] for name in tables}
    while True:
        try:
            keys[""] = columns(tables[""], "on" if on else "id", here or ident)
            if on:
                keys[TARGET] = columns(tables[TARGET], "on", there or here, f"{here}=")
                if len(keys[""]) != len(keys[TARGET]):
                    counts = f"{counted(len(keys['']), 'column')} here, {len(keys[TARGET])} there"
                    raise UsageError(f"--on {on}: {counts}", code="bad-option")
            whose, groups = grouping(tables, group, cluster)
            seen, where = condition(tables, options)
            more = [] if whose else [*groups]
            more += where.columns if where and not seen else []
            settled = arrange(forms, tables, given, options, keys, more)
        except LosscliError:
            # Perhaps the column begins further down: JSON records may differ.
            further = [table.more() for table in tables.values()]
            if not any(further):
                raise
        else:
            if groups:
                settled.picks[GROUP] = grouped(tables[whose] if whose else settled.main, groups)
            return settled._replace(where=where, seen=seen)


def arrange(
    forms: Sequence[Sequence[Role]],
    tables: Mapping[str, Table],
    given: Given,
    options: Options,
    keys: Mapping[str, Sequence[int]],
    others: Sequence[int] = (),
) -> Settled:
    """Return which columns play which role, where a row is a row or, if it cannot be, a list of them."""
    main = tables[""]
    try:
        return Settled(main, *choose(forms, tables, given, options.classes, keys), keys)
    except LosscliError as error:
        if LISTS not in forms[0] or not main.lists or len(tables) > 1:
            raise
        try:
            form, picks = choose(forms, tables, given, options.classes, keys, nested=True)
        except LosscliError as other:  # the one that comes nearer is what the user means
            lacks = [getattr(each, "missing", 0) for each in (other, error)]
            raise (other if 0 < lacks[0] < lacks[1] else error) from None
        from losscli.data.nested import nest

        view, picks = nest(main, picks, [*keys[""], *others], LISTS)
        return Settled(view, form, picks, keys, nested=True)
