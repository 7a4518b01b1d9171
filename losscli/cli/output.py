"""Where results go: nothing reaches standard output before all of it is known to be right."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, TextIO, cast

from losscli.cli.options import Print
from losscli.cli.reading import choose
from losscli.errors import DataError, UsageError

KEPT = 1 << 23
"""How much output waits in memory; beyond it, in a temporary file."""


@contextmanager
def spool() -> Generator[TextIO]:
    """Give a file to write results to; what is written goes to standard output at the end, or nowhere."""
    with SpooledTemporaryFile(KEPT, mode="w+b") as held:
        text = io.TextIOWrapper(cast("Any", held), encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
            held.seek(0)
            deliver(cast("Any", held))
        finally:
            text.detach()


def deliver(held: BinaryIO) -> None:
    """Copy a finished result to standard output, so that a full disk is noticed here and not at exit."""
    try:
        sys.stdout.flush()
        shutil.copyfileobj(held, sys.stdout.buffer, 1 << 20)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (what is unwritten must not fail again at exit)
        raise DataError(f"standard output: {reason}") from None


def form(shape: Print, *, bare: bool = False) -> str:
    """Return the one format that the options ask for; a table on a terminal and TSV in a pipe if none."""
    switches = (("json", shape.json), ("csv", shape.csv), ("tsv", shape.tsv), ("bare", bare))
    asked = [name for name, on in switches if on]
    choose("color", shape.color)
    if choose("format", shape.format):
        asked.append(shape.format)
    if len(set(asked)) > 1:
        raise UsageError(f"one output format, not {' and '.join(dict.fromkeys(asked))}")
    return asked[0] if asked else "table" if sys.stdout.isatty() else "tsv"


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    print(text, file=sys.stderr)
