"""What losses need of an input, and whether the columns that were chosen suit them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from losscli.data.batch import Chosen, Role
from losscli.data.words import counted, listed
from losscli.errors import DataError, UsageError
from losscli.families import weighed
from losscli.families.levels import Columnwise, Leveled
from losscli.inputs import Input
from losscli.loss import Loss


class Need(NamedTuple):
    """What some losses need from a table: alternative sets of roles, and each loss's inputs under each."""

    forms: tuple[tuple[Role, ...], ...]
    inputs: tuple[tuple[tuple[Input, ...], ...], ...]


def need(losses: Sequence[Loss]) -> Need:
    """Return what `losses` together need to be read. Raises `UsageError` if no one file can serve them."""
    if len({loss.listed for loss in losses}) > 1:
        rows, lists = (next(loss for loss in losses if loss.listed is listed) for listed in (False, True))
        raise UsageError(
            f"{rows.name} is a loss of rows, {lists.name} of lists of rows: run them one at a time",
            fix=[f"losscli compute {loss} ..." for loss in losses],
            code="losses-apart",
        )
    ignored = weighed.ignorable(losses)
    forms: dict[tuple[Role, ...], tuple[tuple[Input, ...], ...]] = {}
    for each in product(*(loss.forms for loss in losses)):
        roles: dict[str, Role] = {}
        for entry in (entry for form in each for entry in form):
            role = Role(entry.name, entry.columns, entry.kind, entry.of, entry.whole, ignored)
            known = roles.setdefault(entry.name, role)
            if (known.kind, known.whole) != (role.kind, role.whole):
                break
            names = dict.fromkeys((*known.looked_for, *role.looked_for))
            roles[entry.name] = known._replace(looked_for=tuple(names))
        else:
            forms.setdefault(tuple(roles.values()), each)
    if not forms:
        raise UsageError(
            f"{' and '.join(loss.name for loss in losses)} read different columns: run them one at a time",
            fix=[f"losscli compute {loss} ..." for loss in losses],
            code="losses-apart",
        )
    return Need(tuple(forms), tuple(forms.values()))


def fitted(loss: Loss, form: Sequence[Input], chosen: Mapping[str, Chosen]) -> Loss:
    """Return a loss as it is computed from these columns. Raises if they are too many or too few for it."""
    widths = [len(chosen[entry.name].labels or chosen[entry.name].names) for entry in form]
    for entry, width in zip(form, widths, strict=True):
        if entry.hard and width > 1:
            raise DataError(
                f"{loss.name}: {entry.name} is one class a row, not {counted(width, 'number')}",
                [f"{entry.name}: {listed(chosen[entry.name].names)}"],
                [f"--{entry.name} COLUMN   (the name or index of the class)"],
                code="wrong-shape",
            )
    if loss.elementwise:
        several = loss.several if isinstance(loss, Columnwise) else ()
        said = [f"{entry.name}: {listed(chosen[entry.name].names)}" for entry in form]
        if isinstance(loss, Columnwise) and several and widths[0] != len(several):
            raise UsageError(
                f"{loss} has {len(several)} {loss.numbers} for {counted(widths[0], 'column')}",
                said[:1],
                [f"--{form[0].name} {','.join(['COLUMN'] * len(several))}"],
                code="parameter-count",
            )
        if len({*widths} - ({1} if several and isinstance(loss, Leveled) else set())) > 1:
            counts = ", ".join(
                f"{entry.name} has {counted(width, 'column')}"
                for entry, width in zip(form, widths, strict=True)
            )
            levels = f"losscli compute {loss.name}:tau={'/'.join(['LEVEL'] * widths[0])} ...   (one target for all)"
            raise DataError(
                f"{loss.name}: {counts}",
                said,
                [levels] if isinstance(loss, Leveled) and min(widths) == widths[-1] == 1 else [],
                code="wrong-shape",
            )
    return weighed.coded(loss, chosen[form[0].name])
