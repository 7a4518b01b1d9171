"""What libraries make of our numbers, where it is something else: each has a note in `explain`."""

import numpy as np

from tests.elsewhere.about import About
from tests.elsewhere.differences_survival import SEQUENCES, SURVIVAL

HALF_SLOPE = {"gradient": lambda ours, p, y: -y / 2}
ONE = {"hessian": lambda ours, p, y: np.ones_like(ours)}


def added(epsilon):
    """A Poisson loss with something added inside the logarithm."""
    return {
        "value": lambda ours, p, y: ours - y * epsilon / p,
        "gradient": lambda ours, p, y: ours + y * epsilon / p**2,
    }


WEIGHTS = np.array([1.0, 2.0, 4.0])
NEGATIVE = {"value": lambda ours, *x: -ours, "gradient": lambda ours, *x: tuple(-each for each in ours)}
TORCH = {
    "binary_cross_entropy impossible": {
        "value": lambda ours, p, y: np.full(2, 100.0),
        "gradient": lambda ours, p, y: np.array([-1, 1]) / np.float32(1e-12),
    },
    "poisson_nll_loss(log_input=False)": added(1e-8),
    "poisson_nll_loss full": {
        "value": lambda ours, z, y: ours + np.where(y > 1, y * np.log(y) - y + np.log(2 * np.pi * y) / 2, 0),
    },
    "gaussian_nll_loss clip": {
        "value": lambda ours, m, v, y: (np.log(1e-6) + (m - y) ** 2 / 1e-6) / 2,
        "gradient": lambda ours, m, v, y: ((m - y) / 1e-6, (1e6 - (m - y) ** 2 * 1e12) / 2),
    },
    "gaussian_nll_loss(var=exp(log_var)) clip": {
        "value": lambda ours, m, s, y: (np.log(1e-6) + (m - y) ** 2 / 1e-6) / 2,
        "gradient": lambda ours, m, s, y: (
            (m - y) / 1e-6,
            np.exp(s) * (1e6 - (m - y) ** 2 * 1e12) / 2,
        ),
    },
    "soft_margin_loss overflow": {
        "value": lambda ours, s, y: np.array([np.inf]),
        "gradient": lambda ours, s, y: np.array([np.nan]),
    },
    "cross_entropy easy": {
        "value": lambda ours, z, y: 0 * ours,
        "gradient": lambda ours, z, y: np.array([[0, ours[0, 1]]]),
    },
    "cross_entropy shares": {"mean": lambda ours, z, y: ours * (y @ WEIGHTS).sum() / len(y)},
    "multi_margin_loss mean": {"mean": lambda ours, s, y: ours * 7 / 3},
    "kl_div mean": {
        "value": lambda ours, p, y: ours.sum() / p.size,
        "gradient": lambda ours, p, y: ours / p.size,
    },
    "cosine_embedding_loss": {"value": About(1e-10), "gradient": About(1e-10)},
    "cosine_embedding_loss short": {
        "value": lambda ours, a, b, y: ours + 1 - 1e-16 / (1e-16 + float(np.float32(1e-12)))
    },
    "cosine_similarity": NEGATIVE,
    "cosine_similarity short": {"value": lambda ours, a, b: -ours * 0.01},
}

LOW = 1e-7
KERAS = {
    "log_cosh tiny": {"value": lambda ours, p, y: np.array([2.0**-53])},
    "mean_absolute_error kink": {"gradient": lambda ours, p, y: ours - 1},
    "poisson": added(LOW),
    "mean_absolute_percentage_error clip": dict.fromkeys(
        ("value", "gradient"), lambda ours, p, y: ours * y / LOW
    ),
    "mean_squared_logarithmic_error clip": {
        "value": lambda ours, p, y: (np.log1p(LOW) - np.log1p(y)) ** 2,
        "gradient": lambda ours, p, y: 0 * ours,
    },
    "binary_focal_crossentropy impossible": {
        "value": lambda ours, p, y: np.full(2, -np.log(LOW)),
        "gradient": lambda ours, p, y: 2 * np.log(LOW) * (2 * y - 1),
    },
    "BinaryFocalCrossentropy far": {
        "value": lambda ours, z, y: np.array([-np.log(LOW) * (1 - LOW) ** 2]),
        "gradient": lambda ours, z, y: 0 * ours,
    },
    "hinge kink": HALF_SLOPE,
    "sparse_categorical_crossentropy undivided": {"gradient": lambda ours, p, y: ours + 1},
    "categorical_crossentropy undivided": {"gradient": lambda ours, p, y: ours + 1},
    "categorical_focal_crossentropy": {
        "gradient": lambda ours, p, y: ours - (ours * p).sum(1, keepdims=True)
    },
    "CategoricalFocalCrossentropy far": {
        "value": lambda ours, z, y: np.array([-np.log(LOW) / 4]),
        "gradient": lambda ours, z, y: 0 * ours,
    },
    "kl_divergence impossible": {
        "value": lambda ours, p, y: np.array([np.log(0.5 / LOW) / 2 + np.log(0.5) / 2]),
        "gradient": lambda ours, p, y: np.array([[0, -0.25]]),
    },
    "categorical_hinge rival 0": {
        "value": lambda ours, s, y: ours + 0.5,
        "gradient": lambda ours, s, y: -y,
    },
    "cosine_similarity short": {"value": lambda ours, a, b: ours * 0.01},
    "dice empty": {"value": lambda ours, p, t: ours + 1},
    "tversky empty": {"value": lambda ours, p, t: ours + 1},
}


