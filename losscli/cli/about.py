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
             rows with replacement, each measured by its own standard error.
             Beyond: the normal distribution, which then says the same.
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

    losses             n = 50   warned     n = 1000   warned
    normal              94.9%       0%        94.9%       0%
    squared normal      94.6%      28%        95.8%       0%
    exponential         94.9%       9%        95.5%       0%
    lognormal           93.3%      45%        94.7%       2%
    squared t, 5 d.f.   90.3%      67%        94.9%      18%
    binary, 0.5         95.2%       0%        95.1%       0%
    binary, 0.1         98.7%      62%        94.3%       0%
    binary, 0.02        60.8%     100%        95.3%       0%

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
