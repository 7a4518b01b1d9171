"""Overlap of the masks of all classes of an image at once; blocks are (classes, pixels, images)."""

from functools import partial

import numpy as np

from losscli.domain import NONNEGATIVE, UNIT
from losscli.families.listwise import Listwise
from losscli.families.pointwise import PROBABILITY, TARGET
from losscli.loss import Input
from losscli.numerics.arithmetic import FAINT
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.quick import indices
from losscli.numerics.sums import grain, heads, summed
from losscli.traits import Traits

SURE = 2.0**64  # a sum so many times its error is as good as one of two doubles


class GeneralizedDice(Listwise):
    """1 less twice the overlap of all classes' masks over the sum of their sizes, small classes weighed up.

    n_c is the number of pixels of class c; one that is not there weighs as if it had a single pixel.
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
    formula = "1 - 2 * I / S"
    slope_formula = "2 * I / (n[k]**2 * S**2) - 2 * (y[i] == k) / (n[k]**2 * S)"
    source = (
        "Sudre et al. 2017, Generalised Dice overlap as a deep learning loss function for highly unbalanced "
        "segmentations, doi:10.1007/978-3-319-67558-9_28"
    )
    also = (
        "generalised-dice", "gdl",
        "optax.losses.multiclass_generalized_dice_loss | weighs the dice losses of classes, and not their overlaps: by "
        "1 / (n_c^2 + 1e-7) over the mean of these; counts n_c over the batch, takes logits, and its smooth=1 is "
        "2 of dice",
        "monai.losses.GeneralizedDiceLoss | a class that is not there has the largest weight of the others; adds 1e-5 "
        "above and below",
    )  # fmt: skip
    use = "masks of several classes at once, some a few pixels and some most of the image"
    example = "0.7/0.3:0,0.4/0.6:0,0.2/0.8:1"
    pitfalls = (
        "weights are 1 / n^2, so that each of the pixels of a class of 10 counts 10000 times as much as one of 1000's",
        "implementations differ in what a class weighs that is not there: here most, as one of a single pixel",
        "the target is a class index; a row of probabilities must sum to 1",
        "the loss is of a whole image: without a list column the whole file is one",
    )
    related = ("dice", "tversky", "lovasz-softmax", "categorical-cross-entropy")

    def variables(self, *row):
        p, y = row
        classes = range(len(p[0]))
        pixels = [max(1, sum(bool(each == c) for each in y)) for c in classes]
        return {"p": p, "y": y, "items": range(len(p)), "classes": classes, "n": pixels}

    def where(self, form):
        return (
            ("I", "sum(p[i][c] / n[c]**2 for i in items for c in classes if y[i] == c)"),
            ("S", "sum((p[i][c] + (y[i] == c)) / n[c]**2 for i in items for c in classes)"),
        )

    def swiftly(self, order):
        return partial(self.straight, order) if order < 2 else None

    def straight(self, order, out, p, y):
        """Fill in the loss or its slope, (images, pixels, classes), by exact sums of numbers cut in two.

        Tell of which images what is cut off may count.
        """
        images, pixels, classes = p.shape
        true, strange = indices(y.ravel(), classes)
        at = np.arange(0, p.size, classes) + true
        mask = np.repeat(np.arange(0, images * classes, classes), pixels) + true
        own = p.reshape(-1).take(at)
        one = np.ones((1, pixels))
        (every, least), (found, lost), count = (
            [(one @ x)[:, 0].T for x in heads(p, 1.0, pixels)],
            [of_masks(x, mask, images, classes) for x in heads(own, 1.0, pixels)],
            of_masks(None, mask, images, classes),
        )
        inverse = 1.0 / DoubleDouble(np.maximum(count, 1.0) ** 2)
        misses = DoubleDouble.of_sum(count - found, -lost) + DoubleDouble.of_sum(every - found, least - lost)
        apart = over_classes(misses * inverse)
        both = over_classes(DoubleDouble.of_sum(found, lost) * inverse)
        few = SURE * grain(pixels, 1.0) * inverse.high.sum(axis=0)
        whole = apart + both.scaled(2.0)
        sure = (apart.high > few) & (both.high > few)
        if not isinstance(strange, bool):
            sure &= ~strange.reshape(images, pixels).any(axis=1)
        if order == 0:
            out[:] = (apart / whole).rounded
        else:
            push = (both.scaled(2.0) / whole / whole).rounded * inverse.high
            pull = ((whole + apart) / whole / whole).rounded * inverse.high
            out[:] = push.T[:, None]
            out.reshape(-1)[at] = -pull.T.ravel().take(mask)
        return ~sure

    def derivative(self, order, p, y):
        """Return the loss or a derivative, however small the sums."""
        own = y == np.arange(len(p))[:, None, None]
        count = np.maximum(own.sum(axis=1, keepdims=True), 1).astype(np.float64)
        inverse = 1.0 / DoubleDouble(count * count)
        wrong = DoubleDouble.of_sum(np.where(own, 1.0, 0.0), np.where(own, -p, p))
        hits = np.where(own, p, 0.0)
        apart, both = ((x * inverse).total().total() for x in (wrong, DoubleDouble(hits)))
        whole = apart + both.scaled(2.0)
        lost = [((x > 0) & (x < FAINT)).any(axis=(0, 1)) for x in (wrong.high, hits)]
        if order == 0:
            return (np.where(lost[0] & (apart.high < FAINT), np.nan, (apart / whole).rounded),)
        push = (both.scaled(2.0) / whole / whole).rounded
        push = np.where(lost[1] & (both.high < FAINT), np.nan, push)
        pull = ((whole + apart) / whole / whole).rounded
        slope = np.where(own, -pull, push) * inverse.high
        return (slope if order == 1 else -2 * slope / whole.rounded * inverse.high,)

    def traits(self):
        return Traits()


def over_classes(x):
    """Return the sums over classes of numbers of 0 or more."""
    return summed(x.high, x.high.max(axis=0), x.low)


def of_masks(x, mask, images, classes):
    """Return the sums over masks, (classes, images), or how many pixels these have."""
    return np.bincount(mask, x, images * classes).reshape(images, classes).T.astype(np.float64)
