"""Families of losses: the calculus that their members share, once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from losscli import places
from losscli.blocks import squares
from losscli.domain import BINARY, NONNEGATIVE, SIGN, UNIT
from losscli.inputs import LOGIT, PREDICTION, PROBABILITY, SAME, TARGET
from losscli.loss import Array, Axis, Input, Loss, Section
from losscli.numerics.arithmetic import in_parts, with_care
from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.quick import OfError, OfMargin


class Pointwise(Loss):
    """A loss of one prediction and one target; K columns of each are K losses a row."""

    elementwise = True

    def value(self, prediction: ArrayLike, target: ArrayLike) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the loss of each element: arrays of one shape in, that shape out."""
        return super().value(prediction, target)

    def gradient(self, prediction: ArrayLike, target: ArrayLike) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the derivative of each element's loss in its prediction."""
        return self._evaluate(1, (prediction, target))[0]

    def hessian(self, prediction: ArrayLike, target: ArrayLike) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the second derivative of each element's loss in its prediction."""
        return self._evaluate(2, (prediction, target))[0]


class Residual(OfError, Pointwise):
    """A loss of the error alone: L(ŷ, y) = penalty(e), with e = ŷ − y."""

    family = "regression"
    symbols = "e"
    swift = True
    forms = ((Input("pred", wrt=True, columns=PREDICTION), Input("target", columns=TARGET)),)

    @abstractmethod
    def penalty(self, e: Array) -> Array: ...

    @abstractmethod
    def slope(self, e: Array) -> Array: ...

    @abstractmethod
    def curvature(self, e: Array) -> Array: ...

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        prediction, target = block
        e = prediction - target
        if order:
            e = self._unrounded(order, e, prediction, target)
        return (known((self.penalty, self.slope, self.curvature)[order](e), e, prediction, target),)

    def shows_missing(self, order: int) -> bool:
        return True

    def _unrounded(self, order: int, e: Array, prediction: Array, target: Array) -> Array:
        """Return `e`, moved off those kinks that only rounding has put it on."""
        traits = self.traits()
        for kink in traits.kinks if order == 2 or traits.smoothness == np.inf else ():
            if kink and (e == kink).any():  # a difference is 0 only when it is
                lost = two_sum(prediction, -target)[1]
                e = np.where((e == kink) & (lost != 0), np.nextafter(e, np.copysign(np.inf, lost)), e)
        return e

    def variables(self, *row: Any) -> Mapping[str, Any]:
        prediction, target = row
        return {"e": prediction - target}

    @property
    def axis(self) -> Axis:
        return Axis("e", "error  e = prediction - target", -3, 3, place=places.gap)

    def sections(self) -> tuple[Section, ...]:
        return (Section("", partial(_against, y=0), kinks=self.traits().kinks),)


def known(result: Array, e: Array, prediction: Array, target: Array) -> Array:
    """Return a result of the error `e`; NaN where that is beyond the largest double, or missing."""
    if squares(e) < np.inf:
        return result
    wide = np.isinf(e) & np.isfinite(prediction) & np.isfinite(target)
    return np.where(wide | np.isnan(e), np.nan, result)


class Unrounded(Residual):
    """A loss of the error whose kernels need more of it than a double holds: `e` is a `DoubleDouble`.

    `plain` makes do with a double, where it can.
    """

    def plain(self, order: int, e: Array) -> tuple[Array, NDArray[np.bool_]] | None:
        """Return the derivative of `order` of an error rounded to doubles, and where that is doubtful."""
        return None

    @abstractmethod
    def penalty(self, e: Any) -> Array: ...

    @abstractmethod
    def slope(self, e: Any) -> Array: ...

    @abstractmethod
    def curvature(self, e: Any) -> Array: ...

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        prediction, target = block
        e = prediction - target
        careful = partial(self.careful, order)
        if (plain := self.plain(order, e)) is None:
            return (in_parts(careful, *block),)
        found, doubtful = plain
        return (known(with_care(doubtful, found, careful, *block), e, *block),)

    def careful(self, order: int, *block: Array) -> Array:
        """Return the derivative of `order` of an error that is not rounded."""
        prediction, target = block
        s, lost = two_sum(prediction, -target)
        e = DoubleDouble(s, np.where(np.isfinite(s), lost, 0.0))
        return known((self.penalty, self.slope, self.curvature)[order](e), s, prediction, target)


def _against(x: Array, y: float) -> tuple[Array, ...]:
    return x, np.full_like(x, y)


class OfBoth(Pointwise):
    """A loss of prediction and target each by itself, and not of their difference or product alone."""

    @abstractmethod
    def penalty(self, x: Array, y: Array) -> Array: ...

    @abstractmethod
    def slope(self, x: Array, y: Array) -> Array: ...

    @abstractmethod
    def curvature(self, x: Array, y: Array) -> Array: ...

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        return ((self.penalty, self.slope, self.curvature)[order](*block),)

    def variables(self, *row: Any) -> Mapping[str, Any]:
        return dict(zip(self.symbols.split(", "), row, strict=True))


