"""A figure as an image file, drawn by Matplotlib, which is imported only here and only when asked."""

from __future__ import annotations

import io
import logging
import os
import warnings
from pathlib import Path
from typing import Any, Literal

from losscli.errors import DataError, UsageError
from losscli.plot.canvas import INCHES, LOOK, draw
from losscli.plot.figure import Figure

Kind = Literal["png", "svg", "pdf"]
KINDS: dict[str, Kind] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}

NAMELESS: dict[Kind, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""No dates and no versions, so that the same figure gives the same bytes."""


def save(figure: Figure, path: str | Path, *, dpi: int = 200) -> tuple[int, int]:
    """Write the figure to a file, whole or not at all, and return its size in pixels.

    The kind of image is the suffix of the file: PNG, SVG or PDF. The same figure gives the same bytes.
    """
    path = Path(path)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(
            f"cannot tell the kind of image from {str(path)!r}",
            [f"kinds: {', '.join(KINDS.values())}"],
            [f"--out {path.with_suffix('.png').name}"] if path.name else (),
        )
    if not path.parent.is_dir() or path.is_dir():
        raise unwritable(path, "it is a folder" if path.is_dir() else "there is no such folder")
    image, size = render(figure, kind, dpi)
    write(path, image)
    return size


def render(figure: Figure, kind: Kind, dpi: int = 200) -> tuple[bytes, tuple[int, int]]:
    """Return the figure as an image, and its size in pixels."""
    # Matplotlib speaks of its caches and of missing glyphs; neither is about the user's data
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Page

        library: Any = matplotlib
        with library.rc_context():
            library.rcdefaults()  # the same picture for every user
            library.rcParams.update(LOOK)
            page: Any = Page(figsize=INCHES, dpi=dpi, layout="constrained")
            FigureCanvasAgg(page)
            draw(figure, page)
            image = io.BytesIO()
            page.savefig(image, format=kind, dpi=dpi, metadata={"Title": figure.title, **NAMELESS[kind]})
    return image.getvalue(), (round(INCHES[0] * dpi), round(INCHES[1] * dpi))


def write(path: Path, image: bytes) -> None:
    """Write a file under another name beside its own, then rename it; what is not a file is written to."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(image)
            return
        try:
            part.write_bytes(image)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error


def unwritable(path: Path, reason: str) -> DataError:
    """Say why a file cannot be written."""
    return DataError(f"cannot write {path}: {reason[:1].lower()}{reason[1:]}", fix=[f"--out {path.name}"])
