"""From records kept by the real ports to verdicts: one fault in a home flips one control."""

import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from answerable_home import DAY, AnswerableHome, make_answerable
from healthy_areas import purge_run
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.compliance.verdicts import Status
from stayline.domain.register.oversight import HrEvent, OverseerTraining
from stayline.domain.register.retention import LegalHold
from stayline.domain.register.rights import Erasure, RequestKind, RightsRequest
from stayline.settings import Settings

FAIL, NO_EVIDENCE = Status.FAIL, Status.NO_EVIDENCE
SECOND = timedelta(seconds=1)
OUTSIDER = "900"
AREAS = ("RET", "OPT", "HUM", "LOG", "MOD")


@pytest.fixture(scope="module")
def in_order(ibm_home, tmp_path_factory):
    """A home in order, made once, and how its controls come out."""
    folder = tmp_path_factory.mktemp("answerable") / "home"
    made = make_answerable(Path(shutil.copytree(ibm_home, folder)))
    return made, made.statuses()


@pytest.fixture
def well(in_order):
    return in_order[1]


@pytest.fixture
def answerable(in_order, tmp_path):
    """A copy of the home in order, of the test's own."""
    made, _ = in_order
    home = Path(shutil.copytree(made.home, tmp_path / "home"))
    return AnswerableHome(home, build(Settings(home=home)), made.now, made.newest)


def test_a_home_in_order_passes_all_that_its_records_can_show(well):
    ours = {name: status for name, status in well.items() if name.startswith(AREAS)}
    assert {name for name, status in ours.items() if status is NO_EVIDENCE} == {"OPT-02", "OPT-05"}
    assert {name for name, status in ours.items() if status is FAIL} == set()


def a_kept_score_is_served_to_who_opted_out(home):
    token = home.token(OUTSIDER)
    home.ports.opt_outs.opt_out(token, at=home.newest)
    home.happened(
        AuditEventKind.EMPLOYEE_SCORED, token, prediction_id=str(uuid4()), model_version=1,
        band="low", source="nightly",
    )  # fmt: skip


def a_score_lies_on_the_board_of_who_opted_out(home):
    home.ports.opt_outs.opt_out(home.token("1"), at=home.now + SECOND)


def a_reason_is_short_but_for_its_spaces(home):
    home.decided(5, reason="x y z w, short one " + " " * 30)


def the_same_reason_comes_40_times(home):
    for number in range(10, 50):
        home.decided(number, reason="Wants fewer night shifts since the move to the new house.")


def a_service_account_decides(home):
    training = OverseerTraining("service:bot", "scores", "decide", home.now, home.now + DAY)
    home.put_on_file("training-2", training)
    home.decided(5, decided_by="service:bot")


def somebody_decides_unseen(home):
    (one, *_) = home.ports.decisions.between(home.now, home.later)
    home.ports.decisions.add(replace(one, decision_id="unseen", token=home.token("8")))


def somebody_untrained_decides(home):
    home.decided(5, decided_by="subject-cleo")


def an_event_is_purged_at_180_days(home):
    run = purge_run(home.later, record_class="events", run_id="run-2", youngest_deleted_days=180.0)
    home.put_on_file("purge-early", run)


def an_input_is_kept_180_days_and_a_second(home):
    at = home.later - 180 * DAY - SECOND
    home.ports.capture.append([replace(home.captured(), event_id="old", inferred_at=at)])
    home.ports.capture.flush()


def a_person_on_hold_is_erased(home):
    token = home.token(OUTSIDER)
    home.put_on_file("hold-1", LegalHold(token, "charge 7", "A charge was filed.", home.now - DAY))
    home.happened(AuditEventKind.EMPLOYEE_ERASED, token)


def an_erased_person_is_still_there(home):
    home.put_on_file("erasure-1", Erasure(home.token("8"), home.now, home.now + SECOND))


def a_request_is_closed_late(home):
    received = (home.now - 60 * DAY).date()
    late = RightsRequest(
        home.token("7"), RequestKind.ACCESS, "EU", received, received + 30 * DAY, home.now.date()
    )
    home.put_on_file("request-2", late)


