"""`losscli help json` names every field that there is, and none that there is not."""

import json
import re

import pytest

from losscli.cli.schema import SCHEMAS

DATA = {
    "s.csv": "id,a,b,target,g,w\n"
    + "".join(f"r{k},{k},{k + 1},{k + 2},{k % 2},1\n" for k in range(40))
    + "x,,1,1,0,1\n"
}
FREE = ("params", "group", "ROLE")
LINES = [
    "compute mse,mae s.csv -p a -p b -g g --ci --fail-above 9 --missing drop --where a>=0 -q",
    "compute mse s.csv -p a --missing drop -r none", "compute listnet-softmax --values 1:0,2:1",
    "grad mse s.csv -p a --missing drop --id id", "grad mse s.csv -p a --missing drop --order 2", "list", "choose",
]  # fmt: skip


def paths(value, at=""):
    """The fields of an answer, as the page writes them."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from paths(each, f"{at}.{name}" if at else name)
            if name in FREE:
                continue
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for each in value:
            yield from paths(each, f"{at}[]")
    else:
        yield at


def documented(schema):
    """All paths that the page has of one schema."""
    for field in SCHEMAS[schema]:
        head, *more = [each.strip().replace("?", "") for each in field.split(",")]
        yield head
        stem = head.rpartition(".")[0]
        yield from (f"{stem}.{name}" if stem else name for name in more)


@pytest.mark.parametrize("line", LINES)
def test_every_field_is_documented(cli, line):
    answer = json.loads(cli(f"{line} --json", DATA).out)
    known = {*documented(answer["schema"]), "schema", "version"}
    roles = {"pred", "target", "group", "weight"}
    for path in set(paths(answer)):
        path = re.sub(r"\.(params|group)\..*", r".\1", path)
        path = "input.ROLE" if path.removeprefix("input.") in roles else path
        path = path.replace("].hess", "].grad")
        assert path in known, path


def test_errors_are_documented(cli):
    for line in (
        "compute mse s.csv -p a",
        "compute mse none.csv",
        "compute mse s.csv -p b --fail-above 0 -o /dev/null --csv",
    ):
        facts = json.loads(cli(f"{line} --errors json", DATA).err.splitlines()[-1])
        if facts["level"] == "error":
            assert {*facts} <= {*documented("errors, on standard error")}


def test_the_page_fits(cli):
    lines = cli("help json").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "losscli.compute/1" in lines
