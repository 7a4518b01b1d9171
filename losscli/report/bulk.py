"""Many rows as text, made by an engine.

The engine is DuckDB, whose shortest texts of doubles are those of Python but for a few powers of 2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO, cast

import numpy as np
from numpy.typing import NDArray

from losscli.report.lines import Column, Lines, Style, by_python

if TYPE_CHECKING:
    from concurrent.futures import Future

ENOUGH = 1 << 15
"""Rows from which on the engine is worth its start."""
ROWS = 1 << 16
"""Rows that it is given at a time."""
PARTS = 512
"""It is given no more columns, and what stands between them, than that."""
WORKERS = 2
PLAIN = 1e-4, 1e16
"""From here to there Python writes no exponent, and the engine's JSON, three times as fast as its text, none either."""
RARE = 4
"""Of at most so many rows one may have numbers that ask for more care than those of the rest."""
WHOLE = 2.0**53
"""Up to here DuckDB and Python write whole numbers in plain digits."""

Written = tuple[NDArray[Any], str]
"""Numbers as the engine takes them, and SQL for their texts."""
Told = tuple[memoryview, NDArray[Any]]
"""Texts of rows in UTF-8, one after the other, and where each of them begins and, at last, where they end."""


def write(out: TextIO, blocks: Iterable[Lines], style: Style) -> None:
    """Write the rows, with nothing between some thousands and the next."""
    for text in _written(blocks, style):
        if out.encoding == "utf-8":  # as it is, without a copy that Python reads and writes once more
            out.flush()
            out.buffer.write(text)
        else:
            out.write(str(text, "utf-8"))


def texts(blocks: Iterable[Lines], style: Style) -> Iterator[str]:
    """Yield the rows as text, some thousand at a time, without what stands between these pieces."""
    return (str(text, "utf-8") for text in _written(blocks, style))


def _written(blocks: Iterable[Lines], style: Style) -> Iterator[bytes | memoryview]:
    """Yield the same in UTF-8."""
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


def _by_engine(blocks: Iterable[Lines], style: Style) -> Iterator[bytes | memoryview]:
    """Yield the rows as text; the engine makes it beside us."""
    from concurrent.futures import ThreadPoolExecutor

    waiting: deque[Future[bytes | memoryview]] = deque()
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


def _slowly(block: Lines, style: Style) -> bytes:
    """Return rows as text, by Python."""
    return style.between.join(by_python(block, style)).encode()


def _fast(block: Lines, style: Style) -> bytes | memoryview:
    """Return rows as text, most of them in the one way that is fast for the numbers of each column."""
    if len(block.parts) > PARTS:
        return _slowly(block, style)
    odd = np.zeros(block.rows, np.bool_)
    quick: dict[str, Written] = {}
    for name, x in _doubles(block):
        written, others = _quick(name, x)
        quick[name] = written
        odd |= others
    rows = np.flatnonzero(odd)
    if len(rows) * RARE > len(odd):
        text, _ = _carefully(block, style)
    else:
        text, ends = _told(block, style, quick)
        if len(rows):
            text = _spliced(text, ends, rows, *_carefully(_taken(block, rows), style))
    return text[: len(text) - len(style.between)]


def _carefully(block: Lines, style: Style) -> Told:
    """Return rows as text, each with what stands after it, in whatever way each number asks for."""
    found = {name: _careful(name, x, style) for name, x in _doubles(block)}
    careful = {name: written for name, written in found.items() if written}
    if len(careful) == len(found):
        return _told(block, style, careful)
    lines = [(line + style.between).encode() for line in by_python(block, style)]
    return memoryview(b"".join(lines)), np.cumsum([0, *map(len, lines)])


def _taken(block: Lines, rows: NDArray[np.intp]) -> Lines:
    """Return some of the rows."""

    def some(part: str | Column) -> str | Column:
        if isinstance(part, np.ndarray):
            return part[rows]
        return part if isinstance(part, str) else [part[int(k)] for k in rows]

    return Lines([some(part) for part in block.parts])


