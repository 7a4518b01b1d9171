"""What to say when columns are not there, or too many are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from losscli.data.batch import Given, Role
from losscli.data.cells import number
from losscli.data.files import second
from losscli.data.table import Table
from losscli.data.words import first, listed, nearest, quoted, shell
from losscli.errors import DataError, UsageError

NAMED = ("pred", "target", "weight", "id", "on", "group", "where", "cluster", "loss-col", "grad-col")
OPTIONS = {role: f"--{role} " for role in NAMED}


RECORDS = "df.to_json(FILE, orient='records')       in pandas writes records"


class Absent(DataError):
    """Roles without columns; `missing` says how many, 0 if there are only too many columns."""

    missing = 0


def option(role: str, columns: str | None = None) -> str:
    """Return the option that gives a role its columns, complete if columns are said."""
    role = role.partition(" of ")[0]  # that of another model is given like the first
    text = OPTIONS.get(role, f"--col {role}=")
    return text.rstrip() if columns is None else text + columns


def no_column(table: Table, role: str, word: str, text: str, before: str = "") -> DataError:
    """Say that the column which the user typed is not there."""
    if error := one_column(table):
        return error
    inside = next((name for name in table.names if name.startswith(f"{word}.")), "")
    hint = sideways(table)
    close = nearest(word, table.names) or ("" if hint else inside)
    typed = before + text.replace(word, close, 1)
    return DataError(
        f"{table.name}: no column {quoted(word)}",
        [f"columns: {listed(table.names)}"],
        [option(role, shell(typed))] if close else headless(table) or hint,
        code="no-column", file=table.name, column=word,
    )  # fmt: skip


def not_found(
    tables: Mapping[str, Table],
    missing: Sequence[Role],
    unclear: Sequence[tuple[Role, list[str]]],
    given: Given,
    taken: Mapping[str, Set[int]],
    later: int,
) -> Absent:
    """Say which roles found no column by themselves, or several; columns that are `given` or `taken` play another.

    So many roles have not been looked for that come `later`, as they need those that are missing.
    """
    role = missing[0] if missing else unclear[0][0]
    table = tables.get(role.name, tables[""])
    if missing:
        here = [other for other in missing if tables.get(other.name, tables[""]) is table]
        if error := one_column(table):
            failure = Absent(error.what, error.evidence, error.fix, **error.facts)
        else:
            failure = Absent(
                f"{table.name}: no column for {' and '.join(other.name for other in here)} found by name",
                [
                    f"columns: {listed(table.names)}",
                    *(f"looked for {other.name}: {looked_for(other)}" for other in here[:3]),
                    *spoken_for(here, given),
                ],
                second(table.name)
                or headless(table)
                or sideways(table)
                or [" ".join(option(other.name, "COL") for other in here), *elsewhere(here, tables, taken)],
                code="no-column", file=table.name,
            )  # fmt: skip
        failure.missing = len(missing) + later
        return failure
    several = unclear[0][1]
    return Absent(
        f"{table.name}: {len(several)} columns could be {role.name}: {first(several, len(several), 4)}",
        [f"columns: {listed(table.names)}"],
        [option(role.name, shell(name)) for name in several[:3]],
        code="several-columns", file=table.name, value=several,
    )  # fmt: skip


def spoken_for(missing: Sequence[Role], given: Given) -> list[str]:
    """Return which columns have the names of missing roles, but are said to play another."""
    names = {name for role in missing for name in role.looked_for}
    return [f"{quoted(text)} is {role} here" for role, text in given.items() if text.lower() in names][:1]


def elsewhere(
    missing: Sequence[Role], tables: Mapping[str, Table], taken: Mapping[str, Set[int]]
) -> list[str]:
    """Return a fix for a file of predictions alone: another one has the targets."""
    if len(tables) > 1 or [role.name for role in missing] != ["target"]:
        return []
    names = tables[""].names
    free = [name for at, name in enumerate(names) if at not in taken.get("", ())]
    if len(free) > 1 or not all(name.lower().endswith(("id", "key", "index")) for name in free):
        return []
    how = f" --on {shell(free[0])}" if free else " --by-order" if len(names) == 1 else ""
    return [f"--targets FILE2{how}       if another file has them"]


def looked_for(role: Role) -> str:
    """Return the names that a role is found by."""
    names = role.looked_for
    if role.kind == "vector":
        names = tuple(f"{name}_*" for name in names)
    return listed(names) if names else "no name, it must be given"


def one_column(table: Table) -> DataError | None:
    """Say that the delimiter is another one, where the whole header became one name."""
    if len(table.names) != 1 or not getattr(table, "delimiter", ""):
        return None
    name = table.names[0]
    others = [mark for mark in ";\t|, " if mark in name]
    if not others:
        return None
    mark = {"\t": "tab", " ": "space"}.get(others[0], others[0])
    return DataError(
        f"{table.name}: one column found, {quoted(name)}",
        [f"{mark if len(mark) > 1 else repr(mark)} between fields?"],
        [f"--delimiter {shell(mark)}"],
        code="one-column", file=table.name, line=1, value=name,
    )  # fmt: skip


def headless(table: Table) -> list[str]:
    """Return a fix for a file whose header is a row of numbers."""
    if table.named and table.names and all(number(name) is not None for name in table.names):
        return ["--no-header --pred 1 --target 2       if the first line is a row, not names"]
    return []


def sideways(table: Table) -> list[str]:
    """Return a fix for JSON as pandas writes a table by default: an object of columns, whose keys are rows."""
    names = [name.split(".") for name in table.names]
    rows = all(len(keys) == 2 and any(key.isdigit() for key in keys) for keys in names)
    if table.unit == "record" and (rows or set(table.names) == {"columns", "index", "data"}):
        return [RECORDS]
    return []


def unknown_roles(forms: Sequence[Sequence[Role]], given: Given) -> UsageError:
    """Say that columns are given for something that is not asked for."""
    known = list(dict.fromkeys(role.name for form in forms for role in form))
    strange = [name for name in given if name not in known]
    if not strange:
        return UsageError(
            f"{' and '.join(given)} cannot be given together",
            [f"inputs: {listed(known)}"],
            code="option-conflict",
        )
    close = nearest(strange[0], known)
    return UsageError(
        f"no input is called {strange[0]!r}",
        [f"inputs: {listed(known)}"],
        [option(close, shell(given[strange[0]]))] if close else (),
        code="unknown-role",
    )


def misshapen(what: str, names: Sequence[str] = ()) -> DataError:
    """Say that columns hold more or fewer numbers a row than their role."""
    return DataError(what, [f"columns: {listed(names)}"] if names else (), code="wrong-shape")
