from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from stayline.domain.workforce_schema import (
    Column,
    Kind,
    LabelColumn,
    LeavingWithin,
    Role,
    workforce_schema,
)
from stayline.errors import TrainingRefused
from stayline.modelling.search import folds
from stayline.ports.feature_store import EVENT_TIME, LABEL, LEFT_ON, REASON, TOKEN
from training_frames import labelled_snapshots, training_data

HORIZON = 6


def schema_of(outcome, event_time="At"):
    names = (
        (outcome.column,)
        if isinstance(outcome, LabelColumn)
        else (outcome.date_column, outcome.reason_column)
    )
    return workforce_schema(
        name="s",
        record_identifier="Id",
        event_time=event_time,
        columns=[
            Column("Id", Kind.CATEGORY, Role.IDENTITY),
            Column("At", Kind.DATE, Role.IGNORED),
            Column("Pay", Kind.NUMBER, Role.FEATURE),
            *(Column(name, Kind.CATEGORY, Role.OUTCOME) for name in names),
        ],
        outcome=outcome,
    )


PANEL = schema_of(LeavingWithin("Last", "Why", ("Resignation",), HORIZON))
LABELLED = schema_of(LabelColumn("Left", ("Yes",)))
CROSS = schema_of(LabelColumn("Left", ("Yes",)), event_time=None)


def at(year, month, day=1):
    return datetime(year, month, day, tzinfo=UTC)


