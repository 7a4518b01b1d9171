"""segmentation-models-pytorch, torchvision and pytorch-metric-learning."""

import segmentation_models_pytorch.losses as smp
import torch
from pytorch_metric_learning import losses as pml
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.reducers import DoNothingReducer, SumReducer
from segmentation_models_pytorch.losses._functional import wing_loss
from torchvision.ops import box_iou, generalized_box_iou_loss, sigmoid_focal_loss

from tests.elsewhere.recording.cases import BATCH, ERRORS, LOGITS, MASK, MASK_LOGITS, TRIPLETS, of_torch


def record():
    """Losses of masks, of boxes, and of batches of embeddings."""
    masks()
    boxes()
    triplets()
    batches()
    faces()


def triplets():
    for options in ({}, {"margin": 3.0}, {"margin": 0.5, "swap": True}):
        given = {"smooth_loss": True, "margin": 0.05, **options}
        made = pml.TripletMarginLoss(
            **given, distance=LpDistance(normalize_embeddings=False), reducer=SumReducer()
        )
        one = [torch.tensor([k]) for k in range(3)]
        swap = ":swap=true" if options.get("swap") else ""
        of_torch(
            "pytorch_metric_learning.losses.TripletMarginLoss",
            f"triplet-margin:smooth=true:margin={given['margin']:g}{swap}",
            TRIPLETS,
            lambda *x, made=made, one=one: torch.stack(
                [made(torch.stack(row), torch.tensor([0, 0, 1]), tuple(one)) for row in zip(*x, strict=True)]
            ),
            wrt=3,
        )

    pairs, same = pml.ContrastiveLoss(reducer=SumReducer()), (torch.tensor([0, 1]), torch.tensor([1, 0]))
    none = (torch.tensor([], dtype=torch.int64),) * 2
    for label in (1.0, 0.0):
        chosen = (*same, *none) if label else (*none, *same)
        of_torch(
            "pytorch_metric_learning.losses.ContrastiveLoss", "contrastive:power=1:normalize=true",
            ([[1.0, 0.5], [2.0, -1.0]], [[0.8, 0.9], [-3.0, 0.5]], [label] * 2),
            lambda *x, chosen=chosen: torch.stack(
                [pairs(torch.stack(row), torch.tensor([0, 0]), chosen) / 2 for row in zip(*x[:2], strict=True)]
            ),
            wrt=2,
        )  # fmt: skip


def masks():
    for gamma, alpha in ((2.0, 0.25), (1.5, -1.0)):
        loss = f"binary-focal-with-logits:gamma={gamma:g}:alpha={alpha:g}"
        of_torch(
            "torchvision.ops.sigmoid_focal_loss",
            loss,
            LOGITS,
            lambda p, t, g=gamma, a=alpha: sigmoid_focal_loss(p, t, a, g),
        )
    for loss, options in [
        ("wing:width=5:epsilon=0.5", {}),
        ("wing:width=2:epsilon=4", {"width": 2, "curvature": 4.0}),
    ]:
        of_torch(
            "segmentation_models_pytorch.losses._functional.wing_loss", loss, ERRORS,
            lambda p, t, options=options: wing_loss(p, t, reduction="none", **options),
        )  # fmt: skip
    focal = smp.FocalLoss("binary", alpha=0.3, gamma=1.5, reduction=None)
    of_torch(
        "segmentation_models_pytorch.losses.FocalLoss",
        "binary-focal-with-logits:alpha=0.3:gamma=1.5",
        LOGITS,
        focal,
    )
    for name, loss, options in [
        ("DiceLoss", "dice", {}),
        ("DiceLoss", "dice:smooth=2", {"smooth": 1.0}),
        ("JaccardLoss", "jaccard", {}),
        ("JaccardLoss", "jaccard:smooth=2", {"smooth": 2.0}),
        ("TverskyLoss", "tversky:alpha=0.3:beta=0.7", {"alpha": 0.3, "beta": 0.7}),
        ("TverskyLoss", "tversky:alpha=0.3:beta=0.7:gamma=2", {"alpha": 0.3, "beta": 0.7, "gamma": 2.0}),
    ]:
        made = getattr(smp, name)("binary", from_logits=False, **options)
        place = f"segmentation_models_pytorch.losses.{name}"
        of_torch(place, loss, MASK, lambda p, t, made=made: made(p[None, None], t[None, None]))
        if not options or "gamma" in options:
            of_torch(
                place,
                loss,
                ([0.5, 0.25], [0.0, 0.0]),
                lambda p, t, made=made: made(p[None, None], t[None, None]),
                "empty",
                wrt=0,
            )
    lovasz = smp.LovaszLoss("binary")
    of_torch(
        "segmentation_models_pytorch.losses.LovaszLoss",
        "lovasz-hinge",
        MASK_LOGITS,
        lambda p, t: lovasz(p.float()[None], t.float()[None]),
    )
    edges = smp.LovaszLoss("binary", ignore_index=255)
    of_torch(
        "segmentation_models_pytorch.losses.LovaszLoss", "lovasz-hinge:ignore=255",
        (MASK_LOGITS[0], [255.0, *MASK_LOGITS[1][1:-1], 255.0]),
        lambda p, t: edges(p.float()[None], t.float()[None]), wrt=0, lists=[0] * len(MASK_LOGITS[0]),
    )  # fmt: skip
    scores = ([[2.0, 0.5, -1.0], [0.1, 0.3, 0.6], [-1.0, 4.0, 0.0], [0.2, 0.1, 0.5]], [0, 1, 1, 0])
    shares = (torch.softmax(torch.tensor(scores[0], dtype=torch.float64), 1).tolist(), scores[1])
    several = smp.LovaszLoss("multiclass")
    of_torch(
        "segmentation_models_pytorch.losses.LovaszLoss", "lovasz-softmax", shares,
        lambda p, t: several(p.log().float().T[None, :, :, None], t[None, :, None].long()), wrt=0, lists=[0] * 4,
    )  # fmt: skip

    from segmentation_models_pytorch.losses.lovasz import _lovasz_softmax_flat as flat  # the authors' own

    for classes, loss in (([0, 2], "classes=0/2"), ([1], "classes=1"), ("all", "every=true")):
        of_torch(
            "segmentation_models_pytorch.losses.LovaszLoss", f"lovasz-softmax:{loss}", (shares[0], [0, 1, 1, 1]),
            lambda p, t, classes=classes: flat(p.float(), t.long(), classes), wrt=0, lists=[0] * 4,
        )  # fmt: skip


