"""Losses of K classes with a factor, which may be one a class, and labels that may be smoothed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.families.onehot import weights
from losscli.families.pointwise import Multiclass
from losscli.families.weighed import smoothed
from losscli.loss import Array, Section
from losscli.numerics.arithmetic import FAINT
from losscli.numerics.doubledouble import DoubleDouble


class Balanced(Multiclass):
    """A loss whose target weights are first smoothed, then multiplied by the factors of their classes."""

    alpha: float | tuple[float, ...]
    label_smoothing: float

    @property
    def even(self) -> bool:
        """Whether all classes have one factor, and labels are taken as they are."""
        return not isinstance(self.alpha, tuple) and not self.label_smoothing

    @property
    def factor(self) -> float:
        """The one factor of all classes."""
        return 1.0 if isinstance(self.alpha, tuple) else self.alpha

    @property
    def largest(self) -> float:
        """The largest factor of a class."""
        return max(self.alpha) if isinstance(self.alpha, tuple) else self.alpha

    def check(self, *arrays: Array) -> None:
        """Raise `DomainError` if a value lies outside its domain, `ValueError` for factors of other classes."""
        if isinstance(self.alpha, tuple) and (classes := arrays[0].shape[1]) != len(self.alpha):
            raise ValueError(f"{self.name}: {len(self.alpha)} factors alpha for {classes} classes")
        super().check(*arrays)

    def shares(self, y: Array, classes: int) -> DoubleDouble:
        """Return what each class counts; NaN for what loses its bits."""
        share = smoothed(weights(y, classes), self.label_smoothing)
        factor = np.atleast_1d(np.array(self.alpha))[:, None]
        found = share * factor
        lost = (share.high != 0) & (factor != 0) & ((found.high < FAINT) | np.isinf(found.high))
        return DoubleDouble(np.where(lost, np.nan, found.high), found.low)

    def variables(self, *row: Any) -> Mapping[str, Any]:
        """Return the names of the formula for one row."""
        each = self.alpha if isinstance(self.alpha, tuple) else (self.alpha,) * len(row[0])
        return {**super().variables(*row), "alpha": each}

    def where(self, form: Any) -> tuple[tuple[str, str], ...]:
        """Return what the target stands for."""
        mixed = ("y", "[y[k] * (1 - label_smoothing) + label_smoothing / len(y) for k in classes]")
        return (mixed, *super().where(form))

    def sections(self) -> tuple[Section, ...]:
        """Return a curve for each factor: of a class that has it, all others being alike."""
        if not isinstance(self.alpha, tuple):
            return super().sections()
        factors = self.alpha
        return tuple(self._of_class(factors.index(each), len(factors)) for each in sorted(set(factors)))

    def _of_class(self, k: int, classes: int) -> Section:
        others, simplex = classes - 1, self.forms[0][0].simplex

        def inputs(x: Array) -> tuple[Array, ...]:
            rest, own = ((1 - x) / others, x) if simplex else (np.zeros_like(x), x + np.log(others))
            found = np.repeat(rest[:, None], classes, axis=1)
            found[:, k] = own
            return found, np.full_like(x, k)

        def along(gradient: Array) -> Array:
            return gradient[:, k]

        return Section(f"alpha {np.atleast_1d(self.alpha)[k]:g}", inputs, along, self.traits().kinks)
