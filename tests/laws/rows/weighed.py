"""Weights of classes: ordinary ones, one of 0, and such as bring back what has vanished."""

WEIGHTS = [(2.0, 0.5, 1.0), (0.0, 1e300, 1e-300)]
LOSSES = (
    "categorical-cross-entropy",
    "softmax-cross-entropy",
    "nll",
    "multi-margin",
    "multilabel-soft-margin",
)
SETTINGS = {f"{loss}.weights": WEIGHTS for loss in LOSSES}
