"""Survival as a sequence of draws: at each event, who of those still at risk has it."""

from abc import abstractmethod
from functools import partial
from typing import Any

import numpy as np

from losscli.domain import BINARY, FINITE, Interval
from losscli.families.listwise import Listwise
from losscli.loss import Axis, Input, Section
from losscli.losses.cohort import Cohort
from losscli.numerics.arithmetic import FAINT, reconsidered
from losscli.numerics.doubledouble import DoubleDouble, chosen
from losscli.numerics.draws import draws
from losscli.numerics.wide import NOTHING, Wide
from losscli.parameter import flag
from losscli.traits import Traits

SCORE = ("log_hazard", "log_risk", "risk", "score", "s", "f", "y_pred", "pred", "prediction")
TIME = ("time", "duration", "t", "tenure", "survival_time", "followup", "follow_up", "time_to_event")
EVENT = ("event", "observed", "status", "event_observed", "death", "died", "d", "event_indicator")
UNSEEN = -1200.0
"""Numbers of fewer binary orders are nothing, however many of them are added."""


class PartialLikelihood(Listwise):
    """A sum over events of −ln of the share of who has it, of the exponentials of all at risk."""

    family = "survival"
    swift = True
    symbols = "s, t, d"
    forms = (
        (
            Input("pred", FINITE, wrt=True, columns=SCORE),
            Input("time", Interval(0, np.inf, "[)"), columns=TIME),
            Input("event", BINARY, columns=EVENT),
        ),
    )

    mean: float = flag(default=0.0, help="divides by N, the number of events, if there is one")

    @abstractmethod
    def tied(self, each, events, same) -> Any:
        """Return what `quick` does of draws, by rising time, where some times are the `same` as the one before."""

    @abstractmethod
    def pool(self, rows) -> Any:
        """Return the sum of those that an event is drawn from, and which part of its ties is in there."""

    def cost(self, rows) -> Any:
        """Return −ln of the share of each event."""
        odds = rows.rivals / rows.e
        return DoubleDouble(
            np.where(odds.exponent < 1000, np.log1p(odds.rounded), odds.log().rounded), 0 * rows.s
        )

    def derivative(self, order, s, t, d):
        (found,) = reconsidered([self.quick(order, s, t, d)], partial(self.careful, order), s, t, d)
        return (found / np.maximum(d.sum(axis=0), 1) if self.mean else found,)

    def quick(self, order, s, t, d):
        """Return the loss or a derivative; NaN where scores are far apart, or ties ask for more."""
        ranks = np.argsort(t, axis=0, kind="stable")
        s, t, d = (np.take_along_axis(x, ranks, 0) for x in (s, t, d))
        same = t[1:] == t[:-1]
        events = DoubleDouble(d, np.zeros_like(d))
        each = partial(draws, order, s, events)
        found = self.tied(each, events.high, same) if same.any() else each(None, None)
        if order == 0:
            return found
        result = np.empty_like(found)
        np.put_along_axis(result, ranks, found, 0)
        return result

    def careful(self, order, s, t, d):
        """Return the loss or a derivative, by exponentials of any size."""
        rows = Cohort(s, t, d)
        found = (self.surprise, self.slope, self.curvature)[order](rows)
        return (rows.unsorted(found) if order else found,)

    def surprise(self, rows):
        cost = self.cost(rows)
        nothing = np.zeros_like(rows.s)
        found = chosen(rows.event, cost, DoubleDouble(nothing, nothing)).total().rounded
        seen = (rows.rivals / rows.e).where(rows.event).exponent > UNSEEN
        return np.where((found < FAINT) & seen.any(axis=0), np.nan, found)

    def slope(self, rows):
        pool, part = self.pool(rows)
        own, earlier = rows.met(part / pool, ONE / pool)
        found = rows.e * (own + earlier)
        settled = rows.even & (earlier.exponent == NOTHING)
        drawn = np.where(settled, 0.0, found.less(rows.rivals / rows.risk))
        return np.where(rows.event, drawn, found.rounded)

    def curvature(self, rows):
        pool, part = self.pool(rows)
        first, again = rows.met(part / pool, ONE / pool)
        twice, squares = rows.met((part / pool) * (part / pool), ONE / (pool * pool))
        found = (rows.e * (first + again)).less(rows.e * rows.e * (twice + squares))
        mine = (rows.e / rows.risk) * (rows.rivals / rows.risk)
        found += mine.where(rows.event).rounded
        for k in np.flatnonzero(np.isnan(found).any(axis=1)):
            found[k] = np.where(np.isnan(found[k]), self.drowned(rows, k), found[k])
        return found

    def drowned(self, rows, k):
        """Return the curvature of the place `k` where it drowns all others: from the sums of these."""
        pool, part = self.pool(rows)
        part = part.where(rows.event[k] & (rows.t == rows.t[k]), ONE)
        others, _ = self.pool(rows.without(k))
        shares = rows.e[k] * part / pool * (others / pool)
        return shares.where(rows.event & (rows.t <= rows.t[k])).running()[-1].rounded

    def variables(self, *row):
        s, t, d = row
        items = range(len(s))
        tied = [[j for j in items if t[j] == t[i] and d[j] == 1] for i in items]
        return {
            "s": s, "t": t, "d": d, "items": items, "N": max(1, sum(d)),
            "m": [max(1, len(each)) for each in tied],
            "r": [sum(j < i for j in each) if d[i] == 1 else 0 for i, each in enumerate(tied)],
        }  # fmt: skip

    @property
    def axis(self):
        return Axis("gap", "lead of who has the event, in score", -5, 5)

    def sections(self):
        return (Section("", _two, _first),)

    def traits(self):
        return Traits(convex=True, lipschitz=1.0, smoothness=0.25, pictured=True)


