"""Numbers that remember what they were made of, so that derivatives flow back through a formula."""
# numbers of mpmath have no types:
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any

import mpmath as _mpmath

mpmath: Any = _mpmath  # which has no types
mp: Any = _mpmath.mp

Number = Any
"""A number of mpmath, or a `Node` made of some."""


class Node:
    """A number that remembers what it was made of, so that derivatives flow back through it.

    `parents` lists, for each operand that moves, how a derivative in this number becomes one in that
    operand: a function of the derivative and of `operands`.
    """

    __slots__ = ("parents", "serial", "v")
    serials = count()

    def __init__(self, v: Number, *parents: tuple[Number, Callable[..., Number], tuple[Number, ...]]) -> None:
        self.v = v
        self.parents = [each for each in parents if isinstance(each[0], Node)]
        self.serial = next(Node.serials)

    def __add__(self, other: Number) -> Node:
        return Node(self.v + plain(other), (self, same, ()), (other, same, ()))

    __radd__ = __add__

    def __neg__(self) -> Node:
        return Node(-self.v, (self, lambda g: -g, ()))

    def __sub__(self, other: Number) -> Node:
        return self + -other

    def __rsub__(self, other: Number) -> Node:
        return -self + other

    def __mul__(self, other: Number) -> Node:
        return Node(self.v * plain(other), (self, times, (other,)), (other, times, (self,)))

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Node:
        return _divide(self, other)

    def __rtruediv__(self, other: Number) -> Node:
        return _divide(other, self)

    def __pow__(self, power: Number) -> Node:
        def back(g: Number, x: Number) -> Number:
            return g * power * x ** (power - 1) if plain(x) or power >= 1 else g * 0

        return Node(self.v**power if self.v or power else mp.one, (self, back, (self,)))

    def __abs__(self) -> Node:
        sign = mpmath.sign(self.v)
        return Node(abs(self.v), (self, lambda g: g * sign, ()))

    def __lt__(self, other: Number) -> bool:
        return self.v < plain(other)

    def __le__(self, other: Number) -> bool:
        return self.v <= plain(other)

    def __gt__(self, other: Number) -> bool:
        return self.v > plain(other)

    def __ge__(self, other: Number) -> bool:
        return self.v >= plain(other)


def plain(x: Number) -> Number:
    """Return the number itself, without its memory."""
    return x.v if isinstance(x, Node) else x


def same(g: Number) -> Number:
    """Return a derivative as it is."""
    return g


def times(g: Number, other: Number) -> Number:
    """Return a derivative times the other factor."""
    return g * other


def _divide(a: Number, b: Number) -> Node:
    return Node(
        plain(a) / plain(b),
        (a, over, (b,)),
        (b, lambda g, a, b: over(-(g * a), b * b), (a, b)),
    )


def over(g: Number, x: Number) -> Number:
    """Return a derivative divided by a number of 0 or more; by 0 it is infinite, or NaN if it is 0 itself."""
    if plain(x):
        return g / x
    size = mpmath.sign(plain(g)) * mp.inf if plain(g) else mp.nan
    return Node(size) if isinstance(g, Node) or isinstance(x, Node) else size


def flow(out: Number, sources: Sequence[Node], again: bool = False) -> list[Number]:
    """Return the derivative of `out` in each of `sources`; as nodes, to differentiate `again`."""
    found: dict[int, Number] = {each.serial: mp.zero for each in sources}
    if not isinstance(out, Node):
        return list(found.values())
    due: dict[int, tuple[Node, Number]] = {out.serial: (out, mp.one)}
    queue = [-out.serial]
    while queue:  # operands are older than what is made of them
        node, g = due.pop(-heappop(queue))
        if node.serial in found:
            found[node.serial] = g
        for parent, back, operands in node.parents:
            share = back(g, *(operands if again else map(plain, operands)))
            if parent.serial in due:
                due[parent.serial] = parent, due[parent.serial][1] + share
            else:
                due[parent.serial] = parent, share
                heappush(queue, -parent.serial)
    return list(found.values())


class Vector(tuple[Number, ...]):
    """A list of numbers that adds and subtracts entry by entry."""

    __slots__ = ()

    def __add__(self, other: Any) -> Vector:  # pyright: ignore[reportIncompatibleMethodOverride]
        return Vector(a + b for a, b in zip(self, _spread(other, len(self)), strict=True))

    def __sub__(self, other: Any) -> Vector:
        return Vector(a - b for a, b in zip(self, _spread(other, len(self)), strict=True))


def _spread(x: Any, length: int) -> Iterable[Number]:
    return x if isinstance(x, tuple) else (x,) * length
