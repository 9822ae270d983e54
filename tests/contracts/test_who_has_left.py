"""Who has left, as every feature store tells it."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

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
from stores import Backend

ANN = EmployeeToken("a" * 32)
JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
LABELLED = LabelColumn("left", ("Yes",))
DATED = LeavingWithin("left", "why", ("Resignation",), horizon_months=6)


def a_store(backend: Backend, outcome: Outcome, *, is_panel: bool = True) -> FeatureStore:
    store = backend.features()
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


def test_the_newest_label_of_a_panel_tells_who_has_left(backend: Backend) -> None:
    store = a_store(backend, LABELLED)
    seen(store, JANUARY, FEBRUARY)
    labelled(store, JANUARY, left=False)
    assert not has_left(store, MARCH)
    labelled(store, FEBRUARY, left=True)
    assert has_left(store, MARCH)
    assert not has_left(store, JANUARY)


def test_a_label_of_a_cross_section_is_for_training_only(backend: Backend) -> None:
    store = a_store(backend, LABELLED, is_panel=False)
    seen(store, JANUARY)
    labelled(store, JANUARY, left=True)
    assert not has_left(store, MARCH)


@pytest.mark.parametrize("day_after", [0, 1, 40])
def test_who_left_on_a_date_has_left_from_that_day_on(backend: Backend, day_after: int) -> None:
    store = a_store(backend, DATED)
    seen(store, JANUARY)
    dated(store, JANUARY, date(2026, 1, 20))
    last_day = datetime(2026, 1, 20, tzinfo=UTC)
    assert not has_left(store, last_day - timedelta(microseconds=1))
    assert has_left(store, last_day + timedelta(days=day_after))


def test_who_is_seen_after_the_last_day_is_back(backend: Backend) -> None:
    store = a_store(backend, DATED)
    seen(store, JANUARY)
    dated(store, JANUARY, date(2026, 1, 20))
    seen(store, FEBRUARY)
    assert not has_left(store, MARCH)
    dated(store, FEBRUARY, date(2026, 1, 20))
    assert has_left(store, MARCH)
    dated(store, FEBRUARY, None)
    assert not has_left(store, MARCH)


def test_an_older_outcome_told_later_changes_nothing(backend: Backend) -> None:
    store = a_store(backend, LABELLED)
    seen(store, JANUARY, FEBRUARY)
    labelled(store, FEBRUARY, left=False)
    labelled(store, JANUARY, left=True)
    assert not has_left(store, MARCH)


def test_a_last_day_is_seen_by_who_opens_the_store_anew_and_goes_with_the_person(
    backend: Backend,
) -> None:
    store = a_store(backend, DATED)
    seen(store, JANUARY)
    dated(store, JANUARY, date(2026, 1, 20))
    assert has_left(backend.features(), MARCH)
    store.erase(ANN)
    assert not has_left(store, MARCH)
    assert store.facts(OUTCOMES, [ANN]).is_empty()


def test_many_people_are_told_as_few_are(backend: Backend) -> None:
    store = a_store(backend, DATED)
    tokens = [EmployeeToken(f"{number:032x}") for number in range(120)]
    rows = pl.DataFrame({"token": tokens}).with_columns(event_time=pl.lit(JANUARY), pay=1.0)
    store.put(FEATURES, rows, written_at=MARCH)
    last_days = rows.select(
        "token", "event_time", left_on=pl.lit(date(2026, 1, 20)), reason=pl.lit("Resignation")
    )
    store.put(OUTCOMES, last_days.head(110), written_at=MARCH)
    assert store.who_left(tokens, at=MARCH) == set(tokens[:110])
    assert store.who_left(tokens[100:], at=MARCH) == set(tokens[100:110])
    assert store.known([*tokens, ANN]) == set(tokens)
    assert store.known([tokens[0], ANN]) == {tokens[0]}
    assert store.records(tokens).keys() == set(tokens)
    assert store.records([*tokens[:2], ANN]).keys() == set(tokens[:2])