def _two(x):
    return (
        np.stack([x, np.zeros_like(x)], 1),
        np.tile([1.0, 2.0], (len(x), 1)),
        np.tile([1.0, 0.0], (len(x), 1)),
    )


def _first(gradient):
    return gradient[:, 0]


class Cox(PartialLikelihood):
    """How surprised one is by who has the event, at each time when one has it, by the scores of those at risk.

    A score is the logarithm of a hazard; at risk are those whose time is not over. Of events at the same time
    each is drawn from all who are at risk then (Breslow).
    """

    formula = "sum(d[i] * log(Z[i]) for i in items) / N**mean"
    slope_formula = "(sum(d[i] * exp(s[k] - s[i]) / Z[i] for i in items if t[i] <= t[k]) - d[k]) / N**mean"
    source = (
        "Cox 1972, Regression models and life-tables, doi:10.1111/j.2517-6161.1972.tb00899.x; "
        "Breslow 1974, Covariance analysis of censored survival data, doi:10.2307/2529620"
    )
    also = (
        "partial-likelihood", "cox-ph", "breslow",
        "xgboost.survival:cox | one label says both: the time, negative if censored; of rows with equal times, each "
        "has no slope by the events further down",
        "xgboost.cox-nloglik = cox:mean=true | one label says both: the time, negative if censored; it takes hazards, "
        "the exponentials of scores",
        "catboost.Cox | the log-likelihood, our negative: higher is better; one label says both: the time, negative if "
        "censored; of rows with equal times those further up have left the risk",
        "sksurv.linear_model.CoxPHSurvivalAnalysis | a mean over all rows, also those without event; ties='efron' is "
        "cox-efron",
        "statsmodels.api.PHReg | the log-likelihood, our negative; ties='efron' is cox-efron",
        "torchsurv.loss.cox.neg_partial_log_likelihood(ties_method='breslow') | a mean over times of events unless "
        "reduction='sum'; by default it is cox-efron",
        "pycox.models.loss.CoxPHLoss = cox:mean=true | under ties it depends on the order of rows; it adds 1e-7 within "
        "the logarithm",
    )  # fmt: skip
    use = "times until an event are known, some only from below, and only who comes first matters"
    pitfalls = (
        "a sum over events: a cohort twice as long costs more than twice as much; mean=true divides by the events",
        "event is 1 where the event was seen, 0 where observation ended before it: the other way round in columns "
        "called censored",
        "it knows the order of scores alone: adding 10 to all changes nothing, and no time can be told from them",
        "with many events at one time cox-efron is nearer to the truth of continuous time",
        "a mini-batch is a cohort of its own: its risk sets are not those of all rows",
    )
    related = ("cox-efron", "listmle", "softmax-cross-entropy")

    def tied(self, each, events, same):
        index = np.broadcast_to(np.arange(len(events))[:, None], events.shape)
        none = np.zeros((1, events.shape[1]), np.bool_)
        first = np.maximum.accumulate(np.where(np.concatenate([none, same]), 0, index), axis=0)
        behind = np.where(np.concatenate([same, none]), len(events), index + 1)
        return each(first, np.minimum.accumulate(behind[::-1], axis=0)[::-1])

    def pool(self, rows):
        return rows.risk, ONE

    def where(self, form):
        return (("Z", "[sum(exp(s[j] - s[i]) for j in items if t[j] >= t[i]) for i in items]"),)


