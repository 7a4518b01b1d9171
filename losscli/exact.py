"""The formula of a loss and its derivatives, to any precision: the answer when a kernel has none.

Importing this module imports mpmath; nothing does so before a row needs it.
"""
# numbers of mpmath have no types:
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import frexp, isfinite
from typing import Any

from losscli.formula import evaluate, needed
from losscli.nodes import Node, Number, Vector, flow, mp, mpmath, over, plain, times

__all__ = ["BITS", "Node", "Vector", "bits_for", "double", "flow", "mp", "number", "plain", "run"]

BITS = 3300
"""Enough to hold any sum of products of two doubles, 2^2048 beside 2^-1074, with 150 bits to spare."""
LEAST_POWER = -(mp.mpf(2) ** 4200)
LARGE = mp.mpf(2) ** 100


def log(x: Number) -> Number:
    """Return the natural logarithm."""
    return Node(mp.log(x.v), (x, over, (x,))) if isinstance(x, Node) else mp.log(x)


def exp(x: Number) -> Number:
    """Return the exponential."""
    if not isinstance(x, Node) or not mp.isfinite(x.v):
        return _power_of_e(plain(x))
    result = Node(_power_of_e(x.v))
    result.parents = [(x, times, (result,))]
    return result


def _power_of_e(x: Number) -> Number:
    """Return e^x, and 0 where no quotient of doubles is as large as -x."""
    return mp.exp(x) if x > LEAST_POWER else mp.zero


def expm1(x: Number) -> Number:
    """Return e^x - 1, which does not vanish with a small x."""
    if not isinstance(x, Node) or not mp.isfinite(x.v):
        return mp.expm1(plain(x)) if plain(x) > -LARGE else -mp.one
    result = Node(expm1(x.v))
    result.parents = [(x, lambda g, r: g * (r + 1), (result,))]
    return result


def cos(x: Number) -> Number:
    """Return the cosine of an angle in radians."""
    return Node(mp.cos(x.v), (x, lambda g, x: -g * sin(x), (x,))) if isinstance(x, Node) else mp.cos(x)


def sin(x: Number) -> Number:
    """Return the sine of an angle in radians."""
    return Node(mp.sin(x.v), (x, lambda g, x: g * cos(x), (x,))) if isinstance(x, Node) else mp.sin(x)


def tanh(x: Number) -> Number:
    """Return the hyperbolic tangent."""
    if not isinstance(x, Node):
        return mp.tanh(x)
    result = Node(mp.tanh(x.v))
    result.parents = [(x, lambda g, t: g * (1 - t * t), (result,))]
    return result


def cosh(x: Number) -> Number:
    """Return the hyperbolic cosine."""
    return (exp(x) + exp(-x)) / 2


def atan(x: Number) -> Number:
    """Return the angle whose tangent is `x`."""
    if not isinstance(x, Node):
        return mp.atan(x)
    return Node(mp.atan(x.v), (x, lambda g, x: g / (1 + x * x), (x,)))


def erf(x: Number) -> Number:
    """Return the error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0."""
    if not isinstance(x, Node):
        return mp.erf(x)
    return Node(mp.erf(x.v), (x, lambda g, x: g * exp(-x * x) * (2 / mp.sqrt(mp.pi)), (x,)))


def erfc(x: Number) -> Number:
    """Return 1 less the error function."""
    if not isinstance(x, Node) or not mp.isfinite(x.v):
        return _erfc(plain(x))
    return Node(_erfc(x.v), (x, lambda g, x: -g * exp(-x * x) * (2 / mp.sqrt(mp.pi)), (x,)))


