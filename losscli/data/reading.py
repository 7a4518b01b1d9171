"""A reading: which columns play which role, and the batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from losscli.data.batch import Batch, Chosen
from losscli.data.join import Unmatched


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
        self.unmatched = Unmatched()
        """With `join="inner"`: how many ids only FILE has, and only the targets."""

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """Yield the usable rows, in the order of FILE. Once."""

    @abstractmethod
    def place(self, line: int) -> str:
        """Return where a row stands, as messages say it: `preds.csv:57` or `preds.json: record 57`."""
