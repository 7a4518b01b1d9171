"""`losscli help json` names every field that there is, and none that there is not: real answers are held against it."""

import json
import shlex

import fastjsonschema
import pytest

from losscli.cli import schema
from losscli.cli.fields import RECORDS, SCHEMAS

DATA = {
    "s.csv": "id,a,b,target,g,w\n" + "".join(f"r{k},{k},{k + 1 + k % 3},{k + 2},{k % 2},1\n" for k in range(40)) + "x,,1,1,0,1\n",
    "t.csv": "id,target\n" + "".join(f"r{k},{k + 1}\n" for k in range(41)),
    "p.csv": "id,p,y,z_a,z_b,c,g,l\n" + "".join(f"i{k},{(k + 1) / 42},{k % 2},{k},1,{'ab'[k % 2]},{k},{k / 9}\n" for k in range(40)),
    "few.csv": "a,b,target\n" + "9,1,1\n" + "1,1.5,1\n" * 50,
    "f.py": "import numpy as np\ndef twice(p, y):\n    return -2 * (y * np.log(p) + (1 - y) * np.log(1 - p)), 2 * (p - y) / (p - p * p)\n"
    "def bad(p, y):\n    raise ValueError('no')\n",
    "twice.csv": "pred,target,l\n1,0,2\n2,0,8\n3,0,18\n",
    "masked.csv": "y_pred_a,y_pred_b,y\n1,2,0\n3,1,1\n0,1,-100\n",
}  # fmt: skip
LINES = [
    "compute mse,mae s.csv -p a -p b -g g --ci --cluster id --fail-above 9 --missing drop --where a>=0 -q",
    "compute mse s.csv -p a --missing drop -r none", "compute listnet-softmax --values 1:0,2:1",
    "compute mse s.csv -p a --targets t.csv --on id --join inner --missing drop", "compute bce --values 0:1 -q",
    "compute listnet-softmax --values 1:0,2:1 -r none", "compute softmax-cross-entropy:ignore=-100 masked.csv -p y_pred_* --classes 0,1",
    "compute mse few.csv -p a -r none", "compute mse s.csv -p a -p b --missing drop -w w --fail-below 0 --ci",
    "grad mse s.csv -p a --missing drop --id id", "grad mse s.csv -p a --missing drop --order 2",
    "grad softmax-cross-entropy p.csv -p z_* -t c", "grad triplet-margin --values 1/2:2/3:0/1",
    "grad listnet-softmax s.csv -p a --col list=g --missing drop", "grad mse s.csv -p a,b -t b,target --missing drop",
    "compare mse,mae few.csv -p a -p b --resamples 100", "compare mse s.csv -p a -p b -g g --missing drop --resamples 100 -q",
    "compare mse few.csv -p a -p b --cluster b --resamples 100 -q",
    "check bce p.csv -p p -t y --loss-col l --grad-col g --id id",
    "check softmax-cross-entropy p.csv -p z_* -t c --grad-col z_*", "check mse twice.csv --loss-col l",
    "check huber --n 3", "check listnet-softmax --n 2", "check bce p.csv -p p -t y --id id --python f.py:twice --n 300",
    "check bce --python f.py:bad --n 3", "plot mse,huber --points", "plot bce --show both --points", "list", "list huber",
    "choose", "choose p.csv -t y -p p", "explain huber", "explain ctc", "explain bce",
]  # fmt: skip


@pytest.fixture(scope="module")
def validators():
    """The schemas, ready to judge."""
    return {name: fastjsonschema.compile(schema.json_schema(name)) for name in schema.names()}


def paths(value, at=""):
    """All fields of an answer, as the page writes them."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{at}.{name}" if at else name
            yield from paths(each, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for each in value:
            yield from paths(each, f"{at}[]")


def test_answers_are_as_the_schema_says(cli, validators):
    seen = {}
    for line in LINES:
        ran = cli([*shlex.split(line), "--json"], DATA)
        assert ran.out, (line, ran.err)
        answer = json.loads(ran.out)
        name = schema.command(answer["schema"])
        try:
            validators[name](answer)
        except fastjsonschema.JsonSchemaException as error:
            raise AssertionError(f"{line}: {error}") from None
        seen.setdefault(name, set()).update(paths(answer))
    every = set().union(*seen.values())
    for title, fields in SCHEMAS.items():
        for path in (path.replace("?", "") for paths in fields for path in schema.alone(paths)):
            own = path.rpartition(".")[2].isupper() or ".NAME." in path or ".file[]." in path
            own |= path == "results[].checks[].says"  # of a loss of ours that is wrong
            if schema.command(title) in seen and not own:
                assert path in every, f"{title} documents {path}, and no answer here has it"


@pytest.mark.parametrize("line", ["huber --n 2", "dice --n 2", "softmax-cross-entropy --n 2"])
def test_cases_are_as_the_schema_says(cli, validators, line):
    for each in cli(f"check {line} --cases -").out.splitlines():
        validators["cases"](json.loads(each))


@pytest.mark.parametrize(
    "line",
    [
        "compute mse s.csv -p a", "compute mse none.csv", "compute mse s.csv -p b --fail-above 0 -o x.csv", "list nothing-like",
        "grad mae --values 1:1", "compute bce --values 0:1", "check bce p.csv -p p -t y --grad-col g --csv",
        "compute mse,mae s.csv -p a -p b --missing drop -g g --assert mse<1", "compute hubber", "oops", "compute --oops",
    ],
)  # fmt: skip
def test_messages_are_as_the_schema_says(cli, validators, line):
    said = cli(f"{line} --errors json", DATA).err.splitlines()
    assert said
    for each in said:
        validators["errors"](json.loads(each))


@pytest.mark.parametrize(
    "line",
    [
        "compute mse s.csv -p b --missing drop", "grad mse s.csv -p b --missing drop", "list huber", "choose regression",
        "compare mse few.csv -p a -p b --resamples 100", "check huber --n 2", "plot mse --points -o curves.jsonl",
    ],
)  # fmt: skip
def test_json_lines_are_the_records(cli, line, tmp_path):
    ran = cli(line if " -o " in line else f"{line} --format jsonl", DATA)
    text = ran.out or (tmp_path / "curves.jsonl").read_text()
    known = {*schema.fields_of(line.split()[0])}
    for each in text.splitlines():
        assert {*json.loads(each)} <= known


def test_schemas_refuse_what_is_wrong(validators):
    entry = dict.fromkeys(("name", "family", "parameters", "main", "of", "summary", "use", "best"), "")
    good = {"schema": "losscli.list/1", "version": "1", "losses": [{**entry, "also": []}]}
    validators["list"](good)
    for bad in ({"losses": []}, {"schema": "losscli.list/2"}, {"losses": [{**entry, "also": [], "more": 1}]},
                {"losses": [entry]}, {"version": 1}):  # fmt: skip
        with pytest.raises(fastjsonschema.JsonSchemaException):
            validators["list"]({**good, **bad} if bad != {"losses": []} else bad)


def test_the_page_and_the_schemas_are_printed(cli):
    lines = cli("help json").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert {"losscli.compute/1", "losscli.compare/1"} <= {*lines}
    for name in schema.names():
        assert json.loads(cli(f"help json {name}").out)["$schema"] == schema.DRAFT
    ran = cli("help json nothing")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: help json: 'nothing' is not one of: compute grad")
    assert {*RECORDS} < {*schema.names()}
