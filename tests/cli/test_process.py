"""What only a real process can show: signals, pipes, terminals, what is imported."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = "samples/diabetes.csv"


def test_version(process):
    assert process("--version").stdout.startswith("losscli 0.1.0 (Python 3.")


def test_no_arguments_is_help_on_standard_error(process):
    ran = process()
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Usage: losscli COMMAND")


@pytest.mark.parametrize("command", ["compute", "grad", "check", "plot", "list", "explain"])
def test_help_has_examples_and_fits(process, command):
    ran = process(command, "-h")
    assert ran.returncode == 0
    assert "Examples:" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_help_is_a_word_too(process):
    assert process("help", "grad").stdout == process("grad", "--help").stdout
    assert process("help").stdout == process("--help").stdout


def test_standard_input_that_is_a_terminal_is_refused():
    ours, theirs = os.openpty()
    ran = subprocess.run(
        [sys.executable, "-m", "losscli", "compute", "mse,mae"],
        cwd=ROOT, stdin=theirs, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "error: no input: standard input is a terminal\n"
        "  fix: losscli compute mse,mae preds.csv\n   or: cat preds.csv | losscli compute mse,mae\n"
    )


def test_what_is_wrong_is_folded_between_words_on_a_terminal():
    ours, theirs = os.openpty()
    subprocess.run(
        [sys.executable, "-m", "losscli", "compute", "huber:delta=-1", "--values", "1:2"],
        cwd=ROOT, stderr=theirs, stdout=theirs, timeout=60, check=False, env={**os.environ, "COLUMNS": "60", "NO_COLOR": "1"},
    )  # fmt: skip
    said = os.read(ours, 4096).decode().replace("\r\n", "\n")
    os.close(ours)
    os.close(theirs)
    assert said == (
        "error: huber: delta must be greater than 0, got -1\n"
        "  huber:delta=NUMBER   where the parabola turns into a line,\n    in units of y (default 1)\n"
    )


def test_a_closed_pipe_is_141():
    with subprocess.Popen(
        [sys.executable, "-m", "losscli", "grad", "mse", SAMPLE],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(60) in (-signal.SIGPIPE, 141)


@pytest.mark.parametrize(("asked", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt_is_130_and_a_request_to_end_143_and_nothing_is_left(tmp_path, asked, code):
    (tmp_path / "targets.csv").write_text("id,target\n" + "".join(f"u{k},1\n" for k in range(400_000)))
    with subprocess.Popen(
        [sys.executable, "-m", "losscli", "compute", "mse", "-", "--targets", tmp_path / "targets.csv", "--on", "id"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as child:  # fmt: skip
        child.stdin.write(b"id,pred\n" + b"".join(b"u%d,2\n" % k for k in range(600_000)))
        child.stdin.flush()
        for _ in range(600):  # until ids are being matched: the rest of the input never comes
            if any(tmp_path.glob("losscli-*")):
                break
            time.sleep(0.05)
        assert any(tmp_path.glob("losscli-*"))
        for _ in range(1 + (asked == signal.SIGTERM)):  # as `timeout` does
            child.send_signal(asked)
        out, err = child.communicate(timeout=60)
        assert (child.returncode, out) == (code, b"")
        assert b"Traceback" not in err
    assert [each.name for each in tmp_path.iterdir()] == ["targets.csv"]


@pytest.mark.parametrize("while_importing", ["numpy", "losscli.cli.compute"])
def test_interrupt_is_quiet_while_python_still_imports(while_importing):
    script = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        f"        name == {while_importing!r} and os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from losscli.__main__ import main\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, "compute", "mse", SAMPLE], cwd=ROOT, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, b"", b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_3():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ran = subprocess.run(
            [sys.executable, "-m", "losscli", "compute", "mse", SAMPLE],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert ran.returncode == 3
    assert ran.stderr == "error: standard output: no space left on device\n"


HEAVY = ("rich", "matplotlib", "mpmath", "duckdb", "pandas", "scipy", "difflib")


@pytest.mark.parametrize(
    ("line", "absent"),
    [
        (["compute", "mse,huber,bce", "--values", "0.5:1"], HEAVY),
        (["compute", "softmax-cross-entropy", "samples/digits.csv"], HEAVY),
        (["compute", "triplet-margin", "samples/triplets.jsonl"], HEAVY),
        (["grad", "bce", "samples/cancer.csv"], HEAVY),
        (["plot", "mse"], HEAVY),
        (["explain", "bce"], HEAVY),
        (["--help"], (*HEAVY, "numpy", "losscli.losses")),
        (["--version"], ("losscli.losses",)),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_nothing_heavy_is_imported(line, absent):
    script = (
        "import sys; from losscli.cli.app import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *line], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    loaded = set(ran.stderr.split())
    assert "losscli.cli.app" in loaded
    # difflib comes with typer itself
    assert not loaded & (set(absent) - {"difflib"})


def test_importing_the_library_is_nearly_free():
    script = "import sys, losscli; print('numpy' in sys.modules, losscli.__version__)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "False 0.1.0\n"


def test_at_the_end_nothing_is_taken_apart_but_what_asks_for_it():
    script = (
        "import atexit, sys; from losscli.__main__ import main\n"
        "class Late:\n"
        "    def __del__(self): print('too late', file=sys.stderr)\n"
        "late = Late()\n"
        "atexit.register(print, 'asked for', file=sys.stderr)\n"
        "main()"
    )
    line = [sys.executable, "-c", script, "compute", "mse", "-b", "--values", "1:2"]
    ran = subprocess.run(line, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("1\n", "asked for\n")


@pytest.mark.parametrize(("size", "begun"), [((1 << 22) - 1, []), (1 << 22, [False])])
def test_the_engine_begins_with_python_where_a_file_is_large(tmp_path, size, begun):
    (tmp_path / "t.csv").write_text("pred,target\n" + "1,2\n" * (size // 4 - 3) + "\n" * (size % 4))
    script = (
        "import atexit, sys; from losscli import early; from losscli.__main__ import main\n"
        "begun = []; early._open = lambda: begun.append('losscli.cli' in sys.modules)\n"
        "atexit.register(lambda: print(begun, file=sys.stderr))\n"
        "main()"
    )
    line = [sys.executable, "-c", script, "compute", "mse", "-b", str(tmp_path / "t.csv")]
    ran = subprocess.run(line, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("1\n", f"{begun}\n")
