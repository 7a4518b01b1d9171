"""`losscli help errors`: the code of every mistake, for programs that read --errors json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

ABOUT = """
With --errors json, each line on standard error is an object: its `level` (error, warning, note or fail), its `code`,
the `message`, and what else is known (losscli help json). A code keeps its meaning; new ones may come, so take those
you do not know by their `exit`.
"""

CODES: Mapping[str, Mapping[str, str]] = {
    "fail, exit 1": {
        "gate": "a bound does not hold: --fail-above, --fail-below, --assert",
        "worse": "a model is worse than the baseline: --fail-if-worse",
        "mismatch": "check: your numbers are not those of the reference",
    },
    "error, exit 2: the command line": {
        "unknown-command": "no such command",
        "unknown-option": "no such option",
        "missing-argument": "an argument is missing: LOSS",
        "missing-option": "an option is needed: `fix` says which",
        "bad-option": "an option cannot have this value",
        "option-conflict": "options that contradict each other",
        "option-unused": "an option that would change nothing here",
        "given-twice": "the same file, column or model twice",
        "no-input": "no FILE, and standard input is a terminal",
        "one-stdin": "standard input cannot be two files",
        "unknown-loss": "no such loss",
        "ambiguous-loss": "a name that several losses have",
        "bad-parameter": "a loss has no such parameter, or not with this value",
        "parameter-count": "more or fewer weights, levels or classes than there are columns",
        "one-loss": "several losses where one is taken",
        "losses-apart": "losses that read different columns or rows, or have different axes: one at a time",
        "loss-unfit": "this loss has no curve, no place for rows, or cannot be called row by row",
        "models-apart": "models whose classes are not the same",
        "file-before-losses": "a file where losses are expected",
        "unknown-role": "--col: the loss has no such input",
        "unknown-field": "--fields: the answer has no such field",
        "unknown-format": "a suffix of a file that says no format",
        "bad-literal": "--values that cannot be read",
        "output-is-input": "--output would write over a file that is read",
        "to-terminal": "an image is no text for a terminal",
        "no-function": "--python: no such module, file or function, or it cannot be imported",
        "function-failed": "--python: the function raises, or gives another number of numbers",
        "not-installed": "--framework: it is not installed",
        "usage": "anything else",
    },
    "error, exit 3: the data": {
        "no-file": "no such file, or none that matches a pattern",
        "no-plain-file": "a directory",
        "unreadable": "the file may not or cannot be read",
        "changed": "the file changed while it was read",
        "damaged": "compressed, NumPy or Parquet data that are broken or cut short",
        "wrong-format": "the file is not of the format that it should be",
        "encoding": "bytes that are no text in this encoding",
        "one-column": "one column: the delimiter is another",
        "no-column": "a column is not there, or none was found for an input",
        "several-columns": "several columns could be an input",
        "same-name": "several columns have the same name",
        "same-class": "two columns stand for the same class",
        "same-key": "a record has a key twice",
        "ragged-row": "a row has more or fewer fields than the header",
        "bad-quotes": "quotes in CSV that do not match, or a field without end",
        "bad-json": "no JSON, or nested too deeply",
        "no-records": "JSON that holds no records where they are looked for",
        "wrong-type": "a column of a type that is no number",
        "wrong-shape": "vectors for numbers, numbers for vectors, or too many dimensions",
        "lengths-differ": "lists or arrays that should be as long as each other",
        "files-differ": "files read as one that have other columns",
        "bad-cell": "a cell that is no number",
        "missing-cell": "a cell that is empty or means missing",
        "no-class": "a target that no column stands for",
        "classes-differ": "predictions and targets with other classes",
        "outside-domain": "a number that the loss is not defined for",
        "not-a-distribution": "probabilities that do not sum to 1, or not one true class",
        "no-direction": "a vector of zeros where a direction is needed",
        "ends-before-it-starts": "an interval whose end is before its start",
        "not-square": "lists have more or fewer rows than numbers in each row of their matrix",
        "not-one-value": "what is said once for a list differs within it",
        "bad-weight": "a weight that is negative or not finite",
        "too-many-groups": "--sparkline: more groups than can be drawn",
        "bad-condition": "--where cannot be understood or answered",
        "pairing": "rows of two files: by a column they share, or by order?",
        "counts": "two files with other numbers of rows",
        "ids": "ids that do not match one to one",
        "missing-id": "a row without an id",
        "same-id": "an id twice",
        "not-written": "the output cannot be written",
        "no-room": "no room for temporary files",
        "data": "anything else",
    },
    "error, exit 4: no result": {
        "empty-input": "nothing to read, or no row",
        "no-row-left": "every row is left out, or has weight 0",
        "no-common-id": "no row is in both files",
        "no-match": "list, choose: nothing mentions these words",
        "no-result": "anything else",
    },
    "error, exit 70": {"bug": "losscli itself failed"},
    "warning and note, exit 0": {
        "function": "check --python: your function is slow, in single precision, or writes into its inputs",
        "infinite": "a loss is infinite: `line` has the first such row",
        "few-rows": "fewer than 30 rows: an interval is a rough guess",
        "tail": "few rows decide an interval",
        "no-spread": "an interval without width",
        "no-interval": "there is none: of one row, or of a loss that is infinite",
        "normal-test": "more than a million rows: p is that of the normal distribution",
        "kink": "rows where there is no derivative",
        "name": "what a name taken from elsewhere means here, where it differs",
        "log-axis": "--log-y: values that a logarithmic axis cannot show",
        "wrote": "a `file` was written",
    },
}
"""All codes, by level and exit code, with what they mean."""


def page() -> Iterator[str]:
    """Yield the lines of the page, in 80 columns."""
    yield from wrap(" ".join(ABOUT.split()), 80)
    for title, codes in CODES.items():
        yield ""
        yield title
        for code, meaning in codes.items():
            first, *rest = wrap(meaning, 54, break_on_hyphens=False)
            yield f"  {code:<24}{first}"
            for line in rest:
                yield f"{'':26}{line}"
