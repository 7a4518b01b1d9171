"""The engine, begun at once where a large file is named: it opens on one core while Python imports on another."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from threading import Thread

LARGE = 1 << 22
"""Bytes from which on an engine reads faster than it takes to start it."""


def begin(words: Iterable[str]) -> None:
    """Open the engine if one of these is the name of a file that it reads, most likely."""
    if any(map(large, words)):
        Thread(target=_open).start()


def large(word: str) -> bool:
    """Return whether a word of the command line is the name of a large file, which is no array of NumPy's."""
    try:
        return os.stat(word).st_size >= LARGE and not word.endswith((".npy", ".npz"))  # noqa: PTH116
    except (OSError, ValueError):
        return False


def _open() -> None:
    with suppress(Exception):  # said by whoever needs the engine, and waits for this import
        import_module("losscli.duck")
