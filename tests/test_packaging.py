"""What goes to PyPI is described truly."""

import re
import tomllib
from pathlib import Path

import losscli

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_changelog_knows_this_version():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {losscli.__version__} - 20" in text
    assert "\n## Unreleased\n" in text


def test_metadata():
    assert "readme" in PROJECT["dynamic"]  # hatch_build.py: README.md without what PyPI cannot show
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert (ROOT / "losscli" / "py.typed").exists()
    needed = " ".join(PROJECT["dependencies"])
    assert not [name for name in ("build", "twine", "pytest", "scipy", "torch") if name in needed]
    assert any("twine" in each for each in PROJECT["optional-dependencies"]["dev"])


def test_the_map_for_those_who_work_on_it_is_true():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:[\w.]+/)*[\w.]+(?:\.py|\.md|/|/run))`", text))
    named |= set(re.findall(r"(?<=[\s`])(?:tests|benchmarks|losses)/[\w/.]+", text))
    assert len(named) > 25
    for each in named:
        assert (ROOT / each).exists() or (ROOT / "losscli" / each).exists(), each
    modules = {path.name for path in (ROOT / "losscli").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert modules <= {name.rstrip("/") for name in named}
