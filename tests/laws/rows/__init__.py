"""Rows and parameters on which the laws meet single losses, where what suits their family does not suit them.

A module here may say `ROWS`, a maker of rows by the name of the loss, `SETTINGS`, the corners of a
parameter by `loss.parameter`, and `BEST`, by the name of the loss what finds the best constants for a sample.
"""

from importlib import import_module
from pathlib import Path

ROWS = {}
SETTINGS = {}
BEST = {}
for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    module = import_module(f"tests.laws.rows.{path.stem}")
    ROWS |= getattr(module, "ROWS", {})
    SETTINGS |= getattr(module, "SETTINGS", {})
    BEST |= getattr(module, "BEST", {})
