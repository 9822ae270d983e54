import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.alert_policy import Capacity, RecallAtPrecision
from stayline.domain.gate_policy import FourFifths, GatePolicy
from stayline.domain.sensitive_columns import looks_protected, refusal_of
from stayline.domain.treated_people import TreatedPolicy
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    LeavingWithin,
    Role,
    workforce_schema,
)
from stayline.errors import SchemaRefused
from stayline.formats.schema_toml import dump_schema, load_schema, parse_schema, schema_digest
from stayline.samples.presets import PRESETS, named_schema

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = TEXT.map(lambda name: f"x{name}").filter(
    lambda name: not (refusal_of(name) or looks_protected(name))
)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def columns(draw):
    kind = draw(st.sampled_from(Kind))
    role = draw(
        st.sampled_from([Role.FEATURE, Role.SEGMENT, Role.PROTECTED, Role.FORBIDDEN, Role.IGNORED])
    )
    least = {Kind.ORDINAL: 1, Kind.FLAG: 2}.get(kind, 0)
    most = 2 if kind is Kind.FLAG else 5
    bounds = [draw(NUMBERS), draw(NUMBERS)]
    if None not in bounds:
        bounds.sort()
    words = st.lists(TEXT, min_size=least, max_size=most, unique=True)
    return Column(
        name=draw(NAMES),
        kind=kind,
        role=role,
        categories=tuple(draw(words)),
        minimum=bounds[0],
        maximum=bounds[1],
        date_formats=tuple(draw(st.lists(TEXT, max_size=2))),
        justification="a reason that is long enough" if role is Role.PROTECTED else "",
        note=draw(TEXT),
    )


@st.composite
def gate_policies(draw):
    part = st.floats(0, 1)
    return GatePolicy(
        minimum_roc_auc=draw(st.floats(0.5, 1)),
        minimum_recall=draw(part),
        minimum_lift=draw(st.floats(1, 100)),
        largest_calibration_error=draw(part),
        largest_loss=draw(part),
        largest_calibration_loss=draw(part),
        largest_recall_difference=draw(part),
        fewest_positives=draw(st.integers(1, 1_000_000)),
        four_fifths=draw(st.sampled_from(FourFifths)),
        justification="a reason that is long enough" + draw(TEXT),
    )


@st.composite
def schemas(draw):
    listed = draw(st.lists(columns(), max_size=6, unique_by=lambda column: column.name))
    values = tuple(draw(st.lists(TEXT, min_size=1, max_size=3)))
    outcome = draw(
        st.sampled_from([LabelColumn("Last", values), LeavingWithin("Last", "Why", values, 6)])
    )
    share = draw(st.floats(0, 1, exclude_min=True, exclude_max=True))
    return workforce_schema(
        name=draw(TEXT),
        record_identifier="Id",
        event_time="At",
        columns=[
            Column("Id", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.RECORD_IDENTIFIER),
            Column("At", Kind.DATE, Role.IGNORED),
            Column("Pay", Kind.NUMBER, Role.FEATURE),
            Column("Last", Kind.DATE, Role.OUTCOME),
            Column("Why", Kind.CATEGORY, Role.OUTCOME),
            *listed,
        ],
        outcome=outcome,
        protected_age_from=draw(st.integers(0, 99)),
        policy=draw(st.sampled_from([RecallAtPrecision(share), Capacity(share)])),
        gates=draw(st.just(GatePolicy()) | gate_policies()),
        deploys_automatically=draw(st.booleans()),
    )


@given(schemas())
@settings(deadline=None, max_examples=150)
def test_a_schema_that_was_written_is_read_back_equal(schema):
    text = dump_schema(schema)
    assert parse_schema(text, "test") == schema
    assert dump_schema(parse_schema(text, "test")) == text


@given(TEXT | st.text(max_size=200))
@settings(deadline=None, max_examples=100)
def test_any_other_text_is_refused_and_never_crashes(text):
    with pytest.raises(SchemaRefused, match="test"):
        parse_schema(text, "test")


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_are_read_back_equal(name):
    schema = named_schema(name)
    assert parse_schema(dump_schema(schema), name) == schema


def test_equal_schemas_have_equal_digests_and_others_not():
    digests = {schema_digest(named_schema(name)) for name in PRESETS}
    assert len(digests) == len(PRESETS)
    assert schema_digest(named_schema(PRESETS[0])) in digests


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "schema.toml"
    path.write_bytes(b"\xef\xbb\xbf" + dump_schema(named_schema("ibm-hr")).encode())
    assert load_schema(path) == named_schema("ibm-hr")


@pytest.mark.parametrize("content", [None, b"name = '\xff'"])
def test_a_file_that_cannot_be_read_is_refused_by_its_path(tmp_path, content):
    path = tmp_path / "schema.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SchemaRefused, match=re.escape(str(path))):
        load_schema(path)


