"""CatBoost: its metrics, a row at a time."""

import numpy as np
from catboost.utils import eval_metric

from tests.elsewhere.recording.cases import ERRORS, LIST, LOGITS, POSITIVES, SCORES, SEVERAL, case


def record():
    """Every loss that CatBoost reports a value of."""
    for name, loss, inputs, edge in [
        ("RMSE", "mse", ERRORS, "root"),
        ("MAE", "mae", ERRORS, ""),
        ("Huber:delta=0.5", "huber:delta=0.5", ERRORS, ""),
        ("Quantile:alpha=0.2", "quantile:tau=0.2", ERRORS, ""),
        ("Quantile:alpha=0.2;delta=0", "quantile:tau=0.2", ERRORS, ""),
        ("Expectile:alpha=0.2", "expectile:tau=0.2", ERRORS, ""),
        ("LogCosh", "log-cosh", ERRORS, ""),
        ("Lq:q=3", "lp-distance:p=3", ERRORS, ""),
        ("FairLoss:smoothness=2", "fair:c=2", ERRORS, ""),
        ("MAPE", "mape:floor=1", POSITIVES, ""),
        ("MSLE", "msle", POSITIVES, ""),
        ("SMAPE", "smape:scale=100", POSITIVES, ""),
        ("Logloss", "bce-with-logits", LOGITS, ""),
        ("CrossEntropy", "bce-with-logits", (LOGITS[0], [0.25, 0.5, 1.0, 0.0, 0.75]), ""),
        ("Poisson", "poisson-nll-log", LOGITS, ""),
        ("Tweedie:variance_power=1.3", "tweedie-nll-log:power=1.3", (LOGITS[0], POSITIVES[1]), ""),
        ("Focal:focal_alpha=0.3;focal_gamma=1.5", "binary-focal-with-logits:alpha=0.3:gamma=1.5", LOGITS, ""),
        ("LogLinQuantile:alpha=0.2", "log-lin-quantile:tau=0.2", LOGITS, ""),
    ]:
        value = [eval_metric(np.array([t]), np.array([p]), name)[0] for p, t in zip(*inputs, strict=True)]
        case(f"catboost.{name}", loss, inputs, edge, value=value)
    many()


def many():
    """Losses of several columns, and of lists."""
    for name, loss, inputs, edge in [
        ("MultiClass", "softmax-cross-entropy", SCORES, ""),
        (
            "MultiClassOneVsAll",
            "multilabel-soft-margin",
            (SCORES[0], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
            "",
        ),
        ("MultiLogloss", "multilabel-soft-margin", SEVERAL, ""),
        ("MultiCrossEntropy", "multilabel-soft-margin", SEVERAL, ""),
        (
            "MultiQuantile:alpha=0.1,0.5,0.9",
            "quantile:tau=0.1/0.5/0.9",
            ([[0.1, 0.5, 2.0]], [1.5]),
            "levels",
        ),
    ]:
        rows = zip(inputs[0], SCORES[1] if name == "MultiClassOneVsAll" else inputs[-1], strict=True)
        value = [eval_metric(np.array([t]), np.array([p]), name)[0] for p, t in rows]
        case(f"catboost.{name}", loss, inputs, edge, value=value)
    spread = ([0.5, -1.0], [0.2, -0.5], [1.5, 0.0])
    value = [eval_metric([t], [[m, s]], "RMSEWithUncertainty")[0] for m, s, t in zip(*spread, strict=True)]
    case("catboost.RMSEWithUncertainty", "gaussian-nll-log-sigma:full=true", spread, value=value)
    group = [0] * len(LIST[0])
    for name, loss in [("QuerySoftMax", "listnet-softmax:normalize=true"), ("QueryRMSE", "pairwise-mse")]:
        value = eval_metric(np.array(LIST[1]), np.array(LIST[0]), name, group_id=np.zeros(len(group), int))
        case(f"catboost.{name}", loss, LIST, lists=group, value=value)
    hinged = ([0.3, 0.3, -2.0], [1.0, -1.0, -1.0])
    for name, loss in [("HingeLoss", "hinge"), ("ZeroOneLoss", "zero-one"), ("HammingLoss", "zero-one")]:
        value = [eval_metric([(t + 1) / 2], [p], name)[0] for p, t in zip(*hinged, strict=True)]
        case(f"catboost.{name}", loss, hinged, value=value)
    value = eval_metric([1.0, 2.0, -3.0], [0.1, 0.2, 0.3], "Cox")
    case(
        "catboost.Cox",
        "cox",
        ([0.1, 0.2, 0.3], [1.0, 2.0, 3.0], [1.0, 1.0, 0.0]),
        lists=[0, 0, 0],
        value=value,
    )
    times = ([0.3, 0.3, 0.3], [2.0, 1.0, 2.0], [2.0, 4.0, np.inf])
    value = [
        eval_metric([[a, -1.0 if b == np.inf else b]], [[f]], "SurvivalAft")[0]
        for f, a, b in zip(*times, strict=True)
    ]
    case("catboost.SurvivalAft", "aft", times, value=value)
    columns = ([[3.0, 1.0]], [[0.0, 5.0]])
    case("catboost.MultiRMSE", "mse", columns, value=eval_metric([[0.0, 5.0]], [[3.0, 1.0]], "MultiRMSE"))
    value = [eval_metric([t], [np.log(9.0)], "BrierScore")[0] for t in (1.0, 0.0)]
    case("catboost.BrierScore", "brier", ([0.9, 0.9], [1.0, 0.0]), value=value)
