"""`losscli choose`: which loss for which task, and why."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument

from losscli.cli import options as o

if TYPE_CHECKING:
    from losscli.advice import Advice
    from losscli.cli.output import Output
    from losscli.report.table import Cell

EXAMPLES = """
  losscli choose
  losscli choose regression
  losscli choose "few positives"
  losscli choose preds.csv
"""


def choose(
    task: Annotated[str, Argument(metavar="[TASK]", help="only what mentions these words")] = "",
    *,
    words: o.Words,
    shape: o.Print,
) -> None:
    """Which loss for which task, and why.

    TASK is words: regression, outliers, "few positives". FILE is looked at: what its targets and
    predictions are like, and what suits them. It is advice; nothing else is ever decided from the data.
    """
    from losscli.advice import advise
    from losscli.cli.output import Output
    from losscli.errors import NoResult

    if task and not words.file and named_file(task) and not advise(task.split()):
        task, words = "", words._replace(file=task)
    to = Output(shape, inputs=words.files)
    to.expect(("task", "data", "loss", "why"))
    said: list[str] = []
    if words.file or words.targets:
        said, found = seen(words)
        found = [each for each in found if each in advise(task.split())]
    else:
        found = advise(task.split())
    if not found:
        raise NoResult(
            f"no task mentions '{task}'" if task else "nothing suits", fix=["losscli choose"], code="no-match"
        )
    write(said, found, to)


def named_file(word: str) -> bool:
    """Return whether a word is the name of a file, or looks like one."""
    return word == "-" or os.path.exists(word) or bool(os.path.splitext(word)[1])  # noqa: PTH110, PTH122


def seen(words: o.Words) -> tuple[list[str], list[Advice]]:
    """Return what a file shows, and what suits it."""
    from losscli.advice import forms, look
    from losscli.cli.reading import read_as

    return look(read_as(forms(), words))


def write(said: Sequence[str], found: Sequence[Advice], to: Output) -> None:
    """Write the lines as a table, or for programs."""
    from losscli.cli.describe import envelope
    from losscli.report.table import Table

    if to.kind == "table" and not to.manner.fields:
        below = ["more of one: losscli explain LOSS"]
        to.write(Table(("loss", "when, and why"), grouped(found), "; ".join(said), below))
        return
    advice: list[dict[str, Any]] = [{**each._asdict(), "loss": each.loss.split(",")} for each in found]
    document = {**envelope("choose"), "seen": said, "advice": advice}
    to.write(Table(("task", "data", "loss", "why"), found), document, "advice")


def grouped(found: Sequence[Advice]) -> list[Sequence[Cell]]:
    """Return the rows of the table, each task above its own."""
    rows: list[Sequence[Cell]] = []
    task = ""
    for each in found:
        if each.task != task:
            rows += [*([(None, None)] if rows else []), (each.task.upper(), None)]
            task = each.task
        first, *others = each.loss.split(",")
        rows.append((first, f"{each.data}: {each.why}" + (f" (or {', '.join(others)})" if others else "")))
    return rows
