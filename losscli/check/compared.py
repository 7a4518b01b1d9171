"""Someone's numbers beside ours, batch by batch: where they differ, and rows enough to find out why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Array

KEPT = 2048
"""Rows that differ, and as many that agree, are kept to find out what sets them apart."""
WORST = 5


class Tolerance(NamedTuple):
    """How far two numbers may be apart: |yours - reference| <= atol + rtol |reference|."""

    atol: float = 1e-8
    rtol: float = 1e-6

    def allowed(self, reference: Array) -> Array:
        """Return how far a number may be from each reference; any from one that is infinite or NaN: see `excess`."""
        return self.atol + self.rtol * np.abs(reference)

    def excess(self, yours: Array, reference: Array) -> Array:
        """Return how many times the allowed distance they are apart: up to 1 they agree.

        Infinities of one sign agree, and so do NaN; beside another number each is infinitely far away.
        """
        with np.errstate(all="ignore"):
            apart, allowed = np.abs(yours - reference), self.allowed(reference)
            found = np.where(
                apart <= allowed, apart / allowed, np.maximum(apart / allowed, np.nextafter(1, 2))
            )
            found = np.where(apart == 0, 0.0, found)
        same = (yours == reference) | (np.isnan(yours) & np.isnan(reference))
        plain = np.isfinite(yours) & np.isfinite(reference)
        return np.where(same, 0.0, np.where(plain, found, inf))

    def __str__(self) -> str:
        return f"{self.atol:g} + {self.rtol:g} |reference|"


class Answers(NamedTuple):
    """Some rows with both answers; all arrays have one entry, or one row of entries, a row."""

    inputs: Sequence[Array]
    yours: Array
    reference: Array
    lines: NDArray[np.int64]
    rows: NDArray[np.int64]
    weight: Array | None = None
    ids: Sequence[str] = ()

    def take(self, which: NDArray[Any]) -> Answers:
        """Return some of the rows."""
        return Answers(
            [x[which] for x in self.inputs], self.yours[which], self.reference[which], self.lines[which],
            self.rows[which], None if self.weight is None else self.weight[which],
            [self.ids[int(at)] for at in which] if self.ids else (),
        )  # fmt: skip

    def joined(self, other: Answers) -> Answers:
        """Return these rows and others."""
        both = np.concatenate
        weights = [each.weight for each in (self, other) if each.weight is not None]
        return Answers(
            [both([x, y]) for x, y in zip(self.inputs, other.inputs, strict=True)],
            both([self.yours, other.yours]), both([self.reference, other.reference]),
            both([self.lines, other.lines]), both([self.rows, other.rows]),
            both(weights) if weights else None, [*self.ids, *other.ids],
        )  # fmt: skip


class Odd(NamedTuple):
    """Rows in which one of the two is no ordinary number, and the other is one."""

    what: str
    """What it is: `NaN`, `inf` or `-inf`."""
    whose: str
    """`yours` or `the reference`."""
    rows: int
    line: int
    """Where the first is."""
    other: float
    """What the other answer is there."""


class Compared:
    """All rows of one quantity, compared."""

    def __init__(self, tolerance: Tolerance) -> None:
        self.tolerance = tolerance
        self.rows = self.elements = self.differ = 0
        self.worst: list[tuple[float, int, Answers]] = []
        """The rows that are farthest apart: how many times what is allowed, at which place, and the row."""
        self.kept: list[Answers | None] = [None, None]
        """Rows that agree, and rows that differ; the first of each kind."""
        self.odd: dict[tuple[str, str], Odd] = {}
        self.sums = 0.0
        self.highest = 0.0
        """The largest excess, all the same if it is allowed."""

    @property
    def agrees(self) -> bool:
        """Whether no row differs."""
        return not self.differ

    def update(self, some: Answers) -> None:
        """Compare some rows."""
        if not len(some.lines):
            return
        excess = self.tolerance.excess(some.yours, some.reference).reshape(len(some.lines), -1)
        self.rows += len(some.lines)
        self.elements += excess.size
        with np.errstate(all="ignore"):
            self.sums += float(some.reference.sum())
        most = excess.max(axis=1)
        self.highest = max(self.highest, float(most.max()))
        wrong = most > 1
        self.differ += int(wrong.sum())
        for kind, which in enumerate((np.flatnonzero(~wrong), np.flatnonzero(wrong))):
            held = self.kept[kind]
            some_more = which[: KEPT - (0 if held is None else len(held.lines))]
            if len(some_more):
                new = some.take(some_more)
                self.kept[kind] = new if held is None else held.joined(new)
        if wrong.any():
            self._note(some, excess, most)

    def _note(self, some: Answers, excess: Array, most: Array) -> None:
        first = np.argsort(-most, kind="stable")[:WORST]
        rows = [
            (float(most[at]), int(excess[at].argmax()), some.take(np.array([at])))
            for at in first
            if most[at] > 1
        ]
        self.worst = sorted([*self.worst, *rows], key=lambda row: -row[0])[:WORST]
        yours, reference = (x.reshape(len(some.lines), -1) for x in (some.yours, some.reference))
        for what, is_it in (("NaN", np.isnan), ("inf", np.isposinf), ("-inf", np.isneginf)):
            for whose, one, other in (("yours", yours, reference), ("the reference", reference, yours)):
                at = np.argwhere(is_it(one) & ~is_it(other))
                if not len(at):
                    continue
                row, place = (int(x) for x in at[0])
                count = len(np.unique(at[:, 0]))
                key = (whose, what)
                new = Odd(what, whose, count, int(some.lines[row]), float(other[row, place]))
                self.odd[key] = (
                    self.odd[key]._replace(rows=self.odd[key].rows + count) if key in self.odd else new
                )

    def sample(self) -> Answers:
        """Return rows to look at: all of them, if there are few."""
        agree, differ = self.kept
        assert differ is not None
        return differ if agree is None else agree.joined(differ)


def names_of(inputs: Sequence[Any], some: Answers) -> Mapping[str, Any]:
    """Return the inputs of the first row by name."""
    return {entry.name: x[0].tolist() for entry, x in zip(inputs, some.inputs, strict=True)}