def mean_of_dice(ours, p, y):
    """The mean of the dice losses of classes, which are smoothed, by weights of which the mean is 1."""
    t = np.eye(p.shape[1])[y.astype(int)]
    w = 1 / (t.sum(0) ** 2 + 1e-7)
    dice = 1 - (2 * (p * t).sum(0) + 2) / ((p + t).sum(0) + 2)
    return np.array([w / w.sum() @ dice])


HALF_MARGIN = {"gradient": lambda ours, s, y: np.array([[-0.5, 0.5]])}
OPTAX = {
    "log_cosh tiny": {"value": lambda ours, p, y: np.array([2.0**-53])},
    "hinge_loss kink": HALF_SLOPE,
    "losses.perceptron_loss kink": HALF_SLOPE,
    "softmax_cross_entropy_with_integer_labels easy": {"value": lambda ours, z, y: 0 * ours},
    "softmax_cross_entropy easy": {"value": lambda ours, z, y: 0 * ours},
    "safe_softmax_cross_entropy easy": {"value": lambda ours, z, y: 0 * ours},
    "losses.multiclass_hinge_loss kink": HALF_MARGIN,
    "losses.multiclass_perceptron_loss kink": HALF_MARGIN,
    "cosine_similarity": NEGATIVE,
    "losses.triplet_margin_loss": {"value": About(1e-6), "gradient": About(1e-6)},
    "losses.multiclass_generalized_dice_loss": {"value": mean_of_dice},
    "losses.triplet_margin_loss kink": {
        "gradient": lambda ours, *x: tuple(np.array([[0, each]]) for each in (0, -0.5, 0.5)),
    },
}

SHARE = dict.fromkeys(("value", "gradient"), lambda ours, s, y: ours / (y[:, None] > y).sum())
RAX = {
    "pairwise_hinge_loss mean": SHARE,
    "pairwise_logistic_loss mean": SHARE,
    "pairwise_soft_zero_one_loss mean": SHARE,
    "pairwise_qr_loss mean": SHARE,
    "pairwise_mse_loss mean": dict.fromkeys(("value", "gradient"), lambda ours, s, y: ours / len(y) ** 2),
}

SKLEARN = {
    "metrics.mean_absolute_percentage_error clip": {"value": lambda ours, p, y: ours * y * 2.0**52},
    "metrics.hinge_loss one class": {"value": lambda ours, s, y: ours + 1},
    "linear_model.SGDClassifier.hinge kink": {"gradient": lambda ours, s, y: -y},
    "linear_model.SGDClassifier.perceptron kink": {"gradient": lambda ours, s, y: -y},
    "_loss.AbsoluteError": ONE,
    "_loss.AbsoluteError kink": ONE | {"gradient": lambda ours, p, y: ours - 1},
    "_loss.PinballLoss": ONE,
    "_loss.PinballLoss kink": ONE | {"gradient": lambda ours, p, y: ours - 0.2},
}


def less(above, below):
    """A loss of errors from which CatBoost takes 1e-6."""
    return {"value": lambda ours, p, y: ours - 1e-6 * np.where(y > p, above, below)}


def pinball(q, y, tau):
    """The mean of pinball losses of errors from which 1e-6 is taken."""
    return ((np.abs(y - q) - 1e-6) * np.where(y > q, tau, 1 - tau)).mean(-1)


CATBOOST = {
    "RMSE root": {"value": lambda ours, p, y: np.sqrt(ours)},
    "MultiRMSE": {"value": lambda ours, p, y: np.sqrt(ours.sum(1))},
    "MAE": less(1, 1),
    "Quantile:alpha=0.2": less(0.2, 0.8),
    "MultiQuantile:alpha=0.1,0.5,0.9 levels": {
        "value": lambda ours, q, y: pinball(q, y[:, None], np.array([0.1, 0.5, 0.9])),
    },
    "LogCosh": {"value": About(5e-3)},
    "QueryRMSE": {"value": lambda ours, s, y: np.sqrt(ours / (2 * len(y) ** 2))},
    "Cox": {"value": lambda ours, *x: -ours},
}

