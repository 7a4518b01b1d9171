"""Record what other libraries say, as data for `test_elsewhere.py`: python -m tests.elsewhere.recording [LIBRARY...]

Needs torch, torchvision, keras with jax, optax, rax, scikit-learn, xgboost, lightgbm, catboost, torchmetrics,
scoringrules, scipy, statsmodels, lifelines, scikit-survival, torchsurv, pycox, pytorch-metric-learning and
segmentation-models-pytorch; the recorded file says which versions. Of libraries that are not named, what was recorded before is kept.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import json
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from tests.elsewhere.recording import cases

FILE = Path(__file__).parents[1] / "recorded.json"
LIBRARIES = {
    "torch": "torch", "keras": "keras jax", "optax": "optax rax", "sklearn": "scikit-learn",
    "boosting": "xgboost lightgbm", "catboost": "catboost", "torchmetrics": "torchmetrics",
    "forecasts": "scoringrules scipy statsmodels numpy",
    "boosted_survival": "xgboost", "boosted_ranks": "xgboost lightgbm",
    "survival": "lifelines scikit-survival torchsurv pycox",
    "sequences": "torch optax keras",
    "masks": "pytorch-metric-learning segmentation_models_pytorch torchvision",
}  # fmt: skip


def main():
    """Run the libraries and write the file."""
    wanted = sys.argv[1:] or list(LIBRARIES)
    before = json.loads(FILE.read_text()) if FILE.exists() else {"versions": {}, "cases": []}
    kept = [each for each in before["cases"] if each["from"] not in wanted]
    for name in wanted:
        cases.SOURCE = name
        import_module(f"tests.elsewhere.recording.of_{name}").record()
    order = list(LIBRARIES)
    found = sorted([*kept, *cases.CASES], key=lambda each: order.index(each["from"]))
    packages = {name: version(name) for each in wanted for name in LIBRARIES[each].split()}
    lines = ",\n  ".join(json.dumps(each) for each in found)
    versions = json.dumps(before["versions"] | packages)
    FILE.write_text(f'{{"versions": {versions},\n "cases": [\n  {lines}\n]}}\n')
    print(len(found), "cases")


main()
