"""Records of a panel, whose outcomes are last days; the other kind is tested over the wire."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.outcomes import PersonOutcome
from stayline.domain.register.rights import Erasure
from stayline.errors import RecordRefused
from stayline.ports.answer_book import ANSWER_TYPES
from stayline.ports.governance_register import Entry
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.delete_features import delete_features
from stayline.usecases.get_features import get_features
from stayline.usecases.put_features import put_features
from stores import ANA, BO, NOON, SetClock

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def ports(tmp_path):
    ports = build(Settings(home=tmp_path), clock=SetClock())
    ports.features.define(named_schema("monthly-panel"))
    return ports


def put(ports, group, values, *, token=ANA, event_time=MARCH):
    return put_features(
        token, group, values, hr_id=f"id of {token[:4]}", event_time=event_time,
        register=ports.register, features=ports.features, directory=ports.directory,
        secrets=ports.secrets, audit=ports.audit, clock=ports.clock, actor="hr-sync",
    )  # fmt: skip


def get(ports, group, token=ANA):
    return get_features(
        token, group, features=ports.features, audit=ports.audit, clock=ports.clock, actor="hr-sync"
    )


def delete(ports, event_time, token=ANA):
    return delete_features(
        token, event_time=event_time, features=ports.features, directory=ports.directory,
        scores=ports.scores,
        outcomes=ports.outcomes, answers=ports.answers, audit=ports.audit, clock=ports.clock,
        actor="hr-sync",
    )  # fmt: skip


def test_a_record_is_whole_and_its_values_are_those_an_import_would_keep(ports):
    assert put(ports, "features", {"OverTime": "yes", "MonthlyIncome": " 5500 ", "JobRole": ""})
    record = get(ports, "features")
    told = {name: value for name, value in record.values.items() if value is not None}
    assert (record.event_time, told) == (MARCH, {"OverTime": "Yes", "MonthlyIncome": 5500.0})


def test_the_same_fact_again_is_nothing_new(ports):
    assert put(ports, "features", {"OverTime": "Yes"})
    assert not put(ports, "features", {"OverTime": "Yes"})
    details = [event.details["new"] for event in ports.audit.events(subject=ANA)]
    assert details == [True, False]


def test_an_outcome_of_a_panel_is_a_last_day_and_its_reason(ports):
    put(ports, "features", {"OverTime": "Yes"})
    told = {"LastDay": "2026-02-27", "LeavingReason": "Resignation"}
    put(ports, "outcomes", told)
    known = get(ports, "outcomes").values
    assert known == {"LastDay": date(2026, 2, 27), "LeavingReason": "Resignation"}
    assert ports.features.has_left(ANA, at=NOON)
    put(ports, "outcomes", {}, event_time=MARCH + timedelta(hours=1))
    assert not ports.features.has_left(ANA, at=NOON)


def test_nothing_known_is_none_and_the_question_is_written_down(ports):
    assert get(ports, "features", BO) is None
    assert get(ports, "outcomes", BO) is None
    events = ports.audit.events(subject=BO)
    assert {event.kind for event in events} == {AuditEventKind.FEATURES_READ}
    assert [event.details["found"] for event in events] == [False, False]


@pytest.mark.parametrize(
    ("group", "values", "told"),
    [
        ("features", {"EmployeeName": "Ana"}, "only an import may"),
        ("features", {"LastDay": "2026-02-27"}, "no feature of this group"),
        ("outcomes", {"OverTime": "Yes"}, "no feature of this group"),
        ("outcomes", {"LastDay": "soon"}, "a date"),
    ],
)
def test_what_belongs_elsewhere_is_refused_by_name_and_the_refusal_kept(ports, group, values, told):
    with pytest.raises(RecordRefused, match=told):
        put(ports, group, values)
    (event,) = ports.audit.events()
    assert (event.kind, event.subject) == (AuditEventKind.REQUEST_REFUSED, ANA)
    assert "Ana" not in str(event.details)
    assert get(ports, group) is None


def test_clocks_may_differ_by_minutes_but_not_by_an_hour(ports):
    assert put(ports, "features", {"OverTime": "Yes"}, event_time=NOON + timedelta(minutes=4))
    with pytest.raises(RecordRefused, match="yet to come"):
        put(ports, "features", {"OverTime": "No"}, event_time=NOON + timedelta(hours=1))


def test_who_deletes_must_have_seen_the_newest_record(ports):
    put(ports, "features", {"OverTime": "Yes"})
    put(ports, "outcomes", {"LastDay": "2026-02-27", "LeavingReason": "Resignation"})
    with pytest.raises(RecordRefused, match="later"):
        delete(ports, MARCH)
    assert delete(ports, MARCH + timedelta(seconds=1)) == 2
    assert get(ports, "features") is get(ports, "outcomes") is None
    assert delete(ports, MARCH) == 0


def test_what_became_known_of_a_person_goes_with_the_features(ports):
    known = [PersonOutcome(token, NOON.date(), NOON) for token in (ANA, BO)]
    ports.outcomes.add(known)
    delete(ports, MARCH)
    assert ports.outcomes.of_people(NOON) == known[1:]


def test_the_answers_kept_about_a_person_go_with_the_features(ports):
    told = [(token[0], None, NOON, token, 0.5, 1) for token in (ANA, BO)]
    ports.answers.add(pl.DataFrame(told, schema=ANSWER_TYPES, orient="row"))
    delete(ports, MARCH)
    kept = ports.answers.between(MARCH, NOON + timedelta(days=1), model_version=1)
    assert kept["token"].to_list() == [BO]


def test_a_store_of_another_schema_changes_what_a_record_may_hold(tmp_path):
    ports = replace(build(Settings(home=tmp_path)), clock=SetClock())
    ports.features.define(named_schema("ibm-hr"))
    with pytest.raises(RecordRefused, match="'Attrition'"):
        put(ports, "outcomes", {})
    assert put(ports, "outcomes", {"Attrition": "No"})
    assert get(ports, "outcomes").values == {"Attrition": "No"}


def test_nothing_is_put_of_who_was_erased_until_that_is_allowed_again(ports):
    tombstone = Erasure(ANA, started_at=NOON, completed_at=NOON)
    ports.register.add([Entry("one", tombstone, NOON, "dora")])
    values = {"LastWorkingDay": None, "LeavingReason": None}
    with pytest.raises(RecordRefused, match="erased"):
        put(ports, "outcomes", values)
    ports.register.add([Entry("one", replace(tombstone, lifted_at=NOON), NOON, "dora")])
    with pytest.raises(RecordRefused) as refusal:
        put(ports, "outcomes", {"no such column": "1"})
    assert "erased" not in str(refusal.value)
