"""Special functions of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any


@cache
def functions() -> Mapping[str, Any]:
    """Return those that NumPy lacks and SciPy has, by the names of formulas; nothing without it."""
    try:
        from scipy.special import digamma, erf, erfc, gammaln
    except ImportError:
        return {}
    return {"digamma": digamma, "erf": erf, "erfc": erfc, "lgamma": gammaln}
