"""XGBoost: cohorts, and times that may be censored."""

import numpy as np
import xgboost

from tests.elsewhere.recording.cases import COHORT, TIED, TIMES, case
from tests.elsewhere.recording.of_boosting import SURE

NOISE = {"normal": "aft", "logistic": "aft-logistic", "extreme": "aft-extreme"}
FAR = ([3.0], [1.0], [1.0])
MISSED = ([20.0], [0.5], [3.0])


def record():
    """Steps of both objectives, and values of their metrics."""
    xgboost.set_config(verbosity=0)
    for cohort, edge in ((COHORT, ""), (TIED, "ties")):
        case("xgboost.survival:cox", "cox", cohort, edge, lists=[0] * len(cohort[0]), step=of_cohort(cohort))
        value = [of_cohort((np.exp(cohort[0]), *cohort[1:]), eval_metric="cox-nloglik", eta=0)]
        case("xgboost.cox-nloglik", "cox:mean=true", cohort, lists=[0] * len(cohort[0]), value=value)
    for noise, loss in NOISE.items():
        call = "" if noise == "normal" else f"(aft_loss_distribution={noise})"
        for sigma in (1.0, 2.0):
            found = of_times(TIMES, aft_loss_distribution=noise, aft_loss_distribution_scale=sigma)
            case(f"xgboost.survival:aft{call}", f"{loss}:sigma={sigma:g}", TIMES, step=found)
    found = of_times(FAR, aft_loss_distribution="normal", aft_loss_distribution_scale=0.1)
    case("xgboost.survival:aft", "aft:sigma=0.1", FAR, "clip", step=found)
    for sigma, edge in ((1.0, ""), (2.0, "scale")):
        asked = {"eval_metric": "aft-nloglik", "eta": 0, "aft_loss_distribution_scale": sigma}
        case("xgboost.aft-nloglik", f"aft:sigma={sigma:g}", TIMES, edge, value=of_times(TIMES, **asked))
    asked = {"eval_metric": "aft-nloglik", "eta": 0}
    case("xgboost.aft-nloglik", "aft", MISSED, "floor", value=of_times(MISSED, **asked))


def of_cohort(cohort, **options):
    """Ask for the step of each row, in a leaf of its own; or for a metric."""
    s, t, d = (np.array(x) for x in cohort)
    data = xgboost.DMatrix(np.arange(len(s))[:, None], label=np.where(d == 1, t, -t), base_margin=s)
    given = {"objective": "survival:cox", **SURE, "tree_method": "exact"}
    if options:
        given |= {"objective": "reg:squarederror"}
    booster = xgboost.train(given | options, data, 1)
    if options:
        return float(booster.eval(data).rpartition(":")[2])
    return booster.predict(data, output_margin=True) - s


def of_times(times, **options):
    """Ask for the step of each row, or its metric."""
    found = []
    for f, lower, upper in zip(*times, strict=True):
        data = xgboost.DMatrix(np.zeros((1, 1)), base_margin=[f])
        data.set_float_info("label_lower_bound", [lower])
        data.set_float_info("label_upper_bound", [upper])
        booster = xgboost.train({"objective": "survival:aft", **SURE} | options, data, 1)
        asked = "eval_metric" in options
        value = (
            booster.eval(data).rpartition(":")[2]
            if asked
            else booster.predict(data, output_margin=True)[0] - f
        )
        found.append(float(value))
    return found
