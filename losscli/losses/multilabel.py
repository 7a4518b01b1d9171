"""Losses of K labels a row, any number of which are true; every block is (K, n), label first."""

import numpy as np

from losscli import places
from losscli.domain import BINARY, UNIT
from losscli.families.classes import Counting, duel
from losscli.families.onehot import weights
from losscli.families.pointwise import LOGIT, TARGET, Multiclass
from losscli.families.weighed import class_weights
from losscli.loss import Axis, Input, Section
from losscli.losses.binary import BCEWithLogits
from losscli.numerics.arithmetic import DOUBT, FAINT, gathered, rounded_sum, times, with_care
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.traits import Traits

LARGE = 2.0**400  # from here the product with a count might not be exact
SCORES = Input("pred", kind="vector", wrt=True, columns=LOGIT)


class Labels(Multiclass):
    """A loss of one score a label and of which labels are true, drawn for a true label and a false one."""

    family = "multi-label classification"
    symbols = "s, y"
    forms = ((SCORES, Input("target", BINARY, "class", of="pred", columns=TARGET)),)

    def crossings(self, s, y, margin, *, closed=False):
        """Return for each false label how many true ones lead it by less than `margin`, for a true one minus how many.

        Nothing is rounded: true labels are put in order by s − margin and what its rounding lost, false ones by s.
        A lead of just the margin counts if the comparison is `closed`.
        """
        true = weights(y, len(s)) > 0
        edge, lost = two_sum(s, -margin)
        before = (lost <= 0) if closed else (lost < 0)
        order = np.lexsort((np.where(true, np.where(before, 0, 2), 1), np.where(true, edge, s)), axis=0)
        true = np.take_along_axis(true, order, axis=0)
        past_true, past_false = true.cumsum(axis=0), (~true).cumsum(axis=0)
        found = np.empty_like(s)
        np.put_along_axis(found, order, np.where(true, past_false - past_false[-1:], past_true), axis=0)
        return found

    def tied(self, s, y, margin):
        """Return in which rows a true label leads a false one by just the margin."""
        open_, closed = (self.crossings(s, y, margin, closed=which) for which in (False, True))
        return (open_ != closed).any(axis=0)

    def where(self, form):
        return (("n", "sum(y[k] for k in classes)"),)

    @property
    def axis(self):
        return Axis("m", "margin  m = s_j - s_k  of a true label over a false one", -3, 3)

    def sections(self):
        return duel(self.traits().kinks)


class MultilabelMargin(Labels):
    """Charges every false label that comes within 1 of a true one, and divides by the number of labels."""

    formula = (
        "sum(sum(y[j] * (1 - y[k]) * max(0, 1 + s[k] - s[j]) for k in classes) for j in classes) / len(s)"
    )
    slope_formula = "sum((y[j] - y[k]) * (1 + (y[j] - y[k]) * (s[k] - s[j]) > 0) for j in classes) / len(s)"
    source = "Elisseeff & Weston 2001, A kernel method for multi-labelled classification, NIPS 14"
    also = (
        "torch.nn.MultiLabelMarginLoss | takes lists of labels that end in -1: labels 3 and 0 are "
        "(3, 0, -1, -1)",
        "torch.nn.functional.multilabel_margin_loss | takes lists of labels that end in -1: labels 3 and 0 are "
        "(3, 0, -1, -1)",
    )
    use = "several labels of a row can be true, and each should score above all that are false"
    pitfalls = (
        "targets are columns of 0 and 1: torch reads such columns as a list of labels, 2.9 in place of 0.85 for "
        "scores (0.1, 0.2, 0.4, 0.8) and labels 3 and 0",
        "it divides by the number of labels K, not by the number of pairs: rows with many true labels weigh more",
        "rows in which all labels are true, or none, cost 0",
    )
    related = ("multi-margin", "multilabel-soft-margin", "label-ranking-loss")

    def derivative(self, order, s, y):
        if order == 2:
            return (np.zeros((len(s), *s.shape)),)
        slope = self.crossings(s, y, 1.0)
        if order:
            return (slope / len(s) + 0.0,)
        # the loss is the number of pairs too near, plus the scores times their slopes
        count = np.maximum(slope, 0.0).sum(axis=0)
        product = DoubleDouble.of_product(slope, s)
        whole = product.total() + count
        sure = whole.high > DOUBT * (count + abs(product.high).sum(axis=0))
        safe = (abs(s) < LARGE).all(axis=0) & (sure | (count == 0))
        return (with_care(~safe, whole.rounded / len(s), pair_by_pair, s, weights(y, len(s))),)

    def corner(self, s, y):
        return self.tied(s, y, 1.0)

    def where(self, form):
        return ()

    def traits(self):
        return Traits(convex=True, smoothness=0, kinks=(1.0,))