BOXES = (
    [0.0, 1.0, 0.5, -2.0], [0.0, 0.5, -1.0, 0.0], [2.0, 3.0, 2.5, -1.0], [1.0, 2.0, 1.0, 1.0],
    [1.0, 1.25, 0.0, 3.0], [-1.0, 0.75, -2.0, 0.5], [3.0, 2.0, 4.0, 4.5], [0.5, 1.5, 2.0, 2.5],
)  # fmt: skip


def boxes():
    for place, loss, function in [
        ("generalized_box_iou_loss(eps=0)", "giou", lambda p, t: generalized_box_iou_loss(p, t, eps=0.0)),
        ("box_iou", "iou", lambda p, t: 1 - box_iou(p, t).diagonal()),
    ]:
        of_torch(
            f"torchvision.ops.{place}", loss, BOXES,
            lambda *x, function=function: function(torch.stack(x[:4], -1), torch.stack(x[4:], -1)), wrt=4,
        )  # fmt: skip


def faces():
    """Of embeddings whose components are the cosines to the centres: these are the axes."""
    unit = torch.nn.functional.normalize(torch.tensor(RANGES, dtype=torch.float64)).tolist()
    for name, loss, options in [
        ("ArcFaceLoss", "arcface:margin=0.4991641660703783", {}),
        ("ArcFaceLoss", "arcface:margin=0.4991641660703783:scale=2", {"scale": 2}),
        ("CosFaceLoss", "cosface", {}),
        ("CosFaceLoss", "cosface:margin=0.1:scale=2", {"margin": 0.1, "scale": 2}),
    ]:
        made = getattr(pml, name)(
            num_classes=3, embedding_size=3, reducer=DoNothingReducer(), **options
        ).double()
        made.W.data = torch.eye(3, dtype=torch.float64)
        of_torch(
            f"pytorch_metric_learning.losses.{name}", loss, (unit, [0, 1, 2, 0]),
            lambda c, y, made=made: made(c, y.long())["loss"]["losses"], wrt=0,
        )  # fmt: skip


RANGES = [[1.0, 0.7, -0.3], [0.1, 0.4, 2.0], [0.5, 0.3, 0.2], [-3.0, 0.2, 0.5]]


def batches():
    for name, loss, made in [
        ("CircleLoss", "circle:gamma=8", pml.CircleLoss(m=0.4, gamma=8)),
        ("NTXentLoss", "ntxent:temperature=0.5", pml.NTXentLoss(temperature=0.5)),
        ("SupConLoss", "supcon:temperature=0.5", pml.SupConLoss(temperature=0.5)),
        ("SupConLoss", "supcon", pml.SupConLoss()),
        ("NTXentLoss", "ntxent", pml.NTXentLoss()),
        ("MultiSimilarityLoss", "multi-similarity", pml.MultiSimilarityLoss()),
        (
            "MultiSimilarityLoss",
            "multi-similarity:alpha=3:beta=10:base=0",
            pml.MultiSimilarityLoss(3, 10, 0.0),
        ),
    ]:
        of_torch(
            f"pytorch_metric_learning.losses.{name}", loss, BATCH,
            lambda x, label, made=made: made(x, label.long()), wrt=name != "CircleLoss", lists=[0] * len(BATCH[1]),
        )  # fmt: skip
    pairs = ([[1.0, 0.2], [-0.3, 1.0], [0.5, -1.0]], [[0.8, 0.4], [0.1, 0.9], [0.25, -0.5]])
    n_pairs = pml.NPairsLoss()
    of_torch(
        "pytorch_metric_learning.losses.NPairsLoss", "info-nce:temperature=1", pairs,
        lambda a, p: n_pairs(torch.cat([a, p]), torch.arange(3).repeat(2)), wrt=2, lists=[0] * 3,
    )  # fmt: skip
