"""Every mistake has a code of its own, every code is documented, and none is documented that there is not."""

import ast
import json
from pathlib import Path

import pytest

from losscli.cli.codes import CODES
from losscli.cli.failures import CODES as TYPERS

ROOT = Path(__file__).parents[2] / "losscli"
KINDS = {"UsageError": "exit 2", "DataError": "exit 3", "Absent": "exit 3", "NotText": "exit 3", "NoResult": "exit 4",
         "fail": "exit 1", "note": "exit 0", "warn": "exit 0"}  # fmt: skip
DOCUMENTED = {code: title for title, codes in CODES.items() for code in codes}
GENERAL = {"usage", "data", "no-result", "bug"}
COMPUTED = (
    {"missing-cell", "bad-cell"},
    {"unknown-command"},
    {*TYPERS.values()},
    {"same-class"},
    {"outside-domain", "not-a-distribution", "no-direction", "ends-before-it-starts"},
    {"few-rows", "tail", "no-spread", "no-interval"},
)


def calls():
    """Every call that makes a message, with where it is."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in KINDS and path.parts[-2] != "plot":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", name, node


def code_of(node):
    """The code that a call gives; None if it passes on facts that have one, or computes it."""
    given = {each.arg: each.value for each in node.keywords}
    if "code" not in given:
        return None if None in given else ""
    return given["code"].value if isinstance(given["code"], ast.Constant) else None


def test_every_message_says_its_code():
    silent = [where for where, name, node in calls() if code_of(node) == "" and name not in ("warn",)]
    assert not silent, "say which kind of mistake it is: code=..., one of those in losscli/cli/codes.py"


def test_every_code_is_documented_under_its_exit():
    for where, name, node in calls():
        code = code_of(node)
        if code:
            assert code in DOCUMENTED, (where, code)
            assert KINDS[name] in DOCUMENTED[code], (where, code)


def test_every_documented_code_is_given():
    given = {code_of(node) for _, _, node in calls()} | GENERAL | set().union(*COMPUTED)
    assert {*DOCUMENTED} <= given


LINES = [
    ("comptue mse", "unknown-command"),
    ("compute mse --bogus", "unknown-option"),
    ("compute", "missing-argument"),
    ("compute mse p.csv --threads -1", "bad-option"),
    ("compute mse p.csv --order", "unknown-option"),
    ("list a b", "usage"),
    ("compute mse p.csv --csv --json", "option-conflict"),
    ("compute mse p.csv --resamples 500", "option-unused"),
    ("compute mse p.csv --fields loss,nope", "unknown-field"),
    ("compute p.csv mse", "file-before-losses"),
    ("grad mse,mae p.csv", "one-loss"),
    ("compute mse,hinge,listmle p.csv", "losses-apart"),
    ("plot ctc", "loss-unfit"),
    ("compute mse p.csv -o p.csv", "output-is-input"),
    ("compute mse p.csv -o x.doc", "unknown-format"),
    ("compute mse --values 1", "bad-literal"),
    ("compute mse p.csv --on id", "missing-option"),
    ("compute mse .", "no-plain-file"),
    ("compute mse e.csv", "empty-input"),
    ("compute mse d.csv --missing drop", "no-row-left"),
    ("compute mse r.csv", "ragged-row"),
    ("compute mse q.csv", "bad-quotes"),
    ("compute mse b.json", "bad-json"),
    ("compute mse z.csv", "wrong-format"),
    ("compute mse p.csv --where oops(", "bad-condition"),
    ("compute mse p.csv --weight w", "bad-weight"),
    ("compute mse twice.csv", "same-name"),
    ("compute mse p.csv -o none/x.csv", "not-written"),
    ("list nothing-like-this", "no-match"),
    ("compute mse p.csv --fail-above 0 -q --csv", "gate"),
]  # fmt: skip
FILES = {
    "p.csv": "id,y_true,y_pred,w\na,1,1,1\nb,2,4,-1\n", "e.csv": "", "d.csv": "y_true,y_pred\n1,\n",
    "r.csv": "y_true,y_pred\n1,2\n1\n", "q.csv": 'y_true,y_pred\n1,"2\n', "b.json": "[{", "z.csv": b"a\0b\n1,2\n",
    "twice.csv": "y_true,y_pred,y_pred\n1,2,3\n",
}  # fmt: skip


@pytest.mark.parametrize(("line", "code"), LINES, ids=[line for line, _ in LINES])
def test_the_code_of_a_mistake(cli, line, code):
    ran = cli(f"{line} --errors json", FILES)
    said = json.loads(ran.err.splitlines()[-1])
    assert said["code"] == code
    assert f"exit {ran.code}" in DOCUMENTED[code]
    assert ran.code == said["exit"]


def test_the_page(cli):
    ran = cli("help errors")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, lines)) <= 80
    assert {line.split()[0] for line in lines if line[:2] == "  " and line[2] != " "} == {*DOCUMENTED}
