"""statsmodels, lifelines, scikit-survival, torchsurv and pycox: cohorts, and times that may be censored."""

import logging

import autograd
import numpy as np
import torch
from lifelines import LogLogisticAFTFitter, LogNormalAFTFitter, WeibullAFTFitter
from lifelines.fitters.coxph_fitter import SemiParametricPHFitter
from pandas import DataFrame, Series
from pycox.models.loss import CoxPHLoss
from sksurv.linear_model.coxph import CoxPHOptimizer
from statsmodels.duration.hazard_regression import PHReg
from torchsurv.loss.cox import neg_partial_log_likelihood
from torchsurv.loss.weibull import neg_log_likelihood_weibull

from tests.elsewhere.recording.cases import COHORT, TIED, TIMES, case, of_torch

TIES = {"breslow": "cox", "efron": "cox-efron"}


def record():
    """Partial likelihoods, then accelerated failure times."""
    logging.disable()  # torchsurv compares a method with itself
    for ties, loss in TIES.items():
        for cohort in (COHORT, TIED):
            of_likelihoods(ties, loss, cohort)
            of_torchsurv(ties, loss, cohort)
    of_lifelines()
    of_torch("pycox.models.loss.CoxPHLoss", "cox:mean=true", COHORT, CoxPHLoss(), lists=[0] * len(COHORT[0]))
    for sigma in (1.0, 0.5):
        for made, loss, shape in [
            (LogNormalAFTFitter, "aft", sigma),
            (LogLogisticAFTFitter, "aft-logistic", 1 / sigma),
            (WeibullAFTFitter, "aft-extreme", 1 / sigma),
        ]:
            of_fitter(made, f"{loss}:sigma={sigma:g}", shape, TIMES)
        of_weibull(sigma)
    of_fitter(LogNormalAFTFitter, "aft", 1.0, ([15.0], [0.5], [3.0]), "floor")


def of_likelihoods(ties, loss, cohort):
    """Ask for a likelihood and its derivatives: each row has a coefficient of its own."""
    s, t, d = (np.array(x) for x in cohort)
    lists, call = [0] * len(s), "(ties='efron')" if ties == "efron" else ""
    model = PHReg(t, np.eye(len(s)), status=d, ties=ties)
    case(
        f"statsmodels.api.PHReg{call}", loss, cohort, lists=lists,
        value=[model.loglike(s)], gradient=model.score(s), hessian=np.diag(model.hessian(s)),
    )  # fmt: skip
    model = CoxPHOptimizer(np.eye(len(s)), d == 1, t, np.zeros(len(s)), ties)
    model.update(s)
    case(
        f"sksurv.linear_model.CoxPHSurvivalAnalysis{call}", loss, cohort, lists=lists,
        value=[model.nlog_likelihood(s)], gradient=np.squeeze(model.gradient), hessian=np.diag(model.hessian),
    )  # fmt: skip


def of_torchsurv(ties, loss, cohort):
    call = "(ties_method='breslow')" if ties == "breslow" else ""
    for reduction, edge, parameter in (
        ("sum", "", ""),
        ("mean", "ties" if cohort is TIED else "", ":mean=true"),
    ):
        of_torch(
            f"torchsurv.loss.cox.neg_partial_log_likelihood{call}", loss + parameter, cohort,
            lambda s, t, d, reduction=reduction: neg_partial_log_likelihood(
                s[:, None], d.bool(), t, ties_method=ties, reduction=reduction
            ),
            edge, lists=[0] * len(cohort[0]),
        )  # fmt: skip


def of_lifelines():
    s, t, d = (np.array(x) for x in TIED)
    order = np.argsort(t, kind="stable")
    curvature, slope, value = SemiParametricPHFitter()._get_efron_values_single(
        DataFrame(np.eye(len(s))[order]),
        Series(t[order]),
        Series(d[order] == 1),
        Series(np.ones(len(s))),
        None,
        s,
    )
    case(
        "lifelines.CoxPHFitter", "cox-efron", TIED, lists=[0] * len(s),
        value=[value], gradient=slope, hessian=np.diag(curvature),
    )  # fmt: skip


class Slices(dict):
    """What lifelines takes for a design matrix: here one row, with a coefficient of its own."""

    def filter(self, which):
        return Slices({name: x[which] for name, x in self.items()})


def of_fitter(made, loss, shape, times, edge=""):
    """Ask for the log-likelihood of each row, and its derivative in the log of the scale of time."""
    model = made()
    first, second = model._primary_parameter_name, model._ancillary_parameter_name
    one, start = Slices({first: np.ones((1, 1)), second: np.ones((1, 1))}), np.zeros(1)

    def likelihood(f, lower, upper):
        told, row = {first: f, second: np.log([shape])}, (np.array([lower]), np.array([upper]))
        if upper == np.inf:
            return model._log_likelihood_right_censoring(told, row, np.zeros(1), np.ones(1), start, one)
        seen = np.array([lower == upper])
        return model._log_likelihood_interval_censoring(told, row, seen, np.ones(1), start, one)

    rows = [(np.array([f]), lower, upper) for f, lower, upper in zip(*times, strict=True)]
    with np.errstate(divide="ignore"):
        value = [likelihood(*row) for row in rows]
        gradient = [autograd.grad(likelihood)(*row)[0] for row in rows]
    case(f"lifelines.{made.__name__}", loss, times, edge, value=value, gradient=gradient)


def of_weibull(sigma):
    """Ask torchsurv, which knows exact times and later ones, and wants one that is exact among them."""
    kept = [i for i, upper in enumerate(TIMES[2]) if upper in (TIMES[1][i], np.inf)]
    times = tuple([x[i] for i in kept] for x in TIMES)
    f, lower, upper = (torch.tensor(x, dtype=torch.float64, requires_grad=x is times[0]) for x in times)
    scales = torch.stack([f, torch.full_like(f, -np.log(sigma))], 1)
    value = neg_log_likelihood_weibull(scales, lower == upper, lower, "sum")
    (gradient,) = torch.autograd.grad(value, f)
    case(
        "torchsurv.loss.weibull.neg_log_likelihood_weibull",
        f"aft-extreme:sigma={sigma:g}",
        times,
        gradient=gradient,
    )