def month(number):
    return at(2020 + number // 12, number % 12 + 1)


def snapshots(*rows):
    """Return features of (token, event time); Pay counts the rows."""
    return pl.DataFrame(
        [(token, when, float(number)) for number, (token, when) in enumerate(rows)],
        schema={TOKEN: pl.String, EVENT_TIME: pl.Datetime("us", "UTC"), "Pay": pl.Float64},
        orient="row",
    )


def outcomes(*rows):
    """Return outcomes of (token, event time, last day, reason)."""
    return pl.DataFrame(
        rows,
        schema={
            TOKEN: pl.String,
            EVENT_TIME: pl.Datetime("us", "UTC"),
            LEFT_ON: pl.Date,
            REASON: pl.String,
        },
        orient="row",
    )


def labels(features, known):
    """Return {Pay: label} of the labelled snapshots."""
    found = labelled_snapshots(features, known, PANEL)
    return dict(zip(found.frame["Pay"].to_list(), found.label.tolist(), strict=True))


UNTIL_2021 = ("zoe", at(2021, 12), None, None)
"""Someone still there, whose row says how far the data reaches."""


@pytest.mark.parametrize(
    ("last_day", "reason", "label"),
    [
        (date(2020, 1, 2), "Resignation", 1),
        (date(2020, 7, 1), "Resignation", 1),
        (date(2020, 7, 2), "Resignation", 0),
        (date(2020, 3, 1), "Dismissal", 0),
        (date(2020, 3, 1), None, 0),
        (None, None, 0),
    ],
)
def test_only_a_voluntary_last_day_within_the_horizon_is_a_positive(last_day, reason, label):
    known = outcomes(("ana", at(2020, 8), last_day, reason), UNTIL_2021)
    assert labels(snapshots(("ana", at(2020, 1))), known) == {0.0: label}


def seen_monthly(token, first, last, last_day=None, reason=None):
    """Return one outcome row a month; those given tell a last day."""
    return [(token, month(number), last_day, reason) for number in range(first, last + 1)]


def test_a_last_day_that_later_rows_take_back_is_no_leaving():
    told = seen_monthly("ana", 0, 3, date(2020, 6, 15), "Resignation")
    known = outcomes(*told, *seen_monthly("ana", 4, 20), *seen_monthly("zoe", 0, 20))
    assert labels(snapshots(("ana", month(2)), ("ana", month(8))), known) == {0.0: 0, 1.0: 0}


def test_a_person_who_came_back_has_each_leaving_counted_for_its_own_snapshots():
    first = ("ana", month(6), date(2020, 6, 15), "Resignation")
    second = ("ana", month(18), date(2021, 6, 15), "Resignation")
    away_and_back = [*seen_monthly("ana", 0, 5), first, *seen_monthly("ana", 10, 17), second]
    known = outcomes(*away_and_back, *seen_monthly("zoe", 0, 30))
    features = snapshots(*(("ana", month(number)) for number in (0, 2, 10, 14)))
    assert labels(features, known) == {0.0: 1, 1.0: 1, 2.0: 0, 3.0: 1}


def test_who_is_seen_no_more_without_a_last_day_is_unknown_and_not_stayed():
    known = outcomes(*seen_monthly("ana", 0, 8), *seen_monthly("zoe", 0, 20))
    features = snapshots(*((token, month(n)) for token in ("ana", "zoe") for n in (1, 5)))
    assert labels(features, known) == {0.0: 0, 2.0: 0, 3.0: 0}


def test_a_few_rows_dated_much_later_do_not_make_everyone_else_look_as_if_they_stayed():
    people = [row for who in "abcdefgh" for row in seen_monthly(who, 0, 12)]
    features = snapshots(*((who, month(n)) for who in "abcdefgh" for n in (6, 9)))
    stray = ("a", month(40), None, None)
    assert labels(features, outcomes(*people, stray)) == labels(features, outcomes(*people))


def test_snapshots_on_and_after_the_last_day_are_left_out():
    known = outcomes(("ana", at(2020, 4), date(2020, 3, 1), "Resignation"), UNTIL_2021)
    features = snapshots(*(("ana", at(2020, number)) for number in (1, 2, 3, 4)))
    assert labels(features, known) == {0.0: 1, 1.0: 1}


def test_a_horizon_that_reaches_past_the_data_leaves_out_those_who_left_early_too():
    known = outcomes(
        ("ana", at(2020, 8), date(2020, 7, 15), "Resignation"),
        ("bo", at(2020, 12), None, None),
    )
    features = snapshots(("ana", at(2020, 6)), ("bo", at(2020, 6)), ("ana", at(2020, 7)),
                         ("bo", at(2020, 7)))  # fmt: skip
    assert labels(features, known) == {0.0: 1, 1.0: 0}


@pytest.mark.parametrize(("last_day", "label"), [(date(2021, 2, 28), 1), (date(2021, 3, 1), 0)])
def test_six_months_after_the_end_of_august_is_the_end_of_february(last_day, label):
    known = outcomes(("ana", at(2021, 4), last_day, "Resignation"), UNTIL_2021)
    assert labels(snapshots(("ana", at(2020, 8, 31))), known) == {0.0: label}


def test_the_latest_word_about_a_last_day_counts():
    known = outcomes(
        ("ana", at(2021, 2), date(2021, 1, 20), "Resignation"),
        ("ana", at(2020, 12), date(2021, 1, 20), "Dismissal"),
        UNTIL_2021,
    )
    assert labels(snapshots(("ana", at(2020, 10))), known) == {0.0: 1}


def workforce(people=200, months=36):
    """Return a panel in which every second person resigns, spread over all months."""
    features, known = [], []
    for person in range(people):
        token = f"p{person:03}"
        gone = (person * 7) % months if person % 2 else months
        for number in range(min(gone + 1, months)):
            features.append((token, month(number)))
            known.append((token, month(number), None, None))
        if gone < months:
            day = month(gone).date().replace(day=15)
            known.append((token, month(gone + 1), day, "Resignation"))
    return snapshots(*features), outcomes(*known)


def test_no_development_label_looks_into_the_later_part():
    data = training_data(*workforce(), PANEL)
    later = data.later.frame[EVENT_TIME]
    horizons = data.development.frame[EVENT_TIME].dt.offset_by(f"{HORIZON}mo")
    assert horizons.max() < later.min()
    assert later.n_unique() == round(0.2 * (36 + 1 - HORIZON))


def test_the_edge_can_be_chosen():
    data = training_data(*workforce(), PANEL, train_until=month(12))
    assert data.development.frame[EVENT_TIME].max() == month(12 - HORIZON)
    assert data.later.frame[EVENT_TIME].min() == month(13)


def test_nobody_stands_on_both_sides_of_a_fold_of_a_panel():
    development = training_data(*workforce(), PANEL).development
    held_rows = []
    for learn, held in folds(development, 5, seed=0):
        assert not set(development.person[learn]) & set(development.person[held])
        held_rows.extend(held)
    assert sorted(held_rows) == list(range(len(development)))


def test_rows_frame_label_and_person_belong_together():
    features, known = workforce()
    data = training_data(features, known, PANEL).development
    people = features.rows_by_key("Pay", unique=True)
    left = {token: day for token, _, day, _ in known.rows() if day}
    by_number = {}
    rows = zip(data.frame.iter_rows(), data.label, data.person, strict=True)
    for (when, pay), label, person in rows:
        token = people[pay][0]
        assert by_number.setdefault(person, token) == token
        end = month((when.year - 2020) * 12 + when.month - 1 + HORIZON).date()
        assert label == (token in left and left[token] <= end)
    assert len(set(by_number.values())) == len(by_number)


def test_folds_of_a_cross_section_keep_the_rate():
    features = snapshots(*((f"p{number:03}", at(2026, 1)) for number in range(200)))
    known = features.select(TOKEN, EVENT_TIME, (pl.col("Pay") % 4 == 0).alias(LABEL))
    data = training_data(features, known, CROSS)
    assert data.later is None
    assert [data.development.label[held].sum() for _, held in folds(data.development, 5, 0)] == [
        10
    ] * 5  # fmt: skip


def test_a_panel_with_a_label_column_is_parted_by_time_and_rows_without_a_label_drop_out():
    features = snapshots(*((f"p{p:03}", at(2010 + y, 12)) for p in range(100) for y in range(10)))
    known = features.select(
        TOKEN,
        EVENT_TIME,
        pl.when(pl.col("Pay") > 0).then(pl.col("Pay") % 3 == 0).alias(LABEL),
    )
    data = training_data(features, known, LABELLED)
    assert (len(data.development), len(data.later)) == (799, 200)
    assert data.development.frame[EVENT_TIME].max() == at(2017, 12)


@pytest.mark.parametrize("positives", [19, 181])
def test_too_few_of_either_kind_are_refused_with_their_numbers(positives):
    features = snapshots(*((f"p{number:03}", at(2026, 1)) for number in range(200)))
    known = features.select(TOKEN, EVENT_TIME, (pl.col("Pay") < positives).alias(LABEL))
    with pytest.raises(TrainingRefused, match=f"of 200 rows .* {positives} left"):
        training_data(features, known, CROSS)


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(TrainingRefused, match="no rows with an outcome"):
        training_data(snapshots(), outcomes(), PANEL)


def test_taking_by_mask_and_by_position_is_the_same():
    data = training_data(*workforce(), PANEL).development
    mask = data.label == 1
    by_mask, by_position = data.take(mask), data.take(np.flatnonzero(mask))
    assert by_mask.frame.equals(by_position.frame)
    assert by_mask.positives == len(by_mask) == data.positives
