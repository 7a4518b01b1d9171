"""A reading: which columns play which role, and the batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from losscli.data.batch import GROUP, Array, Batch, Chosen
from losscli.data.cells import label
from losscli.data.join import Unmatched
from losscli.data.part import Block


class Reading(ABC):
    """An input whose columns are settled and whose rows are still to be read, once.

    Some mistakes show only at the end of the input, so nothing may be printed before `batches()` ends.
    """

    def __init__(self, name: str, form: int, chosen: Mapping[str, Chosen]) -> None:
        self.name = name
        """How messages name the input: the path as the user typed it, or `standard input`."""
        self.form = form
        """Which of the forms asked for was found."""
        self.chosen = chosen
        self.rows = 0
        """The rows of FILE seen so far."""
        self.dropped = 0
        """Of these, how many were left out because a value is missing."""
        self.where = ""
        """The condition that rows satisfy."""
        self.filtered = 0
        """And how many because they do not satisfy a condition."""
        self.lists: Sequence[str | int] = ()
        """The names of the lists that rows are in, as they first appear; of records that are lists, their numbers."""
        self.labels: Mapping[str, Sequence[Array]] = {}
        """By role, the different labels of lists, as they first appear."""
        self.nested = False
        """Whether the rows of a list are in one record."""
        self.groups: Sequence[tuple[str, ...]] = ()
        """The names of the groups that rows are in, as they first appear: a text for each column."""
        self.lost: dict[float, int] = {}
        """How many rows of each group were left out, by its place."""
        self.unmatched = Unmatched()
        """With `join="inner"`: how many ids only FILE has, and only the targets."""

        self.looked_at = 0
        """The rows read so far, of any file."""
        self.report: Callable[[], object] = int
        """What is called when some more have been read."""

    def look(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Report that blocks go by."""
        for block in blocks:
            self.looked_at += len(block.lines)
            self.report()
            yield block

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """Yield the usable rows, in the order of FILE. Once."""

    def progress(self) -> tuple[int, int] | None:
        """Return how many bytes of FILE have been read, and how many it has; None if that is not known."""
        return None

    @abstractmethod
    def place(self, line: int) -> str:
        """Return where a row stands, as messages say it: `preds.csv:57` or `preds.json: record 57`."""

    def said(self, role: str, x: float, of: str = "") -> str:
        """Return a number of a batch as the input says it: labels, and the classes `of` a vector, by name."""
        if role == GROUP:
            return repr(", ".join(self.groups[int(x)]))
        known = self.labels.get(role)
        numbers = [x] if known is None else known[int(x)].tolist()
        names = self.chosen[of].labels if of else ()
        text = " ".join(names[int(each)] if names else label(each) for each in numbers)
        return text if known is None else repr(text)

    def short_place(self, line: int) -> str:
        """Return where a row stands, without the name of the file: `line 58`, `record 7`."""
        place = self.place(line).removeprefix(self.name).lstrip(":, ")
        return f"line {place}" if place.isdigit() else place
