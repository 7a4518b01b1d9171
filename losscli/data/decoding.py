"""JSON text to values, every number a float, every mistake in words."""

from __future__ import annotations

import json
from typing import Any

from losscli.data.cells import Written
from losscli.data.words import quoted, under, written
from losscli.errors import DataError

Record = dict[str, Any]


def reader(exact: bool) -> json.JSONDecoder:
    """Return a decoder to which every number is a float, rounded from its text once."""
    number = Written if exact else float
    # float also reads integers that int refuses to (over 4300 digits), and keeps the sign of -0.
    return json.JSONDecoder(parse_float=number, parse_int=number, object_pairs_hook=unique)


class Twice(ValueError):
    """A key that an object has twice."""


def unique(pairs: list[tuple[str, object]]) -> Record:
    """Return the object, unless a key is in it twice: which value is meant, nobody knows."""
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Twice(next(key for key in keys if keys.count(key) > 1))
    return record


def decode(decoder: json.JSONDecoder, text: str, name: str, line: int) -> object:
    """Return the value that the text writes; `line` is where the text starts."""
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        at = line + error.lineno - 1
        bad = text.split("\n", error.lineno)[error.lineno - 1]
        fix = ["--input-format csv"] if error.pos == 0 and line == 1 else []
        if error.msg == "Extra data" and text.lstrip().startswith("{"):
            fix = ["--input-format jsonl"]
        raise DataError(
            f"{name}:{at}: not JSON: {error.msg[0].lower()}{error.msg[1:]}",
            under(at, bad, (error.colno - 1, error.colno)),
            fix,
            code="bad-json",
            file=name,
            line=at,
        ) from None
    except Twice as error:
        where = f"{name}:{line}" if line > 1 else name
        raise DataError(f"{where}: a record has the key {str(error)!r} twice", code="same-key") from None
    except RecursionError:
        raise DataError(f"{name}: the JSON is nested too deeply", code="bad-json", file=name) from None


def kind(value: object) -> str:
    """Return what a JSON value is, in words."""
    if value is None or isinstance(value, bool):
        return written(value)
    names: dict[type, str] = {dict: "an object", list: "a list", str: f"the text {quoted(value)}"}
    return names.get(type(value), f"the number {value!r}")
