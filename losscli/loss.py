"""What a loss is: its inputs, its parameters, and how arrays go through it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, dataclass_transform

import numpy as np
from numpy.typing import ArrayLike, NDArray

from losscli import blocks
from losscli.blocks import missing_in, numbers, settled
from losscli.domain import Index, covers
from losscli.inputs import (
    SUM_TOLERANCE,
    DirectionError,
    DomainError,
    Input,
    OrderError,
    SimplexError,
    aligned,
    flat,
)  # fmt: skip
from losscli.mend import mend
from losscli.numerics.quick import Quickly
from losscli.parameter import Parameter, Value, flag, parameter
from losscli.sections import Axis, Section
from losscli.traits import Traits

Array = NDArray[np.float64]

__all__ = [
    "Array", "Axis", "DirectionError", "DomainError", "Input", "Loss", "OrderError", "Section", "SimplexError",
]  # fmt: skip


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(parameter, flag))
class Loss(Quickly, ABC):
    """A penalty for being wrong, with its first two derivatives in the prediction.

    Inside a loss one writes `penalty`, `slope` and `curvature`: pure mathematics on one block.
    Outside one calls `value`, `gradient` and `hessian`: checked, and blocked, at any size. A kernel
    that cannot answer a row leaves NaN there, and the row is computed from `formula`, exactly.
    """

    catalogue: ClassVar[dict[str, type[Loss]]] = {}
    parameters: ClassVar[dict[str, Parameter]] = {}
    forms: ClassVar[tuple[tuple[Input, ...], ...]]
    """The sets of inputs it can be computed from, told apart by their number."""
    elementwise: ClassVar[bool] = False
    """Whether K columns are K losses a row, and not one."""
    listed: ClassVar[bool] = False
    """Whether a list of rows has one loss, and not each row."""
    decides: ClassVar[bool] = False
    """Whether it is 0 or 1, and nothing between."""
    name: ClassVar[str]
    family: ClassVar[str]
    symbols: ClassVar[str]
    """What the loss is a function of, as formulas write it: `e`, or `p, y`."""
    formula: ClassVar[str]
    slope_formula: ClassVar[str]
    """The derivative in the first input, as text that runs."""
    source: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    """Names elsewhere, bare or `framework.name`.

    `name = spec`: the name means the loss with these parameters. `name ~ spec`: it means the plain loss,
    and the parameters bring about a guard of the framework's, such as a clip. `... | note`: how what is found
    there differs from ours, in a sentence; without a note it is the same.
    """
    use: ClassVar[str] = ""
    example: ClassVar[str] = ""
    """Rows as `--values` takes them, of a loss without a picture."""
    pitfalls: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ()
    instead: ClassVar[Mapping[str, str]] = {}
    """For an input with values outside its domain: the loss that takes them."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: each for name, each in vars(cls).items() if isinstance(each, Parameter)}
        cls.parameters = cls.parameters | own
        if "formula" in vars(cls):
            words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]|NLL$)", "-", cls.__name__)
            cls.name = words.replace("Mc-", "Mc").lower()
            if Loss.catalogue.setdefault(cls.name, cls) is not cls:
                raise TypeError(f"two losses are called {cls.name}")

    def __init__(self, **given: Any) -> None:
        for name in given.keys() - self.parameters.keys():
            known = f"it has {', '.join(self.parameters)}" if self.parameters else "it has none"
            raise TypeError(f"{self.name} has no parameter {name}: {known}")
        for name, each in self.parameters.items():
            object.__setattr__(self, name, each.accept(given.get(name, each.default)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a loss never changes; make another: {type(self).__name__}({name}={value!r})")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).items()))

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"
        )

    def __str__(self) -> str:
        """Return the spec that makes this loss again: `huber:delta=0.5`."""
        return ":".join([self.name, *self.changed()])

    def changed(self) -> list[str]:
        """Return the parameters that differ from their defaults, as a spec writes them."""
        each, now = self.parameters, self.settings()
        return [f"{name}={each[name].spell(now[name])}" for name in each if now[name] != each[name].default]

    def settings(self) -> Mapping[str, Value]:
        """Return every parameter by name."""
        return dict(vars(self))

    def idle(self) -> Mapping[str, Value]:
        """Return the parameters that stay out of the formula shown: what they do as they stand is carried out."""
        return {
            name: value
            for name, value in self.settings().items()
            if self._unsaid(self.parameters[name], value)
        }

    @staticmethod
    def _unsaid(each: Parameter, value: Value) -> bool:
        """Whether a parameter is a switch, or changes nothing as it stands."""
        return each.flag or (each.quiet and value == each.default)

    def value(self, *inputs: ArrayLike) -> Array:
        """Return the loss of each row; for an elementwise loss, of each element.

        Inputs are those of one of `forms`, of shape (n,) for a number, (n, K) for a vector, and (n,) or
        (n, K) for a class. Raises `DomainError` for a value outside its domain, `ValueError` for shapes
        that differ. NaN in a row gives NaN.
        """
        return self._evaluate(0, inputs)[0]

    def gradient(self, *inputs: ArrayLike) -> Array | tuple[Array, ...]:
        """Return the derivative of each row's loss in each input that has one: an array, or a tuple of them.

        At a kink it is the subgradient of least norm. Raises as `value` does.
        """
        found = self._evaluate(1, inputs)
        return found[0] if len(found) == 1 else found

    def hessian(self, *inputs: ArrayLike) -> Array | tuple[Array, ...]:
        """Return the second derivative of each row's loss, shaped as the gradient: the diagonal of vectors.

        A loss of class scores gives the full matrix, (n, K, K). Raises as `value` does.
        """
        found = self._evaluate(2, inputs)
        return found[0] if len(found) == 1 else found

    def traits(self) -> Traits:
        """Return what this loss, at these parameters, claims to be."""
        return Traits()

    def kinked(self, *inputs: ArrayLike) -> NDArray[np.bool_]:
        """Return where the loss has no derivative, so that `gradient` gives the subgradient of least norm."""
        arrays = tuple(np.asarray(x, dtype=np.float64) for x in inputs)
        samples = (
            flat(self.name, arrays)
            if self.elementwise
            else aligned(self.name, self.form(len(arrays)), arrays)
        )

        def kernel(*block: Array) -> tuple[Array]:
            return (np.where(self.corner(*block), 1.0, 0.0),)

        found: Array = blocks.evaluate(kernel, samples, [(len(samples[0]),)])[0]
        return np.greater(found.reshape(arrays[0].shape) if self.elementwise else found, 0)

    def corner(self, *block: Array) -> NDArray[np.bool_]:
        """Return which samples of a block have no derivative; by default none."""
        return np.zeros(block[0].shape[-1:], dtype=np.bool_)

    def form(self, count: int) -> tuple[Input, ...]:
        """Return the inputs of the form that has `count` of them."""
        for form in self.forms:
            if len(form) == count:
                return form
        wanted = " or ".join(f"({', '.join(each.name for each in form)})" for form in self.forms)
        raise TypeError(f"{self.name} takes {wanted}, not {count} inputs")

    def check(self, *arrays: Array) -> None:
        """Raise `DomainError` if a value lies outside the domain of its input."""
        form = self.form(len(arrays))
        for entry, x in zip(form, arrays, strict=True):
            if (entry.kind == "class" and x.ndim == 1) or (entry.kind == "labels" and entry.of):
                count = arrays[[each.name for each in form].index(entry.of)].shape[1]
                entry = entry._replace(domain=Index(count))
            if not covers(entry.domain, x):
                outside = entry.domain.outside(x)
                if outside.any():
                    raise DomainError(self.name, entry, outside, x)
            if entry.simplex and x.ndim == 2:
                sums = np.einsum(
                    "nk->n", x
                )  # rows that lie one after the other take five times as long to x.sum
                outside = abs(sums - 1) > SUM_TOLERANCE
                if outside.any():
                    raise SimplexError(self.name, entry, outside, sums)
            if entry.direction:
                outside = (x == 0).all(axis=1)
                if outside.any():
                    raise DirectionError(self.name, entry, outside, x)
            if entry.least:
                outside = x < arrays[[each.name for each in form].index(entry.least)]
                if outside.any():
                    raise OrderError(self.name, entry, outside, x)

    def _outside(self, block: Sequence[Array]) -> bool:
        try:
            self.check(*(x.T for x in block))
        except DomainError:
            return True
        return False

    @property
    def axis(self) -> Axis | None:
        """The axis of its picture; None if no one number says what matters."""
        return None

    def sections(self) -> tuple[Section, ...]:
        """Return the curves of its picture."""
        return ()

    def follow(self, section: Section, x: Array, order: int = 0) -> Array:
        """Return a curve of the picture at the points `x`: the loss, or its derivative along the axis."""
        inputs = section.inputs(x)
        return section.along(self.gradient(*inputs)) if order else self.value(*inputs)

    @abstractmethod
    def derivative(self, order: int, *block: Array) -> Sequence[Array]:
        """Return the derivative of `order` in each input that has one; samples run along the last axis."""

    @abstractmethod
    def variables(self, *row: Any) -> Mapping[str, Any]:
        """Return the names of the formula for one row, from its inputs: numbers, or vectors of numbers."""

    def where(self, form: Sequence[Input]) -> Sequence[tuple[str, str]]:
        """Return what the formula's names stand for, as formulas carried out in their order."""
        return ()

    def _evaluate(self, order: int, inputs: Sequence[ArrayLike]) -> tuple[Array, ...]:
        arrays = tuple(np.asarray(x, dtype=np.float64) for x in inputs)
        form = self.form(len(arrays))
        shape = arrays[0].shape
        arrays = flat(self.name, arrays) if self.elementwise else aligned(self.name, form, arrays)
        wrt = [x for entry, x in zip(form, arrays, strict=True) if entry.wrt]
        shapes = [x.shape for x in wrt] if order else [arrays[0].shape[:1]]
        if order == 2 and self.matrix:
            shapes = [(*x.shape, *x.shape[1:]) for x in wrt]

        plain = type(self).check is Loss.check and all(each.plain for each in form)

        def kernel(*block: Array) -> Sequence[Array]:
            whole = plain and all(each.complete(x) for each, x in zip(form, block, strict=True))
            if not whole and self._outside(block):
                self.check(*arrays)  # which row it is, counts from the first
            return self._block(order, form, block, whole)

        size = blocks.LONG if self.swift else blocks.BLOCK
        results = blocks.evaluate(kernel, arrays, shapes, size, self.shortcut(order, form))
        return tuple(result.reshape(shape) for result in results) if self.elementwise else results

    swift: ClassVar[bool] = False
    """Whether its kernels pass over a block a few times only, so that long blocks pay."""
    matrix: ClassVar[bool] = False
    """Whether the Hessian is a full matrix."""

    def shows_missing(self, order: int) -> bool:
        """Whether `derivative` gives NaN for a missing value by itself."""
        return self.elementwise and not order

    def _block(
        self, order: int, form: Sequence[Input], block: Sequence[Array], whole: bool = False
    ) -> Sequence[Array]:
        # a constant slope does not show a missing value, and a class that is NaN can be no index
        missing = None if whole or self.shows_missing(order) else missing_in(block)
        if missing is not None and not self.elementwise:
            block = [np.where(missing, 0.0, x) for x in block]
        results = list(settled([np.asarray(x) for x in self.derivative(order, *block)]))
        if missing is not None:  # nor would a formula know what to say of the 0 in its place
            results = [np.where(missing, 0.0, x) for x in results]
        if not numbers(results):
            mend(self, order, form, block, results)
        return results if missing is None else [np.where(missing, np.nan, x) for x in results]
