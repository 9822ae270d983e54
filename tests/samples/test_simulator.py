from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from stayline.errors import ExtractUnreadable
from stayline.modelling.evaluation import calibration_error
from stayline.modelling.validation import check_header, validate_rows
from stayline.samples.hazards import INVOLUNTARY, path_risk
from stayline.samples.presets import named_schema
from stayline.samples.simulator import DRIFT_FROM, FIRST_MONTH, HORIZON_MONTHS, Plant
from stayline.usecases.simulate_workforce import simulate_workforce
from training_frames import panel

EMPLOYEES, MONTHS = 1500, 30
KEY = ["EmployeeNumber", "SnapshotDate"]


@pytest.fixture(scope="module")
def plain():
    return panel(EMPLOYEES, MONTHS, seed=3)


def labelled(extract, truth):
    """Return the true risks of the rows whose horizon ends in the data, with what came of each."""
    left = extract.drop_nulls("LastDay").select("EmployeeNumber", "LastDay", "LeavingReason")
    end = pl.col("SnapshotDate").dt.offset_by(f"{HORIZON_MONTHS}mo")
    came_true = (pl.col("LastDay") <= end) & (pl.col("LeavingReason") == "Resignation")
    return (
        truth.filter(end <= truth["SnapshotDate"].max())
        .join(left, on="EmployeeNumber", how="left")
        .with_columns(came_true.fill_null(value=False).alias("left"))
    )


def written(folder, name="out.csv", **options):
    report = simulate_workforce(
        **{"employees": 60, "months": 12, "seed": 1, "out": folder / name} | options
    )
    return report, (folder / name).read_bytes()


def test_the_same_arguments_give_the_same_bytes_and_others_do_not(tmp_path):
    first, again, other = (
        written(tmp_path / folder, seed=seed)[1] for folder, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == again
    assert first != other
    truths = [(tmp_path / name / "out.truth.parquet").read_bytes() for name in "abc"]
    assert truths[0] == truths[1] != truths[2]


def test_parquet_holds_what_csv_holds(tmp_path):
    report, _ = written(tmp_path)
    twin, _ = written(tmp_path, "out.parquet")
    csv = pl.read_csv(tmp_path / "out.csv", infer_schema=False)
    assert pl.read_parquet(tmp_path / "out.parquet").cast(pl.String).equals(csv)
    assert (report.rows, report.people, report.left_voluntarily) == (
        csv.height,
        csv["EmployeeNumber"].n_unique(),
        csv["LeavingReason"].eq("Resignation").sum(),
    )
    assert report.rows == twin.rows
    assert report.extract in "\n".join(report.lines())


@pytest.mark.parametrize("name", ["out.xlsx", "out"])
def test_another_format_is_refused_before_any_work(tmp_path, name):
    with pytest.raises(ExtractUnreadable, match=r"name it \.csv or \.parquet"):
        written(tmp_path, name, employees=10**9)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ExtractUnreadable, match="cannot be written"):
        written(tmp_path / "file", employees=5, months=2)


def test_every_row_passes_the_checks_of_the_monthly_panel(plain):
    schema = named_schema("monthly-panel")
    extract = plain[0].cast(pl.String)
    assert check_header(extract.columns, schema) == ()
    assert {column.name for column in schema.columns} == set(extract.columns)
    rows = validate_rows(
        extract,
        schema,
        first_row=2,
        default_event_time=None,
        latest=datetime(2100, 1, 1, tzinfo=UTC),
    )
    assert rows.rejects.is_empty()
    assert rows.cells.height == extract.height


def test_there_is_one_row_for_each_person_and_month_without_gaps(plain):
    extract, _ = plain
    assert extract.select(KEY).is_unique().all()
    months = extract["SnapshotDate"].unique().sort().to_list()
    assert len(months) == MONTHS
    assert months[0] == FIRST_MONTH
    assert all(month.day == 1 for month in months)
    month = pl.col("SnapshotDate").dt.year() * 12 + pl.col("SnapshotDate").dt.month()
    spans = extract.group_by("EmployeeNumber").agg(
        (month.max() - month.min() + 1).alias("span"), pl.len()
    )
    assert (spans["span"] == spans["len"]).all()


def test_a_last_day_stands_only_in_the_last_row_which_follows_it(plain):
    extract, _ = plain
    gone = extract.drop_nulls("LastDay")
    assert gone["EmployeeNumber"].is_unique().all()
    last = extract.group_by("EmployeeNumber").agg(pl.col("SnapshotDate").max().alias("last"))
    assert gone.join(last, on="EmployeeNumber").filter(last=pl.col("SnapshotDate")).height == len(
        gone
    )
    assert (gone["LastDay"] < gone["SnapshotDate"]).all()
    assert (gone["LastDay"] >= gone["SnapshotDate"].dt.offset_by("-1mo")).all()
    assert gone["LeavingReason"].null_count() == 0
    assert set(gone["LeavingReason"]) == {"Resignation", "Dismissal"}
    stayed_to_the_end = last.filter(pl.col("last") == extract["SnapshotDate"].max())
    assert (
        stayed_to_the_end.height
        + gone.filter(pl.col("SnapshotDate") < extract["SnapshotDate"].max()).height
        == last.height
    )


def test_the_true_risk_is_known_of_every_row_but_the_last_of_those_who_left(plain):
    extract, truth = plain
    employed = extract.filter(pl.col("LastDay").is_null())
    assert truth.select(KEY).sort(KEY).equals(employed.select(KEY).sort(KEY))
    assert truth["true_risk"].is_between(0, 1, closed="none").all()


