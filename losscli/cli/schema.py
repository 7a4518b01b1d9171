"""`losscli help json`: every field of every answer in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

ABOUT = """
Every answer is one object with `schema`, whose number changes if a field changes its meaning, and `version`. Lists of
records are also JSON lines (--format jsonl), one a line. Numbers are shortest texts that read back the same double;
what JSON lacks are the strings "Infinity", "-Infinity" and "NaN". A field with ? is there only where it applies. With
--fields, records have those fields alone. With --errors json, what goes to standard error is JSON too.
"""

INPUT = {
    "input.file": "text: the file as it was named, or standard input",
    "input.ROLE": "text: its column, by role: pred, target, weight, ...; a list, if it has several; of several models, "
    "theirs in a list",
    "input.rows": "integer: rows read",
    "input.dropped": "integer: of these, left out because a value is missing",
    "input.where?": "text: the condition",
    "input.filtered?": "integer: rows left out by it",
    "input.ignored?": "integer: rows left out for their target",
    "input.lists?": "integer: lists of rows, of a ranking loss",
    "input.unmatched?": "list: ids that only one of the two files has",
}
RESULT = {
    "results[].loss": "text: the spec, with its parameters",
    "results[].params": "object: every parameter",
    "results[].model?": "text: --pred as it was typed, if there are several",
    "results[].reduction": "text: mean, sum or none",
}
CI = {
    "results[].ci?.level": "number: 0.95",
    "results[].ci?.low, high": "number: the ends of the interval",
    "results[].ci?.method": "text: studentized, normal or none",
    "results[].ci?.resamples, seed": "integer: of a bootstrap, else null",
    "results[].ci?.units": "integer: rows, or clusters, that it stands on",
    "results[].ci?.cluster?": "text: the column of clusters",
}
LAST = {"results[].signature": "text: what would reproduce the answer"}
SCHEMAS: dict[str, dict[str, str]] = {
    "losscli.compute/1": {
        **INPUT,
        "input.group?": "text: the columns of groups",
        **RESULT,
        "results[].group?": "object: column: text; null for all rows",
        "results[].n": "integer: losses that went into it",
        "results[].dropped?": "integer: rows left out, of a group",
        "results[].value": "number: the mean or sum",
        "results[].status": "text: ok, inf or nan",
        "results[].values?": "list: with --reduction none, in place of value: the loss of each row; lists, if a row "
        "has several",
        "results[].lists?, rows?": "list: with it, of a ranking loss: the names of the lists, and their sizes",
        **CI,
        **LAST,
        "gates[]?.gate": "text: the option: --fail-above 20",
        "gates[]?.loss, model?, group, value": "what it looked at",
        "gates[]?.comparison, bound": "what should hold: <= 20",
        "gates[]?.passed": "boolean",
    },
    "losscli.grad/1": {
        **INPUT,
        **RESULT,
        "results[].order": "integer: 1, or 2 for second derivatives",
        "results[].wrt": "list: the inputs it is derived in",
        "results[].rows[].row": "integer: from 1",
        "results[].rows[].id?, list?": "text: its id, the list it is in",
        "results[].rows[].value": "number: its loss",
        "results[].rows[].grad": "number: its derivative; a list for a vector, an object by input if there are "
        "several; hess with --order 2",
        "results[].n, kinks": "integer: losses, and rows that have no derivative",
        **LAST,
    },
    "losscli.list/1": {
        "losses[].name, family, summary, use, best": "text",
        "losses[].parameters, main": "text: with their defaults; those that matter",
        "losses[].of": "text: the symbols of its inputs",
        "losses[].also": "list: names elsewhere",
    },
    "losscli.choose/1": {
        "seen": "list: what a file shows",
        "advice[].task, data, why": "text",
        "advice[].loss": "list: what suits it",
    },
    "errors, on standard error": {
        "level": "text: error, warning, note or fail",
        "code": "text: what kind of mistake it is: losscli help errors lists all",
        "exit": "integer: the exit code",
        "message": "text: the first line of the message",
        "evidence, fix": "list: its other lines; fixes can be pasted",
        "file?, line?, column?, value?": "where it is, and what",
        "count?, lines?": "how many there are, and where the first are",
    },
}


def page() -> Iterator[str]:
    """Yield the lines of the page, in 80 columns."""
    yield from wrap(" ".join(ABOUT.split()), 80)
    for name, fields in SCHEMAS.items():
        yield ""
        yield name
        for field, meaning in fields.items():
            first, *rest = wrap(meaning, 48, break_on_hyphens=False)
            if len(field) > 28:
                yield f"  {field}"
                yield f"{'':30}{first}"
            else:
                yield f"  {field:<28}{first}"
            for line in rest:
                yield f"{'':30}{line}"
    yield ""
    yield "explain LOSS --json, compare, check and plot --points --json name theirs."
