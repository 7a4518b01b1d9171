"""The names of several files that are one input."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.data.words import shell
from losscli.errors import UsageError

SHOWN = 2


class Files(str):
    """Names of files; as a text, what messages call them together."""

    __slots__ = ("names",)
    names: tuple[str, ...]


def together(names: Sequence[str]) -> str:
    """Return the input that was typed as some names: none, one, or several."""
    if len(names) < 2:
        return "".join(names)
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise UsageError(f"{twice} is given twice", code="given-twice")
    more = len(names) - SHOWN
    found = Files(", ".join(names[:SHOWN]) + (f" and {more} more" if more else ""))
    found.names = tuple(names)
    return found


def second(name: str) -> list[str]:
    """Return a fix for who means that the second of two files has the targets."""
    if not isinstance(name, Files) or len(name.names) != 2:
        return []
    one, two = map(shell, name.names)
    return [f"{one} --targets {two}       if the targets are in {two}"]
