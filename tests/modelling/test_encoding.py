from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.errors import RequestRefused
from stayline.modelling.encoding import InputEncoder
from stayline.ports.feature_store import EVENT_TIME

COLUMNS = (
    Column("Pay", Kind.NUMBER, Role.FEATURE),
    Column("Mood", Kind.ORDINAL, Role.FEATURE, categories=("low", "mid", "high")),
    Column("Over", Kind.FLAG, Role.FEATURE, categories=("Nein", "Ja")),
    Column("Plain", Kind.FLAG, Role.FEATURE),
    Column("Team", Kind.CATEGORY, Role.FEATURE, categories=("A", "B", "Ü")),
    Column("Learned", Kind.CATEGORY, Role.FEATURE),
    Column("Hired", Kind.DATE, Role.FEATURE),
)
TYPES = {
    "Pay": pl.Float64,
    **dict.fromkeys(("Mood", "Over", "Plain", "Team", "Learned"), pl.String),
    "Hired": pl.Date,
    EVENT_TIME: pl.Datetime("us", "UTC"),
}
LEARNED_FROM = pl.DataFrame(
    {"Learned": ["x"] * 5 + ["y"] * 6 + ["rare"] * 4 + [None] * 9}
    | {column.name: [None] * 24 for column in COLUMNS if column.name != "Learned"},
    schema={column.name: TYPES[column.name] for column in COLUMNS},
)
ENCODER = InputEncoder.fit(COLUMNS, LEARNED_FROM)
COMPLETE = pl.DataFrame(
    {
        "Pay": [1000.0, 2000.0, 9000.0] * 5,
        "Mood": ["mid", "mid", "high"] * 5,
        "Over": ["Ja", "Nein", "Nein"] * 5,
        "Plain": ["Yes", "Yes", "No"] * 5,
        "Team": ["B", "B", "A"] * 5,
        "Learned": ["x", "y", "y"] * 5,
        "Hired": [date(2020, 1, 1)] * 15,
    }
)
ASSUMING = InputEncoder.fit(COLUMNS, COMPLETE)
AT = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = st.fixed_dictionaries(
    {
        "Pay": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "Mood": st.sampled_from([None, "low", "mid", "high", "unheard of"]),
        "Over": st.sampled_from([None, "Nein", "Ja", "Yes"]),
        "Plain": st.sampled_from([None, "No", "Yes", ""]),
        "Team": st.none() | st.sampled_from(["A", "B", "Ü"]) | st.text(max_size=3),
        "Learned": st.sampled_from([None, "x", "y", "rare", "new"]),
        "Hired": st.none() | st.dates(),
        EVENT_TIME: st.datetimes(timezones=st.just(UTC)),
    }
)


def as_request(row):
    """Return the row as the online store and requests hold it: dates as ISO text, no time."""
    hired = row["Hired"]
    values = {name: value for name, value in row.items() if name != EVENT_TIME}
    return values | {"Hired": hired.isoformat() if hired else None}


@pytest.mark.parametrize("encoder", [ENCODER, ASSUMING], ids=["learned gaps", "no gaps"])
@given(rows=st.lists(ROWS, min_size=1, max_size=20))
@settings(deadline=None, max_examples=150)
def test_single_rows_are_encoded_to_the_same_bits_as_a_frame(encoder, rows):
    matrix = encoder.encode_frame(pl.DataFrame(rows, schema=TYPES))
    single = encoder.encode_rows([as_request(row) for row in rows], [r[EVENT_TIME] for r in rows])
    assert matrix.dtype == single.dtype == np.float32
    assert matrix.tobytes() == single.tobytes()


@given(st.lists(ROWS, min_size=1, max_size=5))
@settings(deadline=None, max_examples=50)
def test_no_row_becomes_infinite_which_the_trees_would_refuse(rows):
    assert not np.isinf(ENCODER.encode_frame(pl.DataFrame(rows, schema=TYPES))).any()


def test_what_was_never_missing_in_training_is_taken_as_the_usual_value():
    usual = {"Pay": 2000.0, "Mood": "mid", "Over": "Nein", "Plain": "Yes", "Team": "B"}
    usual |= {"Learned": "y", "Hired": None}
    assert {item.name: item.assumed for item in ASSUMING.inputs} == usual
    empty, given_so = ASSUMING.encode_rows([{}, usual], [AT, AT])
    assert empty.tobytes() == given_so.tobytes()


def encoded(**values):
    return dict(zip(ENCODER.names, ENCODER.encode_rows([values], [AT])[0].tolist(), strict=True))


def test_each_kind_becomes_the_number_it_should():
    cells = encoded(
        Pay=5500.0, Mood="high", Over="Ja", Plain="No", Team="Ü", Learned="x", Hired="2026-02-01"
    )
    assert cells == {
        "Pay": 5500, "Mood": 2, "Over": 1, "Plain": 0, "Team=A": 0, "Team=B": 0, "Team=Ü": 1,
        "Learned=x": 1, "Learned=y": 0, "Hired": 28,
    }  # fmt: skip


