"""Formulas as text that runs: shown by `explain`, evaluated by `exact` and by the tests."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType
from typing import Any


@lru_cache(maxsize=512)
def _code(text: str) -> CodeType:
    return compile(text, "<formula>", "eval")


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """Return the value of `text`, every name looked up in `names`."""
    return eval(_code(text), {"__builtins__": {}, **names})


def names_in(text: str) -> set[str]:
    """Return the names that `text` mentions."""
    return {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}


@lru_cache(maxsize=512)
def needed(formula: str, where: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return those definitions of `where` that the formula needs."""
    names, found = names_in(formula), list[tuple[str, str]]()
    for name, text in reversed(where):
        if name in names:
            names |= names_in(text)
            found.append((name, text))
    return tuple(reversed(found))


def typeset(text: str, fixed: Mapping[str, float | tuple[float, ...]] | None = None) -> list[str]:
    """Return `text` as typeset lines, one a case: `e^2 / 2   if |e| <= delta`.

    The names in `fixed` are replaced by their numbers, and what that makes idle (`1 x`, `x + 0`) is left out.
    """
    body = ast.parse(text, mode="eval").body
    return _Setter().cases(_Fold(fixed or {}).visit(body))


class _Fold(ast.NodeTransformer):
    """Put numbers for names and drop what then does nothing."""

    def __init__(self, fixed: Mapping[str, float | tuple[float, ...]]) -> None:
        self.fixed = {name: value for name, value in fixed.items() if not isinstance(value, tuple)}
        self.level = fixed.keys() - self.fixed.keys()  # vectors of weights that are all 1

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _known(self.fixed[node.id]) if node.id in self.fixed else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in self.fixed:  # one number for all
            return _known(self.fixed[node.value.id])
        whole, *_ = ast.unparse(node.value).split("[")  # it may be a matrix
        return _known(1) if whole in self.level else self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        test = self.visit(node.test)
        if isinstance(test, ast.Constant):
            return self.visit(node.body if test.value else node.orelse)
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        sides = [self.visit(node.left), *map(self.visit, node.comparators)]
        folded = ast.Compare(sides[0], node.ops, sides[1:])
        return _carried_out(folded) if _foldable(*sides) else folded

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        folded = ast.BinOp(left, node.op, right)
        if _foldable(left, right):
            return _carried_out(folded)
        a, b = (x.value if isinstance(x, ast.Constant) else None for x in (left, right))
        match node.op:
            case ast.Mult() | ast.Div() if a == 0:
                return left
            case ast.Mult() if b == 0:
                return right
            case ast.Mult() if a == 1:
                return right
            case ast.Mult() if a == -1:
                return ast.UnaryOp(ast.USub(), right)
            case ast.Add() if a == 0:
                return right
            case ast.Sub() if a == 0:
                return ast.UnaryOp(ast.USub(), right)
            case ast.Mult() | ast.Div() | ast.Pow() if b == 1:
                return left
            case ast.Add() | ast.Sub() if b == 0:
                return left
            case ast.Pow() if b == 0:
                return _known(1)
            case _:
                return folded

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand = self.visit(node.operand)
        folded = ast.UnaryOp(node.op, operand)
        return _carried_out(folded) if _foldable(operand) else folded

    def visit_Call(self, node: ast.Call) -> ast.expr:
        arguments = [self.visit(each) for each in node.args]
        match node.func, arguments:
            case ast.Name(id="max"), [ast.Call(ast.Name(id="abs")) as size, ast.Constant(value=0)]:
                return size
            case ast.Name(id="dot"), [x, _] if ast.unparse(x) in self.level:  # of shares that sum to 1
                return _known(1)
            case ast.Name(id="xlogy"), [ast.Constant(value=0), _]:
                return arguments[0]
            case ast.Name(id="xlogy"), [ast.Constant(value=1), x]:
                return ast.Call(ast.Name("log"), [x], [])
            case _:
                return ast.Call(node.func, arguments, [])


def _known(value: float) -> ast.Constant:
    return ast.Constant(value, kind="known")


def _foldable(*sides: ast.AST) -> bool:
    """Return whether all are numbers, and one is a parameter's: 1 / 2 as written stays a fraction."""
    numbers = [side for side in sides if isinstance(side, ast.Constant)]
    return len(numbers) == len(sides) and any(side.kind == "known" for side in numbers)


def _carried_out(node: ast.expr) -> ast.expr:
    try:
        return _known(evaluate(ast.unparse(node), {}))
    except ArithmeticError:  # beyond the largest double: shown as it is written
        return node


SIGNS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 1),
    ast.Sub: ("-", 1),
    ast.Mult: ("", 2),
    ast.Div: ("/", 2),
    ast.Pow: ("^", 4),
}


