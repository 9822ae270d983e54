"""Each fault of retention flips its own control and no other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from healthy_areas import DAY, SECOND, purge_run
from healthy_quarter import UNTIL, changed, flipped, healthy_quarter, verdicts
from stayline.domain.compliance.areas.retention_records import Removal, StoreAge
from stayline.domain.compliance.verdicts import Status
from stayline.domain.register.retention import LegalHold

WELL = healthy_quarter()
FAIL, NO_EVIDENCE = Status.FAIL, Status.NO_EVIDENCE
HOLD = LegalHold("a" * 32, "charge 7", "A charge was filed.", UNTIL - 40 * DAY, UNTIL - 20 * DAY)


def with_retention(**values):
    return changed(WELL, "retention", **values)


def with_run(until=UNTIL, **values):
    well = healthy_quarter(until)
    ledger = (*well.retention.ledger, purge_run(until, **values))
    return changed(well, "retention", ledger=ledger)


@pytest.mark.parametrize(
    ("age", "flips"), [(180 * DAY, {}), (180 * DAY + SECOND, {"RET-01": FAIL})]
)
def test_a_raw_row_may_be_180_days_old_and_no_second_more(age, flips):
    store = StoreAge("capture", 1, UNTIL - age)
    evidence = with_retention(stores=(store,))
    assert flipped(evidence) == flips
    if flips:
        assert verdicts(evidence)["RET-01"].offending == ("capture",)


def test_a_row_that_was_too_old_in_the_middle_of_the_quarter_is_found_in_the_ledger():
    assert flipped(with_run(oldest_left_days=180.5)) == {"RET-01": FAIL}


def test_an_empty_ledger_is_no_evidence_for_any_control_of_retention():
    assert flipped(with_retention(ledger=())) == {
        "RET-01": NO_EVIDENCE,
        "RET-02": NO_EVIDENCE,
        "RET-03": NO_EVIDENCE,
        "RET-04": NO_EVIDENCE,
    }


@pytest.mark.parametrize(("days", "flips"), [(366, {}), (180, {"RET-02": FAIL})])
def test_an_event_purged_at_180_days_was_purged_too_early(days, flips):
    assert flipped(with_run(record_class="events", youngest_deleted_days=days)) == flips


@pytest.mark.parametrize(("days", "flips"), [(184, {}), (183.9, {"RET-02": FAIL})])
def test_events_of_the_eu_are_kept_for_184_days(days, flips):
    evidence = with_run(record_class="events", jurisdiction="EU", youngest_deleted_days=days)
    assert flipped(evidence) == flips


def test_a_purge_that_does_not_know_what_it_removed_fails():
    assert flipped(with_run(record_class="events", youngest_deleted_days=None)) == {"RET-02": FAIL}


@pytest.mark.parametrize(
    ("until", "flips"),
    [
        (datetime(2026, 12, 31, 4, tzinfo=UTC), {}),
        (datetime(2027, 1, 1, 4, tzinfo=UTC), {"RET-02": FAIL}),
    ],
)
def test_colorados_three_years_bind_from_2027(until, flips):
    evidence = with_run(
        until, record_class="decisions", jurisdiction="US-CO", youngest_deleted_days=730
    )
    assert flipped(evidence, until) == flips
    warned = " ".join(verdicts(evidence, until)["RET-02"].warnings)
    assert ("us-co applies from 2027-01-01" in warned) is not bool(flips)


@pytest.mark.parametrize(
    ("until", "flips"),
    [
        (datetime(2027, 5, 12, 4, tzinfo=UTC), {}),
        (datetime(2027, 5, 13, 4, tzinfo=UTC), {"RET-02": FAIL}),
    ],
)
def test_indias_year_of_logs_binds_from_13_may_2027(until, flips):
    evidence = with_run(until, record_class="events", jurisdiction="IN", youngest_deleted_days=200)
    assert flipped(evidence, until) == flips


def test_what_was_lawfully_removed_before_a_floor_bound_stays_lawful():
    until = datetime(2027, 1, 20, tzinfo=UTC)
    evidence = with_run(
        until, record_class="decisions", jurisdiction="US-CO", youngest_deleted_days=730,
        started_at=datetime(2026, 12, 30, tzinfo=UTC),
    )  # fmt: skip
    assert flipped(evidence, until) == {}


@pytest.mark.parametrize(
    ("at", "flips"),
    [
        (HOLD.since - SECOND, {}),
        (HOLD.since, {"RET-03": FAIL}),
        (HOLD.until - SECOND, {"RET-03": FAIL}),
        (HOLD.until, {}),
    ],
)
def test_nothing_of_a_person_on_hold_may_go(at, flips):
    removal = Removal(HOLD.subject, at, "employee.erased")
    assert flipped(with_retention(holds=(HOLD,), removals=(removal,))) == flips


def test_a_hold_says_why():
    assert flipped(with_retention(holds=(replace(HOLD, reason=" "),))) == {"RET-03": FAIL}


def test_a_day_without_a_purge_is_missed():
    attempts = WELL.retention.attempts
    assert flipped(with_retention(attempts=attempts[:40] + attempts[41:])) == {}
    evidence = with_retention(attempts=attempts[:40] + attempts[42:])
    assert flipped(evidence) == {"RET-04": FAIL}


def test_a_failed_purge_that_was_not_made_up_for_is_missed():
    attempts = [replace(one, has_succeeded=False) for one in WELL.retention.attempts[40:43]]
    some = WELL.retention.attempts
    evidence = with_retention(attempts=(*some[:40], *attempts, *some[43:]))
    assert flipped(evidence) == {"RET-04": FAIL}


def test_a_run_that_did_not_end_fails_until_another_has():
    assert flipped(with_run(completed_at=None, subject="kept scores")) == {"RET-04": FAIL}
    earlier = UNTIL - 5 * DAY
    assert flipped(with_run(completed_at=None, started_at=earlier)) == {}


def test_a_purge_that_nobody_scanned_after_fails():
    ledger = tuple(run for run in WELL.retention.ledger if not run.run_id.startswith("scan-"))
    assert flipped(with_retention(ledger=ledger)) == {"RET-04": FAIL}


def test_the_history_that_models_learn_from_has_a_ceiling_of_its_own():
    evidence = with_run(subject="feature history", oldest_left_days=900.0)
    assert flipped(evidence) == {}
    assert "up to 900 days" in " ".join(verdicts(evidence)["RET-01"].warnings)


@pytest.mark.parametrize("jurisdictions", ["EU,US-CO", "US-CO", "*"])
def test_every_jurisdiction_that_a_run_names_has_its_floor(jurisdictions):
    evidence = with_run(
        record_class="decisions", jurisdiction=jurisdictions, youngest_deleted_days=900
    )
    assert flipped(evidence) == {"RET-02": FAIL}


def test_a_backup_older_than_the_ceiling_fails():
    backup = StoreAge("backup-0", 1, UNTIL - 180 * DAY - timedelta(microseconds=1))
    assert flipped(with_retention(backups=(backup,))) == {"RET-04": FAIL}
