"""Which columns play which role: what the user said, or what is there and unambiguous."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from losscli.data import absent
from losscli.data.absent import Absent, misshapen
from losscli.data.batch import AS_FOUND, Given, Role
from losscli.data.labels import by_number, family, family_names, suffixes
from losscli.data.pick import Pick, Picks, align, home, same_order
from losscli.data.table import Table
from losscli.data.words import listed, shell
from losscli.errors import DataError, LosscliError, UsageError

TARGET = "target"
"""The role that a second file provides."""

Selection = tuple[tuple[int, ...], str]
"""Columns, and the stem that they were selected by: `p` or `p_` of `p_*`; empty for a name or a list."""


def choose(
    forms: Sequence[Sequence[Role]],
    tables: Mapping[str, Table],
    given: Given = AS_FOUND,
    classes: Sequence[str] = (),
    reserved: Mapping[str, Sequence[int]] | None = None,
    *,
    nested: bool = False,
) -> tuple[int, Picks]:
    """Return the first form whose roles are all given or found, and their columns.

    `tables` says where a role's columns are (`""`: wherever not said); `reserved` are columns of these
    tables that are spoken for, such as ids. If `nested`, a row is a list of rows, and its cells are lists.
    """
    failures: list[tuple[int, LosscliError]] = []
    for number, form in enumerate(forms):
        if not given.keys() <= {role.name for role in form}:
            continue
        attempt = Attempt(form, tables, given, classes, reserved or {}, nested=nested)
        try:
            return number, attempt.picks()
        except Absent as error:
            if not error.missing:  # ambiguous, and nothing else is wrong: a later form would be a guess
                raise
            failures.append((error.missing, error))
        except LosscliError as error:
            failures.append((0, error))
    if not failures:
        raise absent.unknown_roles(forms, given)
    raise min(failures, key=lambda failure: failure[0])[1]


class Attempt:
    """One form, tried on the tables."""

    def __init__(
        self,
        form: Sequence[Role],
        tables: Mapping[str, Table],
        given: Given,
        classes: Sequence[str],
        reserved: Mapping[str, Sequence[int]],
        *,
        nested: bool = False,
    ) -> None:
        # A class needs the labels of its vector, so it comes last.
        self.form = sorted(form, key=lambda role: bool(role.of))
        self.nested = nested
        # Rows of lists are in records of their own, or many in one, which only the depth of the cells tells.
        self.deep = any(role.kind == "name" for role in form)
        self.tables = tables
        self.given = given
        self.classes = tuple(classes)
        self.named = {role.of for role in form if role.kind == "class"}
        self.taken = {key: set(columns) for key, columns in reserved.items()}
        self.found: Picks = {}

    def picks(self) -> Picks:
        """Return the columns of every role, or raise."""
        typed = {role.name: self.select(role) for role in self.form if self.given.get(role.name)}
        for role in self.form:
            if role.name in typed:
                self.taken.setdefault(self.place(role), set()).update(typed[role.name][0])
        missing: list[Role] = []
        unclear: list[tuple[Role, list[str]]] = []
        for role in self.form:
            if role.of and role.of not in self.found:
                continue  # the vector is missing or unclear, and that is reported
            match [typed[role.name]] if role.name in typed else self.candidates(role):
                case []:
                    if role.kind != "name":
                        missing.append(role)
                case [(columns, stem)]:
                    self.taken.setdefault(self.place(role), set()).update(columns)
                    self.keep(role, columns, stem)
                case several:
                    unclear.append((role, [self.called(role, columns, stem) for columns, stem in several]))
        if missing or unclear:
            later = sum(role.of != "" and role.of not in self.found for role in self.form)
            raise absent.not_found(self.tables, missing, unclear, self.given, self.taken, later)
        same_order(self.found)
        return self.found

    def place(self, role: Role) -> str:
        """Return the key of the table that has the role."""
        return home(role, self.tables, self.given.get(role.name, ""))

    def table(self, role: Role) -> Table:
        """Return the table that has the role."""
        return self.tables[self.place(role)]

    def level(self, role: Role) -> int:
        """Return how many lists around a cell of the role are rows."""
        return int(self.nested and not role.whole)

    def depth(self, role: Role) -> tuple[int, ...]:
        """Return how many lists there may be around a number of the role, in one column."""
        own = {"vector": (1,), "class": (0, 1), "labels": (0, 1)}.get(role.kind, (0,))
        return tuple(depth + self.level(role) for depth in own)

    def select(self, role: Role) -> Selection:
        """Return the columns that the user typed, and the stem that the typing shows."""
        table, text = self.table(role), self.given[role.name]
        if (one := table.index(text)) is not None:
            return (one,), ""
        if role.kind in ("vector", "class") and len(found := family(table.names, text)) == 1:
            return found[0], table.names[found[0][0]][: len(text)]
        picked: list[int] = []
        stem = ""
        words = [word.strip() for word in text.split(",")]
        for word in words:
            if (one := table.index(word)) is not None:
                picked.append(one)
            elif any(character in word for character in "*?["):
                from fnmatch import fnmatchcase

                taken = self.typed_elsewhere(role)
                free = [at for at in range(len(table.names)) if at not in taken]
                matches = [at for at in free if fnmatchcase(table.names[at], word)]
                if not matches:
                    raise absent.no_column(table, role.name, word, text)
                if len(words) == 1:
                    stem = word[: min(word.find(c) for c in "*?[" if c in word)]
                picked += matches
            else:
                raise absent.no_column(table, role.name, word, text)
        if len(set(picked)) < len(picked):
            twice = next(at for at in picked if picked.count(at) > 1)
            what = f"{absent.option(role.name)} {shell(text)}: {table.names[twice]!r} comes twice"
            raise UsageError(what, code="given-twice")
        for column in picked:
            table.unique(column)
        return tuple(picked), stem

    def typed_elsewhere(self, role: Role) -> set[int]:
        """Return the columns that are typed by name for something else, which no pattern means too."""
        place, table = self.place(role), self.table(role)
        others = [other.name for other in self.form if other != role and self.place(other) == place]
        names = {self.given[other] for other in others if other in self.given}
        return {at for at, name in enumerate(table.names) if name in names} | self.taken.get(place, set())

    def candidates(self, role: Role) -> list[Selection]:
        """Return the columns that could play a role that the user left to us, with their stems."""
        table = self.table(role)
        if table.array and role.kind != "name" and self.alone(role):
            rest = [at for at in range(len(table.names)) if at not in self.spoken_for(role)]
            return [(tuple(rest), "")] if rest else []
        # as many lists as records; or one
        if role.kind == "name" and (self.nested or role.name in self.given):
            return []
        taken = self.spoken_for(role)
        looked_for = {name.lower() for name in role.looked_for}
        found: dict[tuple[int, ...], str] = {}
        for at, name in enumerate(table.names):
            if self.deep:
                fits = table.depth(at) in self.depth(role)
            else:
                fits = role.kind == "class" or (role.kind == "vector") == (at in table.lists)
            if at not in taken and fits and name.lower() in looked_for:
                table.unique(at)
                found[(at,)] = ""
        if role.kind in ("vector", "class"):
            level = self.level(role)
            others = {at for at in table.lists if table.depth(at) != level}
            if level:
                others |= set(range(len(table.names))) - table.lists.keys()
            for stem in sorted(looked_for, key=len):  # of two stems for the same columns the longer one
                for columns in family(table.names, stem, taken | frozenset(others)):
                    lead = table.names[columns[0]][: len(stem)]
                    if role.kind == "vector" or self.soft(role, columns, lead):
                        found[columns] = lead
        return list(found.items())

    def spoken_for(self, role: Role) -> frozenset[int]:
        """Return the columns of the role's table that play another one."""
        return frozenset(self.taken.get(self.place(role), ()))

    def alone(self, role: Role) -> bool:
        """Say whether nothing else is to be found in the table of the role."""
        others = [other for other in self.form if other.name not in (role.name, *self.given)]
        return all(self.place(other) != self.place(role) or other.kind == "name" for other in others)

    def soft(self, role: Role, columns: tuple[int, ...], stem: str) -> bool:
        """Say whether these columns carry the labels of the vector: one-hot or soft classes."""
        labels = suffixes(*family_names(self.table(role).names, columns, stem))
        return set(labels) == set(self.found[role.of].labels)

    def keep(self, role: Role, columns: tuple[int, ...], stem: str) -> None:
        """Accept the columns for the role if they fit it."""
        table = self.table(role)
        names = [table.names[at] for at in columns]
        for column in columns:
            table.unique(column)
        said = f"{table.name}: {role.name}"
        level = self.level(role)
        inner = [at for at in columns if table.width(at, level) is not None]
        if self.deep:
            self.fit(role, columns)
        if role.kind in ("labels", "name"):
            self.found[role.name] = Pick(table, role, columns, level=level)
            return
        if inner and len(columns) > 1:
            raise misshapen(f"{said}: the cells of {table.names[inner[0]]!r} are lists; select it alone")
        if inner and not table.width(inner[0], level):
            raise misshapen(f"{said}: the first list of {table.names[inner[0]]!r} is empty")
        width = table.width(inner[0], level) if inner else len(columns) if len(columns) > 1 else None
        if width is None:
            if role.kind == "vector":
                what = f"{said} is a vector: several columns or one of lists, not only {names[0]!r}"
                raise misshapen(what, table.names)
            self.found[role.name] = Pick(table, role, columns, level=level)
            return
        if role.name == "weight":
            raise misshapen(f"{said} is one number a row", names)
        if inner:
            labels = tuple(map(str, range(width or 0)))
        else:
            labels = suffixes(*family_names(table.names, columns, stem))
            if table.array and len(columns) == len(names) == len(table.names):
                labels = tuple(map(str, range(len(columns))))
            elif stem:
                columns, labels = by_number(columns, labels)
        pick = Pick(table, role, columns, labels, width, level)
        if role.kind == "vector":
            pick = self.label(pick)
        elif role.kind == "class":
            pick = align(pick, self.found[role.of])
        self.found[role.name] = pick

    def fit(self, role: Role, columns: Sequence[int]) -> None:
        """Refuse columns that are too many for the role, or whose cells are lists where numbers are wanted."""
        table = self.table(role)
        several = len(columns) > 1
        if several and role.kind not in ("vector", "class"):
            what = "is one number a row" if role.kind == "number" else "is one column"
            raise misshapen(f"{table.name}: {role.name} {what}", [table.names[at] for at in columns])
        wanted = (self.level(role),) if several else self.depth(role)
        for at in columns:
            depth = table.depth(at)
            if depth not in wanted and not (role.kind == "vector" and not depth):
                what = {"vector": "a list of numbers", "class": "a class", "labels": "a list of numbers"}
                of = what.get(role.kind, "one value")
                row = "a row, or a list of them where a record is a whole list"
                cells = ("numbers", "lists", "lists of lists")[depth]
                failure = Absent(
                    f"{table.name}: {role.name} cannot be {table.names[at]!r}, whose cells are {cells}",
                    [f"{role.name} is {of} {'a list of rows' if role.whole else row}"],
                    code="wrong-shape",
                )
                failure.missing = 1
                raise failure

    def label(self, pick: Pick) -> Pick:
        """Return the vector with the labels that the user gave."""
        if self.classes and (not self.named or pick.role.name in self.named):
            if len(self.classes) != pick.width:
                raise UsageError(
                    f"--classes names {len(self.classes)} classes, but {pick.role.name} has {pick.width}",
                    [f"classes: {listed(self.classes)}", f"columns: {listed(pick.chosen.names)}"],
                    code="parameter-count",
                )
            pick = pick._replace(labels=self.classes)
        if len(set(pick.labels)) < len(pick.labels):
            twice = next(text for text in pick.labels if pick.labels.count(text) > 1)
            error = UsageError if self.classes else DataError
            raise error(
                f"{pick.table.name}: two columns of {pick.role.name} stand for the class {twice!r}",
                [f"columns: {listed(pick.chosen.names)}", f"classes: {listed(pick.labels)}"],
                code="same-class",
            )
        return pick

    def called(self, role: Role, columns: tuple[int, ...], stem: str) -> str:
        """Return what the user would type for these columns."""
        table = self.table(role)
        names, lead = family_names(table.names, columns, stem)
        alike = [name for name in table.names if lead and name.startswith(lead)]
        return f"{lead}*" if alike == names else ",".join(names)
