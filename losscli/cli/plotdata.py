"""Pictures of data: where rows lie on a curve, and the histogram of their losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from losscli.cli.options import Words
from losscli.cli.reading import open_input
from losscli.errors import NoResult, UsageError

if TYPE_CHECKING:
    from losscli.loss import Loss
    from losscli.observed import Observed, Places
    from losscli.plot.bins import Histogram
    from losscli.plot.figure import Strip
    from losscli.run import Job


class Data(NamedTuple):
    """What a picture of curves shows of a file."""

    x_range: tuple[float, float]
    strips: tuple[Strip, ...]
    said: tuple[str, ...]


def asked(words: Words, losses: str) -> bool:
    """Return whether data are to be read. Raises `UsageError` if something is said of data, and not which."""
    if words.file or words.values:
        return True
    if words != Words():
        raise UsageError(
            "there is no FILE to which these options could apply",
            ["plot reads standard input only where FILE is -"],
            [f"losscli plot {losses} preds.csv", f"cat preds.csv | losscli plot {losses} -"],
            code="no-input",
        )
    return False


def data(losses: Sequence[Loss], words: Words, x_range: tuple[float, float] | None) -> Data:
    """Return where the rows lie on the axis that the losses share, which widens if it shows but few of them."""
    from losscli.observed import Places, observe
    from losscli.plot.losses import axis_of, span
    from losscli.plot.rug import beyond, widened

    command = f"losscli plot {','.join(map(str, losses))}"
    low, high = x_range or span(losses)
    if axis_of(losses[0]).place is None:
        raise UsageError(
            f"rows have no place on the picture of {losses[0].name}: what one costs is not on its curves",
            [f"its axis: {axis_of(losses[0]).label}"],
            [f"{command} {words.file or (f'--values {words.values}' if words.values else '-')} --kind hist"],
            code="loss-unfit",
        )
    job = open_input(losses, words, command)
    places = Places(losses[0])
    seen = observe(job, places)
    strips = stripes(places, single=len(losses) == 1)
    if x_range is None:
        low, high = widened(strips, low, high)
    said = [facts(job, seen)]
    said += [text for loss, each in zip(losses, seen, strict=True) if (text := costs(job, loss, each))]
    outside = beyond(strips, low, high)
    if nowhere := sum(lying.places.undefined for lying in places.result()):
        outside.append((nowhere, "nowhere on it"))
    if outside:
        said.append(", ".join(f"{count} row{'s' * (count != 1)} {where}" for count, where in outside))
    return Data((low, high), strips, tuple(said))


def stripes(places: Places, *, single: bool) -> tuple[Strip, ...]:
    """Return a strip for each curve whose rows are its own."""
    from losscli.plot.figure import Strip

    found: list[Strip] = []
    for at, lying in enumerate(places.result()):
        cells = lying.places.cells()
        own = single and bool(lying.label or places.alone)
        found.append(Strip(lying.label, cells.middle, cells.mass, at if own else None))
    return tuple(found)


def facts(job: Job, seen: Sequence[Observed]) -> str:
    """Return what was read, and the mean of each loss."""
    from losscli.cli.describe import heading

    each = zip(job.losses, seen, strict=True)
    means = [f"{loss} {one.mean:.4g}" if len(seen) > 1 else f"{one.mean:.4g}" for loss, one in each]
    return f"{heading(job, 'none', 0)}: mean loss {', '.join(means)}"


def costs(job: Job, loss: Loss, seen: Observed) -> str:
    """Return which rows cost most, and how much; nothing where a few are no part of the whole to speak of."""
    rows, share = seen.costly()
    if not share > 0 or len(rows) * 2 > seen.losses.n:
        return ""
    places = [job.short_place(each.line) for each in rows]
    kind, _, _ = places[0].partition(" ")
    if len(places) > 1 and all(place.startswith(f"{kind} ") for place in places):
        places = [f"{kind}s", *(place.partition(" ")[2] for place in places)]
    many = f"{len(rows)} {job.unit}s carry" if len(rows) > 1 else f"one {job.unit} carries"
    whole = f"{share:.0%}" if share >= 0.01 else "less than 1%"
    return f"{many} {whole} of the {loss}: {' '.join(places)}"


def histograms(losses: Sequence[Loss], words: Words, title: str, most: int) -> list[Histogram]:
    """Return the histogram of the losses of all rows, for each loss, in at most so many bins."""
    from losscli.cli.describe import heading
    from losscli.observed import observe
    from losscli.plot.bins import histogram

    command = f"losscli plot {','.join(map(str, losses))} --kind hist"
    if not (words.file or words.values):
        raise UsageError(
            "--kind hist shows the losses of rows: of which file?",
            fix=[f"{command} preds.csv", f"cat preds.csv | {command} -"],
            code="no-input",
        )
    job = open_input(losses, words, command)
    found: list[Histogram] = []
    for loss, seen in zip(losses, observe(job), strict=True):
        cells = seen.losses.cells()
        if not len(cells.mass):
            raise NoResult(
                f"{job.reading.name}: no {job.unit} has a loss", code="no-result", file=job.reading.name
            )
        marks = [("median", seen.losses.median), ("mean", seen.mean), ("max", float(cells.high[-1]))]
        said = title or f"{loss}   {heading(job, 'none', 0)}"
        found.append(
            histogram(said, cells.middle, cells.mass, marks, most, weighted="weight" in job.reading.chosen)
        )
    return found