def _erfc(x: Number) -> Number:
    """Return `mp.erfc`, which fails for the greatest doubles: there, few terms of its asymptotic series are enough."""
    if not LARGE < x < mp.inf:
        return mp.erfc(x)
    term = total = _power_of_e(-x * x) / (x * mp.sqrt(mp.pi))
    for k in range(mp.prec // 200 + 1):
        term *= -(2 * k + 1) / (2 * x * x)
        total += term
    return total


def lgamma(x: Number) -> Number:
    """Return the logarithm of the gamma function, for x above 0."""
    return polygamma(-1, x)


def polygamma(n: int, x: Number) -> Number:
    """Return the derivative of order n + 1 of the logarithm of the gamma function; n = 0 is digamma."""
    value = mp.loggamma(plain(x)) if n < 0 else mp.polygamma(n, plain(x))
    return Node(value, (x, lambda g, x: g * polygamma(n + 1, x), (x,))) if isinstance(x, Node) else value


def sign(x: Number) -> Number:
    """Return -1, 0 or 1."""
    return mp.sign(plain(x))


def sqrt(x: Number) -> Number:
    """Return the square root, whose slope at 0 counts as 0: the subgradient of least norm of a distance."""
    if not isinstance(x, Node):
        return mp.sqrt(x)
    result = Node(mp.sqrt(x.v))
    result.parents = [(x, lambda g, root: g / (2 * root) if plain(root) else g * 0, (result,))]
    return result


def xlogy(x: Number, y: Number) -> Number:
    """Return x ln y, and 0 where x is 0 whatever y is."""
    return x * log(y) if plain(x) else x * 0


def dot(x: Sequence[Number], y: Sequence[Number]) -> Number:
    """Return the scalar product of two vectors."""
    return sum(a * b for a, b in zip(x, y, strict=True))


def norm(x: Sequence[Number], degree: Number = 2) -> Number:
    """Return the length of a vector: the root of degree `degree` of the sum of powers."""
    if degree == 2:
        return sqrt(sum(each * each for each in x))
    if degree == 1:
        return sum(abs(each) for each in x)
    total = sum(_size(each, degree) for each in x)
    return total ** (1 / mp.mpf(degree)) if plain(total) else mp.zero  # level, as the root is


def unit(x: Sequence[Number]) -> Vector:
    """Return a vector divided by its length."""
    length = norm(x)
    return Vector(each / length for each in x)


def norm2(x: Sequence[Number], degree: Number = 2) -> Number:
    """Return the square of the length of a vector, whose second derivative is 2 along each coordinate at 0."""
    if degree == 2 or not any(plain(each) for each in x):
        return sum(each * each for each in x)
    return norm(x, degree) ** 2


def _size(x: Number, power: Number, signed: bool = False) -> Number:
    """Return |x|^power, or `signed` as x: two functions that are each the other's derivative, kinks and all."""
    v = plain(x)
    size = abs(v) ** power if v else mp.zero if power > 0 else mp.one if power == 0 else mp.inf
    if signed:
        size = mpmath.sign(v) * size if v else mp.zero
    if not isinstance(x, Node):
        return size
    return Node(size, (x, lambda g, x: g * power * _size(x, power - 1, not signed), (x,)))


def largest(*each: Number) -> Number:
    """Return the largest of several, or of one list; on a tie what does not move: the least subgradient of a kink."""
    if len(each) == 1:
        each = tuple(each[0])
    return next(x for x in sorted(each, key=_moves) if not any(y > x for y in each))


def smallest(*each: Number) -> Number:
    """Return the smallest; on a tie what does not move."""
    return next(x for x in sorted(each, key=_moves) if not any(y < x for y in each))


def _moves(x: Number) -> bool:
    return isinstance(x, Node)


MATHS: Mapping[str, Any] = {
    "abs": abs, "atan": atan, "cos": cos, "cosh": cosh, "dot": dot, "erf": erf, "erfc": erfc, "exp": exp,
    "expm1": expm1, "inf": mp.inf, "len": len, "lgamma": lgamma, "log": log, "max": largest, "min": smallest,
    "norm": norm, "norm2": norm2, "pi": mp.pi, "polygamma": polygamma, "range": range, "sign": sign,
    "sin": sin, "sorted": sorted, "sqrt": sqrt, "sum": sum, "tanh": tanh, "unit": unit, "xlogy": xlogy,
}  # fmt: skip


def _once(function: Callable[..., Number]) -> Callable[..., Number]:
    """Return `function`, carried out once for the same operands: a softmax asks for its logarithm once a class."""
    known: dict[tuple[int, ...], tuple[Any, Number]] = {}

    def remembered(x: Number) -> Number:
        operands = tuple(x) if isinstance(x, Iterator) else (x,)
        key = tuple(map(id, operands))
        if key not in known:  # kept with its operands, lest other numbers take their place in memory
            known[key] = operands, function(iter(operands) if isinstance(x, Iterator) else x)
        return known[key][1]

    return remembered


def run(formula: str, where: Iterable[tuple[str, str]], names: Mapping[str, Any]) -> Number:
    """Return `formula` at `names`, after the definitions of `where` in their order."""
    known = {**MATHS, **{name: _once(MATHS[name]) for name in ("exp", "log", "sum")}, **names}
    for name, definition in needed(formula, tuple(where)):
        known[name] = evaluate(definition, known)
    return evaluate(formula, known)


def bits_for(numbers: Iterable[float], steep: bool = True) -> int:
    """Return a precision at which no product of two `numbers` vanishes and, where it is `steep`, no e^x of one.

    Nor do they vanish beside the constants of formulas, which are near 1: as p in 1 - p.
    """
    sizes = [1.0, *(abs(x) for x in numbers if x and isfinite(x))]
    span = frexp(max(sizes))[1] - frexp(min(sizes))[1]
    return int(min(BITS, 400 + 4 * span + 3 * max(sizes) * steep))


def double(x: Number) -> float:
    """Return the double nearest to `x`, rounded once, subnormal or not."""
    if not isinstance(x, mpmath.mpf) or not mpmath.isfinite(x):
        return float(x)
    sign, mantissa, exponent, bits = x._mpf_
    top = exponent + bits
    if top > 1100 or top < -1100:
        size = float("inf") if top > 0 else 0.0
    elif exponent >= 0:
        size = _ratio(int(mantissa) << exponent, 1)
    else:
        size = _ratio(int(mantissa), 1 << -exponent)
    return -size if sign else size


def _ratio(a: int, b: int) -> float:
    try:
        return a / b  # Python divides its own integers with one rounding, GMP with two
    except OverflowError:
        return float("inf")


def number(x: float) -> Number:
    """Return the double `x` exactly."""
    return mp.mpf(float(x))
