"""A figure whose vertical axis is logarithmic."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from losscli.errors import UsageError
from losscli.plot.figure import Array, Curve, Figure
from losscli.plot.trace import values

SAMPLES = 241


def decades(figure: Figure) -> Figure:
    """Return the figure with logarithms to base 10 for heights; zero and below leave it at the bottom."""
    y_range = figure.y_range
    if y_range is not None:
        if y_range[0] <= 0:
            raise UsageError(
                f"--y-range: {y_range[0]:g} has no place on a logarithmic axis",
                fix=[
                    f"--y-range {y_range[1] / 1000 if y_range[1] > 0 else 0.001:g}:{abs(y_range[1]) or 1:g}"
                ],
                code="bad-option",
            )
        y_range = float(np.log10(y_range[0])), float(np.log10(y_range[1]))
    curves = tuple(curve._replace(at=logarithm(curve)) for curve in figure.curves)
    with np.errstate(all="ignore"):
        notes = tuple(note._replace(y=float(np.log10(note.y))) for note in figure.notes if note.y > 0)
    return figure._replace(y_range=y_range, curves=curves, notes=notes, decades=True)


def logarithm(curve: Curve) -> Callable[[Array], Array]:
    """Return the logarithm of a curve; that of zero and of less is minus infinity, and NaN stays."""

    def at(x: Array) -> Array:
        y = values(curve, x)
        with np.errstate(all="ignore"):
            return np.where(y <= 0, -np.inf, np.log10(y))

    return at


def lost(figure: Figure) -> list[str]:
    """Return the labels of the curves of such a figure that leave it at the bottom."""
    x = np.linspace(*figure.x_range, SAMPLES)
    return [each.label for each in figure.curves if not each.behind and np.isneginf(values(each, x)).any()]
