"""The time until an event, which may be known only to lie in an interval: what its losses share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from losscli.blocks import among
from losscli.domain import FACTOR, FINITE, Interval
from losscli.families.forecast import ordinary
from losscli.families.lifetimes import Found, Known, Span
from losscli.families.pointwise import PREDICTION
from losscli.inputs import Input
from losscli.loss import Array, Axis, Loss, Section
from losscli.numerics import doubled
from losscli.numerics.arithmetic import with_care
from losscli.numerics.doubledouble import DoubleDouble, chosen, log, log1p, two_sum
from losscli.numerics.tables import log_pair
from losscli.parameter import parameter

Bools = NDArray[np.bool_]

LOG_TIME = Input("pred", FINITE, wrt=True, columns=("log_time", "location", "loc", "mu", "f", *PREDICTION))
LOWER = Input(
    "lower", Interval(0, inf, "[)"), columns=("lower", "label_lower_bound", "lower_bound", "start", "l")
)
UPPER = Input(
    "upper", Interval(0, inf, "(]"), columns=("upper", "label_upper_bound", "upper_bound", "stop", "u"),
    least="lower", endless=True,
)  # fmt: skip
ENDLESS = 2.0**300  # where an end that is 0 or infinite is put: e^-x is 0 there, and squares are doubles
SMALL = 2.0**-100  # quotients by sigma are ordinary from here on
USUAL = 300.0  # exponentials of so much are ordinary
CLEAR = 2.0**-32  # a difference of this part of its terms has the bits that e^x asks of x
GRAIN = 2.0**-10  # at scales from this part of the terms on, any difference has
HUGE = 2.0**900  # the square of a larger root is infinite
KINDS = (("at 1", 1.0, 1.0), ("after 1", 1.0, inf), ("before 1", 0.0, 1.0), ("from 1/2 to 2", 0.5, 2.0))

PITFALLS = (
    "it takes the log of a time: predict() gives exp(f) in XGBoost, and f in CatBoost",
    "CatBoost writes -1 for an end that is open; here they are 0 and inf",
    "an interval that is narrow costs -ln of its width, and does not go over into the cost of an exact time: that is "
    "a density",
    "sigma is one number for all rows, given and not learnt; a wrong one weighs exact and censored times wrongly",
)


class Ends(NamedTuple):
    """The ends of an interval on the scale of the noise, as `DoubleDouble`s."""

    start: DoubleDouble
    stop: DoubleDouble
    width: DoubleDouble
    twice: DoubleDouble
    """Both together: twice the middle."""


class FailureTime(Loss):
    """The loss −ln P(lower < time < upper), with ln time = pred + sigma · noise; of a known time, −ln density."""

    elementwise = True
    swift = True
    family = "survival"
    symbols = "f, l, u"
    forms = ((LOG_TIME, LOWER, UPPER),)
    source = (
        "Wei 1992, The accelerated failure time model: a useful alternative to the Cox regression model in "
        "survival analysis, doi:10.1002/sim.4780111409"
    )

    pitfalls = PITFALLS

    sigma: float = parameter(default=1.0, within=FACTOR, help="the scale of the noise in the log of the time")

    @abstractmethod
    def observed(self, order: int, w: DoubleDouble, constant: DoubleDouble) -> Array:
        """Return the loss of a time at w of the noise, or a derivative; `constant` is ln(sigma · time)."""

    @abstractmethod
    def censored(self, order: int, ends: Ends) -> Array:
        """Return the loss of an interval, or a derivative."""

    of_known: Callable[[int, Known], Found]
    """The loss of known times by pairs of doubles, or its slope."""

    of_spans: Callable[[int, Span], Found]
    """The same of intervals."""

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        _, lower, upper = block
        known = lower == upper
        found = np.empty(known.shape)
        for rows, swift, careful in (
            (known, self.swift_time, self.at_time),
            (~known, self.swift_between, self.between),
        ):
            at = np.flatnonzero(rows)
            if at.size:
                part = [x[at] for x in block]
                with among(at, len(known)):
                    if order == 2 or not SMALL < self.sigma < 1 / SMALL:
                        found[at] = careful(order, *part)
                    else:
                        near = swift(order, *part)
                        found[at] = with_care(np.isnan(near), near, partial(careful, order), *part)
        return (found + 0.0,)  # no -0.0

    def swift_time(self, order: int, pred: Array, time: Array, _: Array) -> Array:
        """Return what `at_time` does, by pairs of doubles; NaN where that is not enough."""
        logs = log_pair(time)
        w, rough = self.place(logs, pred)
        scale = _log(self.sigma)
        found, terms = type(self).of_known(
            order, Known(w, doubled.joined(logs, scale), rough + abs(scale[0]))
        )
        return self.sure(order, found, terms, (w, time))

    def swift_between(self, order: int, pred: Array, lower: Array, upper: Array) -> Array:
        """Return what `between` does, by pairs of doubles; NaN where that is not enough."""
        begins, ends = lower != 0, upper != inf
        first, last = np.where(begins, lower, 1.0), np.where(ends, upper, 1.0)
        (start, rough), (stop, more) = (self.place(log_pair(x), pred) for x in (first, last))
        found, terms = type(self).of_spans(order, Span(start, stop, begins, ends, np.maximum(rough, more)))
        return self.sure(order, found, terms, (start, first), (stop, last))

    def place(self, logs: doubled.Pair, pred: Array) -> tuple[doubled.Pair, Array]:
        """Return a logarithm on the scale of the noise, and the size of what was rounded on the way."""
        w = doubled.joined(logs, (-pred, np.zeros(())))
        rough = abs(logs[0]) + abs(pred)
        if self.sigma == 1:
            return w, rough
        return doubled.quotient(w, doubled.single(np.full_like(pred, self.sigma))), rough / self.sigma

    def sure(self, order: int, found: Array, terms: Array, *ends: tuple[doubled.Pair, Array]) -> Array:
        """Return a value, or from the slope in the noise that in the prediction; NaN where it is not sure."""
        usual = np.logical_and.reduce(
            [(abs(w[0]) < USUAL) & (t > doubled.LEAST) & (t < doubled.MOST) for w, t in ends]
        )
        (found,) = doubled.known([found], terms, usual)
        return found / -self.sigma if order else found

    def at_time(self, order: int, pred: Array, time: Array, _: Array) -> Array:
        """Return the loss of times that are known, or a derivative."""
        logs = log(time)
        term = np.maximum.reduce([abs(pred), abs(logs.high), time != 1])
        w = self.standard(logs - pred, term, order == 1)  # there a derivative is 0 where the end is
        return self.observed(order, w, logs + log(DoubleDouble(self.sigma)))

    def between(self, order: int, pred: Array, lower: Array, upper: Array) -> Array:
        """Return the loss of times that lie in an interval, or a derivative."""
        begins, ends = lower != 0, upper != inf
        first, last = np.where(begins, lower, 1.0), np.where(ends, upper, 1.0)
        before, after = log(first), log(last)
        size = abs(pred)
        terms = [np.maximum.reduce([size, abs(x.high), t != 1]) for x, t in ((before, first), (after, last))]
        start = self.standard(before - pred, terms[0], False)
        stop = self.standard(after - pred, terms[1], False)
        both = self.standard((before - pred) + (after - pred), np.maximum(*terms), order == 1)
        width = self.standard(apart(first, last, before, after), 0.0, False)
        low, high, none = DoubleDouble(-ENDLESS), DoubleDouble(ENDLESS), DoubleDouble(0.0)
        both = chosen(begins & ends, both, chosen(begins, high, chosen(ends, low, none)))
        start, stop = chosen(begins, start, low), chosen(ends, stop, high)
        return self.censored(order, Ends(start, stop, chosen(begins & ends, width, high), both))

    def standard(self, gap: DoubleDouble, term: Array | float, exact: Bools | bool) -> DoubleDouble:
        """Return a difference over sigma; NaN where too much cancelled, of what has to be `exact` even at 0."""
        mantissa, exponent = np.frexp(self.sigma)
        w = gap.shifted(-exponent) / mantissa
        coarse = (self.sigma >= GRAIN * np.maximum(term, 1.0)) & np.logical_not(exact)
        clear = coarse | (abs(gap.high) >= CLEAR * term)
        return DoubleDouble(np.where(clear & (ordinary(w.high) | (gap.high == 0)), w.high, np.nan), w.low)

    def scaled(self, root: DoubleDouble, rest: DoubleDouble, order: int) -> Array:
        """Return root² · rest / sigma^order, where root² alone may be no double."""
        share = root / self.sigma if order == 2 else root
        found = share.rounded * (root * rest / (self.sigma if order else 1.0)).rounded
        return np.where(root.high > HUGE, inf if self.sigma < 1e100 else np.nan, found)

    def variables(self, *row: Any) -> Mapping[str, Any]:
        return dict(zip("flu", row, strict=True))

    def where(self, form: Sequence[Input]) -> Sequence[tuple[str, str]]:
        return ("x", "(log(l) - f) / sigma"), ("y", "(log(u) - f) / sigma")

    @property
    def axis(self) -> Axis:
        return Axis("f", "predicted log time  f", -4, 4)

    def sections(self) -> tuple[Section, ...]:
        return tuple(Section(label, partial(within, lower=a, upper=b)) for label, a, b in KINDS)


@cache
def _log(sigma: float) -> doubled.Pair:
    found = log(DoubleDouble(sigma))
    return found.high, found.low


def apart(first: Array, last: Array, before: DoubleDouble, after: DoubleDouble) -> DoubleDouble:
    """Return ln(last / first), from both and their logarithms."""
    mantissa, exponent = np.frexp(first)
    near = last < 1e6 * first
    gap = DoubleDouble(*two_sum(last, -first)).shifted(-exponent) / mantissa
    return chosen(near, log1p(chosen(near, gap, DoubleDouble(0.0))), after - before)


def within(x: Array, lower: float, upper: float) -> tuple[Array, ...]:
    """Return one interval seen from the predictions `x`."""
    return x, np.full_like(x, lower), np.full_like(x, upper)


class Symmetric(FailureTime):
    """A distribution of noise that is its own mirror image: intervals are turned so that their middle is above 0."""

    @abstractmethod
    def upward(self, order: int, ends: Ends) -> Array:
        """Return what `censored` does, for ends of which the second is the farther; the slope is never above 0."""

    def censored(self, order: int, ends: Ends) -> Array:
        start, stop, width, twice = ends
        down = twice.high < 0
        turned = chosen(down, -stop, start), chosen(down, -start, stop), width, abs(twice)
        found = self.upward(order, Ends(*turned))
        return np.where(down, -found, found) if order == 1 else found
