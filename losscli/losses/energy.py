"""Losses of ensembles of vectors: a list of members, and one observation for all of them."""

from abc import abstractmethod
from functools import partial
from typing import Any, ClassVar

import numpy as np

from losscli.domain import FINITE, POSITIVE, Interval
from losscli.families.ecdf import SUMS, Weights, of_members
from losscli.families.listwise import Listwise, in_pieces
from losscli.loss import Input
from losscli.losses import crowd, spread
from losscli.numerics.arithmetic import reconsidered, sure
from losscli.numerics.doubledouble import DoubleDouble, power
from losscli.numerics.geometry import Distance
from losscli.parameter import flag, parameter

MEMBERS = Input(
    "members",
    FINITE,
    "vector",
    wrt=True,
    columns=("member", "members", "x", "ens", "ensemble", "y_pred", "pred"),
)
OBSERVED = Input(
    "target", FINITE, "vector", whole=True, columns=("y_true", "target", "obs", "observation", "truth", "y")
)
WEIGHTS = Input("weights", POSITIVE)
GNEITING = (
    "Gneiting & Raftery 2007, Strictly proper scoring rules, prediction, and estimation, "
    "doi:10.1198/016214506000001437"
)
MOST = 2.0**1000  # terms above this may have no finite sum, though their mean has one
FAR = 400  # binary orders: squares of numbers so small or large leave the range in which they are exact


