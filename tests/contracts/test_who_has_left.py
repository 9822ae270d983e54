"""Who has left, as every feature store tells it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.feature_store import DeltaFeatureStore
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import (
    Column,
    Kind,
    LabelColumn,
    LeavingWithin,
    Outcome,
    Role,
    workforce_schema,
)
from stayline.ports.feature_store import FEATURES, OUTCOMES, FeatureStore

ANN = EmployeeToken("a" * 32)
JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
LABELLED = LabelColumn("left", ("Yes",))
DATED = LeavingWithin("left", "why", ("Resignation",), horizon_months=6)


def a_store(home: Path, outcome: Outcome, *, is_panel: bool = True) -> FeatureStore:
    store = open_store(home)
    store.define(
        workforce_schema(
            name="small",
            record_identifier="id",
            event_time="month" if is_panel else None,
            columns=[
                Column("id", Kind.CATEGORY, Role.IDENTITY),
                Column("month", Kind.DATE, Role.IGNORED),
                Column("pay", Kind.NUMBER, Role.FEATURE),
                Column("left", Kind.CATEGORY, Role.OUTCOME),
                Column("why", Kind.CATEGORY, Role.OUTCOME),
            ],
            outcome=outcome,
        )
    )
    return store


def open_store(home: Path) -> FeatureStore:
    return DeltaFeatureStore(open_database(home / "online.db", "online"), home / "offline")


def seen(store: FeatureStore, *months: datetime) -> None:
    for month in months:
        row = pl.DataFrame({"token": [ANN], "event_time": [month], "pay": [1.0]})
        store.put(FEATURES, row, written_at=MARCH)


def labelled(store: FeatureStore, month: datetime, *, left: bool) -> None:
    row = pl.DataFrame({"token": [ANN], "event_time": [month], "label": [left]})
    store.put(OUTCOMES, row, written_at=MARCH)


def dated(store: FeatureStore, month: datetime, last_day: date | None) -> None:
    row = pl.DataFrame({"token": [ANN], "event_time": [month], "left_on": [last_day]})
    reasoned = row.with_columns(pl.col("left_on").cast(pl.Date), reason=pl.lit("Resignation"))
    store.put(OUTCOMES, reasoned, written_at=MARCH)


def has_left(store: FeatureStore, at: datetime) -> bool:
    told = store.has_left(ANN, at=at)
    assert (ANN in store.everyone_who_left(at=at)) is told
    return told


def test_the_newest_label_of_a_panel_tells_who_has_left(tmp_path: Path) -> None:
    store = a_store(tmp_path, LABELLED)
    seen(store, JANUARY, FEBRUARY)
    labelled(store, JANUARY, left=False)
    assert not has_left(store, MARCH)
    labelled(store, FEBRUARY, left=True)
    assert has_left(store, MARCH)
    assert not has_left(store, JANUARY)


def test_a_label_of_a_cross_section_is_for_training_only(tmp_path: Path) -> None:
    store = a_store(tmp_path, LABELLED, is_panel=False)
    seen(store, JANUARY)
    labelled(store, JANUARY, left=True)
    assert not has_left(store, MARCH)


@pytest.mark.parametrize("day_after", [0, 1, 40])
def test_who_left_on_a_date_has_left_from_that_day_on(tmp_path: Path, day_after: int) -> None:
    store = a_store(tmp_path, DATED)
    seen(store, JANUARY)
    dated(store, JANUARY, date(2026, 1, 20))
    last_day = datetime(2026, 1, 20, tzinfo=UTC)
    assert not has_left(store, last_day - timedelta(microseconds=1))
    assert has_left(store, last_day + timedelta(days=day_after))


def test_who_is_seen_after_the_last_day_is_back(tmp_path: Path) -> None:
    store = a_store(tmp_path, DATED)
    seen(store, JANUARY)
    dated(store, JANUARY, date(2026, 1, 20))
    seen(store, FEBRUARY)
    assert not has_left(store, MARCH)
    dated(store, FEBRUARY, date(2026, 1, 20))
    assert has_left(store, MARCH)
    dated(store, FEBRUARY, None)
    assert not has_left(store, MARCH)


def test_an_older_outcome_told_later_changes_nothing(tmp_path: Path) -> None:
    store = a_store(tmp_path, LABELLED)
    seen(store, JANUARY, FEBRUARY)
    labelled(store, FEBRUARY, left=False)
    labelled(store, JANUARY, left=True)
    assert not has_left(store, MARCH)


def test_a_last_day_is_known_after_a_crash_and_forgotten_with_the_person(tmp_path: Path) -> None:
    store = a_store(tmp_path, DATED)
    seen(store, JANUARY)
    dated(store, JANUARY, date(2026, 1, 20))
    raw = open_database(tmp_path / "online.db", "online")
    with raw.begin() as connection:
        connection.exec_driver_sql("DELETE FROM last_days")
        connection.exec_driver_sql("DELETE FROM applied_versions WHERE feature_group = 'outcomes'")
    assert not has_left(store, MARCH)
    healed = open_store(tmp_path)
    assert has_left(healed, MARCH)
    healed.erase(ANN)
    with raw.begin() as connection:
        assert connection.exec_driver_sql("SELECT * FROM last_days").all() == []
    assert healed.problems() == []
