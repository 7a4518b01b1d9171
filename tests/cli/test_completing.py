"""Completion, as the shells ask for it: bash, zsh and fish where they are installed, and what it imports."""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from losscli.cli import completion
from losscli.losses import catalogue

ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path):
    """A folder with files, and a `losscli` for the shells to find."""
    program = tmp_path / "bin" / "losscli"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m losscli "$@"\n')
    program.chmod(0o755)
    (tmp_path / "p.csv").write_text("id,y_true,y_pred,weight\n1,2,3,4\n")
    (tmp_path / "p.jsonl").write_text('{"truth": 1, "model": {"p": 0.5}}\n')
    (tmp_path / "z.tsv.gz").write_bytes(gzip.compress(b"pred\ttarget\n1\t2\n"))
    return tmp_path


def environment(here):
    known = {k: v for k, v in os.environ.items() if not k.startswith(("_LOSSCLI", "COMP_"))}
    return {
        **known,
        "PATH": f"{here / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(here),
    }


LINES = [
    ("losscli che", ["check"]),
    ("losscli compute pseudo", ["pseudo-huber"]),
    ("losscli compute mse,pseudo", ["mse,pseudo-huber"]),
    ("losscli compute huber:d", ["huber:delta=1"]),
    ("losscli compute mse,huber:d", ["mse,huber:delta=1"]),
    ("losscli compute binary-focal:gamma=2:a", ["binary-focal:gamma=2:alpha=-1"]),
    ("losscli compute mse p.csv --pred y_", ["y_true", "y_pred"]),
    ("losscli compute mse p.csv --weight w", ["weight"]),
    ("losscli compute mse p.csv --pred y_true,y_p", ["y_true,y_pred"]),
    ("losscli compute bce p.jsonl -t t", ["truth"]),
    ("losscli compute bce p.jsonl -p model", ["model.p"]),
    ("losscli check mse z.tsv.gz --grad-col t", ["target"]),
    ("losscli compute mse p.csv --missing d", ["drop"]),
    ("losscli compute mse p.csv --input-format json", ["json", "jsonl"]),
    ("losscli compute mse p.csv --weig", ["--weight"]),
]


@pytest.mark.parametrize(("line", "words"), LINES[::2], ids=[line for line, _ in LINES[::2]])
def test_bash(here, line, words):
    script = subprocess.run(
        ["bash", "--norc", "-c", "_LOSSCLI_COMPLETE=source_bash losscli"],
        cwd=here, env=environment(here), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    split = line.replace(":", " : ").replace("=", " = ").split() if line[-1] not in ":=" else line.split()
    asked = f"{script}\nCOMP_WORDS=({' '.join(split)})\nCOMP_CWORD={len(split) - 1}\n_losscli_completion losscli\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
    ran = subprocess.run(
        ["bash", "--norc", "-c", asked],
        cwd=here,
        env=environment(here),
        capture_output=True,
        text=True,
        check=True,
    )
    typed = split[-1]
    kept = line.split()[-1].removesuffix(typed)  # what bash leaves standing before the word it completes
    assert sorted(kept + each for each in ran.stdout.split()) == sorted(words)
    assert ran.stderr == ""


@pytest.mark.skipif(not shutil.which("fish"), reason="needs fish")
@pytest.mark.parametrize(("line", "words"), LINES[3::6], ids=[line for line, _ in LINES[3::6]])
def test_fish(here, line, words):
    asked = f"_LOSSCLI_COMPLETE=source_fish losscli | source; complete -C '{line}'"
    ran = subprocess.run(
        ["fish", "--no-config", "-c", asked],
        cwd=here,
        env=environment(here),
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(each.split("\t")[0] for each in ran.stdout.splitlines()) == sorted(words)


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
@pytest.mark.parametrize(("line", "words"), LINES[3::6], ids=[line for line, _ in LINES[3::6]])
def test_zsh(here, line, words):
    asked = f"_arguments() {{ print -r -- $@ }}; eval $(env _TYPER_COMPLETE_ARGS='{line}' _LOSSCLI_COMPLETE=complete_zsh losscli)"
    ran = subprocess.run(
        ["zsh", "-f", "-c", asked],
        cwd=here,
        env=environment(here),
        capture_output=True,
        text=True,
        check=True,
    )
    for word in words:
        assert f'"{word}"'.replace(":", "\\:") in ran.stdout.replace("\\\\:", "\\:")


@pytest.mark.parametrize(("shell", "variable"), [("bash", "COMP_WORDS"), ("zsh", "_TYPER_COMPLETE_ARGS")])
@pytest.mark.parametrize("line", ["losscli compute huber:d", "losscli compute mse p.csv --pred y"])
def test_nothing_heavy_is_imported(here, shell, variable, line):
    script = (
        "import sys; from losscli.cli.app import run\n"
        "try: run([])\n"
        "finally: sys.__stderr__.write(' '.join(sys.modules))"
    )
    words = {"COMP_WORDS": "\n".join(line.split()), "COMP_CWORD": str(len(line.split()) - 1)}
    asked = words if shell == "bash" else {variable: line}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=here, capture_output=True, text=True, check=True,
        env={**environment(here), "_LOSSCLI_COMPLETE": f"complete_{shell}", **asked},
    )  # fmt: skip
    assert ran.stdout.strip()
    loaded = set(ran.stderr.split())
    assert "losscli.cli.completion" in loaded
    assert not loaded & {"numpy", "rich", "matplotlib", "duckdb", "mpmath", "losscli.loss"}


def test_the_source_says_what_the_catalogue_knows():
    assert sorted(catalogue()) == completion.names()
    for name, kind in catalogue().items():
        known = completion.parameters(name)
        assert set(known) == set(kind.parameters), name
        for parameter, each in kind.parameters.items():
            said = known[parameter]
            assert not said or each.read(said) == (1 - each.default if each.flag else each.default), (
                name,
                parameter,
            )


def test_words_are_put_together_again(monkeypatch):
    monkeypatch.setenv("COMP_WORDS", "losscli\ncompute\nhuber\n:\ndelta\n=\n0.5\n:\n")
    monkeypatch.setenv("COMP_CWORD", "7")
    monkeypatch.setenv("LOSSCLI_CUT", "")
    completion.joined()
    assert os.environ["COMP_WORDS"] == "losscli\ncompute\nhuber:delta=0.5:"
    assert os.environ["LOSSCLI_CUT"] == "huber:delta=0.5:"
