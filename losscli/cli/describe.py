"""What a person is told beside the numbers: the heading, and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscli.loss import Loss
    from losscli.parameter import Value
    from losscli.run import Job, Summary

SHOWN = 10
"""How many rows of a long table a person sees at its start, and at its end."""


def status(value: float) -> str:
    """Return `ok`, or what else a value is."""
    return "nan" if value != value else "inf" if abs(value) == float("inf") else "ok"


def envelope(command: str) -> dict[str, str]:
    """Return what every JSON answer begins with."""
    from losscli import __version__

    return {"schema": f"losscli.{command}/1", "version": __version__}


def named(names: Sequence[str]) -> str:
    """Return columns in few words."""
    if len(names) > 3:
        return f"{names[0]} ... {names[-1]}"
    return ", ".join(names)


def heading(job: Job, how: str, elements: int, models: Sequence[Job] = ()) -> str:
    """Return what was read and how it was summed: `preds.csv: 500 rows, y_pred against y_true, mean over rows`."""
    reading = job.reading
    names = [entry.name for entry in job.inputs[0]]
    parts = [named(job.chosen[name].names) for name in names]
    for other in models[1:]:
        each = (named(other.chosen[name].names) for name in names)
        parts = [f"{part}, {one}" if one != part else part for part, one in zip(parts, each, strict=True)]
    if len(parts) > 1:
        parts = [*parts[:-2], f"{parts[-2]} against {parts[-1]}"] if names[-1] == "target" else parts
    rows = reading.rows - reading.dropped - reading.filtered - job.ignored
    said = [f"{reading.name}: {rows} row{'s' * (rows != 1)}{job.gathering()}", *parts]
    if reading.dropped:
        said.insert(1, f"{reading.dropped} dropped for missing values")
    if job.ignored:
        said.insert(1, f"{job.ignored} ignored")
    if reading.filtered:
        said.insert(1, f"{reading.filtered} left out by --where")
    unmatched = reading.unmatched
    if sum(unmatched):
        said.insert(1, f"{unmatched[0]} ids only here, {unmatched[1]} only there")
    if how != "none":
        over = f"{elements} elements" if elements != rows and job.unit == "row" else f"{job.unit}s"
        weight = reading.chosen.get("weight")
        by = [weight.names[0]] if weight else []
        by += ["class"] if any(loss.settings().get("weights") for loss in job.losses) else []
        said.append(f"{how} over {over}" + (f" weighted by {' and '.join(by)}" if by else ""))
    return ", ".join(said)


def params(loss: Loss) -> dict[str, Value | bool]:
    """Return every parameter of a loss, for JSON."""
    return {
        name: bool(value) if loss.parameters[name].flag else value for name, value in loss.settings().items()
    }


def input_facts(job: Job, lists: int = 0) -> dict[str, Any]:
    """Return what was read, for JSON; in `lists` lists, if rows are in lists."""
    reading = job.reading
    chosen: dict[str, Any] = {}
    models: dict[str, list[Any]] = {}
    for role, each in reading.chosen.items():
        columns = each.names[0] if len(each.names) == 1 else list(each.names)
        first, of, _ = role.partition(" of ")
        if of:  # another model
            models.setdefault(first, [chosen[first]]).append(columns)
        else:
            chosen[role] = columns
    chosen |= models
    facts: dict[str, Any] = {"file": reading.name, **chosen, "rows": reading.rows, "dropped": reading.dropped}
    if reading.where:
        facts |= {"where": reading.where, "filtered": reading.filtered}
    if lists:
        facts["lists"] = lists
    if job.ignored:
        facts["ignored"] = job.ignored
    if sum(reading.unmatched):
        facts["unmatched"] = list(reading.unmatched)
    return facts


def warn_infinite(job: Job, summaries: Sequence[Summary], answers: Sequence[float]) -> None:
    """Say which rows make a loss infinite."""
    from losscli.cli.messages import warn

    for loss, summary, value in zip(job.losses, summaries, answers, strict=True):
        if summary.infinite and value == float("inf"):
            place = job.place(summary.first_infinite)
            rows = f"the loss of {summary.infinite} {job.unit}s is infinite, the first at {place}"
            only = f"the loss at {place} is infinite"
            warn(
                f"{loss} = inf: {only if summary.infinite == 1 else rows}",
                [f"elsewhere: {pitfall}" for pitfall in loss.pitfalls if "infinite" in pitfall],
                code="infinite", loss=str(loss), file=job.reading.name, line=summary.first_infinite,
                count=summary.infinite,
            )  # fmt: skip
