"""What people ask for by name and that is no loss here, such as metrics, with the losses that stand for it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Metric(NamedTuple):
    """A metric, or what else is no loss, and what comes nearest to it."""

    names: tuple[str, ...]
    what: str
    """What it is instead: `a metric, not a loss`."""
    losses: tuple[str, ...]
    meaning: str
    """What it makes of the losses: a phrase that their names continue."""
    recipe: str
    """The command that gives it, if there is one."""


def metrics() -> list[Metric]:
    """Return all that is known of metrics."""
    lines = Path(__file__).with_suffix(".tsv").read_text("utf-8").splitlines()[1:]
    return [
        Metric(tuple(names.split()), what, tuple(losses.split(", ")), meaning, recipe)
        for names, what, losses, meaning, recipe in (line.split("\t") for line in lines)
    ]
