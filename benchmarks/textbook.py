"""Formulas as anyone would type them into NumPy: whole arrays, no care for rounding, range or memory."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.loss import Loss


def xlogy(x: Any, y: Any) -> Any:
    return np.where(x == 0, 0.0, x * np.log(y))


def along(x: Any) -> Any:
    """Return the sum over classes or components, kept as an axis."""
    return np.sum(x, axis=-1, keepdims=True)


def norm(x: Any, degree: float = 2) -> Any:
    return along(np.abs(x) ** degree) ** (1 / degree) if degree != 2 else np.sqrt(along(x * x))


NAMES: Mapping[str, Any] = {
    "abs": np.abs, "atan": np.arctan, "cos": np.cos, "cosh": np.cosh, "exp": np.exp, "log": np.log, "sin": np.sin,
    "sqrt": np.sqrt, "tanh": np.tanh, "pi": np.pi, "xlogy": xlogy, "along": along, "where": np.where,
    "max": lambda *x: np.maximum(*x), "min": lambda *x: np.minimum(*x), "norm": norm,
    "norm2": lambda x, degree=2: norm(x, degree) ** 2, "len": lambda x: x.shape[-1],
}  # fmt: skip


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
            case ast.Call(ast.Name("sum"), [ast.GeneratorExp(body, [loop])]) if not loop.ifs:
                if self.mixes(body, loop):
                    raise NotImplementedError("pairs of entries")
                return ast.Call(ast.Name("along", ast.Load()), [self.visit(body)], [])
            case ast.Call(ast.Name(name)) if name in NAMES:
                return ast.Call(node.func, [self.visit(each) for each in node.args], [])
            case _:
                raise NotImplementedError(ast.unparse(node))

    @staticmethod
    def mixes(body: ast.expr, loop: ast.comprehension) -> bool:
        """Return whether entries of the loop stand beside those of another loop, outside an inner sum."""
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


def textbook(loss: Loss, form: Sequence[Any], order: int) -> Callable[..., Any] | None:
    """Return the formula of a loss, or of its slope, as a function of whole arrays; None if it cannot be said so."""
    steps = [(name, text) for name, text in loss.where(form) if names(text) - {name} or loss.where(form)]
    try:
        codes = [
            (name, compiled(text)) for name, text in [*steps, ("", (loss.formula, loss.slope_formula)[order])]
        ]
    except NotImplementedError:
        return None
    settings = dict(loss.settings())
    wide = any(each.kind == "vector" for each in form)

    def whole(*inputs: Any) -> Any:
        known = {"__builtins__": {}, **NAMES, **settings, **loss.variables(*inputs)}
        for name, code in codes[:-1]:
            known[name] = eval(code, known)
        found = eval(codes[-1][1], known)
        return found[..., 0] if wide and not order else found

    return whole


def names(text: str) -> set[str]:
    return {each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)}


def compiled(text: str) -> Any:
    tree = Arrays().visit(ast.parse(text, mode="eval"))
    return compile(ast.fix_missing_locations(tree), text, "eval")
