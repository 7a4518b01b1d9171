"""Labels read off more steps than there are labels: the probability of all ways to spell them."""

from abc import abstractmethod
from functools import partial
from typing import Any, ClassVar

import numpy as np

from losscli.domain import FINITE, Index
from losscli.errors import UsageError
from losscli.families.listwise import Labels, Listwise
from losscli.families.pointwise import LOGIT, TARGET
from losscli.families.ranking import apart
from losscli.loss import DomainError, Input
from losscli.losses import spelled
from losscli.losses.divergence import LOG_PROBABILITY, NONPOSITIVE
from losscli.numerics.arithmetic import reconsidered, sure
from losscli.numerics.doubledouble import DoubleDouble
from losscli.numerics.wide import Wide, joined
from losscli.parameter import flag, parameter

LABELS = Input("target", kind="labels", of="pred", whole=True, columns=("labels", *TARGET))
ONE = Wide(DoubleDouble(np.ones(()), np.zeros(())))
GRAVES = (
    "Graves, Fernández, Gomez & Schmidhuber 2006, Connectionist temporal classification: labelling unsegmented "
    "sequence data with recurrent neural networks, doi:10.1145/1143844.1143891"
)

LOST = "what no path can spell costs 1e5 or so, and has slopes"
ENDED = "targets end at the first 0, which is the blank"


class Spelling(Listwise):
    """−ln of the probability of all paths, a class for each step, that spell the labels.

    The places of a path are the labels with a blank before, between and behind them. Blocks are (K, T, lists) and
    (S, lists); sums over paths are (places, T, lists).
    """

    family = "sequence"
    symbols = "z, y"
    source = GRAVES

    blank: float = parameter(default=0, within=Index(2**31), help="the class that says nothing", quiet=True)
    zero_infinity: float = flag(default=0.0, help="lists that no path can spell cost 0, as in torch")

    @abstractmethod
    def probability(self, z) -> Any:
        """Return the probability of each class."""

    @abstractmethod
    def slope(self, q, passed) -> Any:
        """Return the first derivatives, from the probability of each class and that it is on a path that spells."""

    @abstractmethod
    def bend(self, q, passed) -> Any:
        """Return the second derivatives, each in one number."""

    normal: ClassVar[bool] = False
    """Whether the numbers are logarithms of probabilities."""

    def derivative(self, order, z, labels):
        if order == 2:
            return self.careful(order, z, labels)
        found = (spelled.cost, spelled.slopes)[order](z, labels, int(self.blank), self.normal)
        return reconsidered([found], partial(self.careful, order), z, labels)

    def careful(self, order, z, labels):
        """Return a derivative by double-doubles with exponents."""
        q, places, at, said = self.paths(z, labels)
        if order == 0:
            return (self.cost(arrivals(said, places)[1], len(z[0])),)
        lists = z.shape[2]
        both = joined([said, said[::-1, ::-1]], 2)  # what is to come is what has been, read backwards
        arrived, whole = arrivals(both, np.concatenate([places, places[::-1]], axis=1))
        whole = whole[:lists]
        through = arrived[..., :lists] * said * arrived[::-1, ::-1, lists:] / whole
        nothing, spoken = q[:1].where(np.False_), np.unique(places)
        passed = [through.where(at == k).total()[None] if k in spoken else nothing for k in range(len(z))]
        found = (self.slope, self.bend)[order - 1](q, joined(passed, 0))
        return (np.where(whole.mantissa.high == 0, 0.0, found),)

    def paths(self, z, labels):
        """Return the probability of each class, the places of paths, and the class and its probability at each."""
        q = self.probability(z)
        places = np.full((2 * len(labels) + 1, labels.shape[1]), int(self.blank))
        places[1::2] = labels
        at = np.broadcast_to(places[:, None], (len(places), *z.shape[1:]))
        return q, places, at, q.along(at)

    def cost(self, whole, steps):
        found = sure(-whole.log(), np.asarray(steps))
        return np.where(whole.mantissa.high == 0, 0.0 if self.zero_infinity else np.inf, found)

    def corner(self, z, labels):
        _, places, _, said = self.paths(z, labels)
        return (arrivals(said, places)[1].mantissa.high == 0) & (not self.zero_infinity)

    def check(self, *arrays):
        super().check(*arrays)
        classes, labels = arrays[0].shape[1], Labels.from_lists(arrays[1]).padded
        if self.blank >= classes:
            raise UsageError(
                f"{self.name}: blank {self.blank:g} is no class: there are {classes}, from 0 on",
                code="bad-parameter",
            )
        outside = labels == self.blank
        if outside.any():
            raise DomainError(
                self.name, LABELS._replace(domain=Index(classes, but=self.blank)), outside, labels
            )

    def variables(self, *row):
        z, y = row
        return {
            "z": z, "steps": range(len(z)), "classes": range(len(z[0])), "y": [int(each) for each in y],
            "paths": self.chance, "through": self.chance,
        }  # fmt: skip

    def chance(self, q, y, step=-1, only=-1):
        """Return the probability of the paths that spell y; of those with the class `only` in a step, if told."""
        places = [int(self.blank)]
        for label in y:
            places += [label, int(self.blank)]
        skip = [s > 2 and s % 2 == 1 and c != places[s - 2] for s, c in enumerate(places)]
        reached = [int(s < 2) for s in range(len(places))]
        here = reached
        for t, chances in enumerate(q):
            told = [c == only or t != step for c in places]
            here = [
                old * chances[c] if old != 0 and known else 0
                for old, c, known in zip(reached, places, told, strict=True)
            ]
            reached = [here[s] + sum(here[max(0, s - 1 - skip[s]) : s]) for s in range(len(places))]
        whole = sum(here[-2:])
        return whole if whole != 0 or step >= 0 else int(self.zero_infinity)


