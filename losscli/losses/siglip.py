"""The sigmoid loss of a batch of pairs: every pair a question of its own."""

import numpy as np

from losscli.domain import POSITIVE
from losscli.families.alike import added, lead
from losscli.families.similarities import Slopes, deepest, where
from losscli.losses import given, pulled, swiftgiven
from losscli.losses.batches import Paired
from losscli.numerics.doubledouble import DoubleDouble, exp
from losscli.parameter import flag, parameter


class Siglip(Paired):
    """Asks of every anchor with every positive of the list whether they belong together: a logistic loss each.

    Row i holds anchor i and its positive; the positives of other rows do not belong to it. The loss of a list is
    the sum over all pairs, over the number n of its rows. Rows may hold similarities instead: n columns, that to
    each row's positive.
    """

    formula = (
        "(sum(log(1 + exp(-S[i][i] / temperature - bias)) for i in rows)"
        " + sum(log(1 + exp(S[i][j] / temperature + bias)) for i in rows for j in rows if j != i)) / n"
    )
    slope_formula = (
        "-1 / (n * temperature * (1 + exp(S[i][j] / temperature + bias))) if i == j"
        " else 1 / (n * temperature * (1 + exp(-S[i][j] / temperature - bias)))"
    )
    source = "Zhai et al. 2023, Sigmoid loss for language image pre-training, doi:10.48550/arXiv.2303.15343"
    also = (
        "sigmoid-contrastive", "pairwise-sigmoid", "siglip-loss",
        "open_clip.SigLipLoss | multiplies by logit_scale, at first 10, where ours divides by the temperature; "
        "logit_bias is the bias; does not divide embeddings by their lengths: the model does",
    )  # fmt: skip
    use = "data comes in pairs that belong together, as images and captions, and batches are small or spread out"
    example = "1/0:0.9/0.1,0/1:0.2/0.8"
    pitfalls = (
        "two rows with the same content are taken for strangers, and pushed apart",
        "a batch has n pairs and n (n - 1) strangers: the bias, -10 at first, keeps these from swamping the start",
        "temperature and bias are learned in the paper, from 0.1 and -10; here they are given",
    )
    related = ("info-nce", "bce-with-logits", "cosine-embedding")

    temperature: float = parameter(default=0.1, within=POSITIVE, help="what similarities are divided by")
    bias: float = parameter(default=-10.0, help="the logit of a pair at right angles")
    raw: float = flag(default=0.0, help="compares by scalar products, not by cosines")

    @property
    def scale(self):
        return self.temperature

    @property
    def offset(self):
        return self.bias

    def given(self, order, block):
        return given.siglip(order, block, self.temperature, self.bias)

    def swiftly_given(self, order, out, s):
        return swiftgiven.siglip(order, out, s, self.temperature, self.bias)

    def matched(self, s, rows):
        """Return which of these pairs belong together."""
        members = np.arange(s.high.shape[-1])
        return np.broadcast_to(members == members[rows][:, None], s.high.shape)

    def costs(self, s, rows, labels):
        together = self.matched(s, rows)
        sign = np.where(together, -1.0, 1.0)
        gap, lost = lead(s, -self.bias)
        gap, lost = sign * gap, sign * lost
        fade = np.exp(-abs(gap))
        wrong = np.where(gap < 0, fade, 1.0) / (1 + fade)
        found = np.maximum(gap, 0.0) + (np.log1p(fade) + wrong * lost)
        return added(found)[..., 0]

    def worth(self, s, rows, labels):
        return pulled.siglip_costs(s, rows, self.bias)

    def pulls(self, s, rows, labels):
        return pulled.siglip(s, rows, self.bias)

    def slopes(self, s, rows, labels):
        together = self.matched(s, rows)
        logit = s + self.bias
        fade = exp(-abs(logit))
        whole = fade + 1.0
        right, wrong = 1.0 / whole, fade / whole
        above = logit.high > 0
        up = where(above, right, wrong)
        down = where(above, wrong, right)
        weights = where(together, -down, up)
        bend = right * wrong
        size = -abs(logit.high)
        deep = np.maximum(deepest(size, above == together), deepest(size, np.ones_like(together)))
        return Slopes(weights, bend, bend, (), lambda: DoubleDouble(0.0), lambda: np.zeros(1), deep)

    def joint(self, found, s, u, v):
        return self.squares(found.bends, s, u, v)
