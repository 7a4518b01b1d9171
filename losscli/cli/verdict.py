"""What a comparison of two models says: numbers for tables and JSON, and honest sentences for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from losscli.report.number import short
from losscli.stats.interval import Interval
from losscli.stats.paired import Decisive, Test

NAMES = {"permutation": "sign-flip permutation", "bootstrap": "studentized bootstrap", "wilcoxon": "Wilcoxon",
         "normal": "normal"}  # fmt: skip


class Verdict(NamedTuple):
    """One loss of a candidate against that of the baseline."""

    loss: str
    baseline: str
    candidate: str
    base: float
    cand: float
    delta: float
    span: Interval
    test: Test
    adjusted: float
    """p after Holm's correction, if there are several candidates."""
    won: int
    tied: int
    rows: int
    decisive: Decisive | None
    places: Sequence[str]
    """Where the decisive rows stand."""
    group: Sequence[str] | None = None
    """None: all rows."""

    @property
    def wins(self) -> float:
        """The share of rows the candidate has won; a tie is half a win."""
        return (self.won + self.tied / 2) / self.rows if self.rows else float("nan")

    @property
    def apart(self) -> bool:
        """Whether the interval excludes 0."""
        return self.span.low > 0 or self.span.high < 0

    def significant(self, alpha: float) -> bool:
        """Return whether the difference is."""
        return self.adjusted <= alpha

    def verdict(self, alpha: float) -> str:
        """Return `better`, `worse` or `none`."""
        if not self.significant(alpha) or not self.delta:
            return "none"
        return "better" if self.delta < 0 else "worse"

    def named(self, several: bool) -> str:
        """Return what this is about, in front of a sentence."""
        group = ", ".join(self.group) if self.group is not None else ""
        return " ".join(each for each in (group, self.loss, self.candidate if several else "") if each)


def percent(share: float) -> str:
    """Return a share as a person reads it."""
    return f"{100 * share:.0f}%" if share == share else "-"


def remarks(each: Sequence[Verdict], alpha: float, unit: str) -> Iterator[str]:
    """Yield what has to be said of comparisons beside their numbers."""
    several = len({one.candidate for one in each}) > 1
    for one in each:
        name = one.named(several)
        # groups that differ by chance are many
        matters = one.group is None or one.apart or one.significant(alpha)
        if one.decisive and matters:
            count = len(one.decisive.lines)
            who = f"{count} {unit}s decide" if count > 1 else f"one {unit} decides"
            yield (f"{name}: {who} it. Without {places(one.places)} delta is {signed(one.decisive.delta)}.")
        if one.span.method == "none" or one.test.p != one.test.p:
            yield f"{name}: no test and no interval: of one {unit}, or of a loss that is infinite or missing."
            continue
        if one.apart and not one.significant(alpha):
            yield (
                f"{name}: the interval excludes 0, but the test does not reject (p = {p_text(one.adjusted)}): "
                "do not rely on this difference."
            )
        elif one.significant(alpha) and not one.apart:
            yield (
                f"{name}: the test rejects (p = {p_text(one.adjusted)}), but the interval includes 0: "
                "do not rely on this difference."
            )
        if matters and one.delta * (one.wins - 0.5) > 0 and abs(one.wins - 0.5) > one.rows**-0.5:
            better, lost = ("smaller", 1 - one.wins) if one.delta < 0 else ("larger", one.wins)
            worse = "larger" if one.delta < 0 else "smaller"
            yield (
                f"{name}: {one.candidate} has the {better} mean loss, and the {worse} loss in {percent(lost)} of "
                f"the {unit}s: a few large ones weigh more than many small ones."
            )


def conclusion(each: Sequence[Verdict], alpha: float, how: str) -> str:
    """Return the last sentence: who is better."""
    found = [one for one in each if one.verdict(alpha) != "none"]
    several = len({one.candidate for one in each}) > 1
    if all(one.test.p != one.test.p for one in each):
        return "Nothing can be said of which is better."
    if not found:
        what = "The difference is not" if len(each) == 1 else "No difference is"
        return f"{what} significant at {alpha:g} ({how})."
    said = [
        f"{one.candidate} is {one.verdict(alpha)} than {one.baseline} by {one.named(False)}" for one in found
    ]
    shown = said if len(said) < 5 else [*said[:4], f"and {len(said) - 4} more"]
    corrected = ", Holm's correction" if several else ""
    return f"Significant at {alpha:g} ({how}{corrected}): {'; '.join(shown)}."


def how(test: Test, resamples: int, seed: int) -> str:
    """Return the test in words: `sign-flip permutation, 10000, seed 0`."""
    if test.name in ("normal", "wilcoxon", "none"):
        return NAMES.get(test.name, "no test") + (", exact" if test.exact else "")
    return NAMES[test.name] + (", all of them" if test.exact else f", {resamples}, seed {seed}")


def places(each: Sequence[str]) -> str:
    """Return where rows stand: `lines 3 5 8`."""
    words = [one.partition(" ") for one in each]
    kinds = {kind for kind, _, _ in words}
    if len(kinds) == 1 and len(each) > 1:
        return f"{kinds.pop()}s {' '.join(rest for _, _, rest in words)}"
    return ", ".join(each)


def signed(x: float, digits: int = 4) -> str:
    """Return a difference with its sign."""
    return ("+" if x > 0 else "") + short(x, digits)


def p_text(p: float) -> str:
    """Return a p value as a person reads it."""
    return "-" if p != p else f"{p:.3f}" if p >= 0.001 else f"{p:.1g}"


def record(one: Verdict, alpha: float) -> dict[str, Any]:
    """Return what JSON says of a comparison beside its interval and its signature."""
    return {
        "baseline": one.baseline, "candidate": one.candidate, "baseline_value": one.base,
        "candidate_value": one.cand, "delta": one.delta, "p": one.test.p, "p_holm": one.adjusted,
        "test": one.test.name, "exact": one.test.exact, "alpha": alpha, "verdict": one.verdict(alpha),
        "wins": one.wins, "won": one.won, "tied": one.tied, "n": one.rows,
        "decisive": one.decisive and {"rows": list(one.places), "delta_without": one.decisive.delta},
    }  # fmt: skip
