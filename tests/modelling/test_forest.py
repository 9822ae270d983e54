import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
import xgboost as xgb

from boosters import INPUTS, OWNERS, by_input, exact_margins, saved
from stayline.errors import PackageRefused
from stayline.modelling.forest import FEW_ROWS, ROWS_AT_ONCE, Forest
from trained import small_model

MODELS = {
    "stumps": saved(1, 1200),
    "depth 2": saved(2),
    "depth 3": saved(3),
    "depth 4": saved(4, 300),
    "depth 6": saved(6),
    "depth 8": saved(8, 6),
    "one leaf": saved(1, 1, gamma=1e9),
    "large leaves": saved(3, eta=50.0, max_delta_step=300.0, reg_lambda=0.0),
}


@pytest.fixture(scope="module", params=MODELS)
def trees(request):
    return MODELS[request.param]


def edges(trees, rng):
    """Return rows whose cells lie on the trees' thresholds and one float to either side."""
    table = trees.booster.trees_to_dataframe()
    rows = trees.rows[:900].copy()
    for column in range(len(OWNERS)):
        own = table[table.Feature == f"f{column}"].Split.to_numpy(dtype=np.float32)
        if len(own):
            drawn = rng.choice(own, 900)
            drawn[::3] = np.nextafter(drawn[::3], np.float32(np.inf))
            drawn[1::3] = np.nextafter(drawn[1::3], np.float32(-np.inf))
            rows[:, column] = np.where(rng.random(900) < 0.7, drawn, rows[:, column])
    return rows


def extremes():
    largest = np.finfo(np.float32).max
    rows = np.full((3, len(OWNERS)), np.nan, dtype=np.float32)
    rows[1:] = [[largest], [-largest]]
    return rows


def test_margins_are_the_exact_sum_of_xgboosts_trees(trees):
    rows = np.concatenate([trees.rows, edges(trees, np.random.default_rng(1)), extremes()])
    margins = Forest(trees.model, OWNERS).margins(rows)
    plain = trees.booster.predict(xgb.DMatrix(rows[:1]), output_margin=True)[0]
    exact = exact_margins(trees, rows)
    base = margins - exact
    scale = max(1.0, float(np.abs(exact).max()))
    assert np.ptp(base) < 1e-12 * scale
    assert base[0] == pytest.approx(plain - exact[0], abs=1e-5 * scale)


def test_contributions_are_xgboosts_summed_by_input(trees):
    rows = np.concatenate([trees.rows[:300], extremes()])
    theirs = trees.booster.predict(xgb.DMatrix(rows), pred_contribs=True)
    forest = Forest(trees.model, OWNERS)
    scale = max(1.0, float(np.abs(theirs).max()))
    assert np.abs(forest.explained(rows).contributions - by_input(theirs)).max() < 1e-5 * scale
    assert forest.bias == pytest.approx(theirs[0, -1], abs=1e-5 * scale)


def test_contributions_and_the_bias_add_up_to_the_margin(trees):
    forest = Forest(trees.model, OWNERS)
    found = forest.explained(trees.rows)
    assert found.contributions.shape == (len(trees.rows), INPUTS)
    difference = forest.bias + found.contributions.sum(axis=1) - found.margin
    assert np.abs(difference).max() < 1e-5


def test_one_row_alone_and_in_a_batch_gets_the_same_bits(trees):
    forest = Forest(trees.model, OWNERS)
    rows = np.concatenate([trees.rows, edges(trees, np.random.default_rng(2)), extremes()])
    assert len(rows) > FEW_ROWS
    found = forest.explained(rows)
    assert np.array_equal(forest.margins(rows), found.margin)
    for number in range(0, len(rows), 7):
        margin, contributions = forest.explain(rows[number])
        assert margin == forest.margin(rows[number]) == found.margin[number]
        assert np.array_equal(contributions, found.contributions[number])


def test_two_threads_and_several_slices_change_no_bit():
    trees = MODELS["depth 3"]
    forest = Forest(trees.model, OWNERS)
    rows = np.resize(trees.rows, (2 * ROWS_AT_ONCE + 5, len(OWNERS)))
    one, two = forest.explained(rows), forest.explained(rows, threads=2)
    assert np.array_equal(one.margin, two.margin)
    assert np.array_equal(one.contributions, two.contributions)
    few = forest.explained(trees.rows[:10])
    assert np.array_equal(one.margin[:10], few.margin)
    assert np.array_equal(one.contributions[:10], few.contributions)


