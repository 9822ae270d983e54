"""A purge over all stores: what goes, what is held, what nobody has decided, and the ledger."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import polars as pl
import pytest
import sqlalchemy as sa

from erasures import HR_ID, extract_with_marked_person, import_marked, token_of
from stayline.bootstrap import build
from stayline.bootstrap.retention import aged_stores
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.register.retention import LegalHold, PurgeRun
from stayline.domain.retention import DecidedConflict, Follow, RecordClass, RetentionPolicy
from stayline.ports.governance_register import Entry
from stayline.settings import Settings
from stayline.usecases.purge_records import purge_records
from stayline.usecases.scan_records import scan_records
from stores import ANA, BO, NOON, SetClock

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
EXACT = RetentionPolicy(purge_ahead_days=0)


@pytest.fixture
def clock():
    return SetClock(NOON)


@pytest.fixture
def ports(tmp_path, clock):
    return build(Settings(home=tmp_path / "home"), clock=clock)


def purge(ports, policy=EXACT, *, is_real=True):
    return purge_records(
        aged_stores(ports, policy), policy=policy, is_real=is_real, reason="it is time",
        actor="ana", directory=ports.directory, register=ports.register, audit=ports.audit,
        clock=ports.clock,
    )  # fmt: skip


def scan(ports, policy=EXACT):
    found = scan_records(
        aged_stores(ports, policy), policy=policy, actor="ana",
        directory=ports.directory, register=ports.register, clock=ports.clock,
    )  # fmt: skip
    return {one.store: one for one in found}


def capture(ports, token=ANA):
    answer = f'{{"token":"{token}","risk":0.1}}'
    ports.capture.append([CaptureRecord(uuid4().hex, ports.clock.now(), "{}", answer)])


def answer(ports, token=ANA, event="event"):
    ports.answers.add(
        pl.DataFrame(
            {"event_id": [event], "inference_id": [None], "inferred_at": [ports.clock.now()],
             "token": [token], "risk": [0.1], "model_version": [1]}
        )
    )  # fmt: skip


def hold(ports, token):
    record = LegalHold(token, "case 17", "a charge was filed", since=NOON)
    ports.register.add([Entry("hold-1", record, NOON, "ana")])


def left(ports):
    return [one.answer.split('"')[3] for one in ports.capture.read(NOON, NOON + 999 * DAY)]


def ledger(ports):
    return {one.record.subject: one.record for one in ports.register.entries(PurgeRun)}


def test_a_row_a_second_over_the_ceiling_goes_and_one_exactly_as_old_stays(ports, clock):
    capture(ports)
    clock.instant = NOON + 180 * DAY
    assert not scan(ports)["captured requests"].is_over
    assert purge(ports).deleted("captured requests") == 0
    clock.instant += SECOND
    assert scan(ports)["captured requests"].over == 1
    assert purge(ports).deleted("captured requests") == 1
    found = scan(ports)["captured requests"]
    assert (found.rows, found.is_over) == (0, False)


def test_the_daily_purge_goes_ahead_so_that_nothing_is_over_before_the_next(ports, clock):
    capture(ports)
    clock.instant = NOON + 179 * DAY + SECOND
    assert purge(ports, RetentionPolicy()).deleted("captured requests") == 1


def test_a_dry_run_removes_nothing_and_leaves_no_record(ports, clock):
    capture(ports)
    clock.instant = NOON + 200 * DAY
    plan = next(p for p in purge(ports, is_real=False).stores if p.store == "captured requests")
    assert (plan.rows, plan.goes, plan.deleted, plan.ceiling_days) == (1, 1, 0, 180)
    assert left(ports) == [ANA]
    assert ports.register.history(PurgeRun) == []
    assert ports.audit.events() == []


def test_no_event_goes_before_its_floor(ports, clock):
    answer(ports)
    ports.outcomes.add([EventOutcome("event", True, NOON), PersonOutcome(ANA, NOON.date(), NOON)])
    clock.instant = NOON + 184 * DAY
    assert purge(ports).deleted("answers") == purge(ports).deleted("outcomes") == 0
    clock.instant += SECOND
    done = purge(ports)
    assert (done.deleted("answers"), done.deleted("outcomes")) == (1, 2)
    assert ledger(ports)["answers"].youngest_deleted_days > 184
    assert ledger(ports)["answers"].floor_days == 184


def test_everything_of_who_is_held_stays_in_every_store(ports, clock):
    for token, event in ((ANA, "a"), (BO, "b")):
        capture(ports, token)
        answer(ports, token, event)
        ports.decisions.add(
            Decision(event, token, ActionKind.MENTORING, "because of that", "mara", NOON)
        )
        ports.outcomes.add(
            [EventOutcome(event, True, NOON), PersonOutcome(token, NOON.date(), NOON)]
        )
    hold(ports, ANA)
    clock.instant = NOON + 900 * DAY
    policy = replace(EXACT, decisions_days=30)
    done = purge(ports, policy)
    assert left(ports) == [ANA]
    assert ports.answers.ids_of([ANA, BO]) == {"a"}
    assert ports.outcomes.of_events(clock.instant) == {"a": True}
    assert [one.token for one in ports.outcomes.of_people(clock.instant)] == [ANA]
    assert ports.decisions.decisions(ANA)
    assert not ports.decisions.decisions(BO)
    held = {plan.store: plan.held_back for plan in done.stores if plan.held_back}
    assert held == {"captured requests": 1, "answers": 1, "outcomes": 2, "decisions": 1}
    assert all(run.held_lost == 0 for run in ledger(ports).values())
    lifted = replace(ports.register.entries(LegalHold)[0].record, until=clock.instant)
    ports.register.add([Entry("hold-1", lifted, clock.instant, "ana")])
    assert purge(ports, policy).deleted("captured requests") == 1


def test_a_look_asks_no_more_often_for_many_people_held_than_for_one(ports):
    asked = []

    def note(*told):
        asked.append(told[2])

    def asked_in_a_look():
        asked.clear()
        purge(ports, is_real=False)
        return len(asked)

    hold(ports, ANA)
    held = [
        LegalHold(f"{number:032x}", "case 18", "A charge.", since=NOON) for number in range(200)
    ]
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        of_one = asked_in_a_look()
        ports.register.add([Entry(one.subject, one, NOON, "ana") for one in held])
        of_many = asked_in_a_look()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert of_many == of_one > 0


def test_a_hold_that_was_set_before_the_clock_went_back_keeps_its_rows(ports, clock):
    capture(ports)
    record = LegalHold(ANA, "case 17", "a charge was filed", since=NOON + 201 * DAY)
    ports.register.add([Entry("hold-1", record, record.since, "ana")])
    clock.instant = NOON + 200 * DAY
    assert purge(ports).deleted("captured requests") == 0
    assert scan(ports)["captured requests"].held_back == 1
    assert left(ports) == [ANA]


def test_a_conflict_stops_its_class_alone_until_somebody_decides(ports, clock):
    capture(ports)
    answer(ports)
    clock.instant = NOON + 900 * DAY
    policy = replace(EXACT, jurisdictions=("EU", "US-CA"))
    done = purge(ports, policy)
    assert len(done.conflicts) == 1
    assert "2 CCR 11013(c)" in done.conflicts[0]
    assert left(ports) == [ANA]
    assert done.deleted("answers") == 1
    refused = ports.audit.events(subject="captured requests")
    assert [event.kind for event in refused] == [AuditEventKind.PURGE_REFUSED]
    decided = DecidedConflict(RecordClass.RAW_INPUTS, Follow.CEILING, "dora", "counsel")
    assert purge(ports, replace(policy, decided=(decided,))).deleted("captured requests") == 1


def test_the_ledger_has_each_stores_run_before_and_after(ports, clock):
    capture(ports)
    clock.instant = NOON + 181 * DAY
    done = purge(ports)
    runs = [one.record for one in ports.register.history(PurgeRun)]
    first, last = (run for run in runs if run.subject == "captured requests")
    assert (first.completed_at, first.deleted) == (None, 0)
    assert (last.run_id, last.deleted, last.jurisdiction) == (done.run_id, 1, "EU")
    assert last.youngest_deleted_days == pytest.approx(181, abs=0.05)
    assert len(last.tokens_digest) == 64
    scan(ports)
    assert any(run.startswith("scan-") for run in (r.run_id for r in ledger(ports).values()))


def test_old_history_goes_by_policy_only_and_never_the_newest_fact(ports, clock, tmp_path):
    clock.instant = NOON
    import_marked(ports, tmp_path, extract_with_marked_person(tmp_path / "march.csv"))
    token, group = token_of(ports), "features"
    newest = ports.features.newest([token]).drop("write_time")
    older = newest.with_columns(pl.col("event_time") - 900 * DAY)
    ports.features.put(group, older, written_at=NOON)
    before = ports.features.frame(group, as_of=NOON).height
    assert purge(ports).deleted("feature history") == 0
    policy = replace(EXACT, feature_history_days=400)
    assert purge(ports, policy).deleted("feature history") == 1
    assert ports.features.frame(group, as_of=NOON).height == before - 1
    clock.instant = NOON + 2000 * DAY
    assert purge(ports, policy).deleted("feature history") == 0
    assert ports.features.known([token])
    assert ports.features.problems() == []


def test_of_an_old_extract_only_rows_of_people_held_stay(ports, clock, tmp_path):
    done = tmp_path / "home" / "inbox" / "done" / "march.csv"
    extract_with_marked_person(done)
    import_marked(ports, tmp_path, done)
    hold(ports, token_of(ports))
    clock.instant = NOON + 900 * DAY
    purge(ports)
    assert pl.read_csv(done)["EmployeeNumber"].to_list() == [HR_ID]


def test_old_backups_are_named_and_left(ports, clock, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "monday.tar").write_bytes(b"all")
    clock.instant = NOON + 900 * DAY
    policy = replace(EXACT, backups=(str(folder), str(tmp_path / "gone")))
    old, missing = purge(ports, policy).backups
    assert old.path.endswith("monday.tar")
    assert old.age_days > 180
    assert missing.age_days is None
    assert (folder / "monday.tar").exists()
