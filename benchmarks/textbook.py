"""Formulas as anyone would type them into NumPy: whole arrays, no care for rounding, range or memory."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import special
from byhand import BY_HAND

from losscli.loss import Input, Loss


def xlogy(x: Any, y: Any) -> Any:
    return np.where(x == 0, 0.0, x * np.log(y))


def along(x: Any) -> Any:
    """Return the sum over classes or components."""
    return np.sum(x, axis=0)


def norm(x: Any, degree: float = 2) -> Any:
    return along(np.abs(x) ** degree) ** (1 / degree) if degree != 2 else np.sqrt(along(x * x))


NAMES: Mapping[str, Any] = {
    "abs": np.abs, "atan": np.arctan, "cos": np.cos, "cosh": np.cosh, "exp": np.exp, "expm1": np.expm1, "inf": np.inf,
    "log": np.log, "sin": np.sin, "sqrt": np.sqrt, "tanh": np.tanh, "pi": np.pi, "xlogy": xlogy, "along": along,
    "where": np.where, "sign": np.sign, "max": lambda *x: np.maximum(*x), "min": lambda *x: np.minimum(*x),
    "norm": norm,
    "norm2": lambda x, degree=2: norm(x, degree) ** 2, "len": len, "highest": lambda x: np.max(x, axis=0),
}  # fmt: skip
LOOPS = {"classes", "members"}
"""What formulas go over, whose entries lie along the first axis."""


class Arrays(ast.NodeTransformer):
    """A formula of one row as one of all rows: cases become `where`, sums over classes sums along an axis."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        parts = [self.visit(each) for each in (node.test, node.body, node.orelse)]
        return ast.Call(ast.Name("where", ast.Load()), parts, [])

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if not isinstance(node.slice, ast.Name):
            raise NotImplementedError("one entry of a vector")
        return self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node:
            case ast.Call(ast.Name("sum" | "max" as name), [ast.GeneratorExp(body, [loop])]) if not loop.ifs:
                if self.mixes(body, loop):
                    raise NotImplementedError("pairs of entries")
                over = {"sum": "along", "max": "highest"}[name]
                return ast.Call(ast.Name(over, ast.Load()), [self.visit(body)], [])
            case ast.Call(ast.Name(name)) if name in NAMES or name in special.functions():
                return ast.Call(node.func, [self.visit(each) for each in node.args], [])
            case _:
                raise NotImplementedError(ast.unparse(node))

    @staticmethod
    def mixes(body: ast.expr, loop: ast.comprehension) -> bool:
        """Return whether the loop is over some entries only, or over those of another, outside an inner sum."""
        if ast.unparse(loop.iter) not in LOOPS:
            return True
        inner = {
            id(each)
            for call in ast.walk(body)
            if isinstance(call, ast.GeneratorExp)
            for each in ast.walk(call)
        }
        used = {
            each.slice.id
            for each in ast.walk(body)
            if isinstance(each, ast.Subscript) and isinstance(each.slice, ast.Name) and id(each) not in inner
        }
        return not used <= {loop.target.id if isinstance(loop.target, ast.Name) else ""}

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self.visit(node.elt)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        raise NotImplementedError(ast.unparse(node))


def textbook(loss: Loss, form: Sequence[Input], order: int) -> Callable[..., Any] | None:
    """Return a loss, or its gradient, as a function of what `stacked` makes of its inputs; None if there is none.

    Gradients come as the inputs are. Of a formula there is one.
    """
    written = BY_HAND.get((loss.name, len(form)), (None, None))[order]
    if written:
        return partial(written, loss)
    formula = None if loss.listed else of_rows(loss, form, order)
    if formula is None:
        return None

    def whole(*inputs: Any) -> Any:
        found = formula(*(x.T for x in inputs))
        if order and loss.symbols == "m":  # a slope in the margin
            found = found * inputs[1]
        return np.broadcast_to(found, inputs[0].T.shape if order else inputs[0].shape[:1]).T

    return whole


def stacked(loss: Loss, form: Sequence[Input], inputs: Sequence[Any], members: int) -> list[Any]:
    """Return what formulas take: vectors for classes, and lists of `members` along an axis of their own."""
    found: list[Any] = []
    for each, x in zip(form, inputs, strict=True):
        if each.kind == "class":
            x = one_hot(x, inputs[0].shape[1])
        if loss.listed and each.kind != "labels":
            x = np.ascontiguousarray(x[::members] if each.whole else x.reshape(-1, members, *x.shape[1:]))
        found.append(np.array(x, dtype=np.int64 if each.kind == "labels" else np.float64))
    return found


def one_hot(k: Any, width: int) -> Any:
    return k[:, None] == np.arange(width)


def of_rows(loss: Loss, form: Sequence[Input], order: int) -> Callable[..., Any] | None:
    """Return the formula, or that of the slope, with samples along the last axis."""
    try:
        codes = [(name, compiled(text)) for name, text in loss.where(form) if not smooths(text)]
        last = compiled(unweighed(loss, (loss.formula, loss.slope_formula)[order]))
    except NotImplementedError:
        return None
    settings = {name: x for name, x in loss.settings().items() if x != ()}

    def whole(*inputs: Any) -> Any:
        said = {
            name: np.array(x, np.float64) if isinstance(x, tuple) else x
            for name, x in loss.variables(*inputs).items()
        }
        known = {"__builtins__": {}, **NAMES, **special.functions(), **settings, **said}
        for name, code in codes:
            known[name] = eval(code, known)
        return eval(last, known)

    return whole


def unweighed(loss: Loss, text: str) -> str:
    """Return a formula without factors of classes, if there are none: nobody multiplies by 1."""
    factors = [] if getattr(loss, "weights", None) != () else ["weights[k] * ", "dot(weights, y) * "]
    factors += [] if getattr(loss, "alpha", None) != 1 else ["alpha[k] * ", "alpha[j] * "]
    for factor in factors:
        text = text.replace(factor, "")
    return text


def smooths(text: str) -> bool:
    """Return whether a definition smooths labels, which by default none are."""
    return "label_smoothing" in text


def compiled(text: str) -> Any:
    tree = Arrays().visit(ast.parse(text, mode="eval"))
    return compile(ast.fix_missing_locations(tree), text, "eval")
