"""scoringrules, scipy and statsmodels."""

import numpy as np
import scoringrules
from scipy import optimize, special
from scipy.spatial import distance
from scipy.stats import nbinom
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.genmod import families
from statsmodels.robust import norms

from tests.elsewhere.recording.cases import (
    ENSEMBLES,
    ERRORS,
    POSITIVES,
    PROBABILITIES,
    ROWS,
    SHARES,
    case,
    rowwise,
)  # fmt: skip

FORECASTS = ([0.5, -1.0, 2.0], [0.25, 2.0, 0.75], [1.0, 1.0, -1.75])
VECTORS = ([[0.1, 0.9], [-0.4, 2.0], [1.5, 0.2]], [[0.5, 1.0]] * 3)


def record():
    """What has a name among our losses."""
    scores()
    ensembles()
    of_scipy()
    of_statsmodels()


def score(name, loss, inputs, edge="", convert=lambda *x: (x[-1], *x[:-1]), **options):
    """Ask scoringrules, which takes the observation first."""
    function = getattr(scoringrules, name)
    rowwise(
        f"scoringrules.{name}", loss, inputs, lambda *x: np.squeeze(function(*convert(*x), **options)), edge
    )


def dispersed(mean, alpha, target):
    """Minus the log-likelihood of a count, of a model with an intercept alone."""
    return -NegativeBinomial([target], [[1.0]]).loglikeobs([np.log(mean), np.log(alpha)])[0]


