"""The README is true: every command in it runs and prints what it says, on a terminal of 80 columns."""

import doctest
import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from losscli.cli.list import catalogue

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BAR = re.compile(r"\x1b\[\?25l.*?\x1b\[\?25h\r\x1b\[1A\x1b\[2K", re.DOTALL)
"""What a bar of progress writes on a machine so slow that it shows one, until it takes it away."""
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?<=<!-- losses -->\n).*?(?=<!-- end -->)", re.DOTALL)


def sessions(text):
    """The console blocks of a page, as lists of [command, output], but for those that set up an environment."""
    for block in BLOCK.finditer(text):
        if "python3 -m venv" not in block[1]:
            parts = re.split(r"^\$ (.*)\n", block[1], flags=re.MULTILINE)[1:]
            yield block, [[parts[at], parts[at + 1]] for at in range(0, len(parts), 2)]


def on_a_terminal(command, folder):
    """What a terminal of 80 x 24 shows of a shell command."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    clean = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "FORCE_COLOR")}
    environment = {**clean, "PATH": path, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    with subprocess.Popen(
        ["bash", "-c", command], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as child:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the terminal's way of saying that its last user has left
                break
            if not piece:
                break
            said += piece
        child.wait(60)
    os.close(ours)
    lines = BAR.sub("", said.decode()).replace("\r\n", "\n").splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with the samples, as the root of the repository has them."""
    here = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "samples", here / "samples")
    return here


def table():
    """The table of losses."""
    rows = ["| loss | family | parameters | what it does |", "|---|---|---|---|"]
    for entry in catalogue():
        own = " ".join(f"`{each}`" for each in entry["parameters"].split() if each != "-")
        rows.append(f"| `{entry['name']}` | {entry['family']} | {own} | {entry['summary']} |")
    return "\n".join(rows) + "\n"


OTHERS = re.compile(r" \| (jq|mlr) ")
"""Programs that a pipeline in the README leads into, and that not every machine has."""
SESSIONS = [pairs for _, pairs in sessions(README.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("session", SESSIONS, ids=[pairs[0][0] for pairs in SESSIONS])
def test_session(session, folder, redraw):
    if redraw:
        pytest.skip("redrawn by test_redraw")
    for command, output in session:
        theirs = OTHERS.search(command)
        if theirs and shutil.which(theirs[1]) is None:  # ours is what feeds it
            ours = f"{command[: theirs.start()]} > said && test -s said && echo done"
            assert on_a_terminal(ours, folder) == "done\n"
            continue
        # the size of an image is that of this machine's fonts and libraries
        said, promised = (
            re.sub(r"\d+ kB", "N kB", text) for text in (on_a_terminal(command, folder), output)
        )
        assert said == promised


def test_redraw(folder, redraw):
    """With --redraw: write what the commands print, and the table, into the README."""
    text = README.read_text(encoding="utf-8")
    if not redraw:
        assert sum(map(len, SESSIONS)) > 40
        return
    for block, pairs in sessions(text):
        said = "".join(f"$ {command}\n{on_a_terminal(command, folder)}" for command, _ in pairs)
        text = text.replace(block[0], f"```console\n{said}```")
    README.write_text(TABLE.sub(lambda _: table(), text), encoding="utf-8")


SAMPLES = [
    pair[0] for _, pairs in sessions((ROOT / "samples" / "README.md").read_text("utf-8")) for pair in pairs
]


@pytest.mark.parametrize("command", SAMPLES)
def test_command_of_the_samples(command, folder):
    ran = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout


def test_table_of_losses(redraw):
    if not redraw:
        assert TABLE.search(README.read_text(encoding="utf-8"))[0] == table()


def test_library_examples():
    found = doctest.testfile(str(README), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted == 3
    assert not found.failed


def test_two_commands_are_the_ones_that_ci_runs():
    text = README.read_text(encoding="utf-8")
    for name in ("install", "tests"):
        assert re.search(rf"<!-- {name} -->\n```console\n\$ python3 -m venv .+\n```", text)