def test_a_missing_value_is_nan_in_every_column_it_owns():
    assert np.isnan(list(encoded().values())).all()


def test_an_unknown_category_is_all_zeros_and_an_unknown_place_in_an_order_is_missing():
    cells = encoded(Team="Z", Mood="Z", Over="Z")
    assert [cells["Team=A"], cells["Team=B"], cells["Team=Ü"]] == [0, 0, 0]
    assert np.isnan([cells["Mood"], cells["Over"]]).all()


def test_categories_are_learned_only_from_five_rows_on_and_never_more_than_64():
    assert ENCODER.inputs[5].categories == ("x", "y")
    many = [f"c{number:03}" for number in range(80) for _ in range(5 + (number >= 40))]
    fitted = InputEncoder.fit(COLUMNS[5:6], pl.DataFrame({"Learned": many}))
    assert len(fitted.inputs[0].categories) == 64
    assert {f"c{number:03}" for number in range(40, 80)} <= set(fitted.inputs[0].categories)


def test_owners_point_each_encoded_column_at_its_input():
    assert [ENCODER.inputs[i].name for i in ENCODER.owners] == [
        name.split("=")[0] for name in ENCODER.names
    ]


def test_an_open_category_that_nothing_was_learned_of_takes_no_column():
    fitted = InputEncoder.fit(
        (COLUMNS[0], COLUMNS[5]), pl.DataFrame({"Pay": [1.0, 2.0], "Learned": ["a", "b"]})
    )
    frame = pl.DataFrame({"Pay": [1.0], "Learned": ["a"], EVENT_TIME: [AT]})
    assert fitted.names == ["Pay"]
    assert fitted.encode_frame(frame).tolist() == [[1.0]]
    assert fitted.encode_rows([{"Pay": 1.0, "Learned": "a"}], [AT]).tolist() == [[1.0]]


@pytest.mark.parametrize("hired", [date(2026, 3, 2), "2026-03-02"])
def test_a_date_after_the_event_counts_negative_days(hired):
    assert encoded(Hired=hired)["Hired"] == -1


def test_no_rows_give_an_empty_matrix_of_the_right_width():
    assert ENCODER.encode_rows([], []).shape == (0, len(ENCODER.names))
    assert ENCODER.encode_frame(pl.DataFrame(schema=TYPES)).shape == (0, len(ENCODER.names))


def known(row):
    """Return a row without the words that no column of the encoder stands for."""
    categories = {column.name: column.categories for column in COLUMNS}
    categories["Plain"], categories["Learned"] = ("No", "Yes"), ("x", "y")
    return {
        name: None if categories.get(name) and value not in categories[name] else value
        for name, value in row.items()
    }


@pytest.mark.parametrize("encoder", [ENCODER, ASSUMING], ids=["learned gaps", "no gaps"])
@given(row=ROWS)
@settings(deadline=None, max_examples=200)
def test_a_row_is_read_back_from_its_cells(encoder, row):
    row = known(row)
    cells = encoder.encode_rows([as_request(row)], [row[EVENT_TIME]])[0]
    found = encoder.decode_row(cells.tolist(), row[EVENT_TIME])
    assumed = {item.name: item.assumed for item in encoder.inputs}
    for name, value in as_request(row).items():
        expected = assumed[name] if value is None else value
        if name == "Pay" and expected is not None:
            largest = float(np.finfo(np.float32).max)
            expected = float(np.float32(np.clip(expected, -largest, largest)))
        assert found[name] == expected
    assert encoder.encode_rows([found], [row[EVENT_TIME]])[0].tobytes() == cells.tobytes()


def test_an_unknown_category_is_read_back_as_none():
    cells = ENCODER.encode_rows([{"Team": "new"}], [AT])[0]
    assert ENCODER.decode_row(cells.tolist(), AT)["Team"] is None


def test_cells_that_no_value_gives_are_refused_all_at_once():
    cells = dict.fromkeys(ENCODER.names, 0.0)
    cells |= {
        "Mood": 3.0,
        "Over": 0.5,
        "Team=A": 1.0,
        "Team=B": 1.0,
        "Learned=x": 0.5,
        "Hired": 1e9,
    }
    with pytest.raises(RequestRefused) as refusal:
        ENCODER.decode_row(list(cells.values()), AT)
    refused = [problem.path for problem in refusal.value.problems]
    assert refused == ["Mood", "Over", "Team", "Learned", "Hired"]
    with pytest.raises(RequestRefused, match="expected 10 cells, not 3"):
        ENCODER.decode_row([1.0, 2.0, 3.0], AT)
