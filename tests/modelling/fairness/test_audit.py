import json

import msgspec
import numpy as np
import polars as pl
import pytest

from audited_rows import ALERT_FROM, ibm_rows, simulated_rows
from stayline.modelling.fairness.audit import FairnessAudit, audit_fairness


def audit(data, seed=0, draws=100, **changes):
    given = {
        "facets": data.facets, "features": data.features, "strata": data.strata, **changes
    }  # fmt: skip
    return audit_fairness(
        data.label,
        data.risk,
        data.person,
        alert_from=ALERT_FROM,
        draws=draws,
        rng=np.random.default_rng(seed),
        **given,
    )


@pytest.fixture(scope="module")
def ibm_audit():
    return audit(ibm_rows())


def test_the_audit_holds_every_facet_group_and_pair(ibm_audit):
    groups = [(one.facet, one.group) for one in ibm_audit.groups]
    assert groups == [
        ("Gender", "Female"), ("Gender", "Male"),
        ("MaritalStatus", "Divorced"), ("MaritalStatus", "Married"), ("MaritalStatus", "Single"),
        ("Age", "40 and over"), ("Age", "under 40"),
    ]  # fmt: skip
    assert [(one.facet, one.value) for one in ibm_audit.facets] == groups
    crossed = {one.facet: 0 for one in ibm_audit.intersections}
    for one in ibm_audit.intersections:
        crossed[one.facet] += one.n
    assert crossed == dict.fromkeys(
        ["Gender x MaritalStatus", "Gender x Age", "MaritalStatus x Age"], 1470
    )
    tables = [(table.facet, table.reading) for table in ibm_audit.impact_tables]
    assert len(tables) == len(set(tables)) == 15
    assert {facet for facet, _ in tables} == {
        "Gender", "MaritalStatus", "Age", "Gender x MaritalStatus", "Gender x Age",
    }  # fmt: skip
    assert [(one.facet, one.group) for one in ibm_audit.proxies] == [
        ("Gender", "Female"), ("MaritalStatus", "Divorced"), ("MaritalStatus", "Married"),
        ("MaritalStatus", "Single"), ("Age", "40 and over"),
    ]  # fmt: skip


def test_the_audit_says_what_it_is_about(ibm_audit):
    data = ibm_rows()
    assert (ibm_audit.n, ibm_audit.people, ibm_audit.positives) == (1470, 1470, 237)
    assert ibm_audit.people_who_left == 237
    assert ibm_audit.flagged == (data.risk >= ALERT_FROM).sum()
    assert (ibm_audit.alert_from, ibm_audit.draws, ibm_audit.level) == (ALERT_FROM, 100, 0.95)
    assert ibm_audit.strata == "Department"
    assert "label_values_or_threshold [0]" in ibm_audit.favourable
    assert ibm_audit.unknown == {"Gender": 0, "MaritalStatus": 0, "Age": 0}


def test_the_audit_is_plain_json(ibm_audit):
    text = json.dumps(msgspec.to_builtins(ibm_audit), allow_nan=False)
    assert json.loads(text) == json.loads(msgspec.json.encode(ibm_audit))


def test_the_audit_is_read_back_as_it_was(ibm_audit):
    assert msgspec.json.decode(msgspec.json.encode(ibm_audit), type=FairnessAudit) == ibm_audit


def test_the_audit_of_a_degenerate_model_is_plain_json():
    data = simulated_rows(40, 0)
    facets = data.facets.with_columns(
        one=pl.lit("all"), none=pl.lit(None, pl.String), some=pl.Series([None] * 38 + ["x", "y"])
    )
    for risk in (np.zeros(40), np.ones(40)):
        found = audit_fairness(
            data.label, risk, data.person, facets, data.features,
            alert_from=0.5, draws=50, rng=np.random.default_rng(0),
        )  # fmt: skip
        json.dumps(msgspec.to_builtins(found), allow_nan=False)
        assert found.unknown == {"Gender": 0, "one": 0, "none": 40, "some": 38}
        assert "none" not in {one.facet for one in found.groups}
        assert found.strata == ""


def test_the_same_seed_gives_the_same_bytes(ibm_audit):
    again = msgspec.json.encode(audit(ibm_rows()))
    assert again == msgspec.json.encode(ibm_audit)
    assert again != msgspec.json.encode(audit(ibm_rows(), seed=1))


def test_small_crossed_groups_are_counted_only():
    found = audit(simulated_rows(40, 0), facets=pl.DataFrame(
        {"Gender": ["a", "b"] * 20, "Age": ["old"] * 5 + ["young"] * 35}
    ))  # fmt: skip
    told = {one.group: one for one in found.intersections}
    assert told["a x old"].n == 3
    assert told["a x old"].selection_rate is None
    assert told["a x young"].selection_rate is not None


def test_who_is_called_what_does_not_matter():
    data = simulated_rows(200, 1, rows_each=2)
    renamed = audit_fairness(
        data.label, data.risk, data.person * 7 + 1000, data.facets, data.features,
        alert_from=ALERT_FROM, strata=data.strata, draws=100, rng=np.random.default_rng(0),
    )  # fmt: skip
    assert renamed == audit(data)


def test_there_is_no_table_of_sex_without_a_column_of_sex():
    data = simulated_rows(60, 0)
    found = audit(data, facets=pl.DataFrame({"Race": ["a", "b"] * 30, "Age": ["o", "y", "y"] * 20}))
    assert {table.facet for table in found.impact_tables} == {"Race", "Age"}


def test_people_who_left_are_counted_once_however_many_rows_they_have():
    data = simulated_rows(300, 0, rows_each=4)
    found = audit(data, draws=20)
    assert found.people_who_left == len(set(data.person[data.label == 1]))
    assert found.people_who_left < found.positives
