import numpy as np
import pytest
import xgboost as xgb

from boosters import saved
from stayline.errors import PackageRefused
from stayline.modelling.forest import Forest
from stayline.modelling.trees import read_trees

ROWS = saved(2).rows
LABEL = (np.nan_to_num(ROWS[:, 0]) > 0).astype(int)


def trained(rows=ROWS, label=LABEL, rounds=3, types=None, **parameters):
    data = xgb.DMatrix(rows, label, feature_types=types, enable_categorical=types is not None)
    settings = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1} | parameters
    return bytes(xgb.train(settings, data, rounds).save_raw("ubj"))


OTHER_KINDS = {
    "dart": lambda: trained(booster="dart"),
    "gblinear": lambda: trained(booster="gblinear", updater="coord_descent", verbosity=0),
    "regression": lambda: trained(objective="reg:squarederror"),
    "several classes": lambda: trained(
        label=np.arange(len(ROWS)) % 3, objective="multi:softprob", num_class=3
    ),
    "several targets": lambda: trained(label=np.stack([LABEL, 1 - LABEL], axis=1)),
    "categories": lambda: trained(
        rows=np.nan_to_num(ROWS[:, :2].round()).clip(0, 3),
        types=["c", "c"],
        tree_method="hist",
    ),
    "deep trees": lambda: trained(
        label=np.random.default_rng(0).integers(0, 2, len(ROWS)), max_depth=12, rounds=1
    ),
    "no trees": lambda: trained(rounds=0),
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_model_of_another_kind_is_refused(kind):
    model = OTHER_KINDS[kind]()
    with pytest.raises(PackageRefused, match="trees cannot be loaded"):
        read_trees(model)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.93])
def test_the_base_score_is_a_probability_however_it_is_written(share):
    model = trained(base_score=share)
    assert read_trees(model).base_margin == pytest.approx(np.log(share / (1 - share)), abs=1e-6)
    old = model[: (start := model.index(b"base_scoreSL") + 12)]
    end = start + 8 + int.from_bytes(model[start : start + 8], "big")
    text = model[start + 8 : end].strip(b"[]")
    older = old + len(text).to_bytes(8, "big") + text + model[end:]
    assert read_trees(older).base_margin == read_trees(model).base_margin


def test_parallel_trees_and_pruned_ones_are_added_up_alike():
    model = trained(rounds=4, num_parallel_tree=3, gamma=20.0, subsample=0.5, tree_method="exact")
    booster = xgb.Booster()
    booster.load_model(bytearray(model))
    margins = booster.predict(xgb.DMatrix(ROWS), output_margin=True)
    found = Forest(model, np.arange(ROWS.shape[1])).margins(ROWS)
    assert found == pytest.approx(margins.astype(float), abs=1e-5)


def test_a_tree_that_leads_in_circles_or_nowhere_is_refused():
    model = saved(2).model
    left = b"left_children[$l#L" + (7).to_bytes(8, "big")
    assert left in model
    start = model.index(left) + len(left)
    for child in (0, 7, -2, 2**31 - 1):
        changed = model[:start] + child.to_bytes(4, "big", signed=True) + model[start + 4 :]
        with pytest.raises(PackageRefused, match=r"leads to a node|half a split"):
            read_trees(changed)
