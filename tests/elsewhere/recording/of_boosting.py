"""XGBoost and LightGBM: the step that one round takes, minus gradient over second derivative, in float32."""

import lightgbm
import numpy as np
import xgboost

from tests.elsewhere.recording.cases import ERRORS, LOGITS, POSITIVES, SCORES, case

FEW = (ERRORS[0][:4], ERRORS[1][:4])
CALM = (LOGITS[0][:3], LOGITS[1][:3])
COUNTS = ([-0.5, 0.3, 1.2], [1.0, 0.0, 3.0])
AMOUNTS = ([-0.5, 0.3, 1.2], [1.0, 0.5, 3.0])
SIGNED = ([0.9, 0.4, 0.2, 0.6], [1.0, 1.0, -1.0, -1.0])
SURE = {"eta": 1, "lambda": 0, "alpha": 0, "min_child_weight": 0, "base_score": 0.5}


def record():
    """Every objective whose step says what its loss is."""
    xgboost.set_config(verbosity=0)
    for name, loss, inputs, options in [
        ("reg:squarederror", "mse:scale=0.5", FEW, {}),
        ("reg:pseudohubererror", "pseudo-huber", FEW, {}),
        ("reg:pseudohubererror", "pseudo-huber:delta=0.5", FEW, {"huber_slope": 0.5}),
        ("binary:logistic", "bce-with-logits", CALM, {}),
        ("binary:logistic", "bce-with-logits:pos_weight=3", CALM, {"scale_pos_weight": 3}),
        ("binary:logitraw", "bce-with-logits", CALM, {}),
        ("reg:logistic", "bce-with-logits", CALM, {}),
        ("count:poisson", "poisson-nll-log", COUNTS, {}),
        ("reg:gamma", "gamma-nll-log", AMOUNTS, {}),
        ("reg:tweedie", "tweedie-nll-log:power=1.3", AMOUNTS, {"tweedie_variance_power": 1.3}),
        ("reg:squaredlogerror", "msle:scale=0.5", (POSITIVES[0][:3], POSITIVES[1][:3]), {}),
    ]:
        found = [of_xgboost(name, p, t, **options) for p, t in zip(*inputs, strict=True)]
        case(f"xgboost.{name}", loss, inputs, step=found)
    for name, loss, inputs, options in [
        ("regression", "mse:scale=0.5", FEW, {}),
        ("regression_l2", "mse:scale=0.5", FEW, {}),
        ("fair", "fair", FEW, {}),
        ("fair", "fair:c=2", FEW, {"fair_c": 2.0}),
        ("binary", "bce-with-logits", CALM, {}),
        ("binary", "bce-with-logits:sigmoid=2", CALM, {"sigmoid": 2}),
        ("cross_entropy", "bce-with-logits", CALM, {}),
        ("poisson", "poisson-nll-log", COUNTS, {}),
        ("gamma", "gamma-nll-log", AMOUNTS, {}),
        ("tweedie", "tweedie-nll-log:power=1.3", AMOUNTS, {"tweedie_variance_power": 1.3}),
        ("huber", "huber:delta=0.9", FEW, {}),
    ]:
        found = [of_lightgbm(name, p, t, **options) for p, t in zip(*inputs, strict=True)]
        case(f"lightgbm.{name}", loss, inputs, step=found)
    exposed = (CALM[0], [0.5, 2.0, 1.0, 3.5, 0.25][: len(CALM[0])], CALM[1])
    found = [of_lightgbm("cross_entropy_lambda", z, y, weight=w) for z, w, y in zip(*exposed, strict=True)]
    case("lightgbm.cross_entropy_lambda", "cross-entropy-lambda", exposed, step=found)
    whole = [steps_of_xgboost(name, *SCORES) for name in ("multi:softmax", "multi:softprob")]
    for name, found in zip(("multi:softmax", "multi:softprob"), whole, strict=True):
        case(f"xgboost.{name}", "softmax-cross-entropy", SCORES, step=found)
    hinged = ([-1.5, 0.3, 2.5], [1.0, -1.0, 1.0])
    found = [of_xgboost("binary:hinge", p, (t + 1) / 2) for p, t in zip(*hinged, strict=True)]
    case("xgboost.binary:hinge", "hinge", hinged, step=found)
    metrics()


