"""Every field of every answer in JSON: where it is, its type and its meaning, said once.

A path goes through objects with dots and through lists with []; ? marks what is there only where it applies, and
capitals stand for names of the user's own. A type is text, integer, number, boolean, null, list, object or any;
`list of` one of them; words with | between them are the texts that there are; `or` joins types.
"""

from __future__ import annotations

from collections.abc import Mapping

Fields = Mapping[str, str]

ENVELOPE = {"schema": "text: the name of these fields", "version": "text: of losscli"}
INPUT = {
    "input.file": "text: the file as it was named, standard input, or --values",
    "input.ROLE": "text or list: its column, by role: pred, target, weight, ...; a list, if it has several; of several "
    "models, theirs in a list",
    "input.rows": "integer: rows read",
    "input.dropped": "integer: of these, left out because a value is missing",
    "input.where?": "text: the condition",
    "input.filtered?": "integer: rows left out by it",
    "input.ignored?": "integer: rows left out for their target",
    "input.lists?": "integer: lists of rows, of a ranking loss",
    "input.unmatched?": "list of integer: how many ids only the first file has, and only the second",
}
LOSS = {
    "results[].loss": "text: the spec, with its parameters",
    "results[].params": "object: every parameter",
}
CI = {
    "level": "number: 0.95",
    "low, high": "number: the ends of the interval",
    "method": "studentized|normal|exact|none: how it was made",
    "resamples, seed": "integer or null: of a bootstrap",
    "units": "integer: rows, or clusters, that it stands on",
    "cluster?": "text: the column of clusters",
}
LAST = {"results[].signature": "text: what would reproduce the answer"}
CAUSES = {
    "causes[].kind": "text: factor, sign, clip, nan, ...",
    "causes[].says": "text: what sets yours apart, in a sentence",
    "causes[].fix": "list of text: what mends it",
    "causes[].factor?": "number or null: yours over the reference, where it is the same on all rows",
}
COLUMNS = {
    "loss": "text: the spec, with its parameters",
    "params": "object: every parameter",
    "quantity": "loss|grad: what is compared",
    "reduction": "mean|sum|none: of what it is the derivative",
    "wrt?": "text: the input it is derived in",
    "status": "ok|fail: whether all rows agree",
    "n, differ": "integer: rows, and those that differ",
    "atol, rtol": "number: a row agrees if |yours - reference| <= atol + rtol |reference|",
    "worst": "number: the largest |yours - reference| over what is allowed",
    "rows[].row, line": "integer: a row that differs, the worst first",
    "rows[].id?": "text: its id",
    "rows[].element?": "integer: which number of the row, from 0",
    "rows[].INPUT": "any: its inputs",
    "rows[].yours, reference, difference, allowed, excess": "number: its numbers, and the difference over the allowed",
    "rows[].ratio": "number or null: yours over the reference",
    **CAUSES,
    "signature": "text: what would reproduce the answer",
}


def within(path: str, fields: Fields) -> dict[str, str]:
    """Return fields that are those of another field."""
    return {f"{path}.{name}": meaning for name, meaning in fields.items()}


