"""Many rows as text: what `machine.py` writes row by row, made of columns, and of long ones by an engine.

The engine is DuckDB, whose shortest texts of doubles are those of Python but for a few powers of 2.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from losscli.report.machine import ESCAPES
from losscli.report.number import exact, json_number

if TYPE_CHECKING:
    from concurrent.futures import Future

ENOUGH = 1 << 15
"""Rows from which on the engine is worth its start."""
ROWS = 1 << 16
"""Rows that it is given at a time."""
COLUMNS = 256
"""It is given no more columns than that."""
WORKERS = 2
PLAIN = 1e-4, 1e16
"""From here to there Python writes no exponent, and the engine's JSON, three times as fast as its text, none either."""
WHOLE = 2.0**53
"""Up to here DuckDB and Python write whole numbers in plain digits."""

Column = NDArray[Any] | Sequence[str]
"""Numbers, or texts that are written as they are."""


class Lines(NamedTuple):
    """Rows of text: what is the same in all of them, and columns, one after the other."""

    parts: Sequence[str | Column]

    @property
    def rows(self) -> int:
        """How many there are."""
        return next(len(part) for part in self.parts if not isinstance(part, str))


class Style(NamedTuple):
    """What stands between rows, and how numbers are written."""

    between: str = ""
    number: Callable[[float], str] = exact


TEXT = Style()
JSON = Style(",", json_number)


def texts(blocks: Iterable[Lines], style: Style) -> Iterator[str]:
    """Yield the rows as text, some thousand at a time, without what stands between these pieces."""
    held: list[Lines] = []
    count = 0
    rest = iter(blocks)
    for block in rest:
        held.append(block)
        count += block.rows
        if count >= ENOUGH:
            yield from _by_engine(_parts(held, rest), style)
            return
    yield from (_slowly(block, style) for block in held)


def _parts(held: list[Lines], rest: Iterator[Lines]) -> Iterator[Lines]:
    """Yield the rows, not too many at a time."""
    while held:
        yield from _cut(held.pop(0))
    for block in rest:
        yield from _cut(block)


def _cut(block: Lines) -> Iterator[Lines]:
    size = block.rows
    if size <= ROWS:
        yield block
        return
    for start in range(0, size, ROWS):
        yield Lines([part if isinstance(part, str) else part[start : start + ROWS] for part in block.parts])


def _by_engine(blocks: Iterable[Lines], style: Style) -> Iterator[str]:
    """Yield the rows as text; the engine makes it beside us."""
    from concurrent.futures import ThreadPoolExecutor

    waiting: deque[Future[str]] = deque()
    pool = ThreadPoolExecutor(WORKERS)
    try:
        for block in blocks:
            waiting.append(pool.submit(_fast, block, style))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _slowly(block: Lines, style: Style) -> str:
    """Return rows as text, by Python."""
    known = [[part] * block.rows if isinstance(part, str) else _written(part, style) for part in block.parts]
    return style.between.join(map("".join, zip(*known, strict=True)))


def _written(column: Column, style: Style) -> Sequence[str]:
    if not isinstance(column, np.ndarray):
        return column
    return list(map(str if column.dtype.kind in "iu" else style.number, column.tolist()))


def _fast(block: Lines, style: Style) -> str:
    """Return rows as text, by the engine."""
    columns: dict[str, Any] = {}
    written: list[str] = []
    for at, part in enumerate(block.parts):
        name = f"c{at}"
        if isinstance(part, str):
            written.append(quoted(part))
        elif not isinstance(part, np.ndarray):
            columns[name] = np.array(part, dtype=object)
            written.append(name)
        elif part.dtype.kind in "iu":
            columns[name] = part
            written.append(name)
        elif (how := _number(name, part, style)) is None:
            return _slowly(block, style)
        else:
            columns[name], sql = how
            written.append(sql)
    if len(columns) > COLUMNS:
        return _slowly(block, style)
    cursor = database().cursor()
    cursor.register("block", columns)
    query = f"select string_agg(concat({', '.join(written)}), {quoted(style.between)}) from block"
    found = cursor.execute(query).fetchall()[0][0]
    cursor.close()
    return cast("str", found)


def _number(name: str, x: NDArray[np.float64], style: Style) -> tuple[NDArray[Any], str] | None:
    """Return doubles as the engine takes them, and how it writes them; None if it cannot be trusted with them."""
    with np.errstate(invalid="ignore"):
        x = np.ascontiguousarray(x) + 0.0  # no -0
    whole, size = x == np.trunc(x), np.abs(x)
    plain = (size >= PLAIN[0]) & (size < PLAIN[1]) & ~whole
    if plain.all():
        return x, f"to_json({name})::varchar"
    finite, small = np.isfinite(x), size < WHOLE
    if whole.any():
        # The engine writes 2^81, 2^91 and 2^807 wrongly: powers of 2 are left to Python, if they are large.
        powers = (x.view(np.int64) & ((1 << 52) - 1)) == 0
        if (powers & finite & ~small).any():
            return None
        if (whole & small).all():
            return x.astype(np.int64), name
        if (whole & (size < 1e16) & ~small).any():
            return None
        digits = f"{name} = trunc({name}) and abs({name}) < {WHOLE}"
        text = f"case when {digits} then {name}::bigint::varchar else {name}::varchar end"
    else:
        text = f"{name}::varchar"
    if not finite.all():  # the engine takes a NaN of NumPy for a missing value
        lost = quoted(style.number(float("nan")))
        ends = " ".join(
            f"when '{sign}inf'::double then {quoted(style.number(float(f'{sign}inf')))}" for sign in "+-"
        )
        text = f"case {name} {ends} else coalesce({text}, {lost}) end"
    if plain.any():
        within = f"abs({name}) >= {PLAIN[0]} and abs({name}) < {PLAIN[1]} and {name} != trunc({name})"
        text = f"case when {within} then to_json({name})::varchar else {text} end"
    return x, text


def table_lines(columns: Sequence[Column], kind: str) -> Lines:
    """Return rows of a table as CSV or TSV has them, each with its end."""
    parts: list[str | Column] = []
    for column in columns:
        parts += [
            "," if kind == "csv" else "\t",
            column if isinstance(column, np.ndarray) else safe(column, kind),
        ]
    return Lines([*parts[1:], "\n"])


def split(x: NDArray[Any]) -> list[Column]:
    """Return the columns of numbers, of which a row has one or several."""
    return [x] if x.ndim == 1 else list(x.T)


def safe(column: Sequence[str], kind: str) -> Sequence[str]:
    """Return texts as fields of CSV or TSV."""
    whole = "".join(column)
    if kind != "csv":
        return [text.translate(ESCAPES) for text in column] if any(c in whole for c in "\t\r\n") else column
    if not any(c in whole for c in ',"\r\n'):
        return column
    return [
        '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text for text in column
    ]


def vector(columns: Sequence[Column]) -> list[str | Column]:
    """Return the parts of a list in JSON."""
    parts: list[str | Column] = []
    for column in columns:
        parts += [",", column]
    return ["[", *parts[1:], "]"]


def json_texts(column: Iterable[str]) -> Sequence[str]:
    """Return texts as JSON has them."""
    return [json.dumps(each, ensure_ascii=False) for each in column]


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@cache
def database() -> Any:
    """Return a database in memory that knows nothing and reads no file."""
    from losscli.duck import duckdb

    return duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": False})
