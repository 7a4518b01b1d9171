"""Several files after the losses, as a shell makes of a pattern, are one input."""

from __future__ import annotations

import pytest


@pytest.fixture
def losscli(cli):
    files = {
        "part-1.csv": "p,y\n1,2\n", "part-2.csv": "p,y\n3,7\n", "part-3.csv": "p,y\n3,x\n", "p.csv": "p\n1\n",
        "y.csv": "y\n3\n",
    }  # fmt: skip
    return lambda *words: tuple(cli(list(words), files))


def test_they_are_read_one_after_the_other(losscli):
    assert losscli("compute", "mse", "part-1.csv", "part-2.csv", "--bare") == (0, "8.5\n", "")
    assert losscli("compute", "mse", "--bare", "part-[1].csv", "--target", "y", "part-2.csv") == (
        0,
        "8.5\n",
        "",
    )
    assert losscli("grad", "mse", "part-1.csv", "part-2.csv", "--bare") == (0, "-2\n-8\n", "")
    assert losscli("compute", "mse", "part-1.csv", "part-2.csv", "part-3.csv") == (
        3,
        "",
        "error: part-3.csv:2: column 'y': 'x' is not a number\n"
        "  2 | 3,x\n"
        "        ^\n"
        "  fix: --na x --missing drop       scores the other 2 rows\n",
    )


def test_what_is_no_input(losscli):
    assert losscli("compute", "mse", "part-1.csv", "part-1.csv") == (
        2,
        "",
        "error: part-1.csv is given twice\n",
    )
    assert losscli("compute", "mse", "part-1.csv", "part.csv")[::2] == (
        3, "error: no file 'part.csv'\n  did you mean: part-3.csv\n"
    )  # fmt: skip
    assert losscli("compute", "mse", "part-1.csv", "part-2.csv", "-o", "part-2.csv")[0] == 2


def test_the_second_of_two_may_have_been_meant_for_the_targets(losscli):
    fix = "  fix: p.csv --targets y.csv       if the targets are in y.csv\n"
    assert losscli("compute", "mse", "p.csv", "y.csv")[2] == (
        "error: p.csv, y.csv: no column for target found by name\n"
        "  columns: p\n"
        "  looked for target: y_true, target, label, truth, actual, y, class\n" + fix
    )
    assert losscli("compute", "mse", "p.csv", "y.csv", "-p", "p", "-t", "p")[2].startswith(
        "error: y.csv: not the columns of p.csv\n  it lacks: p\n  it has besides: y\n" + fix
    )
    assert losscli("compute", "mse", "p.csv", "--targets", "y.csv", "-b")[1] == "4\n"
