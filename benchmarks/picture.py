"""What a picture file costs beside the import of Matplotlib's Agg canvas, each in a process of its own.

python benchmarks/picture.py            the table
python benchmarks/picture.py --check    exit code 1 if a whole picture takes more than 1.5 times the import
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

BAR, ROUNDS = 1.5, 7
IMPORT = "from matplotlib.backends.backend_agg import FigureCanvasAgg; from matplotlib.figure import Figure"
DRAW = """
import sys
from losscli.plot.image import render
from losscli.plot.losses import figure
from losscli.spec import parse_all
render(figure(parse_all(sys.argv[1])), "png")
"""
FIGURES = ("mse", "bce", "mse,mae,huber", "hinge,squared-hinge,logistic-margin")


def spent(program: str, *words: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *words], check=True)
    return time.perf_counter() - start


def main() -> int:
    nothing, base = ([], [])
    drawn: dict[str, list[float]] = {name: [] for name in FIGURES}
    for _ in range(ROUNDS):  # in turn, so that what else the machine does falls on all
        nothing.append(spent("pass"))
        base.append(spent("import numpy; " + IMPORT))
        for name, times in drawn.items():
            times.append(spent(DRAW, name))
    imported = median(base) - median(nothing)
    print(f"import numpy and the Agg canvas   {1000 * imported:4.0f} ms")
    worst = 0.0
    for name, times in drawn.items():
        whole = median(times) - median(nothing)
        worst = max(worst, whole / imported)
        print(
            f"{name:33} {1000 * whole:4.0f} ms   {whole / imported:.2f} times; drawing {whole / imported - 1:.2f}"
        )
    return int("--check" in sys.argv and worst > BAR)


if __name__ == "__main__":
    sys.exit(main())
