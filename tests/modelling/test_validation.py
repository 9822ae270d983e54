from datetime import UTC, date, datetime

import polars as pl
import pytest

from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    LeavingWithin,
    Role,
    workforce_schema,
)
from stayline.errors import SchemaMismatch
from stayline.modelling.parting import part_rows
from stayline.modelling.repeated_rows import RepeatedRows
from stayline.modelling.validation import check_header, has_outcome, validate_rows

NOW = datetime(2024, 6, 15, 12, tzinfo=UTC)
IDENTITY = [
    Column("Id", Kind.NUMBER, Role.IDENTITY, part=IdentityPart.RECORD_IDENTIFIER),
    Column("Name", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.DISPLAY_NAME),
    Column("Boss", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.MANAGER),
    Column("Phone", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.OTHER),
]
VALUES = [
    Column("Pay", Kind.NUMBER, Role.FEATURE, minimum=0),
    Column("Site", Kind.CATEGORY, Role.SEGMENT, categories=("North", "South")),
    Column("Age", Kind.NUMBER, Role.PROTECTED, minimum=14, maximum=110),
    Column("BornOn", Kind.DATE, Role.PROTECTED),
    Column("Snapshot", Kind.DATE, Role.IGNORED),
    Column("Ward", Kind.CATEGORY, Role.FORBIDDEN),
]
PANEL = workforce_schema(
    name="panel",
    record_identifier="Id",
    event_time="Snapshot",
    columns=[
        *IDENTITY,
        *VALUES,
        Column("LastDay", Kind.DATE, Role.OUTCOME),
        Column("Why", Kind.CATEGORY, Role.OUTCOME),
    ],
    outcome=LeavingWithin("LastDay", "Why", ("Resignation",), horizon_months=6),
)
SNAPSHOT = workforce_schema(
    name="snapshot",
    record_identifier="Id",
    columns=[
        *IDENTITY,
        *VALUES,
        Column("Left", Kind.FLAG, Role.OUTCOME),
    ],
    outcome=LabelColumn("Left", ("Yes",)),
)
GOOD = {
    "Id": "7",
    "Name": "Ada",
    "Boss": "1",
    "Pay": "100",
    "Site": "North",
    "Age": "41",
    "BornOn": "1983-01-02",
    "Snapshot": "2024-01-31",
    "LastDay": None,
    "Why": None,
    "Left": "No",
}


def extract(*rows, without=()):
    full = [{k: v for k, v in (GOOD | row).items() if k not in without} for row in rows]
    return pl.DataFrame(full, schema=dict.fromkeys(full[0], pl.String))


def validated(raw, schema=PANEL, *, first_row=1, default_event_time=None):
    return validate_rows(
        raw, schema, first_row=first_row, default_event_time=default_event_time, latest=NOW
    )


def parted(*rows, schema=PANEL, without=(), default_event_time=None):
    raw = extract(*rows, without=without)
    return part_rows(validated(raw, schema, default_event_time=default_event_time), schema)


def test_a_header_that_lacks_columns_is_refused_with_all_their_names():
    with pytest.raises(SchemaMismatch, match=r"no column 'Id', 'Boss', 'Age', 'Snapshot'"):
        check_header(["Name", "Pay", "Site", "BornOn"], PANEL)


def test_only_what_no_store_keeps_may_be_absent():
    header = ["Id", "Name", "Boss", "Pay", "Site", "Age", "BornOn", "Snapshot"]

    assert check_header([*header, "ShoeSize", "Hobby"], PANEL) == ("ShoeSize", "Hobby")
    assert not has_outcome(header, PANEL)
    assert has_outcome([*header, "LastDay", "Why"], PANEL)


def test_a_good_row_lands_with_checked_values():
    rows = validated(extract({"Id": " 7.0 ", "Pay": " 1e2 "}), first_row=5)

    assert rows.keys.rows() == [(5, "7", datetime(2024, 1, 31, tzinfo=UTC))]
    assert rows.cells.row(0, named=True) == {
        "Name": "Ada",
        "Boss": "1",
        "Pay": 100.0,
        "Site": "North",
        "Age": 41.0,
        "BornOn": date(1983, 1, 2),
        "LastDay": None,
        "Why": None,
    }
    assert rows.rejects.is_empty()


@pytest.mark.parametrize(
    ("bad", "column", "reason"),
    [
        ({"Id": None}, "Id", "is missing"),
        ({"Id": "  "}, "Id", "is missing"),
        ({"Id": "7\x00"}, "Id", "expected at most 200 characters of text without control"),
        ({"Snapshot": None}, "Snapshot", "is missing"),
        ({"Snapshot": "31/01/2024"}, "Snapshot", "expected a date such as 2024-12-31"),
        ({"Snapshot": "2024-06-16"}, "Snapshot", "lies in the future: it is after 2024-06-15"),
        ({"Pay": "much"}, "Pay", "expected a number of at least 0"),
        ({"Pay": "-1"}, "Pay", "expected a number of at least 0, got '-1'"),
        ({"Site": "Nort"}, "Site", "expected one of 'North', 'South'"),
        ({"Age": "411"}, "Age", "expected a number from 14 to 110"),
        ({"BornOn": "1983-02-30"}, "BornOn", "expected a date such as 2024-12-31"),
        ({"LastDay": "soon"}, "LastDay", "expected a date such as 2024-12-31"),
    ],
)
def test_a_bad_row_is_told_once_by_row_column_and_reason(bad, column, reason):
    rows = validated(extract({}, {"Id": "8"} | bad, {"Id": "9"}), first_row=11)

    assert rows.keys["row"].to_list() == [11, 13]
    ((row, where, why),) = rows.rejects.rows()
    assert (row, where) == (12, column)
    assert why.startswith(reason)


