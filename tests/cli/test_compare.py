"""`losscli compare`: numbers, formats, files, gates, and what is said when numbers disagree."""

import json
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
RANDOM = np.random.default_rng(9)


def table(n, shift=0.0):
    t = RANDOM.normal(size=n)
    a, b = t + RANDOM.normal(size=n), t + shift + RANDOM.normal(size=n)
    return "id,y_true,old,new,group,user\n" + "".join(
        f"r{k},{t[k]:.4f},{a[k]:.4f},{b[k]:.4f},{'even' if k % 2 == 0 else 'odd'},u{k // 5}\n"
        for k in range(n)
    )


SAME, WORSE = table(200), table(200, 2)
BOTH = "mse r.csv -p old -p new"


def records(cli, words, content=SAME, **more):
    ran = cli(f"compare {words} --json", {"r.csv": content, **more})
    return json.loads(ran.out)["results"]


def test_tsv_and_json_say_the_same(cli):
    ran = cli(f"compare {BOTH}", {"r.csv": SAME})
    lines = [line.split("\t") for line in ran.out.splitlines()]
    assert lines[0][:9] == ["loss", "baseline", "candidate", "delta", "ci_low", "ci_high", "p", "wins", "n"]
    (said,) = records(cli, BOTH)
    assert lines[1][:3] == ["mse", "old", "new"]
    values = (said["delta"], said["ci"]["low"], said["ci"]["high"], said["p"], said["wins"], said["n"])
    assert tuple(map(float, lines[1][3:9])) == values
    old, new = (float(cli(f"compute mse r.csv -p {name} -b").out) for name in ("old", "new"))
    assert (said["baseline_value"], said["candidate_value"], said["delta"]) == (old, new, new - old)
    assert said["verdict"] == "none"
    assert said["signature"].startswith(
        "mse|red:mean|n:200|miss:error|base:old|cand:new|test:permutation|draws:10000|"
    )


def test_the_other_way_round(cli):
    (one,), (other,) = records(cli, BOTH), records(cli, f"{BOTH} --baseline new")
    assert (other["baseline"], other["delta"], other["p"]) == ("new", -one["delta"], one["p"])
    assert other["wins"] == pytest.approx(1 - one["wins"])


def test_a_table_for_a_person(cli):
    ran = cli("compare mse,mae r.csv -p old -p new -f table --width 100", {"r.csv": WORSE})
    lines = ran.out.splitlines()
    assert lines[0].startswith(
        "r.csv: 200 paired rows, new against old (baseline), mean over rows; delta < 0: new is better;"
    )
    assert lines[3].split() == ["loss", "base", "cand", "delta", "95%", "CI", "p", "wins"]
    said = " ".join(" ".join(lines).split())
    assert said.endswith(
        "(sign-flip permutation, 10000, seed 0): new is worse than old by mse; new is worse than old by mae."
    )


def test_gates(cli):
    files = {"r.csv": WORSE}
    ran = cli(f"compare {BOTH} --fail-if-worse -b", files)
    assert ran.code == 1
    assert ran.err.startswith("FAIL  mse: new is worse than old: delta +")
    assert "--fail-if-worse" in ran.err
    assert float(ran.out) > 3  # the result is there
    assert cli(f"compare {BOTH} --fail-if-worse --margin 2 -b", files).code == 1
    assert cli(f"compare {BOTH} --fail-if-worse --margin 4 -b", files).code == 0
    assert cli(f"compare {BOTH} --fail-if-worse --baseline new -b", files).code == 0  # better is not worse
    assert cli(f"compare {BOTH} --fail-if-worse -b", {"r.csv": SAME}).code == 0


def test_several_models_are_corrected(cli):
    said = records(cli, "mse r.csv -p old -p new -p y_true --target y_true", WORSE)
    assert [each["candidate"] for each in said] == ["new", "y_true"]
    assert [each["p_holm"] / each["p"] for each in said] == [2, 2]
    assert [each["verdict"] for each in said] == ["worse", "better"]
    assert cli("compare mse r.csv -p old -p new -p y_true -t y_true").out.splitlines()[0].split("\t")[
        6:8
    ] == ["p", "p_holm"]


