"""TorchMetrics, a row at a time."""

import torch
from torchmetrics import functional as metrics
from torchmetrics.functional import classification, regression, segmentation

from tests.elsewhere.recording.cases import (
    ENSEMBLES,
    ERRORS,
    MARGINS,
    PAIRS,
    POSITIVES,
    SCORES,
    SEVERAL,
    SHARES,
    case,
    rowwise,
)  # fmt: skip


def tensor(x):
    """A row of one entry, in double precision."""
    return torch.tensor([x], dtype=torch.float64)


def ask(name, loss, inputs, edge="", *, home=metrics, prefix="", call="", convert=lambda *x: x, **options):
    """Ask for each row by itself."""
    function = getattr(home, name)
    rowwise(
        f"torchmetrics.functional.{prefix}{name}{call}",
        loss,
        inputs,
        lambda *x: function(*convert(*map(tensor, x)), **options),
        edge,
    )


def record():
    """Every function that is the mean of a loss."""
    for name, loss, inputs in [
        ("mean_squared_error", "mse", ERRORS),
        ("mean_absolute_error", "mae", ERRORS),
        ("log_cosh_error", "log-cosh", ERRORS),
        ("mean_absolute_percentage_error", "mape", POSITIVES),
        ("symmetric_mean_absolute_percentage_error", "smape", POSITIVES),
        ("mean_squared_log_error", "msle", POSITIVES),
    ]:
        ask(name, loss, inputs)
    ask("log_cosh_error", "log-cosh", ([1000.0], [0.0]), "far")
    ask("log_cosh_error", "log-cosh", ([1e-9], [0.0]), "tiny")
    ask("mean_absolute_percentage_error", "mape", ([1.0], [1e-9]), "clip")
    ask("symmetric_mean_absolute_percentage_error", "smape:floor=1.17e-6", ([1e-9], [0.0]))
    for power in (0.0, 1.5, 3.0):
        ask(
            "tweedie_deviance_score",
            f"tweedie-deviance:power={power:g}",
            POSITIVES,
            power=power,
        )
    swap = {"convert": lambda p, t: (t, p)}
    ask("kl_divergence", "kl-divergence", SHARES, **swap)
    ask("kl_divergence", "kl-divergence", ([[0.0, 1.0]], [[0.5, 0.5]]), "impossible", **swap)
    ask("jensen_shannon_divergence", "js-divergence", SHARES, home=regression, prefix="regression.")
    ask(
        "continuous_ranked_probability_score",
        "crps-ensemble",
        ENSEMBLES,
        home=regression,
        prefix="regression.",
    )
    ask("cosine_similarity", "cosine-distance:negative=true", PAIRS)
    inner = {"home": classification, "prefix": "classification."}
    shares = ([0.9, 0.2, 0.6], [1.0, -1.0, -1.0])
    signs = {"convert": lambda p, t: (p, (t > 0).long())}
    ask("binary_hinge_loss", "hinge", shares, **inner, **signs)
    ask("binary_hinge_loss", "hinge", MARGINS, "sigmoid", **inner, **signs)
    ask("binary_hinge_loss", "squared-hinge", shares, call="(squared=True)", squared=True, **inner, **signs)
    index = {"convert": lambda p, t: (p, t.long()), "num_classes": 3}
    ask(
        "multiclass_hinge_loss",
        "crammer-singer-hinge",
        ([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], [0, 1]),
        **inner,
        **index,
    )
    ask("multiclass_hinge_loss", "crammer-singer-hinge", SCORES, "softmax", **inner, **index)
    labels = {"convert": lambda p, t: (p, t.long()), "num_labels": 4}
    ask("multilabel_ranking_loss", "label-ranking-loss", SEVERAL, **inner, **labels)
    ask(
        "multilabel_ranking_loss",
        "label-ranking-loss",
        ([[0.5, 0.5, 0.2, 0.1]], [[0.0, 1.0, 0.0, 0.0]]),
        "tie",
        **inner,
        **labels,
    )
    chances = ([[0.9, 0.2, 0.5, 0.7], [0.1, 0.6, 0.8, 0.4]], [[1, 0, 0, 0], [0, 1, 1, 0]])
    ask("multilabel_hamming_distance", "hamming-loss:threshold=0.5", chances, **inner, **labels)
    ask("multilabel_coverage_error", "coverage-error", SEVERAL, **inner, **labels)
    errors = [torch.tensor(x, dtype=torch.float64) for x in ERRORS]
    case(
        "torchmetrics.functional.minkowski_distance",
        "lp-distance:p=3",
        ERRORS,
        "root",
        value=metrics.minkowski_distance(*errors, p=3),
    )
    whole = torch.tensor([[[1, 1, 1, 0]]]), torch.tensor([[[1, 1, 0, 0]]])
    score = segmentation.dice_score(*whole, num_classes=1)
    case(
        "torchmetrics.functional.segmentation.dice_score",
        "dice",
        ([1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]),
        "score",
        value=score,
    )
