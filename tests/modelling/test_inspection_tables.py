import numpy as np
import polars as pl

from stayline.modelling.inspection.readings import read_columns
from stayline.modelling.inspection.roles import Roles
from stayline.modelling.inspection.table_findings import (
    constants,
    duplicate_columns,
    duplicate_keys,
    duplicate_rows,
)

RNG = np.random.default_rng(4)
PEOPLE = 40
WHO = np.repeat(np.arange(PEOPLE), 10)
NOBODY = Roles(None, None, None, None, None)
BY_ID = Roles("Id", None, None, None, None)


def repeats(roles=BY_ID, **columns):
    frame = pl.DataFrame({"Id": WHO, **columns}).cast(pl.String)
    readings = read_columns(frame, {})
    found = duplicate_columns(readings, roles, frozenset({"Id"}))
    return {finding.column: finding.message for finding in found}


def test_equal_recoded_and_rescaled_columns_repeat_another():
    site, pay = RNG.choice(["A", "B", "C"], WHO.size), RNG.normal(50, 9, WHO.size).round(2)
    words = np.array(["North", "South", "East"])[np.searchsorted(["A", "B", "C"], site)]
    found = repeats(site=site, region=words, place=site, pay=pay, yearly=(pay * 12).round(2))
    assert set(found) == {"region", "place", "yearly"}
    assert "'site'" in found["region"]


def test_the_protected_one_of_a_pair_is_the_one_kept():
    sex = RNG.choice(["m", "f"], WHO.size)
    assert set(repeats(code_g=np.where(sex == "m", 7, 9), gender=sex)) == {"code_g"}


def test_what_differs_from_person_to_person_is_not_repeated_by_luck():
    one, other = RNG.permutation(9000)[:PEOPLE], RNG.permutation(9000)[:PEOPLE]
    born = np.array(
        [f"1970-03-{d:02d}" for d in range(1, 29)] + [f"1971-03-{d:02d}" for d in range(1, 13)]
    )
    assert repeats(one=one[WHO], other=other[WHO], desk=RNG.permutation(born)[WHO]) == {}


def test_nearly_the_same_is_not_the_same():
    site = RNG.choice(["A", "B"], WHO.size)
    other = site.copy()
    other[17] = "A" if site[17] == "B" else "B"
    assert repeats(site=site, other=other) == {}


def test_a_constant_has_one_value_or_none_but_not_one_and_gaps():
    frame = pl.DataFrame({"a": ["x"] * 3, "b": [None] * 3, "c": ["x", None, "x"]})
    found = constants(read_columns(frame.cast(pl.String), {}), 3)
    assert [finding.column for finding in found] == ["a", "b"]


def test_keys_are_taken_by_the_period_that_rows_are_apart():
    days = ["2019-12-31", "2020-12-31", "2020-03-01", "2021-12-31"]
    readings = read_columns(pl.DataFrame({"Id": ["7"] * 4, "at": days}), {})
    roles = Roles("Id", "at", None, None, None)
    counts = [
        sum(f.count for f in duplicate_keys(readings, roles, gap)) for gap in (365.0, 30.0, 1.0)
    ]
    assert counts == [1, 0, 0]
    assert list(duplicate_keys(readings, NOBODY, None)) == []


def test_rows_equal_in_every_column_are_counted_once_each():
    frame = pl.DataFrame({"a": [1, 1, 1, 2], "b": [None, None, None, None]})
    assert [finding.count for finding in duplicate_rows(frame)] == [2]
