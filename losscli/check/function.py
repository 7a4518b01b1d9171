"""Someone's Python function: found, called on arrays or tensors, its answers and mistakes taken down."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from types import ModuleType
from typing import Any, NamedTuple, cast

import numpy as np

from losscli.check.samples import Rows
from losscli.data.batch import Array
from losscli.errors import UsageError

PATIENCE = 20.0
"""Seconds after which a function that is called for each row alone is asked for no more of them."""


class Misfit(ValueError):
    """An answer of a wrong shape."""


class Raised(NamedTuple):
    """An exception of the function's own."""

    rows: int
    """How many rows it is raised for."""
    first: int
    says: str
    """`raises`, its type and message; or what shape its answer has."""
    where: tuple[int, ...] = ()
    """Which rows they are, if it was asked for each alone."""


class Said(NamedTuple):
    """What a function says of some rows; NaN where it raises."""

    value: Array | None
    gradient: list[Array] | None
    raised: Raised | None = None
    single: bool = False
    """Whether answers are in single precision."""
    answered: int | None = None
    """How many rows it was asked for, one by one, before it had taken too long."""

    def first(self, rows: Rows) -> Said:
        """Return what is said of some rows only, the first ones."""
        value = None if self.value is None else self.value[: rows.size]
        gradient = self.gradient and [x[: len(rows.place)] for x in self.gradient]
        raised = self.raised
        if raised and raised.rows > rows.size:
            raised = raised._replace(rows=rows.size)
        return self._replace(value=value, gradient=gradient, raised=raised, answered=None)


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
                      *map(str, getattr(function, "__annotations__", {}).values()), *_uses(function)])  # fmt: skip
    for name in ("torch", "jax"):
        if name in words or (name == "jax" and "optax" in words):
            return name
    return "numpy"


def _uses(function: Callable[..., Any]) -> Iterator[str]:
    """Yield the modules that a function has from what it names."""
    inner = getattr(function, "func", function)  # of functools.partial
    kind = cast("Any", type(inner))
    for each in (inner, getattr(inner, "__wrapped__", None), getattr(kind, "__call__", None)):  # noqa: B004
        code, known = getattr(each, "__code__", None), getattr(each, "__globals__", {})
        for name in getattr(code, "co_names", ()):
            value = known.get(name)
            module = getattr(value, "__name__" if isinstance(value, ModuleType) else "__module__", None)
            yield str(module).partition(".")[0]


