"""Conditions in SQL, taken apart: what may stand in them, and what is a number there and what a text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from losscli.data.words import quoted, under
from losscli.errors import DataError

Kind = Literal["number", "text", "truth", "missing", ""]
"""What a part of a condition is; nothing if it does not say so. Of what is `missing`, only that is asked."""
Node = dict[str, Any]


def several(names: str) -> frozenset[str]:
    """Return names that blanks separate."""
    return frozenset(names.split())


NUMBERS = several(
    "+ - * / // % ** ^ @ abs add ceil ceiling cos degrees divide even exp floor gcd greatest_common_divisor isfinite "
    "isinf isnan lcm ln log log10 log2 mod multiply pi pow power radians round sign sin sqrt subtract tan trunc"
)
"""The operators and functions of numbers."""
TEXTS = several(
    "|| ~~ !~~ ~~* !~~* ~~~ ^@ concat contains ends_with ilike_escape instr lcase left len length levenshtein lower "
    "like_escape lpad ltrim not_ilike_escape not_like_escape position prefix regexp_extract regexp_full_match "
    "regexp_matches regexp_replace repeat replace reverse right rpad rtrim split_part starts_with strip_accents strlen "
    "strpos substr substring suffix translate trim ucase upper year month day hour date_part date_trunc strptime"
)
"""Those of texts, and of dates cast from texts. There are no others: some read files, some change with the time."""
ALIKE = several("greatest least nullif OPERATOR_COALESCE OPERATOR_NULLIF")
"""Those of which the operands and the answer are of one kind."""
TRUTHS = several(
    "~~ !~~ ~~* !~~* ~~~ ^@ contains ends_with ilike_escape isfinite isinf isnan like_escape not_ilike_escape "
    "not_like_escape prefix regexp_full_match regexp_matches starts_with suffix"
)
COUNTS = several("instr len length levenshtein position strlen strpos year month day hour date_part")
NUMERIC = several(
    "tinyint smallint integer int bigint hugeint utinyint usmallint uinteger ubigint float real double decimal numeric "
    "int1 int2 int4 int8 float4 float8 short long"
)
SHOWN = "abs, round, floor, sqrt, ln, exp, lower, upper, length, substr, contains, starts_with, regexp_matches ..."
LITERALS: dict[str, Kind] = {
    "INTEGER": "number",
    "NUMERIC": "number",
    "STRING": "text",
    "BOOLEAN": "truth",
    "NULL_LITERAL": "",
}
CLASSES = frozenset(
    (
        "CONJUNCTION",
        "COMPARISON",
        "COLUMN_REF",
        "CONSTANT",
        "OPERATOR",
        "BETWEEN",
        "FUNCTION",
        "CASE",
        "CAST",
        "TYPE",
    )
)
ONLY = "a condition compares columns with numbers and with 'texts': year >= 2020 and region = 'north'"


def kind_of(node: Node) -> Kind:
    """Return what a part of the condition is, if it says so itself."""
    match node["class"]:
        case "CONSTANT":
            return LITERALS[node["literal"]["kind"]]
        case "CAST":
            return of_type(cast_type(node))
        case "CONJUNCTION" | "COMPARISON" | "BETWEEN":
            return "truth"
        case "COLUMN_REF":
            return ""
        case _:
            name: str = node.get("function_name") or node["type"]
    if name in ALIKE or node["class"] == "CASE":
        return said(alike(node), "")
    if name in TRUTHS or node["class"] == "OPERATOR":
        return "truth"
    return "number" if name in NUMBERS or name in COUNTS else "text"


def alike(node: Node) -> list[Node]:
    """Return the parts of which a part is one."""
    if node["class"] == "CASE":
        return [*(each["then_expr"] for each in node["case_checks"]), node["else_expr"]]
    return operands(node)


def said(nodes: Sequence[Node], otherwise: Kind) -> Kind:
    """Return the kind of things that are of one kind: what the first says that says anything."""
    for node in nodes:
        if kind := kind_of(node):
            return kind
    return otherwise


def operands(node: Node) -> list[Node]:
    """Return what an operator or a function is of."""
    if node["class"] == "FUNCTION":
        return [each["expression"] for each in node["arguments"]]
    return list(node["children"])


def parsed(expression: str) -> Node:
    """Return the statement that selects the condition. Raises `DataError` if it is not one expression."""
    asked = f"select ({expression}\n)"
    found = json.loads(
        database()
        .execute("select json_serialize_sql(?::varchar, skip_default := false)", [asked])
        .fetchall()[0][0]
    )
    if not expression.strip():
        raise refused(expression, "it is empty", [ONLY])
    if found["error"]:
        at = min(int(found.get("position") or 8) - 8, len(expression))
        message = str(found["error_message"])
        if at == len(expression):
            message = "it ends too early"
        raise refused(expression, message, under("--where", expression, (at, at + 1)))
    node = found["statements"][0]["node"]
    plain_select = (
        node["type"] == "SELECT_NODE" and cast("Node", node.get("from_table") or {}).get("type") == "EMPTY"
    )
    extra = ("where_clause", "group_expressions", "having", "qualify", "sample", "modifiers")
    if len(found["statements"]) > 1 or not plain_select or any(node.get(each) for each in extra):
        raise refused(expression, "it is not one expression", [ONLY])
    if len(node["select_list"]) > 1 or node["select_list"][0].get("alias"):
        raise refused(expression, "it is not one expression", [ONLY])
    return found["statements"][0]


def allowed(root: Node, expression: str) -> None:
    """Refuse what is more than a condition on a row: other tables, sums over rows, chance, the time of day."""
    for node in parts(root):
        name = str(node.get("function_name") or "")
        if node["class"] not in CLASSES:
            what = node["class"].lower().replace("_", " ")
            raise refused(expression, f"a {what} has no place in it", [ONLY])
        if name and (name not in NUMBERS | TEXTS | ALIKE or node.get("filter") or node.get("distinct")):
            raise refused(expression, f"it cannot use {name}()", [f"functions: {SHOWN}"])


def parts(node: Any) -> Iterator[Node]:
    """Yield a part of an expression, and all parts in it."""
    if isinstance(node, dict):
        each = cast("Node", node)
        if "class" in each:
            yield each
        for value in each.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in cast("list[Any]", node):
            yield from parts(value)


def cast_type(node: Node) -> str:
    """Return the name of the type that a cast gives."""
    return str(node["type_expr"]["type_name"])


def of_type(name: str) -> Kind:
    """Return the kind of the values of an SQL type: a date is compared with texts."""
    name = name.lower()
    if name in NUMERIC or name.startswith(("decimal", "integer_literal")):
        return "number"
    return "truth" if name in ("boolean", "bool") else "text"


def refused(expression: str, what: str, evidence: Sequence[str]) -> DataError:
    """Return what is wrong with a condition."""
    return DataError(f"--where {quoted(expression, 60)}: {what}", evidence, code="bad-condition")


def ask(query: str, block: Mapping[str, Any], expression: str) -> NDArray[np.bool_]:
    """Return which rows of some columns satisfy a query. Raises `DataError` if it cannot be answered."""
    import duckdb

    cursor = database().cursor()
    cursor.register("block", dict(block))
    try:
        found = next(iter(cursor.execute(query).fetchnumpy().values()))
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].partition(": ")[2] or str(error)
        reason = reason.split(" when casting from")[0].split(" Candidate")[0]
        raise refused(expression, reason[:1].lower() + reason[1:], [ONLY]) from None
    finally:
        cursor.close()
    return np.asarray(found, np.bool_)


@cache
def database() -> Any:
    """Return a database in memory that reaches no file, no network and none of our variables."""
    import duckdb

    settings: dict[str, Any] = {
        "threads": 1, "enable_external_access": False, "autoload_known_extensions": False,
        "autoinstall_known_extensions": False, "python_enable_replacements": False,
    }  # fmt: skip
    found = duckdb.connect(":memory:", config=settings)
    found.execute("set lock_configuration = true")
    return found
