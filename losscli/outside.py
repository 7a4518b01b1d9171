"""What to say when a value is outside the domain of an input: where, how many, and what takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from losscli.data.batch import Array, Chosen
from losscli.data.reading import Reading
from losscli.domain import BINARY, SIGN
from losscli.errors import DataError
from losscli.loss import DirectionError, DomainError, Input, Loss, OrderError, SimplexError
from losscli.parameter import spell
from losscli.spec import loss_called


def outside(
    error: DomainError,
    loss: Loss,
    reading: Reading,
    chosen: Mapping[str, Chosen],
    line: int,
    values: Array,
    bad: int,
) -> DataError:
    """Return a domain error as a message: the first is in `line`; in all, `bad` rows have these `values`."""
    columns = chosen[error.entry.name].names
    column = ", ".join(columns[:4]) + (" ..." if len(columns) > 4 else "")
    rows = f"{bad} of {reading.rows} rows"
    what, evidence, fix, code = _told(error, loss, reading.place(line), column, rows, values)
    return DataError(
        f"{loss.name}: {what}", [evidence], fix, code=code, file=reading.name, line=int(line),
        column=columns[0] if len(columns) == 1 else [*columns], value=error.value, count=bad,
    )  # fmt: skip


def _told(
    error: DomainError, loss: Loss, place: str, column: str, rows: str, values: Array
) -> tuple[str, str, Sequence[str], str]:
    """Return what is wrong, the evidence, fixes and the code, for each kind of domain error."""
    entry = error.entry
    span = f"min {values.min():g}, max {values.max():g}"
    if isinstance(error, SimplexError) and entry.domain == BINARY:
        other = loss.instead.get(entry.name)
        fix = [f"losscli compute {other} ...   (any number of labels a row)"] if other else []
        what = f"{place} has {error.value:g} true classes, not 1"
        return what, f"{column}; {rows} ({span})", fix, "not-a-distribution"
    if isinstance(error, SimplexError):
        fix = ["--normalize       divides every row by its sum; the signature says so"]
        what = f"the probabilities of {place} sum to {error.value:g}, not 1"
        return what, f"{column}; {rows} ({span})", fix, "not-a-distribution"
    if isinstance(error, DirectionError):
        what = f"{entry.name} is all zeros at {place}, and {error.lacks}"
        return what, f"columns {column}: {rows}", (), "no-direction"
    if isinstance(error, OrderError):
        what = f"{entry.name} {error.value:g} at {place} is less than {entry.least}"
        return what, f"column {column}: {rows}", (), "ends-before-it-starts"
    domain = str(entry.domain)
    what = f"outside {domain[3:]}" if domain.startswith("in ") else f"not {domain}"
    instead = _instead(loss, entry, values)
    fix = [f"losscli compute {instead} ...   (never decided from the range)"] if instead else []
    return (
        f"{entry.name} {error.value:g} at {place} is {what}",
        f"column {column}: {rows} are outside ({span}){_guess(loss, entry, values)}",
        fix or _left_out(loss, entry, values),
        "outside-domain",
    )


def _left_out(loss: Loss, entry: Input, values: Array) -> list[str]:
    """Return how a loss would leave such targets out, if it can and they are few."""
    few = sorted({float(x) for x in values})
    if entry.name != "target" or "ignore" not in loss.parameters or len(few) > 3:
        return []
    return [f"losscli compute {loss.name}:ignore={'/'.join(map(spell, few))} ...   (leaves out such rows)"]


def _instead(loss: Loss, entry: Input, values: Array) -> str:
    """Return the loss that takes the values which `loss` refuses, if there is one."""
    other = loss.instead.get(entry.name, "")
    inputs = loss_called(other).forms[0] if other else ()
    takes = any(each.name == entry.name and not each.domain.outside(values).any() for each in inputs)
    return other if takes else ""


def _guess(loss: Loss, entry: Input, values: Array) -> str:
    """Return what refused values might be."""
    if entry.name == "pred" and entry.name in loss.instead:
        return ": logits?"
    return ": 0 and 1? 2 y - 1 makes them -1 and 1" if entry.domain == SIGN and not values.any() else ""