class Called:
    """A function of one framework."""

    def __init__(self, function: Callable[..., Any], framework: str) -> None:
        self.function, self.framework = function, framework
        self.single = False
        """Whether it answers in single precision, and is given such numbers."""
        self.writes: dict[str, None] = {}
        """The inputs that it has written into."""

    def probe(self, rows: Rows) -> None:
        """Find out whether the function answers, or takes nothing but, single precision."""
        few = rows.take(range(min(3, rows.size)))
        first = self.ask(few)
        if first.raised and first.raised.rows == few.size:
            self.single = True
            again = self.ask(few)
            self.single = not again.raised
        elif first.single:
            self.single = True

    def ask(self, rows: Rows) -> Said:
        """Return what the function says of rows, all at once; one by one where that raises, or gives one number.

        A loss of lists is asked for one list at a time.
        """
        if rows.lists is not None:
            return self._each(rows, "")
        try:
            whole = self._once(rows, rows.inputs)
        except Misfit:
            raise
        except Exception as error:
            return self._each(rows, f"raises {said(error)}")
        if whole.value is not None and np.ndim(whole.value) == 0 and rows.size > 1:
            return self._each(rows, "")
        return whole

    def _each(self, rows: Rows, first: str) -> Said:
        """Ask for one row, or list, at a time; for as many as there is time for."""
        moving = [at for at, entry in enumerate(rows.form) if entry.wrt]
        values = np.full(rows.size, np.nan)
        gradient = [np.full(rows.inputs[k].shape, np.nan) for k in moving]
        wrong: list[tuple[int, str]] = []
        derived, single, end, count = False, False, monotonic() + PATIENCE, 0
        for at in range(rows.size):
            if monotonic() > end and count:
                break
            count += 1
            try:
                one = self._once(rows, rows.one(at))
                values[at] = _one_number(one.value, rows.unit)
                which = rows.place == at
                for k, each in enumerate(one.gradient or ()):
                    gradient[k][which] = _like(each, gradient[k][which], rows.unit)
            except Exception as error:
                wrong.append((at, str(error) if isinstance(error, Misfit) else f"raises {said(error)}"))
            else:
                derived, single = derived or one.gradient is not None, single or one.single
        raised = Raised(rows.size, 0, first) if first else None
        if wrong:
            raised = Raised(len(wrong), *wrong[0], tuple(at for at, _ in wrong))
        return Said(
            values, gradient if derived else None, raised, single, None if count == rows.size else count
        )

    def _once(self, rows: Rows, inputs: Sequence[Any]) -> Said:
        """Call the function."""
        made = np.float32 if self.single else np.float64
        arrays: list[Any] = []
        for entry, x in zip(rows.form, inputs, strict=True):
            whole = entry.kind == "labels" or (entry.kind == "class" and np.ndim(x) == 1)
            one = x[0] if rows.lists is not None and entry.whole and entry.kind != "labels" else x
            with np.errstate(all="ignore"):
                arrays.append(np.array(one, np.int64 if whole else made))
        moving = [at for at, entry in enumerate(rows.form) if entry.wrt]
        given, answer, gradient = getattr(self, f"_{self.framework}")(arrays, moving)
        for entry, x, after in zip(rows.form, arrays, given, strict=True):
            if not np.array_equal(np.asarray(x), _array(after), equal_nan=x.dtype.kind == "f"):
                self.writes[entry.name] = None
        if isinstance(answer, tuple):
            answer, *gradient = cast("tuple[Any, ...]", answer)
            if len(gradient) == 1 and isinstance(gradient[0], (tuple, list)) and len(moving) > 1:
                gradient = list(cast("Sequence[Any]", gradient[0]))
        value = _array(answer)
        found = None if gradient is None else [_array(x).astype(np.float64) for x in gradient]
        return Said(value.astype(np.float64), found, None, value.dtype in (np.float32, np.float16))

    def _numpy(self, arrays: Sequence[Any], moving: Sequence[int]) -> tuple[Any, Any, Any]:
        """Return what was given to the function, its answer, and derivatives if there are any beside it."""
        given = [x.copy() for x in arrays]
        with np.errstate(all="ignore"):
            return given, self.function(*given), None

    def _torch(self, arrays: Sequence[Any], moving: Sequence[int]) -> tuple[Any, Any, Any]:
        torch: Any = importlib.import_module("torch")
        given = [torch.from_numpy(x.copy()) for x in arrays]
        for at in moving:
            given[at].requires_grad_(True)
        value = self.function(*given)
        if isinstance(value, tuple):
            return given, cast("Any", value), None
        if not value.requires_grad:  # cut off from its inputs: there is nothing to derive
            return given, value, None
        value.sum().backward()
        found = [given[at].grad for at in moving]
        zeros = [np.zeros_like(arrays[at]) for at in moving]
        return given, value, [zero if x is None else x for x, zero in zip(found, zeros, strict=True)]

    def _jax(self, arrays: Sequence[Any], moving: Sequence[int]) -> tuple[Any, Any, Any]:
        jax: Any = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        given = [jax.numpy.asarray(x) for x in arrays]
        value = self.function(*given)
        if isinstance(value, tuple):
            return given, cast("Any", value), None

        def total(*x: Any) -> Any:
            return self.function(*x).sum()

        return given, value, jax.grad(total, argnums=tuple(moving))(*given)


def _array(x: Any) -> Any:
    """Return an answer as an array of its own precision. Raises `Misfit`."""
    if x is None or isinstance(x, str):
        raise Misfit("returns nothing" if x is None else "returns text, not numbers")
    if hasattr(x, "detach"):
        x = x.detach().cpu()
        x = x.float() if str(x.dtype) == "torch.bfloat16" else x
    found = np.asarray(x)
    if found.dtype.kind not in "fiub":
        found = found.astype(np.float32 if str(found.dtype) == "bfloat16" else np.float64)
    return found


def _one_number(value: Any, unit: str) -> float:
    """Return the one number that is said of a row, or list. Raises `Misfit`."""
    if np.size(value) != 1:
        raise Misfit(f"gives {np.size(value)} numbers of shape {np.shape(value)} for one {unit}")
    return float(np.ravel(value)[0])


def _like(gradient: Array, shape: Array, unit: str) -> Array:
    """Return a derivative in the shape of its input. Raises `Misfit`."""
    if np.size(gradient) != np.size(shape):
        raise Misfit(f"gives a gradient of shape {np.shape(gradient)} for one {unit}, not {np.shape(shape)}")
    return np.reshape(gradient, np.shape(shape))
