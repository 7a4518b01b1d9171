"""`losscli` and `python -m losscli`."""

from __future__ import annotations

import gc
import os
import signal
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # one small loss needs no second thread, and starting them costs 50 ms
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that goes away ends us quietly: 141
    gc.set_threshold(
        100_000
    )  # imports make many objects and no garbage: looking for it costs a tenth of the start
    from losscli.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