class Spread(Listwise):
    """A growing function of the distance of members and target, less half of that of two members.

    Pairs are met shift by shift, each member with the one so many places on: no array has two axes of members.
    Blocks are (D, M, lists).
    """

    family = "probabilistic forecasts"
    symbols = "x, y"
    forms = ((MEMBERS, OBSERVED), (MEMBERS, OBSERVED, WEIGHTS))

    fair: float
    least: ClassVar[float] = 0.0
    """Terms below this are not known to twice the precision."""

    @abstractmethod
    def size(self, apart) -> Any:
        """Return the function of a distance, (M, lists)."""

    @abstractmethod
    def pull(self, apart) -> Any:
        """Return its derivative in the first vector, and how large its terms are."""

    @abstractmethod
    def bend(self, apart) -> Any:
        """Return its second derivative in each coordinate of it, and how large its terms are."""

    def derivative(self, order, *block):
        careful = partial(in_pieces, self.careful, order)
        parts = None if order == 2 or (order and self.whole(block[0])) else (self.sizes, self.pulls)[order]()
        if parts is None:
            return careful(*block)
        return reconsidered(in_pieces(partial(self.shortly, parts), order, *block), careful, *block)

    def counted(self, x, *weights):
        """Return how many pairs of members count, or the weights of members."""
        if weights:
            return Weights(*weights, fair=bool(self.fair))
        count = len(x[0])
        return count * (count - 1) if self.fair and count > 1 else count * count

    def careful(self, order, x, y, *weights):
        """Return the derivative of `order` of some lists, with twice the precision."""
        kernel = self.weighed if weights else self.unweighed
        return [kernel(order, x, y, self.counted(x, *weights))]

    def shortly(self, parts, order, x, y, *weights):
        """Return a derivative of some lists by pairs of doubles; NaN where that will not do."""
        pairs = self.counted(x, *weights)
        if len(x[0]) <= crowd.MANY:
            return [self.together(order, x, y, pairs)]
        if weights:
            return [(spread.weighed_value, spread.weighed_slopes)[order](parts, x, y, pairs)]
        return [(spread.value, spread.slopes)[order](parts, x, y, pairs)]

    def together(self, order, x, y, pairs):
        """Return a derivative by products of matrices."""
        sums = (pairs.each, pairs.total, pairs.pairs) if isinstance(pairs, Weights) else crowd.even(x, pairs)
        if not order:
            return crowd.value(self.distances(), x, y, *sums)
        return crowd.slopes(self.distances(), self.rate(), x, y, *sums)

    def distances(self) -> Any:
        """Return how members are apart by pairs of doubles, given a `Crowd`."""

    def rate(self) -> Any:
        """Return what slopes are to be multiplied by, which then grow with members."""

    def sizes(self) -> Any:
        """Return `size` by pairs of doubles, if there is such: of two blocks of vectors, and where it is sure."""

    def pulls(self) -> Any:
        """Return `pull` by pairs of doubles, if there is such."""

    def unweighed(self, order, x, y, pairs):
        """Return the derivative of `order` of members that all count the same."""
        count = len(x[0])
        kernel = (self.size, self.pull, self.bend)[order]
        if order == 0:
            return self.value_of(x, y, pairs)
        whole, largest = kernel(Distance(x, y[:, None]))
        each = pairs / count  # a whole number, so that nothing is rounded before the end
        whole, largest = whole * each, largest * each
        for shift in range(1, count // 2 + 1):
            part, terms = kernel(Distance(x, np.roll(x, -shift, axis=1)))
            whole, largest = whole - part, np.maximum(largest, terms)
            if 2 * shift < count:  # else each pair is met from both of its ends
                part = DoubleDouble(np.roll(part.high, shift, axis=1), np.roll(part.low, shift, axis=1))
                whole = whole - (-part if order == 1 else part)
                largest = np.maximum(largest, np.roll(terms, shift, axis=1))
        found = whole.rounded if self.whole(x) else sure(whole, largest)
        return self.kept(found / pairs, largest)

    def kept(self, found, largest):
        """Return what was found; NaN where the largest term is too small or large to tell, 0 where there is none."""
        lost = (largest > 0) & (largest < self.least) | (largest > MOST)
        return np.where(lost, np.nan, np.where(largest == 0, 0.0, found))

    def weighed(self, order, x, y, w):
        """Return the derivative of `order` of members with weights."""
        count, apart = len(x[0]), Distance(x, y[:, None])
        if order == 0:
            whole = (self.size(apart) * w.each).total() / w.total
            largest, level = whole.high, apart.none.all(axis=0)
            for shift in range(1, count // 2 + 1):
                members = slice(count // 2 if 2 * shift == count else count)
                apart = Distance(x[:, members], np.roll(x, -shift, axis=1)[:, members])
                both = DoubleDouble.of_product(w.each[members], np.roll(w.each, -shift, axis=0)[members])
                whole = whole - (self.size(apart) * both).total() / w.pairs
                level &= apart.none.all(axis=0)
            return np.where(level, 0.0, sure(whole, largest))
        kernel = self.pull if order == 1 else self.bend
        whole, largest = kernel(apart)
        ratio = w.pairs / w.total
        whole, largest = whole * ratio, largest * ratio.high
        for shift in range(1, count // 2 + 1):
            part, terms = kernel(Distance(x, np.roll(x, -shift, axis=1)))
            there = np.roll(w.each, -shift, axis=0)
            whole, largest = whole - part * there, np.maximum(largest, terms * there)
            if 2 * shift < count:  # else each pair is met from both of its ends
                part = part * w.each
                part = DoubleDouble(np.roll(part.high, shift, axis=1), np.roll(part.low, shift, axis=1))
                whole = whole - (-part if order == 1 else part)
                largest = np.maximum(largest, np.roll(terms * w.each, shift, axis=1))
        return self.kept(sure(whole, largest) * (w.each / w.pairs).rounded, largest)

    def whole(self, x):
        """Return whether slopes are whole numbers, whose sums are exact."""
        return False

    def value_of(self, x, y, pairs):
        count = len(x[0])
        apart = Distance(x, y[:, None])
        whole = self.size(apart).total() / count
        largest = whole.high
        level = apart.none.all(axis=0)
        for shift in range(1, count // 2 + 1):
            members = count // 2 if 2 * shift == count else count
            apart = Distance(x[:, :members], np.roll(x, -shift, axis=1)[:, :members])
            whole = whole - self.size(apart).total() / pairs
            level &= apart.none.all(axis=0)
        return np.where(level, 0.0, sure(whole, largest))

    def variables(self, *row):
        return of_members(*row)

    def where(self, form):
        return SUMS


def unless(lost, x, otherwise):
    """Return `x`, and a plain double where it is lost."""
    return DoubleDouble(np.where(lost, otherwise, x.high), np.where(lost, 0.0, x.low))


def meetings(points):
    """Return which of some vectors, (D, M, lists), are the same as another of their list."""
    found = np.zeros(points.shape[1:], dtype=bool)
    for shift in range(1, len(points[0]) // 2 + 1):
        same = (points == np.roll(points, -shift, axis=1)).all(axis=0)
        found |= same | np.roll(same, shift, axis=0)
    return found


class EnergyScore(Spread):
    """How far an ensemble of vectors lies from the observation, less half of how far its members lie apart.

    The crps of vectors: of vectors of one number it is crps-ensemble.
    """

    formula = (
        "sum(w[i] * norm(x[i] - y)**beta for i in members) / W "
        "- sum(sum(w[i] * w[j] * norm(x[i] - x[j])**beta for j in members) for i in members) / (2 * N)"
    )
    slope_formula = (
        "w[k] * beta * (x[k][c] - y[c]) / norm(x[k] - y)**(2 - beta) / W "
        "- w[k] * sum(w[j] * beta * (x[k][c] - x[j][c]) / norm(x[k] - x[j])**(2 - beta) "
        "for j in members if j != k) / N"
    )
    source = f"{GNEITING}; Székely & Rizzo 2013, Energy statistics, doi:10.1016/j.jspi.2013.03.018"
    also = (
        "es", "energy-loss", "energy-distance-score",
        "scoringrules.es_ensemble | obs comes first, and an array of all ensembles; its estimators are nrg "
        "and fair; ens_w are weights",
        "scoringrules.energy_score | obs comes first, and an array of all ensembles",
        "scoringRules.es_sample | y comes first, and the members are the columns of a matrix",
    )  # fmt: skip
    use = "a forecast is a handful of vectors, such as paths or fields, right as a joint distribution"
    example = "0/1:1/1,1/2:1/1"
    pitfalls = (
        "without fair an ensemble is judged as it is, and more members score better; fair judges the distribution "
        "from which they are drawn",
        "it feels the means of the components far more than how they hang together: for that see variogram-score",
        "--col weights=COLUMN weighs the members: w_i, 1 if there are none",
        "components should have one unit: the largest decides the distance",
        "where members or observation meet, their distance counts as having slope 0",
    )
    related = ("crps-ensemble", "gaussian-kernel-score", "variogram-score")

    beta: float = parameter(
        default=1.0, within=Interval(0.01, 1.99, "[]"), help="the power of distances", quiet=True
    )
    fair: float = flag(
        default=0.0,
        help="counts pairs of different members only, so that the size of the ensemble does not matter",
    )

    def size(self, apart):
        return apart.size() if self.beta == 1 else self.raised(apart, 0.0)

    def raised(self, apart, less):
        """Return d^(beta − less); 0 where the vectors meet."""
        whole = apart.size()
        lost = (whole.high < 2.0**-FAR) | (whole.high > 2.0**FAR)
        found = power(unless(lost, whole, np.nan), DoubleDouble.of_sum(self.beta, -less))
        return unless(apart.none, found, 0.0)

    def pull(self, apart):
        found = apart.direction()
        if self.beta != 1:
            found = found * (self.raised(apart, 1.0) * self.beta)
        return found, abs(found.high)

    def bend(self, apart):
        # the square of a coordinate that is so small beside the distance has lost bits
        lost = ((apart.whole.high != 0) & (abs(apart.gap.high) < 2.0**-FAR)).any(axis=0)
        if self.beta == 1:
            found = unless(lost, apart.curvature(), np.nan)
            return found, abs(found.high)
        rate = self.raised(apart, 2.0) * self.beta
        across, along = apart.bend() * rate, apart.direction().squared() * rate * (self.beta - 1)
        return unless(lost, across + along, np.nan), abs(across.high) + abs(along.high)

    def sizes(self):
        return spread.lengths if self.beta == 1 else None

    def distances(self):
        return crowd.lengths

    def pulls(self):
        return spread.directions if self.beta == 1 else None

    def careful(self, order, x, y, *weights):
        (found,) = super().careful(order, x, y, *weights)
        if order == 2 and self.beta > 1:  # where vectors meet the slope is level, but bends without bound
            found = np.where(meetings(x), -np.inf, found)
            found = np.where((x == y[:, None]).all(axis=0), np.inf, found)
        return [found]

    def whole(self, x):
        return len(x) == 1 and self.beta == 1

    def corner(self, *block):
        x, y, *_ = block
        return (self.beta <= 1) & meetings(np.concatenate([x, y[:, None]], axis=1)).any(axis=0)
