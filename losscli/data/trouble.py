"""Everything that is wrong with the cells of an input, counted to its end and said in eight lines."""

from __future__ import annotations

from collections.abc import Iterable

from losscli.data.absent import option
from losscli.data.batch import Options
from losscli.data.cells import integer, label, number
from losscli.data.part import Flaw
from losscli.data.pick import Picks
from losscli.data.table import Cell
from losscli.data.words import counted, first, listed, quoted, shell, visible
from losscli.errors import DataError

TRUTH = "write 1 for true and 0 for false"
MANY = 20  # more classes are not typed by hand
TEXTS = 4  # different bad texts that are worth remembering
VOID = 255  # what masks have where pixels do not count, as numbers below 0 are elsewhere


class Trouble:
    """The flaws of an input so far."""

    def __init__(self, options: Options, picks: Picks) -> None:
        self._options = options
        self._picks = picks
        self._first: Flaw | None = None
        self._count = 0
        self._lines: list[int] = []
        self._texts: dict[str, None] = {}
        self._others = False
        self._commas = True
        self._unbound = False

    def __bool__(self) -> bool:
        return self._first is not None

    def add(self, flaws: Iterable[Flaw]) -> None:
        """Count some flaws, in the order of the rows."""
        for flaw in flaws:
            if self._first is None:
                self._first = flaw
            if flaw.kind == "number":
                if isinstance(flaw.cell, str):
                    self._commas &= number(flaw.cell.replace(",", ".")) is not None
                    if len(self._texts) < TEXTS:
                        self._texts[flaw.cell.strip()] = None
                else:
                    self._others = True
            self._unbound |= flaw.kind == "class"
            same = flaw.table is self._first.table and flaw.kind == self._first.kind
            if same and (flaw.kind != "class" or label(flaw.cell) == label(self._first.cell)):
                self._count += 1
                if len(self._lines) < TEXTS and flaw.line not in self._lines:
                    self._lines.append(flaw.line)

    def error(self, usable: int) -> DataError:
        """Return the whole story; so many rows have no flaw and nothing missing."""
        flaw = self._first
        assert flaw is not None
        if flaw.kind == "class":
            return self._no_class(flaw)
        where = flaw.table.place(flaw.line)
        name = flaw.table.names[flaw.column]
        pick = self._picks[flaw.role]
        wanted = f"a list of {pick.width} numbers" if pick.lists else "a number"
        if pick.role.kind == "labels" and not isinstance(flaw.cell, str):
            wanted = "a number, or a list of them"
        what = "is missing" if flaw.kind == "missing" else f"{said(flaw.cell)} is not {wanted}"
        unit = flaw.table.unit
        evidence = [*flaw.table.show(flaw.line, flaw.column, flaw.cell, flaw.raw)]
        if self._count > 1:
            plural = f"{unit}s" if len(self._lines) > 1 else unit
            spots = [flaw.table.spot(line) for line in self._lines]
            evidence.append(f"{self._count} such cells: {plural} {first(spots, len(spots))}")
        separator = "" if flaw.kind == "missing" else ":"
        facts = {
            "code": "missing-cell" if flaw.kind == "missing" else "bad-cell", "file": flaw.table.name,
            "line": int(flaw.line), "column": name, "value": flaw.cell,
            "count": self._count, "lines": [*map(int, self._lines)],
        }  # fmt: skip
        return DataError(
            f"{where}: column {name!r}{separator} {what}", evidence, self._fix(flaw, usable), **facts
        )

    def _fix(self, flaw: Flaw, usable: int) -> list[str]:
        others = f"the other {usable} rows" if usable > 1 else "the other row"
        scores = "" if self._unbound else f"       scores {others}"
        if isinstance(flaw.cell, bool) or str(flaw.cell).strip().lower() in ("true", "false"):
            return [TRUTH]
        if not self._others and self._texts and self._commas:
            text = next(iter(self._texts))
            if self._options.decimal == ",":
                return ["leave out --decimal ,"]
            return [f"--decimal ,       reads {text!r} as {text.replace(',', '.')}"]
        numeric = any(character.isdigit() for text in self._texts for character in text)
        if self._others or numeric or len(self._texts) >= TEXTS or not usable:
            return []  # 12% or 1_000 are values, if not numbers: to call them missing would be wrong
        if not self._texts:
            return [f"--missing drop{scores}"]
        na = " ".join(f"--na {shell(text)}" for text in self._texts)
        match self._options.missing:
            case "nan":
                return [f"{na}       reads them as NaN"]
            case "drop":
                return [f"{na}{scores}"]
            case "error":
                return [f"{na} --missing drop{scores}"]

    def _no_class(self, flaw: Flaw) -> DataError:
        pick = self._picks[flaw.role]
        vector = self._picks[pick.role.of]
        names, labels = vector.chosen
        columns = f"{names[0]!r}, a list of {vector.width}" if vector.lists else listed(names, 40)
        target = label(flaw.cell).strip()
        plain = all(integer(text) is not None for text in labels)
        as_number = number(target) or 0.0
        if pick.role.ignored is not None and (as_number < 0 or as_number == VOID):
            fix = f"LOSS:ignore={target}       leaves out such rows"
        elif plain and integer(target) == len(labels) and "0" in labels:
            indices = ",".join(str(at) for at in range(1, len(labels) + 1))
            fix = f"--classes {indices}       if the classes count from 1"
        elif not plain and number(target) is not None:
            indices = ",".join(str(at) for at in range(len(labels)))
            fix = f"--classes {indices}       if 0 is {labels[0]!r}, 1 is {labels[1]!r}, and so on"
        elif isinstance(flaw.cell, bool):
            fix = TRUTH
        else:
            fix = f"bind by hand: --classes {shell(','.join(labels))}"
            if not vector.lists and names[0].endswith(labels[0]):
                column = visible(names[0].removesuffix(labels[0]) + target)
                pred = option(vector.role.name, shell(",".join(names)))
                fix = f"add {column}, or {fix} {pred}"
        return DataError(
            f"{flaw.role} {quoted(target)} has no column",
            [
                f"class columns: {columns} -> classes {listed(labels, 40)}",
                f"first at {flaw.table.place(flaw.line)}; {counted(self._count, 'row')}",
            ],
            [fix] if len(labels) <= MANY else (),
            code="no-class", file=flaw.table.name, line=int(flaw.line), value=target, count=self._count,
        )  # fmt: skip


def said(cell: Cell) -> str:
    """Return a cell as the message names it: texts in quotes, other values as JSON writes them."""
    return quoted(cell) if isinstance(cell, str) else quoted(cell).strip("'")
