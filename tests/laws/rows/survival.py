"""Cohorts: scores near and far, times that tie, events at any of them."""

from tests.laws.rows.ranking import scores


def cohort_row(loss, rng, at):
    members = int(rng.choice([1, 2, 2, 3, 3]))
    times = rng.choice([0.0, 1.0, 1.5, 1e300], members)
    events = rng.integers(0, 2, members).astype(float)
    if rng.random() < 0.9:  # else some derive to 0, which only very many digits tell from what has vanished
        events[times.argmin()] = 1.0
    return scores(rng, members), times, events


ROWS = {"cox": cohort_row, "cox-efron": cohort_row}
