"""Loss functions of machine learning, with their derivatives, true to the last digits.

>>> from losscli import Huber, parse
>>> Huber(delta=0.5).gradient([2.5, 0.0], [3.0, -0.5])
array([-0.5,  0.5])
>>> parse("huber:delta=0.5") == Huber(delta=0.5)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscli.errors import DataError, LosscliError, NoResult, UsageError
    from losscli.loss import DomainError, Loss
    from losscli.losses.amounts import GeneralizedKL, GeneralizedKLLog
    from losscli.losses.barron import Barron
    from losscli.losses.batches import InfoNCE, Supcon
    from losscli.losses.binary import BCE, BCEWithLogits
    from losscli.losses.boxes import GIOU, IOU
    from losscli.losses.categorical import CategoricalFocal, GeneralizedCrossEntropy
    from losscli.losses.circle import Circle
    from losscli.losses.classes import Ntxent
    from losscli.losses.classmask import GeneralizedDice
    from losscli.losses.contrastive import Contrastive
    from losscli.losses.cosine import CosineDistance, CosineEmbedding
    from losscli.losses.count import PoissonNLL, PoissonNLLLog
    from losscli.losses.cox import Cox, CoxEfron
    from losscli.losses.crps import CRPSGaussian, CRPSLaplace, CRPSLogistic
    from losscli.losses.ctc import CTC, CTCLogProbs
    from losscli.losses.deviance import (
        GammaDeviance,
        InverseGaussianDeviance,
        PoissonDeviance,
    )
    from losscli.losses.distance import LpDistance, Periodic
    from losscli.losses.divergence import KLDivergence, KLDivergenceLog, KLDivergenceLogTarget
    from losscli.losses.dwd import DWD
    from losscli.losses.energy import EnergyScore
    from losscli.losses.ensemble import CRPSEnsemble, DawidSebastiani
    from losscli.losses.evenly import CRPSUniform
    from losscli.losses.exposed import CrossEntropyLambda
    from losscli.losses.faces import Arcface, Cosface
    from losscli.losses.focal import BinaryFocal, BinaryFocalWithLogits
    from losscli.losses.gammas import NegativeBinomialNLL
    from losscli.losses.hyperbolic import LogCosh, LogisticDistance
    from losscli.losses.interval import IntervalScore, WeightedIntervalScore
    from losscli.losses.jensen_shannon import JSDistance, JSDivergence
    from losscli.losses.kernel import GaussianKernelScore
    from losscli.losses.labelset import HammingLoss, MultilabelZeroOne
    from losscli.losses.likelihood import GaussianNLL, GaussianNLLSigma, LaplaceNLL
    from losscli.losses.listrank import Listmle, ListnetSoftmax, UniqueSoftmax
    from losscli.losses.log_error import MSLE
    from losscli.losses.log_mean import GammaNLLLog, TweedieNLLLog
    from losscli.losses.log_quantile import LogLinQuantile
    from losscli.losses.log_scale import GaussianNLLLogSigma, GaussianNLLLogVar, LaplaceNLLLogScale
    from losscli.losses.logarithm import NLL
    from losscli.losses.lovasz import LovaszHinge, LovaszSoftmax
    from losscli.losses.margin import Hinge, ModifiedHuber, Perceptron, SmoothedHinge, SquaredHinge
    from losscli.losses.multiclass import CategoricalCrossEntropy, SoftmaxCrossEntropy
    from losscli.losses.multilabel import (
        CoverageError,
        LabelRankingLoss,
        MultilabelMargin,
        MultilabelSoftMargin,
    )
    from losscli.losses.multimargin import (
        CrammerSingerHinge,
        MulticlassPerceptron,
        MulticlassZeroOne,
        MultiMargin,
    )
    from losscli.losses.multisimilar import MultiSimilarity
    from losscli.losses.ndcg import ApproxNDCG
    from losscli.losses.negbinomial import NegativeBinomialNLLAlpha, NegativeBinomialNLLProb
    from losscli.losses.overlap import Dice, Jaccard, Tversky
    from losscli.losses.pairgap import PairwiseMSE, PairwiseQuantile
    from losscli.losses.pairhinge import PairwiseHinge
    from losscli.losses.pairrank import PairwiseLogistic, PairwiseSoftZeroOne
    from losscli.losses.pairs import HingeEmbedding, MarginRanking
    from losscli.losses.pairswap import LambdaRank
    from losscli.losses.piecewise import Hampel, Talwar, Wing
    from losscli.losses.preference import DPO, BradleyTerry
    from losscli.losses.quantile import Expectile, Quantile
    from losscli.losses.ratio import MAPE, SMAPE
    from losscli.losses.redescending import Arctan, Cauchy, GemanMcClure
    from losscli.losses.rejecting import TukeyBiweight, Welsch
    from losscli.losses.residual import MAE, MSE, Huber
    from losscli.losses.resistant import AndrewsWave, Ramsay
    from losscli.losses.robust import Fair, PseudoHuber, SmoothL1
    from losscli.losses.scoring import RPS, Brier, MulticlassBrier
    from losscli.losses.siglip import Siglip
    from losscli.losses.softfocal import CategoricalFocalWithLogits
    from losscli.losses.softmax import Poly1CrossEntropy
    from losscli.losses.sparsemax import MulticlassSparsemax
    from losscli.losses.spherical import SphericalScore
    from losscli.losses.student import StudentTNLL
    from losscli.losses.surrogate import (
        BinarySparsemax,
        Exponential,
        LogisticMargin,
        SquaredMargin,
        TanhMargin,
    )
    from losscli.losses.survival import AFT, AFTExtreme, AFTLogistic
    from losscli.losses.triplets import TripletMargin
    from losscli.losses.tube import EpsilonInsensitive, SquaredEpsilonInsensitive
    from losscli.losses.tweedie import TweedieDeviance
    from losscli.losses.variogram import VariogramScore
    from losscli.losses.waiting import CRPSExponential, ExponentialNLL
    from losscli.losses.zero_one import ZeroOne
    from losscli.spec import find, parse
    from losscli.traits import Traits

__version__ = "0.1.0"

__all__ = [
    "AFT", "BCE", "CTC", "DPO", "DWD", "GIOU", "IOU", "MAE", "MAPE", "MSE", "MSLE", "NLL", "RPS", "SMAPE", "AFTExtreme",
    "AFTLogistic", "AndrewsWave", "ApproxNDCG", "Arcface", "Arctan", "BCEWithLogits", "Barron", "BinaryFocal",
    "BinaryFocalWithLogits", "BinarySparsemax", "BradleyTerry", "Brier", "CRPSEnsemble", "CRPSExponential",
    "CRPSGaussian", "CRPSLaplace", "CRPSLogistic", "CRPSUniform", "CTCLogProbs", "CategoricalCrossEntropy",
    "CategoricalFocal", "CategoricalFocalWithLogits", "Cauchy", "Circle", "Contrastive", "Cosface", "CosineDistance",
    "CosineEmbedding", "CoverageError", "Cox", "CoxEfron", "CrammerSingerHinge", "CrossEntropyLambda", "DataError",
    "DawidSebastiani", "Dice", "DomainError", "EnergyScore", "EpsilonInsensitive", "Expectile", "Exponential",
    "ExponentialNLL", "Fair", "GammaDeviance", "GammaNLLLog", "GaussianKernelScore", "GaussianNLL",
    "GaussianNLLLogSigma", "GaussianNLLLogVar", "GaussianNLLSigma", "GemanMcClure", "GeneralizedCrossEntropy",
    "GeneralizedDice", "GeneralizedKL", "GeneralizedKLLog", "HammingLoss", "Hampel", "Hinge", "HingeEmbedding", "Huber",
    "InfoNCE", "IntervalScore", "InverseGaussianDeviance", "JSDistance", "JSDivergence", "Jaccard", "KLDivergence",
    "KLDivergenceLog", "KLDivergenceLogTarget", "LabelRankingLoss", "LambdaRank", "LaplaceNLL", "LaplaceNLLLogScale",
    "Listmle", "ListnetSoftmax", "LogCosh", "LogLinQuantile", "LogisticDistance", "LogisticMargin", "Loss",
    "LosscliError", "LovaszHinge", "LovaszSoftmax", "LpDistance", "MarginRanking", "ModifiedHuber", "MultiMargin",
    "MultiSimilarity", "MulticlassBrier", "MulticlassPerceptron", "MulticlassSparsemax", "MulticlassZeroOne",
    "MultilabelMargin", "MultilabelSoftMargin", "MultilabelZeroOne", "NegativeBinomialNLL", "NegativeBinomialNLLAlpha",
    "NegativeBinomialNLLProb", "NoResult", "Ntxent", "PairwiseHinge", "PairwiseLogistic", "PairwiseMSE",
    "PairwiseQuantile", "PairwiseSoftZeroOne", "Perceptron", "Periodic", "PoissonDeviance", "PoissonNLL",
    "PoissonNLLLog", "Poly1CrossEntropy", "PseudoHuber", "Quantile", "Ramsay", "Siglip", "SmoothL1", "SmoothedHinge",
    "SoftmaxCrossEntropy", "SphericalScore", "SquaredEpsilonInsensitive", "SquaredHinge", "SquaredMargin",
    "StudentTNLL", "Supcon", "Talwar", "TanhMargin", "Traits", "TripletMargin", "TukeyBiweight", "Tversky",
    "TweedieDeviance", "TweedieNLLLog", "UniqueSoftmax", "UsageError", "VariogramScore", "WeightedIntervalScore",
    "Welsch", "Wing", "ZeroOne", "find", "parse",
]  # fmt: skip

HOMES = {
    "errors": ("DataError", "LosscliError", "NoResult", "UsageError"),
    "loss": ("DomainError", "Loss"),
    "spec": ("find", "parse"),
    "traits": ("Traits",),
}


def __getattr__(name: str) -> Any:
    """Import what is asked for on its first use: `import losscli` alone costs a millisecond."""
    if name not in __all__:
        raise AttributeError(f"module 'losscli' has no attribute '{name}'")
    from importlib import import_module

    for home, names in HOMES.items():
        if name in names:
            return getattr(import_module(f"losscli.{home}"), name)
    return import_module("losscli.losses").load(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
