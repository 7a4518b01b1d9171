"""Losses of log-probabilities; every block is (K, n), class first."""

import numpy as np

from losscli import places
from losscli.domain import NONNEGATIVE, Interval
from losscli.families.onehot import pick, placed, weights
from losscli.families.pointwise import TARGET
from losscli.families.trueclass import level, minus, no_logarithms, sole
from losscli.families.weighed import Weighed, class_weights, left_out
from losscli.loss import Axis, Input, Section
from losscli.numerics.arithmetic import FAINT, gathered, times
from losscli.numerics.doubledouble import DoubleDouble
from losscli.traits import Traits

LOGARITHM = ("log_p", "logp", "log_prob", "log_probs", "logprob", "log_probability", "y_pred", "pred")


class NLL(Weighed):
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
    formula = "-sum(weights[k] * y[k] * logp[k] for k in classes)"
    slope_formula = "-weights[k] * y[k]"
    source = "Good 1952, Rational decisions, doi:10.1111/j.2517-6161.1952.tb00104.x"
    also = (
        "negative-log-likelihood",
        "torch.nn.NLLLoss = nll:ignore=-100",
        "torch.nn.functional.nll_loss = nll:ignore=-100",
    )
    use = "a model ends in log_softmax and gives log-probabilities"
    pitfalls = (
        "feed log-probabilities: torch takes probabilities silently, and (0.7, 0.2, 0.1) of class 0 costs -0.7",
        "log-probabilities that are all 0 cost nothing: only a log_softmax before it makes it a proper score",
        "the mean with class weights divides by the sum of the weights of the true classes, as that of torch",
    )
    related = ("categorical-cross-entropy", "softmax-cross-entropy")

    weights: tuple[float, ...] = class_weights()
    ignore: tuple[float, ...] = left_out()

    def swiftly(self, order):
        """Return a kernel of one class a row, which counts 1."""
        return (
            None if self.weights or order == 2 else sole(order, minus if order == 0 else level, no_logarithms)
        )

    def derivative(self, order, logp, y):
        if order == 2:
            return (np.zeros((len(logp), *logp.shape)),)
        if y.ndim == 1 and not order:
            true = 0.0 - pick(logp, y)
            return (times(self.weight(y), true) if self.weights else true,)
        if y.ndim == 1:  # and the slope is the weight of the class, turned
            return (placed(y.astype(np.intp), 0.0 - (self.weight(y) if self.weights else 1.0), logp.shape),)
        share = self.weighed(DoubleDouble.of_product(weights(y, len(logp)), 1.0))
        if order:
            return (0.0 - share.rounded,)
        share = share.rounded
        found = gathered(times(share, -logp)) + 0.0
        faint = (found < FAINT) & ((share > 0) & (logp < 0)).any(axis=0)  # products may have lost bits
        return (np.where(faint, np.nan, found),)

    @property
    def axis(self):
        return Axis("p", "predicted probability of the true class  p", 0, 1, top=5, place=places.chance)

    def logarithms(self, x, k):
        with np.errstate(divide="ignore"):
            return np.log(self.chances(x, k))

    def sections(self):
        if self.weights:
            return self.by_weight(self.logarithms)

        def logarithms(x):
            with np.errstate(divide="ignore"):
                return np.stack([np.log(x), np.log1p(-x)], 1), np.zeros_like(x)

        return (Section("", logarithms, lambda gradient: gradient[:, 0]),)

    def traits(self):
        return self.at_weights(Traits(convex=True, lipschitz=1, smoothness=0))
