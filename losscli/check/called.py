"""Someone's Python function: found, called on arrays or tensors, its answers and mistakes taken down."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from losscli.check.rows import Rows
from losscli.data.batch import Array
from losscli.errors import UsageError


class Raised(NamedTuple):
    """An exception of the function's own."""

    rows: int
    """How many rows it is raised for."""
    first: int
    says: str
    """Its type and message."""
    where: tuple[int, ...] = ()
    """Which rows they are, if it was asked for each alone."""


class Said(NamedTuple):
    """What a function says of some rows; NaN where it raises."""

    value: Array | None
    gradient: list[Array] | None
    raised: Raised | None = None
    scalar: bool = False
    """Whether it gives one number for all rows, so that it was asked for each row alone."""


def find(spec: str) -> Callable[..., Any]:
    """Return the function that `module:name` or `path/to/file.py:name` means. Raises `UsageError`."""
    place, colon, name = spec.rpartition(":")
    if not (colon and place and name):
        raise UsageError(
            f"--python {spec}: write MODULE:FUNCTION",
            fix=["--python my_losses:huber", "--python path/to/file.py:huber"],
            code="bad-option",
        )
    try:
        if place.endswith(".py"):
            if not os.path.isfile(place):  # noqa: PTH113
                raise UsageError(f"--python {spec}: there is no file {place}", code="no-function")
            description = importlib.util.spec_from_file_location("checked_by_losscli", place)
            assert description is not None
            assert description.loader is not None
            module = importlib.util.module_from_spec(description)
            sys.path.insert(0, os.path.dirname(os.path.abspath(place)))  # noqa: PTH100, PTH120
            description.loader.exec_module(module)
        else:
            sys.path.insert(0, os.getcwd())  # noqa: PTH109
            module = importlib.import_module(place)
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"--python {spec}: {place} cannot be imported", [said(error)], code="no-function"
        ) from None
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            known = [
                each for each in vars(module) if not each.startswith("_") and callable(getattr(module, each))
            ]
            raise UsageError(
                f"--python {spec}: {place} has no {name}",
                [f"it has: {', '.join(known[:8])}"] if known else [],
                code="no-function",
            )
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"--python {spec}: {name} is no function", code="no-function")
    return cast("Callable[..., Any]", found() if isinstance(found, type) else found)


def said(error: BaseException) -> str:
    """Return an exception in its own words."""
    return f"{type(error).__name__}: {error}".strip().removesuffix(":").splitlines()[0]


def framework_of(function: Callable[..., Any], asked: str) -> str:
    """Return what a function takes: as asked, or as the module and the annotations of the function say."""
    if asked != "auto":
        if importlib.util.find_spec(asked) is None:
            raise UsageError(f"--framework {asked}: {asked} is not installed", code="not-installed")
        return asked
    words = " ".join([str(getattr(function, "__module__", "")), type(function).__module__,
                      *map(str, getattr(function, "__annotations__", {}).values())])  # fmt: skip
    for name in ("torch", "jax"):
        if name in words or (name == "jax" and "optax" in words):
            return name
    return "numpy"


class Called:
    """A function of one framework."""

    def __init__(self, function: Callable[..., Any], framework: str) -> None:
        self.function, self.framework = function, framework

    def ask(self, rows: Rows) -> Said:
        """Return what the function says of rows, all at once; one by one where that raises, or gives one number."""
        count = len(rows.inputs[0])
        moving = [at for at, entry in enumerate(rows.form) if entry.wrt]
        classes = [entry.kind == "class" for entry in rows.form]
        try:
            whole = self._once(rows.inputs, moving, classes)
        except Exception as error:
            return self._each(rows, moving, classes, said(error))
        if whole.value is not None and np.ndim(whole.value) == 0 and count > 1:
            return self._each(rows, moving, classes, "")._replace(scalar=True)
        return whole

    def _each(self, rows: Rows, moving: Sequence[int], classes: Sequence[bool], first: str) -> Said:
        values: list[Any] = []
        gradients: list[list[Array] | None] = []
        wrong: list[tuple[int, str]] = []
        for at in range(len(rows.inputs[0])):
            try:
                one = self._once([x[at : at + 1] for x in rows.inputs], moving, classes)
            except Exception as error:
                wrong.append((at, said(error)))
                values.append(np.nan)
                gradients.append(None)
            else:
                values.append(np.nan if one.value is None else np.ravel(one.value)[0])
                gradients.append(one.gradient)
        raised = Raised(len(values), 0, first) if first else None
        if wrong:
            raised = Raised(len(wrong), *wrong[0], tuple(at for at, _ in wrong))
        gradient = None
        if any(each is not None for each in gradients):
            gradient = [
                np.concatenate([np.full((1, *rows.inputs[k].shape[1:]), np.nan) if each is None else
                                np.reshape(each[at], (1, *rows.inputs[k].shape[1:])) for each in gradients])
                for at, k in enumerate(moving)
            ]  # fmt: skip
        return Said(np.array(values, dtype=np.float64), gradient, raised)

    def _once(self, inputs: Sequence[Any], moving: Sequence[int], classes: Sequence[bool]) -> Said:
        if self.framework == "torch":
            return self._torch(inputs, moving, classes)
        if self.framework == "jax":
            return self._jax(inputs, moving, classes)
        given = [
            x.astype(np.int64) if whole and x.ndim == 1 else x.copy()
            for x, whole in zip(inputs, classes, strict=True)
        ]
        with np.errstate(all="ignore"):
            answer = self.function(*given)
        if not isinstance(answer, tuple):
            return Said(np.asarray(answer, np.float64), None)
        value, *gradient = cast("tuple[Any, ...]", answer)
        if len(gradient) == 1 and isinstance(gradient[0], (tuple, list)):
            gradient = list(cast("Sequence[Any]", gradient[0]))
        return Said(np.asarray(value, np.float64), [np.asarray(x, np.float64) for x in gradient])

    def _torch(self, inputs: Sequence[Any], moving: Sequence[int], classes: Sequence[bool]) -> Said:
        torch: Any = importlib.import_module("torch")
        given = [torch.from_numpy(np.array(x)) for x in inputs]
        given = [x.long() if whole and x.ndim == 1 else x for x, whole in zip(given, classes, strict=True)]
        for at in moving:
            given[at].requires_grad_(True)
        value = self.function(*given)
        if value.requires_grad:
            value.sum().backward()
        found = [given[at].grad for at in moving]
        gradient = [
            np.zeros_like(inputs[at]) if x is None else x.numpy() for x, at in zip(found, moving, strict=True)
        ]
        return Said(value.detach().numpy().astype(np.float64), gradient)

    def _jax(self, inputs: Sequence[Any], moving: Sequence[int], classes: Sequence[bool]) -> Said:
        jax: Any = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        given = [
            jax.numpy.asarray(x.astype(np.int64) if whole and x.ndim == 1 else x)
            for x, whole in zip(inputs, classes, strict=True)
        ]
        value = self.function(*given)

        def total(*x: Any) -> Any:
            return self.function(*x).sum()

        found = jax.grad(total, argnums=tuple(moving))(*given)
        return Said(np.asarray(value, np.float64), [np.asarray(x, np.float64) for x in found])
