"""Binary cross-entropy of a probability that grows with a row's exposure."""

import numpy as np

from losscli import places
from losscli.domain import POSITIVE, UNIT
from losscli.families.pointwise import TARGET
from losscli.inputs import LOGIT, Input
from losscli.loss import Axis, Loss, Section
from losscli.numerics.arithmetic import sure
from losscli.numerics.doubledouble import DoubleDouble, chosen, exp, expm1, log, log1p, two_product, two_sum
from losscli.numerics.tables import exp_pair, log_pair
from losscli.traits import Traits

LEAST, MOST = 2.0**-300, 2.0**300
FAR, GONE = 600.0, 800.0
"""Exponents of e below which a double-double has no second half, and is 0."""
FEW = 2.0**-14
"""Below this a few terms of a series are enough."""
DEEP = 24.0
"""Up to here pairs of doubles know e^-u to its last bit."""
CLEAR = 2.0**-6


class CrossEntropyLambda(Loss):
    """Cross-entropy of whether anything happens at a rate, the softplus of a logit, within a row's exposure.

    With exposure 1 it is bce-with-logits: then the chance is the sigmoid of the logit.
    """

    elementwise = True
    family = "binary classification"
    symbols = "z, w, y"
    formula = "(1 - y) * u - y * a"
    slope_formula = "w * (1 + y / expm1(-u)) / (1 + exp(-z)) if z > -2000 else -y"
    source = "Ke et al. 2017, LightGBM: a highly efficient gradient boosting decision tree, NeurIPS 30"
    also = (
        "lightgbm.cross_entropy_lambda | takes sample weights as the exposure, 1 by default",
        "lightgbm.xentlambda | takes sample weights as the exposure, 1 by default",
    )
    use = "labels say whether anything happened, and rows were watched for different times or had different trials"
    pitfalls = (
        "the exposure is no weight of the row: twice as much makes an event likelier, and does not count a row twice",
        "the logit is that of exposure 1: with exposure w the chance is 1 - (1 + e^z)^-w",
    )
    related = ("bce-with-logits", "poisson-nll-log")
    forms = (
        (
            Input("pred", wrt=True, columns=LOGIT),
            Input("exposure", POSITIVE, columns=("exposure", "w", "weight", "sample_weight", "trials")),
            Input("target", UNIT, columns=TARGET),
        ),
    )
    swift = True

    def where(self, form):
        # of the chance of an event the logarithm is that of its rate to the last bit, long before e^z is nothing
        return (
            ("u", "w * log(1 + exp(z))"),
            ("a", "log(-expm1(-u)) if z > -2000 else log(w) + z"),
        )

    def variables(self, *row):
        return dict(zip(("z", "w", "y"), row, strict=True))

    @property
    def axis(self):
        return Axis("z", "logit  z, at exposure 1", -5, 5, place=places.own)

    def sections(self):
        return tuple(
            Section(f"y = {y:g}", lambda z, y=y: (z, np.ones_like(z), np.full_like(z, y))) for y in (1, 0)
        )

    def traits(self):
        return Traits(convex=True)

    def filled(self, order, out, z, w, y):
        if order == 2:
            return True
        e, small = exp_pair(-np.minimum(abs(z), FAR))
        h, lost = two_sum(1.0, e)
        lost += small
        s, low = log_pair(h)
        low += lost / h
        few = e < FEW
        np.copyto(low, small - e * e * (0.5 - e * (1 / 3 - e / 4)), where=few)
        np.copyto(s, e, where=few)
        s, more = two_sum(np.maximum(z, 0.0), s)
        low += more
        u, less = two_product(w, s)
        u, less = two_sum(u, less + w * low)
        t, rest = exp_pair(-np.minimum(u, DEEP))
        rest -= t * less
        p = 1.0 - t
        off = ((1.0 - p) - t) - rest
        few = u < FEW
        np.copyto(off, less - u * u * (0.5 - u * (1 / 6 - u / 24)), where=few)
        np.copyto(p, u, where=few)
        p, off = two_sum(p, off)
        doubt = (abs(z) >= FAR) | (u >= DEEP) | (u < LEAST) | (w > MOST) | (w < LEAST)
        if order == 0:
            a, more = log_pair(np.maximum(p, LEAST))
            a += more + off / p
            np.copyto(a, -t - (rest + t * t * (0.5 + t * (1 / 3 + t / 4))), where=t < FEW)
            np.multiply(1.0 - y, u + less, out)
            out -= y * a
            return doubt if doubt.any() else False
        d = (p - y) + off
        doubt |= (abs(d) < CLEAR * np.maximum(p, y)) & (y != 1)
        np.copyto(d, -(t + rest), where=y == 1)
        right = z >= 0
        share = np.where(right, 0.0, small / e) - off / p - lost / h
        d *= w
        d *= np.where(right, 1.0, e)
        d /= p * h
        d += d * share
        out[...] = d
        return doubt if doubt.any() else False

    def derivative(self, order, *block):
        z, w, y = block
        found, endless, faint = self.careful(order, z, w, y), np.isinf(z), z < -FAR
        if faint.any():
            found = np.where(faint, self.faint(order, z, w, y), found)
        if endless.any():
            here = 1.0 - y if order else np.where(y < 1, np.inf, 0.0)
            there = -y if order else np.where(y > 0, np.inf, 0.0)
            limit = np.where(z > 0, here * w if order else here, there)
            found = np.where(endless, limit if order < 2 else 0.0, found)
        return (found,)

    def faint(self, order, z, w, y):
        """Return the derivative at rates that are nearly 0: the chance of an event is w e^z."""
        half = np.exp(z / 2)
        rate = half * w * half
        if order == 0:
            found = y * (-z - np.log(w)) + (1.0 - y) * rate
        elif order == 1:
            found = rate - y
        else:
            found = ((1.0 - y) * w + y * (0.5 * w + 0.5)) * half * half
        mixed = (y > 0) & (y < 2.0**-200)
        return np.where(mixed | (w < LEAST) | (w > MOST), np.nan, found)

    def careful(self, order, z, w, y):
        """Return the derivative of `order` by double-doubles; NaN where that is not enough."""
        flat = (z > GONE) & (w < 2.0**60)  # where a logit no longer bends
        known = (abs(z) <= FAR) | ((z > 0) & (order < 2)) | flat
        known &= (w > LEAST) & (w < MOST)
        e = exp(DoubleDouble(-np.minimum(abs(z), FAR)))
        e = DoubleDouble(np.where(flat, 0.0, e.high), np.where(flat, 0.0, e.low))
        one = e + 1.0
        s = log1p(e) + np.maximum(z, 0.0)
        u = s * np.where(known, w, 1.0)
        known &= (u.high > LEAST) & (u.high < MOST)
        u = DoubleDouble(np.where(known, u.high, 1.0), np.where(known, u.low, 0.0))
        late = u.high > FAR
        held = DoubleDouble(np.where(late, FAR, u.high), np.where(late, 0.0, u.low))
        t, p = exp(-held), -expm1(-held)
        t = DoubleDouble(np.where(late, 0.0, t.high), np.where(late, 0.0, t.low))
        known &= ~late | (y < 1) | (u.high > GONE) & (w < 2.0**60)
        if order == 0:
            tail = t * (t.scaled(0.5) + 1.0)
            cost = np.where(t.high < 2.0**-40, tail.rounded, -log(p).rounded)
            return np.where(known, y * cost + (1.0 - y) * u.rounded, np.nan)
        one_less = DoubleDouble(np.ones_like(z)) / one
        up, down = e / one, one_less
        sigma = chosen(z >= 0, one_less, up)
        rest = chosen(z >= 0, up, down)
        certain = y == 1
        d = chosen(certain, -t, p - y)
        d.high[:] = np.where(certain | (y == 0), d.high, sure(d, np.maximum(p.high, y)))
        rate = sigma * np.where(known, w, 1.0)
        if order == 1:
            return np.where(known, (d / p * rate).rounded, np.nan)
        one_way, other = rest * d, rate * t * y / p
        term = np.maximum(abs(one_way.high), other.high)
        both = np.where(term == 0, 0.0, sure(one_way + other, term))
        return np.where(known & (p.high > LEAST), both * (rate / p).rounded, np.nan)
