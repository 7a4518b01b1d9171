"""Textbook NumPy of gradients in more numbers than one: forecasts by a location and a shape, and pairs of scores.

A formula has the slope in its first input only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import special

from byhand.lists import Function

ROOT_HALF = np.sqrt(0.5)


def crps_gaussian(loss: Any, m: Any, s: Any, y: Any) -> Any:
    w = (m - y) / s
    return special.functions()["erf"](w * ROOT_HALF), np.sqrt(2 / np.pi) * np.exp(-(w**2) / 2) - 1 / np.sqrt(
        np.pi
    )


def crps_laplace(loss: Any, m: Any, s: Any, y: Any) -> Any:
    w = (m - y) / s
    fall = np.exp(-abs(w))
    return np.sign(w) * (1 - fall), fall * (1 + abs(w)) - 0.75


def crps_logistic(loss: Any, m: Any, s: Any, y: Any) -> Any:
    w = (m - y) / s
    fall = np.exp(-w)
    return np.tanh(w / 2), 2 * np.log(1 + fall) + 2 * w * fall / (1 + fall) - 1


def dawid_sebastiani(loss: Any, m: Any, s: Any, y: Any) -> Any:
    along, across = gaussian_sigma(loss, m, s, y)
    return 2 * along, 2 * across


def gaussian(loss: Any, m: Any, v: Any, y: Any) -> Any:
    e = m - y
    return e / v, (1 - e**2 / v) / v / 2


def gaussian_sigma(loss: Any, m: Any, s: Any, y: Any) -> Any:
    e = m - y
    return e / s**2, (1 - (e / s) ** 2) / s


def gaussian_log_var(loss: Any, m: Any, s: Any, y: Any) -> Any:
    e, inverse = m - y, np.exp(-s)
    return e * inverse, (1 - e**2 * inverse) / 2


def gaussian_log_sigma(loss: Any, m: Any, s: Any, y: Any) -> Any:
    e, inverse = m - y, np.exp(-2 * s)
    return e * inverse, 1 - e**2 * inverse


def laplace(loss: Any, m: Any, b: Any, y: Any) -> Any:
    e = m - y
    return np.sign(e) / b, (1 - abs(e) / b) / b


def laplace_log_scale(loss: Any, m: Any, s: Any, y: Any) -> Any:
    e, inverse = m - y, np.exp(-s)
    return np.sign(e) * inverse, 1 - abs(e) * inverse


def student(loss: Any, m: Any, s: Any, df: Any, y: Any) -> Any:
    e, psi = m - y, special.functions()["digamma"]
    u = (e / s) ** 2 / df
    share = u / (1 + u)
    beyond = psi(df / 2) - psi((df + 1) / 2) + 1 / df + np.log(1 + u) - (df + 1) / df * share
    return (df + 1) * e / (df * s**2 + e**2), (1 - (df + 1) * share) / s, beyond / 2


def negative_binomial(loss: Any, m: Any, n: Any, y: Any) -> Any:
    psi = special.functions()["digamma"]
    return (m - y) * n / (m * (m + n)), psi(n) - psi(y + n) + np.log(1 + m / n) + (y - m) / (m + n)


def negative_binomial_alpha(loss: Any, m: Any, a: Any, y: Any) -> Any:
    along, across = negative_binomial(loss, m, 1 / a, y)
    return along, -across / a**2


def negative_binomial_prob(loss: Any, p: Any, n: Any, y: Any) -> Any:
    psi = special.functions()["digamma"]
    return (y * p - n * (1 - p)) / (p * (1 - p)), psi(n) - psi(y + n) - np.log(p)


def interval(loss: Any, low: Any, high: Any, y: Any) -> Any:
    return 2 / loss.alpha * (y < low) - 1, 1 - 2 / loss.alpha * (y > high)


def uniform(loss: Any, low: Any, high: Any, y: Any) -> Any:
    width = high - low
    off = np.where(
        width > 0, np.clip((low + high - 2 * y) / np.where(width > 0, width, 1), -1, 1), np.sign(low - y)
    )
    return ((1 + off) ** 2 - 4 / 3) / 4, (4 / 3 - (1 - off) ** 2) / 4


def opposite(slope: Function) -> Function:
    """Return a slope in the first of two scores, and that in the second: its contrary."""

    def both(*given: Any) -> Any:
        found = slope(*given)
        return found, -found

    return both


def margin_ranking(loss: Any, one: Any, two: Any, y: Any) -> Any:
    return np.where(y * (one - two) < loss.margin, -y, 0)


def bradley_terry(loss: Any, chosen: Any, rejected: Any) -> Any:
    return -loss.beta / (1 + np.exp(loss.beta * (chosen - rejected) - loss.margin))


def dpo(loss: Any, chosen: Any, rejected: Any, *before: Any) -> Any:
    margin = chosen - rejected - (before[0] - before[1]) if before else chosen - rejected
    return loss.beta * loss.label_smoothing - loss.beta / (1 + np.exp(loss.beta * margin))


def triplet(loss: Any, near: Any, far: Any) -> Any:
    return np.where(near - far + loss.margin > 0, 1.0, 0.0)


GRADIENTS: Mapping[tuple[str, int], Function] = {
    ("crps-gaussian", 3): crps_gaussian, ("crps-laplace", 3): crps_laplace, ("crps-logistic", 3): crps_logistic,
    ("dawid-sebastiani", 3): dawid_sebastiani, ("gaussian-nll", 3): gaussian, ("gaussian-nll-sigma", 3): gaussian_sigma,
    ("gaussian-nll-log-var", 3): gaussian_log_var, ("gaussian-nll-log-sigma", 3): gaussian_log_sigma,
    ("laplace-nll", 3): laplace, ("laplace-nll-log-scale", 3): laplace_log_scale, ("student-t-nll", 4): student,
    ("negative-binomial-nll", 3): negative_binomial, ("negative-binomial-nll-alpha", 3): negative_binomial_alpha,
    ("negative-binomial-nll-prob", 3): negative_binomial_prob, ("interval-score", 3): interval,
    ("crps-uniform", 3): uniform,
    ("margin-ranking", 3): opposite(margin_ranking), ("bradley-terry", 2): opposite(bradley_terry),
    ("dpo", 2): opposite(dpo), ("dpo", 4): opposite(dpo), ("triplet-margin", 2): opposite(triplet),
}  # fmt: skip
FORECASTS: Mapping[tuple[str, int], tuple[Callable[..., Any] | None, Function]] = {
    name: (None, gradient) for name, gradient in GRADIENTS.items()
}
"""What has its value of the formula."""
