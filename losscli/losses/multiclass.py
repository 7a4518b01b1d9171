"""Losses of K classes; every block is (K, n), class first."""

import numpy as np

from losscli import places
from losscli.domain import UNIT, Interval
from losscli.families.classes import OnProbabilities, OnScores
from losscli.families.onehot import pick, weights
from losscli.families.rescaled import Rescaled, divided
from losscli.families.softmaxes import curvature, of_class, parts, quick_of_class, revived
from losscli.families.trueclass import amounts, certain, no_shares, sole, surprise, surprise_slope
from losscli.families.weighed import Weighed, class_weights, left_out, smoothed
from losscli.loss import Axis, Section
from losscli.numerics.arithmetic import over, over_square, sure, times, with_care
from losscli.numerics.doubledouble import DoubleDouble, exp, total
from losscli.parameter import parameter
from losscli.traits import Traits


class CategoricalCrossEntropy(Rescaled, OnProbabilities):
    """How surprised the predicted probabilities are by the true class: only that class's probability counts.

    Nothing is renormalised or clipped unless asked; until then rows must sum to 1.
    """

    formula = "-sum(xlogy(weights[k] * y[k], p[k]) for k in classes)"
    slope_formula = (
        "(normalize * sum(weights[j] * y[j] for j in classes) - weights[k] * y[k] / p[k]) / total**normalize"
    )
    source = "Good 1952, Rational decisions, doi:10.1111/j.2517-6161.1952.tb00104.x"
    also = (
        "cce", "categorical-crossentropy", "sparse-categorical-crossentropy", "log-loss",
        "cross-entropy",
        "keras.losses.CategoricalCrossentropy = categorical-cross-entropy:normalize=true | "
        "clips at 1e-7 besides, as clip=1e-7 does; unless from_logits=True",
        "keras.losses.categorical_crossentropy = categorical-cross-entropy:normalize=true | "
        "clips at 1e-7 besides, as clip=1e-7 does; unless from_logits=True",
        "keras.losses.SparseCategoricalCrossentropy = categorical-cross-entropy:normalize=true | "
        "clips at 1e-7 besides, as clip=1e-7 does; ignore is its ignore_class; unless from_logits=True",
        "keras.losses.sparse_categorical_crossentropy = categorical-cross-entropy:normalize=true | "
        "clips at 1e-7 besides, as clip=1e-7 does; unless from_logits=True",
        "sklearn.metrics.log_loss ~ categorical-cross-entropy:clip=2.220446049250313e-16 | "
        "of three classes or more; clips at the last bit of the type of p",
        "xgboost.metric mlogloss ~ categorical-cross-entropy:clip=1e-16 | clips at 1e-16",
        "lightgbm.metric multi_logloss ~ categorical-cross-entropy:clip=1e-15 | clips at 1e-15",
    )  # fmt: skip
    use = "a model gives a probability for each of several classes"
    pitfalls = (
        "the mean with class weights divides by the sum of the weights of the true classes, keras by n",
        "columns are matched to classes by name, never by order alone",
        "keras rescales every row to sum 1 inside the graph: its gradient differs even where rows already do; "
        "so does normalize=true",
    )
    related = ("softmax-cross-entropy", "bce")

    label_smoothing: float = parameter(
        default=0.0, within=UNIT, help="mixes the target with the uniform distribution", quiet=True
    )
    clip: float = parameter(
        default=0.0,
        within=Interval(0, 0.5, "[]"),
        help="keeps p within [clip, 1 - clip], as Keras does",
        quiet=True,
    )
    weights: tuple[float, ...] = class_weights()
    ignore: tuple[float, ...] = left_out()
    normalize: float = divided()

    def swiftly(self, order):
        if order == 2 or self.label_smoothing or self.clip or self.weights:
            return None
        return amounts(order) if self.normalize else sole(order, (surprise, surprise_slope)[order], no_shares)

    def derivative(self, order, p, y):
        if self.normalize:
            return (self.divided(p, y).answer(order),)
        if y.ndim == 1 and not (self.label_smoothing or self.clip or self.weights or order == 2):
            return (certain(order, p, y),)
        share = self.shares(p, y)
        if order == 0:
            return (self.surprise(p, y, share),)
        fixed = (p <= self.clip) | (1 - p <= self.clip) if self.clip else False
        if order == 1:
            return (np.where(fixed, 0.0, -over(share, p)),)
        matrix = np.zeros((len(p), *p.shape))
        diagonal = np.arange(len(p))
        matrix[diagonal, diagonal] = np.where(fixed, 0.0, over_square(share, p))
        return (matrix,)

    def surprise(self, p, y, share):
        if y.ndim == 1 and not self.label_smoothing:
            p, share = pick(p, y)[None], self.weight(y)[None] if self.weights else np.ones((1, len(y)))
        logs = np.log(np.maximum(p, self.clip))
        if self.clip:
            logs = np.where(1 - p < self.clip, np.log1p(-self.clip), logs)
        return 0.0 - total(times(share, logs)).rounded

    def shares(self, p, y):
        """Return the weights of the logarithms."""
        share = smoothed(weights(y, len(p)), self.label_smoothing)
        found = self.weighed(share).rounded
        if self.clip or not np.isnan(found).any():
            return found
        sure = np.where(
            p == 0, 1.0, share.rounded * np.array(self.weights)[:, None]
        )  # any share of infinity is that
        return np.where(np.isnan(found) & ((p == 0) | (p == 1)), sure, found)

    def corner(self, p, y):
        if self.normalize:
            return self.divided(p, y).cornered()
        edge = (p == self.clip) | (1 - p == self.clip)
        return (edge & (self.shares(p, y) != 0)).any(axis=0) & (0 < self.clip < 0.5)

    def where(self, form):
        return (
            ("y", "[y[k] * (1 - label_smoothing) + label_smoothing / len(y) for k in classes]"),
            ("total", "sum(p)**normalize"),
            ("p", "[p[k] / total**normalize for k in classes]"),
            ("p", "[min(max(p[k], clip), 1 - clip) for k in classes]"),
        )

    def sections(self):
        return self.drawn(self.by_weight(self.chances) if self.weights else super().sections())

    def traits(self):
        whole = "rows that sum to 1" * (self.normalize > 0)
        if not self.clip:
            proper = "" if self.label_smoothing else "strictly proper"
            best = "the class frequencies"
            return self.at_weights(Traits(convex=True, convex_in=whole, best=best, proper=proper))
        if self.clip == 0.5:
            return Traits(convex=True, lipschitz=0, smoothness=0)
        least = (1 - self.label_smoothing / 2) / self.clip
        kinks, pictured = (self.clip, 1 - self.clip), self.normalize > 0
        return self.at_weights(
            Traits(lipschitz=least, smoothness=least / self.clip, kinks=kinks, pictured=pictured)
        )