def test_several_callers_at_once_get_what_one_gets():
    trees = MODELS["depth 4"]
    forest = Forest(trees.model, OWNERS)
    alone = forest.margins(trees.rows)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(forest.margin, trees.rows)) == alone.tolist()


def test_contributions_are_the_shapley_values_of_a_game_played_out():
    """Every coalition by hand: a column not in it goes both ways, by training rows."""
    trees = saved(3, 5, seed=4)
    table = trees.booster.trees_to_dataframe()
    nodes = {row.ID: row for row in table.itertuples()}

    def worth(node_id, row, known):
        node = nodes[node_id]
        if node.Feature == "Leaf":
            return node.Gain
        column = int(node.Feature[1:])
        if column in known:
            cell = row[column]
            left = node.Missing == node.Yes if np.isnan(cell) else cell < np.float32(node.Split)
            return worth(node.Yes if left else node.No, row, known)
        shares = [(child, nodes[child].Cover / node.Cover) for child in (node.Yes, node.No)]
        return sum(share * worth(child, row, known) for child, share in shares)

    everyone = range(len(OWNERS))
    for row in trees.rows[:4]:
        expected = np.zeros(INPUTS)
        for tree in range(5):
            value = {
                known: worth(f"{tree}-0", row, set(known))
                for size in range(len(OWNERS) + 1)
                for known in combinations(everyone, size)
            }
            for column in everyone:
                for known in value:
                    if column not in known:
                        size = len(known)
                        weight = 1 / (len(OWNERS) * math.comb(len(OWNERS) - 1, size))
                        with_it = tuple(sorted((*known, column)))
                        expected[OWNERS[column]] += weight * (value[with_it] - value[known])
        found = Forest(trees.model, OWNERS).explain(row)[1]
        assert found == pytest.approx(expected, abs=1e-6)


def test_trees_of_other_columns_than_the_manifest_are_refused():
    with pytest.raises(PackageRefused, match="trees take 8 columns, its manifest 7"):
        Forest(MODELS["depth 2"].model, OWNERS[:-1])


def test_a_predictor_loads_and_scores_without_anything_of_the_training(tmp_path):
    archive = small_model().package
    (tmp_path / "package").write_bytes(archive)
    program = (
        "import sys, datetime, pathlib\n"
        "from stayline.formats.model_archive import archive_digest, read_archive\n"
        "from stayline.modelling.predictor import Predictor\n"
        "data = pathlib.Path(sys.argv[1]).read_bytes()\n"
        "predictor = Predictor.from_archive(read_archive(data, archive_digest(data)))\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "assert 0 < predictor.predict([{}], [now])[0].risk < 1\n"
        "print(sorted({'xgboost', 'sklearn', 'scipy', 'optuna', 'pandas'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", program, tmp_path / "package"]
    run = subprocess.run(command, capture_output=True, check=True)
    assert run.stdout.strip() == b"[]"


@pytest.mark.parametrize(("columns", "depth"), [(1, 1), (1, 4), (2, 3), (3, 4)])
def test_trees_of_few_columns_are_the_librarys_own(columns, depth):
    rng = np.random.default_rng(columns)
    rows = rng.normal(size=(400, columns)).astype(np.float32)
    label = rows[:, 0] + rng.normal(size=400) > 0
    booster = xgb.train(
        {"max_depth": depth, "objective": "binary:logistic"}, xgb.DMatrix(rows, label), 20
    )
    _check_against(booster, rows)


def test_trees_that_never_split_are_the_librarys_own():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(100, 2)).astype(np.float32)
    options = {"objective": "binary:logistic", "min_child_weight": 1e9}
    booster = xgb.train(options, xgb.DMatrix(rows, rng.random(100) > 0.5), 3)
    _check_against(booster, rows)


def _check_against(booster: xgb.Booster, rows: np.ndarray) -> None:
    found = Forest(bytes(booster.save_raw("ubj")), np.arange(rows.shape[1])).explained(rows)
    data = xgb.DMatrix(rows)
    assert found.margin == pytest.approx(booster.predict(data, output_margin=True), abs=5e-6)
    parts = booster.predict(data, pred_contribs=True)[:, :-1]
    assert np.abs(found.contributions - parts).max() < 5e-6
