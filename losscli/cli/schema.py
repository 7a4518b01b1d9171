"""`losscli help json`: every field of every answer in JSON, for people, and as JSON Schema for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from losscli.cli.fields import ENVELOPE, RECORDS, SCHEMAS, Fields

ABOUT = """
Every answer is one object with `schema`, whose number changes if a field changes its meaning, and `version`. Numbers
are shortest texts that read back the same double; what JSON lacks are the strings "Infinity", "-Infinity" and "NaN". A
field with ? is there only where it applies. With --fields, records have those fields alone. With --errors json, what
goes to standard error is JSON too: one object a line.
"""
DRAFT = "http://json-schema.org/draft-07/schema#"
NUMBER: dict[str, Any] = {"anyOf": [{"type": "number"}, {"enum": ["Infinity", "-Infinity", "NaN"]}]}
TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"}, "integer": {"type": "integer"}, "boolean": {"type": "boolean"},
    "null": {"type": "null"}, "list": {"type": "array"}, "object": {"type": "object"}, "any": {},
    "number": {"$ref": "#/definitions/number"},
}  # fmt: skip
PART = re.compile(r"(\w+)(\??)((?:\[\])*)")


def names() -> list[str]:
    """Return what there are schemas of: commands, cases and errors."""
    return list(dict.fromkeys(command(title) for title in SCHEMAS))


def command(title: str) -> str:
    """Return which command the answers are of: check, of `losscli.check/1, with --python`."""
    return title.partition("/")[0].removeprefix("losscli.")


def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the answers of a command."""
    kinds = [(title, fields) for title, fields in SCHEMAS.items() if command(title) == name]
    found = [_kind(title, fields) for title, fields in kinds]
    about = {"$schema": DRAFT, "title": f"losscli.{name}/1" if name != "errors" else "losscli --errors json"}
    body = found[0] if len(found) == 1 else {"anyOf": found}
    return {**about, "definitions": {"number": NUMBER}, **body}


def _kind(title: str, fields: Fields) -> dict[str, Any]:
    """Return the schema of one kind of answer."""
    root: dict[str, Any] = {}
    for paths, said in fields.items():
        kind, _, meaning = said.partition(": ")
        for path in alone(paths):
            *through, last = path.split(".")
            place = root
            for part in through:
                place = _into(place, part)
            name, optional, lists = _part(last)
            leaf: dict[str, Any] = {**_type(kind), **({"description": meaning} if meaning else {})}
            for _ in range(lists):
                leaf = {"type": "array", "items": leaf}
            _add(place, name, leaf, optional)
    if name := title.partition(",")[0] if "schema" in fields else "":
        root["properties"]["schema"] = {"const": name}
    return root


def alone(paths: str) -> Iterator[str]:
    """Yield the paths that stand for several: `results[].ci.low, high`."""
    first, *others = paths.split(", ")
    stem, dot, _ = first.rpartition(".")
    yield first
    yield from (f"{stem}{dot}{name}" for name in others)


def _part(text: str) -> tuple[str, bool, int]:
    found = PART.fullmatch(text)
    assert found, text
    return found[1], bool(found[2]), len(found[3]) // 2


def _into(place: dict[str, Any], part: str) -> dict[str, Any]:
    """Return the object that a part of a path leads into."""
    name, optional, lists = _part(part)
    known: Any = (
        place.get("additionalProperties") if name.isupper() else place.get("properties", {}).get(name)
    )
    if not known:
        known = {}
        for _ in range(lists):
            known = {"type": "array", "items": known}
        _add(place, name, known, optional)
    for _ in range(lists):
        known = known["items"]
    if "anyOf" in known:  # null, or an object that is described further
        known = next(each for each in known["anyOf"] if each["type"] == "object")
    return known


def _add(place: dict[str, Any], name: str, leaf: dict[str, Any], optional: bool) -> None:
    place.setdefault("type", "object")
    place.setdefault("additionalProperties", False)
    if name.isupper():
        place["additionalProperties"] = leaf
        return
    place.setdefault("properties", {})[name] = leaf
    if not optional:
        place.setdefault("required", []).append(name)


def _type(kind: str) -> dict[str, Any]:
    """Return the schema of a type, as it is written."""
    several = [_one(each) for each in kind.split(" or ")]
    return several[0] if len(several) == 1 else {"anyOf": several}


def _one(kind: str) -> dict[str, Any]:
    if kind.startswith("list of "):
        return {"type": "array", "items": _one(kind.removeprefix("list of "))}
    return dict(TYPES[kind]) if kind in TYPES else {"enum": kind.split("|")}


def fields_of(name: str, kind: str = "", without: Sequence[str] = ()) -> list[str]:
    """Return the fields of the records that a command answers with, perhaps of one kind of its answers."""
    before = f"{RECORDS[name]}[]."
    every = (path for title, fields in SCHEMAS.items() if command(title) == name and kind in title for paths in fields
             for path in alone(paths))  # fmt: skip
    heads = (path.removeprefix(before).partition(".")[0] for path in every if path.startswith(before))
    found = dict.fromkeys(re.sub(r"[?\[\]]", "", head) for head in heads if not head.isupper())
    return [head for head in found if head not in without]


def page() -> Iterator[str]:
    """Yield the lines of the page, in 80 columns."""
    yield from wrap(" ".join(ABOUT.split()), 80)
    yield ""
    lines = ", ".join(f"{path} of {name}" for name, path in RECORDS.items())
    yield from wrap(
        f"JSON lines (--format jsonl) are the records, one a line: {lines}; with -r none rows.", 80
    )
    yield ""
    yield "As JSON Schema, for programs: losscli help json compute"
    yield from wrap(", ".join(names()), 78, initial_indent="  of: ", subsequent_indent="      ")
    for title, fields in SCHEMAS.items():
        yield ""
        yield title if title != "errors" else "errors, on standard error"
        for field, said in fields.items():
            if field in ENVELOPE:
                continue
            first, *rest = wrap(said.replace("|", " | "), 48, break_on_hyphens=False)
            if len(field) > 28:
                yield f"  {field}"
                yield f"{'':30}{first}"
            else:
                yield f"  {field:<28}{first}"
            for line in rest:
                yield f"{'':30}{line}"