class SoftmaxCrossEntropy(Weighed, OnScores):
    """How surprised the softmax of the scores is by the true class."""

    formula = "sum(weights[k] * y[k] * (log(sum(exp(z[j]) for j in classes)) - z[k]) for k in classes)"
    slope_formula = "dot(weights, y) * exp(z[k]) / sum(exp(z[j]) for j in classes) - weights[k] * y[k]"
    source = (
        "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs, "
        "doi:10.1007/978-3-642-76153-9_28"
    )
    also = (
        "cross-entropy", "log-loss", "multinomial-logistic",
        "torch.nn.CrossEntropyLoss = softmax-cross-entropy:ignore=-100 | an easy row of less than 1e-16 costs 0; "
        "of class probabilities the weighted mean divides by n; NaN if all rows are ignored",
        "torch.nn.functional.cross_entropy = softmax-cross-entropy:ignore=-100 | an easy row of less than 1e-16 costs "
        "0; of class probabilities the weighted mean divides by n; NaN if all rows are ignored",
        "torch.nn.LinearCrossEntropyLoss | multiplies by the weights of the last layer first",
        "torch.nn.functional.linear_cross_entropy | multiplies by the weights of the last layer first",
        "keras.losses.CategoricalCrossentropy(from_logits=True)",
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True) | ignore is its ignore_class; with class "
        "weights, which are weights of rows there, the mean divides by n",
        "optax.softmax_cross_entropy | an easy row, of less than 1e-16, costs 0",
        "optax.softmax_cross_entropy_with_integer_labels | an easy row, of less than 1e-16, costs 0",
        "optax.safe_softmax_cross_entropy | an easy row, of less than 1e-16, costs 0",
        "optax.losses._classification.multiclass_logistic_loss",
        "sklearn._loss.HalfMultinomialLoss",
        "xgboost.multi:softmax | second derivative twice ours",
        "xgboost.multi:softprob | second derivative twice ours",
        "lightgbm.multiclass | second derivative K / (K - 1) times ours",
        "lightgbm.softmax | second derivative K / (K - 1) times ours",
        "catboost.MultiClass",
    )  # fmt: skip
    use = "a model gives a raw score for each of several classes"
    pitfalls = (
        "the mean with class weights divides by the sum of the weights of the true classes, as that of torch; keras "
        "divides by n: 1.506 and 2.511 for the same three rows",
        "probabilities fed as scores pass silently: 0.768 instead of 0.357 for (0.7, 0.2, 0.1)",
        "an easy row is not 0: scores (40, 0) cost 4.2e-18, where torch and optax say 0",
    )
    related = ("categorical-cross-entropy", "bce-with-logits")

    label_smoothing: float = parameter(
        default=0.0, within=UNIT, help="mixes the target with the uniform distribution", quiet=True
    )
    weights: tuple[float, ...] = class_weights()
    ignore: tuple[float, ...] = left_out()

    def swiftly(self, order):
        return None if order == 2 or self.label_smoothing or self.weights else quick_of_class(order)

    def derivative(self, order, z, y):
        hard = y.ndim == 1 and not self.label_smoothing
        if hard and order < 2:
            found, doubtful = of_class(order, z.copy(), y.astype(np.intp))
            if not isinstance(doubtful, bool):
                found = with_care(doubtful, found, (hard_value, hard_slope)[order], z, y)
            if not self.weights:
                return (found,)
            vanished = (found == 0) & (self.weight(y) > 1) & np.isfinite(z).all(axis=0)
            return (self.heavy(np.where(vanished & (len(z) > 1), np.nan, found), y),)
        share = self.weighed(smoothed(weights(y, len(z)), self.label_smoothing))
        return ((soft_value, soft_slope, curvature)[order](z, share),)

    def where(self, form):
        return (("y", "[y[k] * (1 - label_smoothing) + label_smoothing / len(y) for k in classes]"),)

    @property
    def axis(self):
        return Axis("p", "softmax probability of the true class  p", 0, 1, top=5, place=places.softmax)

    def sections(self):
        def logits(x, k=0, classes=2):
            z = np.zeros((len(x), classes))
            with np.errstate(divide="ignore"):
                z[:, k] = np.log(x) - np.log1p(-x) + np.log(max(1, classes - 1))
            return z

        if self.weights:
            return self.by_weight(lambda x, k: logits(x, k, len(self.weights)))
        return (Section("", lambda x: (logits(x), np.zeros_like(x)), lambda gradient: gradient[:, 0]),)

    def traits(self):
        steepest = ((1 - self.label_smoothing) ** 2 + 1) ** 0.5  # between two vertices of many
        return self.at_weights(
            Traits(
                convex=True,
                lipschitz=steepest,
                smoothness=0.5,
                best="the class frequencies",
                proper="" if self.label_smoothing else "strictly proper",
                calibrated=True if self.label_smoothing < 1 else None,
            )
        )


