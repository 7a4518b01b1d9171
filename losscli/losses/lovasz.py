"""Lovász extensions of the Jaccard loss: intersection over union, made convex in the errors of pixels.

A list is an image. Errors are sorted, the worst first, and each is weighed by what marking its pixel wrong adds
to the Jaccard loss; the weights come from whole numbers of pixels, so they are exact to the last bit.
"""

import numpy as np

from losscli.domain import BINARY, NONNEGATIVE, UNIT, Index
from losscli.families.ignoringlists import IgnoringLists, ignored_pixels
from losscli.families.pointwise import LOGIT, PROBABILITY, TARGET
from losscli.families.weighed import COUNTED
from losscli.loss import Input
from losscli.numerics.arithmetic import gathered
from losscli.numerics.doubledouble import two_sum
from losscli.parameter import flag, parameter
from losscli.traits import Traits


class LovaszHinge(IgnoringLists):
    """A convex stand-in for intersection over union: hinge losses, weighed by what each pixel does to it.

    Pixels are marked wrong one after the other, the worst first: jaccard_steps says by how much each of them
    then raises 1 less intersection over union.
    """

    family = "segmentation"
    swift = True
    symbols = "s, t"
    forms = (
        (
            Input("pred", wrt=True, columns=LOGIT),
            Input("target", BINARY, columns=("mask", *TARGET)),
        ),
    )
    formula = "sum(max(0, 1 - s[i] * (2 * t[i] - 1)) * g[i] for i in items)"
    slope_formula = "-(2 * t[k] - 1) * g[k] if s[k] * (2 * t[k] - 1) < 1 else 0"
    source = "Berman, Triki & Blaschko 2018, The Lovász-softmax loss, doi:10.1109/CVPR.2018.00464"
    also = (
        "LovaszSoftmax.lovasz_hinge", "segmentation_models_pytorch.losses.LovaszLoss(mode='binary')",
        "segmentation_models_pytorch.losses.LovaszLoss | over the whole batch unless per_image=True; its ignore_index "
        "is ignore",
    )  # fmt: skip
    use = "masks are judged by intersection over union, and a model gives raw scores"
    example = "0.5:1,-2:0,-0.3:1"
    pitfalls = (
        "labels are 0 and 1, scores are raw: a pixel is safe from a score of 1 on its own side",
        "an empty mask costs what its worst pixel costs: max(0, 1 + s)",
        "the loss is of a whole image: without a list column the whole file is one",
        "an image of which ignore leaves out all pixels costs 0, and counts in the mean",
    )
    related = ("lovasz-softmax", "jaccard", "hinge")

    ignore: tuple[float, ...] = ignored_pixels()

    def variables(self, *row):
        s, t = row
        return {"s": s, "t": t, "items": range(len(s)), "jaccard_steps": jaccard_steps}

    def where(self, form):
        return (("g", "jaccard_steps([1 - s[i] * (2 * t[i] - 1) for i in items], t)"),)

    def derivative(self, order, s, t):
        if order == 2:
            return (np.zeros_like(s),)
        side = 2 * t - 1
        order_of, weight = ranked(-side * s, np.zeros_like(s), t == 1)
        if order:
            slope = unsorted(order_of, weight)
            return (np.where(side * s < 1, -side * slope, 0.0),)
        errors = np.maximum(1 - np.take_along_axis(side * s, order_of, axis=0), 0.0)
        return (gathered(errors * weight),)

    def corner(self, s, t):
        margin = (2 * t - 1) * s
        _, weight = ranked(-margin, np.zeros_like(s), t == 1)
        edge = (margin == 1).any(axis=0) & (weight.sum(axis=0) > 0)
        return edge | tied(-margin, np.zeros_like(s), t == 1, margin < 1)

    def traits(self):
        return Traits(convex=True, lipschitz=1.0, smoothness=0.0)


