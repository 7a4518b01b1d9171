"""Losses of class scores that compare the true class with its rivals; every block is (K, n), class first."""

import numpy as np

from losscli import places
from losscli.blocks import squares
from losscli.domain import BINARY, Choice, Interval
from losscli.families.classes import Counting, duel
from losscli.families.onehot import counted, index, pick
from losscli.families.pointwise import LOGIT, TARGET, Multiclass
from losscli.families.weighed import Weighed, class_weights
from losscli.loss import Axis, Input
from losscli.numerics.arithmetic import FAINT, gathered, rounded_sum
from losscli.parameter import flag, parameter
from losscli.traits import Traits

MARGIN = Interval(0, np.inf, "[)")
SURE = 2.0**-50  # of a margin: a sum of two roundings that is larger has the right sign


class Rivals(Multiclass):
    """A loss of class scores by how the true class stands to the others, drawn for two classes."""

    symbols = "s, y"
    forms = (
        (
            Input("pred", kind="vector", wrt=True, columns=LOGIT),
            Input("target", BINARY, "class", of="pred", columns=TARGET, simplex=True),
        ),
    )
    instead = {"target": "multilabel-margin"}  # noqa: RUF012
    margin = 0.0

    def lead(self, s, t):
        """Return margin + s − s_t of each rival of the class `t`, rounded once; −∞ of `t` itself."""
        found = rounded_sum(s, -pick(s, t), self.margin)
        found[t, np.arange(len(t))] = -np.inf
        return found

    def near(self, s, t):
        """Return which rivals of the class `t` come within the margin: of sums not near 0 the sign is certain."""
        lead = s - pick(s, t) + self.margin
        lead[t, np.arange(len(t))] = -np.inf
        sure = self.margin == 0 or abs(lead).min() > SURE * self.margin
        return (lead if sure else self.lead(s, t)) > 0

    def where(self, form):
        return (("s_y", "sum(y[k] * s[k] for k in classes)"),)

    @property
    def axis(self):
        return Axis("m", "margin  m = s_y - s_k  over one rival", -3, 3, place=places.lead)

    def sections(self):
        return duel(self.traits().kinks)


