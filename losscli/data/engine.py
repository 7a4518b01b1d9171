"""DuckDB, as a reader of numbers and texts: it is told everything and guesses nothing.

Only what it reads as the small reader would may get here; of the rest `Refused` is raised.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

import duckdb
import numpy as np

from losscli.data.pieces import Piece

NUMBERS_TOO = (b"_", b"(")
"""Marks of texts that DuckDB reads as numbers and we do not: 1_000, NaN(1)."""


class Refused(Exception):
    """The engine cannot read a piece, or would read it in another way."""


@cache
def database() -> Any:
    """Return a database in memory, which reads the files it is told to and nothing else."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return duckdb.connect(":memory:", config=settings)


class Delimited(NamedTuple):
    """What to read of a piece of delimited text."""

    names: int
    """How many columns there are."""
    delimiter: str
    columns: Sequence[int]
    """The wanted columns."""
    numeric: Collection[int]
    """Those that hold numbers, of which arrays are made, NaN where missing."""
    missing: Collection[str]


def delimited(piece: Piece, how: Delimited) -> list[Any]:
    """Return the wanted columns. Raises `Refused`, also where a row is not on one line."""
    refuse_oddities(piece, how)
    path = piece.path
    found = query(piece, path, how, how.columns, how.missing)
    texts = [at for at in how.columns if at not in how.numeric]
    if any("" in found[at] for at in texts):  # a text that means missing: but it may be an id, or a class
        found |= query(piece, path, how, texts, [""])
    if {len(x) for x in found.values()} != {piece.lines}:
        raise Refused("blank lines, or line ends in quotes")
    return [found[at] for at in how.columns]


def query(
    piece: Piece, path: str, how: Delimited, columns: Sequence[int], missing: Collection[str]
) -> dict[int, Any]:
    """Return columns by their number."""
    guarded = any(map(piece.has, NUMBERS_TOO)) or (piece.has(b"+") and (piece.has(b"+-") or piece.has(b"-+")))
    plain = [at for at in columns if at in how.numeric and not guarded]
    texts = [f"'c{at}'" for at in columns if at not in how.numeric]
    types = ", ".join(f"c{at}: '{'DOUBLE' if at in plain else 'VARCHAR'}'" for at in range(how.names))
    wanted = [guard(f"c{at}") if at in how.numeric and guarded else f"c{at}" for at in columns]
    as_written = f", force_not_null=[{', '.join(texts)}]" if texts else ""
    arrays = answer(
        f"select {', '.join(wanted)} from read_csv({quoted(path)}, auto_detect=false, header=false, "
        f"delim={quoted(how.delimiter)}, quote='\"', escape='\"', columns={{{types}}}, strict_mode=true, "
        f"null_padding=false, nullstr=[{', '.join(map(quoted, missing))}]{as_written})"
    )
    return {
        at: np.ma.filled(x, np.nan) if at in how.numeric else x.tolist()
        for at, x in zip(columns, arrays, strict=True)
    }


def refuse_oddities(piece: Piece, how: Delimited) -> None:
    """Refuse what the two readers see differently."""
    if piece.has(b"\0"):
        raise Refused("a NUL")
    if how.names == 1 and (piece.text()[0] in b"\r\n" or piece.has(b"\n\n") or piece.has(b"\n\r")):
        raise Refused("a blank line, which is no row")
    if piece.has(b"\r") and piece.text().count(b"\r\n") < piece.text().count(b"\r"):
        raise Refused("a line that ends in a carriage return alone")
    if piece.quoted:  # DuckDB skips a blank beside a quotation mark
        mark = re.escape(how.delimiter.encode())
        if re.search(rb'(?:^|[\n%b])[ \t]+"|"[ \t]+(?:[\r\n%b]|$)' % (mark, mark), piece.text()):
            raise Refused("a blank beside a quote")
    if not piece.ascii:
        try:
            piece.text().decode()
        except UnicodeDecodeError:
            raise Refused("not UTF-8") from None


