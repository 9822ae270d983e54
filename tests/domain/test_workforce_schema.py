from dataclasses import replace

import pytest

from stayline.domain.alert_policy import Capacity, RecallAtPrecision
from stayline.domain.workforce_schema import (
    Column,
    Kind,
    LabelColumn,
    LeavingWithin,
    Role,
    workforce_schema,
)
from stayline.errors import SchemaRefused

ID = Column("Id", Kind.CATEGORY, Role.IDENTITY)
AT = Column("At", Kind.DATE, Role.IGNORED)
PAY = Column("Pay", Kind.NUMBER, Role.FEATURE)
SITE = Column("Site", Kind.CATEGORY, Role.SEGMENT)
AGE = Column("Age", Kind.NUMBER, Role.PROTECTED)
LEFT = Column("Left", Kind.FLAG, Role.OUTCOME)
WHY = Column("Why", Kind.CATEGORY, Role.OUTCOME)
LABEL = LabelColumn("Left", ("Yes",))
LEAVING = LeavingWithin("Left", "Why", ("Resignation",), 6)
REASON = "Retirement depends on age by contract."


def built(*columns, **options):
    given = {"name": "s", "record_identifier": "Id", "outcome": LABEL} | options
    return workforce_schema(columns=columns or (ID, AT, PAY, LEFT, WHY), **given)


def problems(*columns, **options):
    with pytest.raises(SchemaRefused) as refused:
        built(*columns, **options)
    return "\n".join(refused.value.problems)


def test_a_cross_section_and_a_panel_are_told_apart():
    assert not built().is_panel
    assert built(event_time="At", outcome=LEAVING).is_panel
    assert built().policy == RecallAtPrecision(0.42)
    assert built(policy=Capacity(0.2)).policy == Capacity(0.2)


def test_a_protected_column_is_no_model_input_unless_a_reason_is_written():
    justified = replace(AGE, justification=REASON)
    without, with_reason = (built(ID, PAY, age, SITE, LEFT) for age in (AGE, justified))
    assert without.model_inputs == (PAY,)
    assert without.justified == ()
    assert without.stored_columns == (PAY, SITE)
    assert with_reason.model_inputs == (PAY, justified)
    assert with_reason.justified == (justified,)
    assert with_reason.stored_columns == (PAY, justified, SITE)


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("because", "at least 20 characters"),
        (" " * 30, "is blank"),
        (" too short " + " " * 20, "20"),
    ],
)
def test_a_justification_has_to_say_something(reason, problem):
    assert problem in problems(ID, PAY, replace(AGE, justification=reason), LEFT)


def test_only_protected_columns_are_justified():
    assert "'Pay' has a justification but is not" in problems(
        ID, replace(PAY, justification=REASON), LEFT
    )


@pytest.mark.parametrize("name", ["Age", "gender_short", "MarStat"])
@pytest.mark.parametrize("role", [Role.FEATURE, Role.SEGMENT])
def test_a_protected_attribute_has_no_other_role_that_is_stored(name, role):
    column = Column(name, Kind.CATEGORY, role)
    assert f"{name!r} looks like a protected attribute" in problems(ID, PAY, column, LEFT)
    assert built(ID, PAY, replace(column, role=Role.IGNORED), LEFT).model_inputs == (PAY,)


@pytest.mark.parametrize(
    "name",
    ["SickLeaveDays", "disability_status", "Religion", "UnionMember", "parental_leave", "ZipCode"],
)
@pytest.mark.parametrize("role", [Role.FEATURE, Role.PROTECTED])
def test_forbidden_data_is_refused_as_a_model_input_even_with_a_reason(name, role):
    reason = REASON if role is Role.PROTECTED else ""
    column = Column(name, Kind.CATEGORY, role, justification=reason)
    assert f"column {name!r} looks like" in problems(ID, PAY, column, LEFT)
    assert built(ID, PAY, replace(column, role=Role.FORBIDDEN, justification=""), LEFT)


@pytest.mark.parametrize(
    ("columns", "options", "problem"),
    [
        ((ID, PAY, PAY, LEFT), {}, "'Pay' is listed more than once"),
        ((ID, SITE, LEFT), {}, "no column has the role 'feature'"),
        ((PAY, LEFT), {}, "record_identifier 'Id'"),
        ((replace(ID, role=Role.IGNORED), PAY, LEFT), {}, "record_identifier 'Id'"),
        ((ID, PAY, LEFT), {"event_time": "At"}, "event_time 'At' must be a listed column"),
        ((ID, PAY, LEFT), {"event_time": "Pay"}, "event_time 'Pay' must be a listed column"),
        (
            (ID, PAY, replace(AT, role=Role.FEATURE), LEFT),
            {"event_time": "At"},
            "event_time 'At' cannot be a feature",
        ),
        ((ID, PAY), {}, "outcome column 'Left'"),
        ((ID, PAY, replace(LEFT, role=Role.FEATURE)), {}, "outcome column 'Left'"),
        ((ID, PAY, LEFT), {"outcome": LabelColumn("Left", ())}, "outcome.positive"),
        ((ID, PAY, LEFT, WHY), {"outcome": LEAVING}, "needs an event_time column"),
        ((ID, AT, PAY, LEFT), {"outcome": LEAVING, "event_time": "At"}, "outcome column 'Why'"),
        (
            (ID, AT, PAY, LEFT, WHY),
            {"outcome": replace(LEAVING, horizon_months=0), "event_time": "At"},
            "horizon_months is 0; expected 1 to 60",
        ),
        (
            (ID, AT, PAY, LEFT, WHY),
            {"outcome": replace(LEAVING, horizon_months=61), "event_time": "At"},
            "horizon_months is 61",
        ),
        (
            (ID, AT, PAY, LEFT, WHY),
            {"outcome": replace(LEAVING, voluntary=()), "event_time": "At"},
            "at least one voluntary reason",
        ),
        ((ID, replace(PAY, name="Token"), LEFT), {}, "'Token' has a name that the stores use"),
        ((ID, replace(PAY, kind=Kind.ORDINAL), LEFT), {}, "ordinal column 'Pay' needs"),
        ((ID, replace(PAY, kind=Kind.FLAG, categories=("a",)), LEFT), {}, "flag column 'Pay'"),
        (
            (ID, replace(PAY, kind=Kind.ORDINAL, categories=("1", "1")), LEFT),
            {},
            "'Pay' lists a category twice",
        ),
        (
            (ID, replace(PAY, minimum=2.0, maximum=1.0), LEFT),
            {},
            "'Pay' has minimum 2.0 above maximum 1.0",
        ),
    ],
)
def test_each_broken_rule_is_named(columns, options, problem):
    assert problem in problems(*columns, **options)


def test_all_broken_rules_are_named_at_once():
    told = problems(PAY, PAY, replace(SITE, name="Religion", role=Role.FEATURE))
    for problem in ("more than once", "record_identifier", "outcome column", "religion"):
        assert problem in told


def test_columns_are_found_by_their_exact_name():
    schema = built()
    assert schema.column("Pay") is PAY
    assert schema.column("pay") is None
    assert schema.with_role(Role.OUTCOME, Role.IDENTITY) == (ID, LEFT, WHY)
