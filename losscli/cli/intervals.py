"""`--ci`: what is said of intervals, in tables, in JSON, in signatures and in warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from losscli.cli.options import Sampling
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.data.reading import Reading
    from losscli.run import Job
    from losscli.stats.interval import Interval
    from losscli.stats.pairs import Plan

CLUSTER = "cluster"
LEVEL = "0.95"
FEWEST = 100
NAMES = {"studentized": "studentized bootstrap", "normal": "normal", "exact": "exact binomial"}
CODES = {"studentized": "stud", "normal": "norm", "exact": "binom"}
SHOWN = 3
"""How many groups a warning names."""


def with_level(arguments: Sequence[str]) -> list[str]:
    """Return a command line in which `--ci` has its level, which may be left out: what follows is a number, or none."""
    found = list(arguments)
    end = found.index("--") if "--" in found else len(found)
    for at, word in enumerate(found[:end]):
        if word == "--ci" and not (at + 1 < end and found[at + 1].lstrip("+-").replace(".", "", 1).isdigit()):
            found[at] = f"--ci={LEVEL}"
    return found


def plan_of(said: Sampling, *, always: bool = False) -> Plan | None:
    """Return how intervals are to be made; None if none are wanted. Raises `UsageError`."""
    if not said.ci and not always:
        for option, value in said._asdict().items():
            if value != Sampling._field_defaults[option]:
                fix = [f"--ci --{option} {value}"]
                raise UsageError(
                    f"--{option} changes nothing without an interval", fix=fix, code="option-unused"
                )
        return None
    from losscli.stats.pairs import Plan

    try:
        level = float(said.ci or LEVEL)
    except ValueError:
        level = 0.0
    if not 0 < level < 1:
        percent = f"{level / 100:g}" if 1 < level < 100 else LEVEL
        raise UsageError(
            f"--ci: {said.ci} is not between 0 and 1", fix=[f"--ci {percent}"], code="bad-option"
        )
    if said.resamples < FEWEST:
        raise UsageError(f"--resamples: {said.resamples} are too few: {FEWEST} or more", code="bad-option")
    if said.seed < 0:
        raise UsageError(f"--seed: {said.seed} is not 0 or more", code="bad-option")
    return Plan(level, said.resamples, said.seed)


def method(intervals: Iterable[Interval]) -> str:
    """Return how intervals were made, in a word: those of some groups another way than of others."""
    made = dict.fromkeys(each.method for each in intervals if each.method != "none")
    return " or ".join(NAMES[each] for each in made) or "none"


def title(plan: Plan) -> str:
    """Return what stands above intervals: `95% CI`."""
    return f"{100 * plan.level:g}% CI"


def heading(plan: Plan, intervals: Sequence[Interval], cluster: str = "") -> str:
    """Return how intervals were made: `95% CI by studentized bootstrap, 10000 resamples`."""
    how = method(intervals)
    many = f", {plan.resamples} resamples" if "bootstrap" in how else ""
    over = f" of clusters by {cluster}" if cluster else ""
    return f"{title(plan)} by {how}{many}{over}" if how != "none" else f"no {title(plan)}"


def settings(plan: Plan, found: Interval, cluster: str = "") -> list[str]:
    """Return what would make an interval again, for the signature."""
    said = [f"ci:{CODES.get(found.method, 'none')}{100 * plan.level:g}"]
    if found.method == "studentized":
        said += [f"bs:{plan.resamples}", f"seed:{plan.seed}"]
    return [*said, f"cluster:{cluster}"] if cluster else said


def facts(plan: Plan, found: Interval, cluster: str = "") -> dict[str, Any]:
    """Return an interval as JSON has it."""
    drawn = found.method == "studentized"
    said: dict[str, Any] = {
        "level": plan.level, "low": found.low, "high": found.high, "method": found.method,
        "resamples": plan.resamples if drawn else None, "seed": plan.seed if drawn else None,
        "units": found.rows,
    }  # fmt: skip
    return {**said, "cluster": cluster} if cluster else said


def shown(found: Interval, digits: int = 4, *, signed: bool = False) -> str:
    """Return an interval as a person reads it: `[10.93, 48.55]`."""
    from losscli.report.number import short

    if found.method == "none":
        return "-"
    low, high = (("+" if signed and x > 0 else "") + short(x, digits) for x in (found.low, found.high))
    return f"[{low}, {high}]"


def cells(found: Interval, digits: int = 4) -> tuple[float, float, str, str]:
    """Return an interval as columns: `ci_low`, `ci_high`, `ci_method`, and `ci` for a person."""
    return found.low, found.high, found.method, shown(found, digits)


def cluster_of(reading: Reading) -> str:
    """Return the column of clusters, if there is one."""
    chosen = reading.chosen.get(CLUSTER)
    return chosen.names[0] if chosen else ""


def unit_of(job: Job) -> str:
    """Return what counts as one: `row`, `list` or `cluster`."""
    return "cluster" if CLUSTER in job.reading.chosen else job.unit


def warn(each: Sequence[tuple[str, Interval]], plan: Plan, unit: str = "row", of: str = "loss") -> None:
    """Say which intervals are worth less than they seem: those of `each` loss or group, by its name."""
    from losscli.cli import messages
    from losscli.stats.interval import FEW

    level = f"{100 * plan.level:g}%"
    for which, what, code in (
        ([(name, x) for name, x in each if x.method == "none"],
         "there is no interval: of one {unit}, or of a loss that is infinite or missing", "no-interval"),
        ([(name, x) for name, x in each if x.method != "none" and x.few],
         f"{{rows}} are few: below {FEW} a {level} interval is a rough guess", "few-rows"),
        ([(name, x) for name, x in each if x.method != "none" and x.low == x.high],
         f"every {{unit}} has the same {of}: an interval without width says nothing", "no-spread"),
        ([(name, x) for name, x in each if x.method != "none" and x.doubtful and not x.few],
         f"the {level} interval may miss more often than it says: a few {{unit}}s decide it "
         "(skewness {skewness} of {rows})", "tail"),
    ):  # fmt: skip
        if not which:
            continue
        first = which[0][1]
        rows = f"{first.rows} {unit}{'s' * (first.rows != 1)}"
        skewness = f"{first.skewness:.2g}" if isfinite(first.skewness) else "?"
        if len({x.rows for _, x in which}) > 1:
            rows = f"{min(x.rows for _, x in which)} to {max(x.rows for _, x in which)} {unit}s"
        names = ", ".join(name for name, _ in which[:SHOWN]) + (
            f" and {len(which) - SHOWN} more" if len(which) > SHOWN else ""
        )
        messages.warn(f"{names}: {what.format(rows=rows, unit=unit, skewness=skewness)}", code=code)