def lines(
    piece: Piece, paths: Sequence[tuple[str, ...]], widths: Sequence[int | None], *, strict: bool
) -> list[Any]:
    """Return columns of JSON lines: numbers, or lists of so many of them, as arrays; NaN where missing.

    Where `strict`, nothing may be missing: how that is written is then told.
    """
    if piece.has(b"\r"):
        raise Refused("other line ends")
    if comma_too_many(piece.text()):
        raise Refused("a comma too many, which DuckDB does not mind")
    found = numbers(piece, paths, widths)
    if any(((x == 0) | (x == 1)).any() for x in found) and (piece.has(b"true") or piece.has(b"false")):
        found = numbers(piece, paths, widths, guarded=True)  # DuckDB reads them as 1 and 0
    if len(found[0]) != piece.lines:
        raise Refused("blank lines")
    if any(np.isnan(x.min(initial=0)) for x in found):
        if strict:
            raise Refused("something is missing")
        if piece.has(b"\nnull") or piece.text().startswith(b"null"):
            raise Refused("null is no record")
    arrays = iter(found)
    answers: list[Any] = []
    for width in widths:
        if width is None:
            answers.append(next(arrays))
        else:
            if (next(arrays) != width).any():
                raise Refused("lists of different lengths")
            answers.append(np.stack([next(arrays) for _ in range(width)], axis=1))
    return answers


def numbers(
    piece: Piece,
    paths: Sequence[tuple[str, ...]],
    widths: Sequence[int | None],
    *,
    guarded: bool = False,
) -> list[Any]:
    """Return what is at these paths; of a list its length, and then each of its numbers."""
    tree: dict[str, Any] = {}
    wanted: list[str] = []
    for path, width in zip(paths, widths, strict=True):
        *above, last = path
        inside = tree
        for key in above:
            inside = inside.setdefault(key, {})
        inside[last] = ("VARCHAR" if guarded else "DOUBLE") + ("[]" if width is not None else "")
        name = ".".join(map(named, path))
        if width is None:
            wanted.append(name)
        else:
            wanted += [f"coalesce(len({name}), {width})", *(f"{name}[{k + 1}]" for k in range(width))]
    if guarded:
        wanted = [guard(each, "[_(tfTF]") for each in wanted]
    names = ", ".join(f"{each} as c{at}" for at, each in enumerate(wanted))
    columns = ", ".join(f"{quoted(key)}: {quoted(typed(each))}" for key, each in tree.items())
    found = answer(
        f"select {names} from read_json({quoted(piece.path)}, format='newline_delimited', auto_detect=false, "
        f"columns={{{columns}}}, maximum_object_size={max(piece.size, 1 << 20)})"
    )
    return [np.ma.filled(x.astype(np.float64), np.nan) for x in found]


def comma_too_many(text: bytes) -> bool:
    """Return whether a comma may stand before the end of an object or a list."""
    data, step = np.frombuffer(text, np.uint8), 1 << 18  # bytes that stay in the cache
    for start in range(0, len(data), step):
        part = data[start : start + step]
        ends = start + np.flatnonzero((part == ord("}")) | (part == ord("]")))
        if (data[ends - 1] <= ord(",")).any():  # a comma or a blank, and hardly anything else
            return re.search(rb",\s*[]}]", text) is not None
    return False


def typed(each: Any) -> str:
    """Return the type of a column as SQL writes it: that of an object, by its keys, or of a value."""
    if isinstance(each, str):
        return each
    inside = cast("dict[str, Any]", each)
    return "STRUCT(" + ", ".join(f"{named(key)} {typed(value)}" for key, value in inside.items()) + ")"


def named(key: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + key.replace('"', '""') + '"'


def guard(name: str, strange: str = "[_(]|[+]-|-[+]") -> str:
    """Return SQL for a number that our reader reads too: not 1_000, NaN(1) or +-1."""
    return f"case when regexp_matches({name}::varchar, '{strange}') then error('') else {name}::double end"


def answer(query: str) -> list[Any]:
    """Return the columns of an answer, as arrays."""
    try:
        found = database().cursor().execute(query).fetchnumpy()
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise Refused(str(error)) from None
    return list(found.values())


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
