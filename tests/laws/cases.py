"""Every registered loss at the corners of its parameters, and the rows on which laws meet it."""

from __future__ import annotations

from itertools import combinations
from math import inf

import numpy as np

from losscli.domain import Choice
from losscli.families.classes import OnScores
from losscli.loss import Loss
from losscli.losses import catalogue
from losscli.parameter import flat
from tests.laws import rows as special
from tests.laws.numbers import HUGE, MAGNITUDES, TINY, beside, label, magnitude

SETTINGS = {
    "scale": [0.5, 3.0, 1e-300, 1e300],
    "delta": [0.3, 1e-320, 1e-160, 1e10, 1e308],
    "alpha": [-2.0, 2.0, 0.0, 2 - 2.0**-52, 3.5, 1e-10, -1e50],
    "beta": [0.3, 1e-320, 1e-160, 1e10, 1e308],
    "c": [0.3, 1e-160, 1e160],
    "clip": [1e-7, 0.3, 0.5, TINY],
    "label_smoothing": [0.1, 1e-17, 1.0],
    "pos_weight": [0.1, 7.0, 1e300, 1e-300],
    "top": [1.0, 2.0],
    "sigmoid": [0.3, 7.0, 1e300, 1e-300],
    "gamma": [0.3, 1e-20, 1e-320, 2.0, 1e308],
    "q": [0.001, 0.3, 3.0, 1000.0],
    "margin": [0.0, 0.2, 1e-160, 1e200],
    "power": [1.0, 1.5, 3.0, 64.0],
    "p": [1.0, 1.5, 3.0, 64.0, 2.0, 0.5],
    "eps": [1e-6, 1.0],
    "tau": [0.1, 0.9, 1e-17, 1e-320, 1 - 2.0**-53],
    "epsilon": [1.0, 1e-320, 1e-160, 1e10, 1e308],
    "period": [2.0, 360.0, 1e-300, 1e300, 6.283185307179586],
    "floor": [1.0, 1e-300, 1e300],
    "squared": [1.0],
    "swap": [1.0],
}


def corners(kind: type[Loss], pairs: int = 2) -> list[Loss]:
    """A loss at its defaults, with each parameter at each of its corners, and some pairs of corners."""
    found = [kind()]
    choices = {
        name: [x for x in settings(kind, each) if all(map(each.within.holds, flat([x])))]
        for name, each in kind.parameters.items()
    }
    for name, values in choices.items():
        found += [kind(**{name: x}) for x in values]
    for one, two in combinations(choices, 2):
        found += [kind(**{one: a, two: b}) for a in choices[one][:pairs] for b in choices[two][:pairs]]
    return list(dict.fromkeys(found))


def settings(kind: type[Loss], parameter) -> list[float]:
    """Corners of a parameter: those of this loss alone, those of its name, or those of any."""
    name = parameter.name
    return special.SETTINGS.get(f"{kind.name}.{name}") or SETTINGS.get(name) or generic(parameter)


def generic(parameter) -> list[float]:
    """Corners of a parameter that this file does not know."""
    if parameter.default == ():
        return []
    if isinstance(parameter.within, Choice):
        return list(parameter.within.members)
    low, high, _ = parameter.within
    return [x for x in (low, low + 0.1, high - 0.1, high, 4 * parameter.default) if abs(x) < inf]


CASES = [loss for kind in catalogue().values() for loss in corners(kind)]
FEW = [loss for kind in catalogue().values() for loss in corners(kind, 0)]


