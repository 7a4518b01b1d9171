"""DuckDB itself, without its layer of Python: importing that takes as long as reading half a million rows."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def _itself() -> Any:
    try:
        return import_module("_duckdb")
    except ImportError:
        return import_module("duckdb")


duckdb = _itself()


SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
WAITING = "8MB"
"""How much of an answer may wait for us: of less, the engine's other thread stands still while we compute."""


def _opened() -> Any:
    return duckdb.connect(":memory:", config={**SETTINGS, "threads": 1})


_ready = [_opened()]
"""A database for the first who asks for one: whoever imports this begins the engine."""


def database(threads: int = 1) -> Any:
    """Return a new database in memory, which reads the files it is told to and nothing else."""
    found = _ready.pop() if _ready else _opened()
    if threads != 1:
        found.execute(f"set threads={threads}")
    return found


def arrow(connection: Any, query: str) -> Any:
    """Return what a query answers as a stream of Arrow."""
    connection.execute(f"set streaming_buffer_size='{WAITING}'")
    try:
        return connection._submit(query, None, "stream").arrow_capsule()
    except (AttributeError, TypeError):  # a version that is made otherwise
        import_module("duckdb")  # which gives connections the method
        return connection.sql(query).__arrow_c_stream__()
