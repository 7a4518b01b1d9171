"""Metrics that people ask for by name and that are no loss, with the losses that stand for them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Metric(NamedTuple):
    """A metric, and what comes nearest to it."""

    names: tuple[str, ...]
    losses: tuple[str, ...]
    meaning: str
    """What the metric makes of the losses: a phrase that their names continue."""
    recipe: str
    """The command that gives it, if there is one."""


def metrics() -> list[Metric]:
    """Return all that is known of metrics."""
    lines = Path(__file__).with_suffix(".tsv").read_text("utf-8").splitlines()[1:]
    return [
        Metric(tuple(names.split()), tuple(losses.split(", ")), meaning, recipe)
        for names, losses, meaning, recipe in (line.split("\t") for line in lines)
    ]
