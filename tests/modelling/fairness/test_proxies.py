import numpy as np
import polars as pl

from audited_rows import ibm_rows
from stayline.modelling.fairness.proxies import proxy_tests
from stayline.modelling.fairness.tables import grouping


def judged(features, facet, person=None, seed=0):
    person = np.arange(len(facet)) if person is None else person
    groups = grouping(pl.Series("Gender", facet))
    return proxy_tests(pl.DataFrame(features), person, groups, np.random.default_rng(seed))


def planted(rows=1500):
    rng = np.random.default_rng(0)
    facet = rng.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2])
    return facet, {
        "noise": rng.normal(size=rows),
        "dress": np.where((facet == "a") ^ (rng.random(rows) < 0.1), "skirt", "suit"),
        "more noise": rng.choice(["x", "y"], rows),
    }


def test_an_input_that_tells_the_group_is_named():
    facet, features = planted()
    for test, low in zip(judged(features, facet), (0.85, 0.6, 0.6), strict=True):
        assert low < test.roc_auc.low <= test.roc_auc.value <= test.roc_auc.high
        assert test.inputs[0] == "dress"
    assert [test.group for test in judged(features, facet)] == ["a", "b", "c"]


def test_inputs_that_know_nothing_are_no_better_than_chance():
    facet, features = planted()
    del features["dress"]
    for test in judged(features, facet):
        assert 0.45 < test.roc_auc.value < 0.55


def test_of_two_groups_one_test_tells_all():
    facet, features = planted()
    (test,) = judged(features, np.where(facet == "a", "a", "b"))
    assert test.group == "a"
    assert test.n == (facet == "a").sum()


def test_what_is_learned_of_a_person_is_not_judged_on_that_person():
    """An input that is each person's own number tells the group only of people seen before."""
    rng = np.random.default_rng(1)
    person = np.repeat(rng.permutation(300), 5)
    facet = np.repeat(rng.choice(["a", "b"], 300), 5)
    features = {"badge": person.astype(str)}
    (apart,) = judged(features, facet, person)
    (mixed,) = judged(features, facet)
    assert mixed.roc_auc.value > 0.7
    assert apart.roc_auc.value < 0.6


def test_dates_flags_and_missing_values_are_inputs_like_others():
    rng = np.random.default_rng(2)
    facet = rng.choice(["a", "b"], 400)
    hired = pl.Series(np.where(facet == "a", 15000, 16000) + rng.integers(0, 500, 400))
    features = {
        "hired": hired.cast(pl.Int32).cast(pl.Date).scatter([0, 1], None),
        "flag": pl.Series(rng.random(400) < 0.5),
        "empty": pl.Series([None] * 400, dtype=pl.Float64),
    }
    (test,) = judged(features, facet)
    assert test.roc_auc.value > 0.99
    assert test.inputs[0] == "hired"


def test_a_group_of_few_people_is_not_judged_and_says_so():
    facet = ["a"] * 100 + ["b"] * 19
    (test,) = judged({"x": np.arange(119.0)}, facet)
    assert test.roc_auc is None
    assert "fewer than 20 people" in test.note


def test_the_same_seed_gives_the_same_test():
    data = ibm_rows()
    facet = data.facets["MaritalStatus"]
    once, again = (judged(data.features, facet.to_list()) for _ in range(2))
    assert once == again
    assert "StockOptionLevel" in once[1].inputs  # single people hold none
    assert once != judged(data.features, facet.to_list(), seed=1)