class LovaszSoftmax(IgnoringLists):
    """A convex stand-in for the mean intersection over union of classes, of predicted probabilities.

    Of each class pixels are marked wrong one after the other, the worst first: jaccard_steps says by how much
    each of them then raises 1 less intersection over union. K is the number of classes that count.
    """

    family = "segmentation"
    swift = True
    symbols = "p, y"
    forms = (
        (
            Input("pred", UNIT, "vector", wrt=True, columns=PROBABILITY, simplex=True),
            Input("target", NONNEGATIVE, "class", of="pred", columns=("mask", *TARGET), hard=True),
        ),
    )
    formula = "sum(sum(m[c][i] * g[c][i] for i in items) for c in present) / len(present)"
    slope_formula = "-g[k][i] / len(present) if y[i] == k else g[k][i] / len(present)"
    source = "Berman, Triki & Blaschko 2018, The Lovász-softmax loss, doi:10.1109/CVPR.2018.00464"
    also = (
        "LovaszSoftmax.lovasz_softmax | classes='present' by default, as here; 'all' is every=true, a list "
        "classes=0/2",
        "segmentation_models_pytorch.losses.LovaszLoss | takes logits; over the whole batch unless per_image=True; its "
        "ignore_index is ignore",
    )  # fmt: skip
    use = "several classes of pixels are judged by their mean intersection over union"
    example = "0.7/0.3:0,0.4/0.6:0,0.2/0.8:1"
    pitfalls = (
        "classes that an image has not are left out, so what a class costs depends on which others are there",
        "the target is a class index; a row of probabilities must sum to 1",
        "the loss is of a whole image: without a list column the whole file is one",
        "an image of which ignore leaves out all pixels costs 0, and counts in the mean",
    )
    related = ("lovasz-hinge", "jaccard", "categorical-cross-entropy")

    every: float = flag(default=0.0, help="counts classes that an image has not, too")
    classes: tuple[float, ...] = parameter(
        default=(),
        within=Index(2**16),
        each=COUNTED,
        help="the classes that count, from 0 by the order of their columns, there or not; none is all there are",
        quiet=True,
    )
    ignore: tuple[float, ...] = ignored_pixels()

    def check(self, *arrays):
        if self.classes and max(self.classes) >= (count := arrays[0].shape[1]):
            raise ValueError(f"{self.name}: class {max(self.classes):g} of {count}, counted from 0")
        super().check(*arrays)

    def counts(self, c, there):
        """Return whether a class counts, of lists where it is there or not."""
        return np.full_like(there, c in self.classes) if self.classes else there | bool(self.every)

    def variables(self, *row):
        p, y = row
        classes = range(len(p[0]))
        there = [c for c in classes if self.counts(c, np.array(any(each == c for each in y)))]
        return {"p": p, "y": y, "items": range(len(p)), "classes": classes, "present": there,
                "jaccard_steps": jaccard_steps}  # fmt: skip

    def where(self, form):
        return (
            ("m", "[[abs(p[i][c] - (y[i] == c)) for i in items] for c in classes]"),
            ("g", "[jaccard_steps(m[c], [y[i] == c for i in items]) for c in classes]"),
        )

    def derivative(self, order, p, y):
        if order == 2:
            return (np.zeros_like(p),)
        true = [y == c for c in range(len(p))]
        counted = np.array([self.counts(c, each.any(axis=0)) for c, each in enumerate(true)])
        parts = []
        for prob, own in zip(p, true, strict=True):
            high, low = two_sum(np.where(own, 1.0, 0.0), np.where(own, -prob, prob))
            order_of, weight = ranked(high, low, own)
            if order:
                parts.append(unsorted(order_of, weight) * np.where(own, -1.0, 1.0))
            else:
                parts.append(gathered(np.take_along_axis(high, order_of, axis=0) * weight))
        found = np.where(counted if order == 0 else counted[:, None], np.array(parts), 0.0)
        return (found / counted.sum(axis=0) if order else gathered(found) / counted.sum(axis=0),)

    def corner(self, p, y):
        found = np.zeros(y.shape[1:], dtype=np.bool_)
        for c, prob in enumerate(p):
            own = y == c
            high, low = two_sum(np.where(own, 1.0, 0.0), np.where(own, -prob, prob))
            found |= tied(high, low, own, high > 0) & self.counts(c, own.any(axis=0))
        return found

    def traits(self):
        return Traits(convex=True, lipschitz=1.0, smoothness=0.0)


