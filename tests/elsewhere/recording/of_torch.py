"""PyTorch."""

from functools import partial

import numpy as np
import torch

from tests.elsewhere.recording.cases import (
    ERRORS,
    IMPOSSIBLE,
    LOG_SHARES,
    LOGITS,
    MARGINS,
    PAIRS,
    POSITIVES,
    PROBABILITIES,
    ROWS,
    SCORES,
    SEVERAL,
    SOFT,
    TRIPLETS,
    case,
    of_torch,
)  # fmt: skip

F = torch.nn.functional
FORECASTS = ([0.5, -1.0, 2.0], [0.25, 2.0, 0.01], [1.0, 1.0, 1.75])
LOG_ROWS = (np.log(ROWS[0]).tolist(), ROWS[1])


def record():
    """Every loss of torch.nn.functional, and the classes that differ."""
    regression()
    binary()
    classes()
    pairs()


def ask(name, loss, inputs, edge="", *, call="", wrt=1, convert=lambda *x: x, **options):
    """Ask `torch.nn.functional.name`, unreduced; `call` are the options that belong to the place."""
    function = partial(getattr(F, name), **{"reduction": "none"} | options)
    place = f"torch.nn.functional.{name}{call}"
    of_torch(place, loss, inputs, lambda *x: function(*convert(*x)), edge, wrt=wrt)


def regression():
    ask("mse_loss", "mse", ERRORS)
    ask("l1_loss", "mae", ERRORS)
    ask("l1_loss", "mae", ([0.0, 2.0], [0.0, 2.0]))
    for delta in (1.0, 0.3, 2.0):
        ask("huber_loss", f"huber:delta={delta:g}", ERRORS, delta=delta)
        ask("smooth_l1_loss", f"smooth-l1:beta={delta:g}", ERRORS, beta=delta)
    ask("poisson_nll_loss", "poisson-nll-log", LOGITS)
    ask("poisson_nll_loss", "poisson-nll-log", ([0.2, 1.0, 1.0], [1.0, 2.0, 5.0]), "full", full=True)
    ask("poisson_nll_loss", "poisson-nll", POSITIVES, call="(log_input=False)", log_input=False)
    order = lambda m, v, t: (m, t, v)  # noqa: E731
    ask("gaussian_nll_loss", "gaussian-nll", FORECASTS, wrt=2, convert=order)
    ask("gaussian_nll_loss", "gaussian-nll:full=true", FORECASTS, wrt=2, convert=order, full=True)
    logs = (FORECASTS[0], np.log(FORECASTS[1]).tolist(), FORECASTS[2])
    exponential, call = lambda m, s, t: (m, t, s.exp()), "(var=exp(log_var))"
    sharp = ([0.0], [-20.0], [0.002])
    ask("gaussian_nll_loss", "gaussian-nll-log-var", logs, call=call, wrt=2, convert=exponential)
    ask("gaussian_nll_loss", "gaussian-nll-log-var", sharp, "clip", call=call, wrt=2, convert=exponential)
    ask("gaussian_nll_loss", "gaussian-nll", ([0.0], [1e-8], [0.002]), "clip", wrt=2, convert=order)


def binary():
    ask("binary_cross_entropy", "bce", PROBABILITIES)
    ask("binary_cross_entropy", "bce", IMPOSSIBLE, "impossible")
    for weight in (1.0, 3.0):
        ask(
            "binary_cross_entropy_with_logits",
            f"bce-with-logits:pos_weight={weight:g}",
            LOGITS,
            pos_weight=torch.tensor(weight),
        )
    each = torch.tensor([3.0, 1.0, 0.5, 0.25], dtype=torch.float64)
    ask(
        "binary_cross_entropy_with_logits",
        "bce-with-logits:pos_weight=3/1/0.5/0.25",
        SEVERAL,
        pos_weight=each,
    )
    ask("soft_margin_loss", "logistic-margin", MARGINS)
    ask("soft_margin_loss", "logistic-margin", ([-800.0], [1.0]), "overflow")
    distances = ([0.5, 2.0, 0.25, 3.0], [1.0, 1.0, -1.0, -1.0])
    for margin in (1.0, 0.5):
        ask("hinge_embedding_loss", f"hinge-embedding:margin={margin:g}", distances, margin=margin)
    ask("hinge_embedding_loss", "hinge-embedding", ([1.0], [-1.0]), "kink")
    scores = ([0.5, 2.0, -0.25], [0.25, 3.0, 0.5], [1.0, 1.0, -1.0])
    for margin in (0.0, 0.5):
        ask("margin_ranking_loss", f"margin-ranking:margin={margin:g}", scores, wrt=2, margin=margin)
    ask("margin_ranking_loss", "margin-ranking", ([1.0], [1.0], [1.0]), "kink", wrt=2)


