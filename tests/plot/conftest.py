"""Figures of functions that need no loss: smooth, broken, flat, steep, with poles, alone and together."""

from pathlib import Path

import numpy as np
import pytest

from losscli.plot.figure import Curve, Figure, Note

PICTURES = Path(__file__).parents[1] / "pictures"
ERROR = "error  e = prediction - target"


def square(e):
    return e**2


def huber(e):
    near = e.clip(-1, 1)
    return near * (e - near / 2)


def step(m):
    return np.where(m <= 0, 1.0, 0.0)


def quantile(q):
    return Curve(f"quantile:q={q}", lambda e: np.maximum(-q * e, (1 - q) * e), (0.0,))


def power(p):
    return Curve(f"power:p={p:g}", lambda e: abs(e) ** p)


def one(title, at, x_range=(-3.0, 3.0), y_range=None, **more):
    return Figure(title, "x", "y", x_range, y_range, (Curve("", at, **more),))


INTEGERS = tuple(float(x) for x in range(-3, 4))
MSE = Figure(
    "mse   L(e) = e^2", ERROR, "loss", (-3.0, 3.0), None, (Curve("", square, INTEGERS),),
    (Note(0.0, 0.0, "min L(0) = 0"),),
)  # fmt: skip
BCE = Figure(
    "bce   L(p, y) = -y ln p - (1 - y) ln(1 - p)", "predicted probability  p", "loss", (0.0, 1.0), (0.0, 5.0),
    (Curve("y = 1:  -ln p", lambda p: -np.log(p), (0.5,)), Curve("y = 0:  -ln(1 - p)", lambda p: -np.log(1 - p))),
    (Note(0.5, float(np.log(2)), "cross at (0.5, ln 2)"),),
)  # fmt: skip
HUBER = Figure("", "error", "loss", (-3.0, 3.0), None, (Curve("", huber, (-1.0, 1.0)),))
SLOPE = Figure("", "error", "grad", (-3.0, 3.0), None, (Curve("", lambda e: e.clip(-1, 1), (-1.0, 1.0)),))
THREE = Figure(
    "mse, mae, huber", ERROR, "loss", (-3.0, 3.0), (0.0, 5.0),
    (Curve("mse", square, (0.0,)), Curve("mae", abs, (0.0,)), Curve("huber:delta=1", huber, (-1.0, 1.0))),
)  # fmt: skip
SIX = THREE._replace(
    title="six losses",
    curves=(
        *THREE.curves,
        Curve("log-cosh", lambda e: np.log(np.cosh(e))),
        Curve("pseudo-huber", lambda e: np.sqrt(1 + e**2) - 1),
        Curve("cauchy", lambda e: np.log1p(e**2) / 2),
    ),
)
HINGE = Figure(
    "hinge, zero-one", "margin  m = y s", "loss", (-3.0, 3.0), None,
    (Curve("hinge", lambda m: np.maximum(0, 1 - m), (1.0,)), Curve("zero-one", step, (), (0.0,))),
)  # fmt: skip
QUANTILES = THREE._replace(title="quantile", y_range=None, curves=tuple(map(quantile, (0.1, 0.5, 0.9))))
TEN = THREE._replace(
    title="ten powers", y_range=None, curves=tuple(power(p) for p in np.linspace(0.5, 2.75, 10))
)
FIGURES = {
    "mse": MSE,
    "bce": BCE,
    "three": THREE,
    "six": SIX,
    "ten": TEN,
    "hinge": HINGE,
    "quantile": QUANTILES,
    "tanh": one("tanh", np.tanh),
    "hyperbola": one("1 / x", lambda x: 1 / x, y_range=(-5.0, 5.0)),
    "pole": one("-ln |x|", lambda x: -np.log(abs(x)), y_range=(0.0, 5.0)),
    "constant": one("0", np.zeros_like),
    "step": one("step, not declared", lambda x: np.where(x > 0.7, 1.0, 0.0)),
    "sign": one("sign", np.sign, breaks=(0.0,), marks=(0.0,)),
    "root": one("square root", np.sqrt),
    "gap": one("NaN between 0 and 1", lambda x: np.where((x > 0) & (x < 1), np.nan, x)),
}


@pytest.fixture(params=FIGURES, scope="session")
def named(request):
    """The name of a figure, and the figure."""
    return request.param, FIGURES[request.param]


@pytest.fixture(scope="session")
def figures():
    """All figures, and the two of a pair, by name."""
    return FIGURES | {"huber": HUBER, "slope": SLOPE}


@pytest.fixture
def golden(redraw):
    """Compare a text with a picture file, or draw it anew."""

    def compare(name, text):
        path = PICTURES / f"{name}.txt"
        if redraw:
            PICTURES.mkdir(exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == path.read_text(encoding="utf-8")

    return compare
