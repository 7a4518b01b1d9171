"""Losses of batches over a file of similarities: a column for each row of a list."""

import json
from math import exp, log

import pytest


def test_a_matrix_of_similarities(cli, tmp_path):
    table = "s_0,s_1,batch\n0.9,0.1,a\n0.2,0.8,a\n0.1,0.7,b\n0.5,-1,b\n"
    (tmp_path / "sims.csv").write_text(table)
    found = cli(
        f"compute info-nce:temperature=1 {tmp_path}/sims.csv --col list=batch --reduction none --json"
    )
    values = json.loads(found.out)["results"][0]["values"]
    truth = [sum(log(1 + exp(x)) for x in gaps) / 2 for gaps in ((-0.8, -0.6), (0.6, 1.5))]
    assert values == pytest.approx(truth, rel=1e-14)
    found = cli(f"compute siglip {tmp_path}/sims.csv")
    assert found.code == 3
    assert "sims.csv:2: similarity has 2 numbers a row, but all 4 rows are one list" in found.err
    assert "fix: --col list=COL" in found.err
