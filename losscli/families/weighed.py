"""Losses of K classes that may count the classes differently, and leave rows of some targets out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from losscli.domain import FINITE, Interval
from losscli.errors import UsageError
from losscli.families.ignoring import Ignoring
from losscli.families.pointwise import Multiclass
from losscli.inputs import aligned
from losscli.loss import Array, Loss, Section
from losscli.numerics.arithmetic import FAINT, times
from losscli.numerics.doubledouble import DoubleDouble
from losscli.parameter import parameter, spell
from losscli.traits import Traits

if TYPE_CHECKING:
    from losscli.data.batch import Chosen


COUNTED = "class that counts"
"""What a parameter is for each of that names some of the classes."""


def class_weights() -> Any:
    """Declare weights of the classes."""
    within = Interval(0, 1e300, "[]")
    return parameter(default=(), within=within, each="class", help="how much each class counts", quiet=True)


def left_out() -> Any:
    """Declare targets whose rows do not count."""
    says = "targets whose rows are left out: -100 in torch"
    return parameter(default=(), within=FINITE, each="target", help=says, quiet=True)


class Weighed(Ignoring, Multiclass):
    """A loss of K classes, times the weight of the true one; nothing, for a target that is to be ignored."""

    weights: tuple[float, ...] = ()

    def counts(self, prediction: ArrayLike, target: ArrayLike) -> Array | None:
        """Return how much each row counts in a mean: the weight of its class, or 0; None if all count 1."""
        y = np.asarray(target, dtype=np.float64)
        if not (self.weights or self.ignore):
            return None
        gone = self.ignored(y)
        if not self.weights:
            return np.where(gone, 0.0, 1.0)
        found = y @ np.array(self.weights) if y.ndim == 2 else self.weight(np.where(gone, 0.0, y))
        return np.where(gone, 0.0, found)

    def check(self, *arrays: Array) -> None:
        """Raise `DomainError` if a value lies outside its domain, but not in a row that is left out."""
        if self.weights and (classes := arrays[0].shape[1]) != len(self.weights):
            raise ValueError(f"{self.name}: {len(self.weights)} weights for {classes} classes")
        super().check(*self.harmless(arrays))

    def kinked(self, *inputs: ArrayLike) -> NDArray[np.bool_]:
        """Return where the loss has no derivative; a row that is left out has one, 0."""
        arrays = [np.asarray(x, dtype=np.float64) for x in inputs]
        arrays = aligned(self.name, self.form(len(arrays)), arrays)
        return super().kinked(*self.harmless(arrays)) & ~self.ignored(arrays[1])

    def _evaluate(self, order: int, inputs: Sequence[ArrayLike]) -> tuple[Array, ...]:
        if not self.ignore:
            return super()._evaluate(order, inputs)
        arrays = [np.asarray(x, dtype=np.float64) for x in inputs]
        arrays = aligned(self.name, self.form(len(arrays)), arrays)
        found = super()._evaluate(order, self.harmless(arrays))
        gone = self.ignored(arrays[1])
        for x in found:
            x[gone] = 0.0
        return found

    def weight(self, y: Array | NDArray[np.intp]) -> Array:
        """Return the weight of each row's class."""
        return np.array(self.weights)[np.where(np.isnan(y), 0.0, y).astype(np.intp)]

    def weighed(self, share: DoubleDouble) -> DoubleDouble:
        """Return shares of the classes times their weights; NaN for what so loses its bits."""
        if not self.weights:
            return share
        found = share * np.array(self.weights)[:, None]
        some = (share.high != 0) & (np.array(self.weights)[:, None] != 0)
        lost = some & ((found.high < FAINT) | np.isinf(found.high))
        return DoubleDouble(np.where(lost, np.nan, found.high), found.low)

    def heavy(self, found: Array, y: Array | NDArray[np.intp]) -> Array:
        """Return what is `found` of rows of the classes `y` times their weights; NaN where bits are lost."""
        weight = self.weight(y)
        lost = (weight > 1) & (found != 0) & (abs(found) < FAINT) | (weight > 0) & (weight < 1) & np.isinf(
            found
        )
        return np.where(lost, np.nan, times(weight, found))

    def by_weight(self, inputs: Callable[[Array, int], Array]) -> tuple[Section, ...]:
        """Return a curve for each weight: along the axis `inputs` are those for a class with that weight."""

        def section(k: int) -> Section:
            def of_class(x: Array) -> tuple[Array, ...]:
                return inputs(x, k), np.full_like(x, k)

            def along(gradient: Array) -> Array:
                return gradient[:, k]

            return Section(f"weight {self.weights[k]:g}", of_class, along, self.traits().kinks)

        return tuple(section(self.weights.index(weight)) for weight in sorted(set(self.weights)))

    def chances(self, x: Array, k: int) -> Array:
        """Return probabilities of the classes: `x` of the class `k`, and the rest shared by the others."""
        found = np.repeat((1 - x)[:, None] / max(1, len(self.weights) - 1), len(self.weights), axis=1)
        found[:, k] = x
        return found

    def at_weights(self, traits: Traits) -> Traits:
        """Return what is left of the claims of a loss once its classes have weights."""
        if not self.weights:
            return traits
        best = traits.best and f"{traits.best}, times the weights"
        return Traits(convex=traits.convex, convex_in=traits.convex_in, kinks=traits.kinks, best=best)

    def variables(self, *row: Any) -> Mapping[str, Any]:
        """Return the names of the formula for one row; without weights all are 1."""
        return {**super().variables(*row), "weights": self.weights or (1,) * len(row[0])}


