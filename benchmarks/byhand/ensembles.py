"""Textbook NumPy of ensembles: members beside what came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from byhand.embeddings import along, length
from byhand.lists import Function, first, gaps


def crps_ensemble(loss: Any, x: Any, y: Any) -> Any:
    return abs(x - y[:, None]).mean(axis=1) - abs(gaps(x)).mean(axis=(1, 2)) / 2


def crps_ensemble_slope(loss: Any, x: Any, y: Any) -> Any:
    return (np.sign(x - y[:, None]) - np.sign(gaps(x)).mean(axis=2)) / x.shape[1]


def moments(loss: Any, x: Any) -> tuple[Any, Any, int]:
    return x.mean(axis=1), x.std(axis=1, ddof=0 if loss.bias else 1), x.shape[1] - (0 if loss.bias else 1)


def dawid_sebastiani(loss: Any, x: Any, y: Any) -> Any:
    m, s, _ = moments(loss, x)
    return ((m - y) / s) ** 2 + 2 * np.log(s)


def dawid_sebastiani_slope(loss: Any, x: Any, y: Any) -> Any:
    m, s, freedom = moments(loss, x)
    m, s = first(m), first(s)
    off = (m - first(y)) / s**2
    return 2 * off / x.shape[1] + 2 * (1 / s**2 - off**2) * (x - m) / freedom


def energy(loss: Any, x: Any, y: Any) -> Any:
    spread = sum(length(x - x[:, i : i + 1]).sum(axis=(1, 2)) for i in range(x.shape[1]))
    return length(x - y[:, None]).mean(axis=(1, 2)) - spread / (2 * x.shape[1] ** 2)


def energy_slope(loss: Any, x: Any, y: Any) -> Any:
    found = (x - y[:, None]) / length(x - y[:, None])
    for i in range(x.shape[1]):
        apart = x - x[:, i : i + 1]
        found -= apart / np.maximum(length(apart), 1e-300) / x.shape[1]
    return found / x.shape[1]


def kernel_score(loss: Any, x: Any, y: Any) -> Any:
    def far(x: Any) -> Any:
        return 1 - np.exp(-along(x, x)[..., 0] / (2 * loss.width**2))

    spread = sum(far(x - x[:, i : i + 1]).sum(axis=1) for i in range(x.shape[1]))
    return far(x - y[:, None]).mean(axis=1) - spread / (2 * x.shape[1] ** 2)


def kernel_score_slope(loss: Any, x: Any, y: Any) -> Any:
    def slope(x: Any) -> Any:
        return np.exp(-along(x, x) / (2 * loss.width**2)) * x / loss.width**2

    spread: Any = sum(slope(x - x[:, i : i + 1]) for i in range(x.shape[1]))
    return (slope(x - y[:, None]) - spread / x.shape[1]) / x.shape[1]


def variogram_parts(loss: Any, x: Any, y: Any) -> Any:
    return abs(gaps(y)) ** loss.p - sum(abs(gaps(x[:, i])) ** loss.p for i in range(x.shape[1])) / x.shape[1]


def variogram(loss: Any, x: Any, y: Any) -> Any:
    return (variogram_parts(loss, x, y) ** 2).sum(axis=(1, 2))


def variogram_slope(loss: Any, x: Any, y: Any) -> Any:
    v, found = variogram_parts(loss, x, y), np.empty_like(x)
    for i in range(x.shape[1]):
        apart = gaps(x[:, i]) + np.eye(x.shape[2])
        found[:, i] = (v * np.sign(apart) * abs(apart) ** (loss.p - 1)).sum(axis=2)
    return -4 * loss.p / x.shape[1] * found


def crps_ensemble_weighed(loss: Any, x: Any, y: Any, w: Any) -> Any:
    w = w / w.sum(axis=1, keepdims=True)
    spread = (abs(gaps(x)) * w[:, None] * w[:, :, None]).sum(axis=(1, 2))
    return (w * abs(x - y[:, None])).sum(axis=1) - spread / 2


def crps_ensemble_weighed_slope(loss: Any, x: Any, y: Any, w: Any) -> Any:
    w = w / w.sum(axis=1, keepdims=True)
    return w * (np.sign(x - y[:, None]) - (np.sign(gaps(x)) * w[:, None]).sum(axis=2))


def weighed(far: Function) -> Function:
    """Return the score of members with weights, from a function of what is between two vectors."""

    def score(loss: Any, x: Any, y: Any, w: Any) -> Any:
        w = w / w.sum(axis=1, keepdims=True)
        spread = sum(
            (w * w[:, i : i + 1] * far(loss, x - x[:, i : i + 1])).sum(axis=1) for i in range(x.shape[1])
        )
        return (w * far(loss, x - y[:, None])).sum(axis=1) - spread / 2

    return score


def weighed_slope(pull: Function) -> Function:
    """Return its slope, from that of the function."""

    def slope(loss: Any, x: Any, y: Any, w: Any) -> Any:
        w = (w / w.sum(axis=1, keepdims=True))[:, :, None]
        found = pull(loss, x - y[:, None])
        for i in range(x.shape[1]):
            found = found - w[:, i : i + 1] * pull(loss, x - x[:, i : i + 1])
        return w * found

    return slope


def outwards(loss: Any, gap: Any) -> Any:
    return gap / np.maximum(length(gap), 1e-300)


def far_off(loss: Any, gap: Any) -> Any:
    return 1 - np.exp(-along(gap, gap)[..., 0] / (2 * loss.width**2))


def off(loss: Any, gap: Any) -> Any:
    return np.exp(-along(gap, gap) / (2 * loss.width**2)) * gap / loss.width**2


def variogram_weighed_parts(loss: Any, x: Any, y: Any, w: Any) -> Any:
    w = w / w.sum(axis=1, keepdims=True)
    mean = sum(w[:, i, None, None] * abs(gaps(x[:, i])) ** loss.p for i in range(x.shape[1]))
    return abs(gaps(y)) ** loss.p - mean


def variogram_weighed(loss: Any, x: Any, y: Any, w: Any) -> Any:
    return (variogram_weighed_parts(loss, x, y, w) ** 2).sum(axis=(1, 2))


def variogram_weighed_slope(loss: Any, x: Any, y: Any, w: Any) -> Any:
    v, found = variogram_weighed_parts(loss, x, y, w), np.empty_like(x)
    for i in range(x.shape[1]):
        apart = gaps(x[:, i]) + np.eye(x.shape[2])
        found[:, i] = (v * np.sign(apart) * abs(apart) ** (loss.p - 1)).sum(axis=2)
    return -4 * loss.p * (w / w.sum(axis=1, keepdims=True))[:, :, None] * found


ENSEMBLES: Mapping[tuple[str, int], tuple[Function, Function]] = {
    ("crps-ensemble", 2): (crps_ensemble, crps_ensemble_slope),
    ("energy-score", 2): (energy, energy_slope),
    ("gaussian-kernel-score", 2): (kernel_score, kernel_score_slope),
    ("variogram-score", 2): (variogram, variogram_slope),
    ("crps-ensemble", 3): (crps_ensemble_weighed, crps_ensemble_weighed_slope),
    ("energy-score", 3): (weighed(lambda loss, gap: length(gap)[..., 0]), weighed_slope(outwards)),
    ("gaussian-kernel-score", 3): (weighed(far_off), weighed_slope(off)),
    ("variogram-score", 3): (variogram_weighed, variogram_weighed_slope),
    ("dawid-sebastiani", 2): (dawid_sebastiani, dawid_sebastiani_slope),
}