GOOD = """
name = "s"
record_identifier = "Id"

[outcome]
label = "Left"
positive = ["Yes"]

[policy]
kind = "capacity"
share = 0.1

[[column]]
name = "Id"
kind = "category"
role = "identity"

[[column]]
name = "Pay"
kind = "number"
role = "feature"

[[column]]
name = "Left"
kind = "flag"
role = "outcome"
"""


def test_the_text_that_the_next_tests_break_is_good():
    assert parse_schema(GOOD, "test").policy == Capacity(0.1)


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ('name = "s"', "name = s", "not valid TOML: .*line 2"),
        ('name = "s"', "", "required field `name`"),
        ('name = "s"', 'name = "s"\nsize = 3', "unknown field `size`"),
        ('label = "Left"', "label = 3", r"got `int` - at `\$.outcome.label`"),
        ('label = "Left"', "", "outcome. needs either `label`"),
        ('label = "Left"', 'label = "Left"\nhorizon_months = 6', "outcome. needs either"),
        ('label = "Left"', 'label = "Gone"', "outcome column 'Gone'"),
        ('["Yes"]', "[]", "outcome.positive"),
        ('kind = "capacity"', 'kind = "luck"', r"\$.policy.kind"),
        ("share = 0.1", "share = 1.1", "'capacity' needs share alone, between 0 and 1"),
        ("share = 0.1", "precision = 0.4", "'capacity' needs share alone"),
        ("share = 0.1", "share = 0.1\nprecision = 0.4", "'capacity' needs share alone"),
        ('kind = "number"', 'kind = "amount"', r"column 2 'Pay': .*\$.kind"),
        ('role = "feature"', 'role = "input"', r"column 2 'Pay': .*\$.role"),
        ('role = "feature"', 'role = "feature"\nminimum = "low"', r"column 2 'Pay': .*\$.minimum"),
        ('role = "feature"', 'role = "feature"\nminmum = 1', "column 2 'Pay': .*`minmum`"),
        ('name = "Pay"', "", "column 2 '': .*required field `name`"),
        ('name = "Pay"', 'name = "SickLeaveDays"', "column 'SickLeaveDays' looks like health data"),
        ('name = "Pay"', 'name = "Id"', "column 'Id' is listed more than once"),
        ("[policy]", "[gates]\nminimum_lift = 0.5\n[policy]", "gates.minimum_lift is 0.5"),
        ("[policy]", "[gates]\nminimum = 0.5\n[policy]", "unknown field `minimum`"),
        ("[policy]", '[gates]\nfour_fifths = "no"\n[policy]', r"\$.gates.four_fifths"),
        ("[policy]", '[deployment]\napproval = "me"\n[policy]', r"\$.deployment.approval"),
    ],
)
def test_every_mistake_is_named_with_its_place(good, bad, named):
    assert good in GOOD
    with pytest.raises(SchemaRefused, match=named):
        parse_schema(GOOD.replace(good, bad, 1), "test")


def test_sections_on_gates_and_deployment_appear_only_where_they_say_something_else():
    usual = parse_schema(GOOD, "test")
    sections = '[gates]\nfewest_positives = 30\n[deployment]\napproval = "manual"\n[policy]'
    assert parse_schema(GOOD.replace("[policy]", sections), "test") == usual
    assert "[gates]" not in dump_schema(usual)
    assert "[deployment]" not in dump_schema(usual)
    other = '[gates]\nfour_fifths = "block"\n[deployment]\napproval = "automatic"\n[policy]'
    schema = parse_schema(GOOD.replace("[policy]", other), "test")
    assert (schema.gates, schema.deploys_automatically) == (
        GatePolicy(four_fifths=FourFifths.BLOCK),
        True,
    )
    assert '[gates]\nfour_fifths = "block"\n' in dump_schema(schema)


def test_what_is_done_about_treated_people_is_written_only_where_it_is_not_the_usual():
    schema = named_schema("monthly-panel")
    assert schema.treated is TreatedPolicy.KEEP
    assert "[training]" not in dump_schema(schema)
    weighed = replace(schema, treated=TreatedPolicy.REWEIGH)
    assert parse_schema(dump_schema(weighed), "again") == weighed
    spoilt = dump_schema(weighed).replace('"reweigh"', '"ignore"')
    with pytest.raises(SchemaRefused, match=r"training\.treated"):
        parse_schema(spoilt, "spoilt")


def test_all_mistakes_are_told_at_once():
    text = GOOD.replace('"number"', '"amount"').replace('"flag"', '"flags"')
    text = text.replace('label = "Left"', "label = 3")
    with pytest.raises(SchemaRefused) as refused:
        parse_schema(text, "test")
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("column", ["", "column = 3", "[column]\nname = 'Pay'", "column = [3]"])
def test_columns_that_are_no_list_of_tables_are_refused(column):
    head = GOOD[: GOOD.index("[[column]]")]
    text = head.replace("\n[outcome]", f"{column}\n[outcome]") if "=" in column else head + column
    with pytest.raises(SchemaRefused, match="column"):
        parse_schema(text, "test")