def smoothed(share: Array, s: float) -> DoubleDouble:
    """Return target weights mixed with the uniform distribution, to twice the precision."""
    fine = DoubleDouble(share, np.zeros_like(share))
    return fine * DoubleDouble.of_sum(1.0, -s) + DoubleDouble(s) / len(share) if s else fine


def ignorable(losses: Sequence[Loss]) -> tuple[float, ...] | None:
    """Return the targets whose rows losses leave out; None if they cannot. Raises `UsageError` if they differ."""
    each = [x.ignore if isinstance(x, Ignoring) and "ignore" in x.parameters else None for x in losses]
    if len({ignore or () for ignore in each}) > 1:
        raise UsageError(
            f"{' and '.join(map(str, losses))} leave out different rows: run them one at a time",
            fix=[f"losscli compute {loss} ..." for loss in losses],
            code="losses-apart",
        )
    return each[0]


def counts(loss: Loss, inputs: Sequence[Array]) -> Array | None:
    """Return how much each row counts in a mean; None if all count the same."""
    return loss.counts(*inputs) if isinstance(loss, Weighed) else None


def kept(loss: Loss, inputs: Sequence[Array]) -> NDArray[np.bool_] | None:
    """Return which rows a loss does not leave out; None if it leaves out none."""
    if not isinstance(loss, Ignoring) or not loss.ignore:
        return None
    gone = loss.ignored(inputs[1])
    return ~gone if gone.any() else None


def coded(loss: Loss, chosen: Chosen) -> Loss:
    """Return a loss that knows ignored classes as a reading codes them: the place of their column, else -1, -2 ...

    Raises `UsageError` if it has weights, or factors, for more or fewer classes than were chosen.
    """
    labels = chosen.labels
    for name, value in loss.settings().items():
        if not isinstance(value, tuple):
            continue
        if loss.parameters[name].each == "class" and len(value) not in (0, len(labels)):
            raise UsageError(
                f"{loss} has {len(value)} {name} for {len(labels)} classes",
                [f"classes: {', '.join(labels)}"],
                code="parameter-count",
            )
        if loss.parameters[name].each == COUNTED and max(value, default=0) >= len(labels):
            raise UsageError(
                f"{loss} counts class {max(value):g} of {len(labels)}, from 0",
                [f"classes: {', '.join(labels)}"],
                code="parameter-count",
            )
    if not isinstance(loss, Ignoring) or loss.forms[0][-1].kind != "class":
        return loss
    places = {text: float(at) for at, text in enumerate(labels)}
    ignore = tuple(places.get(spell(x), -1.0 - at) for at, x in enumerate(loss.ignore))
    if not ignore:
        return loss
    settings: dict[str, Any] = {**loss.settings(), "ignore": ignore}
    return type(loss)(**settings)
