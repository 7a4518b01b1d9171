"""Whether the columns that were chosen suit a loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from losscli import weighed
from losscli.data.batch import Chosen
from losscli.data.words import counted, listed
from losscli.errors import DataError, UsageError
from losscli.inputs import Input
from losscli.levels import Leveled
from losscli.loss import Loss


def fitted(loss: Loss, form: Sequence[Input], chosen: Mapping[str, Chosen]) -> Loss:
    """Return a loss as it is computed from these columns. Raises if they are too many or too few for it."""
    widths = [len(chosen[entry.name].labels or chosen[entry.name].names) for entry in form]
    if loss.elementwise:
        several = loss.several if isinstance(loss, Leveled) else ()
        said = [f"{entry.name}: {listed(chosen[entry.name].names)}" for entry in form]
        if several and widths[0] != len(several):
            raise UsageError(
                f"{loss} has {len(several)} levels for {counted(widths[0], 'column')}",
                said[:1],
                [f"--{form[0].name} {','.join(['COLUMN'] * len(several))}"],
            )
        if len({*widths} - ({1} if several else set())) > 1:
            counts = ", ".join(
                f"{entry.name} has {counted(width, 'column')}"
                for entry, width in zip(form, widths, strict=True)
            )
            levels = f"losscli compute {loss.name}:tau={'/'.join(['LEVEL'] * widths[0])} ...   (one target for all)"
            raise DataError(
                f"{loss.name}: {counts}",
                said,
                [levels] if isinstance(loss, Leveled) and min(widths) == widths[-1] == 1 else [],
            )
    return weighed.coded(loss, chosen[form[0].name])
