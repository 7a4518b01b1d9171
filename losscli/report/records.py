"""Long tables as JSON lines: one object a row."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from losscli.report.lines import Column, Lines, json_texts


def record_lines(names: Sequence[str], columns: Sequence[Column]) -> Lines:
    """Return rows as JSON lines have them, each with its end."""
    parts: list[str | Column] = []
    for at, (name, column) in enumerate(zip(names, columns, strict=True)):
        parts += [
            f"{',' if at else '{'}{json.dumps(name, ensure_ascii=False)}:",
            column if isinstance(column, np.ndarray) else json_texts(column),
        ]
    return Lines([*parts, "}\n"])
