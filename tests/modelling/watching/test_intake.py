"""A window of captured lines as one frame, whatever stands in the files."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_values import INPUTS, ROW, TOP, WINDOW, answered, block, minutes
from stayline.domain.monitoring import Intake
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.watching.intake import captured_window, last_of_each_person
from stores import ANA, BO, HOUR, NOON


def taken(*blocks, version: int | None = 3, **options):
    return captured_window(blocks, inputs=INPUTS, window=WINDOW, model_version=version, **options)


def test_answers_become_typed_columns() -> None:
    window = taken(block([answered("e", inference_id="i"), answered("f", token=None)]))
    frame = window.frame
    assert frame.schema == {
        "event_id": pl.String, "inference_id": pl.String,
        "inferred_at": pl.Datetime("us", "UTC"), "token": pl.String, "risk": pl.Float64,
        "band": pl.String, "model_version": pl.Int64, "variant": pl.String,
        "Pay": pl.Float64, "Site": pl.String, "OverTime": pl.String, "Since": pl.Date,
    }  # fmt: skip
    assert frame.row(0) == (
        "e", "i", NOON, ANA, 0.25, "low", 3, "version-3", 10.5, "North", "Yes", date(2020, 2, 29),
    )  # fmt: skip
    assert frame["token"].to_list() == [ANA, None]
    assert window.intake == Intake(lines=2, rows=2, faults={}, empty_hours=1)
    assert window.versions == {3: 2}


@pytest.mark.parametrize("content_type", ["application/json", "text/csv", "text/libsvm"])
def test_every_encoding_reads_alike(content_type) -> None:
    gaps = dict.fromkeys(ROW)
    rows = [answered("e"), answered("f", request=gaps), answered("g", request=ROW | {"Pay": 3})]
    plain = taken(block(rows)).frame
    kept = [
        replace(row, request_content_type=content_type, answer_content_type=content_type)
        for row in rows
    ]
    assert taken(block(kept)).frame.equals(plain)


def test_no_files_are_an_empty_frame_with_all_its_columns() -> None:
    window = taken()
    assert window.frame.schema == taken(block([answered("e")])).frame.schema
    assert window.intake == Intake(lines=0, rows=0, faults={}, empty_hours=2)


def test_the_first_of_two_records_of_one_event_counts_across_files() -> None:
    again = answered("e", NOON + minutes(1), ROW | {"Pay": 99.0})
    window = taken(block([answered("e"), answered("f")]), block([again], place="x.jsonl"))
    assert window.frame["Pay"].to_list() == [10.5, 10.5]
    assert window.intake == Intake(lines=3, rows=2, faults={"duplicate event": 1}, empty_hours=1)


def test_torn_and_foreign_lines_are_counted_and_the_others_survive() -> None:
    torn = block([answered("h")]).lines[:-9]
    foreign = answered("g", request="[1]")
    words = answered("i", request={"Other": 1})
    window = taken(block([answered("e"), b"nonsense\n", foreign, words, answered("f"), torn]))
    assert window.frame["event_id"].to_list() == ["e", "f"]
    assert window.intake.lines == 6
    assert window.intake.faults == {
        "no capture record": 1, "torn line": 1, "unreadable request or answer": 2,
    }  # fmt: skip


def test_a_time_without_a_zone_is_no_record() -> None:
    line = block([answered("e")]).lines.replace(b"123456Z", b"123456")
    window = taken(block([line, answered("f")]))
    assert window.frame["event_id"].to_list() == ["f"]
    assert window.intake.faults == {"no capture record": 1}


def test_what_does_not_fit_the_inputs_is_null_and_counted_by_column() -> None:
    requests = [
        ROW,
        {name: value for name, value in ROW.items() if name != "Pay"},
        ROW | {"Bonus": 1.0},
        ROW | {"Pay": "much", "Since": "soon"},
        ROW | {"Pay": "12.5", "Site": 3, "OverTime": True},
    ]
    window = taken(block([answered(str(n), request=row) for n, row in enumerate(requests)]))
    assert window.frame["Pay"].to_list() == [10.5, None, 10.5, None, 12.5]
    assert window.frame["Site"].to_list() == ["North"] * 4 + ["3"]
    assert window.frame["OverTime"].to_list() == ["Yes"] * 5
    assert window.frame["Since"].null_count() == 1
    assert window.intake.faults == {"other schema": 3}
    assert window.odd.rows == 3
    assert (window.odd.missing, window.odd.extra) == ({"Pay": 1}, {"Bonus": 1})
    assert window.odd.other_typed == {"Pay": 1, "Since": 1}


def test_a_date_that_is_none_is_found_even_where_every_type_is_right() -> None:
    window = taken(block([answered("e", request=ROW | {"Since": "soon"}), answered("f")]))
    assert window.frame["Since"].to_list() == [None, date(2020, 2, 29)]
    assert window.odd.other_typed == {"Since": 1}


def test_the_order_of_the_inputs_in_a_request_does_not_matter() -> None:
    turned = dict(reversed(ROW.items()))
    window = taken(block([answered("e", request=turned)]))
    assert window.frame.equals(taken(block([answered("e")])).frame)
    assert window.intake.faults == {}


def test_values_beyond_bounds_and_categories_stay_for_the_monitors_to_judge() -> None:
    window = taken(block([answered("e", request=ROW | {"Pay": -1.0, "Site": "Moon"})]))
    assert window.frame.select("Pay", "Site").row(0) == (-1.0, "Moon")
    assert window.intake.faults == {}


def test_other_versions_are_told_apart_and_their_inputs_are_not_judged() -> None:
    other = answered("f", request={"New": 1}, version=4)
    unnamed = answered("g", version=None)
    window = taken(block([answered("e"), other, unnamed]))
    assert window.frame["event_id"].to_list() == ["e"]
    assert window.intake.faults == {"other version": 2}
    assert window.versions == {3: 1, 4: 1, None: 1}


def test_without_a_version_every_answer_is_taken() -> None:
    window = taken(block([answered("e"), answered("f", version=4)]), version=None)
    assert window.frame["model_version"].to_list() == [3, 4]
    assert window.intake.faults == {}


def test_the_window_holds_its_start_but_not_its_end() -> None:
    at = [TOP, WINDOW.end - timedelta(microseconds=1), WINDOW.end]
    hours = [TOP, TOP + HOUR, WINDOW.end]
    blocks = [
        block([answered(str(n), when)], hour, f"{n}.jsonl")
        for n, (when, hour) in enumerate(zip(at, hours, strict=True))
    ]
    window = taken(*blocks)
    assert window.frame["event_id"].to_list() == ["0", "1"]
    assert window.intake == Intake(lines=2, rows=2, faults={}, empty_hours=0)


def test_a_time_outside_the_hour_of_the_file_is_a_clock_jump() -> None:
    inside = answered("e", TOP + HOUR + minutes(30))
    outside = answered("f", TOP - minutes(30))
    slow = answered("g", TOP + HOUR + minutes(4))
    window = taken(block([outside]), block([slow, inside], place="x.jsonl"))
    assert window.frame["event_id"].to_list() == ["g", "e"]
    assert window.intake == Intake(lines=3, rows=2, faults={"clock jump": 2}, empty_hours=1)


def test_going_back_by_more_than_the_tolerance_is_a_clock_jump_even_between_blocks() -> None:
    late, back, further = NOON + minutes(20), NOON + minutes(10), NOON + minutes(6)
    first, second = (
        block([answered("e", late)]),
        block([answered("f", back), answered("g", further)]),
    )
    assert taken(first, second).intake.faults == {"clock jump": 1}
    elsewhere = block([answered("f", back), answered("g", further)], place="x.jsonl")
    assert taken(first, elsewhere).intake.faults == {}


def test_an_hour_is_empty_when_no_version_answered_in_it() -> None:
    other = block([answered("f", NOON + HOUR, version=4)], TOP + HOUR)
    assert taken(block([answered("e")]), other).intake.empty_hours == 0
    assert taken(other).intake.empty_hours == 1


CELLS = {
    Kind.NUMBER: st.none() | st.floats(allow_nan=False, allow_infinity=False),
    Kind.CATEGORY: st.none() | st.text(min_size=1).filter(str.strip),
}


@given(st.data())
def test_any_flat_request_comes_back_cell_by_cell(data) -> None:
    names = data.draw(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True))
    kinds = [data.draw(st.sampled_from(sorted(CELLS))) for _ in names]
    names = [f"input {name}" for name in names]
    inputs = [Column(n, kind, Role.FEATURE) for n, kind in zip(names, kinds, strict=True)]
    row = st.fixed_dictionaries({c.name: CELLS[c.kind] for c in inputs})
    rows = data.draw(st.lists(row, max_size=5))
    records = [answered(str(n), request=cells) for n, cells in enumerate(rows)]
    window = captured_window([block(records)], inputs=inputs, window=WINDOW)
    assert window.frame.select(names).to_dicts() == rows
    assert window.intake.faults == {}


def test_of_each_person_the_last_answer_is_kept_and_every_nameless_one() -> None:
    people = [(ANA, 2), (BO, 1), (ANA, 3), (None, 1), (ANA, 1), (None, 2)]
    records = [answered(str(n), NOON + minutes(m), token=t) for n, (t, m) in enumerate(people)]
    frame = taken(block(records)).frame
    assert last_of_each_person(frame)["event_id"].to_list() == ["1", "2", "3", "5"]
    assert last_of_each_person(frame.clear()).is_empty()
