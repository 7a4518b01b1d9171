"""Whole processes over large files, side by side, with their peak memory: `python benchmarks/large.py`.

Makes its own data. All rivals of a file run in turn, round by round; the best round counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import Process
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

COLUMNS, MILLION = 200, 1_000_000
LOSSCLI = (sys.executable, "-m", "losscli")
SUM = "select sum(prediction), sum(target) from read_csv('{file}')"
MSE = "mse", "(prediction - target) ** 2", "2 * (prediction - target)"
BCE = (
    "bce",
    "-(target * ln(prediction) + (1 - target) * ln(1 - prediction))",
    "(prediction - target) / (prediction * (1 - prediction))",
)


class Rival(NamedTuple):
    """A process to measure."""

    name: str
    command: Sequence[str]
    source: str = ""
    """The file that it reads from standard input through a pipe."""
    needs: str = ""
    """The Python package, or the program, without which it is left out."""


class Case(NamedTuple):
    """Processes that are measured beside one another; the first is ours, the second the bar."""

    title: str
    bar: float
    """How many times as long as the second ours may take."""
    rivals: Sequence[Rival]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--millions", type=float, default=10, help="rows, in millions (default: 10)")
    parser.add_argument("-r", "--rounds", type=int, default=3, help="rounds, the best counts (default: 3)")
    parser.add_argument("--only", default="", help="cases whose title holds this text")
    parser.add_argument("--folder", default="", help="where the data are made and kept (default: not kept)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(given.folder or made)
        folder.mkdir(exist_ok=True)
        rows = int(given.millions * MILLION)
        missed = [run(case, given.rounds) for case in cases(folder, rows) if given.only in case.title]
    print(f"\nnot met: {sum(missed)} of {len(missed)}")
    return 0


def cases(folder: Path, rows: int) -> Iterator[Case]:
    """Make the data of each case, and yield it."""
    here = lambda name: str(made(folder / f"{rows}-{name}", rows))  # noqa: E731
    for name, loss, value, slope in ("regression.csv", *MSE), ("binary.csv", *BCE):
        file = here(name)
        sql = f"select avg({value}) from read_csv('{{file}}')"
        least = 1.10 if rows >= 50 * MILLION else 1.25
        yield Case(f"compute {loss} {name}", least, [
            ours("compute", loss, file), duckdb("sums", SUM, file), duckdb("the loss", sql, file),
            *(others(file) if loss == "mse" else []),
        ])  # fmt: skip
        yield Case(f"cat {name} | compute {loss} -", 1.3, [
            ours("compute", loss, "-")._replace(source=file), ours("compute", loss, file),
        ])  # fmt: skip
        written, read = str(folder / "written.csv"), "prediction, target"
        copied = f"copy (select {{columns}} from read_csv('{{{{file}}}}')) to '{written}' (format csv)"
        yield Case(f"grad {loss} {name} --output {loss}.csv", 1.5, [
            ours("grad", loss, file, "--output", written, "--quiet"),
            duckdb("copy of the same", copied.format(columns=f"id, {read}, {value} as loss, {slope} as grad"), file),
            duckdb("of what is read", copied.format(columns=read), file),
        ])  # fmt: skip
    file = here("wide.csv")
    yield Case("compute mse wide.csv", 1.25, [ours("compute", "mse", file), duckdb("sums", SUM, file)])
    file = here("lines.jsonl")
    lines = SUM.replace("read_csv", "read_json")
    yield Case("compute mse lines.jsonl", 1.25, [ours("compute", "mse", file), duckdb("sums", lines, file)])
    file = here("rows.parquet")
    columns = SUM.replace("read_csv", "read_parquet")
    yield Case(
        "compute mse rows.parquet", 1.25, [ours("compute", "mse", file), duckdb("sums", columns, file)]
    )
    one, two = here("pred.npy"), here("target.npy")
    reading = (
        "import sys; [sum(map(len, iter(lambda f=open(x, 'rb', 0): f.read(1 << 24), b''))) "
        "for x in sys.argv[1:]]"
    )
    yield Case("compute mse pred.npy --targets target.npy", 1.5, [
        ours("compute", "mse", one, "--targets", two),
        Rival("read the bytes", (sys.executable, "-c", "import numpy, typer\n" + reading, one, two)),
    ])  # fmt: skip


def ours(*words: str) -> Rival:
    """Return a command of losscli."""
    return Rival("losscli", (*LOSSCLI, *words))


def duckdb(name: str, query: str, file: str) -> Rival:
    """Return a query of DuckDB, from Python."""
    text = f"import duckdb; print(duckdb.sql({query.format(file=file)!r}).fetchall())"
    if query.startswith("copy"):
        text = f"import duckdb; duckdb.sql({query.format(file=file)!r})"
    return Rival(f"DuckDB, {name}", (sys.executable, "-c", text), needs="duckdb")


def others(file: str) -> Iterator[Rival]:
    """Yield what else people compute the mean squared error with."""
    polars = (
        "import polars as p; d = p.col('prediction') - p.col('target'); "
        "print(p.scan_csv({!r}).select((d * d).mean()).collect())"
    )
    yield Rival("Polars", (sys.executable, "-c", polars.format(file)), needs="polars")
    pandas = (
        "import pandas; from sklearn.metrics import mean_squared_error as mse; x = pandas.read_csv({!r}); "
        "print(mse(x.target, x.prediction))"
    )
    yield Rival("pandas, scikit-learn", (sys.executable, "-c", pandas.format(file)), needs="pandas")
    yield Rival(
        "mawk", ("mawk", "-F,", "NR > 1 { d = $2 - $3; s += d * d } END { print s / (NR - 1) }", file), needs="mawk"
    )  # fmt: skip


def run(case: Case, rounds: int) -> bool:
    """Measure and print a case; return whether ours takes longer than it may."""
    print(f"\n{case.title}")
    rivals = [each for each in case.rivals if has(each.needs)]
    best: dict[int, tuple[float, float]] = {}
    for _ in range(rounds):
        for at, rival in enumerate(rivals):
            found = measured(rival)
            best[at] = min(best.get(at, found), found)
    for at, rival in enumerate(rivals):
        seconds, memory = best[at]
        print(
            f"  {rival.name + (' (pipe)' if rival.source else ''):<24}{seconds:8.2f} s{memory:8.0f} MB"
            f"{best[0][0] / seconds if at else 1:8.2f} x" + (f"   (bar {case.bar})" if at == 1 else ""),
            flush=True,
        )
    return best[0][0] > case.bar * best[1][0] if len(rivals) > 1 else False


def has(needed: str) -> bool:
    """Return whether a package or a program is there."""
    from importlib.util import find_spec

    return not needed or bool(shutil.which(needed) or find_spec(needed))


def measured(rival: Rival) -> tuple[float, float]:
    """Return the seconds that a process takes, and the mebibytes at its peak."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    start = perf_counter()
    feeder = subprocess.Popen(["cat", rival.source], stdout=subprocess.PIPE) if rival.source else None
    process = subprocess.Popen(
        rival.command, stdin=feeder.stdout if feeder else subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        env=environment,
    )  # fmt: skip
    if feeder and feeder.stdout:
        feeder.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = perf_counter() - start
    if feeder:
        feeder.wait()
    if process.returncode:
        raise SystemExit(f"{' '.join(rival.command)} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def made(path: Path, rows: int) -> Path:
    """Return a file of data, made if it is not there."""
    if not path.exists():  # in a process of its own: those that are measured count what this one held
        maker = Process(target=make, args=(path, rows))
        maker.start()
        maker.join()
        if maker.exitcode:
            raise SystemExit(f"{path} could not be made")
    return path


def make(path: Path, rows: int) -> None:
    """Write a file of data."""
    MAKERS[path.name.split("-", 1)[1]](path, rows)


def numbers(rows: int, *, binary: bool = False) -> Iterator[tuple[int, list[float], list[float]]]:
    """Yield predictions and targets, a hundred thousand at a time, and how many there were before."""
    import numpy as np

    rng = np.random.default_rng(0)
    for start in range(0, rows, 100_000):
        count = min(100_000, rows - start)
        target = rng.normal(size=count)
        prediction = target + rng.normal(scale=0.3, size=count)
        if binary:
            prediction = 1 / (1 + np.exp(-prediction))
            target = (target > 0).astype(float)
        yield start, prediction.tolist(), target.tolist()


def make_csv(path: Path, rows: int, *, binary: bool = False) -> None:
    with path.open("w") as file:
        file.write("id,prediction,target\n")
        for start, p, t in numbers(rows, binary=binary):
            file.writelines(
                f"{start + k},{a!r},{int(b) if binary else repr(b)}\n"
                for k, (a, b) in enumerate(zip(p, t, strict=True))
            )


def make_wide(path: Path, rows: int) -> None:
    rows //= COLUMNS // 3
    with path.open("w") as file:
        file.write(",".join([*(f"x{k}" for k in range(COLUMNS - 2)), "prediction", "target"]) + "\n")
        rest = ",".join(f"{k / 7:.6g}" for k in range(COLUMNS - 2))
        for _, p, t in numbers(rows):
            file.writelines(f"{rest},{a!r},{b!r}\n" for a, b in zip(p, t, strict=True))


def make_lines(path: Path, rows: int) -> None:
    with path.open("w") as file:
        for start, p, t in numbers(rows):
            file.writelines(
                f'{{"id": {start + k}, "prediction": {a!r}, "target": {b!r}}}\n'
                for k, (a, b) in enumerate(zip(p, t, strict=True))
            )


def make_parquet(path: Path, rows: int) -> None:
    import duckdb

    source = made(path.with_name(f"{rows}-regression.csv"), rows)
    duckdb.sql(f"copy (select * from read_csv('{source}')) to '{path}' (format parquet)")


def make_npy(path: Path, rows: int, which: int) -> None:
    import numpy as np

    out = np.lib.format.open_memmap(path, "w+", np.float64, (rows,))
    for start, *columns in numbers(rows):
        out[start : start + len(columns[which])] = columns[which]


MAKERS: dict[str, Callable[[Path, int], None]] = {
    "regression.csv": make_csv,
    "binary.csv": partial(make_csv, binary=True),
    "wide.csv": make_wide,
    "lines.jsonl": make_lines,
    "rows.parquet": make_parquet,
    "pred.npy": partial(make_npy, which=0),
    "target.npy": partial(make_npy, which=1),
}

if __name__ == "__main__":
    sys.exit(main())
