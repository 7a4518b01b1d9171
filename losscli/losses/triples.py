"""What losses of triplets are asked of, and how they are drawn: vectors, or the two distances between them."""

import numpy as np

from losscli.domain import FINITE, NONNEGATIVE
from losscli.loss import Axis, Input, Loss, Section

ANCHOR = Input("anchor", FINITE, "vector", wrt=True, columns=("anchor", "a"))
POSITIVE = Input("positive", FINITE, "vector", wrt=True, columns=("positive", "pos", "p"))
NEGATIVE = Input("negative", FINITE, "vector", wrt=True, columns=("negative", "neg", "n"))
TO_POSITIVE = Input("d_ap", NONNEGATIVE, wrt=True, columns=("d_ap", "d_pos", "distance_positive"))
TO_NEGATIVE = Input("d_an", NONNEGATIVE, wrt=True, columns=("d_an", "d_neg", "distance_negative"))


class Triples(Loss):
    """A loss of the distances from an anchor to something like it and to something else."""

    family = "similarity"
    symbols = "d_ap, d_an"
    forms = ((ANCHOR, POSITIVE, NEGATIVE), (TO_POSITIVE, TO_NEGATIVE))
    margin: float
    p: float
    eps: float
    squared: float
    swap: float
    smooth: float

    def variables(self, *row):
        return dict(zip((each.name for each in self.form(len(row))), row, strict=True))

    def where(self, form):
        if len(form) == 2:
            return tuple((d, f"{d}**2 if squared else {d}") for d in ("d_ap", "d_an"))
        lengths = "norm2({0} + eps, p) if squared else norm({0} + eps, p)".format
        return (
            ("d_ap", lengths("anchor - positive")),
            ("d_an", lengths("anchor - negative")),
            ("d_pn", lengths("positive - negative")),
            ("d_an", "d_an if swap < 1 else d_an if d_an <= d_pn else d_pn"),
        )

    @property
    def axis(self):
        words = f"difference of {'squared ' if self.squared else ''}distances  d_ap - d_an"
        reach = 3 * max(self.margin, 0.5)
        return Axis("x", words, -reach, reach, place=self.place)

    def place(self, *inputs):
        """Return the difference of distances."""
        near, far = inputs[:2]
        if len(inputs) == 3:
            pairs = ((0, 1), (0, 2), (1, 2))
            near, far, other = (
                np.linalg.norm(inputs[a] - inputs[b] + self.eps, self.p, axis=1) for a, b in pairs
            )
            far = np.minimum(far, other) if self.swap else far
        return near**2 - far**2 if self.squared else near - far

    def sections(self):
        def distances(x):
            near, far = np.maximum(x, 0.0), np.maximum(-x, 0.0)
            return (np.sqrt(1 + near), np.sqrt(1 + far)) if self.squared else (near, far)

        def slope(gradient):  # the shorter distance is 1 where they are squared
            return np.minimum(gradient[0], -gradient[1]) / (1 + self.squared)

        return (Section("", distances, slope, kinks=() if self.smooth else (-self.margin,)),)
