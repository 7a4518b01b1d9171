"""Losses of embeddings with classes: rows of one class are positives of one another, and others negatives."""

import numpy as np

from losscli.domain import FINITE, POSITIVE
from losscli.families.alike import added, lead, powers, total
from losscli.families.similarities import (
    FAR,
    Similarities,
    Slopes,
    deepest,
    where,
)
from losscli.inputs import Input
from losscli.losses import pulled
from losscli.numerics.doubledouble import DoubleDouble, exp
from losscli.parameter import parameter

EMBEDDING = Input("x", FINITE, "vector", wrt=True, columns=("x", "embedding", "emb", "e"), direction=True)
LABEL = Input("label", FINITE, columns=("label", "target", "class", "y_true", "y"))


class Labelled(Similarities):
    """A loss of embeddings with classes: rows of one class are positives of one another, others negatives."""

    symbols = "S"
    forms = ((EMBEDDING, LABEL),)

    @property
    def itself(self):
        """Whether a row is among its own positives."""
        return False

    def masks(self, s, rows, labels):
        """Return which rows each of some rows meets, and which of those have its label."""
        members = np.arange(s.high.shape[-1])
        other = (members != members[rows][:, None]) | self.itself
        same = labels[:, rows, None] == labels[:, None, :]
        return np.broadcast_to(other, same.shape), same & other

    def variables(self, *row):
        x, y = row
        rows = range(len(x))
        positives = [[j for j in rows if (j != i or self.itself) and y[j] == y[i]] for i in rows]
        negatives = [[j for j in rows if y[j] != y[i]] for i in rows]
        return {"x": x, "rows": rows, "P": positives, "N": negatives, **self.anchors(positives, negatives)}

    def anchors(self, positives, negatives):
        """Return the anchors A that count, and by what their sum is divided."""
        chosen = [i for i, each in enumerate(positives) if each]
        return {"A": chosen, "n": max(1, len(chosen))}

    def where(self, form):
        return (("u", "[unit(x[i]) for i in rows]"), ("S", "[[dot(u[i], u[j]) for j in rows] for i in rows]"))


class Ntxent(Labelled):
    """Wants each pair of one class to be more alike than its first is to any row of another class.

    The anchor i and its positive j of one class, from P_i, stand against N_i, the rows of other classes; other
    positives stay out. The loss of a list is the mean over the n pairs, in both orders; it is 0 without any.
    """

    formula = (
        "sum(sum(log(1 + sum(exp((S[i][k] - S[i][j]) / temperature) for k in N[i])) for j in P[i])"
        " for i in rows) / n"
    )
    slope_formula = (
        "-1 / (n * temperature * (1 + exp(S[i][j] / temperature)"
        " / sum(exp(S[i][k] / temperature) for k in N[i])))"
    )
    source = (
        "Chen, Kornblith, Norouzi & Hinton 2020, A simple framework for contrastive learning of visual "
        "representations, doi:10.48550/arXiv.2002.05709"
    )
    also = ("simclr = ntxent:temperature=0.5", "optax.ntxent", "pytorch_metric_learning.losses.NTXentLoss")
    use = "a batch has two views of each thing, or several, and all other things are strangers"
    example = "1/0:0,0.9/0.1:0,0/1:1,0.1/0.8:1"
    pitfalls = (
        "other positives are not in the denominator, as they are in supcon: with three of a class and "
        "temperature 0.5, 0.578 against 1.163",
        "SimCLR divides by 0.5 in its small experiments; optax and pytorch-metric-learning by 0.07",
        "labels are numbers that name a class: two views of a thing have the same",
    )
    related = ("supcon", "info-nce", "circle")

    temperature: float = parameter(default=0.07, within=POSITIVE, help="what similarities are divided by")

    @property
    def scale(self):
        return self.temperature

    def anchors(self, positives, negatives):
        pairs = sum(map(len, positives))
        return {"n": max(1, pairs)}

    def count(self, members, labels):
        return np.maximum(pulled.matches(labels).sum(axis=1), 1.0)

    def parts(self, s, rows, labels):
        """Return which are positives and negatives, e to each similarity less the largest, and the negatives' sum.

        What is so far below that it loses bits is NaN among positives.
        """
        other, good = self.masks(s, rows, labels)
        bad = other & ~good
        far = s - s.high.max(axis=-1, keepdims=True, initial=-np.inf, where=other)
        each = where(other, exp(far))
        lost = good & (far.high < FAR)
        each = DoubleDouble(np.where(lost, np.nan, each.high), each.low)
        return good, bad, each, total(where(bad, each)), deepest(far.high, other)

    def costs(self, s, rows, labels):
        other, good = self.masks(s, rows, labels)
        top = np.where(other, s.high, -np.inf).max(axis=-1, keepdims=True, initial=-np.inf)
        gap, lost = lead(s, top)
        each = powers(gap, lost, other)
        strangers = np.broadcast_to(added(np.where(good, 0.0, each)), each.shape)[good]
        found = np.zeros(each.shape)
        found[good] = np.where(gap[good] < FAR, np.nan, np.log1p(strangers / each[good]))
        return found.sum(axis=-1)

    def worth(self, s, rows, labels):
        return pulled.ntxent_costs(s, rows, self.masks(DoubleDouble(*s), rows, labels)[1])

    def pulls(self, s, rows, labels):
        return pulled.ntxent(s, *self.masks(DoubleDouble(*s), rows, labels))

    def slopes(self, s, rows, labels):
        good, bad, each, strangers, deep = self.parts(s, rows, labels)
        both = where(good, each + strangers, 1.0)
        miss = where(good, strangers / both)
        bend = miss * where(good, each / both)
        share = where(bad & (strangers.high > 0), each / strangers)
        missed, bent, squared = total(miss), total(bend), total(miss * miss)
        own = where(good, bend, share * (missed * (1.0 - share) + bent * share))

        def form(pulled, rivals):
            return rivals * (-pulled.scaled(2.0) - squared * rivals)

        def size(pulled, rivals):
            return rivals * (2 * pulled + squared.high * rivals)

        bends = where(good, bend, missed * share)
        return Slopes(missed * share - miss, own, bends, (bend, share), form, size, deep)