def test_groups_and_clusters(cli):
    said = records(cli, f"{BOTH} -g group --cluster user")
    assert [each["group"] for each in said] == [{"group": "even"}, {"group": "odd"}, None]
    assert [each["ci"]["units"] for each in said] == [40, 40, 40]
    assert [each["n"] for each in said] == [100, 100, 200]
    alone = {"e.csv": "\n".join(line for line in SAME.splitlines() if ",odd," not in line)}
    (even,) = json.loads(cli("compare mse e.csv -p old -p new --cluster user --json", alone).out)["results"]
    assert [even[key] for key in ("p", "delta", "wins")] == pytest.approx(
        [said[0][key] for key in ("p", "delta", "wins")]
    )


@pytest.mark.parametrize("order", [1, -1])
def test_files_are_matched_by_id(cli, order):
    rows = [line.split(",") for line in SAME.splitlines()]
    old = "".join(f"{row[0]},{row[1]},{row[2]}\n" for row in rows)
    new = "id,y_pred\n" + "".join(f"{row[0]},{row[3]}\n" for row in rows[1:][::order])
    files = {"old.csv": old.replace("old", "y_pred"), "new.csv": new}
    (said,) = json.loads(cli("compare mse old.csv --against new.csv --on id --json", files).out)["results"]
    (same,) = records(cli, BOTH)
    assert (said["baseline"], said["candidate"]) == ("old.csv", "new.csv")
    assert [said[key] for key in ("delta", "p", "wins")] == [same[key] for key in ("delta", "p", "wins")]
    truth = {
        "truth.csv": "".join(f"{row[0]},{row[1]}\n" for row in rows),
        "only.csv": "id,y_pred\n" + "".join(f"{row[0]},{row[2]}\n" for row in rows[1:]),
    }
    ran = cli("compare mse only.csv --against new.csv --targets truth.csv --on id --json", truth)
    assert json.loads(ran.out)["results"][0]["delta"] == said["delta"]
    lost = {"new.csv": "\n".join(new.splitlines()[:-3])}
    ran = cli("compare mse old.csv --against new.csv --on id", lost)
    assert (ran.code, ran.out) == (3, "")
    assert "do not match one to one" in ran.err


def test_numbers_that_disagree(cli):
    rows = "0.9,1,0\n" * 100 + "8,1,0\n" * 3
    said = cli("compare mae d.csv -p a -p b -f table --width 200", {"d.csv": "b,a,target\n" + rows}).out
    assert "  mae: 2 rows decide it. Without lines 102 103 delta is -0.02970.\n" in said
    assert "mae: b has the larger mean loss, and the smaller loss in 97% of the rows" in said
    assert "The difference is not significant" in said


def test_a_mean_and_most_rows_that_differ(cli):
    rows = "".join(f"{0.5 if k % 10 else 0},{0.4 if k % 10 else 3},0\n" for k in range(200))
    said = cli("compare mse d.csv -p a -p b -f table --width 300", {"d.csv": "a,b,target\n" + rows}).out
    assert (
        "mse: b has the larger mean loss, and the smaller loss in 90% of the rows: a few large ones weigh more than many small ones."
        in said
    )


def test_of_one_row_nothing_is_concluded(cli):
    said = cli("compare mae one.csv -p a -p b -f table --width 300", {"one.csv": "a,b,target\n1,2,3\n"}).out
    assert "1 paired row, b against a" in said
    assert said.endswith("loss that is infinite or missing.\n  Nothing can be said of which is better.\n")


def test_ties_are_half_a_win(cli):
    rows = "".join(f"{k},{k if k < 30 else k + 1},0\n" for k in range(40))
    (said,) = json.loads(cli("compare mae t.csv -p a -p b --json", {"t.csv": "a,b,target\n" + rows}).out)[
        "results"
    ]
    assert (said["won"], said["tied"], said["wins"]) == (0, 30, 15 / 40)


def test_infinite_losses(cli):
    rows = "p,q,y\n" + "0.5,0.6,1\n" * 40 + "0.5,0,1\n"
    ran = cli("compare bce i.csv -p p -p q --json --fail-if-worse", {"i.csv": rows})
    assert ran.code == 1
    (said,) = json.loads(ran.out)["results"]
    assert (said["delta"], said["p"], said["ci"]["method"], said["verdict"]) == (
        "Infinity",
        "NaN",
        "none",
        "none",
    )
    assert "the loss of q is infinite, that of p is not" in ran.err


