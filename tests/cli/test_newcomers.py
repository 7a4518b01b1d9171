"""Where new users stumbled: each mistake is answered with the command that was meant."""

import pytest

FILES = {
    "f.csv": "pred,target\n1,2\n3,4\n",
    "l.csv": "y,p\n1,2\n0,1\n",
    "c.csv": "id,a,b,y\n1,1,2,1\n2,3,3,3\n",
}
STUMBLES = [
    # someone who knows only the lesson
    ("explain cross-entropy", 2, "fix: losscli explain bce"),
    ("grad cross-entropy f.csv", 2, "fix: losscli grad bce ..."),
    ("grad bce l.csv", 3, "fix: losscli grad bce-with-logits ..."),
    ("compute mse 2.5 3", 3, "fix: losscli compute mse --values 2.5:3"),
    ("compute mse --values 2.5,3", 2, "fix: --values 2.5:3"),
    ("plot", 2, "fix: losscli plot bce\n   or: losscli plot --help"),
    ("explain categorical cross-entropy", 2, "fix: losscli explain categorical-cross-entropy"),
    ("help mse", 2, "fix: losscli explain mse"),
    ("mse --help", 2, "fix: losscli explain mse"),
    ("mse f.csv", 2, "fix: losscli compute mse f.csv"),
    # someone who writes CI
    ("compute mse f.csv --assert rmse<=60", 2, "rmse is mse here; there: the root of the mean"),
    ("compute mse f.csv --fail-above", 2, "error: --fail-above: a value is missing"),
    ("compute mse f.csv --fail-above 10%", 2, "error: --fail-above: '10%' is not a number"),
    ("compute mse f.csv --json=1", 2, "error: --json takes no value"),
    ("compute mse f.csv --seed x --ci", 2, "error: --seed: 'x' is not a whole number"),
    # someone who ports a loss to another language
    ("check huber --cases huber.csv", 2, "fix: --cases huber.jsonl"),
    ("check crossentropy --cases x.jsonl", 2, "fix: losscli check bce ..."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "said"), STUMBLES, ids=[line for line, _, _ in STUMBLES])
def test_what_was_meant(cli, line, code, said):
    ran = cli(line, FILES)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_fixes_of_names_can_be_pasted(cli):
    for line in (
        "explain bce",
        "compute mse --values 2.5:3",
        "explain categorical-cross-entropy",
        "explain mse",
    ):
        assert cli(line).code == 0


def test_out_is_output_everywhere(cli, tmp_path):
    for line in (
        "compute mse f.csv --out x.csv",
        "grad mse f.csv --out x.csv",
        "explain mse --out x.txt",
        "plot mse --out x.txt",
    ):
        ran = cli(line, FILES)
        assert (ran.code, ran.out) == (0, "")
        assert ran.err.startswith("wrote x.")


def test_alias_without_a_difference_is_a_bound(cli):
    assert cli("compute mse f.csv --assert l2<=60", FILES).code == 0
