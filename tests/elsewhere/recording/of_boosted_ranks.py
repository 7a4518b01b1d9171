"""XGBoost and LightGBM: LambdaRank, each row of a list in a leaf of its own."""

import lightgbm
import numpy as np
import xgboost

from tests.elsewhere.recording.cases import case
from tests.elsewhere.recording.of_boosting import SURE

RANKED = ([0.5, 0.2, 0.9, -0.1], [1.0, 0.0, 2.0, 0.0])
PLAIN = {"lambdarank_normalization": False, "lambdarank_score_normalization": False}


def record():
    """Steps as they are, and as they are by default."""
    xgboost.set_config(verbosity=0)
    lists = [0] * len(RANKED[0])
    for edge, options in (("plain", PLAIN), ("", {})):
        case("xgboost.rank:ndcg", "lambda-rank", RANKED, edge, lists=lists, step=of_xgboost(**options))
    first = of_xgboost(**PLAIN, lambdarank_num_pair_per_sample=1)
    case("xgboost.rank:ndcg", "lambda-rank:top=1", RANKED, "plain", lists=lists, step=first)
    for edge, norm in (("plain", False), ("", True)):
        case("lightgbm.lambdarank", "lambda-rank", RANKED, edge, lists=lists, step=of_lightgbm(norm))


def of_xgboost(**options):
    s, y = map(np.array, RANKED)
    data = xgboost.DMatrix(np.arange(len(s))[:, None], label=y, base_margin=s)
    data.set_group([len(s)])
    every = {"lambdarank_pair_method": "topk", "lambdarank_num_pair_per_sample": len(s)}
    given = {"objective": "rank:ndcg", **SURE, "tree_method": "exact", **every, **options}
    return xgboost.train(given, data, 1).predict(data, output_margin=True) - s


def of_lightgbm(norm):
    s, y = map(np.array, RANKED)
    given = {
        "objective": "lambdarank", "lambdarank_norm": norm, "learning_rate": 1, "min_data_in_leaf": 1,
        "min_sum_hessian_in_leaf": 0, "lambda_l2": 0, "verbose": -1, "num_leaves": 2, "boost_from_average": False,
    }  # fmt: skip
    found = []
    for k in range(len(s)):
        alone = (np.arange(len(s)) == k)[:, None].astype(float)
        few = {"min_data_in_bin": 1, "verbose": -1, "feature_pre_filter": False}
        data = lightgbm.Dataset(alone, label=y, group=[len(s)], init_score=s, params=few)
        found.append(float(lightgbm.train(given, data, 1).predict(np.array([[1.0]]), raw_score=True)[0]))
    return found
