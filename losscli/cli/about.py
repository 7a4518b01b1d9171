"""Pages about commands: what their numbers mean."""

from __future__ import annotations

from losscli.cli.options import Print
from losscli.errors import UsageError

COMPARE = """\
compare   is model B better than model A? what the numbers mean

  losscli compare mse preds.csv -p A -p B       A is the baseline, B a candidate

  Paired     Both models answer the same rows, so each row has a difference of
             losses, candidate minus baseline. Rows differ in how hard they are;
             their differences do not, and are all that is looked at.
  delta      The mean of the differences (with --weight the weighted mean, with
             -r sum their sum). Below 0 the candidate has the smaller loss.
  95% CI     Where delta may lie, had other rows of the same kind been drawn. Up
             to 10,000 rows: a studentized bootstrap, that is, resamples of the
             rows with replacement, each measured by its own standard error. Of
             heavy tails (a large L-kurtosis) a sample shows too little, so both
             ends are moved out, by up to 1.5 / sqrt(n) of their distance.
             Beyond: the normal distribution, which then says the same. Losses
             that are 0 or 1 (compute --ci): exact, by Clopper and Pearson.
  p          How often so large a difference arises by chance if the models are
             alike. --test permutation (default): the sign of every difference
             is turned at random; with few rows all signs are tried, and p is
             exact. --test bootstrap: resamples about 0, so that p < 0.05 where
             the 95% interval excludes 0. --test wilcoxon: by ranks, which asks
             about typical rows and not about the mean. Beyond 1,000,000 rows:
             normal.
             With several candidates p is Holm's: the smallest of k times k, and
             so on. Losses and groups are not corrected for: look at one.
  wins       The share of rows where the candidate has the smaller loss; a tie
             is half a win.
  decide     The fewest rows without which delta changes its sign, told if they
             are at most 10 and at most 5% of all. Look at them: are they
             mistakes of the data, or what the models are for?

  When they disagree
    interval excludes 0, p is large    a few rows weigh so much that neither is
                                       to be relied on: get more rows
    delta < 0, wins below 50%          better by much on few rows, worse by
                                       little on most: which matters to you?
    significant, but delta is tiny     with many rows everything is: is delta
                                       worth the change? (--margin)

  --cluster  Rows of one user, day or document go together: they are resampled,
             and their signs turned, as one. Without it p is too small.
  --fail-if-worse
             Exit 1 if delta > 0 and p <= --alpha, and only then: no evidence of
             harm passes. With --margin X: worse by more than X, and
             significantly so. It does not show that a candidate is no worse.
  Few rows   Below 30 neither interval nor p is worth much; a warning says so.
  --seed     Every number is the same again with the same seed (default 0),
             however the rows come and on any machine.

  How often 95% intervals cover the true mean, of 1500 simulated samples each
  (tests/stats/coverage.json), and how often a warning doubts them:

    losses                 n = 50  warned   n = 1000  warned  n = 20000  warned
    normal                  95.4%      0%      95.0%      0%      95.4%      0%
    squared normal          96.3%     22%      96.2%      0%      94.7%      0%
    exponential             95.9%      6%      96.0%      0%      94.9%      0%
    lognormal               94.9%     42%      95.9%      3%      94.7%      0%
    squared t, 5 d.f.       93.2%     66%      95.8%     39%      95.0%     26%
    t, 3 d.f.               95.7%     12%      95.4%      2%      95.0%      1%
    lognormal, s = 2        88.1%     94%      90.8%    100%      92.2%     89%
    squared t, 3 d.f.       84.7%     84%      86.1%     97%      78.8%     97%
    0 or 1, p = 0.5         96.4%      0%      95.5%      0%      95.0%      0%
    0 or 1, p = 0.1         97.5%      0%      94.8%      0%      95.0%      0%
    0 or 1, p = 0.02        97.9%      0%      95.5%      0%      95.2%      0%
    decisions differ        93.1%     20%      95.6%      0%      95.3%      0%

    in clusters of 1-7     n = 50  warned   n = 1000  warned
    normal                  97.5%      0%      95.8%      0%
    exponential             96.5%     11%      96.1%      0%
    squared t, 5 d.f.       93.8%     56%      94.2%     28%

    Decisions: two models that are right or wrong, and differ in 15% of rows.
    Squared t with 3 d.f. has no variance, and s = 2 next to none: what a sample
    has not seen no interval covers, and that is what the warning is for.

  See also   losscli compute LOSS FILE --ci        one model and its interval
"""
PAGES = {"compare": COMPARE}


def show(name: str, json: bool, path: str) -> None:
    """Write a page, to a file if one is named. Raises `UsageError`."""
    from losscli.cli.output import Output

    to = Output(Print(json=json, output=path, format="" if json or path not in ("", "-") else "table"))
    if to.kind != "table":
        raise UsageError(f"explain {name} is a page of text", fix=["--output page.txt"], code="bad-option")
    with to.file() as out:
        out.write(PAGES[name])
