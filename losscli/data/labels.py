"""What tells the columns of a vector apart, and which columns make one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from losscli.data.cells import integer


def suffixes(names: Sequence[str], prefix: str | None = None) -> tuple[str, ...]:
    """Return what follows the prefix that the names share, or the names themselves if there is none."""
    prefix = common(names) if prefix is None else prefix
    rest = [name[len(prefix) :] for name in names]
    if not prefix or not all(rest):
        return tuple(names)
    numbers = [integer(text) for text in rest]
    return tuple(rest) if None in numbers else tuple(map(str, numbers))


def common(names: Sequence[str]) -> str:
    """Return the longest prefix of all names that ends where a word ends or a number begins."""
    heads = {re.sub("[0-9]+$", "", name) for name in names}
    if len(heads) == 1 and "" not in heads:
        return heads.pop()
    low, high = min(names), max(names)
    shared = 0
    while shared < len(low) and low[shared] == high[shared]:
        shared += 1
    while shared and low[shared - 1].isalnum():
        shared -= 1
    return low[:shared]


def by_number(columns: Sequence[int], labels: Sequence[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the columns in the order of their labels if all are integers (10 after 9), else as they are."""
    if None in (numbers := [integer(text) for text in labels]):
        return tuple(columns), tuple(labels)
    order = sorted(range(len(columns)), key=lambda at: numbers[at] or 0)
    return tuple(columns[at] for at in order), tuple(labels[at] for at in order)


def family(names: Sequence[str], stem: str, but: frozenset[int] = frozenset()) -> list[tuple[int, ...]]:
    """Return the families called `stem`: the columns stem_*, stem.*, or stem and a number; two or more."""
    low = [name.lower() for name in names]
    found: list[tuple[int, ...]] = []
    for tie in ("_", ".", ""):
        lead = stem.lower() + tie
        members = [
            at for at, name in enumerate(low) if at not in but and name.startswith(lead) and name != lead
        ]
        if not tie:
            members = [at for at in members if re.fullmatch("[0-9]+", low[at][len(lead) :])]
        if len(members) > 1:
            found.append(tuple(members))
    return found


def family_names(all_names: Sequence[str], columns: Sequence[int], stem: str) -> tuple[list[str], str | None]:
    """Return the names, and the prefix to cut off: the stem with the mark that follows it."""
    names = [all_names[at] for at in columns]
    for lead in (stem + names[0][len(stem) : len(stem) + 1], stem):
        cut = [name[len(lead) :] for name in names if name.lower().startswith(lead.lower())]
        ends = lead and (not lead[-1].isalnum() or all(text.isdigit() for text in cut))
        if stem and ends and len(cut) == len(names) and all(cut):
            return names, lead
    return names, None
