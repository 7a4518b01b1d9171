"""The names of a file's columns, at a glance: from its first bytes, by the standard library."""

from __future__ import annotations

import csv
import json
import os
import re
from typing import Any, cast

HEAD = 1 << 16
MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "lzma"}


def columns_of(path: str) -> list[str]:
    """Return the columns of a delimited or JSON file, perhaps compressed; none of what cannot be read."""
    if not os.path.isfile(path):  # noqa: PTH113
        return []
    text = head(path).decode("utf-8-sig", "replace")
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _of_json(text)
    line = text.splitlines()[0] if text.splitlines() else ""
    mark = max(",\t;|", key=line.count)
    if "\0" in line:
        return []
    found = next(csv.reader([line], delimiter=mark), None) or ()
    return [name.strip() for name in found if name.strip()]


def head(path: str) -> bytes:
    """Return the first bytes of a file, unpacked."""
    with open(path, "rb") as file:  # noqa: PTH123
        first = file.read(6)
    for magic, module in MAGIC.items():
        if first.startswith(magic):
            from importlib import import_module

            with import_module(module).open(path) as unpacked:
                return unpacked.read(HEAD)
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(HEAD)


def _of_json(text: str) -> list[str]:
    """Return the keys of the first record."""
    start = text.index("{")
    try:
        record: Any = json.JSONDecoder().raw_decode(text, start)[0]
    except ValueError:  # longer than what was read
        return list(dict.fromkeys(re.findall(r'"([^"\\]+)"\s*:', text)))
    return list(_keys(record, "")) if isinstance(record, dict) else []


def _keys(record: Any, before: str) -> list[str]:
    """Return the keys of a record, and of records inside with dots."""
    found: list[str] = []
    for key, value in cast("dict[str, Any]", record).items():
        found += _keys(value, f"{before}{key}.") if isinstance(value, dict) else [f"{before}{key}"]
    return found