def hard_value(z, k):
    """Return −ln softmax of the class `k`."""
    top, _, others, first = parts(z)
    gap = np.where(k == first, 0.0, top - pick(z, k))
    return gap + np.log1p(others.rounded)


def hard_slope(z, k):
    """Return softmax less 1 at the class `k`: there, minus the sum of the others."""
    _, e, others, _ = parts(z)
    whole = 1 + others.rounded
    slope = e / whole
    index = k[None].astype(np.intp)
    np.put_along_axis(e, index, 0.0, axis=0)
    np.put_along_axis(slope, index, (-total(e).rounded / whole)[None], axis=0)
    return slope


def soft_value(z, share):
    """Return the sum of the shares of −ln softmax: all terms are positive."""
    top, _, others, _ = parts(z)
    behind = np.where(z == top, 0.0, top - z)
    # a gap beyond the largest double may count for little
    behind = np.where(np.isinf(behind) & np.isfinite(z) & np.isfinite(top), np.nan, behind)
    result = total(times(share.rounded, behind + np.log1p(others.rounded))).rounded
    return result + revived(behind, share.total().rounded)


def soft_slope(z, share):
    """Return softmax less the shares, to twice the precision: they cancel at the optimum."""
    top, _, _, first = parts(z)
    gap = DoubleDouble.of_sum(z, -top)
    gap.low[~np.isfinite(gap.low)] = 0.0
    fine = exp(gap)
    np.put_along_axis(fine.high, first[None], 1.0, axis=0)
    np.put_along_axis(fine.low, first[None], 0.0, axis=0)
    mine = fine * share.total() / fine.total()
    sole = share.total().rounded * (fine.high / fine.total().rounded)
    result = sure(mine - share, np.maximum(mine.high, share.high))
    return np.where(share.high == 0, sole, result) + revived(top - z, share.total().rounded)
