"""Rows and parameters on which the laws meet single losses, where what suits their family does not suit them.

A module here may say `ROWS`, a maker of rows by the name of the loss, and `SETTINGS`, the corners of a
parameter by `loss.parameter`.
"""

from importlib import import_module
from pathlib import Path

ROWS = {}
SETTINGS = {}
for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    module = import_module(f"tests.laws.rows.{path.stem}")
    ROWS |= getattr(module, "ROWS", {})
    SETTINGS |= getattr(module, "SETTINGS", {})
