"""Several models in one file: one reading, and a job for each prediction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import tee
from typing import TYPE_CHECKING

from losscli.cli.options import Words
from losscli.cli.reading import open_input, read_as, refuse_idle, subject
from losscli.errors import UsageError

if TYPE_CHECKING:
    from losscli.loss import Loss
    from losscli.run import Job


def open_models(
    losses: Sequence[Loss], words: Words, command: str, group: Sequence[str] = (), cluster: str = ""
) -> list[Job]:
    """Return a job for each `--pred`, over the same rows: those that lack a prediction of any model are missing in all.

    The jobs share one reading: they go on side by side, as in `run.alongside`.
    """
    if len(words.pred) < 2:
        return [open_input(losses, words, command, group, cluster=cluster)]
    from losscli.fit import need
    from losscli.run import Job, abandon

    if len(set(words.pred)) < len(words.pred):
        raise UsageError("--pred: the same prediction twice", code="given-twice")
    if words.values:
        raise UsageError(
            "--values are rows without columns: --pred has no meaning here", code="option-unused"
        )
    refuse_idle(losses, words)
    needed = need(losses)
    job = Job
    if losses[0].listed:
        from losscli.lists import ListJob as job
    name = subject([role.name for form in needed.forms for role in form])
    others = {f"{name} of {model}": model for model in words.pred[1:]}
    forms = [
        (*form, *(role._replace(name=other) for role in form if role.name == name for other in others))
        for form in needed.forms
    ]
    first = words._replace(pred=words.pred[:1])
    lists = losses[0].listed
    reading = read_as(forms, first, command, lists=lists, group=group, cluster=cluster, more=others)
    batches = reading.batches()
    classes = any(role.of == name for role in forms[reading.form])
    labels = reading.chosen[name].labels
    for other, model in others.items() if classes and not words.classes else ():
        if reading.chosen[other].labels != labels:
            abandon(batches)
            raise UsageError(
                f"--pred {model}: its classes are not those of {words.pred[0]}",
                [f"{each}: {', '.join(reading.chosen[role].labels)}"
                 for role, each in ((name, words.pred[0]), (other, model))],
                [f"--classes {','.join(labels)}       if the columns mean these, in their order"],
                code="models-apart",
            )  # fmt: skip
    streams = [batches] * len(words.pred) if lists else tee(batches, len(words.pred))
    jobs = [
        job(losses, needed, reading, normalize=words.normalize, batches=stream, alias={name: other})
        for stream, other in zip(streams, [name, *others], strict=True)
    ]
    if lists:
        from losscli.lists import shared

        shared(jobs)
    return jobs
