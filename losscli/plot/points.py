"""Curves as numbers, for other plotters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from losscli.loss import Loss
from losscli.plot.figure import Array
from losscli.plot.losses import Show, figure
from losscli.plot.trace import values

POINTS = 201
"""As many as make smooth curves and round numbers of usual ranges."""


class Series(NamedTuple):
    """One curve of one loss."""

    loss: Loss
    label: str
    show: Show
    values: Array

    @property
    def name(self) -> str:
        """Return what a column is called: `mse`, `bce[y=1]`, `bce[y=1].grad`."""
        which = f"[{self.label.replace(' = ', '=')}]" if self.label else ""
        return f"{self.loss}{which}{'.grad' if self.show == 'grad' else ''}"


def points(
    losses: Sequence[Loss], shows: Sequence[Show], x_range: tuple[float, float] | None
) -> tuple[Array, list[Series]]:
    """Return places along the axis, kinks and jumps among them, and the values of every curve there."""
    drawn = {show: figure(losses, show, x_range) for show in shows}
    low, high = drawn[shows[0]].x_range
    even = [float(f"{x:.12g}") for x in np.linspace(low, high, POINTS).tolist()]
    sections = [(loss, section) for loss in losses for section in loss.sections()]
    kinks = (at for _, section in sections for at in section.kinks if low < at < high)
    x = np.unique(np.array([*even, *kinks]))
    series = [
        Series(loss, section.label, show, values(drawn[show].curves[at], x))
        for at, (loss, section) in enumerate(sections)
        for show in shows
    ]
    return x, series
