"""Someone's columns beside the reference, over a file of any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple, cast

import numpy as np

from losscli.check.case import Case, Cause, Chain, scaled
from losscli.check.causes import causes, oddities
from losscli.check.compared import Answers, Compared, Tolerance
from losscli.data.batch import Array, Batch, Role
from losscli.data.held import Held
from losscli.errors import DataError, UsageError
from losscli.families.listwise import Index
from losscli.lists import ListJob
from losscli.loss import Input, Loss
from losscli.run import Job, Row, Summary, spread
from losscli.stats.exact import ExactSum

Quantity = str
"""`loss` or `grad`."""
ALL = slice(None)
ROLES: Mapping[Quantity, str] = {"loss": "loss-col", "grad": "grad-col"}


def roles(losses: Sequence[Loss], wanted: Sequence[Quantity]) -> list[Role]:
    """Return the columns of answers that are to be read."""
    listed = losses[0].listed
    vector = any(entry.wrt and entry.kind == "vector" for form in losses[0].forms for entry in form)
    found: list[Role] = []
    for each in wanted:
        kind = "vector" if each == "grad" and listed and vector else "number"
        found.append(Role(ROLES[each], (), kind, whole=listed and each == "loss", answer=True))
    return found


class Verdict(NamedTuple):
    """One quantity, compared over all rows."""

    quantity: Quantity
    compared: Compared
    case: Case | None
    """What there is to explain, if there is anything."""

    def causes(self, spot: str) -> list[Cause]:
        """Return why answers differ; `spot` says where a line is."""
        if self.case is None:
            return []
        if found := causes(self.case):  # what is not finite is explained with the rest
            return [*found]
        odd = sorted(self.compared.odd.values(), key=lambda each: each.whose != "yours")
        return [*oddities(odd, self.case.what, spot)]


class Check:
    """A job whose answers are to be compared."""

    def __init__(
        self,
        job: Job,
        wanted: Sequence[Quantity],
        how: str,
        wrt: str,
        tolerance: Tolerance,
        *,
        kinks: bool = True,
    ) -> None:
        self.job, self.wanted, self.how, self.tolerance, self.kinks = job, wanted, how, tolerance, kinks
        self.loss, self.form, self.chosen = job.losses[0], job.inputs[0], job.reading.chosen
        self.place, self.chain, self.wrt = derived(self.loss, self.form, wrt)
        """Which derivative is meant, what makes it one in something else, and what it is called."""
        self.at_kinks = 0
        """How many rows have no derivative."""
        self._total = ExactSum()
        self._summary = Summary()

    def verdicts(self) -> list[Verdict]:
        """Return what there is to say of each quantity."""
        found = {each: Compared(self.tolerance) for each in self.wanted}
        with ExitStack() as stack:
            held: dict[Quantity, Held[Answers]] = {
                each: stack.enter_context(Held[Answers]()) for each in self.wanted if self._waits(each)
            }
            for each, some in self._answers():
                if each in held:
                    held[each].put(some)
                else:
                    found[each].update(self._final(each, some))
            for each, parts in held.items():
                for some in parts:
                    found[each].update(self._final(each, some))
        return [Verdict(each, compared, self._case(each, compared)) for each, compared in found.items()]

    def _waits(self, each: Quantity) -> bool:
        """Whether the reference is known only at the end."""
        return self.how == "mean" or (each == "loss" and self.how != "none")

    def _final(self, each: Quantity, some: Answers) -> Answers:
        """Return rows with the reference as it is asked for."""
        if each == "loss" and self.how != "none":
            whole = self._summary.total
            one = whole.mean if self.how == "mean" else whole.sum
            return some._replace(reference=np.full_like(some.reference, one))
        return some._replace(reference=scaled(some.reference, some.weight, self._divisor))

    @property
    def _over(self) -> str:
        """What a mean is over, if not rows or elements."""
        weighted = "weight" in self.chosen or self.loss.settings().get("weights")
        return (
            "the sum of the weights" if weighted else "the number of lists" if self.job.unit == "list" else ""
        )

    @property
    def _divisor(self) -> float:
        return self._total.sum if self.how == "mean" else 1.0

    def _case(self, each: Quantity, compared: Compared) -> Case | None:
        if compared.agrees:
            return None
        return Case(
            self.loss if self.loss.listed else self.job.fitted[0],
            self.form, compared.sample(), self.tolerance, each, self.how, compared.rows, compared.elements,
            self.place, self.chain if each == "grad" else None, self._divisor, (self._total.sum, self._over),
            compared.sums,
        )  # fmt: skip

    def _answers(self) -> Iterator[tuple[Quantity, Answers]]:
        job = self.job
        each = job.gradients_by_list if isinstance(job, ListJob) else job.gradients
        for row in each() if "grad" in self.wanted else job.rows():
            yield from self._of(row)

    def _of(self, row: Row) -> Iterator[tuple[Quantity, Answers]]:
        lists = self.job.lists if isinstance(self.job, ListJob) else None
        batch, values = lists.rows if lists else row.batch, row.values[0]
        inputs = [batch.columns[entry.name] for entry in self.form]
        if "grad" in self.wanted:
            weight = self._weights(row)
            reference = row.derivatives[self.place]
            if self.chain:
                reference = self.chain(inputs, reference)
            some = Answers(inputs, self.yours("grad", batch, reference), reference, batch.lines, batch.rows, weight,
                           batch.ids)  # fmt: skip
            self.at_kinks += row.kinks
            if row.kinks and not self.kinks and not lists:
                kinked = self.loss.kinked(*inputs).reshape(len(batch.lines), -1).any(axis=1)
                some = some.take(np.flatnonzero(~kinked))
            yield "grad", some
        if isinstance(self.job, ListJob) and lists:
            values = values[lists.first] if "grad" in self.wanted else values
            row = Row(self.job.each(lists), [values])
        whole = self.job.weight(row.batch)
        counts = row.counts[0] if row.counts else None
        self._total.update(
            np.ones_like(values) if counts is None else counts,
            None if whole is None else spread(whole, values),
        )
        if "loss" in self.wanted:
            if self.how != "none":
                self._summary.update(row, 0, whole)
            at = lists.first if lists else np.arange(len(batch.lines))
            yours = self.yours("loss", batch, values, at)
            ids = [batch.ids[int(k)] for k in at] if batch.ids else []
            some = Answers(
                [x[at] for x in inputs], yours, values, batch.lines[at], batch.rows[at], whole, ids
            )
            yield "loss", some

    def _weights(self, row: Row) -> Array | None:
        if isinstance(self.job, ListJob):
            weight = self.job.weight(self.job.each(self.job.lists))
            return None if weight is None else weight[self.job.lists.code]
        return self.job.weight(row.batch)

    def yours(self, each: Quantity, batch: Batch, reference: Array, at: slice | Index = ALL) -> Array:
        """Return someone's answers, in the order of ours. Raises `DataError` if they are too many or too few."""
        role = ROLES[each]
        yours = batch.columns[role][at]
        theirs, ours = self.chosen[role], self.chosen[self._entry(each).name]
        wide = reference.shape[1:] or (1,)
        if (yours.shape[1:] or (1,)) != wide:
            what = "the loss" if each == "loss" else "the gradient"
            raise DataError(
                f"--{role}: {yours.shape[1] if yours.ndim == 2 else 1} columns, but {what} has {wide[0]} a row",
                [
                    f"yours: {', '.join(theirs.names[:6])}",
                    f"{self._entry(each).name}: {', '.join(ours.names[:6])}",
                ],
                [f"--{role} A,B,...       or a pattern: --{role} 'g_*'"] if wide[0] > 1 else [],
                code="wrong-shape",
            )
        labels, wanted = theirs.labels, ours.labels
        if yours.ndim == 2 and labels != wanted and set(labels) == set(wanted):
            yours = yours[:, [labels.index(label) for label in wanted]]
        return yours.reshape(yours.shape[:1] + reference.shape[1:])

    def _entry(self, each: Quantity) -> Input:
        moving = [entry for entry in self.form if entry.wrt]
        return moving[self.place] if each == "grad" else self.form[0]


