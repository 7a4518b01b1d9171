"""Where results go: nothing reaches standard output before all of it is known to be right."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, TextIO, cast

from losscli.cli.reading import choose
from losscli.errors import DataError, UsageError

KEPT = 1 << 23
"""How much output waits in memory; beyond it, in a temporary file."""


@contextmanager
def spool() -> Iterator[TextIO]:
    """Give a file to write results to; what is written goes to standard output at the end, or nowhere."""
    with SpooledTemporaryFile(KEPT, mode="w+b") as held:
        text = io.TextIOWrapper(cast("Any", held), encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
            held.seek(0)
            sys.stdout.flush()
            shutil.copyfileobj(held, sys.stdout.buffer)
            flush()
        finally:
            text.detach()


def flush() -> None:
    """Push standard output out, so that a full disk is noticed here and not at exit."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (what is left unwritten must not fail again at exit)
        raise DataError(f"standard output: {reason[0].lower()}{reason[1:]}") from None


def form(format: str, json: bool, csv: bool, tsv: bool, bare: bool) -> str:
    """Return the one format that the options ask for; a table on a terminal and TSV in a pipe if none."""
    asked = [name for name, on in (("json", json), ("csv", csv), ("tsv", tsv), ("bare", bare)) if on]
    if choose("format", format):
        asked.append(format)
    if len(set(asked)) > 1:
        raise UsageError(f"one output format, not {' and '.join(dict.fromkeys(asked))}")
    return asked[0] if asked else "table" if sys.stdout.isatty() else "tsv"


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    print(text, file=sys.stderr)