def arrivals(said, places):
    """Return the probability of having come to each place at each step, before it is said; and of all that spell.

    From step to step a path stays, goes on to the next place, or to the one after if that leaves out a blank
    between different labels.
    """
    index = np.broadcast_to(np.arange(len(places))[:, None], places.shape)
    skip = np.zeros(places.shape, np.bool_)
    skip[3::2] = places[3::2] != places[1:-2:2]
    reached = ONE.where(index < 2)
    found = [reached[:, None]]
    for t in range(1, said.exponent.shape[1]):
        here = reached * said[:, t - 1]
        reached = here + here.along(index - 1) + here.along(index - 2).where(skip)
        found.append(reached[:, None])
    return joined(found, 1), (reached * said[:, -1])[-2:].total()


def most(x):
    """Return which classes have more than half, and what all the others have."""
    large = x.rounded > 0.5
    return large, x.where(~large).total()


class CTC(Spelling):
    """How surprised one is by the labels, read off the steps of a list: repeats count once, blanks not at all.

    paths(q, y) is the probability of all sequences of classes, one a step, that spell y when repeats are taken
    together and then blanks left out; through(q, y, k, c) is that of those with class c in step k.
    """

    forms = ((Input("pred", FINITE, "vector", wrt=True, columns=LOGIT), LABELS),)
    formula = "-log(P)"
    slope_formula = "q[k][c] - through(q, y, k, c) / P"

    also = (
        "connectionist-temporal-classification",
        "torch.nn.CTCLoss | takes log-probabilities, of which ctc is the same; steps come first, then lists; its mean "
        "divides each loss by the number of its labels first; what no path can spell has slopes of NaN",
        "torch.nn.functional.ctc_loss | takes log-probabilities, of which ctc is the same; steps come first, then "
        "lists; its mean divides each loss by the number of its labels first; what no path can spell has slopes of NaN",
        f"optax.ctc_loss | lists of one length, the rest said by paddings; {LOST}",
        f"optax.ctc_loss_with_forward_probs | the loss beside its sums over paths; {LOST}",
        f"keras.losses.CTC | a mean over lists, in float32; {ENDED}; {LOST}",
        f"keras.losses.ctc | in float32; {ENDED}; {LOST}",
    )  # fmt: skip
    use = "a sequence of labels is known, but not at which steps they are: speech, handwriting, genes"
    pitfalls = (
        "labels must fit: T steps spell S labels with R equal neighbours if T >= S + R; others cost infinity, and "
        "have no slope",
        "the blank is class 0 unless told; elsewhere it is often the last",
        "a sum over all labels of a list: long ones dominate a mean over lists; torch's mean divides each by the "
        "number of its labels first",
        "it is happy with spikes: a label said in one step, and blanks around it",
    )
    example = "0/2:1,1/0:,2/0:"
    related = ("ctc-log-probs", "softmax-cross-entropy", "nll")

    def probability(self, z):
        e = Wide.exponential(apart(z, z.max(axis=0)))
        return e / e.total()

    def slope(self, q, passed):
        (much, rest), (sure_of, others) = most(q), most(passed)
        return np.where(much & sure_of, others.less(rest), q.less(passed))

    def bend(self, q, passed):
        (much, rest), (sure_of, others) = most(q), most(passed)
        beyond = np.where(sure_of, others.less(q), (ONE - q).less(passed))
        return self.slope(q, passed) * np.where(much, rest.less(passed), beyond)

    def where(self, form):
        return (
            ("Z", "[sum(exp(z[t][c]) for c in classes) for t in steps]"),
            ("q", "[[exp(z[t][c]) / Z[t] for c in classes] for t in steps]"),
            ("P", "paths(q, y)"),
        )


class CTCLogProbs(Spelling):
    """The loss ctc of log-probabilities: its derivatives are those in these, which need not sum to 1.

    paths and through are those of ctc.
    """

    forms = ((Input("pred", NONPOSITIVE, "vector", wrt=True, columns=LOG_PROBABILITY), LABELS),)
    formula = "-log(P)"
    slope_formula = "-through(q, y, k, c) / P"
    normal = True
    instead = {"pred": "ctc"}  # noqa: RUF012
    also = (
        "keras.backend.ctc_batch_cost | of Keras 2; takes probabilities, adding 1e-7; the blank is the last class",
    )  # fmt: skip
    use = "as ctc, where a model gives log-probabilities"
    pitfalls = (
        "the slope is minus the posterior, the share of paths through a class: a list's slopes sum to -T, where those "
        "of ctc sum to 0",
        "torch takes log-probabilities, but its gradient is that of ctc, softmax - posterior: right only behind "
        "a log_softmax",
        "labels must fit: T steps spell S labels with R equal neighbours if T >= S + R; others cost infinity, and "
        "have no slope",
        "the blank is class 0 unless told; elsewhere it is often the last",
    )
    example = "-0.5/-1:1,-1/-0.5:"
    related = ("ctc", "nll", "softmax-cross-entropy")

    def probability(self, z):
        return Wide.exponential(DoubleDouble(z, np.zeros_like(z)))

    def slope(self, q, passed):
        return 0.0 - passed.rounded

    def bend(self, q, passed):
        large, others = most(passed)
        return 0.0 - (passed * others.where(large, ONE - passed)).rounded

    def where(self, form):
        return (("q", "[[exp(z[t][c]) for c in classes] for t in steps]"), ("P", "paths(q, y)"))
