"""Every mistake: one message, the documented code, nothing on standard output."""

import json

import pytest

PREDS = "id,y_true,y_pred\na,1,1\nb,2,n/a\nc,3,2\n"

MISTAKES = [
    ("compute hubber p.csv", 2, "error: unknown loss 'hubber'\n  did you mean: huber\n  all losses: losscli list\n"),
    ("compute bse p.csv", 2, "error: unknown loss 'bse'\n  did you mean: mse, bce\n"),
    ("compute mes p.csv", 2, "error: unknown loss 'mes'\n  did you mean: mse, "),
    (
        "compute accuracy p.csv",
        2,
        "error: 'accuracy' is a metric, not a loss\n"
        "  1 less the mean of zero-one, multiclass-zero-one\n  fix: losscli compute zero-one FILE -b | awk '{print 1 - $1}'\n",
    ),
    ("plot p.csv --kind hist", 2, "error: 'p.csv' is a file: losses come before it\n  fix: losscli plot mse p.csv --kind hist\n"),
    ("compute p.csv mse", 2, "error: 'p.csv' is a file: losses come before it\n  fix: losscli compute mse p.csv\n"),
    ("mse p.csv", 2, "error: no such command 'mse'\n  fix: losscli compute mse p.csv\n"),
    ("huber:2", 2, "error: no such command 'huber:2'\n  fix: losscli explain huber:2\n"),
    (
        "compute huber:delta=-1 p.csv",
        2,
        "error: huber: delta must be greater than 0, got -1\n"
        "  huber:delta=NUMBER   where the parabola turns into a line, in units of y (default 1)\n",
    ),
    ("compute huber:delta=wide p.csv", 2, "error: huber: delta must be a number, got 'wide'"),
    ("compute huber:dleta=1 p.csv", 2, "error: huber has no parameter 'dleta'\n  did you mean: delta\n"),
    ("compute mae:x=1 p.csv", 2, "error: mae has no parameters, got 'x=1'\n"),
    ("compute cross-entropy p.csv", 2, "error: 'cross-entropy' is the name of several losses\n  bce "),
    ("compute mse,softmax-cross-entropy p.csv", 2, "error: mse and softmax-cross-entropy read different columns"),
    ("compute mse p.csv --missing maybe", 2, "error: --missing: 'maybe' is not one of: error drop nan\n"),
    ("compute mse p.csv --csv --json", 2, "error: one output format, not json and csv\n"),
    ("compute mse p.csv --format xml", 2, "error: --format: 'xml' is not one of: table tsv csv json jsonl md latex parquet\n"),
    ("compute mse p.csv --bogus", 2, "error: no such option: --bogus\n  fix: losscli compute --help\n"),
    (
        "compute mse p.csv --weigth=w",
        2,
        "error: no such option: --weigth\n  did you mean: --weight, --width\n  fix: losscli compute mse p.csv --weight=w\n",
    ),
    ("compute", 2, "error: missing argument 'LOSS[,LOSS...]'\n  fix: losscli compute mse preds.csv --pred"),
    ("comptue mse", 2, "error: no such command 'comptue'\n  did you mean: compute, compare\n  fix: losscli compute mse\n"),
    ("compute mse p.csv --values 1:2", 2, "error: --values and a file: one of them, not both\n"),
    ("compute mse --values 1:2 --weight w", 2, "error: --values are rows without columns: --weight has no meaning here\n"),
    ("compute mse p.csv --col nothing=x", 2, "error: --col nothing=x: no input is called 'nothing'\n  roles: pred, target\n"),
    ("grad mse p.csv --order 3", 2, "error: --order: 3 is neither 1 nor 2\n"),
    ("plot mse,bce", 2, "error: these losses have different axes: draw them one at a time\n"),
    ("plot mse --x-range 3:-3", 2, "error: --x-range: '3:-3' is not a range\n"),
    ("plot mse --width 5", 2, "error: --width: 5 is not between 30 and 1000\n"),
    ("plot mse --out curve.gif", 2, "error: cannot tell the kind of image from 'curve.gif'\n  kinds: png, svg, pdf\n"),
    ("compute mse p.csv --normalize", 2, "error: --normalize: mse has no rows of probabilities\n"),
    ("compute mse,mae p.csv --classes a,b", 2, "error: --classes: mse and mae have no classes\n"),
    ("compare mse p.csv -p a -p b --normalize", 2, "error: --normalize: mse has no rows of probabilities\n"),
    ("plot mse p.csv --kind hist --log-y", 2, "error: --log-y is for curves, and a histogram has none\n"),
    ("plot mse --points --title x", 2, "error: --title is for pictures, and --points are numbers\n"),
    ("explain check", 2, "error: 'check' is a command, not a loss\n  fix: losscli check --help\n"),
    (
        "compute mse o.csv",
        3,
        "error: o.csv: no column for target found by name\n  columns: user_id, y_pred\n"
        "  looked for target: y_true, target, label, truth, actual, y, class\n"
        "  fix: --target COL\n   or: --targets FILE2 --on user_id       if another file has them\n",
    ),
    ("choose o.csv", 3, "error: o.csv: no column for target found by name\n"),
    (
        "compute mse p.csv --weight y_true",
        3,
        "error: p.csv: no column for target found by name\n  columns: id, y_true, y_pred\n"
        "  looked for target: y_true, target, label, truth, actual, y, class\n"
        "  'y_true' is weight here\n  fix: --target COL\n",
    ),
    ("explain nothing", 2, "error: unknown loss 'nothing'\n"),
    ("compute mse none.csv", 3, "error: no file 'none.csv'"),
    ("compute mse .", 3, "error: '.' is a directory, not a file\n"),
    ("compute mse p.csv --pred y_prd", 3, "error: p.csv: no column 'y_prd'\n  columns: id, y_true, y_pred\n  fix: --pred y_pred\n"),
    (
        "compute mse p.csv",
        3,
        "error: p.csv:3: column 'y_pred': 'n/a' is not a number\n  3 | b,2,n/a\n          ^^^\n"
        "  fix: --na n/a --missing drop       scores the other 2 rows\n",
    ),
    ("compute mse p.csv --targets t.csv --on id", 3, "error: --on id: the ids do not match one to one\n"),
    ("compute mse u.csv --targets v.csv", 3, "error: 2 predictions but 3 targets\n"),
    ("compute bce l.csv", 3, "error: bce: pred 1.3 at l.csv:3 is outside [0, 1]\n  column p: 2 of 3 rows are outside (min -4, max 1.3): logits?\n"),
    ("compute bce s.csv", 3, "error: bce: target -1 at s.csv:2 is outside [0, 1]\n"),
    ("compute bce-with-logits s.csv --pred p", 3, "error: bce-with-logits: target -1 at s.csv:2 is outside [0, 1]\n  column y: 1 of 1 rows are outside (min -1, max -1)\n  fix: losscli compute logistic-margin ...   (never decided from the range)\n"),
    ("compute logistic-margin l.csv --pred p", 3, "error: logistic-margin: target 0 at l.csv:3 is not -1 or 1\n  column y: 1 of 3 rows are outside (min 0, max 0): 0 and 1? 2 y - 1 makes them -1 and 1\n  fix: losscli compute bce-with-logits ...   (never decided from the range)\n"),
    ("compute hinge l.csv --pred p", 3, "error: hinge: target 0 at l.csv:3 is not -1 or 1\n  column y: 1 of 3 rows are outside (min 0, max 0): 0 and 1? 2 y - 1 makes them -1 and 1\n"),
    ("compute multi-margin m.csv", 3, "error: multi-margin: m.csv:3 has 2 true classes, not 1\n  y_a, y_b; 1 of 2 rows (min 2, max 2)\n  fix: losscli compute multilabel-margin ...   (any number of labels a row)\n"),
    ("compute multi-margin m.csv --normalize", 3, "error: multi-margin: m.csv:3 has 2 true classes, not 1\n"),
    ("compute cce k.csv", 3, "error: target 'horse' has no column\n"),
    ("list nothing-like-this", 4, "error: no loss mentions 'nothing-like-this'\n"),
    ("compute mse e.csv", 4, "error: e.csv is empty\n"),
    ("compute mse h.csv", 4, "error: h.csv: no rows after the header\n"),
    ("compute mse d.csv --missing drop", 4, "error: d.csv: no row is left\n  in every row a value is missing\n"),
]  # fmt: skip

