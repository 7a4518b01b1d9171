"""The score of how the components of a vector hang together."""

from functools import partial

import numpy as np

from losscli.domain import Interval
from losscli.errors import UsageError
from losscli.families.ecdf import SUMS, Weights, of_members
from losscli.families.listwise import Listwise, in_pieces
from losscli.losses import rootgaps
from losscli.losses.energy import FAR, MEMBERS, OBSERVED, WEIGHTS, unless
from losscli.numerics.arithmetic import reconsidered, sure
from losscli.numerics.doubledouble import DoubleDouble, power
from losscli.parameter import parameter


class VariogramScore(Listwise):
    """How far apart the components of an observation are, against how far apart members have them in the mean.

    For each two components the size of their difference is raised to the power p, averaged over the members,
    and compared with the observation's. Each pair counts twice, as it does in the sum.
    """

    family = "probabilistic forecasts"
    symbols = "x, y"
    forms = ((MEMBERS, OBSERVED), (MEMBERS, OBSERVED, WEIGHTS))
    formula = "sum(sum(pairs[i][j] * v[i][j]**2 for j in components) for i in components)"
    slope_formula = (
        "-4 * p * w[k] / W * sum(pairs[c][j] * v[c][j] * sign(x[k][c] - x[k][j]) * abs(x[k][c] - x[k][j])**(p - 1) "
        "for j in components if j != c)"
    )
    source = (
        "Scheuerer & Hamill 2015, Variogram-based proper scoring rules for probabilistic forecasts of multivariate "
        "quantities, doi:10.1175/MWR-D-14-00269.1"
    )
    also = (
        "variogram", "vs",
        "scoringrules.vs_ensemble | obs comes first, and an array of all ensembles; its w, a matrix, is pairs",
        "scoringrules.variogram_score | obs comes first, and an array of all ensembles; its w, a matrix, is pairs",
        "scoringRules.vs_sample | y comes first, and the members are the columns of a matrix",
    )  # fmt: skip
    use = "what matters is how the components of a forecast hang together"
    pitfalls = (
        "--col weights=COLUMN weighs the members: w_m, 1 if there are none",
        "it sees differences of components alone: what is added to all of them costs nothing",
        "all pairs of components weigh the same unless pairs says how much each does: near ones more, say, as far "
        "ones tell little",
        "each pair counts twice; of single numbers it is 0",
        "below p = 1 the slope is without bound where two components of a member are nearly equal; where they are, "
        "we give it 0",
    )
    related = ("energy-score",)

    p: float = parameter(default=0.5, within=Interval(0.01, 2, "[]"), help="the power of differences")
    pairs: tuple[float, ...] = parameter(
        default=(),
        within=Interval(0, 1e100, "[]"),
        each="pair of components",
        help="how much each counts: 1 with 2, 1 with 3 and so on, then 2 with 3 and so on; none is 1 each",
        quiet=True,
    )

    @property
    def example(self):  # pyright: ignore[reportIncompatibleVariableOverride]
        components = range(round((1 + (1 + 8 * len(self.pairs)) ** 0.5) / 2) if self.pairs else 2)
        lists = [components, [2 * k + 1 for k in components]]
        target = "/".join("1" for _ in components)
        return ",".join("/".join(map(str, each)) + f":{target}" for each in lists)

    def check(self, *arrays):
        width = arrays[1].shape[1]
        if self.pairs and len(self.pairs) != (count := width * (width - 1) // 2):
            raise UsageError(
                f"{self} has {len(self.pairs)} pairs for {width} components, which have {count}",
                code="parameter-count",
            )
        super().check(*arrays)

    def weights(self, width):
        """Return how much each two of so many components count, as a matrix."""
        found = np.zeros((width, width))
        found[np.triu_indices(width, 1)] = self.pairs or 1.0
        return found + found.T

    def derivative(self, order, *block):
        careful = partial(in_pieces, self.of_piece, order)
        if self.p != 0.5 or order == 2 or len(block[0]) < 2:
            return careful(*block)
        x, y, *weights = block
        w = Weights(*weights, fair=False) if weights else None
        count = w.total if w else 1.0 * len(x[0])
        found = rootgaps.score(order, x, y, w and w.each, count, self.weights(len(x)))
        return reconsidered([found], careful, *block)

    def of_piece(self, order, x, y, *weights):
        """Return the derivative of `order` of some lists."""
        width, p = len(x), self.p
        w = Weights(*weights, fair=False) if weights else None
        count = w.total if w else 1.0 * len(x[0])
        share = (w.each if w else 1.0) / DoubleDouble(1.0) / count
        counts = self.weights(width)
        whole = DoubleDouble(np.zeros_like(x if order else y[0]))
        largest = np.zeros_like(whole.high)
        for shift in range(1, width // 2 + 1):
            pairs = width // 2 if 2 * shift == width else width
            here = DoubleDouble.of_sum(x, -np.roll(x, -shift, axis=0))[:pairs]
            there = DoubleDouble.of_sum(y, -np.roll(y, -shift, axis=0))[:pairs]
            members = raised(here, p)
            members = members * w.each if w else members
            mean = DoubleDouble(members.high.swapaxes(0, 1), members.low.swapaxes(0, 1)).total() / count
            seen = raised(there, p)
            each = counts[np.arange(pairs), (np.arange(pairs) + shift) % width][:, None]
            v, term = seen - mean, np.maximum(seen.high, mean.high)
            if order == 0:
                square, size = v.squared(), term * term
                if self.pairs:
                    square, size = square * each, size * each
                whole = whole + square.total() * 2.0
                largest = np.maximum(largest, size.max(axis=0))
                continue
            across = DoubleDouble(v.high[:, None], v.low[:, None])
            slope = raised(here, p, 1) * (share * p)
            part, size = across * slope * -4.0, 4 * term[:, None] * abs(slope.high)
            part = part.scaled(np.sign(here.high))
            if order == 2:
                bend = raised(here, p, 2) * (share * (DoubleDouble.of_sum(p, -1.0) * p))
                steep = slope.squared() * 4.0
                part = steep - across * bend * 4.0
                size = steep.high + 4 * term[:, None] * abs(bend.high)
            if self.pairs:
                part, size = part * each[:, None], size * each[:, None]
            for sign, shifted in ((1.0, 0), (-1.0, shift)):
                grown, sizes = (
                    placed(part, pairs, width, shifted),
                    placed(DoubleDouble(size), pairs, width, shifted),
                )
                whole = whole + grown.scaled(sign if order == 1 else 1.0)
                largest = np.maximum(largest, sizes.high)
        level = largest == 0 if order else np.full(y.shape[1:], width < 2)
        if order == 0:
            level |= (largest == 0) & (x == x[0]).all(axis=(0, 1)) & (y == y[0]).all(axis=0)
        return (np.where(level, 0.0, sure(whole, largest)),)

    def corner(self, *block):
        x, *_ = block
        ties = np.zeros(x.shape[1:], dtype=bool)
        for shift in range(1, len(x) // 2 + 1):
            ties |= (x == np.roll(x, shift, axis=0)).any(axis=0)
        return (self.p < 2) & ties.any(axis=0)

    def variables(self, *row):
        width = len(row[1])
        return {**of_members(*row), "components": range(width), "pairs": self.weights(width).tolist()}

    def where(self, form):
        means = "sum(w[m] * abs(x[m][i] - x[m][j])**p for m in members) / W"
        return (
            SUMS[0],
            ("v", f"[[abs(y[i] - y[j])**p - {means} for j in components] for i in components]"),
        )


def raised(gap, p, less=0):
    """Return |gap|^(p − less), 0 of 0; NaN where it is not known to twice the precision."""
    size = abs(gap)
    zero = size.high == 0
    lost = ((size.high < 2.0**-FAR) | (size.high > 2.0**FAR)) & ~zero
    held = unless(lost, unless(zero, size, 1.0), np.nan)
    degree = DoubleDouble.of_sum(p, -float(less))
    twice = 2 * degree.rounded
    if degree.low == 0 and twice == int(twice) and twice:
        found = halved(held, int(twice))
    else:
        found = power(held, degree) if degree.rounded else held * 0.0 + 1.0
    return found if degree.rounded == 0 else unless(zero, found, 0.0)


def halved(x, twice):
    """Return x^(twice / 2), for a whole number other than 0: without logarithms."""
    first, *rest = [x] * (abs(twice) // 2) + [x.root()] * (twice % 2)
    for part in rest:
        first = first * part
    return first if twice > 0 else 1.0 / first


def placed(part, pairs, width, shift):
    """Return what pairs of components have, in the place of their first, or of the one `shift` on; else 0."""
    high, low = np.zeros((width, *part.high.shape[1:])), np.zeros((width, *part.high.shape[1:]))
    high[:pairs], low[:pairs] = part.high, part.low
    return DoubleDouble(np.roll(high, shift, axis=0), np.roll(low, shift, axis=0))
