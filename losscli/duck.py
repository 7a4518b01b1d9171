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


def arrow(connection: Any, query: str) -> Any:
    """Return what a query answers as a stream of Arrow."""
    try:
        return connection._submit(query, None, "stream").arrow_capsule()
    except (AttributeError, TypeError):  # a version that is made otherwise
        import_module("duckdb")  # which gives connections the method
        return connection.sql(query).__arrow_c_stream__()
