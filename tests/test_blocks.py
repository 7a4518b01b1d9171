"""Blocks: everything is done once, and what is missing is seen."""

import subprocess
import sys

import numpy as np
import pytest

from losscli import blocks

NUMBERS = [
    np.arange(4.0),
    np.array([]),
    np.zeros((0, 3)),
    np.full((3, 4), np.inf),
    np.linspace(-1, 1, 40_001),
]


def test_every_block_is_computed_once():
    seen = []

    def kernel(x):
        seen.append(x[0])
        return (-x,)

    x = np.arange(float(1 << 17))
    (found,) = blocks.evaluate(kernel, [x], [x.shape])
    np.testing.assert_array_equal(found, -x)
    assert sorted(seen) == list(range(0, 1 << 17, blocks.BLOCK))


@pytest.mark.parametrize("x", NUMBERS)
def test_missing_values_are_seen(x):
    assert blocks.numbers([x])
    assert not np.isnan(blocks.squares(x))
    for at in range(0, x.size, max(1, x.size // 7)):
        y = x.copy()
        y.flat[at] = np.nan
        assert not blocks.numbers([x, y])
        assert np.isnan(blocks.squares(y))
    assert blocks.squares(x) == pytest.approx(float((x * x).sum()))


FAULTS = """
import resource, numpy as np
from losscli import GaussianNLL

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

inputs = [np.linspace(1, 2, 12_000) + k for k in range(3)]
GaussianNLL().value(*inputs)
before = faults()
for _ in range(5):
    GaussianNLL().value(*inputs)
print(faults() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count in their own way")
def test_memory_of_temporaries_is_asked_for_once():
    found = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 200
