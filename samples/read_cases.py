"""Hold a loss of one's own against cases of losscli: losscli check huber --cases huber.jsonl."""

import json
import sys
from math import isclose


def huber(pred: float, target: float) -> float:
    """Return the loss to be tested."""
    e = abs(pred - target)
    return e * e / 2 if e <= 1 else e - 0.5


header, *cases = map(json.loads, open(sys.argv[1]))  # noqa: PTH123, SIM115
for case in cases:
    inputs = [float.fromhex(case["hex"]["inputs"][each["name"]]) for each in header["inputs"]]
    value = float.fromhex(case["hex"]["value"])
    if not isclose(huber(*inputs), value, rel_tol=1e-15 * header["ulp"], abs_tol=1e-300):
        sys.exit(f"{inputs}: {huber(*inputs)!r}, not {value!r}")
print(f"{header['loss']}: {len(cases)} cases hold")
