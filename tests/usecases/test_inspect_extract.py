"""`inspect_extract` on extracts that are clean, and on the same ones with a trap set."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from real_data import ibm_extract, shared_data
from stayline.domain.workforce_schema import LabelColumn, LeavingWithin, Role
from stayline.formats.schema_toml import dump_schema, parse_schema
from stayline.samples.presets import named_schema
from stayline.usecases.inspect_extract import inspect_extract
from stayline.usecases.simulate_workforce import simulate_workforce
from unknown_extracts import cross_section, panel, without

PANEL = panel()


@pytest.fixture
def inspected(tmp_path):
    def run(frame, schema=None):
        path = tmp_path / "extract.csv"
        frame.write_csv(path)
        return inspect_extract(path, schema=schema)

    return run


def found(inspection, kind):
    return {finding.column: finding for finding in inspection.findings if finding.kind == kind}


def roles(inspection):
    return {column.name: column.role for column in inspection.columns}


def test_a_clean_cross_section_gives_a_schema_and_no_complaint(inspected):
    inspection = inspected(cross_section())
    schema = inspection.schema
    assert schema.record_identifier == "StaffCode"
    assert schema.outcome == LabelColumn("HasLeft", ("yes",))
    assert schema.event_time is None
    assert [c.name for c in schema.model_inputs] == ["Site", "Pay", "Overtime", "Mood"]
    assert roles(inspection)["FullName"] is Role.IDENTITY
    assert roles(inspection)["DateOfBirth"] is Role.PROTECTED
    assert {finding.severity for finding in inspection.findings} == {"note"}


def test_a_clean_panel_gives_a_schema_and_no_complaint(inspected):
    inspection = inspected(without(PANEL))
    schema = inspection.schema
    assert (schema.record_identifier, schema.event_time) == ("worker_id", "snapshot_date")
    assert schema.outcome == LeavingWithin("exit_date", "exit_reason", ("Resignation",), 6)
    assert [c.name for c in schema.model_inputs] == ["site", "pay", "mood"]
    assert {finding.severity for finding in inspection.findings} == {"note"}


def test_a_drafted_schema_survives_being_written_and_read(inspected):
    schema = inspected(without(PANEL)).schema
    assert parse_schema(dump_schema(schema), "draft") == schema


def test_a_column_filled_for_people_about_to_leave_is_a_leak(inspected):
    rng = np.random.default_rng(5)
    soon = (PANEL["ends"] - PANEL["snapshot_date"]).dt.total_days().fill_null(999) < 60
    shown = pl.Series(rng.random(PANEL.height) < np.where(soon, 0.85, 0.02))
    score = pl.when(shown).then(pl.Series(rng.integers(1, 11, PANEL.height)))
    inspection = inspected(without(PANEL.with_columns(handover_score=score)))
    assert set(found(inspection, "leak")) == {"handover_score"}
    assert roles(inspection)["handover_score"] is Role.IGNORED


def test_gaps_at_random_are_missing_values_and_no_leak(inspected):
    shown = pl.Series(np.random.default_rng(6).random(PANEL.height) < 0.1)
    inspection = inspected(without(PANEL).with_columns(bonus=pl.when(shown).then(pl.lit(500))))
    assert not found(inspection, "leak")
    assert found(inspection, "missing_values")["bonus"].count == int((~shown).sum())


def test_a_cell_blanked_in_the_row_that_tells_of_the_leaving_is_no_leak(inspected):
    is_last = pl.col("exit_date").is_not_null()
    frame = without(PANEL).with_columns(pay=pl.when(~is_last).then("pay"))
    assert not found(inspected(frame), "leak")


def test_a_number_that_grows_with_the_outcome_is_a_leak(inspected):
    frame = cross_section()
    noise = pl.Series(np.random.default_rng(1).normal(0, 1, frame.height))
    risk = (frame["HasLeft"] == "yes").cast(pl.Float64) * 4 + noise
    inspection = inspected(frame.with_columns(RetentionIndex=risk))
    assert set(found(inspection, "leak")) == {"RetentionIndex"}


def test_a_recoded_outcome_is_a_leak(inspected):
    frame = cross_section()
    gone = (frame["HasLeft"] == "yes").cast(pl.Int64)
    assert set(found(inspected(frame.with_columns(Flag7=gone)), "leak")) == {"Flag7"}


def test_a_column_of_ids_or_free_text_is_no_leak(inspected):
    frame = cross_section()
    text = pl.Series([f"note {n} of {n * 7919 % 1009}" for n in range(frame.height)])
    inspection = inspected(frame.with_columns(Remark=text, Badge=pl.int_range(frame.height) + 7000))
    assert not found(inspection, "leak")
    assert roles(inspection)["Remark"] is Role.IGNORED


def test_a_leaving_date_known_before_its_day_is_a_leak(inspected):
    frame = PANEL.with_columns(exit_date="ends")
    ahead = int((frame["ends"] > frame["snapshot_date"]).sum())
    leak = found(inspected(without(frame)), "leak")["exit_date"]
    assert (leak.count, leak.severity) == (ahead, "error")


def test_rows_after_the_last_day_are_counted(inspected):
    gone = PANEL.filter(pl.col("exit_date").is_not_null())
    late = gone.with_columns(
        pl.col("snapshot_date").dt.offset_by("3mo"), exit_date=None, exit_reason=None
    ).cast(dict(gone.schema))
    leak = found(inspected(without(pl.concat([PANEL, late]))), "leak")["exit_date"]
    assert leak.count == gone.height
    assert "after the person's last day" in leak.message


def test_a_date_of_hire_in_the_future_is_a_warning_and_a_planned_date_a_note(inspected):
    frame = without(PANEL).with_columns(
        hired_on=pl.lit(date(2015, 1, 5)), contract_until=pl.lit(date(2030, 1, 1))
    )
    late = pl.int_range(frame.height, eager=True) % 500 == 3
    frame = frame.with_columns(
        hired_on=pl.when(late).then(pl.lit(date(2040, 1, 1))).otherwise("hired_on")
    )
    ahead = found(inspected(frame), "future_value")
    assert (ahead["hired_on"].severity, ahead["hired_on"].count) == ("warning", int(late.sum()))
    assert ahead["contract_until"].severity == "note"


def test_a_repeated_person_and_month_and_a_repeated_row_are_counted(inspected):
    frame = without(PANEL)
    again = frame.head(3)
    moved = frame.slice(10, 2).with_columns(pl.col("snapshot_date").dt.offset_by("5d"))
    inspection = inspected(pl.concat([frame, again, moved]))
    assert found(inspection, "duplicate_key")["worker_id"].count == 5
    assert found(inspection, "duplicate_row")[None].count == 3


def test_no_message_shows_an_id_a_name_or_a_date_of_birth(inspected):
    frame = cross_section().with_columns(
        FullName=pl.col("FullName").str.replace("Ada", " ADA", n=1),
        Supervisor=pl.Series(["Grace Hoper" if n % 9 else "Grace Hopper" for n in range(600)]),
    )
    inspection = inspected(pl.concat([frame, frame.head(2)]))
    told = " ".join(f.message + f.action for f in inspection.findings)
    personal = [*frame["StaffCode"], *frame["FullName"], *frame["DateOfBirth"]]
    assert not [value for value in [*personal, "Grace", "Hoper"] if value in told]


def test_e_mail_addresses_are_identity_whatever_their_column_is_called(inspected):
    frame = cross_section().with_columns(Contact=pl.format("{}@example.com", "StaffCode"))
    inspection = inspected(frame)
    assert roles(inspection)["Contact"] is Role.IDENTITY
    assert inspection.schema.record_identifier == "StaffCode"
    assert "Contact" in found(inspection, "identifier")
    assert not any("@example" in f.message + f.action for f in inspection.findings)


def test_numbers_that_an_import_would_reject_are_not_drafted_as_features(inspected):
    frame = cross_section().with_columns(Pay=pl.format("€ {}", pl.col("Pay")))
    inspection = inspected(frame)
    assert roles(inspection)["Pay"] is Role.IGNORED
    assert found(inspection, "number_as_text")["Pay"].count == frame.height


def test_what_cannot_be_guessed_is_said(inspected):
    inspection = inspected(pl.DataFrame({"pay": [1.5, 2.5] * 20, "site": ["Leeds", "Porto"] * 20}))
    assert inspection.schema is None
    messages = [f.message for f in inspection.findings if f.kind == "schema"]
    assert len(messages) == 2
    assert "identifies" in messages[0]


def test_a_given_schema_decides_the_roles_and_misses_its_columns(inspected):
    schema = named_schema("ibm-hr")
    inspection = inspected(ibm_extract().drop("OverTime").with_columns(Extra=pl.lit("x")), schema)
    assert inspection.schema == schema
    assert roles(inspection)["Extra"] is Role.IGNORED
    assert found(inspection, "schema")["OverTime"].severity == "error"


@pytest.mark.parametrize("preset", ["ibm-hr", "monthly-panel", "mfg-yearly"])
@pytest.mark.parametrize("rows", [0, 30])
def test_an_extract_without_outcomes_dates_or_rows_is_still_inspected(inspected, preset, rows):
    schema = named_schema(preset)
    frame = pl.DataFrame(
        {c.name: pl.Series([None] * rows, dtype=pl.String) for c in schema.columns}
    )
    number = pl.int_range(rows, eager=True).cast(pl.String).alias(schema.record_identifier)
    inspection = inspected(frame.with_columns(number), schema)
    assert inspection.rows == rows
    assert not found(inspection, "leak")


def test_a_schema_of_another_extract_says_what_is_absent_and_what_is_no_date(inspected):
    frame = without(PANEL).rename({"worker_id": "EmployeeNumber", "site": "SnapshotDate"})
    inspection = inspected(frame, named_schema("monthly-panel"))
    assert "LastDay" in found(inspection, "schema")
    assert found(inspection, "mixed_dates")["SnapshotDate"].count == frame.height


def test_a_month_that_only_those_who_left_have_is_a_leak(inspected):
    rng = np.random.default_rng(9)
    ends = rng.integers(2012, 2020, 400)
    rows = [
        (
            person,
            f"{year}-12-31" if year < end else f"{year}-{rng.integers(1, 12):02d}-01",
            year < end,
        )
        for person, end in enumerate(ends)
        for year in range(2010, min(int(end), 2016) + 1)
    ]
    frame = pl.DataFrame(rows, schema=["EmpID", "RecordDate", "active"], orient="row")
    frame = frame.with_columns(pay=pl.Series(rng.integers(20, 90, frame.height)))
    leak = found(inspected(frame), "leak")
    assert set(leak) == {"RecordDate"}
    assert "month" in leak["RecordDate"].message


def test_a_reason_that_takes_over_from_some_year_on_is_named(inspected):
    closing = PANEL["snapshot_date"].dt.year() >= 2021
    reason = pl.when(pl.col("exit_reason").is_not_null() & pl.Series(closing)).then(
        pl.lit("Site closure")
    )
    frame = without(PANEL).with_columns(exit_reason=reason.otherwise("exit_reason"))
    shift = found(inspected(frame), "outcome_shift")["exit_reason"]
    assert "From 2021 on, 'Site closure'" in shift.message


def test_the_ibm_set_has_its_three_constants_its_identifier_and_no_leak(inspected):
    inspection = inspected(ibm_extract())
    assert set(found(inspection, "constant")) == {"EmployeeCount", "Over18", "StandardHours"}
    assert set(found(inspection, "identifier")) == {"EmployeeNumber"}
    assert not found(inspection, "leak")
    drafted, preset = inspection.schema, named_schema("ibm-hr")
    assert drafted.outcome == preset.outcome
    assert {c.name for c in drafted.model_inputs} == {c.name for c in preset.model_inputs}


@pytest.mark.parametrize("has_leak", [False, True])
def test_a_simulated_panel_leaks_only_when_told_to(tmp_path, has_leak):
    out = tmp_path / "panel.parquet"
    simulate_workforce(employees=400, months=24, seed=3, out=out, leak=has_leak)
    inspection = inspect_extract(out)
    assert set(found(inspection, "leak")) == ({"HandoverScore"} if has_leak else set())
    assert inspection.schema.outcome == named_schema("monthly-panel").outcome
    assert roles(inspection)["ManagerNumber"] is Role.IDENTITY


MFG = shared_data("MFG10YearTerminationData.csv")


@pytest.mark.skipif(MFG is None, reason="../shared/data is not on this machine")
def test_every_trap_of_the_mfg_set_is_named():
    inspection = inspect_extract(MFG)
    leaks = [f for f in inspection.findings if f.kind == "leak"]
    assert {f.column for f in leaks} == {
        *("terminationdate_key", "termreason_desc", "termtype_desc", "recorddate_key"),
    }
    assert 5718 in [f.count for f in leaks if f.column == "terminationdate_key"]
    assert found(inspection, "duplicate_key")["EmployeeID"].count == 5
    assert "'New Westminister'" in found(inspection, "misspelt_category")["city_name"].message
    assert "'Resignaton'" in found(inspection, "misspelt_category")["termreason_desc"].message
    assert "2014" in found(inspection, "outcome_shift")["termreason_desc"].message
    assert found(inspection, "sentinel_date")["terminationdate_key"].count == 42_450
    assert {"gender_full", "STATUS_YEAR"} <= set(found(inspection, "duplicate_column"))
    assert inspection.schema.outcome == named_schema("mfg-yearly").outcome


IBM = shared_data("ibm_hr_attrition.csv")


@pytest.mark.skipif(IBM is None, reason="../shared/data is not on this machine")
def test_the_byte_order_mark_of_the_ibm_file_is_named():
    inspection = inspect_extract(IBM)
    assert found(inspection, "byte_order_mark")[None].severity == "note"
    assert inspection.columns[0].name == "Age"