def of_xgboost(objective, score, y, **options):
    data = xgboost.DMatrix(np.zeros((1, 1)), label=[y], base_margin=[score])
    booster = xgboost.train({"objective": objective, **SURE, **options}, data, 1)
    return float(booster.predict(data, output_margin=True)[0]) - score


def steps_of_xgboost(objective, scores, classes):
    found = []
    for row, label in zip(scores, classes, strict=True):
        data = xgboost.DMatrix(np.zeros((1, 1)), label=[label], base_margin=np.array([row]))
        booster = xgboost.train({"objective": objective, "num_class": len(row), **SURE}, data, 1)
        found.append((booster.predict(data, output_margin=True)[0] - np.array(row)).tolist())
    return found


def of_lightgbm(objective, score, y, weight=None, **options):
    mirrored = {
        "binary": 1.0 - y,
        "cross_entropy": 1.0 - y,
        "cross_entropy_lambda": 1.0 - y,
        "poisson": y + 1.0,
        "gamma": y + 1.0,
        "tweedie": y + 1.0,
    }
    data = lightgbm.Dataset(
        np.array([[0.0], [1.0]]),
        label=[y, mirrored.get(objective, 2 * score - y)],
        init_score=[score, score],
        weight=None if weight is None else [weight, weight],
        params={"min_data_in_bin": 1, "verbose": -1, "feature_pre_filter": False},
    )
    given = {
        "objective": objective,
        "learning_rate": 1,
        "min_data_in_leaf": 1,
        "min_sum_hessian_in_leaf": 0,
        "lambda_l2": 0,
        "boost_from_average": False,
        "verbose": -1,
        "num_leaves": 2,
        **options,
    }
    return float(lightgbm.train(given, data, 1).predict(np.array([[0.0]]), raw_score=True)[0])


def metrics():
    """Ask XGBoost for the values of its metrics: they are of predictions, not of scores."""
    for name, loss, inputs, edge in [
        ("mape", "mape", POSITIVES, ""),
        ("logloss", "bce", ([0.9, 0.2, 0.6], [1.0, 0.0, 0.0]), ""),
        ("logloss", "bce:clip=1e-16", ([0.0], [1.0]), "impossible"),
        ("error", "zero-one:threshold=0.5", SIGNED, ""),
        ("error", "zero-one:threshold=0.5", ([0.5], [1.0]), "tie"),
        ("error@0.3", "zero-one:threshold=0.3", SIGNED, ""),
        ("gamma-deviance", "gamma-deviance", POSITIVES, ""),
        ("gamma-nloglik", "gamma-nll-log", AMOUNTS, ""),
        ("tweedie-nloglik@1.5", "tweedie-nll-log", AMOUNTS, ""),
    ]:
        shown = {
            "gamma-nloglik": np.exp,
            "tweedie-nloglik@1.5": np.exp,
        }.get(name, lambda p: p)
        value = [
            value_of(name, float(shown(p)), max(t, 0.0) if loss.startswith("zero-one") else t)
            for p, t in zip(*inputs, strict=True)
        ]
        plain = name.partition("@")[0]
        metric = "metric " if plain in ("mape", "logloss") else ""
        case(f"xgboost.{metric}{plain}", loss, inputs, edge, value=value)


def value_of(metric, prediction, y):
    """The metric of one prediction: an identity link keeps it as it is."""
    data = xgboost.DMatrix(np.zeros((1, 1)), label=[y], base_margin=[prediction])
    booster = xgboost.train(
        {"objective": "reg:squarederror", **SURE, "eta": 0, "eval_metric": metric}, data, 1
    )
    return float(booster.eval(data).rpartition(":")[2])
