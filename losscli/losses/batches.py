"""Losses that are a softmax over a batch of embeddings."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial

import numpy as np

from losscli.blocks import Doubt
from losscli.domain import FINITE, POSITIVE
from losscli.families.alike import added, lead, powers, total
from losscli.families.similarities import (
    Mask,
    Similarities,
    Slopes,
    deepest,
    where,
)
from losscli.inputs import Input
from losscli.loss import Array
from losscli.losses import given, pulled, swiftgiven
from losscli.losses.classes import Labelled
from losscli.numerics.doubledouble import DoubleDouble, exp, two_sum
from losscli.parameter import flag, parameter

ANCHOR = Input("anchor", FINITE, "vector", wrt=True, columns=("anchor", "query", "x1", "a"), direction=True)
POSITIVE_ONE = Input(
    "positive", FINITE, "vector", wrt=True, columns=("positive", "pos", "key", "x2", "p", "b"), direction=True
)
GIVEN = Input(
    "similarity",
    FINITE,
    "vector",
    wrt=True,
    columns=("similarity", "similarities", "sim", "cosine", "s"),
    square=True,
)


class Softmax(Similarities):
    """Of each row of similarities, minus the log of its softmax at the positives, on average."""

    temperature: float

    @property
    def scale(self):
        return self.temperature

    @abstractmethod
    def masks(self, s, rows, labels) -> tuple[Mask, Mask]: ...

    def costs(self, s, rows, labels):
        may, good = self.masks(s, rows, labels)
        some, top = good.any(axis=-1, keepdims=True), nearest(s, good)
        best = np.where(good, s.high, -np.inf).argmax(axis=-1, keepdims=True)
        ahead, lost = lead(s, DoubleDouble(*(np.take_along_axis(x, best, -1) for x in (s.high, s.low))))
        rivals = may & ~top & some
        c = np.where(rivals, ahead, 0.0).max(axis=-1, keepdims=True)
        gap, more = two_sum(ahead, -c)
        rest = added(powers(gap, more + lost, rivals))
        found = np.where(c > 0, c + np.log(rest + np.exp(-c)), np.log1p(rest))
        count = number(good)
        if count.max() > 1:
            found += added(np.where(good, -ahead - lost, 0.0)) / count
        return np.where(some, found, 0.0)[..., 0]

    def slopes(self, s, rows, labels):
        may, good = self.masks(s, rows, labels)
        _, some, _, deep, each, best = self.shares(s, may, good)
        rest, top = total(each), nearest(s, good) & some
        whole = rest + best
        q, left = each / whole, where(some, rest / whole)
        wanted = DoubleDouble(1.0) / number(good)
        level = where(top, 1.0 - wanted, where(good, -wanted, whole.scaled(0.0)))
        own = where(top, left * (best / whole), q * (1.0 - q))

        def form(others, best):
            return best * ((left - left * left) * best - (2.0 - left.scaled(2.0)) * others) - others * others

        def size(others, best):
            return best * (left.high * best + 2 * others) + others * others

        marked = DoubleDouble(np.where(top, 1.0, 0.0), np.zeros(top.shape))
        return Slopes(where(top, level - left, q + level), own, q, (q, marked), form, size, deep)

    def shares(self, s, may, good):
        """Return the lead of each over the nearest positive, and e to it over e^c; of that positive, e^-c."""
        some = good.any(axis=-1, keepdims=True)
        top = nearest(s, good)
        lead = s - total(where(top, s))
        rivals = may & ~top & some
        c = np.where(rivals, lead.high, 0.0).max(axis=-1, keepdims=True)
        return (
            lead,
            some,
            c,
            deepest((lead - c).high, rivals),
            where(rivals, exp(lead - c)),
            exp(DoubleDouble(-c, np.zeros_like(c))),
        )


class Paired(Similarities):
    """A loss of rows that hold an anchor and its positive: the positives of other rows are its negatives.

    Or each row holds the similarities of its anchor to the positives of all rows, in their order.
    """

    symbols = "S"
    forms = ((ANCHOR, POSITIVE_ONE), (GIVEN,))

    @abstractmethod
    def given(self, order: int, block: Array) -> Sequence[Array]:
        """Return the derivative of `order` in similarities that are given."""

    @abstractmethod
    def swiftly_given(self, order: int, out: Array, s: Array) -> Doubt:
        """Fill it in for ordinary ones, in few passes."""

    def shortcut(self, order, form=()):
        if len(form) == 1:
            return partial(self.swiftly_given, order) if order < 2 else None
        return self.swiftly(order)

    def derivative(self, order, *block):
        return self.given(order, *block) if len(block) == 1 else super().derivative(order, *block)

    def count(self, members, labels):
        return np.array([float(members)])

    def form(self, count):
        return tuple(each._replace(direction=not (self.raw or each.square)) for each in super().form(count))

    def variables(self, *row):
        if len(row) == 1:
            return {"S": row[0], "rows": range(len(row[0])), "n": len(row[0])}
        anchor, positive = row
        return {"anchor": anchor, "positive": positive, "rows": range(len(anchor)), "n": len(anchor)}

    def where(self, form):
        if len(form) == 1:
            return ()
        return (
            ("u", "[anchor[i] if raw > 0 else unit(anchor[i]) for i in rows]"),
            ("v", "[positive[i] if raw > 0 else unit(positive[i]) for i in rows]"),
            ("S", "[[dot(u[i], v[j]) for j in rows] for i in rows]"),
        )


class InfoNCE(Paired, Softmax):
    """Picks each anchor's own positive from the positives of the whole list, by a softmax of similarities.

    Row i holds anchor i and its positive; the positives of other rows are its negatives. The loss of a list is
    the mean over its anchors. Rows may hold similarities instead: n columns, that to each row's positive.
    """

    formula = (
        "(sum(log(sum(exp((S[i][j] - S[i][i]) / temperature) for j in rows)) for i in rows)"
        " + symmetric * sum(log(sum(exp((S[j][i] - S[i][i]) / temperature) for j in rows)) for i in rows))"
        " / (n * (1 + symmetric))"
    )
    source = (
        "van den Oord, Li & Vinyals 2018, Representation learning with contrastive predictive coding, "
        "doi:10.48550/arXiv.1807.03748"
    )
    also = (
        "multiple-negatives-ranking", "clip-loss = info-nce:symmetric=true",
        "CLIP.symmetric form = info-nce:symmetric=true",
        "open_clip.ClipLoss = info-nce:symmetric=true | multiplies by logit_scale, at first 1 / 0.07, where ours "
        "divides by the temperature; does not divide embeddings by their lengths: the model does",
        "pytorch_metric_learning.losses.NPairsLoss = info-nce:temperature=1"
        " | takes one vector a row and its class, and pairs the first two of each class",
        "tensorflow_addons.losses.npairs_loss = info-nce:raw=true:temperature=1"
        " | takes scalar products and labels, and shares the target among all positives of an anchor's label",
        "sentence_transformers.losses.MultipleNegativesRankingLoss = info-nce:temperature=0.05"
        " | multiplies by scale = 20 where ours divides by the temperature",
        "sentence_transformers.losses.MultipleNegativesSymmetricRankingLoss = info-nce:symmetric=true:temperature=0.05"
        " | multiplies by scale = 20 where ours divides by the temperature",
    )  # fmt: skip
    use = "data comes in pairs that belong together, and the other pairs of a batch are strangers"
    example = "1/0:0.9/0.1,0/1:0.2/0.8"
    pitfalls = (
        "two rows with the same content are taken for strangers, and pushed apart",
        "the loss grows with the batch: ln n for embeddings that say nothing, so batches of different size "
        "do not compare",
        "the temperature decides how much the nearest strangers count; CLIP learns its inverse from 1 / 0.07",
        "in floats the loss of an easy batch is 0 and its slope is lost: here a lead of 40 temperatures costs 4e-18",
    )
    related = ("siglip", "cosine-embedding", "ntxent", "softmax-cross-entropy")

    temperature: float = parameter(default=0.07, within=POSITIVE, help="what similarities are divided by")
    symmetric: float = flag(default=0.0, help="the mean with anchors and positives exchanged, as CLIP has it")
    raw: float = flag(default=0.0, help="compares by scalar products, not by cosines")
    slope_formula = (
        "(exp(S[i][j] / temperature) / sum(exp(S[i][k] / temperature) for k in rows) - 1) / (n * temperature)"
        " if i == j else exp(S[i][j] / temperature) / sum(exp(S[i][k] / temperature) for k in rows)"
        " / (n * temperature)"
    )

    def masks(self, s, rows, labels):
        members = np.arange(s.high.shape[-1])
        good = np.broadcast_to(members == members[rows][:, None], s.high.shape)
        return np.ones_like(good), good

    def pulls(self, s, rows, labels):
        return pulled.infonce(s, rows)

    def worth(self, s, rows, labels):
        return pulled.infonce_costs(s, rows)

    def passes(self, vectors):
        return ((0, 1), (1, 0)) if self.symmetric else ((0, 1),)

    def given(self, order, block):
        return given.infonce(order, block, self.temperature, symmetric=bool(self.symmetric))

    def swiftly_given(self, order, out, s):
        return swiftgiven.infonce(order, out, s, self.temperature, symmetric=bool(self.symmetric))


class Supcon(Labelled, Softmax):
    """Wants all rows of an anchor's class to share the softmax of its similarities to all other rows.

    P_i are the other rows of anchor i's class. The loss of a list is the mean over A, the n anchors that have
    such; it is 0 if none has.
    """

    formula = (
        "sum(sum(log(sum(exp((S[i][k] - S[i][j]) / temperature) for k in P[i] + N[i])) for j in P[i]) / len(P[i])"
        " for i in A) / n"
    )
    slope_formula = (
        "(exp(S[i][j] / temperature) / sum(exp(S[i][k] / temperature) for k in P[i] + N[i]) - 1 / len(P[i]))"
        " / (n * temperature)"
    )
    source = "Khosla et al. 2020, Supervised contrastive learning, doi:10.48550/arXiv.2004.11362"
    also = ("supervised-contrastive", "pytorch_metric_learning.losses.SupConLoss")
    use = "rows have classes, and all rows of a class should come together, not only pairs"
    example = "1/0:0,0.9/0.1:0,0/1:1,0.1/0.8:1"
    pitfalls = (
        "the loss does not vanish: an anchor with m positives costs at least ln m, however good they are",
        "equals ntxent where each class has two rows, and is more where it has more",
        "rows alone in their class are no anchors, but stay in the denominator of the others",
        "the paper's code multiplies by temperature / 0.07 on top, with 0.07 as base",
    )
    related = ("ntxent", "info-nce", "circle")

    temperature: float = parameter(default=0.1, within=POSITIVE, help="what similarities are divided by")

    def count(self, members, labels):
        return np.maximum((pulled.matches(labels) > 0).sum(axis=1), 1.0)

    def pulls(self, s, rows, labels):
        return pulled.supcon(s, rows, self.masks(DoubleDouble(*s), rows, labels)[1])

    def worth(self, s, rows, labels):
        return pulled.supcon_costs(s, rows, self.masks(DoubleDouble(*s), rows, labels)[1])


def nearest(s, good):
    """Return where the positive most like the anchor of each row is."""
    return np.equal(np.arange(s.high.shape[-1]), np.where(good, s.high, -np.inf).argmax(axis=-1)[..., None])


def number(good):
    """Return how many positives each row has, or 1."""
    return np.maximum(good.sum(axis=-1, keepdims=True), 1.0)
