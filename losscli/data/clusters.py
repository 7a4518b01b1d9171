"""Rows that are in groups, in clusters, or in both: read as groups of both, and told apart here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.data.batch import CLUSTER, GROUP, Batch, Chosen
from losscli.data.reading import Reading


class Clustered(Reading):
    """A reading whose groups are the texts of some columns, and whose clusters are those of the others."""

    def __init__(self, inner: Reading, group: Sequence[str], cluster: str) -> None:
        self._inner = inner
        self.name, self.form = inner.name, inner.form
        names, also = inner.chosen[GROUP].names, [each.strip() for some in group for each in some.split(",")]
        self._cluster = names.index(cluster.strip())
        self._group = [at for at, name in enumerate(names) if at != self._cluster or name in also]
        self.chosen = {role: each for role, each in inner.chosen.items() if role != GROUP}
        if self._group:
            self.chosen[GROUP] = Chosen(tuple(names[at] for at in self._group))
        self.chosen[CLUSTER] = Chosen((names[self._cluster],))
        self._groups: list[tuple[str, ...]] = []
        self.groups = self._groups
        self._known: dict[tuple[str, ...], int] = {}
        self._clusters: dict[str, int] = {}
        self._group_of: list[int] = []
        self._cluster_of: list[int] = []

    def __getattribute__(self, name: str) -> Any:
        """Return what counts rows, and names lists and labels, as the reading itself does."""
        if name in ("rows", "dropped", "where", "filtered", "lists", "labels", "nested", "unmatched"):
            return getattr(self._inner, name)
        return super().__getattribute__(name)

    @property
    def lost(self) -> Mapping[float, int]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """How many rows of each group were left out."""
        self._look()
        found: dict[float, int] = {}
        for code, count in self._inner.lost.items():
            group = float(self._group_of[int(code)])
            found[group] = found.get(group, 0) + count
        return found

    def batches(self) -> Iterator[Batch]:
        """Yield the usable rows."""
        for batch in self._inner.batches():
            self._look()
            code = batch.columns[GROUP]
            columns = {**batch.columns, CLUSTER: code}
            if GROUP in self.chosen:
                columns[GROUP] = np.array(self._group_of, np.float64)[code.astype(np.int64)]
            else:
                del columns[GROUP]
            yield batch._replace(columns=columns)

    def clusters(self, group: int | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the clusters, or those of a group; and for each that there may be what it is called."""
        which = np.arange(len(self._group_of))
        if group is not None:
            which = which[np.array(self._group_of) == group]
        return which, np.array(self._cluster_of, np.int64)

    def _look(self) -> None:
        """Tell the new groups of both apart."""
        for texts in self._inner.groups[len(self._group_of) :]:
            group, cluster = tuple(texts[at] for at in self._group), texts[self._cluster]
            self._group_of.append(self._known.setdefault(group, len(self._known)))
            if len(self._known) > len(self._groups):
                self._groups.append(group)
            self._cluster_of.append(self._clusters.setdefault(cluster, len(self._clusters)))

    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes have been read."""
        return self._inner.progress()

    def place(self, line: int) -> str:
        """Return where a row stands."""
        return self._inner.place(line)

    def said(self, role: str, x: float, of: str = "") -> str:
        """Return a number of a batch as the input says it."""
        if role == GROUP:
            return super().said(role, x)
        return self._inner.said(GROUP if role == CLUSTER else role, x, of)