def a_dismissal_follows_a_high_score(home):
    token = home.token("12")
    home.happened(
        AuditEventKind.EMPLOYEE_VIEWED, token, shown_score=True, shown_reasons=True, band="high"
    )
    home.put_on_file("hr-2", HrEvent(token, "dismissal", home.newest + 60 * SECOND))


def an_answer_has_no_row(home):
    home.happened(
        AuditEventKind.EMPLOYEE_SCORED, "nameless", prediction_id=str(uuid4()), model_version=1,
        band="low", source="live",
    )  # fmt: skip


def a_row_was_never_answered(home):
    home.ports.capture.append(
        [replace(home.captured(), event_id=str(uuid4()), inferred_at=home.newest)]
    )


def a_captured_answer_is_not_the_models(home):
    real, number = home.captured(), str(uuid4())
    answer = msgspec.json.decode(real.answer)
    answer["risk"] = answer["risk"] + 2e-6
    home.ports.capture.append(
        [CaptureRecord(number, home.newest, real.request, msgspec.json.encode(answer).decode())]
    )
    home.happened(
        AuditEventKind.EMPLOYEE_SCORED, "nameless", prediction_id=number, model_version=1,
        band="low", source="live",
    )  # fmt: skip


def an_audit_event_is_altered(home):
    with sqlite3.connect(home.home / "state.db") as state:
        state.execute("UPDATE audit_events SET actor = 'nobody' WHERE position = 1")
    state.close()


def the_clock_goes_back(home):
    home.happened(AuditEventKind.FEATURES_READ, "nameless", at=home.newest - timedelta(minutes=1))


def other_bytes_are_deployed(home):
    home.happened(AuditEventKind.MODEL_DEPLOYED, "1", digest="sha256:" + "e" * 64)


def the_approver_is_the_trainer_by_another_name(home):
    package = home.ports.registry.find(1)
    names = f'[["{package.trained_by}", "{package.decided_by.upper()}"]]'
    (home.home / "governance.toml").write_text(f"[controls.models]\naliases = {names}\n")


def a_backup_outlives_what_it_holds(home):
    folder = home.home.parent / "backups"
    folder.mkdir()
    (folder / "spring.tar").touch()
    made = (home.later - 180 * DAY - SECOND).timestamp()
    os.utime(folder / "spring.tar", (made, made))
    (home.home / "governance.toml").write_text(f'[retention]\nbackups = ["{folder}"]\n')


FAULTS = {
    a_kept_score_is_served_to_who_opted_out: "OPT-01",
    a_score_lies_on_the_board_of_who_opted_out: "OPT-01",
    a_reason_is_short_but_for_its_spaces: "HUM-01",
    the_same_reason_comes_40_times: "HUM-01",
    a_service_account_decides: "HUM-01",
    somebody_decides_unseen: "HUM-02",
    somebody_untrained_decides: "HUM-04",
    an_event_is_purged_at_180_days: "RET-02",
    an_input_is_kept_180_days_and_a_second: "RET-01",
    a_person_on_hold_is_erased: "RET-03",
    a_backup_outlives_what_it_holds: "RET-04",
    an_erased_person_is_still_there: "OPT-05",
    a_request_is_closed_late: "OPT-04",
    a_dismissal_follows_a_high_score: "HUM-06",
    an_answer_has_no_row: "LOG-01",
    a_row_was_never_answered: "LOG-01",
    a_captured_answer_is_not_the_models: "LOG-03",
    an_audit_event_is_altered: "LOG-02",
    the_clock_goes_back: "LOG-02",
    other_bytes_are_deployed: "MOD-01",
    the_approver_is_the_trainer_by_another_name: "MOD-01",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_in_the_records_flips_its_control_and_no_other(answerable, well, fault):
    fault(answerable)
    found = answerable.statuses()
    flipped = {name: found[name] for name in well if found[name] is not well[name]}
    assert flipped == {FAULTS[fault]: FAIL}
