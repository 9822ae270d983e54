"""Which answers count as ripe, and which of them quality is measured on."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from stayline.bootstrap import Ports
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.pseudonyms import EmployeeToken
from stayline.modelling.watching.baselines import Baselines
from stayline.usecases.watch_window.outcomes import COHORT, Outcomes
from trained import panel_model

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
HORIZON = timedelta(days=185)
DAY = timedelta(days=1)
PEOPLE = [EmployeeToken(f"{number:032x}") for number in range(20)]
OLD, NEW, YOUNG = NOW - 2 * HORIZON - 20 * DAY, NOW - HORIZON - 5 * DAY, NOW - 30 * DAY


@pytest.fixture
def answered(ports: Ports) -> Ports:
    """Answer about everybody long ago, about a horizon ago, and lately; all seen until a day."""
    for at in (OLD, NEW, YOUNG):
        ports.answers.add(
            pl.DataFrame(
                {
                    "event_id": [f"{at:%Y-%m-%d} {token}" for token in PEOPLE],
                    "inference_id": [None] * len(PEOPLE),
                    "inferred_at": [at] * len(PEOPLE),
                    "token": PEOPLE,
                    "risk": [0.2] * len(PEOPLE),
                    "model_version": [1] * len(PEOPLE),
                }
            )
        )
    seen = (NOW - HORIZON - 10 * DAY).date()
    ports.outcomes.add([PersonOutcome(token, seen, NOW) for token in PEOPLE])
    return ports


def label_events(ports: Ports, at: datetime, people: int = len(PEOPLE)) -> None:
    ports.outcomes.add(
        [EventOutcome(f"{at:%Y-%m-%d} {token}", False, NOW) for token in PEOPLE[:people]]
    )


def known(ports: Ports) -> Outcomes:
    return Outcomes(ports.outcomes, Baselines.of(panel_model()[0].archive, {}), NOW)


def cohort(ports: Ports) -> pl.DataFrame:
    found = known(ports).cohort(ports.answers, ports.decisions, version=1)
    assert found is not None
    return found


def test_an_old_table_of_people_does_not_hold_up_labels_by_event(answered):
    assert set(cohort(answered)["inferred_at"]) == {OLD}
    label_events(answered, NEW)
    found = cohort(answered)
    assert set(found["inferred_at"]) == {NEW}
    assert found["is_ripe"].all()
    assert found["label"].to_list() == [False] * len(PEOPLE)


def test_labels_by_event_that_come_a_month_late_are_found(answered):
    late = NEW - COHORT
    answered.answers.add(
        answered.answers.between(OLD, OLD + DAY, model_version=1).with_columns(
            event_id=pl.lit(f"{late:%Y-%m-%d} ") + pl.col("token"),
            inferred_at=pl.lit(late).cast(pl.Datetime("us", "UTC")),
        )
    )
    label_events(answered, late)
    assert set(cohort(answered)["inferred_at"]) == {late}


def test_a_few_labels_by_event_do_not_stand_for_the_others(answered):
    label_events(answered, NEW, people=12)
    assert set(cohort(answered)["inferred_at"]) == {OLD}


def test_a_label_by_event_waits_for_its_own_horizon_and_other_rows_for_the_people(answered):
    label_events(answered, NEW, people=12)
    label_events(answered, YOUNG)
    rows = known(answered).of(answered.answers.between(OLD, NOW, model_version=1))
    ripe = rows.group_by("inferred_at").agg(pl.col("is_ripe").sum())
    assert dict(ripe.iter_rows()) == {OLD: 20, NEW: 12, YOUNG: 0}