def _spliced(
    text: memoryview, ends: NDArray[Any], rows: NDArray[np.intp], other: memoryview, stops: NDArray[Any]
) -> memoryview:
    """Return the text with that of some rows in another way."""
    pieces: list[memoryview] = []
    start = 0
    for row, since, until in zip(rows.tolist(), stops.tolist(), stops[1:].tolist(), strict=False):
        pieces += [text[start : ends[row]], other[since:until]]
        start = ends[row + 1]
    return memoryview(b"".join([*pieces, text[start:]]))


def _told(block: Lines, style: Style, numbers: Mapping[str, Written]) -> Told:
    """Return rows as text, each with what stands after it, as the engine makes it."""
    import nanoarrow

    from losscli.duck import arrow

    columns: dict[str, Any] = {}
    written: list[str] = []
    for at, part in enumerate(block.parts):
        if isinstance(part, str):
            written.append(quoted(part))
            continue
        name = f"c{at}"
        usual = part if isinstance(part, np.ndarray) else np.array(part, dtype=object), name
        columns[name], sql = numbers.get(name, usual)
        written.append(sql)
    if style.between:
        written.append(quoted(style.between))
    cursor = database().cursor()
    cursor.register("block", columns)
    query = f"select concat({', '.join(written)}) from block"
    (batch,) = cast("Any", nanoarrow).c_array_stream(arrow(cursor, query))
    cursor.close()
    view = batch.child(0).view()
    ends = np.frombuffer(view.buffer(1), np.int32)
    return memoryview(view.buffer(2)).cast("B")[: ends[-1]], ends


def _doubles(block: Lines) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the columns of numbers that need not be whole, with their names."""
    for at, part in enumerate(block.parts):
        if isinstance(part, np.ndarray) and part.dtype.kind == "f":
            yield f"c{at}", part


def _quick(name: str, x: NDArray[np.float64]) -> tuple[Written, NDArray[np.bool_]]:
    """Return how the engine writes doubles if they are as most are, and those that are not."""
    with np.errstate(invalid="ignore"):
        whole, size = x == np.trunc(x), np.abs(x)
        counts = whole & (size < WHOLE)
        fractions = (size >= PLAIN[0]) & (size < PLAIN[1]) & ~whole
    if np.count_nonzero(counts) > np.count_nonzero(fractions):
        return (np.where(counts, x, 0.0).astype(np.int64), name), ~counts
    return (np.ascontiguousarray(x), f"to_json({name})::varchar"), ~fractions


def _careful(name: str, x: NDArray[np.float64], style: Style) -> Written | None:
    """Return how the engine writes doubles of any size; None if it cannot be trusted with them."""
    with np.errstate(invalid="ignore"):
        x = np.ascontiguousarray(x) + 0.0  # no -0
        whole, size = x == np.trunc(x), np.abs(x)
        large = whole & np.isfinite(x) & (size >= WHOLE)
        # The engine writes 2^81, 2^91 and 2^807 wrongly: powers of 2 are left to Python, if they are large.
        powers = (x.view(np.int64) & ((1 << 52) - 1)) == 0
        if (large & (powers | (size < PLAIN[1]))).any():
            return None
    digits = f"{name} = trunc({name}) and abs({name}) < {WHOLE}"
    within = f"abs({name}) >= {PLAIN[0]} and abs({name}) < {PLAIN[1]}"
    text = (
        f"case when {digits} then {name}::bigint::varchar when {within} then to_json({name})::varchar "
        f"else {name}::varchar end"
    )
    if not np.isfinite(x).all():  # the engine takes a NaN of NumPy for a missing value
        lost = quoted(style.number(float("nan")))
        ends = " ".join(
            f"when '{sign}inf'::double then {quoted(style.number(float(f'{sign}inf')))}" for sign in "+-"
        )
        text = f"case {name} {ends} else coalesce({text}, {lost}) end"
    return x, text


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@cache
def database() -> Any:
    """Return a database in memory that knows nothing and reads no file."""
    from losscli.duck import duckdb

    return duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": False})
