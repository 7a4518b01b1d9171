"""`losscli check`: is a loss right? Yours, from columns of a file or a function, or ours."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from losscli.cli import options as o
from losscli.errors import UsageError

EXAMPLES = """
  losscli check bce mine.csv --grad-col my_grad           # exit 1 on mismatch
  losscli check huber:delta=0.5 mine.csv --loss-col l --grad-col g
  losscli check softmax-cross-entropy mine.csv --grad-col 'g_*' --reduction mean
  losscli check huber                                     # ours, numerically
  losscli check bce --python my_losses.py:bce             # overflow? clipping?
  losscli check huber --cases huber.jsonl                 # for any language
"""
WORDS = "What is checked"
ATOL, RTOL = 1e-8, 1e-6

LossCol = Annotated[
    str,
    Option(
        "--loss-col", metavar="COL", help="your loss of each row, or columns: 'l_*'", rich_help_panel=WORDS
    ),
]
GradCol = Annotated[
    str,
    Option("--grad-col", metavar="COL", help="your derivative, or columns: 'g_*'", rich_help_panel=WORDS),
]
Wrt = Annotated[
    str, Option("--wrt", metavar="INPUT", rich_help_panel=WORDS,
                help="what your derivative is in: an input of the loss, or logits of its probabilities  [the first]"),
]  # fmt: skip
Python = Annotated[
    str, Option("--python", metavar="MODULE:FUNCTION", rich_help_panel=WORDS,
                help="your function of NumPy arrays (or torch or JAX tensors), also path/to/file.py:function; it "
                "returns the loss of each row (of one list, if that has the loss), or the loss and the gradient"),
]  # fmt: skip
Framework = Annotated[
    str, Option("--framework", metavar="auto|numpy|torch|jax", help="what your function takes  [auto]",
                rich_help_panel=WORDS),
]  # fmt: skip
Cases = Annotated[
    str, Option("--cases", metavar="OUT", rich_help_panel=WORDS,
                help="write inputs with exact values and derivatives, for a test of yours in any language: JSON lines"),
]  # fmt: skip
Atol = Annotated[
    float, Option("--atol", metavar="X", help="|yours - reference| may be X  [1e-8]", rich_help_panel=WORDS)
]
Rtol = Annotated[
    float, Option("--rtol", metavar="X", help="and X times |reference| more  [1e-6]", rich_help_panel=WORDS)
]
Count = Annotated[
    int, Option("--n", metavar="N", help="how many rows to make up", min=0, rich_help_panel=WORDS)
]
Seed = Annotated[
    int, Option("--seed", metavar="N", help="of what is made up  [0]", min=0, rich_help_panel=WORDS)
]
Kink = Annotated[
    str, Option("--kink", metavar="subgradient|nan", rich_help_panel=WORDS,
                help="nan: leave out rows where there is no derivative  [subgradient]"),
]  # fmt: skip


def check(
    loss: o.OneLoss,
    words: o.Words,
    loss_col: LossCol = "",
    grad_col: GradCol = "",
    wrt: Wrt = "",
    python: Python = "",
    framework: Framework = "auto",
    cases: Cases = "",
    atol: Atol = ATOL,
    rtol: Rtol = RTOL,
    n: Count = 0,
    seed: Seed = 0,
    kink: Kink = "subgradient",
    reduction: o.Reduction = "none",
    progress: o.Progress = "auto",
    *,
    shape: o.Print,
) -> int:
    """Is a loss, or its gradient, right? Yours, or ours.

    --loss-col and --grad-col compare columns of FILE with the reference, and say what sets them apart: a
    factor, a sign, a clip, another loss. Without a FILE our own derivatives are compared with numeric
    ones. Exit code 1: they differ.
    """
    from losscli.check.compared import Tolerance
    from losscli.cli.output import Output
    from losscli.cli.reading import choice
    from losscli.families.levels import Columnwise
    from losscli.spec import parse

    choice("reduction", reduction)
    choice("kink", kink)
    choice("framework", framework)
    if "," in loss:
        raise UsageError(
            f"check takes one loss, got '{loss}'",
            fix=[f"losscli check {loss.split(',')[0]} ..."],
            code="one-loss",
        )
    if not (atol >= 0 and rtol >= 0 and atol + rtol < float("inf")):
        raise UsageError("--atol and --rtol must be finite numbers, 0 or more", code="bad-option")
    to = Output(shape, inputs=words.files)
    known, tolerance = parse(loss), Tolerance(atol, rtol)
    if isinstance(known, Columnwise) and known.several and not (loss_col or grad_col):  # rows have one column
        raise UsageError(
            f"{known} has {known.numbers} for each column: check one at a time",
            fix=[f"losscli check {known.at(level)}" for level in known.several[:2]],
            code="loss-unfit",
        )
    columns = {"--loss-col": loss_col, "--grad-col": grad_col}
    asked = [name for name, said in columns.items() if said]
    both = [name for name, said in (("--python", python), ("--cases", cases)) if said]
    if len(both) > 1 or (both and asked):
        raise UsageError(f"{' and '.join([*both, *asked])}: one of them", code="option-conflict")
    made = "rows that are made up"
    yours = "--loss-col and --grad-col"
    compared = yours if asked else "--python" if python else ""
    for option, said, heeded, what in (
        ("--wrt", wrt, grad_col, "--grad-col"),
        ("--reduction", reduction != "none", asked, yours),
        ("--kink", kink != "subgradient", grad_col, "--grad-col"),
        ("--framework", framework != "auto", python, "--python"),
        ("--atol", atol != ATOL, compared, f"{yours} or --python"),
        ("--rtol", rtol != RTOL, compared, f"{yours} or --python"),
        ("--n", n, not asked, made),
        ("--seed", seed, not asked, made),
    ):
        if said and not heeded:
            raise UsageError(f"{option} changes nothing here: it is for {what}", code="option-unused")
    if asked:
        from losscli.cli.checkfile import check_columns

        good = check_columns(known, words, columns, wrt, reduction, kink, progress, tolerance, to)
    elif python:
        from losscli.cli.checkpython import check_python

        good = check_python(known, python, framework, n, seed, tolerance, words, to)
    elif cases:
        from losscli.cli.checkcases import write_cases

        if words.file or words.values:
            raise UsageError(
                f"--cases makes its rows up: {words.file or '--values'} has no meaning here",
                code="option-unused",
            )
        write_cases(known, cases, n, seed)
        good = True
    else:
        if words.file or words.values:
            raise UsageError(
                f"which columns of {words.file or '--values'} are to be checked?",
                fix=[f"losscli check {loss} {words.file or 'FILE'} --grad-col COL", "--loss-col COL"],
                code="missing-option",
            )
        from losscli.cli.checkown import check_own

        good = check_own(known, n, seed, to)
    return 0 if good else 1
