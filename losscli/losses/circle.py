"""Circle loss: of embeddings with classes, each similarity with a weight of its own."""

import numpy as np

from losscli.domain import NONNEGATIVE, POSITIVE
from losscli.families import alike
from losscli.families.alike import added, lead, powers, total
from losscli.families.similarities import Slopes, deepest, where
from losscli.losses import pulled
from losscli.losses.classes import Labelled
from losscli.numerics.doubledouble import DoubleDouble, exp, log, two_product, two_sum
from losscli.parameter import flag, parameter


class Circle(Labelled):
    """Turns rows of one class together and others apart, the harder the farther each similarity is from its goal.

    P_i are the other rows of anchor i's class, N_i those of other classes. The loss of a list is the mean over
    A, the n anchors that have both; it is 0 if none has. With remove_diagonal=false i itself is in P_i.
    """

    formula = (
        "sum(log(1 + sum(exp(gamma * a[i][j] * (1 - margin - S[i][j])) for j in P[i])"
        " * sum(exp(gamma * b[i][k] * (S[i][k] - margin)) for k in N[i])) for i in A) / n"
    )
    slope_formula = (
        "2 * gamma * (S[i][j] - 1) * exp(gamma * a[i][j] * (1 - margin - S[i][j]))"
        " * sum(exp(gamma * b[i][k] * (S[i][k] - margin)) for k in N[i])"
        " / (n * (1 + sum(exp(gamma * a[i][k] * (1 - margin - S[i][k])) for k in P[i])"
        " * sum(exp(gamma * b[i][k] * (S[i][k] - margin)) for k in N[i])))"
    )
    source = (
        "Sun et al. 2020, Circle loss: a unified perspective of pair similarity optimization, "
        "doi:10.1109/CVPR42600.2020.00643"
    )
    also = (
        "circle-loss",
        "keras.losses.Circle | has remove_diagonal too; does not divide embeddings by their lengths: the caller does",
        "keras.losses.circle | as keras.losses.Circle",
        "pytorch_metric_learning.losses.CircleLoss"
        " | has the same value, but takes the weights max(0, ...) as constants in the derivative",
    )  # fmt: skip
    use = "rows have classes, and pairs that are nearly right should pull less than those far off"
    example = "1/0:0,0.9/0.1:0,0/1:1,0.1/0.8:1"
    pitfalls = (
        "keras and pytorch-metric-learning agree on the value, and differ by up to a half in the slopes: ours is "
        "that of the formula, as in keras",
        "keras takes vectors of any length as they are: twice the length made 27.2 of 3.2",
        "remove_diagonal=false is meant for rows beside references: within one batch it makes rows alone in their "
        "class count, by what others are too like them",
        "gamma = 80 makes large losses: a random batch costs tens, and nearly all of it comes from the worst pairs",
    )
    related = ("ntxent", "supcon", "cosine-embedding")

    margin: float = parameter(default=0.4, within=NONNEGATIVE, help="how near to 1 and to 0 is near enough")
    gamma: float = parameter(default=80.0, within=POSITIVE, help="the scale of similarities")
    remove_diagonal: float = flag(default=1.0, help="whether a row is kept out of its own positives")

    @property
    def itself(self):
        return not self.remove_diagonal

    def where(self, form):
        return (
            *super().where(form),
            ("a", "[[max(0, 1 + margin - S[i][j]) for j in rows] for i in rows]"),
            ("b", "[[max(0, S[i][j] + margin) for j in rows] for i in rows]"),
        )

    @property
    def steepness(self):
        return self.gamma * (4 + 2 * self.margin)

    @property
    def reach(self):
        return self.gamma * (4 + self.margin**2) / 2

    def anchors(self, positives, negatives):
        chosen = [i for i, each in enumerate(positives) if each and negatives[i]]
        return {"A": chosen, "n": max(1, len(chosen))}

    def count(self, members, labels):
        found = pulled.matches(labels)
        return np.maximum((((found > 0) | self.itself) & (found < members - 1)).sum(axis=1), 1.0)

    def known(self, s, rows):
        """Return similarities with that of each row to itself, which is 1, as it is."""
        if self.itself:
            mine = alike.diagonal(s[0].shape[-1], rows)
            s[0][mine], s[1][mine] = 1.0, 0.0
        return s

    def parts(self, s, rows, labels):
        """Return for positives and negatives in turn which they are, their shares and slopes; the sum of the logs."""
        s = DoubleDouble(*self.known((s.high, s.low), rows))
        other, good = self.masks(s, rows, labels)
        members = np.arange(s.high.shape[-1])
        bent = 2 * self.gamma * (members != members[rows][:, None])
        m, power, found, deep = self.margin, DoubleDouble(np.zeros((*s.high.shape[:2], 1))), [], -np.inf
        less = 1.0 - s
        for mask, room, gap, slope in (
            (good, less + m, less - m, -less),
            (other & ~good, s + m, s - m, s),
        ):
            active = room.high > 0
            x = where(active, (room * gap) * self.gamma, room.scaled(0.0))
            c = x.high.max(axis=-1, keepdims=True, initial=-np.inf, where=mask)
            c = np.where(np.isfinite(c), c, 0.0)
            each, deep = where(mask, exp(x - c)), np.maximum(deep, deepest((x - c).high, mask))
            whole = total(each)
            found.append((mask, each / whole, where(active, slope * (2 * self.gamma)), active * bent))
            power = power + c + log(whole)
        some = good.any(axis=-1, keepdims=True) & (other & ~good).any(axis=-1, keepdims=True)
        power = where(some, power)
        return some, found, power, np.maximum(deep, deepest(-abs(power.high), some))

    def costs(self, s, rows, labels):
        s = DoubleDouble(*self.known((s.high, s.low), rows))
        other, good = self.masks(s, rows, labels)
        bad = other & ~good
        less, lost = lead(s, 1.0)
        # of a positive γ ((1 − s)² − m²), of a negative γ (s² − m²)
        t, rest = np.where(good, -less, s.high), np.where(good, -lost, s.low)
        x, more = two_product(t, t)
        more += 2 * t * rest
        square = DoubleDouble.of_product(self.margin, self.margin)
        x, lost = two_sum(x, -square.high)
        lost += more
        lost -= square.low
        active = t + rest > -self.margin
        x, more = two_product(np.where(active, x, 0.0), self.gamma)
        more += np.where(active, lost, 0.0) * self.gamma
        power = DoubleDouble(np.zeros((*x.shape[:2], 1)))
        for mask in (good, bad):
            c = x.max(axis=-1, keepdims=True, initial=-np.inf, where=mask)
            c = np.where(np.isfinite(c), c, 0.0)
            gap, lost = two_sum(x, -c)
            power = power + c + log(added(powers(gap, lost + more, mask)))
        some = good.any(axis=-1, keepdims=True) & bad.any(axis=-1, keepdims=True)
        power = where(some, power)
        x = power.rounded
        return np.where(some, np.maximum(x, 0.0) + np.log1p(exp(-abs(power)).rounded), 0.0)[..., 0]

    def slopes(self, s, rows, labels):
        some, (near, far), power, deep = self.parts(s, rows, labels)
        e = exp(-abs(power))
        over = power.high > 0
        one = DoubleDouble(np.ones_like(e.high), np.zeros_like(e.high))
        hit, miss = where(over, one, e) / (e + 1.0), where(over, e, one) / (e + 1.0)
        pulls, bends = zip(*[self.pulled(some & mask, *each) for mask, *each in (near, far)], strict=True)
        weights, bend = hit * (pulls[0] + pulls[1]), hit * (bends[0] + bends[1])
        square = hit * hit

        def form(positives, negatives):
            both = positives * positives + negatives * negatives
            return (hit * miss * positives * negatives).scaled(2.0) - square * both

        def size(positives, negatives):
            both = positives * positives + negatives * negatives
            return 2 * (hit * miss).high * positives * negatives + square.high * both

        return Slopes(weights, bend - weights * weights, bend, pulls, form, size, deep)

    def pulled(self, mask, share, slope, curvature):
        """Return the derivative of the log of the sum in each similarity, and Σ share (slope² + curvature)."""
        share = where(mask, share)
        return share * slope, share * (slope * slope + curvature)

    def pulls(self, s, rows, labels):
        s = self.known(s, rows)
        return pulled.circle(s, rows, *self.masks(DoubleDouble(*s), rows, labels), self.margin, self.gamma)

    def worth(self, s, rows, labels):
        s = self.known(s, rows)
        return pulled.circle_costs(s, *self.masks(DoubleDouble(*s), rows, labels), self.margin, self.gamma)

    def corner(self, *block):
        (vectors,), labels = self.sides(block)
        s = self.similar(vectors, vectors, slice(None), slice(None))
        other, good = self.masks(s, slice(None), labels)
        edge = other & ~good & (abs((s + self.margin).high) < 2.0**-90)
        return (edge & good.any(axis=-1, keepdims=True)).any(axis=(1, 2)) & (self.margin > 0)