TINY = 1.17e-6
TORCHMETRICS = {
    "log_cosh_error far": {"value": lambda ours, p, y: np.array([np.inf])},
    "log_cosh_error tiny": {"value": lambda ours, p, y: 0 * ours},
    "mean_absolute_percentage_error clip": {"value": lambda ours, p, y: ours * y / TINY},
    "cosine_similarity": {"value": About(1e-6, lambda ours, a, b: -ours)},
    "classification.binary_hinge_loss sigmoid": {
        "value": lambda ours, s, y: np.where(
            np.abs(s - 0.5) > 0.5, np.maximum(0, 1 - y / (1 + np.exp(-s))), ours
        ),
    },
    "classification.multiclass_hinge_loss softmax": {
        "value": lambda ours, s, y: np.where((s.min(1) >= 0) & (s.max(1) <= 1), ours, hinge_of_softmax(s)),
    },
    "classification.multilabel_ranking_loss tie": {"value": lambda ours, s, y: 0 * ours},
    "minkowski_distance root": {"value": lambda ours, p, y: np.cbrt(ours.sum())},
    "segmentation.dice_score score": {"value": About(1e-6, lambda ours, p, t: 1 - ours)},
}


def hinge_of_softmax(s):
    """The Crammer-Singer hinge of softmax probabilities, class k being that of row k."""
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    right = np.diag(p)
    return np.maximum(0, 1 - right + np.where(np.eye(len(p)) > 0, -np.inf, p).max(1))


SCORING = {
    "logs_negbinom n < 1": {"value": lambda ours, m, n, y: np.array([np.inf])},
    "weighted_interval_score median": {
        "value": lambda ours, q, tau, y: ours + (q[:, 1] - np.abs(q[:, 1] - y)) / 3,
    },
}

STATSMODELS = {"MQuantileNorm": {"value": lambda ours, p, y: ours / 2}}

SEGMENTATION = {
    f"{name}Loss empty": {"value": lambda ours, p, t: ours - 1} for name in ("Dice", "Jaccard", "Tversky")
}


def near_pairs(s, y):
    """The step of LambdaRank, each pair divided by how far its scores are apart, and 0.01."""
    gain, place = 2**y - 1, np.argsort(np.argsort(-s))
    discount = 1 / np.log2(place + 2)
    first, second = np.zeros_like(s), np.zeros_like(s)
    for i, j in np.argwhere(y[:, None] > y):
        weight = (gain[i] - gain[j]) * abs(discount[i] - discount[j]) / (0.01 + abs(s[i] - s[j]))
        p = 1 / (1 + np.exp(s[i] - s[j]))
        first[[i, j]] += weight * p * np.array([-1, 1])
        second[[i, j]] += weight * p * (1 - p)
    return -first / second


XGBOOST = {
    "error tie": {"value": lambda ours, s, y: np.array([1.0])},
    "binary:hinge": {"step": lambda ours, s, y: np.where(s * y < 1, y, 0)},
    "count:poisson": {"step": lambda ours, z, y: ours * np.exp(-0.7)},
    "multi:softmax": {"step": About(1e-5, lambda ours, z, y: ours / 2)},
    "multi:softprob": {"step": About(1e-5, lambda ours, z, y: ours / 2)},
    "rank:ndcg plain": {"step": lambda ours, s, y: ours / 2},
    "rank:ndcg": {"step": lambda ours, s, y: near_pairs(s, y) / 2},
    "gamma-deviance": {
        "value": About(1e-5, lambda ours, p, y: 2 * (np.log((p + 1e-6) / (y + 1e-6)) + (y - p) / (p + 1e-6)))
    },
}
LIGHTGBM = {
    "lambdarank plain": {"step": About(1e-4)},
    "lambdarank": {"step": About(1e-4, lambda ours, s, y: near_pairs(s, y))},
    "poisson": {"step": lambda ours, z, y: ours * np.exp(-0.7)},
    "huber": {"step": lambda ours, p, y: np.clip(y - p, -0.9, 0.9)},
}
EMBEDDINGS = {"CircleLoss": {"value": About(1e-9)}}

TABLES = {
    "torch.nn.functional": TORCH,
    "keras.losses": KERAS,
    "optax": OPTAX,
    "rax": RAX,
    "sklearn": SKLEARN,
    "catboost": CATBOOST,
    "torchmetrics.functional": TORCHMETRICS,
    "scoringrules": SCORING,
    "xgboost": XGBOOST,
    "lightgbm": LIGHTGBM,
    "pytorch_metric_learning.losses": EMBEDDINGS,
    "segmentation_models_pytorch.losses": SEGMENTATION,
    "statsmodels.robust.norms": STATSMODELS,
}
DIFFERENT = {
    (name.partition(" ")[0], name.partition(" ")[2]): change
    for path, table in [*TABLES.items(), ("", SURVIVAL | SEQUENCES)]
    for name, change in ((f"{path}.{each}".lstrip("."), change) for each, change in table.items())
}
