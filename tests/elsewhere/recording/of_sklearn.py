"""scikit-learn: its metrics, a row at a time, and the losses that its learners take apart."""

import numpy as np
from sklearn import metrics
from sklearn._loss import loss as inner
from sklearn.linear_model import _sgd_fast as sgd

from tests.elsewhere.recording.cases import (
    ERRORS,
    IMPOSSIBLE,
    KINK,
    LOGITS,
    MARGINS,
    POSITIVES,
    PROBABILITIES,
    ROWS,
    SCORES,
    SEVERAL,
    case,
)  # fmt: skip


def record():
    """Every metric that is the mean of a loss, and every loss of sklearn._loss."""
    numbers()
    classes()
    learners()
    steps()


def metric(name, loss, inputs, edge="", **options):
    """Ask `sklearn.metrics.name` of a row at a time."""
    function = getattr(metrics, name)
    value = [function([t], [p], **options) for p, t in zip(*inputs, strict=True)]
    case(f"sklearn.metrics.{name}", loss, inputs, edge, value=value)


def numbers():
    metric("mean_squared_error", "mse", ERRORS)
    metric("mean_absolute_error", "mae", ERRORS)
    metric("mean_absolute_percentage_error", "mape", POSITIVES)
    metric("mean_absolute_percentage_error", "mape", ([1.0], [1e-20]), "clip")
    metric("mean_squared_log_error", "msle", POSITIVES)
    metric("mean_pinball_loss", "quantile:tau=0.9", ERRORS, alpha=0.9)
    for power in (1.5, 3.0, -1.0):
        metric("mean_tweedie_deviance", f"tweedie-deviance:power={power:g}", POSITIVES, power=power)
    metric("mean_tweedie_deviance", "tweedie-deviance:power=0", POSITIVES)
    metric("mean_poisson_deviance", "poisson-deviance", POSITIVES)
    metric("mean_gamma_deviance", "gamma-deviance", POSITIVES)


def classes():
    metric("log_loss", "bce", PROBABILITIES, labels=[0, 1])
    metric("log_loss", "bce:clip=2.220446049250313e-16", IMPOSSIBLE, "impossible", labels=[0, 1])
    metric("log_loss", "categorical-cross-entropy", ROWS, labels=[0, 1, 2])
    metric("brier_score_loss", "brier", PROBABILITIES, labels=[0, 1])
    metric("brier_score_loss", "multiclass-brier", ROWS, labels=[0, 1, 2])
    metric("hinge_loss", "crammer-singer-hinge", SCORES, labels=[0, 1, 2])
    value = [metrics.hinge_loss([t, -t], [p, -p]) for p, t in zip(*MARGINS, strict=True)]
    case("sklearn.metrics.hinge_loss", "hinge", MARGINS, value=value)
    metric("hinge_loss", "hinge", ([0.5], [1.0]), "one class")
    metric("zero_one_loss", "zero-one", ([-1.0, 1.0, 1.0], [1.0, 1.0, -1.0]))
    decided = ([[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 0]], [[1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0]])
    for name, loss in (("hamming_loss", "hamming-loss"), ("zero_one_loss", "multilabel-zero-one")):
        value = [getattr(metrics, name)(np.array([t]), np.array([p])) for p, t in zip(*decided, strict=True)]
        case(f"sklearn.metrics.{name}", loss, decided, value=value)
    best = [metrics.zero_one_loss([t], [int(np.argmax(p))]) for p, t in zip(*SCORES, strict=True)]
    case("sklearn.metrics.zero_one_loss", "multiclass-zero-one", SCORES, value=best)
    tied = (SEVERAL[0] + [[0.5, 0.5, 0.2, 0.1]], SEVERAL[1] + [[1.0, 0.0, 0.0, 0.0]])
    metric("label_ranking_loss", "label-ranking-loss", tied)
    metric("coverage_error", "coverage-error", tied)


