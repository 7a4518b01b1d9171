"""The wrong decisions about the labels of a row, any number of which are true; every block is (K, n), label first."""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from losscli import places
from losscli.domain import FINITE
from losscli.families.classes import Counting
from losscli.families.onehot import counted, weights
from losscli.loss import Axis, Section
from losscli.losses.multilabel import LabelRankingLoss, Labels
from losscli.numerics.quick import either, lacking
from losscli.parameter import parameter
from losscli.traits import Traits

CUT = "the score above which a label is taken for true: 0.5 of probabilities"


class Decided(Counting, Labels):
    """A loss of which labels score above a threshold, and which are true."""

    source = LabelRankingLoss.source

    threshold: float = parameter(default=0.0, within=FINITE, help=CUT, quiet=True)

    def swiftly(self, order):
        """Return a kernel that asks every label once what it is, and once whether it is decided so."""
        return super().swiftly(order) if order else self.swift_count

    def swift_count(self, out, s, y):
        if y.ndim == 1:
            return True
        true = y == 1
        strange = y != 0
        strange ^= true
        true ^= s > self.threshold
        out[:] = self.cost(np.ascontiguousarray(true.T))
        return either(lacking(s), strange.any(axis=1) if strange.any() else False)

    def counted(self, s, y):
        return self.cost(self.wrong(s, y))

    @staticmethod
    @abstractmethod
    def cost(wrong) -> NDArray[np.float64]:
        """Return what a row costs of which some labels are decided wrongly."""

    def wrong(self, s, y):
        """Return which labels are decided wrongly."""
        return (s > self.threshold) != (weights(y, len(s)) > 0)

    def corner(self, s, y):
        return (s == self.threshold).any(axis=0)

    def where(self, form):
        return (("w", "[y[k] * (s[k] <= threshold) + (1 - y[k]) * (s[k] > threshold) for k in classes]"),)

    @property
    def axis(self):
        t = self.threshold
        return Axis("s", "score of one label alone  s", t - 3, t + 3, place=places.own)

    def sections(self):
        def curve(y):
            def inputs(x):
                return x[:, None], np.full_like(x, y)[:, None]

            return Section(f"y = {y}", inputs, lambda gradient: gradient[:, 0], (self.threshold,))

        return (curve(1), curve(0))

    def traits(self):
        return Traits(smoothness=0, kinks=(self.threshold,))


class HammingLoss(Decided):
    """The share of labels that are decided wrongly: its mean is that of all cells of the table."""

    formula = "sum(w[k] for k in classes) / len(s)"
    also = (
        "hamming", "hamming-distance", "sklearn.metrics.hamming_loss | takes decisions, not scores, of one label too",
        "torchmetrics.functional.classification.multilabel_hamming_distance | "
        "of probabilities cut at 0.5: it takes the sigmoid of scores where one is outside 0 to 1",
    )  # fmt: skip
    use = "several labels of a row can be true, and each decision counts by itself; train with another loss"
    pitfalls = (
        "its slope is 0 wherever it has one: train with multilabel-soft-margin",
        "of probabilities the threshold is 0.5, not 0: with 0 all labels are taken for true",
        "where few labels are true, saying none costs little: a loss of 0.02 may be worth nothing",
    )
    related = ("multilabel-zero-one", "multilabel-soft-margin", "zero-one")

    @staticmethod
    def cost(wrong):
        return counted(wrong) / len(wrong)


class MultilabelZeroOne(Decided):
    """Counts the rows of which any label is decided wrongly: its mean is 1 less the subset accuracy."""

    formula = "max(w[k] for k in classes)"
    also = (
        "subset-zero-one",
        "sklearn.metrics.zero_one_loss | of rows of several labels; takes decisions, not scores",
        "torchmetrics.functional.classification.multilabel_exact_match | 1 less ours",
    )  # fmt: skip
    use = "a row is right only if all its labels are; train with another loss"
    pitfalls = (
        "its slope is 0 wherever it has one: train with multilabel-soft-margin",
        "of probabilities the threshold is 0.5, not 0: with 0 all labels are taken for true",
        "of many labels hardly any row is right as a whole: hamming-loss still tells models apart",
    )
    related = ("hamming-loss", "multiclass-zero-one", "multilabel-soft-margin")

    @staticmethod
    def cost(wrong):
        return wrong.any(axis=0).astype(np.float64)

    def corner(self, s, y):
        on = s == self.threshold
        return super().corner(s, y) & ~(self.wrong(s, y) & ~on).any(axis=0)