def pair_by_pair(s, y):
    """Return the multi-label margin loss, each pair rounded by itself; NaN where only the mean is finite."""
    each = [
        gathered(np.where(true > y, np.maximum(rounded_sum(s, -score, 1.0), 0.0), 0.0))
        for score, true in zip(s, y, strict=True)
    ]
    found = gathered(np.array(each))
    return np.where(np.isinf(found) & np.isfinite(s).all(axis=0), np.nan, found / len(s))


class MultilabelSoftMargin(Labels):
    """Binary cross-entropy of the sigmoid of each label's score, averaged over the labels."""

    forms = ((SCORES, Input("target", UNIT, "class", of="pred", columns=TARGET)),)
    formula = (
        "sum(weights[k] * (y[k] * log(1 + exp(-s[k])) + (1 - y[k]) * log(1 + exp(s[k]))) for k in classes)"
        " / len(s)"
    )
    slope_formula = "weights[k] * ((1 - y[k]) / (1 + exp(-s[k])) - y[k] / (1 + exp(s[k]))) / len(s)"
    source = "Cox 1958, The regression analysis of binary sequences, doi:10.1111/j.2517-6161.1958.tb00292.x"
    also = (
        "torch.nn.MultiLabelSoftMarginLoss | weight is weights",
        "torch.nn.functional.multilabel_soft_margin_loss | weight is weights",
        "catboost.MultiLogloss", "catboost.MultiCrossEntropy", "catboost.MultiClassOneVsAll | of one true class",
        "lightgbm.multiclassova | of one true class; the sum over classes, K times ours",
    )  # fmt: skip
    use = "several labels of a row can be true, and each has a probability of its own"
    pitfalls = (
        "the mean over the labels is part of the loss: bce-with-logits on K columns gives K losses a row",
        "keras gives it as BinaryCrossentropy(from_logits=True) of K columns",
    )
    related = ("bce-with-logits", "multilabel-margin", "softmax-cross-entropy")

    weights: tuple[float, ...] = class_weights()

    def check(self, *arrays):
        if self.weights and (labels := arrays[0].shape[1]) != len(self.weights):
            raise ValueError(f"{self.name}: {len(self.weights)} weights for {labels} labels")
        super().check(*arrays)

    def derivative(self, order, s, y):
        y = weights(y, len(s))
        (each,) = BCEWithLogits().derivative(order, s, y)
        if self.weights:
            each = self.weighed(order, each, s, y)
        if order == 0:
            found = gathered(each)
            return (np.where(np.isinf(found), gathered(each / len(s)), found / len(s)),)
        if order == 1:
            return (each / len(s),)
        matrix = np.zeros((len(s), *s.shape))
        rows = np.arange(len(s))
        matrix[rows, rows] = each / len(s)
        return (matrix,)

    def weighed(self, order, each, s, y):
        """Return what labels cost, times their weights, which may bring back what has all but vanished."""
        factor = np.broadcast_to(np.array(self.weights)[:, None], each.shape)
        found = times(factor, each)
        faint = (abs(each) < FAINT) & (factor > 1) & (s != 0)
        if faint.any():  # far out on its own side, ln(1 + e^-|s|) and its derivatives are e^-|s|
            half = np.exp(-abs(s) / 2)
            far = factor * half * half
            known = (abs(s) > 600) & ((y == 0) | (y == 1))
            found = np.where(faint, np.where(known, -far if order == 1 else far, np.nan), found)
            found = np.where(faint & known & (order == 1) & (y == 0), far, found)
        over = np.isinf(each) & (factor < 1) & (factor > 0) | np.isinf(found) & np.isfinite(each)
        return np.where(over, np.nan, found) + 0.0

    def where(self, form):
        return ()

    def variables(self, *row):
        return {**super().variables(*row), "weights": self.weights or (1,) * len(row[0])}

    @property
    def axis(self):
        return Axis("z", "score of one label alone  z", -5, 5, place=places.own)

    def sections(self):
        def curve(y, at=0, labels=1):
            def inputs(x):  # the other labels are false, and known to be
                s, true = np.full((len(x), labels), -1000.0), np.zeros((len(x), labels))
                s[:, at], true[:, at] = x, y
                return s, true

            weight = f", weight {self.weights[at]:g}" if self.weights else ""
            return Section(f"y = {y}{weight}", inputs, lambda gradient: gradient[:, at])

        if not self.weights:
            return (curve(1), curve(0))
        places = [self.weights.index(each) for each in sorted(set(self.weights))]
        return tuple(curve(y, at, len(self.weights)) for at in places for y in (1, 0))

    def traits(self):
        if self.weights:
            return Traits(convex=True, best="the log odds of each label")
        return Traits(
            convex=True,
            lipschitz=1,
            smoothness=0.25,
            best="the log odds of each label",
            proper="strictly proper",
            calibrated=True,
        )


