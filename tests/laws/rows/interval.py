"""Intervals and quantiles beside their targets."""

from tests.laws.numbers import HUGE, MAGNITUDES, beside, magnitude, some

ALPHAS = [0.5, 1e-17, 1e-320, 1 - 2.0**-53]


def interval_row(loss, rng, at):
    match rng.integers(5):
        case 0:
            return tuple(magnitude(rng) for _ in range(3))
        case 1:  # an end meets the target, or nearly
            y = float(rng.normal())
            ends = [float(rng.choice(beside(y))), y + float(rng.choice(MAGNITUDES[:20]))]
            return (*(ends if rng.random() < 0.5 else [2 * y - ends[1], ends[0]]), y)
        case 2:
            return (
                *some(rng, [-HUGE, -1e308, -1.0, 0.0, 5e-324, 1.0, 1e308, HUGE], 2),
                float(rng.choice([-1e308, 0.0, 1e308])),
            )
        case _:
            return tuple(float(x) for x in rng.normal(size=3) * rng.choice([1e-310, 1.0, 1e300]))


def even_row(loss, rng, at):
    """Ends in order; targets inside, beside an end, and where a slope is nearly 0."""
    lower, upper, y = interval_row(loss, rng, at)
    lower, upper = min(lower, upper), max(lower, upper)
    if lower == upper == y:  # where it has no derivative
        y += 1 + abs(y) / 2
    if rng.random() < 0.4 and abs(lower) + abs(upper) < 1e300:
        share = rng.choice([0.0, 0.5, 0.42264973081037424, 0.5773502691896258, 1.0, rng.random()])
        y = float(rng.choice(beside(lower + share * (upper - lower))))
    return lower, upper, y


def quantiles_row(loss, rng, at):
    count = int(rng.choice([1, 2, 3, 5]))
    size = float(rng.choice([1.0, 1.0, 1e-310, 1e-200, 1e308]))
    y = float(rng.normal()) * min(size, 1e307)
    q = rng.normal(size=count) * min(size, 6e307)
    if rng.random() < 0.4:
        q[rng.integers(count)] = rng.choice([x for x in beside(y) if x != y])
    if rng.random() < 0.2:
        q[rng.integers(count)] = magnitude(rng)
    levels = (
        rng.random(count) if rng.random() < 0.5 else rng.choice([5e-324, 1e-17, 0.5, 1 - 2.0**-53], count)
    )
    return (q, y) if at == 0 else (q, levels, y)


ROWS = {"crps-uniform": even_row, "interval-score": interval_row, "weighted-interval-score": quantiles_row}
SETTINGS = {"interval-score.alpha": ALPHAS}