class CoxEfron(PartialLikelihood):
    """As cox, but of events at the same time each has left the risk, in part, when the next is drawn.

    Of m events at the same time the one in place r, from 0 on, is drawn from a risk where all m count (m - r)/m.
    """

    formula = "sum(d[i] * log(Z[i]) for i in items) / N**mean"
    slope_formula = (
        "(sum(d[i] * (1 - d[k] * (t[i] == t[k]) * r[i] / m[i]) * exp(s[k] - s[i]) / Z[i] "
        "for i in items if t[i] <= t[k]) - d[k]) / N**mean"
    )
    source = (
        "Efron 1977, The efficiency of Cox's likelihood function for censored data, "
        "doi:10.1080/01621459.1977.10480613"
    )
    also = (
        "efron",
        "lifelines.CoxPHFitter | the log-likelihood, our negative",
        "sksurv.linear_model.CoxPHSurvivalAnalysis(ties='efron') | a mean over all rows, also those without event; by "
        "default it is cox",
        "statsmodels.api.PHReg(ties='efron') | the log-likelihood, our negative; by default it is cox",
        "torchsurv.loss.cox.neg_partial_log_likelihood | a mean over times of events unless reduction='sum'; "
        "ties_method='breslow' is cox",
    )  # fmt: skip
    use = "as cox, where several have the event at the same time because times are rounded"
    pitfalls = (
        "without ties it is cox; R's coxph and lifelines take it by default, XGBoost and CatBoost have only cox",
        "two events at once, alone and with equal scores, cost ln 2, and 2 ln 2 in cox",
    )
    related = ("cox", "listmle", "softmax-cross-entropy")

    def tied(self, each, events, same):
        apart = ~(same & ((events[1:] > 0) | (events[:-1] > 0))).any(axis=0)
        return np.where(apart, each(None, None), np.nan)

    def pool(self, rows):
        count, left = rows.count.astype(np.float64), (rows.count - rows.slot).astype(np.float64)
        part = Wide(DoubleDouble(left, 0 * left) / np.maximum(count, 1))
        tied, others = rows.tied
        return others + tied * part, part

    def cost(self, rows):
        shared = (self.pool(rows)[0] / rows.e).log()
        return chosen(rows.count > 1, shared, super().cost(rows))

    def where(self, form):
        return (
            ("T", "[sum(d[j] * exp(s[j] - s[i]) for j in items if t[j] == t[i]) for i in items]"),
            (
                "Z",
                "[sum(exp(s[j] - s[i]) for j in items if t[j] >= t[i]) - r[i] * T[i] / m[i] for i in items]",
            ),
        )


ONE = Wide(DoubleDouble(np.ones(()), np.zeros(())))
