"""`--where`: a condition on the columns of a row, in the SQL of DuckDB, which can see nothing but these columns.

What is compared with numbers is read as a number, as every other number of the input; what is compared with texts is a
text; a cell that is missing satisfies no comparison. So a condition means the same in any file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data import absent
from losscli.data.batch import Options
from losscli.data.cells import Notation, identity, plain
from losscli.data.condition import (
    ALIKE,
    NUMBERS,
    ONLY,
    Kind,
    Node,
    alike,
    allowed,
    ask,
    database,
    kind_of,
    operands,
    parsed,
    refused,
    said,
)
from losscli.data.table import Chunk, Column, Table
from losscli.data.words import quoted
from losscli.errors import DataError


class Use(NamedTuple):
    """A column, as it is read for a condition."""

    column: int
    kind: Kind

    @property
    def name(self) -> str:
        """What the engine calls it."""
        return f"{self.kind or 'text'}{self.column}"


class Where:
    """A condition on the rows of a table. Raises `DataError` if it is none, or of columns that are not there."""

    def __init__(self, expression: str, table: Table, options: Options) -> None:
        self.expression = expression
        self._table = table
        self._notation = Notation(options)
        self._lost = frozenset(("", *options.na))
        self._uses: dict[Use, None] = {}
        whole = parsed(expression)
        self._root = root = whole["node"]["select_list"][0]
        allowed(root, expression)
        if kind_of(root) in ("number", "text"):
            raise refused(expression, "it is no condition", [ONLY])
        self._give(root, "truth")
        tree = json.dumps({"error": False, "statements": [whole]})
        sql = cast("str", database().execute("select json_deserialize_sql(?::json)", [tree]).fetchall()[0][0])
        types = {"number": "double", "truth": "boolean"}
        columns = [f"{use.name}::{types.get(use.kind, 'varchar')} as {use.name}" for use in self._uses]
        inner = f"(select {', '.join([*columns, 'row'])} from block)"
        self._sql = f"select coalesce(found::boolean, false) from ({sql.rstrip(';')} as found from {inner})"
        self.columns = list(dict.fromkeys(use.column for use in self._uses))
        """The columns that it reads."""
        self.texts = {use.column for use in self._uses if use.kind != "number"}
        """Those of which it needs the texts."""
        self._ask({use.name: np.zeros(0) for use in self._uses}, 0)

    def mask(self, cells: Mapping[int, Column], chunk: Chunk) -> NDArray[np.bool_]:
        """Return which rows of a chunk satisfy the condition."""
        known = {use.name: self._read(use, cells[use.column], chunk) for use in self._uses}
        return self._ask(known, len(chunk.lines))

    def _ask(self, known: Mapping[str, Any], rows: int) -> NDArray[np.bool_]:
        return ask(self._sql, {**known, "row": np.arange(rows)}, self.expression)

    def _read(self, use: Use, cells: Column, chunk: Chunk) -> NDArray[Any]:
        """Return a column as the engine takes it."""
        if use.kind == "number":
            array, bad = self._notation.numbers(cells)
            if bad:
                raise self._no_number(use, cells, chunk, bad[0])
            return array
        texts: list[str | None] = [identity(cell).strip() for cell in plain(cells)]
        lost = self._notation.missing if use.kind == "missing" else self._lost
        return np.array([None if text in lost else text for text in texts], dtype=object)

    def _no_number(self, use: Use, cells: Column, chunk: Chunk, row: int) -> DataError:
        """Say which cell is compared with numbers and is none."""
        line, cell, name = int(chunk.lines[row]), cells[row], self._table.names[use.column]
        called = name if name.isidentifier() else f'"{name}"'
        return DataError(
            f"{self._table.place(line)}: --where: column {name!r}: {quoted(cell)} is not a number",
            self._table.show(line, use.column, cell, chunk.raw(row)),
            [f"write try_cast({called} as double) for {called}       leaves such rows out"],
            code="bad-cell", file=self._table.name, line=line, column=name, value=cell,
        )  # fmt: skip

    def _use(self, node: Node, kind: Kind) -> None:
        """Read a column so, here in the condition."""
        name = ".".join(node["column_names"])
        column = self._table.index(name)
        if column is None:
            error = absent.no_column(self._table, "where", name, self.expression)
            texts = f'"{name}"' in self.expression
            hint = [f"texts stand in single quotes: '{name}'"] if texts else []
            raise DataError(error.what, [*error.evidence, *hint], () if texts else error.fix, **error.facts)
        use = Use(column, kind)
        self._uses[use] = None
        node["column_names"] = [use.name]

    def _give(self, node: Node, kind: Kind) -> None:
        """Read the columns of a part, which is of this kind unless it says something else."""
        name = node.get("function_name") or node["type"]
        match node["class"]:
            case "COLUMN_REF":
                self._use(node, kind or "text")
            case "CONJUNCTION":
                self._all(node["children"], "truth")
            case "COMPARISON":
                equal = name.endswith(("_EQUAL", "_NOTEQUAL", "_FROM"))
                self._compare([node["left"], node["right"]], "text" if equal else "number")
            case "BETWEEN":
                self._compare([node["input"], node["lower"], node["upper"]], "number")
            case "CASE":
                self._all([each["when_expr"] for each in node["case_checks"]], "truth")
                self._all(alike(node), kind_of(node) or kind)
            case "CAST":
                self._give(node["child"], "text")
            case "OPERATOR" if name in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
                self._all(node["children"], "missing")
            case "OPERATOR" if name in ("COMPARE_IN", "COMPARE_NOT_IN"):
                self._compare(node["children"], "text")
            case "OPERATOR" if name not in ALIKE:
                self._all(node["children"], "truth")
            case "OPERATOR" | "FUNCTION":
                of = kind_of(node) or kind
                self._all(operands(node), of if name in ALIKE else "number" if name in NUMBERS else "text")
            case _:
                pass

    def _all(self, nodes: Sequence[Node], kind: Kind) -> None:
        for node in nodes:
            self._give(node, kind)

    def _compare(self, nodes: Sequence[Node], otherwise: Kind) -> None:
        """Read what is compared: as what the others are, if any says so."""
        self._all(nodes, said(nodes, otherwise))
