"""`check LOSS FILE`: columns made by textbook formulas, with the mistakes that people make, and what is said of them."""

import json

import numpy as np
import pytest

N = 60
rng = np.random.default_rng(6)
P = rng.uniform(0.02, 0.98, N).round(4)
Y = (rng.random(N) < P).astype(float)
BCE = -(Y * np.log(P) + (1 - Y) * np.log(1 - P))
SLOPE = (P - Y) / (P * (1 - P))
E = (rng.normal(size=N) * 2).round(3)
T = rng.normal(size=N).round(3)
W = rng.uniform(0.5, 2, N).round(3)
HARD = np.concatenate([[0, 0, 1, 1], P[4:]])
HARD_Y = np.concatenate([[1, 0, 0, 1], Y[4:]])
Z = rng.normal(size=(N, 3)).round(3)
K = rng.integers(0, 3, N)
SOFTMAX = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)
CE = -np.log(SOFTMAX[np.arange(N), K])
CE_SLOPE = SOFTMAX - np.eye(3)[K]


def clipped(p, y, epsilon):
    p = np.clip(p, epsilon, 1 - epsilon)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def huber(e, delta):
    return np.where(abs(e) <= delta, e * e / 2, delta * (abs(e) - delta / 2))


def table(**columns):
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(repr(float(x)) for x in row) for row in rows)]) + "\n"


BINARY = {"pred": P, "target": Y}
REAL = {"pred": T + E, "target": T, "w": W}
CERTAIN = {"pred": HARD, "target": HARD_Y}
SCORES = {"label": K, "z_0": Z[:, 0], "z_1": Z[:, 1], "z_2": Z[:, 2]}
with np.errstate(all="ignore"):
    TORCH = -(HARD_Y * np.maximum(np.log(HARD), -100) + (1 - HARD_Y) * np.maximum(np.log(1 - HARD), -100))

MISTAKES = [
    ("bce --grad-col x", BINARY, SLOPE / N, "n", "60 is the number of rows: yours is the gradient of the MEAN", "--reduction mean"),
    ("bce --grad-col x --reduction mean", BINARY, SLOPE, "n", "60 times the reference on every row", "--reduction sum"),
    ("bce --loss-col x", BINARY, np.full(N, BCE.mean()), "reduced", "the MEAN over the rows", "--reduction mean"),
    ("bce --loss-col x", BINARY, np.full(N, BCE.sum()), "reduced", "the SUM over the rows", "--reduction sum"),
    ("bce --loss-col x", BINARY, BCE / np.log(2), "base", "1 / ln 2", "multiply yours by 0.693147180559945"),
    ("bce --loss-col x", BINARY, BCE / np.log(10), "base", "1 / ln 10", "multiply"),
    ("bce --grad-col x", BINARY, P - Y, "chain", "yours is in the logit", "--wrt logits"),
    ("bce --loss-col x", BINARY, np.log1p(np.exp(P)) - Y * P, "loss", "one sigmoid too many", "check bce-with-logits"),
    ("bce --loss-col x", BINARY, (P - Y) ** 2, "loss", "Yours is brier, not bce", "check brier"),
    ("bce --loss-col x", BINARY, -(Y * 0.9 + 0.05) * np.log(P) - (0.95 - Y * 0.9) * np.log(1 - P), "smoothing", "by 0.1", "bce:label_smoothing=0.1"),
    ("bce --loss-col x", BINARY, np.where(Y == 1, 3, 1) * BCE, "weights", "3 where target = 1", ""),
    ("bce --loss-col x", BINARY, BCE.round(4), "rounded", "rounded, or single precision?", "--rtol"),
    ("bce --loss-col x", BINARY, BCE[::-1], "order", "paired wrongly", "--on ID"),
    ("bce --loss-col x", CERTAIN, clipped(HARD, HARD_Y, 1e-7), "clip", "as Keras does", "bce:clip=1e-07"),
    ("bce --loss-col x", CERTAIN, clipped(HARD, HARD_Y, 2.0**-52), "clip", "as scikit-learn does with float64", "bce:clip=2.22"),
    ("bce --loss-col x", CERTAIN, clipped(HARD, HARD_Y, 3.5e-6), "clip", "[3.5e-06, 1 - 3.5e-06]", "bce:clip=3.5e-06"),
    ("bce --loss-col x", CERTAIN, TORCH, "clip", "as torch does", ""),
    ("mse --grad-col x", REAL, -2 * E, "sign", "minus the reference on every row", "change the sign"),
    ("mse --loss-col x", REAL, E * E / 2, "half", "half the reference", "mse:scale=0.5"),
    ("mse --grad-col x", REAL, E, "half", "half the reference", "mse:scale=0.5"),
    ("mse --loss-col x", REAL, E * E + 0.5, "offset", "plus 0.5", "subtract 0.5"),
    ("mse --loss-col x --weight w", REAL, E * E, "weights", "leaves the weights out", "leave out --weight"),
    ("huber:delta=0.5 --loss-col x", REAL, huber(E, 0.5) / 0.5, "parameter", "Yours is smooth-l1:beta=0.5", "check smooth-l1:beta=0.5"),
    ("huber:delta=0.25 --loss-col x", REAL, huber(E, 1.35), "parameter", "Yours has delta = 1.35", "huber:delta=1.35"),
    ("smooth-l1:beta=0.5 --loss-col x", REAL, huber(E, 2), "loss", "Yours is huber:delta=2, not smooth-l1:beta=0.5", "check huber"),
    ("mae --loss-col x", REAL, E * E, "loss", "Yours is mse, not mae", "check mse"),
    ("mape --loss-col x", REAL, abs(E / (T + E)), "swapped", "prediction and target swapped", "swap the two"),
    ("softmax-cross-entropy --grad-col x_*", SCORES, CE_SLOPE / N, "n", "the gradient of the MEAN", "--reduction mean"),
    ("softmax-cross-entropy --grad-col c,a,b", SCORES, CE_SLOPE, "order", "columns 3, 1, 2", ""),
    ("softmax-cross-entropy --loss-col x", SCORES, np.array([1, 2, 4])[K] * CE, "weights", "weighted", "weights=1/2/4"),
    ("softmax-cross-entropy --loss-col x", SCORES, np.log(np.exp(SOFTMAX).sum(1)) - SOFTMAX[np.arange(N), K], "logits", "one softmax too many", "leave the softmax out"),
]  # fmt: skip


