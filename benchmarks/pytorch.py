"""Losses as PyTorch has them: its own functions, with the arguments that make them mean the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from losscli.loss import Input, Loss

try:
    import torch
    from torch.nn import functional as F
except ImportError:
    torch = F = None


def labels_first(k: Any, width: int) -> Any:
    """Return one label a row as multilabel_margin_loss wants it: indices, and -1 behind the last."""
    found = torch.full((len(k), width), -1)
    found[:, 0] = k
    return found


def ctc(log_p: Any, labels: Any) -> Any:
    steps, said = (torch.full((len(x),), x.shape[1]) for x in (log_p, labels))
    return F.ctc_loss(log_p.swapaxes(0, 1), labels, steps, said, reduction="none")


FUNCTIONS: dict[tuple[str, int], Callable[..., Any]] = {
    ("poisson-nll", 2): lambda loss, p, t: F.poisson_nll_loss(p, t, log_input=False, eps=0, reduction="none"),
    ("poisson-nll-log", 2): lambda loss, z, y: F.poisson_nll_loss(z, y, reduction="none"),
    ("kl-divergence-log", 2): lambda loss, z, k: F.kl_div(
        z, F.one_hot(k, z.shape[1]).double(), reduction="none"
    ).sum(dim=1),
    ("kl-divergence-log-target", 2): lambda loss, z, s: F.kl_div(z, s, reduction="none", log_target=True).sum(dim=1),
    ("bce", 2): lambda loss, p, y: F.binary_cross_entropy(p, y, reduction="none"),
    ("bce-with-logits", 2): lambda loss, z, y: F.binary_cross_entropy_with_logits(
        z, y, reduction="none", pos_weight=None if loss.pos_weight == 1 else torch.tensor(loss.pos_weight)
    ),
    ("cosine-distance", 2): lambda loss, x, y: 1 - loss.negative - F.cosine_similarity(x, y),
    ("cosine-embedding", 3): lambda loss, x, y, same: F.cosine_embedding_loss(
        x, y, same, loss.margin, reduction="none"
    ),
    ("ctc", 2): lambda loss, z, labels: ctc(F.log_softmax(z, 2), labels),
    ("ctc-log-probs", 2): lambda loss, z, labels: ctc(z, labels),
    ("gaussian-nll", 3): lambda loss, m, v, y: F.gaussian_nll_loss(m, y, v, bool(loss.full), reduction="none"),
    ("softmax-cross-entropy", 2): lambda loss, z, k: F.cross_entropy(
        z, k, reduction="none", label_smoothing=loss.label_smoothing
    ),
    ("nll", 2): lambda loss, z, k: F.nll_loss(z, k, reduction="none"),
    ("multilabel-margin", 2): lambda loss, s, k: F.multilabel_margin_loss(
        s, labels_first(k, s.shape[1]), reduction="none"
    ),
    ("multilabel-soft-margin", 2): lambda loss, s, k: F.multilabel_soft_margin_loss(
        s, F.one_hot(k, s.shape[1]).double(), reduction="none"
    ),
    ("multi-margin", 2): lambda loss, s, k: F.multi_margin_loss(
        s, k, int(loss.p), loss.margin, reduction="none"
    ) * (1 if loss.average else s.shape[1]),
    ("hinge-embedding", 2): lambda loss, d, y: F.hinge_embedding_loss(d, y, loss.margin, reduction="none"),
    ("margin-ranking", 3): lambda loss, a, b, y: F.margin_ranking_loss(a, b, y, loss.margin, reduction="none"),
    ("mse", 2): lambda loss, p, t: F.mse_loss(p, t, reduction="none"),
    ("mae", 2): lambda loss, p, t: F.l1_loss(p, t, reduction="none"),
    ("huber", 2): lambda loss, p, t: F.huber_loss(p, t, reduction="none", delta=loss.delta),
    ("smooth-l1", 2): lambda loss, p, t: F.smooth_l1_loss(p, t, reduction="none", beta=loss.beta),
    ("logistic-margin", 2): lambda loss, s, y: F.soft_margin_loss(s, y, reduction="none"),
    ("triplet-margin", 3): lambda loss, a, p, n: F.triplet_margin_loss(
        a, p, n, loss.margin, loss.p, eps=0, swap=bool(loss.swap), reduction="none"
    ),
}  # fmt: skip
"""By name and number of inputs, functions of the loss, and so its parameters, and of its inputs."""


def pytorch(
    loss: Loss, form: Sequence[Input], order: int, inputs: Sequence[Any], lists: Sequence[Any]
) -> Callable[[], Any] | None:
    """Return PyTorch's own function, or its gradient by automatic differentiation, on inputs in its own form."""
    function = FUNCTIONS.get((loss.name, len(form)))
    if torch is None or function is None or order == 2:
        return None
    tensors = [
        torch.tensor(
            x if each.kind == "class" else stack, dtype=torch.int64 if each.kind == "class" else None
        )
        for each, x, stack in zip(form, inputs, lists, strict=True)
    ]
    moving = [x.requires_grad_(order == 1) for each, x in zip(form, tensors, strict=True) if each.wrt]

    def run() -> Any:
        found = function(loss, *tensors)
        return tuple(x.numpy() for x in torch.autograd.grad(found.sum(), moving)) if order else found.numpy()

    return run
