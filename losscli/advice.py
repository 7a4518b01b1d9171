"""Which loss suits which task: knowledge of the field as data, and what a file says about itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from losscli.data.batch import Array, Role
from losscli.data.reading import Reading
from losscli.families.pointwise import LOGIT, PREDICTION, PROBABILITY, TARGET


class Advice(NamedTuple):
    """One line of the table: for this task, if the data are so, this loss, because."""

    task: str
    data: str
    loss: str
    """One spec, or two that suit as well."""
    why: str


REGRESSION, OUTLIERS, COUNTS = "regression", "regression with outliers", "counts and amounts"
BINARY, CLASSES = "binary classification", "multi-class classification"


@cache
def everything() -> tuple[Advice, ...]:
    """Return the whole table."""
    lines = Path(__file__).with_suffix(".tsv").read_text("utf-8").splitlines()
    return tuple(Advice(*line.split("\t")) for line in lines[1:])


def advise(words: Iterable[str]) -> list[Advice]:
    """Return the lines that mention every word: in their task, if any does; else before the reason, or in all of it."""
    wanted = [word.lower() for word in words]

    def mentioning(parts: int) -> list[Advice]:
        lines = [(each, " ".join(each[:parts]).lower()) for each in everything()]
        return [each for each, text in lines if all(word in text for word in wanted)]

    return mentioning(1) or mentioning(3) or mentioning(4)


def forms() -> list[tuple[Role, ...]]:
    """Return what a file may hold: predictions for classes, one prediction, or the target alone."""
    target = Role("target", TARGET)
    vector = Role("pred", (*PROBABILITY, *LOGIT), "vector")
    number = Role("pred", (*PREDICTION, *PROBABILITY, *LOGIT))
    return [(vector, Role("target", TARGET, "class", "pred")), (number, target), (target,)]


class Facts:
    """What the columns of a file have in common, row after row."""

    def __init__(self) -> None:
        self.classes = 0
        self.simplex = self.unit = self.whole = self.binary = self.signed = True
        self.least, self.most = np.inf, -np.inf
        self.errors: list[Array] = []
        self.rows = self.positives = 0

    def update(self, target: Array, prediction: Array | None) -> None:
        """Take in some rows."""
        self.rows += len(target)
        self.positives += int((target == 1).sum())
        self.binary &= bool(np.isin(target, (0, 1)).all())
        self.signed &= bool(np.isin(target, (-1, 1)).all())
        self.whole &= bool((target == np.floor(target)).all())
        self.least, self.most = min(self.least, target.min()), max(self.most, target.max())
        if prediction is None:
            return
        self.unit &= bool(((prediction >= 0) & (prediction <= 1)).all())
        if prediction.ndim == 2:
            self.classes = prediction.shape[1]
            self.simplex &= bool((abs(prediction.sum(axis=1) - 1) < 1e-6).all())
        elif self.rows < KEPT:
            self.errors.append(prediction - target)

    def outliers(self) -> float:
        """Return the share of errors more than ten times as large as the median error."""
        if not self.errors:
            return 0.0
        sizes: Array = np.abs(np.concatenate(self.errors))
        return float((sizes > 10 * np.median(sizes)).mean())


KEPT = 1_000_000


def look(reading: Reading) -> tuple[list[str], list[Advice]]:
    """Return what a file shows, in sentences, and the lines that suit it, the best first."""
    facts = Facts()
    for batch in reading.batches():
        facts.update(batch.columns["target"], batch.columns.get("pred"))
    if facts.classes:
        return _classes(facts)
    if facts.signed:
        return ["targets are -1 and 1"], _lines(BINARY, "labels -1 and 1")
    if facts.binary and "pred" in reading.chosen:
        kind = "probabilities" if facts.unit else "raw scores"
        return [f"targets are 0 and 1; predictions {'lie in [0, 1]' if facts.unit else 'go beyond [0, 1]'}"], [
            *(each for each in _lines(BINARY, kind) if each.data.startswith(kind)),
            *(_lines(BINARY, "few positives") if facts.positives < 0.1 * facts.rows else []),
        ]  # fmt: skip
    if facts.binary:
        return ["targets are 0 and 1"], _lines(BINARY, "")
    said = [f"targets go from {facts.least:g} to {facts.most:g}"]
    found: list[Advice] = []
    if facts.whole and facts.least >= 0:
        said.append("and are counts, or look like it")
        found += _lines(COUNTS, "counts")
    if facts.least > 0 and facts.most > 100 * facts.least:
        said.append("over more than two orders of magnitude")
        found += _lines(REGRESSION, "orders of magnitude")
    if share := facts.outliers():
        said.append(f"{share:.2%} of the errors are more than ten times the median error")
        found += _lines(OUTLIERS, "gross errors")
    return ["; ".join(said)], found + _lines(REGRESSION, "ordinary") + _lines(REGRESSION, "each unit")


def _classes(facts: Facts) -> tuple[list[str], list[Advice]]:
    sums = (
        "each row of predictions sums to 1"
        if facts.simplex and facts.unit
        else "rows of predictions do not sum to 1"
    )
    kind = "probabilities" if facts.simplex and facts.unit else "raw scores"
    return [f"{facts.classes} classes; {sums}"], [
        *(each for each in _lines(CLASSES, kind) if each.data.startswith(kind)), *_lines(CLASSES, "very different"),
    ]  # fmt: skip


def _lines(task: str, data: str) -> list[Advice]:
    return [each for each in everything() if each.task == task and data in each.data]