def with_answers(columns, x, line):
    names = (
        ["x"]
        if x.ndim == 1
        else ["a", "b", "c"]
        if "c,a,b" in line
        else [f"x_{k}" for k in range(x.shape[1])]
    )
    return table(**columns, **dict(zip(names, x.reshape(N, -1).T, strict=True)))


@pytest.mark.parametrize(
    ("line", "columns", "x", "kind", "says", "fix"), MISTAKES, ids=lambda x: x if isinstance(x, str) else ""
)
def test_mistakes_are_named(cli, line, columns, x, kind, says, fix):
    loss, *rest = line.split()
    ran = cli(["check", loss, "mine.csv", *rest, "--json"], {"mine.csv": with_answers(columns, x, line)})
    assert ran.code == 1
    found = json.loads(ran.out)["results"][0]
    assert found["status"] == "fail"
    cause = found["causes"][0]
    assert (cause["kind"], says in cause["says"]) == (kind, True), cause
    assert fix in " ".join(cause["fix"])
    assert cause["says"] in ran.err


def test_right_answers_agree(cli):
    files = {"mine.csv": table(**BINARY, l=BCE, g=SLOPE)}
    ran = cli("check bce mine.csv --loss-col l --grad-col g", files)
    assert (ran.code, ran.err) == (0, "")
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert [row[:5] for row in rows[1:]] == [
        ["bce", "loss", "ok", "60", "0"],
        ["bce", "grad", "ok", "60", "0"],
    ]
    wide = {"mine.csv": table(**SCORES, a=CE_SLOPE[:, 0], b=CE_SLOPE[:, 1], c=CE_SLOPE[:, 2])}
    assert cli("check softmax-cross-entropy mine.csv --grad-col a,b,c", wide).code == 0
    logits = {"mine.csv": table(**CERTAIN, g=HARD - HARD_Y)}
    assert cli("check bce mine.csv --grad-col g --wrt logits", logits).code == 0


def test_the_tolerance_is_that_which_is_printed(cli):
    files = {"mine.csv": "pred,target,l\n3,1,4.5\n2,1,1\n"}
    assert cli("check mse mine.csv --loss-col l --atol 0.5 --rtol 0", files).code == 0
    assert cli("check mse mine.csv --loss-col l --atol 0.1 --rtol 0.1", files).code == 0
    ran = cli("check mse mine.csv --loss-col l --atol 0.49 --rtol 0 --json", files)
    row = json.loads(ran.out)["results"][0]["rows"][0]
    assert (ran.code, row["line"], row["difference"], row["allowed"]) == (1, 2, 0.5, 0.49)
    assert "1 of 2 rows differ by more than 0.49 + 0 |reference|." in ran.err


def test_what_is_no_number_is_told_by_name(cli):
    files = {"mine.csv": "pred,target,l\n0.5,1,0.6931471805599453\n0.25,1,nan\n0,1,inf\n0.5,0,inf\n0.5,0,\n"}
    ran = cli("check bce mine.csv --loss-col l", files)
    assert ran.code == 1
    assert "3 of 5 rows differ" in ran.err
    assert "Your loss is NaN in 2 rows, first at line 3, where the reference is 1.38629." in ran.err
    assert "Your loss is inf in 1 row, at line 5, where the reference is 0.693147." in ran.err


