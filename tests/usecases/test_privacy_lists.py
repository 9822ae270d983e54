"""What is due, as the pages on privacy tell it, from real stores."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from import_runs import Home
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.job_runs import RunOutcome
from stayline.domain.opt_out import OptOutKind
from stayline.domain.register.retention import SCAN, DeferredErasure, LegalHold, PurgeRun
from stayline.domain.register.rights import NoticeGiven
from stayline.ports.governance_register import Entry
from stayline.usecases.list_holds import list_holds
from stayline.usecases.list_opt_outs import list_opt_outs
from stayline.usecases.list_register import list_register
from stayline.usecases.read_chain_state import read_chain_state
from stayline.usecases.read_purge_ledger import PurgeLedger, read_purge_ledger
from stores import ANA, BO, HOUR, NOON

DAY = timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def run(store: str, run_id: str, *, oldest: float | None = None, **changed) -> PurgeRun:
    return PurgeRun(
        store, run_id, "raw_inputs", "EU", NOON, NOON, 180, None,
        **{"deleted": 0, "youngest_deleted_days": None, "held_back": 0} | changed,
        oldest_left_days=oldest,
    )  # fmt: skip


def put(home: Home, *records: object) -> None:
    now = home.clock.now()
    ids = [f"{type(record).__name__}-{number}" for number, record in enumerate(records)]
    for entry_id, record in zip(ids, records, strict=True):
        home.ports.register.add([Entry(entry_id, record, now, "dora")])


def test_the_ledger_tells_each_stores_last_purge_and_scan(home: Home) -> None:
    put(
        home,
        run("kept scores", "one", deleted=3),
        run("kept scores", "two", deleted=5),
        run("kept scores", f"{SCAN}two", oldest=180.0),
        run("answers", f"{SCAN}two", oldest=180.1),
    )
    ledger = read_purge_ledger(register=home.ports.register, jobs=home.ports.jobs, clock=home.clock)
    scores, answers = ledger.stores
    assert scores.purge is not None
    assert scores.purge.deleted == 5
    assert (scores.is_over, answers.is_over) == (False, True)
    assert answers.purge is None
    assert (ledger.last, ledger.is_due) == (None, False)
    assert (ledger.next_at.hour, ledger.next_at.minute) == (0, 30)


def test_the_next_purge_is_when_its_job_runs_next(home: Home) -> None:
    jobs, due = home.ports.jobs, NOON.replace(hour=0, minute=30, microsecond=0)
    jobs.enrol(["purge"], at=NOON - 9 * DAY)

    def ledger_after(outcome: RunOutcome, at: datetime) -> PurgeLedger:
        with jobs.alone("purge"):
            begun = jobs.begin("purge", at, by="schedule", at=at)
            assert begun is not None
            jobs.end(begun, outcome, "said", at=at + HOUR)
        home.clock.instant = NOON
        return read_purge_ledger(register=home.ports.register, jobs=jobs, clock=home.clock)

    missed = ledger_after(RunOutcome.SUCCEEDED, due - 2 * DAY)
    assert missed.is_due, "those of two nights did not run"
    failed = ledger_after(RunOutcome.FAILED, due)
    assert failed.last is not None
    assert failed.last.outcome is RunOutcome.FAILED
    done = ledger_after(RunOutcome.SUCCEEDED, due)
    assert (done.is_due, done.next_at) == (False, due + DAY)


def test_holds_come_by_age_with_what_waits_for_them(home: Home) -> None:
    now = home.clock.now()
    put(
        home,
        LegalHold(BO, "new", "why", now - 179 * DAY),
        LegalHold(ANA, "old", "why", now - 180 * DAY),
        LegalHold(ANA, "over", "why", now - 300 * DAY, now - 200 * DAY),
        DeferredErasure(ANA, now, "asked"),
    )
    found = list_holds(register=home.ports.register, clock=home.clock)
    told = [(one.entry.record.matter, one.stands, one.is_to_review, one.days) for one in found]
    assert told == [
        ("old", True, True, 180),
        ("new", True, False, 179),
        ("over", False, False, 100),
    ]
    assert [one.delays_erasure for one in found] == [True, False, True]


def test_somebody_who_is_out_for_two_reasons_is_one_person(home: Home) -> None:
    opt_outs, now = home.ports.opt_outs, home.clock.now()
    for kind in OptOutKind:
        opt_outs.opt_out(ANA, at=now - HOUR, kind=kind)
    opt_outs.opt_out(BO, at=now - 2 * HOUR)
    opt_outs.opt_in(BO, at=now - HOUR)
    found = list_opt_outs(opt_outs=opt_outs, clock=home.clock)
    assert (found.people, found.ended, len(found.standing)) == (1, 1, 2)
    assert found.by_kind[OptOutKind.OBJECTION] == 1


def test_kinds_without_an_entry_are_told_too(home: Home) -> None:
    put(home, NoticeGiven(ANA, "1", "de", NOON))
    found = {one.kind: one for one in list_register(register=home.ports.register)}
    assert len(found) == 15
    assert found[NoticeGiven].recorded_by == "dora"
    assert found[LegalHold].recorded_at is None


def test_a_new_log_was_never_looked_at_and_a_short_note_breaks_nothing(home: Home) -> None:
    audit = home.ports.audit
    state = read_chain_state(audit=audit)
    assert (state.events, state.signed, state.verified, state.is_broken) == (0, None, None, False)
    audit.append(AuditEvent(AuditEventKind.AUDIT_LOG_VERIFIED, "dora", "audit-log", NOON, {}))
    state = read_chain_state(audit=audit)
    assert (state.events, state.problems, state.anchored, state.is_broken) == (1, 0, 0, False)
