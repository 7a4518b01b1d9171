"""`losscli plot --points`: curves as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from losscli.cli import options as o
from losscli.cli.describe import envelope, params
from losscli.cli.output import Output
from losscli.plot.losses import axis_of
from losscli.plot.points import Series, points
from losscli.report.table import Table

if TYPE_CHECKING:
    from losscli.loss import Loss
    from losscli.plot.figure import Array
    from losscli.plot.losses import Show


def write_points(
    losses: Sequence[Loss], shows: Sequence[Show], across: tuple[float, float] | None, out: str, *, json: bool
) -> None:
    """Write curves over an axis, or the part of it said, as numbers: a column for each, or an answer in JSON."""
    to = Output(o.Print(json=json, tsv=not json and out in ("", "-"), output=out))
    x, series = points(losses, shows, across)
    rows = zip(x.tolist(), *(each.values.tolist() for each in series), strict=True)
    to.write(Table(["x", *(each.name for each in series)], rows), document(losses, x, series), "curves")


def document(losses: Sequence[Loss], x: Array, series: Sequence[Series]) -> dict[str, Any]:
    """Return the curves as an answer in JSON: the axis, its points, and each curve's values there."""
    axis = axis_of(losses[0])
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in series:
        one = found.setdefault(
            (str(each.loss), each.label),
            {"loss": str(each.loss), "params": params(each.loss), "label": each.label},
        )
        one["values" if each.show == "loss" else "grad"] = each.values.tolist()
    return {
        **envelope("plot"),
        "axis": {"symbol": axis.symbol, "label": axis.label},
        "x": x.tolist(),
        "curves": [*found.values()],
    }
