"""Every loss, by module; a module is imported when one of its losses is first asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from losscli.loss import Loss

CONTENTS = {
    "count": "PoissonNLL PoissonNLLLog",
    "divergence": "KLDivergence KLDivergenceLog KLDivergenceLogTarget",
    "amounts": "GeneralizedKL GeneralizedKLLog",
    "robust": "SmoothL1 Fair PseudoHuber",
    "barron": "Barron",
    "classes": "Ntxent",
    "circle": "Circle",
    "multisimilar": "MultiSimilarity",
    "batches": "InfoNCE Supcon",
    "binary": "BCE BCEWithLogits",
    "boxes": "IOU GIOU",
    "evenly": "CRPSUniform",
    "exposed": "CrossEntropyLambda",
    "faces": "Cosface Arcface",
    "focal": "BinaryFocal BinaryFocalWithLogits",
    "categorical": "GeneralizedCrossEntropy CategoricalFocal",
    "contrastive": "Contrastive",
    "cosine": "CosineDistance CosineEmbedding",
    "cox": "Cox CoxEfron",
    "crps": "CRPSGaussian CRPSLaplace CRPSLogistic",
    "ctc": "CTC CTCLogProbs",
    "tweedie": "TweedieDeviance",
    "deviance": "PoissonDeviance GammaDeviance InverseGaussianDeviance",
    "distance": "LpDistance Periodic",
    "energy": "EnergyScore",
    "ensemble": "CRPSEnsemble DawidSebastiani",
    "student": "StudentTNLL",
    "gammas": "NegativeBinomialNLL",
    "negbinomial": "NegativeBinomialNLLAlpha NegativeBinomialNLLProb",
    "hyperbolic": "LogCosh LogisticDistance",
    "interval": "IntervalScore WeightedIntervalScore",
    "jensen_shannon": "JSDivergence JSDistance",
    "kernel": "GaussianKernelScore",
    "multilabel": "MultilabelMargin MultilabelSoftMargin LabelRankingLoss CoverageError",
    "labelset": "HammingLoss MultilabelZeroOne",
    "likelihood": "GaussianNLL GaussianNLLSigma LaplaceNLL",
    "listrank": "ListnetSoftmax Listmle UniqueSoftmax",
    "log_mean": "TweedieNLLLog GammaNLLLog",
    "log_scale": "GaussianNLLLogVar GaussianNLLLogSigma LaplaceNLLLogScale",
    "logarithm": "NLL",
    "lovasz": "LovaszHinge LovaszSoftmax",
    "margin": "Hinge SquaredHinge SmoothedHinge ModifiedHuber Perceptron",
    "multiclass": "CategoricalCrossEntropy SoftmaxCrossEntropy",
    "multimargin": "MultiMargin CrammerSingerHinge MulticlassPerceptron MulticlassZeroOne",
    "ndcg": "ApproxNDCG",
    "overlap": "Tversky Jaccard Dice",
    "pairgap": "PairwiseMSE PairwiseQuantile",
    "pairrank": "PairwiseLogistic PairwiseSoftZeroOne",
    "pairhinge": "PairwiseHinge",
    "pairs": "HingeEmbedding MarginRanking",
    "pairswap": "LambdaRank",
    "preference": "BradleyTerry DPO",
    "classmask": "GeneralizedDice",
    "quantile": "Quantile Expectile",
    "tube": "EpsilonInsensitive SquaredEpsilonInsensitive",
    "log_quantile": "LogLinQuantile",
    "ratio": "MAPE SMAPE",
    "log_error": "MSLE",
    "redescending": "Cauchy Arctan GemanMcClure",
    "rejecting": "TukeyBiweight Welsch",
    "piecewise": "Hampel Talwar Wing",
    "resistant": "AndrewsWave Ramsay",
    "residual": "MSE MAE Huber",
    "scoring": "Brier MulticlassBrier RPS",
    "siglip": "Siglip",
    "softmax": "Poly1CrossEntropy",
    "softfocal": "CategoricalFocalWithLogits",
    "sparsemax": "MulticlassSparsemax",
    "spherical": "SphericalScore",
    "surrogate": "LogisticMargin Exponential SquaredMargin TanhMargin BinarySparsemax",
    "dwd": "DWD",
    "survival": "AFT AFTLogistic AFTExtreme",
    "triplets": "TripletMargin",
    "variogram": "VariogramScore",
    "waiting": "CRPSExponential ExponentialNLL",
    "zero_one": "ZeroOne",
}
"""The classes of each module, in the order of lists."""


def key(name: str) -> str:
    """Return `name` without capitals and separators, so that every spelling of it is one.

    `xgboost:metric error` is `xgboost.error`: boosting libraries have one space for objectives and metrics.
    """
    return re.sub(r"\bmetric\s|[-_\s]", "", name).lower().replace(":", ".")


@cache
def homes() -> Mapping[str, tuple[str, str]]:
    """Return where each loss lives, by the key of its name: module and class."""
    return {key(name): (module, name) for module, names in CONTENTS.items() for name in names.split()}


def load(name: str) -> type[Loss] | None:
    """Return the loss called `name` here, in any spelling; None if there is none."""
    if (home := homes().get(key(name))) is None:
        return None
    return getattr(import_module(f"losscli.losses.{home[0]}"), home[1])


@cache
def catalogue() -> Mapping[str, type[Loss]]:
    """Return every loss by its name, in the order above."""
    every = (getattr(import_module(f"losscli.losses.{module}"), name) for module, name in homes().values())
    return {loss.name: loss for loss in every}