FILES = {
    "o.csv": "user_id,y_pred\n7,1\n",
    "m.csv": "z_a,z_b,y_a,y_b\n1,0,1,0\n1,0,1,1\n",
    "p.csv": PREDS,
    "t.csv": "id,y_true\na,1\nx,2\nc,3\n",
    "u.csv": "y_pred\n1\n2\n",
    "v.csv": "y_true\n1\n2\n3\n",
    "l.csv": "y,p\n1,0.5\n0,1.3\n1,-4\n",
    "s.csv": "y,p\n-1,0.5\n",
    "k.csv": "label,p_cat,p_dog\ncat,0.5,0.5\nhorse,0.5,0.5\n",
    "e.csv": "",
    "h.csv": "y_true,y_pred\n",
    "d.csv": "y_true,y_pred\n1,\n",
}


@pytest.mark.parametrize(("line", "code", "message"), MISTAKES, ids=[line for line, _, _ in MISTAKES])
def test_mistake(cli, line, code, message):
    ran = cli(line, FILES)
    assert ran.err.startswith(message)
    assert ran.code == code
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) <= 8


def test_domain_errors_name_the_loss_that_fits(cli):
    ran = cli("compute bce l.csv", FILES)
    assert ran.err.endswith("  fix: losscli compute bce-with-logits ...   (never decided from the range)\n")