def classes():
    index = lambda p, t: (p, t.long())  # noqa: E731
    for smoothing in (0.0, 0.1):
        loss = f"softmax-cross-entropy:label_smoothing={smoothing:g}"
        ask("cross_entropy", loss, SCORES, convert=index, label_smoothing=smoothing)
        ask("cross_entropy", loss, SOFT, label_smoothing=smoothing)
    ask("cross_entropy", "softmax-cross-entropy", ([[40.0, 0.0]], [0]), "easy", convert=index)
    weights = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    ask("nll_loss", "nll", LOG_ROWS, convert=index)
    for name, ours, rows in [
        ("cross_entropy", "softmax-cross-entropy", SCORES[0]),
        ("nll_loss", "nll", LOG_ROWS[0]),
    ]:
        weighed, inputs = f"{ours}:weights=1/2/4", (rows, [0, -100, 2])
        ask(name, weighed, (rows, [0, 1, 2]), convert=index, weight=weights)
        ask(name, f"{ours}:ignore=-100", inputs, convert=index)
        for loss, options in [(f"{ours}:ignore=-100", {}), (f"{weighed}:ignore=-100", {"weight": weights})]:
            mean = getattr(F, name)(
                torch.tensor(rows, dtype=torch.float64), torch.tensor(inputs[1]), **options
            )
            case(f"torch.nn.functional.{name}", loss, inputs, mean=mean.item())
    smooth = {"weight": weights, "label_smoothing": 0.1}
    ask(
        "cross_entropy",
        "softmax-cross-entropy:label_smoothing=0.1:weights=1/2/4",
        SCORES,
        convert=index,
        **smooth,
    )
    ask("cross_entropy", "softmax-cross-entropy:label_smoothing=0.1:weights=1/2/4", SOFT, **smooth)
    mean = F.cross_entropy(*(torch.tensor(x, dtype=torch.float64) for x in SOFT), weight=weights).item()
    case(
        "torch.nn.functional.cross_entropy", "softmax-cross-entropy:weights=1/2/4", SOFT, "shares", mean=mean
    )
    for p, margin in ((1, 1.0), (2, 0.5)):
        ask(
            "multi_margin_loss",
            f"multi-margin:average=true:margin={margin:g}:p={p}",
            SCORES,
            convert=index,
            p=p,
            margin=margin,
        )
    ask("multi_margin_loss", "multi-margin:average=true:weights=1/2/4", SCORES, convert=index, weight=weights)
    scores = torch.tensor(SCORES[0], dtype=torch.float64)
    mean = F.multi_margin_loss(scores, torch.tensor(SCORES[1]), weight=weights).item()
    weighed = "multi-margin:average=true:weights=1/2/4"
    case("torch.nn.functional.multi_margin_loss", weighed, SCORES, "mean", mean=mean)
    ask("multi_margin_loss", "multi-margin:average=true", ([[1.0, 0.0]], [0]), convert=index)
    ask(
        "multilabel_margin_loss",
        "multilabel-margin",
        SEVERAL,
        convert=lambda p, t: (p, torch.tensor([[0, 2, -1, 0], [2, -1, 0, 0]])),
    )
    ask("multilabel_soft_margin_loss", "multilabel-soft-margin", SEVERAL)
    each = torch.tensor([0.5, 1.0, 2.0, 0.0], dtype=torch.float64)
    ask("multilabel_soft_margin_loss", "multilabel-soft-margin:weights=0.5/1/2/0", SEVERAL, weight=each)
    ask("multilabel_soft_margin_loss", "multilabel-soft-margin", ([[40.0, -40.0]], [[1.0, 0.0]]))
    per_row = lambda p, t: F.kl_div(p, t, reduction="none").sum(-1)  # noqa: E731
    of_torch("torch.nn.functional.kl_div", "kl-divergence-log", LOG_SHARES, per_row)
    of_torch("torch.nn.functional.kl_div", "kl-divergence-log", ([[-0.7, -0.7]], [[0.0, 1.0]]), per_row)
    of_torch("torch.nn.functional.kl_div", "kl-divergence-log", LOG_SHARES, F.kl_div, "mean")


def pairs():
    signed = (*PAIRS, [1.0, -1.0, -1.0])
    for margin in (0.0, 0.25):
        ask("cosine_embedding_loss", f"cosine-embedding:margin={margin:g}", signed, wrt=2, margin=margin)
    short = ([[1e-8, 0.0]], [[1e-8, 0.0]], [1.0])
    ask("cosine_embedding_loss", "cosine-embedding", short, "short", wrt=0)
    ask("cosine_embedding_loss", "cosine-embedding", ([[1.0, 0.0]], [[0.0, 1.0]], [-1.0]), "kink", wrt=2)
    of_torch(
        "torch.nn.functional.cosine_similarity",
        "cosine-distance:negative=true",
        PAIRS,
        F.cosine_similarity,
        wrt=2,
    )
    of_torch(
        "torch.nn.functional.cosine_similarity",
        "cosine-distance:negative=true",
        ([[1e-9, 0.0]], [[1e-9, 0.0]]),
        F.cosine_similarity,
        "short",
        wrt=0,
    )
    ask("triplet_margin_loss", "triplet-margin:eps=1e-6", TRIPLETS, wrt=3)
    ask(
        "triplet_margin_loss",
        "triplet-margin:eps=1e-6:swap=true:margin=4",
        TRIPLETS,
        wrt=3,
        swap=True,
        margin=4.0,
    )
    ask("triplet_margin_loss", "triplet-margin:eps=1e-6:p=1:margin=2", TRIPLETS, wrt=3, p=1.0, margin=2.0)
    ask(
        "triplet_margin_loss",
        "triplet-margin:eps=0",
        ([[0.0, 0.0]], [[1.0, 0.0]], [[2.0, 0.0]]),
        "kink",
        wrt=3,
        eps=0.0,
    )
    of_torch(
        "torch.nn.functional.triplet_margin_with_distance_loss", "triplet-margin:eps=1e-6", TRIPLETS,
        partial(F.triplet_margin_with_distance_loss, reduction="none"), wrt=3,
    )  # fmt: skip