def learners():
    """Ask for the loss, its gradient and its second derivative of raw predictions."""
    for made, loss, inputs, edge in [
        (inner.HalfSquaredError(), "mse:scale=0.5", ERRORS, ""),
        (inner.AbsoluteError(), "mae", ERRORS, ""),
        (inner.AbsoluteError(), "mae", KINK, "kink"),
        (inner.PinballLoss(quantile=0.2), "quantile:tau=0.2", ERRORS, ""),
        (inner.PinballLoss(quantile=0.2), "quantile:tau=0.2", KINK, "kink"),
        (inner.HuberLoss(delta=0.6), "huber:delta=0.6", ERRORS, ""),
        (inner.HalfBinomialLoss(), "bce-with-logits", LOGITS, ""),
        (inner.HalfPoissonLoss(), "poisson-nll-log", LOGITS, ""),
        (inner.HalfGammaLoss(), "gamma-nll-log", (LOGITS[0], POSITIVES[1]), ""),
        (inner.HalfTweedieLoss(power=1.3), "tweedie-nll-log:power=1.3", (LOGITS[0], POSITIVES[1]), ""),
        (inner.HalfTweedieLossIdentity(power=1.3), "tweedie-deviance:power=1.3:half=true", POSITIVES, ""),
        (inner.HalfTweedieLossIdentity(power=1), "tweedie-deviance:power=1:half=true", POSITIVES, ""),
        (inner.HalfTweedieLossIdentity(power=2), "tweedie-deviance:power=2:half=true", POSITIVES, ""),
        (inner.ExponentialLoss(), "exponential", LOGITS, ""),
    ]:
        raw, y = (np.asarray(each, dtype=float) for each in inputs)
        value, gradient = made.loss_gradient(y, raw)
        hessian = np.broadcast_to(made.gradient_hessian(y, raw)[1], value.shape)
        home = "sklearn._loss"
        if loss == "exponential":
            home, inputs = "sklearn._loss.loss", (inputs[0], (2 * y - 1).tolist())
        case(
            f"{home}.{type(made).__name__}",
            loss,
            inputs,
            edge,
            value=value,
            gradient=gradient,
            hessian=hessian,
        )
    raw, y = (np.asarray(each, dtype=float) for each in SCORES)
    value, gradient = inner.HalfMultinomialLoss(n_classes=3).loss_gradient(y, raw)
    case("sklearn._loss.HalfMultinomialLoss", "softmax-cross-entropy", SCORES, value=value, gradient=gradient)


def steps():
    """Ask for the losses of stochastic gradient descent, and their slopes, kinks included."""
    margins = ([*MARGINS[0], 1.0, 0.0], [*MARGINS[1], -1.0, 1.0])
    for name, loss, made, inputs, edge in [
        ("SGDClassifier.hinge", "hinge", sgd.Hinge(1.0), margins, ""),
        ("SGDClassifier.hinge", "hinge", sgd.Hinge(1.0), KINK, "kink"),
        ("SGDClassifier.hinge", "hinge:margin=0.5", sgd.Hinge(0.5), margins, ""),
        ("SGDClassifier.perceptron", "perceptron", sgd.Hinge(0.0), MARGINS, ""),
        ("SGDClassifier.perceptron", "perceptron", sgd.Hinge(0.0), ([0.0, 0.0], [1.0, -1.0]), "kink"),
        ("SGDClassifier.squared_hinge", "squared-hinge", sgd.SquaredHinge(1.0), margins, ""),
        ("SGDClassifier.squared_hinge", "squared-hinge:margin=2", sgd.SquaredHinge(2.0), margins, ""),
        ("SGDClassifier.modified_huber", "modified-huber", sgd.ModifiedHuber(), margins, ""),
        ("SGDRegressor.epsilon_insensitive", "epsilon-insensitive", sgd.EpsilonInsensitive(0.1), ERRORS, ""),
        ("SGDRegressor.squared_epsilon_insensitive", "squared-epsilon-insensitive", sgd.SquaredEpsilonInsensitive(0.1), ERRORS, ""),
    ]:  # fmt: skip
        rows = list(zip(*inputs, strict=True))
        value = [made.py_loss(p, t) for p, t in rows]
        gradient = [made.py_dloss(p, t) for p, t in rows]
        case(f"sklearn.linear_model.{name}", loss, inputs, edge, value=value, gradient=gradient)