def test_a_person_sees_the_worst_rows(cli):
    ran = cli(
        "check bce mine.csv --grad-col x --format table", {"mine.csv": with_answers(BINARY, SLOPE / N, "")}
    )
    lines = ran.out.splitlines()
    assert lines[0] == "mine.csv: bce gradient, 60 rows"
    assert lines[2].split() == ["line", "pred", "target", "your", "grad", "reference", "ratio", "difference"]
    worst = abs(SLOPE).argsort()[::-1][0]
    assert lines[4].split()[0] == str(worst + 2)
    assert "FAIL  60 of 60 rows differ by more than 1e-08 + 1e-06 |reference|." in ran.out
    assert "fix: --reduction mean" in ran.out
    good = cli("check mse mine.csv --loss-col x --format table", {"mine.csv": with_answers(REAL, E * E, "")})
    assert good.out.splitlines()[2].startswith("  ok  60 rows agree to 1e-08 + 1e-06 |reference|")


def test_kinks_may_be_left_out(cli):
    files = {"mine.csv": "pred,target,g\n1,1,-1\n2,1,1\n0,1,-1\n"}
    ran = cli("check mae mine.csv --grad-col g", files)
    assert ran.code == 1
    assert "They differ only where the loss has no derivative" in ran.err
    assert cli("check mae mine.csv --grad-col g --kink nan", files).code == 0


def test_lists(cli):
    scores = "list,score,relevance\na,1,0\na,2,1\nb,0,1\nb,3,0\nb,1,2\n"
    found = cli("grad pairwise-logistic l.csv --csv", {"l.csv": scores}).out.splitlines()[1:]
    extra = [
        f"{row},{found[at].split(',')[-2]},{found[at].split(',')[-1]}"
        for at, row in enumerate(scores.split()[1:])
    ]
    files = {"m.csv": "\n".join(["list,score,relevance,l,g", *extra])}
    assert cli("check pairwise-logistic m.csv --loss-col l --grad-col g", files).code == 0
    ran = cli("check pairwise-logistic m.csv --grad-col g --reduction mean")
    assert ran.code == 1
    assert "2 is the number of lists" in ran.err


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("check mse m.csv", 2, "error: which columns of m.csv are to be checked?\n  fix: losscli check mse m.csv --grad-col COL\n"),
        ("check mse m.csv --loss-col nope", 3, "error: m.csv: no column 'nope'\n"),
        ("check mse m.csv --loss-col l --wrt pred", 2, "error: --wrt changes nothing here: it is for --grad-col\n"),
        ("check mse m.csv --grad-col l --wrt logits", 2, "error: --wrt: 'logits' is not one of: pred\n"),
        ("check mse m.csv --loss-col l --n 3", 2, "error: --n changes nothing here: it is for rows that are made up\n"),
        ("check mse --atol 1", 2, "error: --atol changes nothing here: it is for --loss-col and --grad-col or --python\n"),
        ("check mse --python m:f --reduction sum", 2, "error: --reduction changes nothing here: it is for --loss-col and"),
        ("check mse,mae m.csv --loss-col l", 2, "error: check takes one loss, got 'mse,mae'\n"),
        ("check mse m.csv --loss-col l --atol -1", 2, "error: --atol and --rtol must be finite numbers, 0 or more\n"),
        ("check mse m.csv --loss-col l,w", 3, "error: --loss-col: 2 columns, but the loss has 1 a row\n"),
        ("check mse --values 1:2 --loss-col l", 2, "error: --values have no columns to check\n"),
    ],
)  # fmt: skip
def test_mistyped(cli, line, code, says):
    ran = cli(line, {"m.csv": "pred,target,l,w\n3,1,4.5,1\n"})
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(says)


def test_large_files_stream_and_say_the_same(cli):
    rows = 30_000
    e = np.arange(rows) % 97 - 48.0
    lines = [f"{x},0,{x * x * 0.5}" for x in e.tolist()]
    files = {"big.csv": "\n".join(["pred,target,l", *lines, "2,0,nan"])}
    found = [cli(f"check mse big.csv --loss-col l --engine {engine}", files) for engine in ("small", "large")]
    assert found[0] == found[1]
    assert found[0].code == 1
    good = cli("check mse:scale=0.5 big.csv --loss-col l --where l<1e9 --json")
    assert good.code == 0


def test_a_factor_of_numbers_that_were_rounded(cli):
    rows = [(k * 0.37 % 5, k * 0.73 % 3) for k in range(200)]
    table = "pred,target,g\n" + "".join(f"{p:.6f},{t:.6f},{2 * (p - t) / 200:.6f}\n" for p, t in rows)
    ran = cli("check mse f.csv --grad-col g --json", {"f.csv": table})
    (cause,) = json.loads(ran.out)["results"][0]["causes"]
    assert cause["kind"] == "n"
    assert "and 200 is the number of rows: yours is the gradient of the MEAN" in cause["says"]
    assert cause["fix"] == ["--reduction mean"]
