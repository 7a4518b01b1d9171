"""Textbook NumPy of the slopes of boxes in their four sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from byhand.lists import Function


def slopes(hull: bool) -> Function:
    """Return the slopes of 1 - I / U and, with the hull, of 1 - U / H."""

    def found(loss: Any, x1: Any, y1: Any, x2: Any, y2: Any, a1: Any, b1: Any, a2: Any, b2: Any) -> Any:
        w = np.maximum(0, np.minimum(x2, a2) - np.maximum(x1, a1))
        h = np.maximum(0, np.minimum(y2, b2) - np.maximum(y1, b1))
        both = w * h
        union = (x2 - x1) * (y2 - y1) + (a2 - a1) * (b2 - b1) - both
        wide, high = np.maximum(x2, a2) - np.minimum(x1, a1), np.maximum(y2, b2) - np.minimum(y1, b1)
        meet, around = both > 0, wide * high
        sides = (
            (y1 - y2, -h * (meet & (x1 > a1)), -high * (x1 < a1)),
            (x1 - x2, -w * (meet & (y1 > b1)), -wide * (y1 < b1)),
            (y2 - y1, h * (meet & (x2 < a2)), high * (x2 > a2)),
            (x2 - x1, w * (meet & (y2 < b2)), wide * (y2 > b2)),
        )
        return tuple(
            (both * (area - common) - common * union) / union**2
            + ((union * out - (area - common) * around) / around**2 if hull else 0)
            for area, common, out in sides
        )

    return found


BOXES: Mapping[tuple[str, int], tuple[Callable[..., Any] | None, Function]] = {
    ("iou", 8): (None, slopes(hull=False)), ("giou", 8): (None, slopes(hull=True)),
}  # fmt: skip
"""What has its value of the formula."""
