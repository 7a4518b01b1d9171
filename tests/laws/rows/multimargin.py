"""Rows of losses that compare the scores of classes, or of labels."""

import numpy as np

from tests.laws.numbers import HUGE, MAGNITUDES, beside, label, magnitude


def scores(rng, gap):
    """Scores of a few classes: tied, apart by the gap or nearly, of every size."""
    k = int(rng.choice([1, 2, 3, 3, 4]))
    match rng.integers(7):
        case 0:
            return rng.choice([-1, 1], k) * rng.choice(MAGNITUDES, k)
        case 1:  # the last bit decides
            base = float(rng.choice([0.0, 0.1, 1.0, -1.0, 1e-20, 1e-300, 1e17, rng.normal()]))
            near = [
                float(rng.choice([*beside(base - gap), *beside(base), *beside(base + gap)])) for _ in range(k)
            ]
            return rng.permutation([base, *near[1:]])
        case 2:
            return np.array([magnitude(rng) for _ in range(k)])
        case 3:
            return rng.integers(-2, 3, k) / 2
        case 4:
            return rng.choice([HUGE, 1e308, -HUGE, -1e308, 1e154, 0.0], k)
        case 5:
            return rng.choice([-1, 1], k) * 10 ** rng.uniform(-170, -150, k)
        case _:
            return rng.normal(size=k) * rng.choice([0.1, 1, 10, 1e3])


def rivals_row(loss, rng, at):
    s = scores(rng, loss.settings().get("margin", 0.0))
    y = int(rng.integers(len(s)))
    return s, (float(y) if rng.random() < 0.7 else np.eye(len(s))[y])


def labels_row(loss, rng, at):
    s = scores(rng, 1.0)
    return s, (
        float(rng.integers(len(s))) if rng.random() < 0.2 else rng.integers(0, 2, len(s)).astype(float)
    )


def decided_row(loss, rng, at):
    s, y = labels_row(loss, rng, at)
    near = [*beside(loss.threshold), float(rng.normal())]
    return np.where(rng.random(len(s)) < 0.5, rng.choice(near, len(s)), s), y


def chances_row(loss, rng, at):
    s = scores(rng, 1.0) if rng.random() < 0.5 else rng.normal(size=3) * rng.choice([1, 30, 300])
    y = np.array([label(rng) for _ in s])
    if rng.random() < 0.3:  # the slope of one label cancels
        j = rng.integers(len(s))
        y[j] = rng.random()
        s[j] = float(rng.choice(beside(float(np.log(y[j]) - np.log1p(-y[j])))))
    return s, (float(rng.integers(len(s))) if rng.random() < 0.2 else y)


def logarithms_row(loss, rng, at):
    logs = -abs(scores(rng, 1.0))
    y = rng.random(len(logs)) * rng.choice([0.0, 1.0, 1.0, 1e-300, 1e300], len(logs))
    return logs, (float(rng.integers(len(logs))) if rng.random() < 0.4 else y)


ROWS = {
    "nll": logarithms_row,
    "multi-margin": rivals_row,
    "crammer-singer-hinge": rivals_row,
    "multiclass-perceptron": rivals_row,
    "multiclass-zero-one": rivals_row,
    "multilabel-margin": labels_row,
    "multilabel-soft-margin": chances_row,
    "label-ranking-loss": labels_row,
    "coverage-error": labels_row,
    "hamming-loss": decided_row,
    "multilabel-zero-one": decided_row,
}
SETTINGS = {
    "multi-margin.p": [1.0, 2.0],
    "multi-margin.average": [1.0],
    "hamming-loss.threshold": [0.5, -1e-320, 1e308],
    "multilabel-zero-one.threshold": [0.5, -1e-320, 1e308],
    "multi-margin.margin": [0.0, 0.2, 1e-160, 1e200],
}
