"""What there is to explain: a loss, rows of it, and answers that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from losscli.check.compared import Answers, Tolerance
from losscli.data.batch import Array
from losscli.loss import Input, Loss


class Cause(NamedTuple):
    """What sets someone's answers apart from the reference, and what to do."""

    kind: str
    """One word for programs: `factor`, `clip`, `loss` ..."""
    says: str
    fix: tuple[str, ...] = ()
    factor: float | None = None


class Guess(NamedTuple):
    """A cause, and what someone's answers would be if it were the one."""

    predicted: Array
    cause: Cause


Chain = Callable[[Sequence[Array], Array], Array]
"""What makes a derivative in an input one in something else."""


class Case(NamedTuple):
    """Answers that differ, and all that is known of them."""

    loss: Loss
    form: Sequence[Input]
    sample: Answers
    tolerance: Tolerance
    quantity: str
    """`loss` or `grad`."""
    how: str
    """Over rows: none, sum or mean."""
    rows: int
    """How many there are in all."""
    elements: int
    wrt: int = 0
    """Which of the inputs that have derivatives is meant."""
    chain: Chain | None = None
    total: float = 1.0
    """What the derivatives of a mean are divided by."""
    units: tuple[float, str] = (0.0, "")
    """What a mean of all is over, if not rows: how many lists, or how much weight; and its name."""
    sums: float = 0.0
    """The sum of the reference over all rows."""

    @property
    def what(self) -> str:
        """What is checked, in words."""
        return "loss" if self.quantity == "loss" else "gradient"

    @property
    def everywhere(self) -> str:
        """On which rows something has been seen to hold."""
        seen = len(self.sample.lines)
        return "on every row" if seen == self.rows else f"on all {seen} rows looked at, of {self.rows}"

    def fits(self, predicted: Array, tolerance: Tolerance | None = None) -> bool:
        """Return whether someone's answers are these."""
        if predicted.shape != self.sample.yours.shape:
            return False
        return bool((self._tolerant(tolerance).excess(self.sample.yours, predicted) <= 1).all())

    def _tolerant(self, tolerance: Tolerance | None) -> Tolerance:
        return tolerance or Tolerance(4 * self.tolerance.atol, 4 * self.tolerance.rtol)

    def own(self, loss: Loss | None = None, inputs: Sequence[Array] | None = None) -> Array | None:
        """Return the answers of a loss to the inputs, each row's own; None if it cannot take them."""
        loss, inputs = loss or self.loss, inputs or self.sample.inputs
        if loss.listed:
            return None
        try:
            with np.errstate(all="ignore"):
                loss.check(*inputs)
                if self.quantity == "loss":
                    return loss.value(*inputs)
                found = loss.gradient(*inputs)
        except (ValueError, TypeError, IndexError):  # of other shapes, or outside its domain
            return None
        each = found if isinstance(found, tuple) else (found,)
        if self.wrt >= len(each):
            return None
        return self.chain(inputs, each[self.wrt]) if self.chain else each[self.wrt]

    def scaled(self, own: Array | None) -> Array | None:
        """Return each row's own answers as the reference has them: weighted, or shares of a mean."""
        if own is None or self.reduced:
            return None
        return scaled(own, self.sample.weight, self.total)

    @property
    def reduced(self) -> bool:
        """Whether the reference is one number for all rows."""
        return self.quantity == "loss" and self.how != "none"

    def answers(self, loss: Loss | None = None, inputs: Sequence[Array] | None = None) -> Array | None:
        """Return what the reference would be for another loss, or for other inputs."""
        return self.scaled(self.own(loss, inputs))

    def guess(self, predicted: Array | None, cause: Cause) -> Iterator[Guess]:
        """Yield a guess, if there is one."""
        if predicted is not None:
            yield Guess(predicted, cause)


def scaled(own: Array, weight: Array | None, total: float) -> Array:
    """Return each row's own answers times its weight, over the total."""
    if weight is not None:
        own = own * (weight[:, None] if own.ndim == 2 else weight)
    return own if total == 1 else own / total
