"""Few steps that spell few labels, in many ways or in one."""

import numpy as np

SIZES = [1e-20, 0.1, 1.0, 1.0, 10.0, 60.0]


def labels_that_fit(loss, rng, steps, classes):
    others = [k for k in range(classes) if k != loss.blank]
    while True:
        labels = rng.choice(others, rng.integers(0, min(steps, 3) + 1))
        if len(labels) + (labels[1:] == labels[:-1]).sum() <= steps:
            return labels.astype(float)


def scores(rng, steps, classes):
    z = rng.normal(size=(steps, classes)) * rng.choice(SIZES)
    match rng.integers(5):
        case 0:  # some steps leave no doubt
            return (
                z
                + rng.choice([0.0, 30.0, 120.0], (steps, 1))
                * np.eye(classes)[rng.integers(0, classes, steps)]
            )
        case 1:
            return np.rint(z)
        case _:
            return z


def spelt_row(loss, rng, at):
    steps, classes = int(rng.choice([1, 2, 3, 3, 4])), int(rng.choice([2, 3]))
    return scores(rng, steps, classes), labels_that_fit(loss, rng, steps, classes)


def surely_spelt_row(loss, rng, at):
    z, labels = spelt_row(loss, rng, at)
    match rng.integers(4):
        case 0:
            return -abs(z), labels
        case 1:
            return z - z.max(axis=1, keepdims=True), labels
        case _:
            top = z.max(axis=1, keepdims=True)
            return np.minimum(z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True)), 0.0), labels


ROWS = {"ctc": spelt_row, "ctc-log-probs": surely_spelt_row}
SETTINGS = {"ctc.blank": [1.0], "ctc-log-probs.blank": [1.0]}