def rows(loss: Loss, at: int, count: int, seed: int = 0) -> list[tuple]:
    """Rows of the form `at`, frozen: adversarial ones first come by chance, so that any `count` is a fair sample."""
    rng = np.random.default_rng([seed, at, len(str(loss))])
    kinds = [entry.kind for entry in loss.forms[at]]
    if loss.name in special.ROWS:
        make = special.ROWS[loss.name]
    elif "class" in kinds:
        make = probabilities_row if loss.forms[at][0].simplex else scores_row
    elif "vector" in kinds:
        make = vectors_row
    elif loss.symbols == "e":
        make = residual_row
    elif loss.symbols == "p, y":
        make = probability_row
    elif loss.symbols == "p, t":
        make = ratio_row
    elif loss.symbols == "z, y":
        make = logit_row
    elif loss.symbols == "m":
        make = margin_row
    else:
        make = distance_row
    found = []
    while len(found) < count:
        row = make(loss, rng, at)
        if all(map(number, loss.forms[at], row)) and lawful(loss, at, row):
            found.append(tuple(map(frozen, row)))
    return found


def number(entry, x):
    """Whether an input is all numbers, and infinite only where that is one."""
    return np.all(np.isfinite(x) | (entry.endless & np.equal(x, inf)))


def frozen(x):
    """Numbers, vectors or matrices as something that is equal to itself."""
    return tuple(map(frozen, x)) if np.ndim(x) else float(x)


def columns(loss, rows):
    """Rows of one shape as the arrays that the loss takes; the members of lists one after the other."""
    arrays = [np.array(column, dtype=float) for column in zip(*rows, strict=True)]
    if not loss.listed:
        return arrays
    members = len(rows[0][0])
    form = loss.form(len(arrays))
    return [
        x
        if entry.kind == "labels"
        else np.repeat(x, members, axis=0)
        if entry.whole
        else x.reshape(-1, *x.shape[2:])
        for entry, x in zip(form, arrays, strict=True)
    ]


def lists(loss, rows):
    """Which list each member belongs to, for a loss of lists."""
    return {"lists": np.repeat(np.arange(len(rows)), len(rows[0][0]))} if loss.listed else {}


def lawful(loss, at, row) -> bool:
    try:
        loss.check(*columns(loss, [row]))
    except ValueError:
        return False
    return True


def residual_row(loss, rng, at):
    kinks = list(loss.traits().kinks)
    if turn := getattr(loss, "period", 0.0):  # where the loss, its slope or its curvature is 0
        kinks = [k / 4 * turn for k in (0, 1, 2, 3, 4, 4e3, 4e20)]
    match rng.integers(6):
        case 0:
            e = float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES))
            return (e, 0.0) if rng.random() < 0.5 else (0.0, e)
        case 1 if kinks:
            base = float(rng.choice([0.0, 0.1, 1.0, 1e-20, -1e-20, 1e-300]))
            return float(rng.choice(beside(float(rng.choice(kinks)) + base))), base
        case 2:
            x = magnitude(rng)
            return float(rng.choice(beside(x))), x
        case 3:
            return magnitude(rng), magnitude(rng)
        case 4:
            return float(rng.choice([HUGE, 1e308])), -float(rng.choice([HUGE, 1e308]))
        case _:
            return float(rng.normal()), float(rng.normal())


def probability_row(loss, rng, at):
    clip = getattr(loss, "clip", 0.0)
    y = label(rng)
    pool = [
        0.0,
        1.0,
        0.5,
        TINY,
        1 - 2.0**-53,
        1e-300,
        1e-20,
        *beside(0.5),
        rng.random(),
        10 ** rng.uniform(-323, 0),
    ]
    pool += [1 - 10 ** rng.uniform(-17, 0), *beside(y), *beside(clip), *beside(1 - clip)]
    s = getattr(loss, "label_smoothing", 0.0)
    return float(rng.choice([*pool, *beside(y * (1 - s) + s / 2)])), y