def derived(loss: Loss, form: Sequence[Input], wrt: str) -> tuple[int, Chain | None, str]:
    """Return which input's derivative is meant, what turns it into that asked for, and what it is called.

    Raises `UsageError` if there is none.
    """
    moving = [entry for entry in form if entry.wrt]
    names = [entry.name for entry in moving]
    if not wrt or wrt in names:
        place = names.index(wrt) if wrt else 0
        return place, None, names[place]
    first = moving[0]
    ends = getattr(first.domain, "low", None), getattr(first.domain, "high", None)
    if wrt in ("logit", "logits") and ends == (0, 1):
        return (
            0,
            cast("Chain", partial(_in_logits, loss)),
            f"the {'logits' if first.simplex else 'logit'} of {names[0]}",
        )
    if wrt in ("probability", "probabilities") and "logit" in first.columns and first.kind == "number":
        return 0, _in_probabilities, f"the probability, the sigmoid of {names[0]}"
    more = ["logits"] if ends == (0, 1) else []
    raise UsageError(f"--wrt: '{wrt}' is not one of: {' '.join([*names, *more])}", code="bad-option")


def _in_logits(loss: Loss, inputs: Sequence[Array], gradient: Array) -> Array:
    """Return a derivative in probabilities as one in logits: the limit where these are infinite."""
    p, *rest = inputs
    with np.errstate(all="ignore"):
        found = _times_slope(p, gradient)
        if np.isfinite(found).all() or np.isnan(p).any():
            return found
        inner = np.clip(p, 1e-300, 1 - 2.0**-53)
        near = loss.gradient(inner, *rest)
        return np.where(np.isfinite(found), found, _times_slope(inner, cast("Array", near)))


def _times_slope(p: Array, gradient: Array) -> Array:
    if p.ndim == 1:
        return gradient * p * (1 - p)
    return p * gradient - p * (p * gradient).sum(axis=1, keepdims=True)


def _in_probabilities(inputs: Sequence[Array], gradient: Array) -> Array:
    """Return a derivative in a logit as one in its sigmoid."""
    with np.errstate(all="ignore"):
        return gradient * (2 + np.exp(inputs[0]) + np.exp(-inputs[0]))
