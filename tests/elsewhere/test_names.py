"""Names that losses have elsewhere, `names.tsv`: each is found, in full and, where it is plain what it means, by itself."""

from collections import defaultdict
from pathlib import Path

import pytest

from losscli import UsageError, parse
from losscli.losses import catalogue, key
from losscli.spec import find

ROWS = [line.split("\t") for line in Path(__file__).with_name("names.tsv").read_text().splitlines()[1:]]
ALIKE = defaultdict(list)
for row in ROWS:
    ALIKE[key(row[0])].append(row)
PATHS = {
    "keras": ["keras", "keras.losses"],
    "torchvision": ["torchvision", "torchvision.ops"],
    "XGBoost": ["xgboost", "xgboost:"],
    "LightGBM": ["lightgbm", "lightgbm:"],
    "CatBoost": ["catboost", "catboost:"],
    "CLIP": [""],
    "TF-Ranking": ["tensorflow_ranking"],
    "pytorch-metric-learning": ["pytorch_metric_learning", "pytorch_metric_learning.losses"],
    "segmentation-models-pytorch": ["segmentation_models_pytorch", "segmentation_models_pytorch.losses"],
    "sentence-transformers": ["sentence_transformers"],
    "tensorflow-addons": ["tensorflow_addons", "tensorflow_addons.losses", "tfa.losses"],
}
"""How a name is qualified; by the library as it is called, if nothing is said."""


def qualified(name, framework):
    """The name in full, in the ways in which it is written."""
    if framework == "torch":
        last = name.removeprefix("F.")
        paths = ["torch", "torch.nn.functional", "F"] if last != name else ["torch", "torch.nn", "nn"]
        return [f"{path}.{last}" for path in paths]
    paths = PATHS.get(framework, [framework])
    return [path + name if path.endswith(":") else f"{path}.{name}".lstrip(".") for path in paths]


def meanings(name):
    """The losses that `name` finds: one, or those that the error lists."""
    try:
        return {find(name).name}
    except UsageError as error:
        if "several" not in error.what:
            raise
        return {parse(line.split()[0]).name for line in error.evidence}


@pytest.mark.parametrize(
    ("name", "framework", "loss"), ROWS, ids=[f"{row[1]}.{row[0]}={row[2]}" for row in ROWS]
)
def test_name_elsewhere(name, framework, loss):
    alike = ALIKE[key(name)]
    same = {other for _, place, other in alike if place == framework}
    for full in qualified(name, framework):
        assert meanings(full) == same, full
    bare = name.removeprefix("F.")
    found = meanings(bare)
    own = {each for each in catalogue() if key(each) == key(bare)}
    assert found == own or found >= {other for *_, other in alike}, (
        "the name by itself means one loss, though several are called so"
    )


def test_names_with_parameters():
    """Names that come with parameters where they are: CatBoost has Huber:delta=..., CLIP the mean of both ways."""
    for name in ("Huber", "catboost:Huber", "catboost.Huber"):
        assert parse(f"{name}:delta=0.5") == parse("huber:delta=0.5")
    assert parse("CLIP.symmetric form") == parse("info-nce:symmetric=true")