def test_a_mistake_late_in_the_file_prints_nothing(cli):
    rows = "".join(f"{k},{k}\n" for k in range(30000)) + "1,oops\n"
    for line in ("compute mse big.csv", "compute mse big.csv -r none", "grad mse big.csv"):
        ran = cli(line, {"big.csv": "pred,target\n" + rows})
        assert (ran.code, ran.out) == (3, "")
        assert "big.csv:30002: column 'target': 'oops' is not a number" in ran.err


def test_our_own_bug_is_one_line_and_70(cli, monkeypatch, four):
    from losscli.summary import Summary

    monkeypatch.setattr(Summary, "update", lambda *_: 1 // 0)
    ran = cli("compute mse four.csv", four)
    assert (ran.code, ran.out) == (70, "")
    assert ran.err.startswith("error: losscli itself failed: ZeroDivisionError")
    assert "Traceback" not in ran.err
    ran = cli("compute mse four.csv --verbose", four)
    assert (ran.code, ran.out) == (70, "")
    assert ran.err.startswith("Traceback (most recent call last):")
    assert json.loads(cli("compute mse four.csv --errors json").err)["exit"] == 70


@pytest.mark.parametrize(("line", "code", "message"), MISTAKES, ids=[line for line, _, _ in MISTAKES])
def test_mistake_for_programs(cli, line, code, message):
    ran = cli(f"{line} --errors json" if " " in line else f"{line} --errors=json", FILES)
    assert (ran.code, ran.out) == (code, "")
    facts = json.loads(ran.err)
    assert (facts["level"], facts["exit"]) == ("error", code)
    assert {"code", "message", "evidence", "fix"} <= {*facts}
    assert f"error: {facts['message']}".startswith(message.partition("\n")[0])


FACTS = [
    ("compute mse p.csv", {"code": "bad-cell", "file": "p.csv", "line": 3, "column": "y_pred", "value": "n/a",
                           "count": 1, "lines": [3], "fix": ["--na n/a --missing drop"]}),
    ("compute mse d.csv", {"code": "missing-cell", "file": "d.csv", "line": 2, "column": "y_pred"}),
    ("compute bce l.csv", {"code": "outside-domain", "file": "l.csv", "line": 3, "column": "p", "value": 1.3, "count": 2}),
    ("compute cce k.csv", {"code": "no-class", "file": "k.csv", "line": 3, "value": "horse", "count": 1}),
    ("compute mse none.csv", {"code": "no-file", "file": "none.csv"}),
    ("compute mse p.csv --pred y_prd", {"code": "no-column", "file": "p.csv", "column": "y_prd", "fix": ["--pred y_pred"]}),
    ("compute mse u.csv --targets v.csv", {"code": "counts", "count": [2, 3]}),
    ("compute mse p.csv --targets t.csv --on id", {"code": "ids"}),
    ("compute hubber p.csv", {"code": "unknown-loss", "value": "hubber"}),
    ("compute cross-entropy p.csv", {"code": "ambiguous-loss", "value": "cross-entropy"}),
    ("compute huber:delta=-1 p.csv", {"code": "bad-parameter", "value": "delta=-1"}),
    ("compute hampel:a=5 p.csv", {"code": "bad-parameter", "value": "hampel:a=5"}),
    ("compute mse p.csv --missing maybe", {"code": "bad-option"}),
    ("compute mse p.csv --bogus", {"code": "unknown-option", "fix": ["losscli compute --help"]}),
    ("compute mse e.csv", {"code": "empty-input", "exit": 4}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "facts"), FACTS, ids=[line for line, _ in FACTS])
def test_facts_of_a_mistake(cli, line, facts):
    said = json.loads(cli(f"{line} --errors json", FILES).err)
    assert {name: said[name] for name in facts} == facts


def test_warnings_and_notes_for_programs(cli):
    ran = cli("compute bce --values 0:1 --errors json")
    said = json.loads(ran.err)
    assert (ran.code, said["level"], said["code"], said["line"]) == (0, "warning", "infinite", 1)
    ran = cli("grad mae --values 1:1,2:1 --errors json")
    assert json.loads(ran.err)["level"] == "note"


def test_quiet_silences_what_is_no_error(cli, tmp_path):
    for line in ("compute bce --values 0:1", "grad mae --values 1:1", "compute mse --values 1:1 -o x.csv"):
        assert cli(line).err
        for option in ("-q", "--quiet"):
            ran = cli(f"{line} {option}")
            assert (ran.code, ran.err) == (0, "")
    assert cli("compute hubber -q").err.startswith("error: ")
