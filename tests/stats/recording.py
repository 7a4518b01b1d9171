"""Record what SciPy says of paired differences: `python tests/stats/recording.py` writes `scipy.json` beside it."""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats


def cases():
    """Yield differences of some kinds: few and many, equal sizes, ties, a tail."""
    random = np.random.default_rng(20)
    yield "few", random.normal(0.5, 1, 9)
    yield "ties", np.round(random.normal(0.2, 1, 60), 1)
    yield "middling", random.normal(0.3, 1, 45)
    yield "many", random.normal(0.1, 1, 400)
    yield "tail", random.standard_t(3, 200) + 0.15


SHARES = [
    (0, 1),
    (1, 1),
    (0, 50),
    (1, 50),
    (3, 50),
    (25, 50),
    (49, 50),
    (7, 1000),
    (500, 1000),
    (123, 1_000_000),
]
"""How many ones there are, of how many rows."""


def shares(level):
    """Yield exact intervals of shares."""
    for ones, rows in SHARES:
        found = stats.binomtest(ones, rows).proportion_ci(level, method="exact")
        yield [ones, rows, float(found.low), float(found.high)]


def main():
    """Write the file."""
    found = {"scipy": scipy.__version__, "numpy": np.__version__, "cases": {}}
    for name, x in cases():
        flips = stats.permutation_test(
            (x,), np.mean, permutation_type="samples", n_resamples=1_000_000 if len(x) > 13 else 10_000, batch=1000,
            rng=np.random.default_rng(1),
        )  # fmt: skip

        def pull(sample, axis, middle=float(np.mean(x))):  # noqa: B008
            error = sample.std(axis=axis, ddof=1) / np.sqrt(sample.shape[axis])
            return (sample.mean(axis=axis) - middle) / error

        drawn = stats.bootstrap(
            (x,), pull, n_resamples=400_000, batch=2000, vectorized=True, method="percentile",
            rng=np.random.default_rng(2),
        )  # fmt: skip
        mean = stats.bootstrap(
            (x,), np.mean, n_resamples=400_000, batch=2000, method="percentile", rng=np.random.default_rng(3)
        )
        low, high = drawn.confidence_interval
        error = x.std(ddof=1) / np.sqrt(len(x))
        found["cases"][name] = {
            "x": x.tolist(),
            "permutation": float(flips.pvalue),
            "wilcoxon": float(
                stats.wilcoxon(x, method="exact" if name != "ties" and len(x) <= 50 else "approx").pvalue
            ),
            "studentized": [float(x.mean() - high * error), float(x.mean() - low * error)],
            "bootstrap_error": float(mean.standard_error),
            "l_kurtosis": float(stats.lmoment(x, 4)),
        }
    found["shares"] = {str(level): list(shares(level)) for level in (0.9, 0.95)}
    Path(__file__).with_name("scipy.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
