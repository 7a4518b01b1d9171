"""Where scores tie, the gradient is the subgradient of least norm, and `kinked` says that there is no other."""

import numpy as np
import pytest

from losscli.losses.labelset import HammingLoss, MultilabelZeroOne
from losscli.losses.multilabel import CoverageError, LabelRankingLoss, MultilabelMargin
from losscli.losses.multimargin import (
    BestRival,
    CrammerSingerHinge,
    MulticlassPerceptron,
    MulticlassZeroOne,
    MultiMargin,
)

RNG = np.random.default_rng(7)
STEP, TOLERANCE = 2.0**-20, 1e-2
CONVEX = [
    MultiMargin(), MultiMargin(margin=0), MultiMargin(p=2), MultiMargin(average=1), MultiMargin(p=2, margin=0.5),
    CrammerSingerHinge(), CrammerSingerHinge(margin=0.5), CrammerSingerHinge(margin=0), MulticlassPerceptron(),
    MultilabelMargin(),
]  # fmt: skip
JUMPING = [MulticlassZeroOne(), LabelRankingLoss(), CoverageError(), HammingLoss(), MultilabelZeroOne()]


def tied(loss):
    """Rows of small halves, so that most tie, and steps from them are exact."""
    for k in (1, 2, 3, 4):
        for _ in range(40):
            s = RNG.integers(-2, 3, k) / 2
            several = loss.family == "multi-label classification"
            yield s, RNG.integers(0, 2, k).astype(float) if several else np.eye(k)[RNG.integers(k)]


def directions(k):
    return np.concatenate([np.eye(k), -np.eye(k), RNG.integers(-3, 4, (40, k)), RNG.normal(size=(20, k))])


def slopes(loss, s, y, d):
    """The slopes from `s` in the directions `d`."""
    there = loss.value(s + STEP * d, np.tile(y, (len(d), 1)))
    return (there - loss.value(s[None], y[None])) / STEP


def least_norm(loss):
    """A subgradient lies below every slope; the least, and no other, is the slope against itself."""
    for s, y in tied(loss):
        g = loss.gradient(s[None], y[None])[0]
        d = directions(len(s))
        assert (slopes(loss, s, y, d) >= d @ g - TOLERANCE).all(), (s, y, g)
        assert abs(slopes(loss, s, y, -g[None])[0] + g @ g) < TOLERANCE, (s, y, g)


def kinks_are_told(loss):
    for s, y in tied(loss):
        d = directions(len(s))
        bend = slopes(loss, s, y, d) + slopes(loss, s, y, -d)
        assert loss.kinked(s[None], y[None])[0] == (abs(bend) > TOLERANCE).any(), (s, y)


@pytest.mark.parametrize("loss", CONVEX, ids=str)
def test_least_norm(loss):
    least_norm(loss)


@pytest.mark.parametrize("loss", [*CONVEX, *JUMPING], ids=str)
def test_kinks_are_told(loss):
    kinks_are_told(loss)


class First(CrammerSingerHinge):
    def tied(self, rivals, top, t):
        found = super().tied(rivals, top, t)
        return found & (np.cumsum(found, axis=0) == 1)


class Half(MultiMargin):
    def derivative(self, order, s, y):
        return [
            (a + b) / 2 for a, b in zip(super().derivative(order, s, y), self.eager(order, s, y), strict=True)
        ]

    def eager(self, order, s, y):
        return MultiMargin(margin=self.margin + 2.0**-50).derivative(order, s, y)


class Blind(MulticlassPerceptron):
    def corner(self, s, y):
        return super().corner(s, y) & False


class Wary(MulticlassZeroOne):
    margin = 0.0
    corner = BestRival.corner
    best = BestRival.best
    tied = staticmethod(BestRival.tied)


@pytest.mark.parametrize(
    ("culprit", "law"),
    [(First, least_norm), (Half, least_norm), (Blind, kinks_are_told), (Wary, kinks_are_told)],
)
def test_laws_bite(culprit, law):
    with pytest.raises(AssertionError):
        law(culprit())
