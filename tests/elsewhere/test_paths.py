"""Names elsewhere are there: `paths.txt` lists those that libraries were found to have, `sources.tsv` where others are.

A name that is in neither was written from memory. Libraries that are set up by words (XGBoost, LightGBM, CatBoost)
are asked by `test_elsewhere.py`.
"""

from pathlib import Path

import pytest

from losscli.losses import catalogue
from losscli.spec import elsewhere
from tests.elsewhere.recording.paths import LIBRARIES, bare

HERE = Path(__file__).parent
FOUND = set(HERE.joinpath("paths.txt").read_text().splitlines())
READ = [line.split("\t")[0] for line in HERE.joinpath("sources.tsv").read_text().splitlines()[1:]]
BY_WORDS = {"xgboost", "lightgbm", "catboost", "CLIP"}
OLD = {"keras.backend.ctc_batch_cost", "keras.losses.kullback_leibler_divergence", "keras.losses.logcosh"}
"""Of Keras 2."""
NAMES = sorted(
    {bare(claim.name) for loss in catalogue().values() for claim in elsewhere(loss) if "." in claim.name}
)


@pytest.mark.parametrize("library", sorted({name.partition(".")[0] for name in NAMES} - BY_WORDS))
def test_names_were_found_or_read(library):
    for name in NAMES:
        if name.partition(".")[0] != library or name in OLD:
            continue
        estimator, _, word = name.rpartition(".")
        if library in LIBRARIES:
            assert name in FOUND or (estimator in FOUND and word.islower()), f"{library} has no {name}"
        else:
            assert any(name == read or name.startswith(f"{read}.") for read in READ), (
                f"nobody has seen {name}"
            )
