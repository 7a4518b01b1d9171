"""`compute --ci`: the interval in every format, what it says of itself, and when it is worth little."""

import json

import numpy as np
import pytest

RANDOM = np.random.default_rng(11)


def table(n, spread=1.0, extra=""):
    """Return a CSV file of n rows: predictions, targets, a group, a user and a weight."""
    rows = RANDOM.normal(size=(n, 2)) * spread
    return "pred,target,region,user,w\n" + "".join(
        f"{p:.4f},{t:.4f},{'north' if k % 3 else 'south'},u{k // 4},{k % 5}\n"
        for k, (p, t) in enumerate(rows)
    )


FILES = {"r.csv": table(200)}


def column(text, name):
    lines = [line.split("\t") for line in text.splitlines()]
    return [line[lines[0].index(name)] for line in lines[1:]]


def test_tsv_json_and_table_say_the_same(cli):
    tsv = cli("compute mse,mae r.csv --ci", FILES)
    assert tsv.err == ""
    assert tsv.out.splitlines()[0] == "loss\tvalue\tci_low\tci_high\tci_method\tn\tdropped\tstatus"
    answer = json.loads(cli("compute mse,mae r.csv --ci --json", FILES).out)["results"]
    assert [each["ci"]["low"] for each in answer] == [float(x) for x in column(tsv.out, "ci_low")]
    assert answer[0]["ci"] == {
        "level": 0.95, "low": answer[0]["ci"]["low"], "high": answer[0]["ci"]["high"], "method": "studentized",
        "resamples": 10000, "seed": 0, "units": 200,
    }  # fmt: skip
    assert answer[0]["ci"]["low"] < answer[0]["value"] < answer[0]["ci"]["high"]
    assert answer[0]["signature"] == "mse|red:mean|n:200|miss:error|ci:stud95|bs:10000|seed:0|v:0.1.0"
    lines = cli("compute mse r.csv --ci -f table --width 120", FILES).out.splitlines()
    assert lines[0].endswith("95% CI by studentized bootstrap, 10000 resamples")
    assert "95% CI" in lines[2]
    assert f"[{answer[0]['ci']['low']:.3f}, {answer[0]['ci']['high']:.3f}]" in lines[4]
    assert cli("compute mse r.csv --ci --bare", FILES).out.split("\t")[1] == column(tsv.out, "ci_low")[0]


def test_level_may_be_left_out_anywhere(cli):
    same = {
        cli(f"compute mse {words}", FILES).out
        for words in ("r.csv --ci", "--ci r.csv", "--ci 0.95 r.csv", "--ci=0.95 r.csv")
    }
    assert len(same) == 1
    narrow, wide = (cli(f"compute mse r.csv --ci {level} --seed 3", FILES).out for level in (0.5, 0.99))
    assert float(column(wide, "ci_low")[0]) < float(column(narrow, "ci_low")[0])


def test_seed_and_engine(cli):
    first, again, other = (cli(f"compute mse r.csv --ci --seed {seed}", FILES).out for seed in (1, 1, 2))
    assert first == again != other
    big = {"b.csv": table(30_000)}
    small, large = (
        cli(f"compute mse b.csv --ci --engine {engine} --json", big).out for engine in ("small", "large")
    )
    assert small == large
    assert json.loads(small)["results"][0]["ci"]["method"] == "normal"
    assert "|ci:norm95|v:" in json.loads(small)["results"][0]["signature"]


def test_sum_is_n_means(cli):
    mean, total = (
        json.loads(cli(f"compute mse r.csv --ci --json -r {how}", FILES).out)["results"][0]["ci"]
        for how in ("mean", "sum")
    )
    assert total["low"] == pytest.approx(200 * mean["low"])
    assert total["high"] == pytest.approx(200 * mean["high"])


def test_weights_are_a_ratio(cli):
    doubled = {
        "r.csv": FILES["r.csv"],
        "d.csv": "\n".join(
            [FILES["r.csv"].splitlines()[0]]
            + [line[:-1] + str(2 * int(line[-1])) for line in FILES["r.csv"].splitlines()[1:]]
        ),
    }
    one, two = (
        json.loads(cli(f"compute mse {file} -w w --ci --json", doubled).out)["results"][0]["ci"]
        for file in ("r.csv", "d.csv")
    )
    assert one["units"] == 160  # a row of weight 0 does not count
    assert two["low"] == pytest.approx(one["low"])


