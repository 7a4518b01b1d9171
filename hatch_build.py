"""What a build adds to pyproject.toml: the README as PyPI shows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Description(MetadataHookInterface):
    """The README without pictures that are files of the repository, which PyPI cannot show."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Give the project its description."""
        text = (Path(self.root) / "README.md").read_text("utf-8")
        text = re.sub(r"^!\[[^\]]*\]\((?!https?:)[^)]*\)\n\n?", "", text, flags=re.MULTILINE)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
