"""Whether a wheel and a source distribution hold what they should, and nothing else."""

import re
import sys
import tarfile
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
wheel, sdist = next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))
here = Path(__file__).parents[1]
with zipfile.ZipFile(wheel) as file:
    names = set(file.namelist())
    metadata = file.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
ours = {
    str(path.relative_to(here))
    for path in (here / "losscli").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
inside = {name for name in names if ".dist-info/" not in name}
assert inside == ours, f"wheel: {sorted(inside ^ ours)}"
assert "losscli/py.typed" in inside
assert any(name.endswith("licenses/LICENSE") for name in names), "wheel: no licence"
assert "Description-Content-Type: text/markdown" in metadata
assert "How wrong is a model?" in metadata, "the README is not the description"
assert not re.findall(r"\]\((?!https?:|#)", metadata), (
    "the description leads to files that PyPI does not have"
)
with tarfile.open(sdist) as archive:
    found = {name.partition("/")[2] for name in archive.getnames()}
for wanted in (
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "pyproject.toml",
    "hatch_build.py",
    "tests/test_readme.py",
    "samples/README.md",
):
    assert wanted in found, f"source distribution: no {wanted}"
assert not {name for name in found if name.startswith((".git/", ".venv", "dist/"))}
print(f"{wheel.name}: {len(inside)} files; {sdist.name}: {len(found)} files")