class MultiMargin(Weighed, Rivals):
    """Charges every rival class that comes within the margin of the true one, and sums: Weston and Watkins' hinge."""

    formula = "dot(weights, y) * sum(short[k]**p for k in classes) / len(s)**average"
    slope_formula = (
        "dot(weights, y) * p * (short[k]**(p - 1) * (short[k] > 0) - y[k] * sum(short[j]**(p - 1) * (short[j] > 0) "
        "for j in classes)) / len(s)**average"
    )
    source = "Weston & Watkins 1999, Support vector machines for multi-class pattern recognition, ESANN 1999"
    also = (
        "weston-watkins", "multi-class-hinge",
        "torch.nn.MultiMarginLoss = multi-margin:average=true | its mean with class weights divides by n",
        "torch.nn.functional.multi_margin_loss = multi-margin:average=true | its mean with class weights divides by n",
    )  # fmt: skip
    use = "classes are told apart by scores, and every rival that is too near should be pushed away"
    pitfalls = (
        "torch divides by the number of classes K, not by the K - 1 rivals: scores (1, 0.5, 0.8) of class 1 cost "
        "2.8 here, 0.9333 there",
        "crammer-singer-hinge charges the best rival only: 1.5 for these scores",
        "with three classes or more the best scores need not rank the likeliest class first",
    )
    related = ("crammer-singer-hinge", "hinge", "multilabel-margin", "softmax-cross-entropy")

    margin: float = parameter(
        default=1.0, within=MARGIN, help="how far ahead of its rivals a class should be"
    )
    p: float = parameter(
        default=1.0, within=Choice((1.0, 2.0)), help="the power of each rival's share", quiet=True
    )
    average: float = flag(default=0.0, help="divides by the number of classes, as torch does")
    weights: tuple[float, ...] = class_weights()

    def derivative(self, order, s, y):
        t = index(y)
        (found,) = self.alike(order, s, t)
        return (self.heavy(found, t) if self.weights else found,)

    def alike(self, order, s, t):
        """Return the derivative of classes that count the same."""
        if order == 1 and self.p == 1:
            return (self.shared(self.pushes(s, t), s),)
        lead = self.lead(s, t)
        short = np.maximum(lead, 0.0)
        if order == 2:
            return (self.curvature(lead > 0, t),)
        if order == 0:
            found = self.shared(gathered(short if self.p == 1 else short * short), s)
            faint = (self.p == 2) & (found < FAINT) & (short > 0).any(axis=0)  # squares that lost bits
            return (np.where(faint, np.nan, found),)
        each = 2 * short
        each[t, np.arange(len(t))] = 0.0 - gathered(each)
        return (self.shared(each, s),)

    def pushes(self, s, t):
        """Return 1 for each rival that is too near, and minus their number for the class `t`."""
        near = self.near(s, t)
        found = near.astype(np.float64)
        found[t, np.arange(len(t))] = 0.0 - counted(near)
        return found

    def curvature(self, active, t):
        classes, count = active.shape
        matrix = np.zeros((classes, classes, count))
        if self.p == 2:
            each = 2.0 * active / (classes if self.average else 1)
            rows, samples = np.arange(classes), np.arange(count)
            matrix[rows, rows] = each
            matrix[t, :, samples] = matrix[:, t, samples].T - each.T
            matrix[:, t, samples] -= each
            matrix[t, t, samples] = 2.0 * active.sum(axis=0) / (classes if self.average else 1)
        return matrix

    def shared(self, x, s):
        """Return `x` over the number of classes, if asked; NaN where only that makes it finite."""
        if not self.average:
            return x
        return np.where(np.isinf(x) & np.isfinite(s).all(axis=0), np.nan, x / len(s))

    def corner(self, s, y):
        counts = self.weight(index(y)) > 0 if self.weights else True
        return (self.lead(s, index(y)) == 0).any(axis=0) & (self.p == 1) & counts

    def where(self, form):
        return (
            *super().where(form),
            ("short", "[(1 - y[k]) * max(0, margin + s[k] - s_y) for k in classes]"),
        )

    def sections(self):
        return self.by_weight(self.before_one) if self.weights else super().sections()

    def before_one(self, x, k):
        """Return scores of which that of the class `k` is `x` before that of one rival, and far before all others."""
        s = np.repeat((x - self.margin - 1)[:, None], len(self.weights), axis=1)
        s[:, k], s[:, k - 1] = x, 0.0
        return s

    def traits(self):
        return self.at_weights(
            Traits(
                convex=True,
                lipschitz=1 if self.p == 1 and self.average else np.inf,
                smoothness=0 if self.p == 1 else 2 if self.average else np.inf,
                kinks=(self.margin,),
            )
        )


class BestRival(Rivals):
    """A loss of the true class and the best of its rivals."""

    def derivative(self, order, s, y):
        t = index(y)
        if order == 2:
            return (np.zeros((len(s), *s.shape)),)
        best, rivals, top = self.best(s, t)
        if order == 0:
            return (np.maximum(best, 0.0),)
        tied = self.tied(rivals, top, t)
        active = (best > 0).astype(np.float64)
        slope = tied * (active / np.maximum(counted(tied), 1))
        slope[t, np.arange(len(t))] = 0.0 - active
        return (slope,)

    def best(self, s, t):
        """Return margin + s − s_t of the best rival, rounded once; the scores of rivals, and the highest."""
        rivals = s.copy()
        rivals[t, np.arange(len(t))] = -np.inf
        top = rivals.max(axis=0)
        found = rounded_sum(top, -pick(s, t), self.margin)
        if not squares(s) < np.inf:  # where some lead is no number, there is no best
            found = np.where(np.isfinite(s).all(axis=0), found, self.lead(s, t).max(axis=0))
        return found, rivals, top

    @staticmethod
    def tied(rivals, top, t):
        """Return which rivals have the highest score among them."""
        found = rivals == top
        found[t, np.arange(len(t))] = False
        return found

    def corner(self, s, y):
        t = index(y)
        best, rivals, top = self.best(s, t)
        return (best == 0) | (best > 0) & (counted(self.tied(rivals, top, t)) > 1)

    def traits(self):
        return Traits(convex=True, lipschitz=2**0.5, smoothness=0, kinks=(self.margin,), calibrated=False)


