"""Numbers as text: exact for machines, short for people."""

from __future__ import annotations

from math import floor, isfinite, log10


def exact(x: float) -> str:
    """Return the shortest text that reads back as `x`: `25`, `0.1`, `inf`; never `-0`."""
    text = repr(x + 0.0)
    return text[:-2] if text.endswith(".0") else text


def json_number(x: float) -> str:
    """Return `x` as JSON, which has no infinities: those are strings that float() reads."""
    if isfinite(x):
        return exact(x)
    return '"NaN"' if x != x else '"Infinity"' if x > 0 else '"-Infinity"'


def short(x: float, digits: int = 4) -> str:
    """Return `x` to `digits` significant digits, with the zeros that are known: `2.730`, `4398`, `1.5e-07`."""
    if x == 0 or not isfinite(x):
        return exact(x)
    rounded = float(f"{x:.{digits - 1}e}")
    size = floor(log10(abs(rounded)))
    if -4 <= size < 9:
        return f"{x:.{max(0, digits - 1 - size)}f}"
    return f"{x:.{digits - 1}e}"


def plain(x: float, digits: int = 6) -> str:
    """Return a number of the user's own as they would write it, to at most `digits` significant digits."""
    return f"{x + 0.0:.{digits}g}"
