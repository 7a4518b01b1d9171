"""`losscli help json`, `losscli help errors`: what programs want to know."""

from __future__ import annotations

from collections.abc import Sequence


def show(words: Sequence[str]) -> int:
    """Print a page, and return the exit code."""
    from losscli.cli import codes, schema

    pages = {"json": schema.page, "errors": codes.page}
    print(*pages[words[0]](), sep="\n")
    return 0