def test_class_models_and_lists(cli):
    rows = "".join(
        f"{'cat' if k % 2 else 'dog'},0.6,0.4,{0.3 + k / 200},{0.7 - k / 200}\n" for k in range(50)
    )
    files = {"c.csv": "label,a_cat,a_dog,b_cat,b_dog\n" + rows}
    ran = cli(["compare", "multiclass-brier", "c.csv", "-p", "a_*", "-p", "b_*", "--json"], files)
    (said,) = json.loads(ran.out)["results"] if ran.code == 0 else ({"n": ran.err},)
    assert said["n"] == 50
    lists = "".join(
        f"{q},{RANDOM.normal():.3f},{RANDOM.normal():.3f},{k}\n" for q in range(35) for k in range(3)
    )
    ran = cli(
        "compare listnet-softmax q.csv -p s -p t --col list=q --json", {"q.csv": "q,s,t,relevance\n" + lists}
    )
    assert json.loads(ran.out)["results"][0]["n"] == 35


@pytest.mark.parametrize("engine", ["small", "large"])
def test_beyond_what_is_kept_the_normal_test_says_so(cli, engine, monkeypatch):
    from losscli.stats import paired, pairs

    files = {"r.csv": SAME}
    (before,) = records(cli, BOTH)
    monkeypatch.setattr(paired, "KEPT", 50)
    monkeypatch.setattr(pairs, "BOOTSTRAP", 50)
    ran = cli(f"compare {BOTH} --json --engine {engine}", files)
    (said,) = json.loads(ran.out)["results"]
    assert (said["test"], said["ci"]["method"]) == ("normal", "normal")
    assert said["p"] == pytest.approx(before["p"], abs=0.03)
    assert "p is that of the normal distribution" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("mse r.csv -p old", "error: compare needs two predictions or more\n  fix: losscli compare mse FILE -p y_pred -p y_new\n   or: losscli compare mse FILE --against FILE2 --on id\n"),
        ("mse r.csv -p old -p new --baseline x", "error: --baseline x: no such --pred\n  --pred: old, new\n"),
        ("mse r.csv -p old -p new --alpha 5", "error: --alpha: 5 is not between 0 and 1\n  fix: --alpha 0.05\n"),
        ("mse r.csv -p old -p new --margin 1", "error: --margin changes nothing without --fail-if-worse\n  fix: --fail-if-worse --margin 1\n"),
        ("mse r.csv -p old -p new --test t", "error: --test: 't' is not one of: permutation bootstrap wilcoxon\n"),
        ("mse r.csv -p old -p new --test wilcoxon -w id", "error: --test wilcoxon knows no weights and no clusters\n  fix: --test permutation\n"),
        ("mse r.csv --against s.csv", "error: --against: which rows of the files belong together?\n  fix: losscli compare mse r.csv --against s.csv --on id\n   or: losscli compare mse r.csv --against s.csv --by-order\n"),
        ("mse r.csv -p old -p old", "error: --pred: the same prediction twice\n"),
    ],
)  # fmt: skip
def test_refusals(cli, words, said):
    assert cli(f"compare {words}", {"r.csv": SAME}) == (2, "", said)


def test_the_page_says_what_was_recorded(cli):
    page = cli("explain compare").out
    assert max(map(len, page.splitlines())) <= 80
    said = json.loads((ROOT / "tests/stats/coverage.json").read_text())["cases"]
    names = {
        "squared t5": "squared t, 5 d.f.", "squared t3": "squared t, 3 d.f.", "t3": "t, 3 d.f.",
        "decisions": "decisions differ",
    }  # fmt: skip
    alone, _, clustered = page.partition("in clusters of ")
    places = {"n = 50": 0, "n = 1000": 1, "n = 20000": 2, "50 clusters": 0, "1000 clusters": 1}
    for name, case in said.items():
        kind, _, size = name.rpartition(", ")
        shown = names.get(kind, kind.replace("binary ", "0 or 1, p = "))
        part = clustered if "clusters" in size else alone[alone.index("How often") :]
        (line,) = [line for line in part.splitlines() if line.strip().startswith(shown + "  ")]
        cells = line.removeprefix(f"    {shown}").split()
        covers, warned = cells[2 * places[size] : 2 * places[size] + 2]
        assert abs(float(covers[:-1]) - 100 * case["covers"]) <= 0.051
        assert abs(float(warned[:-1]) - 100 * case["warned"]) <= 0.51


