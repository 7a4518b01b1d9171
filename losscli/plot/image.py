"""A figure as an image file, drawn by Matplotlib, which is imported only here and only when asked."""

from __future__ import annotations

import io
import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from losscli.errors import DataError, UsageError
from losscli.plot.bins import Histogram
from losscli.plot.canvas import REMARK, draw
from losscli.plot.columns import columns
from losscli.plot.figure import Figure
from losscli.plot.theme import LIGHT, Theme

Kind = Literal["png", "svg", "pdf"]
KINDS: dict[str, Kind] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}

MACHINE = ("backend", "date.", "interactive", "timezone", "toolbar", "tk.", "webagg", "savefig.directory")
"""Settings that are of a machine and not of a picture."""
INCHES, WIDE = (6.0, 3.75), 10.0

NAMELESS: dict[Kind, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""No dates and no versions, so that the same figure gives the same bytes."""


class Paper(NamedTuple):
    """What an image is drawn on."""

    theme: Theme = LIGHT
    dpi: int = 200
    inches: tuple[float, float] | None = None
    """Width and height; None: 6 x 3.75 for one picture, 10 x 3.75 for two, higher where much is said of data."""


USUAL = Paper()
Pictures = Figure | Histogram | Sequence[Figure]
"""One picture, or several side by side."""


def save(
    pictures: Pictures, path: str | Path, kind: Kind | None = None, paper: Paper = USUAL
) -> tuple[int, int]:
    """Write pictures to a file, whole or not at all, and return its size in pixels.

    The kind of image is the suffix of the file if it is not said: PNG, SVG or PDF. The same picture gives the same
    bytes.
    """
    path = Path(path)
    kind = kind or KINDS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(
            f"cannot tell the kind of image from {str(path)!r}",
            [f"kinds: {', '.join(KINDS.values())}"],
            [f"--out {path.with_suffix('.png').name}"] if path.name else (),
            code="unknown-format",
        )
    if not path.parent.is_dir() or path.is_dir():
        raise unwritable(path, "it is a folder" if path.is_dir() else "there is no such folder")
    image, size = render(pictures, kind, paper)
    write(path, image)
    return size


def render(pictures: Pictures, kind: Kind, paper: Paper = USUAL) -> tuple[bytes, tuple[int, int]]:
    """Return pictures as an image, and its size in pixels."""
    # Matplotlib speaks of its caches and of missing glyphs; neither is about the user's data
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    single = isinstance(pictures, (Figure, Histogram))
    figures = [] if isinstance(pictures, Histogram) else [pictures] if single else pictures
    more = REMARK * max(0, *(len(each.said) - 2 for each in figures), 0)
    inches = paper.inches or (WIDE if len(figures) > 1 else INCHES[0], round(INCHES[1] + more, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Page

        library: Any = matplotlib
        with library.rc_context():
            # the same picture for every user; rcdefaults() would import what costs a tenth of the picture
            usual = library.rcParamsDefault
            library.rcParams.update({name: usual[name] for name in usual if not name.startswith(MACHINE)})
            library.rcParams.update(paper.theme.look())
            page: Any = Page(figsize=inches, dpi=paper.dpi)
            FigureCanvasAgg(page)
            if isinstance(pictures, Histogram):
                columns(pictures, page, paper.theme)
            else:
                draw(figures, page, paper.theme)
            image = io.BytesIO()
            title = (pictures if single else pictures[0]).title
            page.savefig(image, format=kind, dpi=paper.dpi, metadata={"Title": title, **NAMELESS[kind]})
    return image.getvalue(), (round(inches[0] * paper.dpi), round(inches[1] * paper.dpi))


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
    return DataError(
        f"cannot write {path}: {reason[:1].lower()}{reason[1:]}",
        fix=[f"--out {path.name}"],
        code="not-written",
    )
