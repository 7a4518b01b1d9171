"""The one look of all images, on white paper or on black."""

from __future__ import annotations

from typing import Any, NamedTuple

from losscli.errors import UsageError

SIZE = 9.0
"""Points of ordinary text."""
THICK = 1.8
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (5, 1.4, 1.2, 1.4)), (0, (1.6, 1.2)))
"""Strokes of curves, so that they are told apart in grey."""


class Theme(NamedTuple):
    """The colours of an image."""

    name: str
    paper: str
    ink: str
    soft: str
    zero: str
    faint: str
    colours: tuple[str, ...]
    """Okabe and Ito's, which differ for every kind of colour vision; of a contrast that text needs."""

    def colour(self, index: int) -> str:
        """Return the colour of a curve."""
        return self.colours[index % len(self.colours)]

    def look(self) -> dict[str, Any]:
        """Return the settings of Matplotlib."""
        return {
            "axes.axisbelow": True,
            "axes.edgecolor": self.ink,
            "axes.facecolor": self.paper,
            "axes.grid": True,
            "axes.labelcolor": self.ink,
            "axes.linewidth": 0.8,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.unicode_minus": True,
            "figure.facecolor": self.paper,
            "font.family": "DejaVu Sans",
            "font.size": SIZE,
            "grid.color": self.faint,
            "grid.linewidth": 0.6,
            "mathtext.fontset": "dejavusans",
            "pdf.fonttype": 42,
            "savefig.facecolor": self.paper,
            "svg.hashsalt": "losscli",
            "text.color": self.ink,
            "text.parse_math": False,
            "xtick.color": self.ink,
            "ytick.color": self.ink,
            "xtick.major.width": 0.8,
            "ytick.major.width": 0.8,
        }


LIGHT = Theme(
    "light", "#ffffff", "#222222", "#666666", "#b0b0b0", "#e8e8e8",
    ("#0072b2", "#c44e00", "#00815f", "#b0508a", "#1f7596", "#8f6500", "#333333"),
)  # fmt: skip
DARK = Theme(
    "dark", "#15181c", "#e8e8e8", "#a8adb3", "#5d646c", "#2a2f36",
    ("#56b4e9", "#ff9a4d", "#2fc79d", "#e29bc6", "#8fd0ff", "#f0d24a", "#f2f2f2"),
)  # fmt: skip
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def themed(name: str) -> Theme:
    """Return a theme by its name. Raises `UsageError`."""
    if name not in THEMES:
        raise UsageError(
            f"--theme: '{name}' is not one of: {' '.join(THEMES)}", fix=["--theme dark"], code="bad-option"
        )
    return THEMES[name]
