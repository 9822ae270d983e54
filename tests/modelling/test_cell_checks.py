from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.cell_checks import checked_cells

DAY = timedelta(days=1)
COLUMNS = (
    Column("Share", Kind.NUMBER, Role.FEATURE, minimum=0, maximum=100),
    Column("Rate", Kind.NUMBER, Role.FEATURE),
    Column("Education", Kind.ORDINAL, Role.FEATURE, categories=("1", "2", "3")),
    Column(
        "Department", Kind.CATEGORY, Role.FEATURE, categories=("Sales", " R&D", "7", "a\tb", " ")
    ),
    Column("JobTitle", Kind.CATEGORY, Role.SEGMENT),
    Column("OverTime", Kind.FLAG, Role.FEATURE),
    Column("Active", Kind.FLAG, Role.FEATURE, categories=("1", "0")),
    Column("HiredOn", Kind.DATE, Role.FEATURE, date_formats=("%m/%d/%Y",)),
    Column("Age", Kind.NUMBER, Role.PROTECTED, minimum=14),
)

written_numbers = st.one_of(
    st.integers(-200, 200).map(str),
    st.integers().map(str),
    st.floats().map(str),
    st.floats(-1e15, 1e15).map(lambda value: f"{value:.12f}"),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.from_regex(r"-?[0-9]{0,16}\.?[0-9]{0,16}(e[+-]?[0-9]{1,3})?", fullmatch=True),
)
written_words = st.one_of(
    st.sampled_from(["Sales", " R&D", "R&D", "Yes", "no", "TRUE", "0", "1.0", "7.0", " ", "a\tb"]),
    st.sampled_from(["1e999", "\x00", "\u202ex", "x" * 201, "5,000", "-0", "-0.0", "\x1f", "\x85"]),
    st.text(max_size=8),
)
written_dates = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: f"{day:%m/%d/%Y}"),
    st.datetimes().map(str),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True),
)
text_cells = st.lists(
    st.one_of(st.none(), written_numbers, written_words, written_dates), min_size=1
).map(lambda cells: pl.Series(cells, dtype=pl.String))


def native(cells: st.SearchStrategy, dtype: pl.DataType) -> st.SearchStrategy:
    return st.lists(st.none() | cells, min_size=1).map(
        lambda values: pl.Series(values, dtype=dtype)
    )


native_cells = st.one_of(
    native(st.integers(-(2**63), 2**63 - 1), pl.Int64()),
    native(st.integers(0, 9), pl.UInt8()),
    native(st.floats(), pl.Float64()),
    native(st.floats(width=32), pl.Float32()),
    native(st.integers(0, 9).map(float), pl.Float64()),
    native(st.booleans(), pl.Boolean()),
    native(st.dates(), pl.Date()),
    native(st.datetimes(), pl.Datetime("us")),
    native(st.sampled_from(["Sales", "R&D", "3", "Yes"]), pl.Categorical()),
    native(st.binary(max_size=3), pl.Binary()),
    native(st.timedeltas(-DAY, DAY), pl.Duration("us")),
)


def one_by_one(column: Column, cells: pl.Series) -> tuple[list, list]:
    values, refusals = [], []
    for place, cell in enumerate(cells.to_list()):
        try:
            value = checked_value(column, cell)
        except FieldRefused as refusal:
            values.append(None)
            refusals.append((place, refusal.without_text))
        else:
            is_day = column.kind is Kind.DATE and value is not None
            values.append(date.fromisoformat(value) if is_day else value)
    return values, refusals


def assert_agreement(column: Column, cells: pl.Series) -> None:
    checked = checked_cells(column, cells)
    values, refusals = one_by_one(column, cells)

    assert list(map(repr, checked.values.to_list())) == list(map(repr, values))
    assert checked.refusals.rows() == refusals


@settings(deadline=None, max_examples=300)
@given(column=st.sampled_from(COLUMNS), cells=text_cells)
@example(COLUMNS[1], pl.Series(["-0", "0.1", "123456789012345.123456789012345", "1e-320"]))
@example(COLUMNS[7], pl.Series(["0999-01-01", "2024-02-29", "2023-02-29", " 2024-01-01"]))
def test_text_is_read_as_the_rule_for_one_cell_reads_it(column, cells):
    assert_agreement(column, cells)


@settings(deadline=None, max_examples=300)
@given(column=st.sampled_from(COLUMNS), cells=native_cells)
@example(COLUMNS[1], pl.Series([float("nan"), -0.0, float("inf")]))
def test_native_values_are_read_as_the_rule_for_one_cell_reads_them(column, cells):
    assert_agreement(column, cells)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_without_any_value_is_all_missing(column):
    checked = checked_cells(column, pl.Series([None, None]))

    assert checked.values.to_list() == [None, None]
    assert checked.refusals.is_empty()


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_lists_and_records_are_refused(column):
    for cells in (pl.Series([[1], None, [2]]), pl.Series([{"a": 1}, None, {"a": 2}])):
        assert checked_cells(column, cells).refusals["place"].to_list() == [0, 2]


def test_a_decimal_counts_as_a_number():
    cells = pl.Series(["12.50", "101.00", None]).cast(pl.Decimal(10, 2))

    checked = checked_cells(COLUMNS[0], cells)

    assert checked.values.to_list() == [12.5, None, None]
    assert checked.refusals["place"].to_list() == [1]


def test_a_day_beyond_the_calendar_is_refused():
    checked = checked_cells(COLUMNS[7], pl.Series([0, 4_000_000]).cast(pl.Date))

    assert checked.values.to_list() == [date(1970, 1, 1), None]
    assert checked.refusals["place"].to_list() == [1]


def test_the_values_have_the_types_that_frames_keep():
    kinds = {
        column.kind: checked_cells(column, pl.Series(["x", None])).values.dtype
        for column in COLUMNS
    }

    assert kinds == {
        Kind.NUMBER: pl.Float64,
        Kind.ORDINAL: pl.String,
        Kind.CATEGORY: pl.String,
        Kind.FLAG: pl.String,
        Kind.DATE: pl.Date,
    }
