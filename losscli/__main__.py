"""`losscli` and `python -m losscli`."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    ours = signal.getsignal(signal.SIGINT) == signal.default_int_handler
    if ours:  # there is nothing to tidy up yet, and nobody who would catch Ctrl-C
        signal.signal(signal.SIGINT, quit_at_once)
    # one small loss needs no second thread, and starting them costs 50 ms
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that goes away ends us quietly: 141
    # imports make many objects and no garbage: looking for it costs a tenth of the start
    gc.set_threshold(100_000)
    from losscli.early import begin

    begin(sys.argv[1:])
    from losscli.cli.app import run

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    ended = ending()
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    leave(ended[0] if ended and code == INTERRUPTED else code)


def leave(code: int) -> None:
    """End, and leave it to the system to take all apart: a seventh of the time of a small file, if Python does."""
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except (OSError, ValueError):  # nobody reads, or the disk is full
        sys.exit(code)
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage] (which remove what has to be removed)
    os._exit(code)


def quit_at_once(*_: object) -> None:
    """End as Ctrl-C does."""
    os._exit(INTERRUPTED)


def ending() -> list[int]:
    """Let a request to end do what Ctrl-C does, so that nothing is left behind; give the code then, in a list."""
    codes: list[int] = []

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # `timeout` asks twice, and tidying up takes a moment
        codes.append(128 + number)
        raise KeyboardInterrupt

    for name in "SIGTERM", "SIGHUP":
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, end)
    return codes


if __name__ == "__main__":
    main()
