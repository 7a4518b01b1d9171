"""Several predictions of one file: a job for each, over rows that are read once."""

import pytest

from losscli.cli.models import open_models
from losscli.cli.options import Words
from losscli.errors import LosscliError, UsageError
from losscli.run import alongside
from losscli.spec import parse_all

ROWS = "y,a,b,p_cat,p_dog,q_cat,q_dog,animal\n1,1,2,0.5,0.5,0.25,0.75,cat\n3,1,3,0.5,0.5,0.25,0.75,dog\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.csv").write_text(ROWS)
    return tmp_path


def means(losses, *pred, target="y", **words):
    jobs = open_models(
        parse_all(losses), Words(file="m.csv", pred=[*pred], target=target, **words), "losscli compute"
    )
    return [[each.total.mean for each in some] for some in alongside(jobs)]


def test_each_is_what_it_is_alone(folder):
    found = means("mse,mae", "a", "b")
    assert found == [[2, 1], [0.5, 0.5]] == [means("mse,mae", each)[0] for each in "ab"]
    found = means("cce,categorical-focal", "p_*", "q_cat,q_dog", target="animal")
    assert found == [means("cce,categorical-focal", each, target="animal")[0] for each in ("p_*", "q_*")]


def test_of_many_rows(folder):
    lines = [f"{k % 7},{k % 5},{k % 3}" for k in range(100_000)]
    (folder / "m.csv").write_text("y,a,b\n" + "\n".join(lines) + "\n")
    assert means("mse", "a", "b") == [means("mse", each)[0] for each in "ab"]


def test_lists(folder):
    (folder / "m.csv").write_text("query_id,relevance,a,b\n1,1,2,0\n1,0,1,3\n2,0,1,1\n2,2,0,5\n")
    assert means("listnet-softmax", "a", "b", target="relevance") == [
        means("listnet-softmax", each, target="relevance")[0] for each in "ab"
    ]


def test_a_row_that_one_model_lacks_is_missing_in_all(folder):
    (folder / "m.csv").write_text("y,a,b\n1,1,2\n3,1,\n")
    assert means("mse", "a", "b", missing="drop") == [[0], [1]]
    with pytest.raises(LosscliError, match="column 'b' is missing"):
        means("mse", "a", "b")


def test_what_cannot_be(folder, cli):
    with pytest.raises(UsageError, match="the same prediction twice"):
        means("mse", "a", "a")
    with pytest.raises(UsageError, match="its classes are not those of") as error:
        means("cce", "p_*", "q_dog,q_cat", target="animal")
    assert error.value.fix[0].startswith("--classes cat,dog")
    with pytest.raises(LosscliError, match=r"at m\.csv:2 is outside") as error:
        means("bce", "p_cat", "b", target="p_dog")
    assert "column b" in error.value.evidence[0]
    ran = cli("grad mse m.csv -p a -p b")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: one --pred for this command")