class Binary(OfBoth):
    """A loss of one prediction against a label between 0 and 1."""

    family = "binary classification"
    targets: ClassVar[tuple[float, ...]] = (1, 0)
    """Of the curves of its picture."""

    def sections(self) -> tuple[Section, ...]:
        kinks = self.traits().kinks
        return tuple(Section(f"y = {y:g}", partial(_against, y=y), kinks=kinks) for y in self.targets)


class OnProbability(Binary):
    """A binary loss of a probability."""

    instead: ClassVar[Mapping[str, str]] = {"pred": "bce-with-logits"}

    symbols = "p, y"
    top: ClassVar[float | None] = 5
    """Where its picture ends, if it has no bound."""
    forms = (
        (
            Input("pred", UNIT, wrt=True, columns=PROBABILITY),
            Input("target", UNIT, columns=TARGET),
        ),
    )

    @property
    def axis(self) -> Axis:
        return Axis("p", "predicted probability  p", 0, 1, top=self.top, place=places.own)


class OnLogit(Binary):
    """A binary loss of a logit, the log of the odds."""

    symbols = "z, y"
    forms = ((Input("pred", wrt=True, columns=LOGIT), Input("target", UNIT, columns=TARGET)),)

    @property
    def axis(self) -> Axis:
        return Axis("z", "logit  z = ln(p / (1 - p))", -5, 5, place=places.own)


class Margin(OfMargin, Pointwise):
    """A loss of the margin alone: L(s, y) = penalty(m), with m = y s and a label y of -1 or 1."""

    family = "margin classification"
    symbols = "m"
    swift = True
    forms = ((Input("pred", wrt=True, columns=LOGIT), Input("target", SIGN, columns=TARGET)),)

    @abstractmethod
    def penalty(self, m: Array) -> Array: ...

    @abstractmethod
    def slope(self, m: Array) -> Array: ...

    @abstractmethod
    def curvature(self, m: Array) -> Array: ...

    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        score, label = block
        m = label * score
        found = (self.penalty, self.slope, self.curvature)[order](m)
        found = label * found + 0.0 if order == 1 else found  # no -0.0
        return (np.where(np.isnan(m), m, found) if np.isnan(squares(m)) else found,)

    def shows_missing(self, order: int) -> bool:
        return True

    def variables(self, *row: Any) -> Mapping[str, Any]:
        score, label = row
        return {"y": label, "s": score}

    def where(self, form: Sequence[Input]) -> Sequence[tuple[str, str]]:
        return (("m", "y * s"),)

    @property
    def axis(self) -> Axis:
        return Axis("m", "margin  m = y s", -3, 3, place=places.product)

    def sections(self) -> tuple[Section, ...]:
        return (Section("", partial(_against, y=1), kinks=self.traits().kinks),)


class Ratio(OfBoth):
    """A loss of a prediction beside its target, drawn at target 1, where the prediction is their ratio.

    Where one target cannot say it, the picture has a curve for each of some `targets`.
    """

    family = "regression"
    symbols = "p, t"
    forms = ((Input("pred", wrt=True, columns=PREDICTION), Input("target", columns=TARGET)),)
    span: ClassVar[tuple[float, float]] = (0, 4)
    """The ratios, or predictions, that its picture shows."""
    targets: ClassVar[tuple[float, ...]] = ()
    top: ClassVar[float | None] = None
    """Where its picture ends, if it has no bound."""

    @property
    def axis(self) -> Axis:
        if self.targets:
            return Axis("r", "prediction  p", *self.span, self.top)
        return Axis("r", "ratio  r = prediction / target,  at target 1", *self.span, self.top, places.ratio)

    def sections(self) -> tuple[Section, ...]:
        if self.targets:
            return tuple(Section(f"t = {t:g}", partial(_against, y=t)) for t in self.targets)
        return (Section("", partial(_against, y=1), kinks=self.traits().kinks),)


class Multiclass(Loss):
    """A loss of one number a class and the true class, or a weight for each class."""

    family = "multi-class classification"
    swift = True

    def value(self, prediction: ArrayLike, target: ArrayLike) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the loss of each row, from predictions (n, K) and targets (n,) or (n, K)."""
        return super().value(prediction, target)

    def gradient(self, prediction: ArrayLike, target: ArrayLike) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the derivative of each row's loss in its K predictions, (n, K)."""
        return self._evaluate(1, (prediction, target))[0]

    def hessian(self, prediction: ArrayLike, target: ArrayLike) -> Array:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the matrix of second derivatives of each row's loss, (n, K, K)."""
        return self._evaluate(2, (prediction, target))[0]

    matrix = True

    def variables(self, *row: Any) -> Mapping[str, Any]:
        names = self.symbols.split(", ")
        return {**dict(zip(names, row, strict=True)), "classes": range(len(row[0]))}


SIMILAR = Input("target", BINARY, columns=(*SAME, *TARGET))
DISTANCE = Input("distance", NONNEGATIVE, wrt=True, columns=("distance", "dist", "d", "y_pred", "pred"))
