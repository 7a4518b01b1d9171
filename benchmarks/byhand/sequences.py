"""Textbook NumPy of losses of sequences: cohorts in the order of time, and labels read off steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from byhand.lists import Function, gaps, softmax


def at_risk(s: Any, time: Any) -> tuple[Any, Any, Any]:
    """Return the order by falling time, the exponentials of scores and their running sums, over e^top."""
    order = np.argsort(-time, axis=1, kind="stable")
    e = np.exp(np.take_along_axis(s - s.max(axis=1, keepdims=True), order, 1))
    return order, e, np.cumsum(e, axis=1)


def cox(loss: Any, s: Any, time: Any, event: Any) -> Any:
    order, e, risk = at_risk(s, time)
    return (np.take_along_axis(event, order, 1) * np.log(risk / e)).sum(axis=1)


def cox_slope(loss: Any, s: Any, time: Any, event: Any) -> Any:
    order, e, risk = at_risk(s, time)
    d = np.take_along_axis(event, order, 1)
    found = np.empty_like(s)
    np.put_along_axis(found, order, e * np.cumsum((d / risk)[:, ::-1], axis=1)[:, ::-1] - d, 1)
    return found


def efron_parts(s: Any, time: Any, event: Any) -> tuple[Any, Any, Any, Any]:
    e = np.exp(s - s.max(axis=1, keepdims=True))
    tied = (gaps(time) == 0) * event[:, None, :]
    share = np.tril(tied, -1).sum(axis=2) / np.maximum(1, tied.sum(axis=2))
    after = gaps(time) <= 0
    risk = (after * e[:, None, :]).sum(axis=2) - share * (tied * e[:, None, :]).sum(axis=2)
    return e, tied, share, event / risk


def cox_efron(loss: Any, s: Any, time: Any, event: Any) -> Any:
    e, _, _, draw = efron_parts(s, time, event)
    return (event * np.log(event / (draw * e), out=np.zeros_like(e), where=event > 0)).sum(axis=1)


def cox_efron_slope(loss: Any, s: Any, time: Any, event: Any) -> Any:
    e, tied, share, draw = efron_parts(s, time, event)
    part = (gaps(time) <= 0) - tied * share[:, :, None]
    return (draw[:, :, None] * part).sum(axis=1) * e - event


def log_softmax(z: Any) -> Any:
    z = z - z.max(axis=2, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=2, keepdims=True))


def forward(emitted: Any, jump: Any) -> Any:
    """Return the log of the probability of all ways to each place, (steps, lists, places)."""
    found = np.full((emitted.shape[1], emitted.shape[0], emitted.shape[2]), -np.inf)
    found[0, :, :2] = emitted[:, 0, :2]
    for t in range(1, len(found)):
        was = found[t - 1]
        found[t] = was
        found[t, :, 1:] = np.logaddexp(found[t, :, 1:], was[:, :-1])
        found[t, :, 2:] = np.logaddexp(found[t, :, 2:], np.where(jump, was[:, :-2], -np.inf))
        found[t] += emitted[:, t]
    return found


def spelled(loss: Any, log_p: Any, labels: Any) -> tuple[Any, Any, Any]:
    """Return the places with blanks between labels, what each emits, and which may be come to by a jump."""
    places = np.full((len(labels), 2 * labels.shape[1] + 1), int(loss.blank))
    places[:, 1::2] = labels
    emitted = np.take_along_axis(log_p, places[:, None, :], 2)
    return places, emitted, (places[:, 2:] != places[:, :-2]) & (places[:, 2:] != int(loss.blank))


def ctc_log_probs(loss: Any, log_p: Any, labels: Any) -> Any:
    _, emitted, jump = spelled(loss, log_p, labels)
    last = forward(emitted, jump)[-1]
    return -np.logaddexp(last[:, -1], last[:, -2])


def ctc_log_probs_slope(loss: Any, log_p: Any, labels: Any) -> Any:
    places, emitted, jump = spelled(loss, log_p, labels)
    there = forward(emitted, jump)
    back = forward(emitted[:, ::-1, ::-1], jump[:, ::-1])[::-1, :, ::-1]
    whole = np.logaddexp(there[-1, :, -1], there[-1, :, -2])[:, None, None]
    passed = np.exp((there + back).swapaxes(0, 1) - emitted - whole)
    return -passed @ (places[:, :, None] == np.arange(log_p.shape[2]))


def ctc(loss: Any, z: Any, labels: Any) -> Any:
    return ctc_log_probs(loss, log_softmax(z), labels)


def ctc_slope(loss: Any, z: Any, labels: Any) -> Any:
    return softmax(z) + ctc_log_probs_slope(loss, log_softmax(z), labels)


SEQUENCES: Mapping[tuple[str, int], tuple[Function, Function]] = {
    ("cox", 3): (cox, cox_slope),
    ("cox-efron", 3): (cox_efron, cox_efron_slope),
    ("ctc", 2): (ctc, ctc_slope),
    ("ctc-log-probs", 2): (ctc_log_probs, ctc_log_probs_slope),
}