def test_as_many_leave_in_each_tenth_of_the_risk_as_the_true_risk_says(plain):
    known = labelled(*plain)
    risk, left = known["true_risk"].to_numpy(), known["left"].to_numpy()
    assert 0.03 < left.mean() < 0.15
    assert calibration_error(risk, left) < 0.01
    tenths = np.array_split(np.argsort(risk), 10)
    for tenth in tenths:
        people = known["EmployeeNumber"].to_numpy()[tenth]
        per_person = len(np.unique(people)) / len(people)
        spread = np.sqrt(risk[tenth].mean() / (len(tenth) * per_person))
        assert abs(left[tenth].mean() - risk[tenth].mean()) < 4 * spread
    assert risk[tenths[9]].mean() > 5 * risk[tenths[0]].mean()


def test_people_join_are_promoted_raised_and_moved(plain):
    extract, _ = plain
    first = extract.filter(pl.col("SnapshotDate") == FIRST_MONTH)
    joiners = extract.filter(~pl.col("EmployeeNumber").is_in(first["EmployeeNumber"].implode()))
    assert joiners["EmployeeNumber"].n_unique() > 0.2 * EMPLOYEES
    for name in ("JobLevel", "MonthlyIncome", "ManagerNumber", "Department", "OverTime"):
        values = extract.group_by("EmployeeNumber").agg(pl.col(name).n_unique())
        assert (values[name] > 1).sum() > 20
    for name in ("Age", "YearsAtCompany", "TotalWorkingYears"):
        moved = extract.sort(KEY).select(pl.col(name).diff().over("EmployeeNumber"))
        assert set(moved.to_series().drop_nulls()) == {0, 1}


def test_everybody_is_led_by_somebody_who_was_there_from_the_first_month(plain):
    """So that a line can be looked at: whoever leads is a person of the extract, too."""
    extract, _ = plain
    first = extract.filter(pl.col("SnapshotDate") == FIRST_MONTH)
    leaders = extract.select("ManagerNumber").unique().to_series()
    assert 1 < len(leaders) <= 39
    assert leaders.is_in(first["EmployeeNumber"].implode()).all()


def test_the_true_risk_is_the_chance_of_resigning_along_the_path():
    hazard = np.full((1, 8), 0.1)
    there = 0.9 * (1 - INVOLUNTARY)
    expected = 0.1 * (1 + there + there**2)
    assert path_risk(hazard, 3) == pytest.approx(np.full((1, 5), expected))


def test_drift_changes_nothing_before_its_month_and_pay_after_it(plain):
    drifted, _ = panel(EMPLOYEES, MONTHS, seed=3, plant=Plant(drift=True))
    at = pl.col("SnapshotDate")
    start = FIRST_MONTH.replace(
        year=FIRST_MONTH.year + int(DRIFT_FROM * MONTHS) // 12,
        month=FIRST_MONTH.month + int(DRIFT_FROM * MONTHS) % 12,
    )
    extract, _ = plain
    before = extract.filter(at < start).drop("LastDay", "LeavingReason")
    assert before.equals(drifted.filter(at < start).select(before.columns))
    pay = [
        frame.filter(at >= start)["MonthlyIncome"].mean()
        / frame.filter(at < start)["MonthlyIncome"].mean()
        for frame in (extract, drifted)
    ]
    assert pay[1] / pay[0] == pytest.approx(1.25, abs=0.03)


def test_drift_changes_what_overtime_does_to_the_true_risk():
    def ratio(plant):
        extract, truth = panel(600, 20, seed=3, plant=plant)
        late = truth.filter(pl.col("SnapshotDate") >= date(2023, 3, 1)).join(extract, on=KEY)
        mean = late.group_by("OverTime").agg(pl.col("true_risk").mean())
        by_word = dict(mean.rows())
        return by_word["Yes"] / by_word["No"]

    assert ratio(Plant(drift=True)) > 1.4 * ratio(Plant())


def test_the_leak_stands_in_nine_of_ten_rows_of_those_about_to_go(plain):
    extract, _ = panel(EMPLOYEES, MONTHS, seed=3, plant=Plant(leak=True))
    assert extract.drop("HandoverScore").equals(plain[0].select(pl.exclude("HandoverScore")))
    last = extract.group_by("EmployeeNumber").agg(pl.col("LastDay").max())
    rows = extract.drop("LastDay").join(last, on="EmployeeNumber")
    about_to_go = pl.col("LastDay").is_not_null() & (
        pl.col("LastDay") < pl.col("SnapshotDate").dt.offset_by("2mo")
    )
    soon = rows.filter(about_to_go)["HandoverScore"].is_not_null().mean()
    safe = (
        rows.filter(pl.col("SnapshotDate") < date(2024, 1, 1), ~about_to_go.fill_null(value=False))[
            "HandoverScore"
        ]
        .is_not_null()
        .mean()
    )
    assert soon == pytest.approx(0.9, abs=0.03)
    assert safe == pytest.approx(0.01, abs=0.01)
    assert "HandoverScore" not in plain[0].columns


def test_a_disparity_makes_recorded_columns_tell_less_about_one_group(plain):
    def spread(frames, gender):
        extract, truth = frames
        rows = truth.join(extract, on=KEY).filter(Gender=gender)
        return rows["true_risk"].log().std()

    planted = panel(EMPLOYEES, MONTHS, seed=3, plant=Plant(disparity=True))
    assert spread(planted, "Female") < 0.4 * spread(planted, "Male")
    assert spread(plain, "Female") == pytest.approx(spread(plain, "Male"), abs=0.15)


def test_neither_age_gender_nor_marital_status_change_the_true_risk_unless_planted(plain):
    extract, truth = plain
    rows = truth.join(extract, on=KEY)
    for name in ("Gender", "MaritalStatus"):
        means = rows.group_by(name).agg(pl.col("true_risk").mean())["true_risk"]
        assert means.max() < 1.2 * means.min()
