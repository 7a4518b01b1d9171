"""Every option that takes one of a few words refuses any other, in every command that has it."""

import pytest

from losscli.cli import COMMANDS
from losscli.cli.app import program

FILE = {"p.csv": "y_true,y_pred,y_new\n1,2,3\n2,1,0\n"}
LINES = {
    "compute": "compute mse p.csv", "grad": "grad mse p.csv", "compare": "compare mse p.csv -p y_pred -p y_new",
    "check": "check mse p.csv --loss-col y_new", "plot": "plot mse p.csv", "list": "list", "explain": "explain mse",
    "choose": "choose p.csv",
}  # fmt: skip
CHOICES = [
    (name, max(option.opts, key=len))
    for name, command in program(COMMANDS).commands.items()
    for option in command.params
    if "|" in (option.metavar or "")
]


def test_all_are_met():
    assert {*LINES} == {*COMMANDS}
    assert len(CHOICES) > 50


@pytest.mark.parametrize(("command", "option"), CHOICES)
def test_another_word_is_refused(cli, command, option):
    ran = cli(f"{LINES[command]} {option} nonsense", FILE)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {option}")


def test_several_models_refuse_it_too(cli):
    ran = cli("compute mse p.csv -p y_pred -p y_new --missing dorp", FILE)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: --missing: 'dorp' is not one of: error drop nan\n"
