from dataclasses import replace
from itertools import pairwise

import polars as pl

from real_data import ibm_extract
from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.modelling.dataset import labelled_rows, parted_by_time
from stayline.modelling.protection_price import PricedInputs, price_of_protection
from stayline.modelling.search import Candidate
from stayline.ports.feature_store import EVENT_TIME, INSTANT, TOKEN
from stayline.samples.presets import named_schema
from training_frames import NEW_YEAR, panel, stored, with_justified

QUICK = Candidate({"max_depth": 1.0, "learning_rate": 0.3}, 30, 0.0, 0.0)


def ibm_price(schema: WorkforceSchema) -> list[PricedInputs]:
    extract = ibm_extract()
    names = [c.name for c in schema.with_role(Role.PROTECTED)]
    attributes = extract.select(
        pl.col("EmployeeNumber").cast(pl.String).alias(TOKEN),
        pl.lit(NEW_YEAR).cast(INSTANT).alias(EVENT_TIME),
        pl.col(names).cast(pl.String),
    )
    rows = labelled_rows(*stored(extract, schema), schema)
    return price_of_protection(rows, None, attributes, schema, QUICK, seed=0)


def test_the_same_trees_are_tried_without_and_with_protected_attributes():
    without, seeing_all = ibm_price(named_schema("ibm-hr"))
    assert (without.inputs, without.is_in_use) == ("without any", True)
    assert (seeing_all.inputs, seeing_all.is_in_use) == ("with Age, Gender, MaritalStatus", False)
    assert 0.7 < without.tried.roc_auc.value < 0.9
    assert without.tried.roc_auc != seeing_all.tried.roc_auc


def test_a_justified_attribute_is_priced_by_itself_and_is_in_use():
    priced = ibm_price(with_justified(named_schema("ibm-hr"), "Age"))
    assert [(p.inputs, p.is_in_use) for p in priced] == [
        ("without any", False), ("with Age", True), ("with Age, Gender, MaritalStatus", False),
    ]  # fmt: skip
    for one, other in pairwise(priced):
        assert one.tried.roc_auc != other.tried.roc_auc


def test_the_price_is_the_same_every_time():
    schema = named_schema("ibm-hr")
    assert ibm_price(schema) == ibm_price(schema)


def test_a_panel_is_priced_on_later_time_per_year():
    schema = named_schema("monthly-panel")
    extract, _ = panel(300, 24, seed=3)
    development, later = parted_by_time(labelled_rows(*stored(extract, schema), schema), schema)
    attributes = pl.concat([development, later]).select(
        TOKEN, EVENT_TIME, pl.lit("41").alias("Age"), pl.lit("Female").alias("Gender")
    )
    without, with_all = price_of_protection(development, later, attributes, schema, QUICK, seed=0)
    assert without.tried.measured_on == with_all.tried.measured_on == "later time"
    assert [p.n for p in without.tried.periods] == [p.n for p in with_all.tried.periods]
    assert without.tried.roc_auc.value == with_all.tried.roc_auc.value  # constants tell nothing


def test_without_protected_attributes_there_is_no_price():
    schema = named_schema("ibm-hr")
    bare = replace(schema, columns=tuple(c for c in schema.columns if c.role is not Role.PROTECTED))
    rows = labelled_rows(*stored(ibm_extract(), schema), schema)
    nothing = rows.select(TOKEN, EVENT_TIME)
    assert price_of_protection(rows, None, nothing, bare, QUICK, seed=0) == []