class CrammerSingerHinge(BestRival):
    """Charges the best rival class if it comes within the margin of the true one: the multi-class hinge."""

    formula = "max(lead[k] for k in classes)"
    slope_formula = "(lead[k] >= max(lead[j] for j in classes)) - y[k]"
    source = (
        "Crammer & Singer 2001, On the algorithmic implementation of multiclass kernel-based vector machines, "
        "jmlr:v2/crammer01a"
    )
    also = (
        "multiclass-hinge", "crammer-singer", "optax.losses.multiclass_hinge_loss | half the slope at the margin",
        "keras.losses.CategoricalHinge | counts a score of 0 for the true class among its rivals",
        "keras.losses.categorical_hinge | counts a score of 0 for the true class among its rivals",
        "sklearn.metrics.hinge_loss | of three classes or more",
        "torchmetrics.functional.classification.multiclass_hinge_loss | takes the softmax of scores outside [0, 1]",
    )  # fmt: skip
    use = "classes are told apart by scores, and only the nearest rival should count"
    pitfalls = (
        "keras is wrong where all rivals score below 0: scores (0.5, -3, -4) of class 0 cost 0, keras says 0.5",
        "torchmetrics takes the softmax first if a score lies outside [0, 1]: 0.0687 for these",
        "the slope of several best rivals is split evenly; at the margin it is 0, where keras and optax give half",
        "without a class likelier than all others together the best scores need not find the likeliest",
    )
    related = ("multi-margin", "multiclass-perceptron", "hinge")

    margin: float = parameter(
        default=1.0, within=MARGIN, help="how far ahead of the best rival a class should be"
    )

    def where(self, form):
        return (*super().where(form), ("lead", "[margin * (1 - y[k]) + s[k] - s_y for k in classes]"))


class MulticlassPerceptron(BestRival):
    """Charges the lead of the best class over the true one, and nothing if the true one is best."""

    formula = "max(s[k] for k in classes) - s_y"
    slope_formula = "(s[k] >= max(s[j] for j in classes)) - y[k]"
    source = (
        "Collins 2002, Discriminative training methods for hidden Markov models, doi:10.3115/1118693.1118694"
    )
    also = (
        "optax.losses.multiclass_perceptron_loss | shares a tie with the true class too, where our slope is 0",
    )
    use = "the classes can be separated and any boundary will do, or as a baseline"
    pitfalls = (
        "scores that are all equal cost nothing: without a margin the model may shrink to that",
        "it is crammer-singer-hinge:margin=0",
    )
    related = ("crammer-singer-hinge", "perceptron", "multiclass-zero-one")

    def traits(self):
        return super().traits()._replace(best="equal scores")


class MulticlassZeroOne(Counting, Rivals):
    """Counts the rows in which some class scores higher than the true one: its mean is the top-1 error rate."""

    formula = "1 if max(s[k] for k in classes) > s_y else 0"
    source = (
        "Bartlett, Jordan & McAuliffe 2006, Convexity, classification, and risk bounds, "
        "doi:10.1198/016214505000000907"
    )
    also = (
        "top-1-error",
        "sklearn.metrics.zero_one_loss | of labels, not scores; a row of several labels is wrong as a whole",
        "xgboost.metric merror | a tie goes to the first class", "lightgbm.metric multi_error | a tie counts as wrong",
        "LossFunctions.jl.MisclassLoss | of labels, not scores",
    )  # fmt: skip
    use = "the number of wrong decisions is what counts; train with another loss"
    pitfalls = (
        "its slope is 0 wherever it has one: nothing can be trained with it",
        "a tie with the true class counts as right, as in zero-one; argmax takes the first of a tie",
    )
    related = ("zero-one", "crammer-singer-hinge", "multiclass-perceptron", "label-ranking-loss")

    def counted(self, s, y):
        return (s > pick(s, index(y))).any(axis=0).astype(np.float64)

    def corner(self, s, y):
        return self.lead(s, index(y)).max(axis=0) == 0

    def traits(self):
        return Traits(smoothness=0, kinks=(0.0,))
