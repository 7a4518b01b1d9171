"""Losses of several levels or weights at once, each that of a column of the prediction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from losscli.domain import Interval
from losscli.families.pointwise import Pointwise, Residual
from losscli.loss import Array, Section
from losscli.parameter import parameter, spell

Levels = float | tuple[float, ...]


def levels(*, help: str) -> Any:
    """Declare a level, or one for each column."""
    return parameter(default=0.5, within=Interval(0, 1), each="column", help=help)


class Columnwise(Pointwise):
    """A loss with a parameter that may have one number for each column of the prediction."""

    varied: ClassVar[str]
    """The name of that parameter."""
    numbers: ClassVar[str]
    """What several of them are called."""

    @property
    def several(self) -> tuple[float, ...]:
        """The numbers of the columns; none if all have the same."""
        value: Levels = getattr(self, self.varied)
        return value if isinstance(value, tuple) else ()

    @property
    def levels(self) -> tuple[float, ...]:
        """The numbers, or the one that there is."""
        return self.several or (getattr(self, self.varied),)

    @property
    def level(self) -> float:
        """The one number that a kernel knows."""
        (one,) = self.levels
        return one

    def at(self, level: float) -> Self:
        """Return the loss of one column."""
        return type(self)(**{**self.settings(), self.varied: level})

    def kinked(self, *inputs: ArrayLike) -> NDArray[np.bool_]:
        """Return where the loss has no derivative."""
        if not self.several:
            return super().kinked(*inputs)
        return np.stack([one.kinked(*column) for one, column in self._columns(inputs)], axis=1)

    def _evaluate(self, order: int, inputs: Sequence[ArrayLike]) -> tuple[Array, ...]:
        if not self.several:
            return super()._evaluate(order, inputs)
        found = [one._evaluate(order, column)[0] for one, column in self._columns(inputs)]
        return (np.stack(found, axis=1),)

    def _columns(self, inputs: Sequence[ArrayLike]) -> Iterator[tuple[Self, Sequence[Array]]]:
        """Yield the loss of each column, with its column of the prediction and of the target."""
        self.form(len(inputs))
        prediction, target = (np.asarray(x, dtype=np.float64) for x in inputs)
        if prediction.ndim != 2:
            raise ValueError(f"{self.name}: pred must have 2 axes, not shape {prediction.shape}")
        rows, columns = prediction.shape
        if columns != len(self.several):
            raise ValueError(f"{self.name}: {len(self.several)} {self.numbers} for {columns} columns")
        if target.shape not in ((rows,), (rows, 1), prediction.shape):
            raise ValueError(f"{self.name}: shapes differ: {prediction.shape} and {target.shape}")
        target = np.broadcast_to(target[:, None] if target.ndim == 1 else target, prediction.shape)
        for level, x, y in zip(self.several, prediction.T, target.T, strict=True):
            yield self.at(level), (x, y)

    def sections(self) -> tuple[Section, ...]:
        """Return the curves of each column, those of one name once."""
        if not self.several:
            return super().sections()
        found: dict[str, Section] = {}
        for k, level in enumerate(self.several):
            for one in self.at(level).sections():
                name = self.called(one.label, level)
                made = Section(name, partial(self._over, one), partial(_column, k=k), one.kinks)
                found.setdefault(name, made)
        return tuple(found.values())

    def called(self, label: str, level: float) -> str:
        """Return the name of a curve of one column."""
        return f"{self.varied} = {spell(level)}"

    def follow(self, section: Section, x: Array, order: int = 0) -> Array:
        """Return a curve of the picture: a column of what all columns give."""
        found = super().follow(section, x, order)
        return found if order or not self.several else section.along(found)

    def _over(self, one: Section, x: Array) -> tuple[Array, ...]:
        return tuple(np.repeat(each[:, None], len(self.several), axis=1) for each in one.inputs(x))


def _column(x: Array, k: int) -> Array:
    return x[:, k]


class Leveled(Columnwise, Residual):
    """A loss of the error at a level; with K levels, of K columns, which may have one target."""

    varied = "tau"
    numbers = "levels"
    tau: Levels
