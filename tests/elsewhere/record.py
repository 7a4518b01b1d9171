"""Record what other libraries say, as data for `test_elsewhere.py`: python tests/elsewhere/record.py

Needs torch, keras with jax, optax, scikit-learn, xgboost, lightgbm, catboost, torchmetrics, scoringrules, scipy
and statsmodels; the recorded file says which versions. Each case is a name elsewhere, our loss and its inputs.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

keras.config.set_floatx("float64")

ERRORS = ([-2.5, -0.4, 0.05, 0.3, 1.0, 4.5, 2.0], [0.5, 0.1, 0.0, -0.25, 1.5, -3.0, 0.5])
POSITIVES = ([0.5, 2.0, 0.1, 3.0, 7.5], [1.0, 1.5, 0.4, 3.5, 2.0])
PROBABILITIES = ([0.9, 0.2, 0.6, 0.01, 0.75], [1.0, 0.0, 0.0, 1.0, 1.0])
IMPOSSIBLE = ([0.0, 1.0], [1.0, 0.0])
KINK = ([1.0, -1.0], [1.0, -1.0])
LOGITS = ([-3.0, 0.2, 1.5, 12.0, -0.7], [1.0, 0.0, 1.0, 0.0, 0.0])
MARGINS = ([-1.5, 0.3, 0.8, 2.5, -0.2], [1.0, -1.0, 1.0, 1.0, -1.0])
ROWS = ([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.25, 0.5]], [0, 1, 2])
SCORES = ([[2.0, 0.5, -1.0], [0.1, 0.3, 0.6], [-1.0, 4.0, 0.0]], [0, 1, 2])
CASES: list[dict] = []


def case(place, loss, inputs, **found):
    """Keep one case: the value of each row, and its derivatives where the library has them."""
    plain = {name: np.asarray(x, dtype=float).tolist() for name, x in found.items() if x is not None}
    CASES.append({"place": place, "loss": loss, "inputs": inputs, **plain})


def of_torch(place, loss, inputs, function, *, classes=False):
    """Record a loss of torch, row by row: value and gradient in the first input."""
    x = torch.tensor(inputs[0], dtype=torch.float64, requires_grad=True)
    others = [torch.tensor(each, dtype=torch.int64 if classes else torch.float64) for each in inputs[1:]]
    value = function(x, *others)
    (gradient,) = torch.autograd.grad(value.sum(), x)
    case(place, loss, inputs, value=value.detach(), gradient=gradient)


def of_jax(place, loss, inputs, function, *, classes=False):
    """Record a loss of optax or keras on JAX, row by row."""
    x = jnp.asarray(inputs[0], dtype=jnp.float64)
    others = [jnp.asarray(each, dtype=jnp.int64 if classes else jnp.float64) for each in inputs[1:]]
    value = jnp.stack([function(x[i], *(each[i] for each in others)) for i in range(len(x))])
    gradient = jnp.stack([jax.grad(function)(x[i], *(each[i] for each in others)) for i in range(len(x))])
    case(place, loss, inputs, value=value, gradient=gradient)


def of_keras(place, loss, inputs, function, *, classes=False):
    """Record a function of keras.losses, which takes the target first and averages over the last axis."""

    def one(p, t):
        return function(t[None], p[None])[0] if classes else function(t[None, None], p[None, None])[0]

    of_jax(place, loss, inputs, one, classes=classes)


def record_torch():
    F = torch.nn.functional
    none = {"reduction": "none"}
    of_torch("torch.nn.functional.mse_loss", "mse", ERRORS, lambda p, t: F.mse_loss(p, t, **none))
    of_torch("torch.nn.functional.l1_loss", "mae", ERRORS, lambda p, t: F.l1_loss(p, t, **none))
    for delta in (1.0, 0.3, 2.0):
        of_torch(
            "torch.nn.functional.huber_loss",
            f"huber:delta={delta:g}",
            ERRORS,
            lambda p, t, delta=delta: F.huber_loss(p, t, delta=delta, **none),
        )
        of_torch(
            "torch.nn.functional.smooth_l1_loss",
            f"smooth-l1:beta={delta:g}",
            ERRORS,
            lambda p, t, delta=delta: F.smooth_l1_loss(p, t, beta=delta, **none),
        )
    of_torch(
        "torch.nn.functional.binary_cross_entropy",
        "bce",
        PROBABILITIES,
        lambda p, t: F.binary_cross_entropy(p, t, **none),
    )
    of_torch(
        "torch.nn.functional.binary_cross_entropy",
        "bce",
        IMPOSSIBLE,
        lambda p, t: F.binary_cross_entropy(p, t, **none),
    )
    for weight in (1.0, 3.0):
        of_torch(
            "torch.nn.functional.binary_cross_entropy_with_logits",
            f"bce-with-logits:pos_weight={weight:g}",
            LOGITS,
            lambda p, t, w=weight: F.binary_cross_entropy_with_logits(
                p, t, pos_weight=torch.tensor(w), **none
            ),
        )
    for smoothing in (0.0, 0.1):
        of_torch(
            "torch.nn.functional.cross_entropy",
            f"softmax-cross-entropy:label_smoothing={smoothing:g}",
            SCORES,
            lambda p, t, s=smoothing: F.cross_entropy(p, t, label_smoothing=s, **none),
            classes=True,
        )
    of_torch(
        "torch.nn.functional.soft_margin_loss",
        "logistic-margin",
        MARGINS,
        lambda p, t: F.soft_margin_loss(p, t, **none),
    )
    of_torch(
        "torch.nn.functional.poisson_nll_loss",
        "poisson-nll-log",
        LOGITS,
        lambda p, t: F.poisson_nll_loss(p, t, **none),
    )
    of_torch(
        "torch.nn.functional.poisson_nll_loss(log_input=False)",
        "poisson-nll",
        POSITIVES,
        lambda p, t: F.poisson_nll_loss(p, t, log_input=False, **none),
    )
    of_torch(
        "torch.nn.functional.triplet_margin_loss",
        "triplet-margin:eps=1e-6",
        ([[0.0, 1.0], [2.0, 0.0]], [[3.0, 4.0], [0.5, 0.5]], [[0.0, 3.0], [1.0, 1.0]]),
        lambda a, p, n: F.triplet_margin_loss(a, p, n, **none),
    )


def record_keras():
    losses = keras.losses
    for name, loss in [
        ("mean_squared_error", "mse"),
        ("mean_absolute_error", "mae"),
        ("huber", "huber"),
        ("log_cosh", "log-cosh"),
    ]:
        of_keras(f"keras.losses.{name}", loss, ERRORS, getattr(losses, name))
    for name, loss in [
        ("mean_absolute_percentage_error", "mape:scale=100"),
        ("mean_squared_logarithmic_error", "msle"),
        ("poisson", "poisson-nll"),
    ]:
        of_keras(f"keras.losses.{name}", loss, POSITIVES, getattr(losses, name))
    of_keras("keras.losses.binary_crossentropy", "bce", PROBABILITIES, losses.binary_crossentropy)
    of_keras(
        "keras.losses.BinaryCrossentropy(from_logits=True)",
        "bce-with-logits",
        LOGITS,
        lambda t, p: losses.binary_crossentropy(t, p, from_logits=True),
    )
    of_keras("keras.losses.binary_crossentropy", "bce:clip=1e-7", IMPOSSIBLE, losses.binary_crossentropy)
    of_keras("keras.losses.hinge", "hinge", MARGINS, losses.hinge)
    of_keras("keras.losses.hinge", "hinge", KINK, losses.hinge)
    of_keras("keras.losses.mean_absolute_error", "mae", KINK, losses.mean_absolute_error)
    of_keras("keras.losses.squared_hinge", "squared-hinge", MARGINS, losses.squared_hinge)
    of_keras(
        "keras.losses.sparse_categorical_crossentropy",
        "categorical-cross-entropy",
        ROWS,
        losses.sparse_categorical_crossentropy,
        classes=True,
    )
    of_keras(
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        "softmax-cross-entropy",
        SCORES,
        lambda t, p: losses.sparse_categorical_crossentropy(t, p, from_logits=True),
        classes=True,
    )


def record_optax():
    of_jax("optax.squared_error", "mse", ERRORS, optax.squared_error)
    of_jax("optax.l2_loss", "mse:scale=0.5", ERRORS, optax.l2_loss)
    of_jax(
        "optax.softmax_cross_entropy_with_integer_labels",
        "softmax-cross-entropy",
        ([[40.0, 0.0]], [0]),
        optax.softmax_cross_entropy_with_integer_labels,
        classes=True,
    )
    of_jax("optax.huber_loss", "huber", ERRORS, optax.huber_loss)
    of_jax("optax.log_cosh", "log-cosh", ERRORS, optax.log_cosh)
    of_jax("optax.hinge_loss", "hinge", MARGINS, optax.hinge_loss)
    of_jax("optax.hinge_loss", "hinge", KINK, optax.hinge_loss)
    of_jax("optax.losses.perceptron_loss", "perceptron", MARGINS, optax.losses.perceptron_loss)
    of_jax(
        "optax.losses.sparsemax_loss",
        "binary-sparsemax",
        MARGINS,
        lambda p, t: optax.losses.sparsemax_loss(p, (t + 1) / 2),
    )
    of_jax(
        "optax.sigmoid_binary_cross_entropy", "bce-with-logits", LOGITS, optax.sigmoid_binary_cross_entropy
    )
    of_jax(
        "optax.softmax_cross_entropy_with_integer_labels",
        "softmax-cross-entropy",
        SCORES,
        optax.softmax_cross_entropy_with_integer_labels,
        classes=True,
    )


def record_sklearn():
    from sklearn import metrics
    from sklearn._loss import loss as inner

    def metric(name, loss, inputs, **options):
        function = getattr(metrics, name)
        value = [function([t], [p], **options) for p, t in zip(*inputs, strict=True)]
        case(f"sklearn.metrics.{name}", loss, inputs, value=value)

    metric("mean_squared_error", "mse", ERRORS)
    metric("mean_absolute_error", "mae", ERRORS)
    metric("mean_absolute_percentage_error", "mape", POSITIVES)
    metric("mean_squared_log_error", "msle", POSITIVES)
    metric("mean_pinball_loss", "quantile:tau=0.9", ERRORS, alpha=0.9)
    metric("log_loss", "bce", PROBABILITIES, labels=[0, 1])
    metric("log_loss", "bce:clip=2.220446049250313e-16", IMPOSSIBLE, labels=[0, 1])
    metric("zero_one_loss", "zero-one", ([-1.0, 1.0, 1.0], [1.0, 1.0, -1.0]))
    for made, loss, inputs in [
        (inner.HalfSquaredError(), "mse:scale=0.5", ERRORS),
        (inner.AbsoluteError(), "mae", ERRORS),
        (inner.PinballLoss(quantile=0.2), "quantile:tau=0.2", ERRORS),
        (inner.HuberLoss(delta=0.6), "huber:delta=0.6", ERRORS),
        (inner.HalfBinomialLoss(), "bce-with-logits", LOGITS),
        (inner.HalfPoissonLoss(), "poisson-nll-log", LOGITS),
        (inner.ExponentialLoss(), "exponential", LOGITS),
    ]:
        raw, y = (np.asarray(each) for each in inputs)
        value, gradient = made.loss_gradient(y, raw)
        hessian = made.gradient_hessian(y, raw)[1]
        if loss == "exponential":
            inputs = (inputs[0], (2 * y - 1).tolist())
        case(
            f"sklearn._loss.{type(made).__name__}",
            loss,
            inputs,
            value=value,
            gradient=gradient,
            hessian=np.broadcast_to(hessian, value.shape),
        )


def record_boosting():
    """Record the step that one round of boosting takes, minus gradient over second derivative, in float32."""
    import lightgbm
    import xgboost

    xgboost.set_config(verbosity=0)

    def step_of_xgboost(objective, score, y, **options):
        data = xgboost.DMatrix(np.zeros((1, 1)), label=[y], base_margin=[score])
        given = {
            "objective": objective,
            "eta": 1,
            "lambda": 0,
            "alpha": 0,
            "min_child_weight": 0,
            "base_score": 0.5,
            **options,
        }
        booster = xgboost.train(given, data, 1)
        return float(booster.predict(data, output_margin=True)[0]) - score

    def step_of_lightgbm(objective, score, y, **options):
        other = 1.0 - y if objective == "binary" else y + 1.0 if objective == "poisson" else 2 * score - y
        data = lightgbm.Dataset(
            np.array([[0.0], [1.0]]),
            label=[y, other],
            init_score=[score, score],
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

    def steps(library, step, name, loss, inputs, **options):
        found = [step(name, p, t, **options) for p, t in zip(*inputs, strict=True)]
        case(f"{library}.{name}", loss, inputs, step=found)

    few = (ERRORS[0][:4], ERRORS[1][:4])
    calm = (LOGITS[0][:3], LOGITS[1][:3])
    counts = ([-0.5, 0.3, 1.2], [1.0, 0.0, 3.0])
    for name, loss, inputs, options in [
        ("reg:squarederror", "mse:scale=0.5", few, {}),
        ("reg:pseudohubererror", "pseudo-huber", few, {}),
        ("binary:logistic", "bce-with-logits", calm, {}),
        ("reg:logistic", "bce-with-logits", calm, {}),
        ("count:poisson", "poisson-nll-log", counts, {}),
        ("reg:squaredlogerror", "msle:scale=0.5", (POSITIVES[0][:3], POSITIVES[1][:3]), {}),
    ]:
        steps("xgboost", step_of_xgboost, name, loss, inputs, **options)
    for name, loss, inputs, options in [
        ("regression_l2", "mse:scale=0.5", few, {}),
        ("fair", "fair", few, {}),
        ("binary", "bce-with-logits", calm, {}),
        ("poisson", "poisson-nll-log", counts, {}),
        ("huber", "huber:delta=0.9", few, {}),
    ]:
        steps("lightgbm", step_of_lightgbm, name, loss, inputs, **options)


def record_catboost():
    from catboost.utils import eval_metric

    for name, loss, inputs in [
        ("MAE", "mae", ERRORS),
        ("Huber:delta=0.5", "huber:delta=0.5", ERRORS),
        ("Quantile:alpha=0.2", "quantile:tau=0.2", ERRORS),
        ("Expectile:alpha=0.2", "expectile:tau=0.2", ERRORS),
        ("LogCosh", "log-cosh", ERRORS),
        ("Lq:q=3", "lp-distance:p=3", ERRORS),
        ("FairLoss:smoothness=2", "fair:c=2", ERRORS),
        ("MAPE", "mape:floor=1", POSITIVES),
        ("MSLE", "msle", POSITIVES),
        ("SMAPE", "smape", POSITIVES),
        ("Logloss", "bce-with-logits", LOGITS),
        ("Poisson", "poisson-nll-log", LOGITS),
    ]:
        value = [eval_metric(np.array([t]), np.array([p]), name)[0] for p, t in zip(*inputs, strict=True)]
        case(f"catboost.{name}", loss, inputs, value=value)


def record_others():
    import scoringrules
    import torchmetrics.functional as metrics
    from scipy import special
    from statsmodels.robust import norms

    def rows(place, loss, inputs, function):
        case(place, loss, inputs, value=[float(function(p, t)) for p, t in zip(*inputs, strict=True)])

    def tensors(function):
        return lambda p, t: function(
            torch.tensor([p], dtype=torch.float64), torch.tensor([t], dtype=torch.float64)
        )

    for name, loss, inputs in [
        ("mean_squared_error", "mse", ERRORS),
        ("mean_absolute_error", "mae", ERRORS),
        ("log_cosh_error", "log-cosh", ERRORS),
        ("mean_absolute_percentage_error", "mape", POSITIVES),
        ("symmetric_mean_absolute_percentage_error", "smape", POSITIVES),
        ("mean_squared_log_error", "msle", POSITIVES),
    ]:
        rows(f"torchmetrics.{name}", loss, inputs, tensors(getattr(metrics, name)))
    rows(
        "scoringrules.quantile_score",
        "quantile:tau=0.2",
        ERRORS,
        lambda p, t: scoringrules.quantile_score(t, p, 0.2),
    )
    rows(
        "scipy.special.pseudo_huber",
        "pseudo-huber:delta=0.5",
        ERRORS,
        lambda p, t: special.pseudo_huber(0.5, p - t),
    )
    rows("statsmodels.robust.norms.HuberT", "huber:delta=1.345", ERRORS, lambda p, t: norms.HuberT()(p - t))
    rows(
        "statsmodels.robust.norms.TukeyBiweight",
        "tukey-biweight",
        ERRORS,
        lambda p, t: norms.TukeyBiweight()(p - t),
    )


PLACES = (
    "torch",
    "keras",
    "jax",
    "optax",
    "scikit-learn",
    "xgboost",
    "lightgbm",
    "catboost",
    "torchmetrics",
    "scoringrules",
    "scipy",
    "statsmodels",
    "numpy",
)


def main():
    """Run every library and write the file."""
    for record in (
        record_torch,
        record_keras,
        record_optax,
        record_sklearn,
        record_boosting,
        record_catboost,
        record_others,
    ):
        record()
    lines = ",\n  ".join(json.dumps(each) for each in CASES)
    versions = json.dumps({name: version(name) for name in PLACES})
    Path(__file__).with_name("recorded.json").write_text(
        f'{{"versions": {versions},\n "cases": [\n  {lines}\n]}}\n'
    )
    print(len(CASES), "cases")


if __name__ == "__main__":
    main()