def test_every_bad_cell_of_a_row_is_told():
    rows = validated(extract({"Pay": "x", "Site": "y", "Age": "z"}))

    assert rows.rejects["column"].to_list() == ["Pay", "Site", "Age"]
    assert rows.rejects["row"].to_list() == [1, 1, 1]


def test_no_personal_value_is_told():
    personal_value = "Mary\x00Poppins"
    personal = dict.fromkeys(
        ["Id", "Name", "Boss", "Age", "BornOn", "LastDay", "Why"], personal_value
    )

    rows = validated(extract(personal))

    assert rows.rejects.height == len(personal)
    assert not rows.rejects["reason"].str.contains("Mary|Poppins").any()


def test_missing_features_and_names_are_no_fault():
    rows = validated(extract(dict.fromkeys(["Name", "Boss", "Pay", "Site", "Age", "BornOn"])))

    assert rows.keys.height == 1
    assert rows.rejects.is_empty()


def test_columns_no_store_keeps_are_not_even_looked_at():
    raw = extract({}).with_columns(Ward=pl.lit("\x00"), Phone=pl.lit("\x00"), Extra=pl.lit("\x00"))

    rows = validated(raw)

    assert rows.keys.height == 1
    assert not {"Ward", "Phone", "Extra"} & set(rows.cells.columns)


def test_native_types_of_a_parquet_file_give_the_same_rows():
    raw = extract({"Why": "Resignation", "LastDay": "2024-05-01"})
    native = raw.with_columns(
        pl.col("Id").cast(pl.Int64),
        pl.col("Boss").cast(pl.Float64),
        pl.col("Pay").cast(pl.Int32),
        pl.col("Site").cast(pl.Categorical),
        pl.col("BornOn", "LastDay").str.to_date(),
        pl.col("Snapshot").str.to_datetime("%Y-%m-%d"),
    )

    assert validated(native).keys.equals(validated(raw).keys)
    assert validated(native).cells.equals(validated(raw).cells)


def test_rows_without_a_date_of_their_own_take_the_given_one():
    day = datetime(2024, 3, 1, tzinfo=UTC)

    rows = validated(extract({}), SNAPSHOT, default_event_time=day)

    assert rows.keys["event_time"].to_list() == [day]


def test_the_same_row_again_is_dropped_and_another_one_of_its_key_rejected():
    repeats = RepeatedRows("Id")
    one = extract({}, {"Id": "8"}, {}, {"Pay": "101"}, {"Snapshot": "2024-02-29"})
    two = extract({"Id": "8", "Site": None}, {"Id": "9"}, {})

    first = repeats.sift(validated(one))
    second = repeats.sift(validated(two, first_row=6))

    assert first.rows.keys["row"].to_list() == [1, 2, 5]
    assert first.rows.cells.height == 3
    assert first.repeated == 1
    assert first.rows.rejects.rows() == [
        (4, "Id", "repeats the person and time of row 1 with other values")
    ]
    assert second.rows.keys["row"].to_list() == [7]
    assert second.repeated == 1
    assert second.rows.rejects.rows() == [
        (6, "Id", "repeats the person and time of row 2 with other values")
    ]


def test_a_row_without_any_value_is_neither_good_nor_bad():
    rows = validated(pl.concat([extract({}).clear(1), extract({})]), first_row=2)

    assert rows.empty == 1
    assert rows.keys["row"].to_list() == [3]
    assert rows.rejects.is_empty()


def test_a_bad_row_does_not_stand_in_the_way_of_a_good_one_of_its_key():
    sifted = RepeatedRows("Id").sift(validated(extract({"Pay": "x"}, {})))

    assert sifted.rows.keys["row"].to_list() == [2]
    assert sifted.rows.rejects.height == 1


def test_rows_part_ways_by_store():
    parts = parted({})
    key = {"hr_id": "7", "event_time": datetime(2024, 1, 31, tzinfo=UTC)}

    assert parts.features.to_dicts() == [key | {"Pay": 100.0, "Site": "North"}]
    assert parts.outcomes.to_dicts() == [key | {"left_on": None, "reason": None}]
    assert parts.protected.to_dicts() == [key | {"Age": "41", "BornOn": "1983-01-02"}]
    assert parts.directory.to_dicts() == [key | {"display_name": "Ada", "manager": "1"}]


def test_a_protected_number_keeps_its_fraction_and_a_protected_text_its_form():
    assert parted({"Age": "40.5"}).protected["Age"].to_list() == ["40.5"]


@pytest.mark.parametrize(
    ("last_day", "is_employed"),
    [("2024-01-30", False), ("2024-01-31", False), ("2024-02-01", True), (None, True)],
)
def test_after_the_last_day_there_are_outcomes_but_no_features(last_day, is_employed):
    parts = parted({"LastDay": last_day, "Why": "Resignation"})

    assert parts.features.height == int(is_employed)
    assert parts.protected.height == int(is_employed)
    assert parts.outcomes.height == 1
    assert parts.directory.height == 1


@pytest.mark.parametrize(
    ("written", "label"), [("Yes", True), ("true", True), ("0", False), (" no ", False), ("", None)]
)
def test_a_label_is_whether_the_value_means_left(written, label):
    parts = parted({"Left": written}, schema=SNAPSHOT, default_event_time=NOW)

    assert parts.outcomes["label"].to_list() == [label]
    assert parts.outcomes.schema["label"] == pl.Boolean


@pytest.mark.parametrize("schema", [PANEL, SNAPSHOT])
def test_an_extract_without_outcome_gives_features_only(schema):
    parts = parted({}, schema=schema, without=("LastDay", "Left"), default_event_time=NOW)

    assert parts.outcomes is None
    assert parts.features.height == 1
