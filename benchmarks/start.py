"""How long losscli takes to start, beside the least it could take: `python benchmarks/start.py`."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from threading import Timer
from time import perf_counter
from typing import NamedTuple

BAR = 1.25
WARM_UPS = 2
PATIENCE = 60.0
NO_RESULT = 4
TABLE = "y_true,y_pred\n3,2.5\n-0.5,0\n2,2\n7,8\n"

BASELINE = "python -c 'import numpy, typer'"
GUARDED = "losscli compute mse small.csv"
OTHERS = ("losscli --help", "losscli list", "losscli plot mse", "losscli explain mse")


class Run(NamedTuple):
    """One process, from its start to its end."""

    seconds: float
    megabytes: float
    status: int
    errors: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-n", "--runs", type=int, default=21, help="rounds per command (default: %(default)s)"
    )
    runs = parser.parse_args().runs
    if runs < 1:
        parser.error(f"argument -n/--runs: at least 1 round, not {runs}")
    if not hasattr(os, "wait4"):
        return complain("this needs os.wait4, which only POSIX systems have")

    script = Path(sys.executable).parent / "losscli"
    if not script.exists():
        return complain(f"no losscli beside {sys.executable}: install it into this environment")
    commands = {BASELINE: [sys.executable, "-c", "import numpy, typer"]}
    commands |= {text: [str(script), *text.split()[1:]] for text in (GUARDED, *OTHERS)}

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "small.csv").write_text(TABLE)
        working = [text for text, command in commands.items() if warm(text, command, folder)]
        pairs: dict[str, list[tuple[Run, Run]]] = {text: [] for text in working if text != BASELINE}
        if BASELINE not in working or not pairs:
            return NO_RESULT
        for _ in range(runs):
            for text, rounds in pairs.items():
                rounds.append((run(commands[BASELINE], folder), run(commands[text], folder)))

    show(pairs, runs)
    met = GUARDED in pairs and verdict(pairs[GUARDED])
    stumbled = [text for text, rounds in pairs.items() if any(one.status for pair in rounds for one in pair)]
    for text in stumbled:
        complain(f"{text}, or a baseline beside it, failed in a timed round")
    if stumbled or len(working) < len(commands):
        return NO_RESULT
    return 0 if met else 1


def warm(text: str, command: list[str], folder: str) -> bool:
    """Run a command untimed, which also compiles what it imports; say why if it fails."""
    for _ in range(WARM_UPS):
        trial = run(command, folder)
        if trial.status:
            reason = f"failed with exit code {trial.status}"
            if trial.seconds >= PATIENCE:
                reason = f"was stopped after {PATIENCE:.0f} s"
            complain(f"{text} {reason}\n{trial.errors}".rstrip())
            return False
    return True


def run(command: list[str], folder: str) -> Run:
    """Run a command as from a terminal, its output thrown away; compiled modules go to the folder."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(Path(folder) / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    keyboard, terminal = os.openpty()
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        start = perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=terminal, stdout=subprocess.DEVNULL, stderr=errors
        )
        alarm = Timer(PATIENCE, process.kill)
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        alarm.cancel()
        errors.seek(0)
        text = errors.read()
    os.close(keyboard)
    os.close(terminal)
    # bytes on macOS, KiB elsewhere; on Linux never below the peak of this process, 15 MB
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_maxrss * unit / 1e6, process.returncode, text)


def show(pairs: dict[str, list[tuple[Run, Run]]], runs: int) -> None:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(f"Python {platform.python_version()}, {system}; {runs} rounds, each right after a baseline\n")
    print(f"{'command':<34}{'median s':>10}{'ratio':>8}{'min .. max s':>18}{'peak MB':>10}")
    baselines = [baseline for rounds in pairs.values() for baseline, _ in rounds]
    print(row(BASELINE, baselines, 1.0))
    for text, rounds in pairs.items():
        print(row(text, [timed for _, timed in rounds], ratio(rounds)))


def row(text: str, runs: list[Run], ratio: float) -> str:
    seconds = [run.seconds for run in runs]
    spread = f"{min(seconds):.3f} .. {max(seconds):.3f}"
    peak = max(run.megabytes for run in runs)
    return f"{text:<34}{median(seconds):>10.3f}{ratio:>8.2f}{spread:>18}{peak:>10.0f}"


def ratio(rounds: list[tuple[Run, Run]]) -> float:
    """Compare each run with the baseline just before it, so that a busy moment slows both."""
    return median(timed.seconds / baseline.seconds for baseline, timed in rounds)


def verdict(rounds: list[tuple[Run, Run]]) -> bool:
    measured = ratio(rounds)
    met = measured <= BAR
    print(f"\nbar: compute mse <= {BAR} x baseline; {measured:.3f}: {'met' if met else 'missed'}", flush=True)
    return met


def complain(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return NO_RESULT


if __name__ == "__main__":
    sys.exit(main())