def test_a_group_of_which_no_row_is_left(cli):
    rows = "a,b,y,g\n" + "1,2,0,x\n2,1,0,x\n3,1,0,x\n" + ",1,0,z\n"
    ran = cli("compare mse m.csv -p a -p b -t y -g g --missing drop --json", {"m.csv": rows})
    assert [each["n"] for each in json.loads(ran.out)["results"]] == [3, 3]


def test_files_of_any_size_are_matched_by_an_engine(cli, monkeypatch):
    random = np.random.default_rng(5)
    rows = [f"r{k},{y:.3f},{y + a:.3f},{k % 3}\n" for k, (y, a) in enumerate(random.normal(size=(500, 2)))]
    new = [f"r{k},{x:.3f}\n" for k, x in enumerate(random.normal(size=480))][::-1]
    files = {"old.csv": "id,y,y_pred,g\n" + "".join(rows), "new.csv": "id,y_pred\n" + "".join(new)}
    words = "compare mse,mae old.csv --against new.csv new.csv --join inner --json"
    words = words.replace("new.csv new.csv", "new.csv --against n.csv")
    files["n.csv"] = "id,y_pred\n" + "".join(new[::7])
    for more in ("--on id", "--on id --group g --cluster g", "--on id -w g"):
        small = cli(f"{words} {more}", files)
        assert small.code == 0
        with monkeypatch.context() as context:
            context.setattr("losscli.cli.modelfiles.FEW", 10)
            assert cli(f"{words} {more}", files).out == small.out
    by_order = "compare mse old.csv --against old.csv -p y_pred -p g --by-order --json"
    small = cli(by_order, files).out
    monkeypatch.setattr("losscli.cli.modelfiles.FEW", 10)
    assert cli(by_order, files).out == small
    assert json.loads(small)["results"][0]["n"] == 500


def test_a_condition_on_rows_holds_in_both_files(cli):
    rows = "id,y,y_pred,part\na,1,1,x\nb,2,3,x\nc,5,9,z\n"
    new = "id,y_pred\nc,-\nb,2\na,1.5\n"  # of c there is no number, which nobody asked for
    for files in (
        {"old.csv": rows, "new.csv": new},
        {"old.csv": rows, "new.csv": new.replace("-", "7") + "d,1\n"},
    ):
        words = "compare mae old.csv --against new.csv --on id --join inner --json --where"
        ran = cli([*words.split(), "part = 'x'"], files)
        said = json.loads(ran.out)["results"][0]
        assert (said["n"], said["delta"]) == (2, -0.25)
    there = {
        "old.csv": "id,y,y_pred\na,1,1\nb,2,3\nc,5,9\n",
        "new.csv": "id,y_pred,part\nc,3,z\nb,2,x\na,1.5,x\n",
    }
    ran = cli(["compare", "mae", *words.split()[2:], "part = 'x'"], there)
    assert json.loads(ran.out)["results"][0]["n"] == 2
    ran = cli(["compare", "mae", *words.split()[2:], "parts = 'x'"], there)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: old.csv: no column 'parts'\n")


def test_a_person_sees_the_worst_group_first(cli):
    rows = "".join(
        f"{k},{k + (k % 3) * 0.1},{k + (k % 3) * (1 + k % 4)},{'abcd'[k % 4]}\n" for k in range(60)
    )
    line = "compare mse,mae g.csv -p old -p new -g part --resamples 100 -q"
    lines = cli(f"{line} -f table --width 120", {"g.csv": "y,old,new,part\n" + rows}).out.splitlines()
    table = [
        words[:2] for words in map(str.split, lines[2:]) if len(words) > 6 and words[1] in ("mse", "mae")
    ]
    assert table == [[part, loss] for part in ("d", "c", "b", "a", "all") for loss in ("mse", "mae")]
    assert not lines[lines.index(next(text for text in lines if text.split()[:1] == ["all"])) - 1].strip()
    out = cli(line, {}).out.splitlines()
    assert [text.split("\t")[0] for text in out[1::2]] == ["a", "b", "c", "d", "all"]
