"""A bar that shows how far a long reading is: for a person at a terminal, and gone when it is done."""

from __future__ import annotations

import sys
from threading import Lock, Timer
from typing import Any

DELAY = 1.0
"""Seconds in which nothing is shown: most readings are done by then."""


class Bar:
    """How many rows have been read, how fast, and how long it will take where the size is known."""

    def __init__(self, *, shown: bool = True) -> None:
        self._lock = Lock()
        self._bar: Any = None
        self._facts = (0, None)
        self._over = not (shown and sys.stderr is not None and sys.stderr.isatty())
        if not self._over:
            self._timer = Timer(DELAY, self._start)
            self._timer.daemon = True
            self._timer.start()

    def update(self, rows: int, bytes_read: tuple[int, int] | None) -> None:
        """Take note that so many rows have been read, and so many bytes of how many if that is known."""
        if self._over:
            return
        self._facts = rows, bytes_read
        if self._bar is not None:
            with self._lock:
                self._show()

    def stop(self) -> None:
        """Take the bar away."""
        if self._over:
            return
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        with self._lock:
            if self._over:
                return
            self._bar = Progress(
                BarColumn(24),
                TextColumn("{task.fields[rows]:,} rows  {task.fields[rate]}"),
                TimeElapsedColumn(),
                TextColumn("{task.fields[left]}"),
                TimeRemainingColumn(compact=True),
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
                refresh_per_second=5,
            )
            self._bar.add_task("", total=None, rows=0, rate="", left="")
            self._show()
            self._bar.start()

    def _show(self) -> None:
        if self._bar is None:
            return
        rows, known = self._facts
        task = self._bar.tasks[0]
        passed = (task.elapsed or 0) + DELAY
        rate = f"{rows / passed / 1e6:.2f} M/s" if rows > 1e6 * passed else f"{rows / passed:,.0f}/s"
        done, total = known or (0, None)
        self._bar.update(
            task.id, completed=done, total=total, rows=rows, rate=rate, left="left:" if total else ""
        )