SCHEMAS: Mapping[str, Fields] = {
    "losscli.compute/1": {
        **ENVELOPE,
        **INPUT,
        **LOSS,
        "results[].model?": "text: --pred as it was typed, if there are several",
        "results[].reduction": "mean|sum|none: over rows",
        "results[].group?": "object or null: column: text; null for all rows",
        "results[].n": "integer: losses that went into it",
        "results[].dropped?": "integer: rows left out, of a group",
        "results[].value?": "number: the mean or sum",
        "results[].status?": "ok|inf|nan: what the value is",
        "results[].values?": "list: with --reduction none, in place of value: the loss of each row; lists, if a row "
        "has several",
        "results[].lists?, rows?": "list: with it, of a ranking loss: the names of the lists, and their sizes",
        **within("results[].ci?", CI),
        **LAST,
        "gates?[].gate": "text: the option: --fail-above 20",
        "gates?[].loss": "text: the loss that it looked at",
        "gates?[].model?": "text: of this model",
        "gates?[].group": "object or null: of this group",
        "gates?[].value": "number: the value that it looked at",
        "gates?[].comparison": "<=|>=|<|>|==: what should hold",
        "gates?[].bound": "number: of this number",
        "gates?[].passed": "boolean: whether it does",
    },
    "losscli.grad/1": {
        **ENVELOPE,
        **INPUT,
        **LOSS,
        "results[].reduction": "mean|sum|none: of what it is the derivative",
        "results[].order": "integer: 1, or 2 for second derivatives",
        "results[].wrt": "list of text: the inputs it is derived in",
        "results[].rows[].row": "integer: from 1",
        "results[].rows[].id?, list?": "text or integer: its id, the list it is in",
        "results[].rows[].value": "number or list: its loss; a list, if a row has several",
        "results[].rows[].grad?": "number or list or object: its derivative; a list for a vector, an object by input "
        "if there are several",
        "results[].rows[].hess?": "number or list or object: with --order 2, in place of grad",
        "results[].n, kinks": "integer: losses, and rows that have no derivative",
        **LAST,
    },
    "losscli.compare/1": {
        **ENVELOPE,
        **INPUT,
        "baseline": "text: the model that the others are compared with",
        "candidates": "list of text: the others",
        **LOSS,
        "results[].reduction": "mean|sum: over rows",
        "results[].group?": "object or null: column: text; null for all rows",
        "results[].baseline, candidate": "text: the two models",
        "results[].baseline_value, candidate_value": "number: their losses",
        "results[].delta": "number: candidate less baseline: below 0 the candidate is better",
        "results[].p, p_holm": "number: of the test, and with Holm's correction for several candidates",
        "results[].test": "permutation|bootstrap|wilcoxon|normal|none: where p comes from",
        "results[].exact": "boolean: whether all signs were tried",
        "results[].alpha": "number: a smaller p_holm is significant",
        "results[].verdict": "better|worse|none: what the candidate significantly is",
        "results[].wins": "number: the share of rows won; a tie is half a win",
        "results[].won, tied, n": "integer: rows won, tied, and all",
        "results[].decisive": "object or null: the few rows without which delta changes its sign",
        "results[].decisive.rows": "list of text: where they are",
        "results[].decisive.delta_without": "number: delta without them",
        **within("results[].ci", CI),
        **LAST,
        "sentences": "list of text: what is to be said of it all",
    },
    "losscli.check/1, with --loss-col or --grad-col": {
        **ENVELOPE,
        **INPUT,
        **within("results[]", COLUMNS),
    },
    "losscli.check/1, with --python": {
        **ENVELOPE,
        **LOSS,
        "results[].function": "text: MODULE:FUNCTION",
        "results[].framework": "numpy|torch|jax: what it takes",
        "results[].seed": "integer: of the rows made up",
        "results[].atol, rtol": "number: what is allowed",
        "results[].single": "boolean: whether it answers in single precision",
        "results[].notes": "list of text: what is odd about the function",
        "results[].raises": "list of text: exceptions of the function, or shapes that do not fit",
        "results[].checks[].quantity": "loss|grad: what is compared",
        "results[].checks[].status": "ok|fail: whether all rows agree",
        "results[].checks[].n, differ": "integer: rows or lists, and those that differ",
        "results[].checks[].ulp": "number: the largest distance in units in the last place, or of single precision",
        "results[].checks[].row": "object or null: the inputs of a row that differs, yours and the reference",
        **within("results[].checks[]", {name: said for name, said in CAUSES.items() if "factor" not in name}),
        **within("results[].file?[]", COLUMNS),
        "results[].status": "ok|fail: whether all agrees",
    },
    "losscli.check/1, of our own": {
        **ENVELOPE,
        **LOSS,
        "results[].status": "ok|fail: whether all agrees",
        "results[].step": "number: of central differences",
        "results[].ulp": "number: how far an answer may be from the formula",
        "results[].seed": "integer: of the rows made up",
        "results[].checks[].what": "text: the loss, or which derivative",
        "results[].checks[].against": "differences|formula: what it is held against",
        "results[].checks[].points": "integer: how many were looked at",
        "results[].checks[].worst": "number: the largest difference; beside the formula in units in the last place",
        "results[].checks[].at": "text: where it is",
        "results[].checks[].failed": "integer: how many are too far",
        "results[].checks[].status": "ok|fail",
        "results[].checks[].kinks?": "list of number: where any value between the slopes is right",
        "results[].checks[].infinite?": "integer: points where the loss is infinite",
        "results[].checks[].order?": "value|gradient|hessian",
        "results[].checks[].says?": "text: what is wrong",
        "results[].checks[].row?": "object: the inputs where it is",
    },
    "losscli.plot/1": {
        **ENVELOPE,
        "axis.symbol, label": "text: what the horizontal axis is",
        "x": "list of number: places on it",
        "curves[].loss": "text: the spec, with its parameters",
        "curves[].params": "object: every parameter",
        "curves[].label": "text: which curve of the loss: y = 1",
        "curves[].values?": "list of number: the loss at each place",
        "curves[].grad?": "list of number: its derivative there, with --show grad or both",
    },
    "losscli.list/1": {
        **ENVELOPE,
        "losses[].name, family, summary, use, best": "text",
        "losses[].parameters, main": "text: with their defaults; those that matter",
        "losses[].of": "text: the symbols of its inputs",
        "losses[].also": "list of text: names elsewhere",
    },
    "losscli.explain/1": {
        **ENVELOPE,
        "loss": "text: the spec, with its parameters",
        "name, family, summary": "text",
        "inputs[][].name, kind, domain": "text: its inputs, in each of the forms that they may have",
        "params.NAME.value, default": "any: each parameter, as it is and by default",
        "params.NAME.domain, help": "text: what it may be, and does",
        "formula, gradient": "text: as expressions in Python",
        "where[].name, formula": "text: what the formula needs",
        "convex, symmetric": "boolean",
        "lipschitz, smoothness": "number: the largest slope, and curvature",
        "convex_in": "text: in what it is convex, if not in all that is predicted; else empty",
        "pictured": "boolean: whether these two are of the rows in the picture alone, and others have greater ones",
        "kinks": "list of number: where there is no derivative",
        "best": "text: the constant that is the best prediction",
        "proper": "text: strictly proper, proper, or nothing",
        "calibrated": "boolean or null",
        "use, source": "text",
        "pitfalls, also, see": "list of text: what to mind, names elsewhere, related losses",
        "elsewhere[].name, spec, differs, reproduced_by": "text: a name, what it is here, and how it differs",
        "elsewhere[].same": "boolean: whether it does not",
    },
    "losscli.choose/1": {
        **ENVELOPE,
        "seen": "list of text: what a file shows",
        "advice[].task, data, why": "text",
        "advice[].loss": "list of text: what suits it",
    },
    "losscli.cases/1, the first line": {
        **ENVELOPE,
        "loss": "text: the spec, with its parameters",
        "params": "object: every parameter",
        "inputs[].name, kind, domain": "text: its inputs",
        "inputs[].derivative": "boolean: whether it is derived in this one",
        "list": "boolean: whether inputs are lists of rows",
        "n, seed": "integer: of the cases made up",
        "ulp": "number: how near the numbers are to the exact ones",
    },
    "losscli.cases/1, the others": {
        "inputs.NAME": "number or list: the inputs",
        "edge": "boolean: a case where two right programs may differ: a kink, an end of the domain",
        "value": "number: the loss",
        "gradient?.NAME": "number or list: its derivative in each input",
        "hessian?.NAME": "number or list: the second, where there is one",
        "hex": "object: all of these as hexadecimal floats, exact in any language",
    },
    "errors": {
        "level": "error|warning|note|fail",
        "code": "text: what kind of mistake it is: losscli help errors lists all",
        "exit?": "integer: the exit code",
        "message": "text: the first line of the message",
        "evidence?, fix?": "list of text: its other lines; fixes can be pasted",
        "file?, column?": "text: where it is",
        "line?": "integer: the first one",
        "value?, count?": "any: what is there, and how many there are",
        "lines?": "list of integer: the first of them",
        "FACT": "any: of a gate, as in gates of compute; of a mismatch, as in results of check",
    },
}
"""By the name of the schema, and which answers if it has several kinds; a meaning may be left out."""
RECORDS = {"compute": "results", "grad": "results[].rows", "compare": "results", "check": "results", "plot": "curves",
           "list": "losses", "choose": "advice"}  # fmt: skip
"""The list that JSON lines have, one record a line."""
