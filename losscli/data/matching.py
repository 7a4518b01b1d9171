"""DuckDB, as a matcher of ids: two sides of any size in bounded memory, the rest in a folder of temporary files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import disk_usage
from typing import Any, Literal

import duckdb
import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import Array
from losscli.errors import DataError

MEMORY = 128
"""Megabytes that DuckDB may use before it writes to the folder, doubled when it cannot do with them."""
MOST = 1 << 12
Which = Literal["here", "there"]


class Matching:
    """Rows with ids on two sides: `here`, where their order counts, and `there`, where they carry numbers."""

    def __init__(self, folder: str, threads: int) -> None:
        self._folder = folder
        self._memory = MEMORY
        self._database: Any = duckdb.connect(
            ":memory:",
            config={
                "threads": threads, "memory_limit": f"{MEMORY}MB", "temp_directory": folder,
                "preserve_insertion_order": False, "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )  # fmt: skip
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._counts = {"here": 0, "there": 0}
        self._keys: list[str] = []

    def close(self) -> None:
        """Let go of everything; what is in the folder is of no use any more."""
        self._database.close()

    def put(
        self,
        which: Which,
        keys: Sequence[Sequence[str]],
        lines: NDArray[np.int64],
        arrays: Mapping[str, Array] | None = None,
    ) -> None:
        """Add rows to a side."""
        start = self._counts[which]
        columns: dict[str, Any] = {f"k{at}": texts(key) for at, key in enumerate(keys)}
        columns |= {"line": lines, "row": np.arange(start, start + len(lines))}
        for at, (role, array) in enumerate((arrays or {}).items()):
            self._shapes[role] = array.shape[1:]
            for k, part in enumerate(np.ascontiguousarray(array.reshape(len(lines), -1).T)):
                columns[f"v{at}_{k}"] = part.view(np.int64)  # to DuckDB, NaN would be nothing
        self._database.register("block", columns)
        if not start:
            self._keys = [f"k{at}" for at in range(len(keys))]
            types = ["varchar" if name in self._keys else "bigint" for name in columns]
            named = ", ".join(f"{name} {type}" for name, type in zip(columns, types, strict=True))
            self._run(f"create table {which} ({named})")
        self._run(f"insert into {which} select * from block")
        self._counts[which] += len(lines)

    def mark(self, rows: Sequence[int], flaws: Sequence[bytes]) -> None:
        """Add what is wrong with rows there, numbered from the first one on."""
        self._run("create table if not exists flaws (place bigint, what blob)")
        given: dict[str, Any] = {
            "place": np.array(rows, np.int64),
            "what": np.array([*flaws, None], object)[:-1],
        }
        self._database.register("block", given)
        self._run("insert into flaws select * from block")

    @property
    def rows(self) -> int:
        """How many rows are there so far."""
        return self._counts["there"]

    def several(self) -> bool:
        """Return whether an id is twice there. Then nothing can be matched."""
        keys = ", ".join(self._keys)
        return self._one(f"select count(*) from (select distinct {keys} from there)") < self._counts["there"]

    def match(self) -> None:
        """Find the partner of each row here."""
        carried = [
            f"v{at}_{k}" for at, shape in enumerate(self._shapes.values()) for k in range(int(np.prod(shape)))
        ]
        wanted = ", ".join(["here.row as row", "there.row as place", *carried])
        self._run(
            f"create table loose as select {wanted} from here left join there using ({', '.join(self._keys)})"
        )
        self._run("create table matched as select * from loose order by row")
        self._run("drop table loose")

    def perfect(self) -> bool:
        """Return whether each row has the one partner that no other has."""
        found = self._ask("select count(*), count(place), count(distinct place) from matched").fetchall()[0]
        return {*found, *self._counts.values()} == {self._counts["here"]}

    def partners(self, start: int, stop: int) -> tuple[NDArray[np.int64], dict[str, Array]]:
        """Return for these rows here which row there is their partner, -1 where none is, and its numbers."""
        found = self._ask(
            f"select * from matched where row >= {start} and row < {stop} order by row"
        ).fetchnumpy()
        arrays = {
            role: np.stack(
                [np.ma.filled(found[f"v{at}_{k}"], 0).view(np.float64) for k in range(int(np.prod(shape)))],
                axis=-1,
            ).reshape(stop - start, *shape)
            for at, (role, shape) in enumerate(self._shapes.items())
        }
        return np.ma.filled(found["place"], -1).astype(np.int64), arrays

    def flaws(self, start: int, stop: int) -> list[tuple[int, bytes]]:
        """Return what is wrong with the partners of these rows, and of which row, counted from the first one."""
        return self._ask(
            f"select matched.row - {start}, what from matched join flaws using (place) "
            f"where matched.row >= {start} and matched.row < {stop} order by matched.row, flaws.rowid"
        ).fetchall()

    def distinct(self, which: Which) -> int:
        """Return how many ids a side has."""
        return self._one(f"select count(*) from (select distinct {', '.join(self._keys)} from {which})")

    def lonely(self, which: Which, other: Which, most: int) -> tuple[int, list[tuple[str, ...]]]:
        """Return how many ids of a side the other one lacks, and the first of them."""
        keys = ", ".join(self._keys)
        self._run(
            f"create or replace table lone as select {keys}, min(row) as row from {which} "
            f"anti join {other} using ({keys}) group by {keys}"
        )
        few = self._ask(f"select {keys} from lone order by row limit {most}").fetchall()
        return self._one("select count(*) from lone"), few

    def again(self, which: Which, most: int) -> tuple[int, int, tuple[str, ...], int, list[int]]:
        """Return how many ids come again, the most times that one comes, and the first: how often, on which lines."""
        keys = ", ".join(self._keys)
        self._run(
            f"create or replace table again as select {keys}, min(row) as row, count(*) as n from {which} "
            f"group by {keys} having count(*) > 1"
        )
        count, often = self._ask("select count(*), max(n) from again").fetchall()[0]
        if not count:
            return 0, 0, (), 0, []
        seen = self._ask(
            f"select {keys}, any_value(n) from {which} join again using ({keys}) where {which}.row > again.row "
            f"group by {keys} order by min({which}.row) limit 1"
        ).fetchall()[0]
        where = " and ".join(f"{key} = ?" for key in self._keys)
        lines = self._ask(
            f"select line from {which} where {where} order by row limit {most}", seen[:-1]
        ).fetchall()
        return count, often, seen[:-1], seen[-1], [line for (line,) in lines]

    def _one(self, query: str) -> int:
        return int(self._ask(query).fetchall()[0][0])

    def _run(self, query: str) -> None:
        self._ask(query).fetchall()

    def _ask(self, query: str, given: Sequence[str] = ()) -> Any:
        """Return what the database answers, with more memory if there is no other way."""
        while True:
            try:
                return self._database.execute(query, given)
            except duckdb.OutOfMemoryException:  # also where the disk is full
                if disk_usage(self._folder).free < self._memory << 20 or self._memory >= MOST:
                    raise self._no_room() from None
                self._memory *= 2
                self._database.execute(f"set memory_limit='{self._memory}MB'")
            except duckdb.IOException:
                raise self._no_room() from None
            except RuntimeError as error:
                if str(error) == "Query interrupted":  # by Ctrl-C
                    raise KeyboardInterrupt from None
                raise

    def _no_room(self) -> DataError:
        folder = str(Path(self._folder).parent)
        return DataError(
            f"--on: no room in {folder!r} for temporary files",
            ["ids of large files are matched there"],
            ["TMPDIR=/a/larger/folder losscli ..."],
            code="no-room",
        )


def texts(key: Sequence[str]) -> NDArray[Any]:
    """Return ids as DuckDB takes them: it knows no halves of characters, which JSON may have."""
    try:
        "".join(key).encode()
    except UnicodeEncodeError:
        key = [text.encode("utf-8", "surrogatepass").decode("utf-8", "backslashreplace") for text in key]
    return np.array([*key, None], dtype=object)[:-1]
