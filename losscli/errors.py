"""What can go wrong, in words for a person: what, the evidence, and a fix that can be pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class LosscliError(Exception):
    """A mistake that losscli can name.

    `what` is one lower-case clause without a full stop; `evidence` are lines from the user's own data;
    `fix` are lines that can be pasted. `str()` is the whole message, as it goes to standard error.
    Facts are for programs: `code`, and what is known of `file`, `line`, `column`, `value`, `count` and `lines`.
    """

    exit_code = 70
    code = "bug"
    """What kind of mistake it is, unless its facts say so."""

    def __init__(
        self, what: str, evidence: Sequence[str] = (), fix: Sequence[str] = (), **facts: Any
    ) -> None:
        super().__init__(what, tuple(evidence), tuple(fix))
        self.what = what
        self.evidence = tuple(evidence)
        self.fix = tuple(fix)
        self.facts = facts

    @property
    def record(self) -> Mapping[str, Any]:
        """The whole for programs; a fix without the remark beside it."""
        return {
            "code": self.code, "exit": self.exit_code, **self.facts, "message": self.what,
            "evidence": self.evidence, "fix": [line.partition("   ")[0] for line in self.fix],
        }  # fmt: skip

    def __str__(self) -> str:
        fixes = [f"  {' or' if again else 'fix'}: {line}" for again, line in enumerate(self.fix)]
        return "\n".join([f"error: {self.what}", *(f"  {line}" for line in self.evidence), *fixes])


class UsageError(LosscliError):
    """The command cannot be understood: an unknown loss, an ill parameter, options that contradict."""

    exit_code = 2
    code = "usage"


class DataError(LosscliError):
    """The data cannot be used: a missing file or column, a bad cell, a value outside its domain."""

    exit_code = 3
    code = "data"


class NoResult(LosscliError):
    """There is nothing to answer about: an empty file, or no usable row."""

    exit_code = 4
    code = "no-result"


def no_room() -> DataError:
    """Return what to say where the disk is full on which large results wait."""
    from tempfile import gettempdir

    return DataError(
        f"no room in {gettempdir()!r} for temporary files",
        ["large results, and tables that come through a pipe, wait there"],
        ["TMPDIR=/a/larger/folder losscli ..."],
        code="no-room",
    )
