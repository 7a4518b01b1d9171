"""What libraries make of cohorts, of times that may be censored, and of labels read off steps."""

import numpy as np

from losscli import parse
from tests.elsewhere.about import About

OPPOSITE = dict.fromkeys(("value", "gradient", "hessian"), lambda ours, *x: -ours)
ALL_ROWS = dict.fromkeys(("value", "gradient", "hessian"), lambda ours, s, *x: ours / len(s))
PER_TIME = dict.fromkeys(("value", "gradient"), lambda ours, s, t, d: ours * d.sum() / len(set(t[d == 1])))
FLOOR = {"value": lambda ours, *x: np.array([np.log(1e-25)]), "gradient": lambda ours, *x: 0 * ours}
SURVIVAL = {
    "statsmodels.api.PHReg": OPPOSITE,
    "statsmodels.api.PHReg(ties='efron')": OPPOSITE,
    "sksurv.linear_model.CoxPHSurvivalAnalysis": ALL_ROWS,
    "sksurv.linear_model.CoxPHSurvivalAnalysis(ties='efron')": ALL_ROWS,
    "torchsurv.loss.cox.neg_partial_log_likelihood ties": PER_TIME,
    "torchsurv.loss.cox.neg_partial_log_likelihood(ties_method='breslow') ties": PER_TIME,
    "lifelines.CoxPHFitter": OPPOSITE,
    "pycox.models.loss.CoxPHLoss": {"value": About(1e-6), "gradient": About(1e-6)},
    "lifelines.LogNormalAFTFitter": OPPOSITE,
    "lifelines.LogLogisticAFTFitter": OPPOSITE,
    "lifelines.WeibullAFTFitter": OPPOSITE,
    "lifelines.LogNormalAFTFitter floor": FLOOR,
    "catboost.SurvivalAft": {
        "value": lambda ours, f, a, b: np.maximum(0, np.maximum(a - np.exp(f), np.exp(f) - b)),
    },
    "xgboost.survival:cox ties": {"step": lambda ours, *cohort: one_way(*cohort)},
    "xgboost.survival:aft clip": {
        "step": lambda ours, f, t, u: -np.clip(100 * (f - np.log(t)), -15, 15) / 15
    },
    "xgboost.aft-nloglik scale": {"value": lambda ours, *x: parse("aft").value(*x)},
    "xgboost.aft-nloglik floor": {"value": lambda ours, *x: np.array([-np.log(1e-12)])},
}


def one_way(s, t, d):
    """The step of Cox's likelihood if a row has slopes by events at earlier times and further up only."""
    risk = np.array([np.exp(s[t >= each]).sum() for each in t])
    before = (t < t[:, None]) | ((t == t[:, None]) & (np.arange(len(t)) <= np.arange(len(t))[:, None]))
    first = np.exp(s) * (before @ (d / risk))
    return (d - first) / (first - np.exp(2 * s) * (before @ (d / risk**2)))


MEAN_OF_LABELS = dict.fromkeys(("value", "gradient"), lambda ours, z, y: ours / len(y[0]))
LOST = {"value": About(1e-3, lambda ours, *x: np.array([1e5]))}
SEQUENCES = {
    f"torch.nn.{name}{edge}": change
    for name in ("functional.ctc_loss", "CTCLoss")
    for edge, change in (
        (" impossible", {"gradient": lambda ours, *x: ours + np.nan}),
        (" mean", MEAN_OF_LABELS),
    )
} | {
    "optax.ctc_loss impossible": LOST,
    "optax.ctc_loss_with_forward_probs impossible": LOST,
    "keras.losses.ctc impossible": LOST,
    "keras.losses.CTC impossible": LOST,
    "keras.losses.ctc": {"gradient": About(1e-4)},
    "keras.losses.CTC": {"gradient": About(1e-4)},
}