def scores():
    score("quantile_score", "quantile:tau=0.2", ERRORS, convert=lambda p, t: (t, p, 0.2))
    score("brier_score", "brier", PROBABILITIES)
    score("log_score", "bce", PROBABILITIES)
    score("log_score", "bce", ([0.0, 1.0], [1.0, 0.0]))
    hot = (ROWS[0], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    score("rps_score", "rps", ROWS, convert=lambda p, t: (np.array([t + 1]), p[None]))
    score("rps_score", "rps", hot, convert=lambda p, t: (t, p), onehot=True)
    for name, loss in [
        ("crps_normal", "crps-gaussian"),
        ("crps_laplace", "crps-laplace"),
        ("crps_logistic", "crps-logistic"),
    ]:
        score(name, loss, FORECASTS)
    score(
        "crps_uniform", "crps-uniform", ([0.5, -2.0, 1e-3, 3.0], [1.5, 4.0, 2.0, 40.0], [1.0, 5.0, 0.0, 3.7])
    )
    score("crps_exponential", "crps-exponential", ([0.5, 2.0, 1e-3, 3.0], [1.5, 0.0, 2.0, 40.0]))
    score("logs_exponential", "exponential-nll", ([0.5, 2.0, 1e-3, 3.0], [1.5, 0.0, 2.0, 40.0]))
    score("logs_laplace", "laplace-nll", FORECASTS)
    logs = (FORECASTS[0], np.log(FORECASTS[1]), FORECASTS[2])
    rowwise(
        "scoringrules.logs_laplace(scale=exp(log_scale))", "laplace-nll-log-scale", logs,
        lambda m, s, t: scoringrules.logs_laplace(t, m, np.exp(s)),
    )  # fmt: skip
    score("logs_normal", "gaussian-nll-sigma:full=true", FORECASTS)
    score(
        "logs_t",
        "student-t-nll",
        (*FORECASTS[:2], [3.0, 1.5, 30.0], FORECASTS[2]),
        convert=lambda m, s, df, t: (t, df, m, s),
    )
    counts = ([2.0, 3.5, 0.5], [2.5, 1.0, 4.0], [3.0, 0.0, 1.0])
    score("logs_negbinom", "negative-binomial-nll", counts, convert=lambda m, n, t: (t, n, n / (n + m)))
    score(
        "logs_negbinom",
        "negative-binomial-nll",
        ([2.0], [0.6], [3.0]),
        "n < 1",
        convert=lambda m, n, t: (t, n, n / (n + m)),
    )
    chances = (counts[1] / np.add(counts[0], counts[1]), *counts[1:])
    rowwise(
        "scoringrules.logs_negbinom(n, prob)", "negative-binomial-nll-prob", chances,
        lambda p, n, t: scoringrules.logs_negbinom(t, n, p),
    )  # fmt: skip
    rowwise(
        "scipy.stats.nbinom.logpmf",
        "negative-binomial-nll-prob",
        chances,
        lambda p, n, t: -nbinom.logpmf(t, n, p),
    )
    rowwise(
        "statsmodels.discrete.discrete_model.NegativeBinomial", "negative-binomial-nll-alpha",
        (counts[0], [0.4, 1.0, 0.25], counts[2]), dispersed,
    )  # fmt: skip
    for alpha in (0.1, 0.5):
        bounds = ([0.0, 1.0, -1.0], [1.0, 2.0, 3.0], [2.0, 0.5, 0.0])
        score(
            "interval_score",
            f"interval-score:alpha={alpha:g}",
            bounds,
            convert=lambda a, b, t, alpha=alpha: (t, a, b, alpha),
        )
    levels = ([[0.1, 0.5, 2.0], [1.0, 1.5, 1.75]], [[0.1, 0.5, 0.9]] * 2, [1.5, 0.0])
    score("crps_quantile", "weighted-interval-score", levels, convert=lambda q, tau, t: (t, q, tau))
    five = ([[0.0, 0.5, 1.0]], [[0.05, 0.5, 0.95]], [2.0])
    score(
        "weighted_interval_score", "weighted-interval-score", five, "median",
        convert=lambda q, tau, t: (np.array(t), q[1], q[:1], q[2:], np.array([0.1])),
    )  # fmt: skip


def ensembles():
    for estimator in ("qd", "nrg", "int"):
        score("crps_ensemble", "crps-ensemble", ENSEMBLES, estimator=estimator)
    for estimator in ("fair", "pwm"):
        score("crps_ensemble", "crps-ensemble:fair=true", ENSEMBLES, estimator=estimator)
    score("dssuv_ensemble", "dawid-sebastiani", ENSEMBLES)
    score("dssuv_ensemble", "dawid-sebastiani:bias=true", ENSEMBLES, bias=True)
    value = scoringrules.gksuv_ensemble(0.5, np.array([0.1, 0.9, -0.4]))
    numbers = ([[0.1], [0.9], [-0.4]], [[0.5]] * 3)
    case(
        "scoringrules.gksuv_ensemble", "gaussian-kernel-score", numbers, lists=[0, 0, 0], value=[float(value)]
    )
    members, y = np.array(VECTORS[0]), np.array(VECTORS[1][0])
    weighed = np.array([[1.0, 0.5, 2.0], [0.5, 1.0, 0.25], [2.0, 0.25, 1.0]])
    three = ([[0.1, 0.9, -1.0], [-0.4, 2.0, 0.5], [1.5, 0.2, 0.3]], [[0.5, 1.0, -0.5]] * 3)
    value = np.squeeze(scoringrules.vs_ensemble(np.array(three[1][0]), np.array(three[0]), w=weighed))
    case(
        "scoringrules.vs_ensemble",
        "variogram-score:pairs=0.5/2/0.25",
        three,
        lists=[0] * 3,
        value=[float(value)],
    )
    for name, loss, options in [
        ("es_ensemble", "energy-score", {}),
        ("es_ensemble", "energy-score:fair=true", {"estimator": "fair"}),
        ("vs_ensemble", "variogram-score", {}),
        ("vs_ensemble", "variogram-score:p=1", {"p": 1.0}),
        ("gksmv_ensemble", "gaussian-kernel-score", {}),
        ("gksmv_ensemble", "gaussian-kernel-score:fair=true", {"estimator": "fair"}),
    ]:
        value = np.squeeze(getattr(scoringrules, name)(y, members, **options))
        case(f"scoringrules.{name}", loss, VECTORS, lists=[0, 0, 0], value=[float(value)])
        if options != {"p": 1.0} and loss != "gaussian-kernel-score:fair=true":
            shares = [0.5, 2.0, 1.0]
            value = np.squeeze(getattr(scoringrules, name)(y, members, ens_w=np.array(shares), **options))
            case(f"scoringrules.{name}", loss, (*VECTORS, shares), lists=[0, 0, 0], value=[float(value)])
    weights = [[1.0, 2.0, 0.5, 1.5], [0.1, 0.2, 0.3, 0.4], [3.0, 0.0, 1.0, 1.0]]
    x, y = map(np.array, ENSEMBLES)
    for estimator, loss in (
        ("qd", "crps-ensemble"),
        ("nrg", "crps-ensemble"),
        ("fair", "crps-ensemble:fair=true"),
    ):
        value = scoringrules.crps_ensemble(y, x, ens_w=np.array(weights), estimator=estimator)
        case("scoringrules.crps_ensemble", loss, (*ENSEMBLES, weights), value=value)


def of_scipy():
    rowwise(
        "scipy.special.pseudo_huber",
        "pseudo-huber:delta=0.5",
        ERRORS,
        lambda p, t: special.pseudo_huber(0.5, p - t),
    )
    rowwise("scipy.special.rel_entr", "kl-divergence", SHARES, lambda p, t: special.rel_entr(t, p).sum())
    rowwise(
        "scipy.special.kl_div",
        "generalized-kl",
        ([[0.5, 2.0]], [[1.0, 0.3]]),
        lambda p, t: special.kl_div(t, p).sum(),
    )
    rowwise("scipy.spatial.distance.jensenshannon", "js-distance", SHARES, distance.jensenshannon)
    rowwise(
        "scipy.spatial.distance.jensenshannon",
        "js-distance:base=2",
        SHARES,
        lambda p, t: distance.jensenshannon(p, t, 2),
    )
    for name, loss in [
        ("linear", "mse:scale=0.5"),
        ("soft_l1", "pseudo-huber:delta=2"),
        ("huber", "huber:delta=2"),
        ("cauchy", "cauchy:c=2"),
        ("arctan", "arctan:c=2"),
    ]:
        rowwise(
            f"scipy.optimize.least_squares loss='{name}'",
            loss,
            ERRORS,
            lambda p, t, name=name: cost(p - t, name),
        )


def cost(e, loss):
    """The cost of one error, as least_squares reports it where it cannot move."""
    found = optimize.least_squares(
        lambda x: np.array([e + 0 * x[0]]), [0.0], loss=loss, f_scale=2.0, max_nfev=1
    )
    return found.cost


def of_statsmodels():
    for name, loss, norm in [
        ("HuberT", "huber:delta=1.345", norms.HuberT()),
        ("TukeyBiweight", "tukey-biweight", norms.TukeyBiweight()),
        ("StudentT", "cauchy:c=4.7698", norms.StudentT()),
        ("StudentT", "cauchy:c=2", norms.StudentT(c=2.0, df=1)),
        ("AndrewWave", "andrews-wave", norms.AndrewWave()),
        ("Hampel", "hampel", norms.Hampel()),
        ("RamsayE", "ramsay", norms.RamsayE()),
        ("TrimmedMean", "talwar:c=2", norms.TrimmedMean()),
        ("MQuantileNorm", "expectile:tau=0.2", norms.MQuantileNorm(0.2, norms.LeastSquares())),
    ]:
        rowwise(
            f"statsmodels.robust.norms.{name}",
            loss,
            ERRORS,
            lambda p, t, norm=norm: np.squeeze(norm(np.array([t - p]))),
        )
    value = families.InverseGaussian().resid_dev(np.array(POSITIVES[1]), np.array(POSITIVES[0])) ** 2
    case("statsmodels.genmod.families.InverseGaussian", "inverse-gaussian-deviance", POSITIVES, value=value)
