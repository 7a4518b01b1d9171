"""Record how often intervals cover the mean: `python tests/stats/coverage.py` writes `coverage.json` beside it."""

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from losscli.stats.pairs import Pairs, Plan

LEVEL, RESAMPLES, SAMPLES = 0.95, 800, 1500
GROUP = 4
"""Rows of a cluster, in the mean."""


class Kind(NamedTuple):
    """Losses of some kind, and their mean."""

    draw: object
    mean: float
    differences: bool = False
    known: bool = False
    """Whether the loss is known to be 0 or 1."""


def _share(p):
    return Kind(lambda random, n: (random.random(n) < p) * 1.0, p, known=True)


KINDS = {
    "normal": Kind(lambda random, n: random.normal(size=n), 0.0),
    "squared normal": Kind(lambda random, n: random.normal(size=n) ** 2, 1.0),  # mse of a good model
    "exponential": Kind(lambda random, n: random.exponential(size=n), 1.0),
    "lognormal": Kind(lambda random, n: random.lognormal(size=n), float(np.exp(0.5))),
    "squared t5": Kind(lambda random, n: random.standard_t(5, size=n) ** 2, 5 / 3),  # mse with gross errors
    "t3": Kind(lambda random, n: random.standard_t(3, size=n), 0.0, True),  # differences with gross ones
    "lognormal, s = 2": Kind(lambda random, n: random.lognormal(sigma=2, size=n), float(np.exp(2))),
    "squared t3": Kind(lambda random, n: random.standard_t(3, size=n) ** 2, 3.0),  # of no finite variance
    "binary 0.5": _share(0.5),
    "binary 0.1": _share(0.1),
    "binary 0.02": _share(0.02),
    "decisions": Kind(  # two models that are right or wrong, and differ in a few rows
        lambda random, n: random.choice([-1.0, 0.0, 1.0], n, p=[0.1, 0.85, 0.05]), -0.05, True
    ),
}
CASES = [(name, rows) for rows in (50, 1000, 20_000) for name in KINDS]
CLUSTERS = [(name, rows) for rows in (50, 1000) for name in ("normal", "exponential", "squared t5")]
"""These in clusters of 1 to 7 rows, half of whose variance is the cluster's."""


def interval(random, name, rows, sample, clustered):
    """Return the interval of one sample."""
    kind = KINDS[name]
    pairs = Pairs(Plan(LEVEL, RESAMPLES, sample), differences=kind.differences, known=kind.known)
    if not clustered:
        x = kind.draw(random, rows)
        pairs.update(x, np.ones(len(x)))
        return pairs.interval(float(x.mean()))
    sizes = random.integers(1, 2 * GROUP, rows)
    which = np.repeat(np.arange(rows), sizes)
    x = np.sqrt(0.5) * (kind.draw(random, rows)[which] - kind.mean)
    x += np.sqrt(0.5) * (kind.draw(random, len(which)) - kind.mean)
    x += kind.mean
    pairs.update(x, np.ones(len(x)), None, which)
    return pairs.over_clusters(float(x.mean()), np.arange(rows), np.arange(rows))


def simulate(name, rows, samples, *, clustered=False, seed=0):
    """Return how often the interval covers, how often it is warned of, and how often it covers if it is not."""
    random = np.random.default_rng([seed, rows, *name.encode()])
    hits, warned, silent = 0, 0, 0
    for sample in range(samples):
        found = interval(random, name, rows, sample, clustered)
        hit = found.low <= KINDS[name].mean <= found.high
        warning = found.few or found.doubtful or found.low == found.high
        hits += hit
        warned += warning
        silent += hit and not warning
    return {
        "covers": hits / samples,
        "warned": warned / samples,
        "covers_unwarned": silent / (samples - warned) if warned < samples else None,
        "method": found.method,
    }


def case(name, rows, clustered):
    """Return what a case is called."""
    return f"{name}, {rows} clusters" if clustered else f"{name}, n = {rows}"


def main():
    """Write the file."""
    found = {"level": LEVEL, "resamples": RESAMPLES, "samples": SAMPLES, "numpy": np.__version__, "cases": {}}
    for clustered, cases in ((False, CASES), (True, CLUSTERS)):
        for name, rows in cases:
            one = found["cases"][case(name, rows, clustered)] = simulate(
                name, rows, SAMPLES, clustered=clustered
            )
            print(case(name, rows, clustered), one, file=sys.stderr, flush=True)
    Path(__file__).with_name("coverage.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
