"""Every loss, by module; a module is imported when one of its losses is first asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from losscli.loss import Loss

CONTENTS = {
    "amounts": "GeneralizedKL GeneralizedKLLog",
    "barron": "Barron",
    "batches": "InfoNCE Supcon",
    "binary": "BCE BCEWithLogits",
    "boxes": "GIOU IOU",
    "categorical": "CategoricalFocal GeneralizedCrossEntropy",
    "classes": "Circle Ntxent",
    "contrastive": "Contrastive",
    "cosine": "CosineDistance CosineEmbedding",
    "count": "PoissonNLL PoissonNLLLog",
    "cox": "Cox CoxEfron",
    "crps": "CRPSGaussian CRPSLaplace CRPSLogistic",
    "ctc": "CTC CTCLogProbs",
    "deviance": "GammaDeviance InverseGaussianDeviance PoissonDeviance TweedieDeviance",
    "distance": "LpDistance Periodic",
    "divergence": "KLDivergence KLDivergenceLog KLDivergenceLogTarget",
    "dwd": "DWD",
    "energy": "EnergyScore",
    "ensemble": "CRPSEnsemble DawidSebastiani",
    "focal": "BinaryFocal BinaryFocalWithLogits",
    "gammas": "NegativeBinomialNLL StudentTNLL",
    "hyperbolic": "LogCosh LogisticDistance",
    "interval": "IntervalScore WeightedIntervalScore",
    "jensen_shannon": "JSDistance JSDivergence",
    "kernel": "GaussianKernelScore",
    "labelset": "HammingLoss MultilabelZeroOne",
    "likelihood": "GaussianNLL GaussianNLLSigma LaplaceNLL",
    "listrank": "Listmle ListnetSoftmax UniqueSoftmax",
    "log_error": "MSLE",
    "log_mean": "GammaNLLLog TweedieNLLLog",
    "log_scale": "GaussianNLLLogSigma GaussianNLLLogVar LaplaceNLLLogScale",
    "log_quantile": "LogLinQuantile",
    "logarithm": "NLL",
    "lovasz": "LovaszHinge LovaszSoftmax",
    "margin": "Hinge ModifiedHuber Perceptron SmoothedHinge SquaredHinge",
    "multiclass": "CategoricalCrossEntropy SoftmaxCrossEntropy",
    "multilabel": "CoverageError LabelRankingLoss MultilabelMargin MultilabelSoftMargin",
    "multimargin": "CrammerSingerHinge MultiMargin MulticlassPerceptron MulticlassZeroOne",
    "ndcg": "ApproxNDCG",
    "overlap": "Dice Jaccard Tversky",
    "pairgap": "PairwiseMSE PairwiseQuantile",
    "pairhinge": "PairwiseHinge",
    "pairrank": "PairwiseLogistic PairwiseSoftZeroOne",
    "pairs": "HingeEmbedding MarginRanking",
    "pairswap": "LambdaRank",
    "preference": "BradleyTerry DPO",
    "classmask": "GeneralizedDice",
    "quantile": "EpsilonInsensitive Expectile Quantile SquaredEpsilonInsensitive",
    "ratio": "MAPE SMAPE",
    "redescending": "Arctan Cauchy GemanMcClure",
    "rejecting": "TukeyBiweight Welsch",
    "piecewise": "Hampel Talwar Wing",
    "resistant": "AndrewsWave Ramsay",
    "residual": "Huber MAE MSE",
    "robust": "Fair PseudoHuber SmoothL1",
    "scoring": "Brier MulticlassBrier RPS",
    "siglip": "Siglip",
    "softfocal": "CategoricalFocalWithLogits",
    "softmax": "Poly1CrossEntropy",
    "sparsemax": "MulticlassSparsemax",
    "spherical": "SphericalScore",
    "surrogate": "BinarySparsemax Exponential LogisticMargin SquaredMargin TanhMargin",
    "survival": "AFT AFTExtreme AFTLogistic",
    "triplets": "TripletMargin",
    "variogram": "VariogramScore",
    "zero_one": "ZeroOne",
}
"""The classes of each module."""


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
    """Return every loss by its name."""
    for module in CONTENTS:
        import_module(f"losscli.losses.{module}")
    return Loss.catalogue
