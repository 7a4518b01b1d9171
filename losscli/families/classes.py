"""Families of losses of K classes, by what they are given of each: probabilities or scores."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from losscli import places
from losscli.blocks import Quick
from losscli.domain import NONNEGATIVE, UNIT
from losscli.families.pointwise import LOGIT, PROBABILITY, TARGET, Multiclass
from losscli.loss import Array, Axis, Input, Section
from losscli.numerics.quick import level_of_rows


def duel(kinks: tuple[float, ...]) -> tuple[Section, ...]:
    """Return the picture of two scores over their difference, the first of the true class."""
    return (Section("", _ahead, _first, kinks=kinks),)


def _ahead(x: Array) -> tuple[Array, ...]:
    return np.stack([x, np.zeros_like(x)], 1), np.zeros_like(x)


def _first(gradient: Array) -> Array:
    return gradient[:, 0]


class Counting(Multiclass):
    """A loss that counts, so that it is flat wherever it has a slope."""

    slope_formula = "0"

    @abstractmethod
    def counted(self, s: Array, y: Array) -> Array:
        """Return the loss of each row of a block, (n,)."""

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        s, y = block
        return (np.zeros((len(s),) * order + s.shape[1:]) if order else self.counted(s, y),)

    def swiftly(self, order: int) -> Quick | None:
        """Return what fills a derivative with 0."""
        return partial(level_of_rows, simplex=self.forms[0][1].simplex) if order else None


class OnProbabilities(Multiclass):
    """A loss of one probability a class; drawn for two classes of which the first is true."""

    symbols = "p, y"
    top: ClassVar[float | None] = 5
    """Where its picture ends, if it has no bound."""
    instead: ClassVar[Mapping[str, str]] = {"pred": "softmax-cross-entropy"}
    forms = (
        (
            Input("pred", UNIT, "vector", wrt=True, columns=PROBABILITY, simplex=True),
            Input("target", UNIT, "class", of="pred", columns=TARGET, simplex=True),
        ),
    )

    @property
    def axis(self) -> Axis:
        return Axis("p", "probability of the true class  p", 0, 1, top=self.top, place=places.of_true)

    def sections(self) -> tuple[Section, ...]:
        def inputs(x: Array) -> tuple[Array, ...]:
            return np.stack([x, 1 - x], 1), np.zeros_like(x)

        return (Section("", inputs, _first, kinks=self.traits().kinks),)


class OnScores(Multiclass):
    """A loss of one score a class; drawn for two classes of which the first is true."""

    symbols = "z, y"
    forms = (
        (
            Input("pred", kind="vector", wrt=True, columns=LOGIT),
            Input("target", NONNEGATIVE, "class", of="pred", columns=TARGET),
        ),
    )

    @property
    def axis(self) -> Axis:
        return Axis("z", "lead of the true class's score  z", -5, 5, place=places.lead)

    def sections(self) -> tuple[Section, ...]:
        return duel(self.traits().kinks)
