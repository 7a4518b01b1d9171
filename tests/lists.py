"""Two losses of lists whose values one sees at a glance; neither states its own formula, so the catalogue has neither."""

import numpy as np

from losscli.domain import NONNEGATIVE
from losscli.families.listwise import Listwise
from losscli.loss import Input


class ApartFormula:  # inherited, it makes no entry of the catalogue
    formula = "sum((s[i] - s[j] - y[i] + y[j])**2 for i in range(len(s)) for j in range(len(s))) * c"


class Apart(ApartFormula, Listwise):
    """Squares, for each pair of a list, how much farther apart the scores are than the relevances; times `cost`."""

    name = "apart"
    family = "ranking"
    symbols = "s, y, c"
    forms = (
        (
            Input("pred", wrt=True, columns=("score", "scores", "pred")),
            Input("target", NONNEGATIVE, columns=("relevance", "target")),
            Input("cost", whole=True, columns=("cost",)),
        ),
        (
            Input("pred", wrt=True, columns=("score", "scores", "pred")),
            Input("target", NONNEGATIVE, columns=("relevance", "target")),
        ),
    )

    def derivative(self, order, *block):
        s, y, *cost = block
        c = cost[0] if cost else 1.0
        e = s - y
        gap = e[:, None] - e
        if order == 0:
            return ((gap**2).sum(axis=(0, 1)) * c,)
        if order == 1:
            return (4 * gap.sum(axis=1) * c,)
        return (np.broadcast_to(4 * (len(s) - 1) * c, s.shape),)

    def corner(self, *block):
        return (block[0] == 9).any(axis=0)

    def variables(self, *row):
        s, y, *cost = row
        return {"s": s, "y": y, "c": cost[0] if cost else 1}


class SpellFormula:
    formula = "sum(z[t][k]**2 for t in range(len(z)) for k in l)"


class Spell(SpellFormula, Listwise):
    """Squares, in each row of a list, the scores of those classes that its labels name, as often as they do."""

    name = "spell"
    family = "ranking"
    symbols = "z, l"
    forms = (
        (
            Input("pred", kind="vector", wrt=True, columns=("score", "scores", "pred")),
            Input("target", kind="labels", of="pred", whole=True, columns=("labels", "target")),
        ),
    )

    def derivative(self, order, *block):
        z, labels = block
        classes = np.arange(len(z))[:, None, None]
        times = (labels == classes).sum(axis=1)[:, None]
        found = (z**2 * times, 2 * z * times, 2 * times + 0 * z)[order]
        found = np.where(z > 1e100, np.nan, found)
        return (found.sum(axis=(0, 1)) if order == 0 else found,)

    def variables(self, *row):
        z, labels = row
        return {"z": z, "l": [int(k) for k in labels]}
