"""Make every sample file from real data that scikit-learn ships: `python samples/make.py`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
SEED = 0
CULTIVARS = ("barolo", "grignolino", "barbera")

Table = dict[str, list[Any]]


class Images(NamedTuple):
    """Pictures of digits, each as a point of an embedding."""

    names: list[str]
    digits: np.ndarray
    points: np.ndarray


def main() -> None:
    """Write all samples beside this file."""
    patients = diabetes()
    outcomes = select(patients, "id", "y_true", "y_pred")
    write_csv("diabetes.csv", patients)
    write_records("diabetes.json", outcomes)
    write_columns("diabetes_columns.json", outcomes)
    write_csv("missing.csv", gaps(head(outcomes, 120)))
    write_csv("predictions.csv", shuffled(select(patients, "id", "y_pred")))
    write_csv("predictions_new.csv", {"id": patients["id"], "y_pred": patients["y_new"]})
    write_csv("truth.csv", select(patients, "id", "y_true"))

    biopsies = cancer()
    probabilities = select(biopsies, "id", "y_true", "p")
    write_csv("cancer.csv", probabilities)
    write_csv("cancer.tsv", probabilities, delimiter="\t")
    write_lines("cancer.jsonl", probabilities)
    write_csv("cancer_logits.csv", select(biopsies, "id", "y_true", "logit"))

    bottles = wine()
    write_csv("wine.csv", named(bottles))
    write_records("wine.json", bottles)

    write_csv("digits.csv", digits())
    images = embedding()
    write_csv("pairs.csv", pairs(images))
    write_lines("triplets.jsonl", triplets(images))
    found = search(images)
    write_csv("search.csv", shuffled(found))
    write_lines("search.jsonl", by_query(found))


def diabetes() -> Table:
    """Foretell the progress of a disease: ridge regression and gradient boosting, held out."""
    data = datasets.load_diabetes(scaled=False)
    folds = KFold(10, shuffle=True, random_state=SEED)
    ridge = make_pipeline(StandardScaler(), Ridge(alpha=10.0))
    boosting = GradientBoostingRegressor(n_estimators=60, max_depth=2, random_state=SEED)

    group = np.digitize(data.data[:, 0], [40, 60])
    size = np.bincount(group)
    return {
        "id": [f"{number:05}" for number in range(1, len(group) + 1)],
        "age_group": [("19-39", "40-59", "60-79")[g] for g in group],
        "y_true": data.target.astype(int).tolist(),
        "y_pred": rounded(cross_val_predict(ridge, data.data, data.target, cv=folds), 2),
        "y_new": rounded(cross_val_predict(boosting, data.data, data.target, cv=folds), 2),
        "weight": rounded(len(group) / len(size) / size[group], 4),
    }


def cancer() -> Table:
    """Say whether a tumour is malignant: logistic regression on two of thirty features, held out."""
    data = datasets.load_breast_cancer()
    malignant = 1 - data.target
    radius_and_texture = data.data[:, :2]
    logit = classify(radius_and_texture, malignant, "decision_function")
    return {
        "id": [f"b{number:03}" for number in range(1, len(logit) + 1)],
        "y_true": malignant.tolist(),
        "p": rounded(1 / (1 + np.exp(-logit)), 6),
        "logit": rounded(logit, 4),
    }


def wine() -> Table:
    """Say which of three cultivars a wine is: logistic regression on three of thirteen features, held out."""
    data = datasets.load_wine()
    alcohol_acid_and_ash = data.data[:, :3]
    p = classify(alcohol_acid_and_ash, data.target, "predict_proba")
    millionths = np.rint(p * 1e6).astype(int)
    # rounding leaves a row up to two millionths off 1: its largest probability takes the difference
    millionths[np.arange(len(p)), p.argmax(axis=1)] += 10**6 - millionths.sum(axis=1)
    return {
        "id": [f"w{number:03}" for number in range(1, len(p) + 1)],
        "y_true": data.target.tolist(),
        "p": (millionths / 1e6).tolist(),
    }


def named(bottles: Table) -> Table:
    """Spell classes out: a label in words, and a column for each cultivar."""
    columns = zip(*bottles["p"], strict=True)
    return {
        "id": bottles["id"],
        "label": [CULTIVARS[k] for k in bottles["y_true"]],
        **{f"p_{cultivar}": list(p) for cultivar, p in zip(CULTIVARS, columns, strict=True)},
    }


def digits() -> Table:
    """Say which digit an image shows: logits of a logistic regression, held out; every seventh image."""
    data = datasets.load_digits()
    z = classify(data.data, data.target, "decision_function")
    chosen = np.arange(0, len(z), 7)
    return {
        "id": [f"{image:04}" for image in chosen],
        "label": data.target[chosen].tolist(),
        **{f"z_{k}": rounded(z[chosen, k], 3) for k in range(10)},
    }


def embedding() -> Images:
    """Put the second half of the digits on the four principal components of the first half."""
    data = datasets.load_digits()
    half = len(data.data) // 2
    components = PCA(4, svd_solver="full").fit(data.data[:half])
    # two different digits are about 32 apart: one margin of the contrastive and the triplet loss
    points = components.transform(data.data[half:]) / 32
    return Images(
        names=[f"{image:04}" for image in range(half, len(data.data))],
        digits=data.target[half:],
        points=np.array(rounded(points, 3)),
    )


def pairs(images: Images) -> Table:
    """Pair images, by turns of the same digit and of two digits."""
    rng = np.random.default_rng(SEED)
    first = rng.permutation(len(images.names))[:300]
    same = np.arange(len(first)) % 2 == 0
    second = np.array([partner(rng, images, i, alike) for i, alike in zip(first, same, strict=True)])
    one, other = images.points[first], images.points[second]
    return {
        "id": joined(images.names, first, second),
        "same": same.astype(int).tolist(),
        **{f"x1_{k}": one[:, k].tolist() for k in range(4)},
        **{f"x2_{k}": other[:, k].tolist() for k in range(4)},
        "distance": rounded(np.linalg.norm(one - other, axis=1), 6),
    }


def triplets(images: Images) -> Table:
    """Put beside an image another of the same digit, and one of another digit."""
    rng = np.random.default_rng(SEED)
    anchor = rng.permutation(len(images.names))[:200]
    positive = np.array([partner(rng, images, i, alike=True) for i in anchor])
    negative = np.array([partner(rng, images, i, alike=False) for i in anchor])
    return {
        "id": joined(images.names, anchor, positive, negative),
        "anchor": images.points[anchor].tolist(),
        "positive": images.points[positive].tolist(),
        "negative": images.points[negative].tolist(),
    }


def search(images: Images) -> Table:
    """Look for images of the same digit: for each of thirty images six to ten others, the nearer the better."""
    rng = np.random.default_rng(SEED)
    rows: list[tuple[str, str, float, int]] = []
    for query in rng.permutation(len(images.names))[:30]:
        alike = [partner(rng, images, query, alike=True) for _ in range(3)]
        others = [partner(rng, images, query, alike=False) for _ in range(rng.integers(3, 8))]
        for image in dict.fromkeys([*alike, *others]):
            score = -np.linalg.norm(images.points[query] - images.points[image])
            relevance = int(images.digits[query] == images.digits[image])
            rows.append((images.names[query], images.names[image], float(round(score, 3)), relevance))
    return dict(
        zip(("query_id", "image", "score", "relevance"), map(list, zip(*rows, strict=True)), strict=True)
    )


def by_query(found: Table) -> Table:
    """Put what was found for an image into one record."""
    queries = np.array(found["query_id"])
    names = list(dict.fromkeys(found["query_id"]))

    def lists(column: str) -> list[list[Any]]:
        return [[found[column][i] for i in np.flatnonzero(queries == name)] for name in names]

    return {
        "query_id": names,
        "images": lists("image"),
        "scores": lists("score"),
        "relevance": lists("relevance"),
    }


def partner(rng: np.random.Generator, images: Images, image: int, alike: bool) -> int:
    """Draw another image, of the same digit or of any other."""
    candidates = (images.digits == images.digits[image]) == alike
    candidates[image] = False
    return rng.choice(np.flatnonzero(candidates))


def joined(names: list[str], *places: np.ndarray) -> list[str]:
    """Name a row after its images: 0898-1023."""
    return ["-".join(names[i] for i in row) for row in zip(*places, strict=True)]


def classify(features: np.ndarray, labels: np.ndarray, method: str) -> np.ndarray:
    """Return what logistic regression says of each row, fitted to rows without it."""
    model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-6, max_iter=2000))
    folds = StratifiedKFold(10, shuffle=True, random_state=SEED)
    return cross_val_predict(model, features, labels, cv=folds, method=method)


def gaps(table: Table) -> Table:
    """Lose the outcome of every 25th row, and the prediction of every 40th."""
    rows = range(1, len(table["id"]) + 1)
    return {
        **table,
        "y_true": ["NA" if row % 25 == 0 else y for row, y in zip(rows, table["y_true"], strict=True)],
        "y_pred": ["" if row % 40 == 0 else y for row, y in zip(rows, table["y_pred"], strict=True)],
    }


def rounded(numbers: np.ndarray, decimals: int) -> list[float]:
    """Round, so that another version of the library writes the same digits; never -0."""
    return (np.round(numbers, decimals) + 0.0).tolist()


def select(table: Table, *names: str) -> Table:
    """Keep some columns."""
    return {name: table[name] for name in names}


def head(table: Table, rows: int) -> Table:
    """Keep the first rows."""
    return {name: column[:rows] for name, column in table.items()}


def shuffled(table: Table) -> Table:
    """Put the rows into another order."""
    order = np.random.default_rng(SEED).permutation(len(next(iter(table.values()))))
    return {name: [column[i] for i in order] for name, column in table.items()}


def records(table: Table) -> Iterable[str]:
    """Yield each row as a JSON object."""
    for row in zip(*table.values(), strict=True):
        yield json.dumps(dict(zip(table, row, strict=True)))


def write_csv(name: str, table: Table, delimiter: str = ",") -> None:
    """Write a header and rows."""
    with (HERE / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))


def write_records(name: str, table: Table) -> None:
    """Write a JSON array of objects."""
    write_text(name, "[\n" + ",\n".join(records(table)) + "\n]\n")


def write_columns(name: str, table: Table) -> None:
    """Write a JSON object of arrays."""
    columns = (f"{json.dumps(column)}: {json.dumps(values)}" for column, values in table.items())
    write_text(name, "{\n" + ",\n".join(columns) + "\n}\n")


def write_lines(name: str, table: Table) -> None:
    """Write JSON lines."""
    write_text(name, "".join(f"{record}\n" for record in records(table)))


def write_text(name: str, text: str) -> None:
    """Write text with the same bytes on every system."""
    (HERE / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
