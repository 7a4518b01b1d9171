"""Record how often intervals cover the mean: `python tests/stats/coverage.py` writes `coverage.json` beside it."""

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from losscli.stats.interval import studentized

LEVEL, RESAMPLES, SAMPLES = 0.95, 800, 1500


class Kind(NamedTuple):
    """Losses of some kind, and their mean."""

    draw: object
    mean: float


KINDS = {
    "normal": Kind(lambda random, n: random.normal(size=n), 0.0),
    "squared normal": Kind(lambda random, n: random.normal(size=n) ** 2, 1.0),  # mse of a good model
    "exponential": Kind(lambda random, n: random.exponential(size=n), 1.0),
    "lognormal": Kind(lambda random, n: random.lognormal(size=n), float(np.exp(0.5))),
    "squared t5": Kind(lambda random, n: random.standard_t(5, size=n) ** 2, 5 / 3),  # mse with gross errors
    "binary 0.5": Kind(lambda random, n: (random.random(n) < 0.5) * 1.0, 0.5),
    "binary 0.1": Kind(lambda random, n: (random.random(n) < 0.1) * 1.0, 0.1),
    "binary 0.02": Kind(lambda random, n: (random.random(n) < 0.02) * 1.0, 0.02),
}


def simulate(name, rows, samples, seed=0):
    """Return how often the interval covers, how often it is warned of, and how often it covers if it is not."""
    random = np.random.default_rng([seed, rows, *name.encode()])
    hits, warned, silent = 0, 0, 0
    for sample in range(samples):
        x = KINDS[name].draw(random, rows)
        found = studentized(x, None, LEVEL, RESAMPLES, sample)
        hit = found.low <= KINDS[name].mean <= found.high
        warning = found.few or found.doubtful or found.low == found.high
        hits += hit
        warned += warning
        silent += hit and not warning
    return {
        "covers": hits / samples,
        "warned": warned / samples,
        "covers_unwarned": silent / (samples - warned) if warned < samples else None,
    }


def main():
    """Write the file."""
    found = {"level": LEVEL, "resamples": RESAMPLES, "samples": SAMPLES, "numpy": np.__version__, "cases": {}}
    for rows in (50, 1000):
        for name in KINDS:
            found["cases"][f"{name}, n = {rows}"] = simulate(name, rows, SAMPLES)
            print(rows, name, found["cases"][f"{name}, n = {rows}"], file=sys.stderr, flush=True)
    Path(__file__).with_name("coverage.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