def ranked(high, low, own):
    """Return the order of errors high + low, the greatest first, and the weight of each so sorted.

    Of lists without equal errors whole numbers of pixels before each are all it takes.
    """
    rows = np.ascontiguousarray(high.T)
    order = np.ascontiguousarray(rows.argsort(axis=1)[:, ::-1])
    sizes = np.take_along_axis(rows, order, 1)
    strict = (sizes[:, 1:] < sizes[:, :-1]).all(axis=1)
    true = np.take_along_axis(np.ascontiguousarray(own.T), order, 1)
    hits = true.cumsum(axis=1, dtype=np.float64)
    whole = hits[:, -1:]
    union = np.arange(1.0, rows.shape[1] + 1) - hits
    union += whole  # with this pixel, if it is false
    weight = np.where(true, 1 / union, (whole - hits) / (union * (union - 1)))
    alone = whole[:, 0] == 0
    weight[alone] = 0.0
    weight[alone, :1] = 1.0
    order, weight = np.ascontiguousarray(order.T), np.ascontiguousarray(weight.T)
    some = np.flatnonzero(~strict)
    if some.size:
        order[:, some], weight[:, some] = ranked_ties(*(x[:, some] for x in (high, low, own)))
    return order, weight


def ranked_ties(high, low, own, leaders=None):
    """Return what `ranked` does, of errors some of which may be equal.

    Where errors are equal, their weights are those of the subgradient of least norm; or, with `leaders` before the
    others, those of their order.
    """
    ahead = np.zeros_like(own) if leaders is None else leaders
    order = np.lexsort((ahead, low, high), axis=0)[::-1]
    high, low, own = (np.take_along_axis(x, order, axis=0) for x in (high, low, own))
    new = np.ones(high.shape, dtype=np.bool_)
    new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1]) | (leaders is not None)
    hits, misses = np.cumsum(own, axis=0), np.cumsum(~own, axis=0)
    whole = hits[-1].astype(np.float64)
    place = np.arange(len(high))[:, None]
    first = np.maximum.accumulate(np.where(new, place, 0), axis=0)
    last_of = np.ones_like(new)
    last_of[:-1] = new[1:]
    last = np.minimum.accumulate(np.where(last_of, place, len(high) - 1)[::-1], axis=0)[::-1]

    def at(counts, where):
        return np.take_along_axis(counts, where, axis=0).astype(np.float64)

    own_there, own_before = at(hits, last), at(hits, first) - at(own, first)
    wrong_there, wrong_before = at(misses, last), at(misses, first) - at(~own, first)
    a, b = own_there - own_before, wrong_there - wrong_before
    union = whole + wrong_before
    # what the tied true pixels add before the others, what the others add after them
    alone = whole == 0
    first_share, last_share = 1 / union, 1 / (union + b)
    after = (whole - own_there) / (union * (union + b))
    before = (whole - own_before) / (union * (union + b))
    even = (a * first_share + b * after) / (a + b)
    of_true = np.minimum(np.maximum(even, last_share), first_share)
    of_wrong = np.where(even > first_share, after, np.where(even < last_share, before, even))
    of_wrong = np.where(alone, np.where(wrong_before == 0, 1 / (a + b), 0.0), of_wrong)
    return order, np.where(own, of_true, of_wrong)


def unsorted(order, weight):
    """Return the weights in the order of the pixels."""
    found = np.empty_like(weight)
    np.put_along_axis(found, order, weight, axis=0)
    return found


def tied(high, low, own, counts):
    """Return which lists have equal errors, of those that count, whose weights depend on who comes first."""
    least, *strict = (unsorted(*ranked_ties(high, low, own, first)) for first in (None, own, ~own))
    return (((least != strict[0]) | (least != strict[1])) & counts).any(axis=0)


def jaccard_steps(errors, true):
    """Return what each pixel adds to the Jaccard loss when pixels are marked wrong by falling error."""
    order = sorted(range(len(errors)), key=lambda i: errors[i], reverse=True)
    whole = sum(bool(t) for t in true)
    steps = [0] * len(order)
    hits = misses = 0
    for i in order:
        before = _jaccard(whole, hits, misses)
        hits, misses = (hits + 1, misses) if true[i] else (hits, misses + 1)
        steps[i] = _jaccard(whole, hits, misses) - before
    return steps


def _jaccard(whole, hits, misses):
    from losscli.nodes import mp

    return mp.mpf(hits + misses) / (whole + misses) if hits + misses else mp.mpf(0)