def ratio_row(loss, rng, at):
    low = loss.forms[at][0].domain.low
    sign = 1.0 if low > -np.inf else float(rng.choice([-1, 1]))
    t = sign * float(
        rng.choice([1.0, rng.random(), 10 ** rng.uniform(-3, 5), abs(magnitude(rng)), rng.choice(MAGNITUDES)])
    )
    match rng.integers(7):
        case 0:
            p = float(rng.choice(beside(t)))
        case 1:
            p = t * float(
                rng.choice([1 + 10 ** rng.uniform(-15, 0), 1 - 10 ** rng.uniform(-15, 0), np.e, 1 / 3])
            )
        case 2:
            p = sign * float(rng.choice([0.0, *MAGNITUDES]))
        case 3 if low == -1:
            p, t = (float(-1 + 2.0 ** rng.integers(-53, 2)) for _ in range(2))
        case 3 if low < 0:
            p = -t * 10 ** float(rng.uniform(-3, 3))
        case 4:
            p = sign * abs(magnitude(rng))
        case _:
            p = t * 10 ** float(rng.uniform(-3, 3))
    return p, t


def logit_row(loss, rng, at):
    y = label(rng)
    if loss.name == "poisson-nll-log" and rng.random() < 0.5:  # counts above 1, and their optimum
        y = float(rng.choice([3.0, 1e3, 1e17, abs(magnitude(rng))]))
        if rng.random() < 0.5:
            return float(rng.choice(beside(float(np.log(y))))), y
    match rng.integers(5):
        case 0:
            z = float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES))
        case 1 if 0 < y < 1:  # the optimum: sigmoid(z) = y, or nearly
            w = getattr(loss, "pos_weight", 1.0)
            if loss.name == "poisson-nll-log":
                return float(rng.choice(beside(float(np.log(y))))), y
            z = float(rng.choice(beside(float(np.log(y) - np.log1p(-y) + np.log(w)))))
        case 2:
            z = magnitude(rng)
        case _:
            z = float(rng.normal() * rng.choice([1, 10, 100, 300]))
    return z, y


def margin_row(loss, rng, at):
    match rng.integers(6):
        case 0:
            m = float(rng.choice([-1, 1]) * rng.choice(MAGNITUDES))
        case 1 | 2:
            kink = float(rng.choice(loss.traits().kinks or (0.0,)))
            m = float(rng.choice([kink, *beside(kink)]))
        case 3:
            m = magnitude(rng)
        case _:
            m = float(rng.normal() * rng.choice([1, 1, 10, 300]))
    y = float(rng.choice([-1.0, 1.0]))
    return y * m, y


def probabilities_row(loss, rng, at):
    k = int(rng.choice([2, 3, 5]))
    p = rng.dirichlet(np.full(k, rng.choice([0.02, 0.3, 3.0])))
    if rng.random() < 0.3:
        p = np.eye(k)[rng.integers(k)]
    if rng.random() < 0.3:
        j = rng.integers(k)
        p[j] = min(p[j], float(rng.choice([0.0, TINY, 1e-300, 1e-20, *beside(getattr(loss, "clip", 0.0))])))
        p = np.clip(p, 0, 1)
    y = (
        float(rng.integers(k))
        if rng.random() < 0.5
        else rng.dirichlet(np.full(k, rng.choice([0.02, 0.5, 3.0])))
    )
    if rng.random() < 0.2:
        y = np.eye(k)[rng.integers(k)]
    return p, y


def scores_row(loss, rng, at):
    k = int(rng.choice([2, 2, 3, 4]))
    match rng.integers(6):
        case 0:
            z = rng.choice([-1, 1], k) * rng.choice(MAGNITUDES, k)
        case 1:
            z = np.full(k, rng.choice(MAGNITUDES))
            z[0] = float(rng.choice(beside(float(z[0]))))
        case 2:
            z = np.array([magnitude(rng, -20, 4) for _ in range(k)])
        case _:
            z = rng.normal(size=k) * rng.choice([0.1, 1, 10, 100, 400])
    with np.errstate(all="ignore"):
        e = np.exp(z - z.max())
        optimum = e / e.sum()
    match rng.integers(7):
        case 0:
            y = np.full(k, 1 / k)
        case 1:  # softmax = y to the last bits
            y = optimum
        case 2:
            y = rng.dirichlet(np.full(k, rng.choice([0.02, 0.5, 3.0])))
        case 3:
            y = rng.random(k) * rng.choice([1.0, 5.0, 1e-300, 1e300])
        case _:
            y = float(rng.integers(k))
    return z, y


