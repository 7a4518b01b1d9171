"""The command line: one module a command, each a thin road from words to the library."""

from __future__ import annotations

from importlib import import_module
from typing import Any

COMMANDS = ("compute", "grad", "compare", "check", "plot", "list", "explain", "choose")
"""Each is a module of its name."""


def module(name: str) -> Any:
    """Return the module of a command."""
    return import_module(f"losscli.cli.{name}")
