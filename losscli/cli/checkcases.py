"""`losscli check LOSS --cases OUT`: inputs, values and derivatives for a test in any language."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, cast

from losscli.check.testcases import cases
from losscli.cli.checkown import rows_for
from losscli.cli.files import whole, wrote
from losscli.cli.messages import note
from losscli.cli.output import counted, spool
from losscli.errors import UsageError
from losscli.report.formats import SUFFIXES

if TYPE_CHECKING:
    from losscli.loss import Loss

USUAL = {60: 200, 12: 40, 6: 12}
"""How many cases there are, by how many rows of a loss are checked."""


def write_cases(loss: Loss, path: str, count: int, seed: int) -> None:
    """Write cases as JSON lines: all of them, or nothing. Raises `UsageError` for a name of another format."""
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122 (as elsewhere)
    if suffix in SUFFIXES and SUFFIXES[suffix] not in ("jsonl", "json", "table"):
        what = f"--cases {path}: cases are JSON lines, not {suffix}"
        raise UsageError(what, fix=[f"--cases {path.removesuffix(suffix)}.jsonl"], code="unknown-format")
    from losscli.report.machine import write_json_lines

    lines = cases(loss, count or USUAL[rows_for(loss)], seed)
    if path == "-":
        with spool() as out:
            write_json_lines(lines, out)
        return
    number = -1  # but for the header
    with whole(path) as file:
        text = io.TextIOWrapper(cast("Any", file), encoding="utf-8", newline="")
        for line in lines:
            write_json_lines([line], text)
            number += 1
        text.flush()
        text.detach()
    note(wrote(path, counted(number).replace("row", "case")), code="wrote", file=path)
