"""Losses of log-probabilities; every block is (K, n), class first."""

import numpy as np

from losscli.arithmetic import FAINT, gathered, times
from losscli.domain import NONNEGATIVE, Interval
from losscli.families import TARGET, Multiclass, pick, weights
from losscli.loss import Axis, Input, Section
from losscli.traits import Traits

LOGARITHM = ("log_p", "logp", "log_prob", "log_probs", "logprob", "log_probability", "y_pred", "pred")


class NLL(Multiclass):
    """How surprised predicted log-probabilities are by the true class: minus that class's own.

    Nothing is checked or changed but the sign: probabilities that do not sum to 1 are taken as they come.
    """

    symbols = "logp, y"
    instead = {"pred": "softmax-cross-entropy"}  # noqa: RUF012
    forms = (
        (
            Input("pred", Interval(-np.inf, 0, "[]"), "vector", wrt=True, columns=LOGARITHM),
            Input("target", NONNEGATIVE, "class", of="pred", columns=TARGET),
        ),
    )
    formula = "-sum(y[k] * logp[k] for k in classes)"
    slope_formula = "-y[k]"
    source = "Good 1952, Rational decisions, doi:10.1111/j.2517-6161.1952.tb00104.x"
    also = (
        "negative-log-likelihood",
        "torch.nn.NLLLoss | a weight a class stands in our target; its mean divides by their sum; targets of -100 are "
        "left out",
        "torch.nn.functional.nll_loss | a weight a class stands in our target; its mean divides by their sum; targets "
        "of -100 are left out",
    )
    use = "a model ends in log_softmax and gives log-probabilities"
    pitfalls = (
        "feed log-probabilities: torch takes probabilities silently, and (0.7, 0.2, 0.1) of class 0 costs -0.7",
        "log-probabilities that are all 0 cost nothing: only a log_softmax before it makes it a proper score",
        "a class weight w_k stands in the target: columns (0, w_1, 0) for class 1",
    )
    related = ("categorical-cross-entropy", "softmax-cross-entropy")

    def derivative(self, order, logp, y):
        if order == 2:
            return (np.zeros((len(logp), *logp.shape)),)
        share = weights(y, len(logp))
        if order:
            return (0.0 - share,)
        if y.ndim == 1:
            return (0.0 - pick(logp, y),)
        found = gathered(times(share, -logp)) + 0.0
        faint = (found < FAINT) & ((share > 0) & (logp < 0)).any(axis=0)  # products may have lost bits
        return (np.where(faint, np.nan, found),)

    @property
    def axis(self):
        return Axis("p", "predicted probability of the true class  p", 0, 1, top=5)

    def sections(self):
        def logarithms(x):
            with np.errstate(divide="ignore"):
                return np.stack([np.log(x), np.log1p(-x)], 1), np.zeros_like(x)

        return (Section("", logarithms, lambda gradient: gradient[:, 0]),)

    def traits(self):
        return Traits(convex=True, lipschitz=1, smoothness=0)
