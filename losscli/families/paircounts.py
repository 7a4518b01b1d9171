"""Losses of the pairs of a list that are straight lines in its scores: pairs are counted, and nothing is rounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.numerics.doubledouble import DoubleDouble, two_sum
from losscli.numerics.sums import grain, heads

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


def tallies(
    y: Array, kinds: Callable[[int], Sequence[tuple[Bools, Bools]]]
) -> tuple[Sequence[Array], Sequence[Array]]:
    """Return of each kind of pairs how often a member is the more relevant less how often the other, and their number.

    `kinds` says of a member which of those behind it make such a pair if it is the more relevant, and which if the
    other is.
    """
    count = len(y)
    number: Any = np.int8 if count < 128 else np.int32
    won: list[Any] = []
    paired: list[Any] = []
    for i in range(count - 1):
        lead, back = y[i] > y[i + 1 :], y[i] < y[i + 1 :]
        for k, (ahead, behind) in enumerate(kinds(i)):
            if i == 0:
                won.append(np.zeros(y.shape, number))
                paired.append(np.zeros(y.shape[1:]))
            first, second = ((lead & ahead).astype(number), (back & behind).astype(number))
            paired[k] += first.sum(axis=0, dtype=number) + second.sum(axis=0, dtype=number)
            first -= second
            won[k][i] += first.sum(axis=0, dtype=number)
            won[k][i + 1 :] -= first
    return [each.astype(np.float64) for each in won], paired


def weighed(counts: Array, s: DoubleDouble) -> tuple[DoubleDouble, Array]:
    """Return the sum of counts · s of each list, whose counts sum to 0, and how far it may be from the truth."""
    z, lost = two_sum(s.high, -s.high[0])
    lost += s.low
    top = abs(z).max(axis=0)
    many = len(z) ** 2  # as counts are, at most, in all
    head, rest = heads(z, top, many)
    rest += lost
    head *= counts
    rest *= counts
    return DoubleDouble.of_sum(head.sum(axis=0), rest.sum(axis=0)), grain(many, top)