class LabelRankingLoss(Counting, Labels):
    """The share of pairs of a true label and a false one in which the false one scores as high or higher."""

    formula = (
        "sum(sum(y[j] * (1 - y[k]) * (s[k] >= s[j]) for k in classes) for j in classes) / max(1, n * (len(s) - n))"
    )  # fmt: skip
    source = "Tsoumakas, Katakis & Vlahavas 2010, Mining multi-label data, doi:10.1007/978-0-387-09823-4_34"
    also = (
        "ranking-loss", "sklearn.metrics.label_ranking_loss",
        "torchmetrics.functional.classification.multilabel_ranking_loss | breaks ties by the order of the labels",
    )  # fmt: skip
    use = "several labels of a row can be true, and their order by score is what counts"
    pitfalls = (
        "its slope is 0 wherever it has one: train with multilabel-margin or multilabel-soft-margin",
        "a tie counts as wrong, as in sklearn",
        "rows in which all labels are true, or none, cost 0",
    )
    related = ("coverage-error", "multilabel-margin", "multilabel-soft-margin")

    def counted(self, s, y):
        true = weights(y, len(s))
        wrong = (-true * self.crossings(s, y, 0.0, closed=True)).sum(axis=0)
        count = true.sum(axis=0)
        return wrong / np.maximum(1, count * (len(s) - count))

    def corner(self, s, y):
        return self.tied(s, y, 0.0)

    def traits(self):
        return Traits(smoothness=0, kinks=(0.0,))


class CoverageError(Counting, Labels):
    """How far down the labels, ordered by score, one must go to find all that are true."""

    formula = "max(y[j] * sum(s[k] >= s[j] for k in classes) for j in classes)"
    source = LabelRankingLoss.source
    also = (
        "coverage", "sklearn.metrics.coverage_error",
        "torchmetrics.functional.classification.multilabel_coverage_error",
    )  # fmt: skip
    use = "someone reads the labels from the top and should meet all that are true soon"
    pitfalls = (
        "its slope is 0 wherever it has one: train with multilabel-margin or multilabel-soft-margin",
        "its least is the number of true labels, not 0; Tsoumakas subtracts 1",
        "a row in which no label is true costs 0",
    )
    related = ("label-ranking-loss", "multilabel-margin")

    def counted(self, s, y):
        return np.where(np.isfinite(least := self.least(s, y)), (s >= least).sum(axis=0), 0.0)

    def least(self, s, y):
        """Return the lowest score of a true label; infinite if there is none."""
        return np.where(weights(y, len(s)) > 0, s, np.inf).min(axis=0)

    def corner(self, s, y):
        return ((s == self.least(s, y)) & (weights(y, len(s)) == 0)).any(axis=0)

    def where(self, form):
        return ()

    def traits(self):
        return Traits(smoothness=0, kinks=(0.0,))
