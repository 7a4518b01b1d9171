"""Long tables as Parquet files, by DuckDB: in memory only some rows at a time."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from losscli.errors import no_room
from losscli.report.bulk import quoted
from losscli.report.lines import Column


def write_parquet(names: Sequence[str], blocks: Iterable[Sequence[Column]], path: str) -> int:
    """Write columns of numbers and texts, some rows at a time; return how many rows there were."""
    import duckdb

    rows = 0
    with TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "rows")) as base:
        for columns in blocks:
            held = {f"c{at}": _array(column) for at, column in enumerate(columns)}
            base.register("block", held)
            # the engine takes a NaN of NumPy for a missing value
            each = ", ".join(
                f"coalesce({key}, 'nan'::double) as {_name(name)}" if x.dtype.kind == "f" else f"{key} as {_name(name)}"
                for name, (key, x) in zip(names, held.items(), strict=True)
            )  # fmt: skip
            with translated():
                base.execute(
                    f"{'insert into rows' if rows else 'create table rows as'} select {each} from block"
                )
            base.unregister("block")
            rows += len(columns[0])
        with translated(path):
            base.execute(f"copy rows to {quoted(path)} (format parquet, compression zstd)")
    return rows


@contextmanager
def translated(path: str = "") -> Generator[None]:
    """Raise what the system says when a file cannot be written as Python does: this one, or one for the time being."""
    from duckdb import Error

    try:
        yield
    except Error as error:
        found = re.search(r'"errno":"(\d+)"', str(error))
        full = "No space left" in str(error)
        if not (found or full):
            raise
        if not path and full:
            raise no_room() from None
        number = int(found[1]) if found else ENOSPC
        raise OSError(number, os.strerror(number), path) from None


def _array(column: Column) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(column) if isinstance(column, np.ndarray) else np.array(column, dtype=object)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