class _Setter:
    """Write a formula as people do, in ASCII."""

    def cases(self, node: ast.expr) -> list[str]:
        if not isinstance(node, ast.IfExp):
            return [self.show(node)]
        rows: list[tuple[str, str]] = []
        rest: ast.expr = node
        while isinstance(rest, ast.IfExp):
            rows.append((self.show(rest.body), f"if {self.show(rest.test)}"))
            rest = rest.orelse
        rows.append((self.show(rest), "otherwise"))
        width = max(len(body) for body, _ in rows)
        return [f"{body:<{width}}   {when}" for body, when in rows]

    def show(self, node: ast.expr, above: int = 0) -> str:
        line, level = self.line(node)
        return f"({line})" if level < above else line

    def line(self, node: ast.expr) -> tuple[str, int]:
        """Return the text of `node` and how tightly it binds: 1 sum, 2 product, 3 sign, 4 power, 5 word."""
        show = self.show
        match node:
            case ast.Name(id=name):
                return name, 5
            case ast.Constant(value=value):
                return f"{value:g}" if isinstance(value, (int, float)) else str(value), 5
            case ast.UnaryOp(ast.USub(), operand):
                return f"-{show(operand, 2)}", 1
            case ast.BinOp(
                left, ast.Pow(), ast.BinOp(ast.Constant(value=1), ast.Div(), ast.Constant(value=2))
            ):
                return f"sqrt({show(left)})", 5
            case ast.BinOp(left, ast.Pow(), ast.Constant(value=power)):
                return f"{show(left, 5)}^{power:g}", 4
            case ast.BinOp(left, ast.Pow(), right):
                return f"{show(left, 5)}^{show(right, 5)}", 4
            case ast.BinOp(left, op, right):
                sign, level = SIGNS[type(op)]
                gap = f" {sign} " if sign else " "
                first = 1 if isinstance(left, ast.UnaryOp) else level  # -y / p needs no parentheses
                return f"{show(left, first)}{gap}{show(right, level + (sign in ('-', '/')))}", level
            case ast.Compare(left, [op], [right]):
                signs: dict[type[ast.cmpop], str] = {
                    ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.Eq: "=", ast.NotEq: "!=",
                }  # fmt: skip
                sign = signs[type(op)]
                return f"{show(left)} {sign} {show(right)}", 0
            case ast.Subscript(ast.Subscript() as value, index):  # x[m][i] is x_mi
                return f"{show(value)}{show(index)}", 5
            case ast.Subscript(value, index):
                return f"{show(value)}_{show(index)}", 5
            case ast.ListComp(body):
                return self.line(body)
            case ast.Call(ast.Name(id=name), arguments):
                return self.call(name, arguments)
            case _:
                raise SyntaxError(f"a formula cannot say {ast.unparse(node)}")

    def call(self, name: str, arguments: list[ast.expr]) -> tuple[str, int]:
        show = self.show
        match name, arguments:
            case "abs", [x]:
                return f"|{show(x)}|", 5
            case "norm2", _:
                return f"{self.call('norm', arguments)[0]}^2", 4
            case "norm", [x]:
                return f"||{show(x)}||", 5
            case "norm", [x, ast.Constant(value=2)]:
                return f"||{show(x)}||", 5
            case "norm", [x, degree]:
                return f"||{show(x)}||_{show(degree)}", 5
            case "dot", [x, y]:
                return f"{show(x, 5)} . {show(y, 5)}", 2
            case "log", [x]:
                return self.logarithm(x), 2
            case "xlogy", [factor, x]:  # factor · ln x, and 0 where the factor is 0
                return f"{show(factor, 2)} {self.logarithm(x)}", 2
            case "sum" | "max" | "min", [ast.GeneratorExp(body, loops)]:
                return f"{name}_{self.over(loops)} {show(body, 2)}", 2
            case "cosh" | "tanh", [ast.Name() as x]:
                return f"{name} {show(x)}", 2
            case "unit", [x]:
                return f"{show(x, 5)} / ||{show(x)}||", 2
            case "len", [ast.Subscript() as x]:
                return f"|{show(x)}|", 5
            case "len", [_]:
                return "K", 5
            case "sqrt", [x]:
                return f"sqrt({show(x)})", 5
            case _:
                return f"{name}({', '.join(map(show, arguments))})", 5

    def bounds(self, loop: ast.comprehension) -> str:
        """Return what a sum runs over: the index, and how far if not over all."""
        index = self.show(loop.target)
        match loop.iter:
            case ast.Call(ast.Name(id="range"), [ast.BinOp(last, ast.Add(), ast.Constant(value=1))]):
                return f"({index} <= {self.show(last)})"
            case ast.Call(ast.Name(id="range"), [first, ast.Call(ast.Name(id="len"), _)]):
                return f"({index} >= {self.show(first)})"
            case ast.Subscript() | ast.BinOp() | ast.Name(id="A"):
                return f"({index} in {self.show(loop.iter)})"
            case _:
                return index

    def over(self, loops: list[ast.comprehension]) -> str:
        """Return over what a sum runs: `k`, or `{i,j: y_i > y_j}`."""
        names = ",".join(map(self.bounds, loops))
        tests = ", ".join(self.show(test) for loop in loops for test in loop.ifs)
        return f"{{{names}: {tests}}}" if tests else names if len(loops) == 1 else f"{{{names}}}"

    def logarithm(self, x: ast.expr) -> str:
        match x:
            case ast.Name() | ast.Subscript() | ast.Call(ast.Name(id="cosh"), _):
                return f"ln {self.show(x)}"
            case _:
                return f"ln({self.show(x)})"
