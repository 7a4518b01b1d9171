"""Files that losscli writes: whole or not at all, and never its own input."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from typing import BinaryIO

from losscli.errors import DataError, UsageError


def refuse_own(path: str, inputs: Iterable[str]) -> None:
    """Raise `UsageError` if `path` is one of the files that are read: names, or patterns of names."""
    if not os.path.exists(path):  # noqa: PTH110 (pathlib costs a millisecond)
        return
    from glob import glob

    for each in inputs:
        for name in [each, *glob(each, recursive=True)]:  # noqa: PTH207 (as typed)
            if os.path.exists(name) and os.path.samefile(name, path):  # noqa: PTH110, PTH121
                raise UsageError(
                    f"--output {path}: that file is read",
                    fix=["another name after --output"],
                    code="output-is-input",
                )


@contextmanager
def whole(path: str) -> Generator[BinaryIO]:
    """Give a file to write; when all is written it takes the place of `path`, and else it is gone.

    What is no file, such as a pipe or /dev/null, is written to directly. Raises `DataError` if it cannot be written.
    """
    real = os.path.realpath(path)  # a link stays a link
    beside = real
    if os.path.isfile(real) or not os.path.exists(real):  # noqa: PTH110, PTH113
        folder, name = os.path.split(real)
        beside = os.path.join(folder, f".{name[:200]}.{os.getpid()}.part")  # noqa: PTH118
    try:
        with open(beside, "wb") as file:  # noqa: PTH123
            yield file
        if beside != real:
            if os.path.exists(real):  # noqa: PTH110
                os.chmod(beside, os.stat(real).st_mode & 0o7777)  # noqa: PTH101, PTH116
            os.replace(beside, real)  # noqa: PTH105
    except OSError as error:
        raise DataError(f"{path}: {(error.strerror or str(error)).lower()}", code="not-written") from None
    finally:
        if beside != real:
            with suppress(OSError):
                os.unlink(beside)  # noqa: PTH108


def wrote(path: str, what: str) -> str:
    """Return what is said of a file that was written: `wrote curve.png (1200 x 750, 80 kB)`."""
    return f"wrote {path} ({what}{', ' if what else ''}{size(os.stat(path).st_size)})"  # noqa: PTH116


def size(count: int) -> str:
    """Return a number of bytes as people say it: `80 kB`, `4.4 GB`."""
    if count < 999_500:
        return f"{max(1, round(count / 1e3))} kB"
    return f"{count / 1e6:.3g} MB" if count < 999_500_000 else f"{count / 1e9:.3g} GB"
