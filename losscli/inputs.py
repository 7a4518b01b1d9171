"""What a loss looks at, and what it says when it is shown something else."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import squares
from losscli.domain import FINITE, NONNEGATIVE, POSITIVE, REAL, UNIT, Choice, Domain, covers
from losscli.parameter import spell

Array = NDArray[np.float64]

ONE, ENDLESS = (int(np.array(x).view(np.uint64)) for x in (1.0, inf))
"""The bits of numbers."""

SMALL, LARGE = 2.0**-100, 2.0**100
"""Numbers of ordinary size are between these."""
LARGE_BITS = int(np.array(LARGE).view(np.uint64))

PREDICTION = ("y_pred", "pred", "prediction", "predicted", "y_hat", "yhat", "p", "prob", "probability")
TARGET = ("y_true", "target", "label", "truth", "actual", "y", "class")
LOGIT = ("logit", "logits", "z", "score", "scores", "y_score")
PROBABILITY = ("p", "prob", "proba", "probability", "probabilities", "y_pred", "pred", "prediction", "y_prob")
SAME = ("same", "similar", "is_same", "is_similar")


class Input(NamedTuple):
    """One thing a loss looks at.

    A `vector` has several components a row; a `class` names one component of the vector `of`, by its
    index or by weights, one for each component. `labels` are what a list of rows has as a whole, as many
    numbers as it happens to have; if `of` says so, each names a component of that vector.
    """

    name: str
    domain: Domain = REAL
    kind: Literal["number", "vector", "class", "labels"] = "number"
    of: str = ""
    wrt: bool = False
    """Whether derivatives are taken in it."""
    columns: tuple[str, ...] = ()
    """The column names by which it is known."""
    simplex: bool = False
    """Whether the components of a row are probabilities that sum to 1."""
    direction: bool = False
    """Whether only the direction of a vector counts, which a vector of zeros has not; weights have a sum."""
    whole: bool = False
    """Whether a loss of lists has one of it a list, and not one a member."""
    least: str = ""
    """The input below which it must not lie."""
    endless: bool = False
    """Whether infinity is one of its numbers, of which the formula knows, and not the limit of all."""
    square: bool = False
    """Whether it is a matrix: a vector with one number for each row of its list."""
    hard: bool = False
    """Whether a class is named by its index only, and not by weights."""

    @property
    def plain(self) -> bool:
        """Whether any numbers of its domain will do."""
        return self.kind in ("number", "vector") and not (self.simplex or self.direction or self.least)

    def tame(self, x: Array) -> bool:
        """Return whether all of `x` lie in the domain and are of ordinary size, in as few passes as that takes.

        It may say no of some that `tame_rows` has nothing against.
        """
        domain = self.domain
        if domain in (REAL, FINITE):
            return squares(x) < LARGE
        if domain == NONNEGATIVE:
            return bool(x.size) and int(x.view(np.uint64).max()) < LARGE_BITS
        if domain == POSITIVE:
            return bool(x.size) and float(x.min()) > SMALL and float(x.max()) < LARGE
        return self.complete(x)

    def tame_rows(self, x: Array) -> NDArray[np.bool_]:
        """Return which of `x` lie in the domain and are of ordinary size."""
        told = (abs(x) < LARGE) & ~self.domain.outside(x)
        return told & (x > SMALL) if self.domain == POSITIVE else told

    def complete(self, x: Array) -> bool:
        """Return whether all of `x` plainly lie in the domain and none is missing, in as few passes as that takes."""
        domain = self.domain
        if domain in (REAL, FINITE):
            return squares(x) < inf
        # doubles as whole numbers: those that are negative, or none, are larger
        if domain in (UNIT, NONNEGATIVE):
            return bool(x.size) and int(x.view(np.uint64).max()) <= (ONE if domain == UNIT else ENDLESS)
        if isinstance(domain, Choice):
            return bool(np.logical_or.reduce([x == each for each in domain.members]).all())
        return covers(domain, x)


class DomainError(ValueError):
    """A value outside the domain of an input."""

    def __init__(self, loss: str, entry: Input, outside: NDArray[np.bool_], values: Array) -> None:
        self.loss, self.entry = loss, entry
        self.rows = outside.reshape(len(outside), -1).any(axis=1)
        self.values = values[outside].ravel()
        self.value = float(self.values[0])
        first = int(np.flatnonzero(self.rows)[0])
        where = "list" if entry.kind == "labels" else "row"
        super().__init__(
            f"{loss}: {entry.name} {spell(self.value)} in {where} {first} must be {entry.domain}"
        )


SUM_TOLERANCE = 1e-6
"""How far the probabilities of a row may sum from 1."""


class SimplexError(DomainError):
    """Probabilities of a row that do not sum to 1."""

    def __init__(self, loss: str, entry: Input, outside: NDArray[np.bool_], sums: Array) -> None:
        super().__init__(loss, entry, outside, sums)
        first = int(np.flatnonzero(self.rows)[0])
        self.args = (f"{loss}: {entry.name} in row {first} sums to {spell(self.value)}, not 1",)


class DirectionError(DomainError):
    """A vector of zeros where a direction is needed."""

    def __init__(self, loss: str, entry: Input, outside: NDArray[np.bool_], values: Array) -> None:
        super().__init__(loss, entry, outside, values)
        first = int(np.flatnonzero(self.rows)[0])
        told = {"weights": "leaves no member", "pred": "has no sum to divide by"}
        self.lacks = told.get(entry.name, "has no direction")
        self.args = (f"{loss}: {entry.name} in row {first} is all zeros, which {self.lacks}",)


class OrderError(DomainError):
    """A value below that of another input, which must not exceed it."""

    def __init__(self, loss: str, entry: Input, outside: NDArray[np.bool_], values: Array) -> None:
        super().__init__(loss, entry, outside, values)
        first = int(np.flatnonzero(self.rows)[0])
        self.args = (f"{loss}: {entry.name} {spell(self.value)} in row {first} is less than {entry.least}",)


def flat(loss: str, arrays: Sequence[Array]) -> tuple[Array, ...]:
    """Return the inputs of an elementwise loss as rows of numbers. Raises `ValueError` if their shapes differ."""
    shapes = {tuple(size for size in x.shape if size != 1) for x in arrays}
    if len(shapes) > 1:
        raise ValueError(f"{loss}: shapes differ: {' and '.join(str(x.shape) for x in arrays)}")
    return tuple(x.reshape(-1) for x in arrays)


def aligned(loss: str, form: Sequence[Input], arrays: Sequence[Array]) -> tuple[Array, ...]:
    """Return the inputs of a loss of rows. Raises `ValueError` if they differ in length, or vectors in width."""
    widths: set[int] = set()
    for entry, x in zip(form, arrays, strict=True):
        wanted = {"number": (1,), "vector": (2,), "class": (1, 2)}[entry.kind]
        if entry.hard and x.ndim == 2:
            raise ValueError(f"{loss}: {entry.name} must be the index of a class, not a weight of each")
        if x.ndim not in wanted:
            raise ValueError(f"{loss}: {entry.name} must have {wanted[0]} axes, not shape {x.shape}")
        widths |= {x.shape[1]} if x.ndim == 2 else set()
    if len({len(x) for x in arrays}) > 1 or len(widths) > 1:
        raise ValueError(f"{loss}: shapes differ: {' and '.join(str(x.shape) for x in arrays)}")
    return tuple(arrays)
