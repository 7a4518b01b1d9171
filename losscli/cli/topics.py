"""`losscli help json`, `losscli help errors`: what programs want to know."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.cli import codes, schema
from losscli.errors import UsageError


def show(words: Sequence[str]) -> int:
    """Print a page, or the JSON Schema of a command's answers, and return the exit code. Raises `UsageError`."""
    topic, *of = words
    if topic == "json" and of:
        if len(of) > 1 or of[0] not in schema.names():
            what = f"help json: '{' '.join(of)}' is not one of: {' '.join(schema.names())}"
            raise UsageError(what, fix=["losscli help json compute"], code="bad-option")
        import json

        print(json.dumps(schema.json_schema(of[0]), indent=2))
        return 0
    if of:
        raise UsageError(f"help {topic} takes no more words", fix=[f"losscli help {topic}"], code="usage")
    print(*(schema if topic == "json" else codes).page(), sep="\n")
    return 0