def distance_row(loss, rng, at):
    entries = loss.forms[at]
    margin = getattr(loss, "margin", 1.0)

    def distance():
        pool = [*MAGNITUDES, *beside(margin), rng.random(), 2 * rng.random(), 10 ** rng.uniform(-323, 308)]
        return abs(float(rng.choice(pool)))

    if any(isinstance(entry.domain, Choice) for entry in entries):
        return distance(), float(rng.integers(2))
    far = distance()
    near = float(rng.choice([distance(), *beside(abs(far - margin)), far]))
    return (max(near, 0.0), far)


def vectors_row(loss, rng, at):
    entries = [entry for entry in loss.forms[at] if entry.kind == "vector"]
    width = int(rng.choice([1, 2, 3, 4]))
    size = float(rng.choice([1.0, 1.0, 1.0, 1e-200, 1e200, 1e-8, 1e-320, 1e307]))
    style = rng.integers(7)
    if style == 0:
        vectors = [rng.integers(-2, 3, width).astype(float) * size for _ in entries]
    elif style == 1:
        vectors = [np.array([magnitude(rng) for _ in range(width)]) for _ in entries]
    elif style == 2:
        base = rng.normal(size=width) * size
        vectors = [base.copy() for _ in entries]
        for v in vectors[1:]:
            j = rng.integers(width)
            v[j] = float(rng.choice(beside(float(v[j]))))
    elif style == 3:  # as far apart as the margin, or nearly
        direction = rng.normal(size=width)
        direction /= np.sqrt((direction**2).sum()) or 1
        base = rng.integers(-2, 3, width).astype(float)
        vectors = [base + i * direction * getattr(loss, "margin", 1.0) for i in range(len(entries))]
    elif style == 4:
        vectors = [rng.normal(size=width) * float(rng.choice([1e-200, 1.0, 1e200])) for _ in entries]
    else:
        vectors = [rng.normal(size=width) * size for _ in entries]
    with np.errstate(all="ignore"):
        labels = [float(rng.integers(2)) for _ in range(len(loss.forms[at]) - len(entries))]
    return (*vectors, *labels)


class Line:
    """A loss along the axis of its picture."""

    def __init__(self, loss: Loss, number: int) -> None:
        self.loss = loss
        self.number = number

    @property
    def section(self):
        return self.loss.sections()[self.number]

    def __str__(self) -> str:
        return f"{self.loss} {self.section.label}".strip()

    def value(self, x):
        return self.loss.follow(self.section, x)

    def slope(self, x):
        return self.loss.follow(self.section, x, 1)

    def curvature(self, x):
        """The second derivative along an axis that is itself an input; None elsewhere."""
        inputs = self.section.inputs(x)
        if isinstance(self.loss, OnScores) and self.loss.axis.symbol == "z":
            return self.loss.hessian(*inputs)[:, 0, 0]
        moving = [entry for entry in self.loss.form(len(inputs)) if entry.wrt]
        if self.loss.listed or len(moving) > 1 or moving[0].kind == "vector":
            return None
        return self.loss.hessian(*inputs)


def tame(loss: Loss) -> bool:
    """Whether the parameters are of the size of ordinary data, so that a grid sees the whole loss."""
    numbers = loss.settings().values()
    return all(x in (0, ()) or (not isinstance(x, tuple) and 1e-3 <= abs(x) <= 10) for x in numbers)


LINES = [Line(loss, k) for loss in CASES if tame(loss) for k in range(len(loss.sections()))]
