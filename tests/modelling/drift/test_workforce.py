"""The number of rows and of leavers; MFG's layoffs of 2014, watched year by year."""

import numpy as np
import polars as pl
import pytest

from drifting_people import Baseline
from real_data import shared_data
from stayline.domain.gates import Verdict
from stayline.modelling.dataset import labelled_rows
from stayline.modelling.drift.check import drift_findings
from stayline.modelling.drift.joint import joint_statistics
from stayline.modelling.drift.workforce import outcome_share_finding, row_count_finding
from stayline.modelling.feature_statistics import feature_statistics
from stayline.samples.presets import named_schema
from training_frames import stored

USUAL = (1000, 1012, 1019, 1031, 1040, 1052)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [(1061, Verdict.PASS), (1055, Verdict.PASS), (1000, Verdict.FAIL), (1200, Verdict.FAIL)],
)
def test_the_number_of_rows_is_held_against_the_usual_growth(rows, verdict):
    told = row_count_finding(rows, USUAL)
    assert told.verdict is verdict
    assert told.low < told.baseline < told.high


def test_too_few_earlier_windows_tell_no_usual_growth():
    assert row_count_finding(1, USUAL[:4]).verdict is Verdict.INSUFFICIENT


def test_a_workforce_of_steady_size_is_not_blamed_for_one_more_person():
    assert row_count_finding(1001, (1000,) * 6).verdict is Verdict.PASS
    assert row_count_finding(900, (1000,) * 6).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("left", "rows", "verdict"),
    [
        (300, 10_000, Verdict.PASS),
        (30, 1000, Verdict.INSUFFICIENT),
        (60, 1000, Verdict.FAIL),
        (10, 1000, Verdict.FAIL),
        (2, 40, Verdict.INSUFFICIENT),
        (0, 0, Verdict.INSUFFICIENT),
        (3300, 100_000, Verdict.PASS),  # clear, but less than a fourth more
    ],
)
def test_the_share_of_leavers_fails_when_it_changed_clearly_and_by_a_fourth(left, rows, verdict):
    assert outcome_share_finding(left, rows, 3000, 100_000).verdict is verdict


def mfg_years():
    file = shared_data("MFG10YearTerminationData.csv")
    if file is None:
        pytest.skip("MFG's set is not on this machine")
    schema = named_schema("mfg-yearly")
    rows = labelled_rows(*stored(pl.read_csv(file, infer_schema=False), schema), schema)
    years = {y: rows.filter(pl.col("event_time").dt.year() == y) for y in range(2006, 2016)}
    return years, schema.model_inputs


def test_the_layoffs_of_2014_show_in_who_is_there_and_who_left():
    years, columns = mfg_years()
    counts = [len(year) for year in years.values()]
    told = {
        year: row_count_finding(counts[place], counts[:place])
        for place, year in enumerate(years)
        if year >= 2012
    }
    assert [told[year].verdict for year in (2012, 2013)] == [Verdict.PASS] * 2
    assert told[2014].verdict is Verdict.FAIL
    assert told[2014].value < told[2014].low
    trained = pl.concat([years[year] for year in range(2006, 2014)])
    shares = outcome_share_finding(
        int(years[2014]["label"].sum()), len(years[2014]), int(trained["label"].sum()), len(trained)
    )
    assert shares.verdict is Verdict.FAIL
    assert shares.value > 1.7 * shares.baseline
    assert columns


def test_the_columns_alone_drift_every_year_so_they_do_not_tell_the_layoffs_apart():
    years, columns = mfg_years()
    for until, watched in ((2012, 2013), (2013, 2014)):
        trained = pl.concat([years[year] for year in range(2006, until + 1)])
        baseline = Baseline(trained, columns, trained["person"].to_numpy())
        drifted = baseline.judged(years[watched], "length_of_service", "l_infinity")
        assert drifted.verdict is Verdict.FAIL
    closed = baseline.judged(years[2015], "store_name", "total_variation")
    assert closed.verdict is Verdict.FAIL  # eight stores were closed


def test_against_the_people_of_the_year_before_only_the_layoffs_are_drift():
    years, columns = mfg_years()
    drifted = {}
    for year in range(2011, 2016):
        people, window = years[year - 1], years[year]
        statistics = feature_statistics(people, columns)
        found = drift_findings(
            window,
            columns,
            feature_statistics(window, columns),
            statistics,
            joint_statistics(people, columns, statistics, np.arange(people.height)),
        )
        drifted[year] = {one.subject for one in found if one.verdict is Verdict.FAIL}
    assert drifted == {
        2011: set(), 2012: set(), 2013: set(),
        2014: {"length_of_service"}, 2015: {"length_of_service"},
    }  # fmt: skip