def test_groups_are_intervals_of_their_own(cli):
    out = cli("compute mse r.csv --ci -g region", FILES).out
    alone = {"s.csv": "\n".join(line for line in FILES["r.csv"].splitlines() if "north" not in line)}
    assert column(out, "ci_low")[0] == column(cli("compute mse s.csv --ci", alone).out, "ci_low")[0]
    assert column(out, "region") == ["south", "north", "all"]
    shown = cli("compute mse r.csv --ci -g region -f table --width 130", FILES).out.splitlines()
    assert shown[2].split() == ["region", "n", "mse", "95%", "CI"]


@pytest.mark.parametrize("group", ["", " -g region"])
def test_clusters_count_as_one(cli, group):
    rows = "".join(f"{p},0,north,u{k},1\n" * 5 for k, p in enumerate(RANDOM.uniform(1, 3, 60).round(3)))
    files = {"c.csv": "pred,target,region,user,w\n" + rows}
    plain, together = (
        json.loads(cli(f"compute mse c.csv --ci --json{more}{group}", files).out)
        for more in ("", " --cluster user")
    )
    wide = [x["results"][-1]["ci"]["high"] - x["results"][-1]["ci"]["low"] for x in (plain, together)]
    assert 1.8 < wide[1] / wide[0] < 2.9  # √5
    assert (together["input"]["cluster"], together["results"][0]["ci"]["units"]) == ("user", 60)
    assert "|cluster:user|" in together["results"][0]["signature"]
    one = {
        "one.csv": "pred,target\n"
        + "".join(line.split(",north")[0] + "\n" for line in rows.splitlines()[::5])
    }
    assert together["results"][0]["ci"]["low"] == pytest.approx(
        json.loads(cli("compute mse one.csv --ci --json", one).out)["results"][0]["ci"]["low"]
    )


def test_lists_are_rows(cli):
    rows = "".join(
        f"{q},{s:.3f},{int(r)}\n"
        for q in range(40)
        for s, r in zip(RANDOM.normal(size=4), RANDOM.integers(0, 3, 4), strict=True)
    )
    ran = cli(
        "compute listnet-softmax q.csv --col list=q --ci --json", {"q.csv": "q,score,relevance\n" + rows}
    )
    assert json.loads(ran.out)["results"][0]["ci"]["units"] == 40


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (table(12), "warning: mse: 12 rows are few: below 30 a 95% interval is a rough guess\n"),
        ("pred,target\n" + "1,0\n" * 40, "warning: mse: every row has the same loss: an interval without width says nothing\n"),
        ("pred,target\n1,0\n", "warning: mse: there is no interval: of one row, or of a loss that is infinite or missing\n"),
        ("pred,target\n" + "".join(f"{k % 7},0\n" for k in range(99)) + "500,0\n",
         "warning: mse: the 95% interval may miss more often than it says: a few rows decide it (skewness 9.8 of 100 rows)\n"),
    ],
)  # fmt: skip
def test_warnings(cli, content, said):
    ran = cli("compute mse x.csv --ci", {"x.csv": content})
    assert (ran.code, ran.err) == (0, said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--seed 2", "error: --seed changes nothing without an interval\n  fix: --ci --seed 2\n"),
        ("--ci 95", "error: --ci: 95 is not between 0 and 1\n  fix: --ci 0.95\n"),
        ("--ci --resamples 7", "error: --resamples: 7 are too few: 100 or more\n"),
        (
            "--ci --per-row",
            "error: --ci is about a mean or a sum, not the loss of each row\n  fix: --reduction mean\n",
        ),
    ],
)
def test_refusals(cli, words, said):
    assert cli(f"compute mse r.csv {words}", FILES) == (2, "", said)


def test_a_cluster_that_is_not_there(cli):
    ran = cli("compute mse r.csv --ci --cluster users", FILES)
    assert (ran.code, ran.err.splitlines()[-1]) == (3, "  fix: --cluster user")
