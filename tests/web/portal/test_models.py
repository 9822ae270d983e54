"""The pages about models: who sees what, what they tell, and what their forms do."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar

from deployed_home import approve, deploy, take_to_work
from model_versions import archive_path, events_of, gated, pending
from portal_visits import Visitor, visitor
from rollout_values import rollout
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment import Heartbeat, Phase, RolloutPlan
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.model_package import ApprovalStatus
from stayline.domain.trial_tally import Latencies, ScoreShift, Tally, TrialTally
from stayline.domain.waivers import Waiver
from stayline.settings import Settings
from stayline.web.app import create_app
from stores import SetClock

PASSED = GateResult(Gate.LEAKS, Verdict.PASS, "No input tells the outcome, n = 1,470.")
FAILED = GateResult(Gate.QUALITY_FLOOR, Verdict.FAIL, "0.55 (0.50 to 0.60), n = 1,470.", "ROC AUC")
UNSURE = GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, "May be chance, n = 9.", "Gender = Male")
WARNED = GateResult(Gate.FOUR_FIFTHS, Verdict.FAIL, "0.7 times.", "Gender = Male", False)
REASON = "I read its card, and its groups."
HOSTILE = "\"'><script>alert(1)</script><a href=javascript:alert(2)>\u202e{{7*7}}"
FIGURE = {"value": 0.3, "low": 0.2, "high": 0.4}
AUDIT = {
    "n": 1470,
    "positives": 237,
    "groups": [
        {
            "facet": "Gender",
            "group": "Male",
            "n": 882,
            "positives": 150,
            "flagged": 90,
            "recall": FIGURE,
            "selection_rate": FIGURE,
            "differences": {"recall": {"value": -0.1, "low": -0.2, "high": 0.0}},
        },
        {"facet": "Gender", "group": "X", "n": 1, "positives": 0, "flagged": 0, "differences": {}},
    ],
}


@pytest.fixture
def clock(ports: Ports) -> SetClock:
    return SetClock(ports.clock.now() + timedelta(minutes=1))


@pytest.fixture
def still(home: Path, clock: SetClock) -> Ports:
    """The home's ports under a clock that stands still, so that no lease ends by itself."""
    return build(Settings(home=home), clock=clock)


@pytest.fixture
def app(still: Ports, home: Path) -> Litestar:
    return create_app(still, Settings(home=home), environment={})


@pytest.fixture
def visit(app: Litestar) -> Iterator[Visitor]:
    """An approver, Cy, who trained nothing."""
    with visitor(app) as visit:
        visit.sign_in("approver", name="cy")
        yield visit


def fairness(**changed: object) -> dict[str, bytes]:
    return {"fairness.json": msgspec.json.encode(AUDIT | changed)}


def begun(ports: Ports, clock: SetClock, version: int, phase: Phase) -> str:
    """Let a deployment of a version be under way in a phase."""
    package = ports.registry.find(version)
    going = rollout(
        version=version, digest=package.digest, started_at=clock.now(), renewed_at=clock.now()
    )
    ports.deployments.begin(going)
    ports.deployments.advance(going.rollout_id, phase, "shadow: all quiet")
    return going.rollout_id


def test_the_list_says_where_each_version_stands_and_how_its_gates_are(
    still: Ports, visit: Visitor
) -> None:
    gated(still, PASSED, FAILED, WARNED)
    page = visit.get("/portal/models").text
    assert page.index("Version 2") < page.index("Version 1")
    first = page[page.index("Version 2") : page.index("Version 1")]
    assert "waits for a decision" in first
    assert "1 passed" in first
    assert "1 blocks" in first
    assert "1 warns" in first
    assert "<small>serves</small>" not in first
    assert "<small>serves</small>" in page
    assert "1,470 rows" in first


def test_the_list_is_read_page_by_page_and_by_status(still: Ports, visit: Visitor) -> None:
    for _ in range(21):
        pending(still)
    first = visit.get("/portal/models").text
    assert "22 versions" in first
    assert "Version 22<" in first
    assert "Version 2<" not in first
    second = visit.get("/portal/models", page="2").text
    assert "Version 2<" in second
    assert visit.get("/portal/models", page="3").status_code == 404
    assert "Version 22<" not in visit.get("/portal/models", status="Approved").text


@pytest.mark.parametrize("asked", ["0", "-1", "x", "9" * 40, "<script>", ""])
def test_a_status_that_there_is_not_shows_all_versions(visit: Visitor, asked: str) -> None:
    answer = visit.get("/portal/models", status=asked)
    assert answer.status_code == 200
    assert "Version 1<" in answer.text
    assert "<script>" not in answer.text


def test_a_damaged_package_is_told_in_the_list_and_hides_no_other(
    still: Ports, home: Path, visit: Visitor
) -> None:
    package = gated(still, PASSED)
    archive_path(home, package).write_bytes(b"torn")
    page = visit.get("/portal/models").text
    assert "altered or torn" in page
    assert "Version 1<" in page
    assert visit.get("/portal/models/2").status_code == 503


@pytest.mark.parametrize("version", ["77", "0", "-1", "x", "9" * 40, "1e3", "%3Cscript%3E"])
@pytest.mark.parametrize("below", ["", "/compare"])
def test_a_version_that_there_is_not_is_not_found(visit: Visitor, version: str, below: str) -> None:
    answer = visit.get(f"/portal/models/{version}{below}")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "<script>" not in answer.text


def test_a_version_shows_gates_groups_and_lineage_with_n_and_intervals(
    still: Ports, visit: Visitor
) -> None:
    gated(still, PASSED, FAILED, UNSURE, WARNED, reports=fairness())
    page = visit.get("/portal/models/2").text
    assert "✕ fail" in page
    assert "? insufficient evidence" in page
    assert "✕ warning: fail" in page
    assert "0.55 (0.50 to 0.60), n = 1,470." in page
    assert "30%<small>(20% to 40%)</small>" in page
    assert "\N{MINUS SIGN}10<small>(\N{MINUS SIGN}20 to 0)</small>" in page
    assert "not defined" in page
    assert page.count("<svg") == 2
    assert "outcomes known by" in page
    assert still.registry.find(2).digest in page


def test_a_version_without_an_audit_of_groups_says_so(still: Ports, visit: Visitor) -> None:
    gated(still, PASSED)
    assert "There is no audit of groups" in visit.get("/portal/models/2").text


def test_an_approver_approves_with_a_reason_and_nothing_is_deployed(
    still: Ports, visit: Visitor
) -> None:
    gated(still, PASSED)
    visit.get("/portal/models/2")
    answer = visit.post("/portal/models/2/approve", follow=False, reason=REASON)
    assert answer.status_code == 303
    page = visit.get(answer.headers["location"]).text
    assert "The version is approved" in page
    assert "stayline models deploy 2" in page
    package = still.registry.find(2)
    assert (package.status, package.decided_by) == (ApprovalStatus.APPROVED, "cy")
    assert package.reason == REASON
    assert still.registry.deployed().version == 1
    assert [event.kind for event in events_of(still, 2)] == [AuditEventKind.MODEL_APPROVED]
    assert REASON in page[page.index("What was done") :]


def test_no_address_says_that_somebody_decided_but_to_who_did_it_just_now(
    still: Ports, visit: Visitor
) -> None:
    gated(still, PASSED)
    visit.get("/portal/models/2")
    answer = visit.post("/portal/models/2/approve", follow=False, reason=REASON)
    told = answer.headers["location"]
    assert "Your reason is kept" in visit.get(told).text
    assert "Your reason is kept" not in visit.get("/portal/models/2?done=approved").text
    visit.sign_in("approver", name="dirk")
    assert "Your reason is kept" not in visit.get(told).text


def test_sent_twice_a_decision_is_taken_once(still: Ports, visit: Visitor) -> None:
    gated(still, PASSED)
    visit.get("/portal/models/2")
    assert visit.post("/portal/models/2/approve", reason=REASON).status_code == 200
    again = visit.post("/portal/models/2/reject", reason="On second thoughts, no.")
    assert again.status_code == 422
    assert "already" in again.text
    assert "On second thoughts, no." in again.text
    assert still.registry.find(2).status is ApprovalStatus.APPROVED
    assert len(events_of(still, 2)) == 1


@pytest.mark.parametrize("what", ["approve", "reject"])
def test_a_short_reason_is_refused_and_kept_to_be_written_on(
    still: Ports, visit: Visitor, what: str
) -> None:
    gated(still, PASSED)
    visit.get("/portal/models/2")
    answer = visit.post(f"/portal/models/2/{what}", reason="  no <b>  ")
    assert answer.status_code == 422
    assert ">no &lt;b&gt;</textarea>" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Give at least 10" in answer.text
    assert still.registry.find(2).status is ApprovalStatus.PENDING


def test_a_failed_gate_says_why_approval_is_refused_and_gives_no_form(
    still: Ports, visit: Visitor
) -> None:
    gated(still, PASSED, FAILED)
    page = visit.get("/portal/models/2").text
    assert "You cannot approve it" in page
    assert "quality floor (ROC AUC): fail: 0.55" in page
    assert "/portal/models/2/approve" not in page
    assert "/portal/models/2/reject" in page
    answer = visit.post("/portal/models/2/approve", reason=REASON)
    assert answer.status_code == 422
    assert REASON in answer.text
    assert still.registry.find(2).status is ApprovalStatus.PENDING


def test_whoever_trained_a_version_gets_no_form_to_approve_it(still: Ports, app: Litestar) -> None:
    gated(still, PASSED)
    with visitor(app) as visit:
        visit.sign_in("approver", name="Ana")
        page = visit.get("/portal/models/2").text
        assert "trained it" in page
        assert "/portal/models/2/approve" not in page
        assert visit.post("/portal/models/2/approve", reason=REASON).status_code == 422
    assert still.registry.find(2).status is ApprovalStatus.PENDING


def test_a_waiver_that_has_expired_lifts_nothing_any_more(
    still: Ports, clock: SetClock, visit: Visitor
) -> None:
    now = clock.now()
    waiver = Waiver("w", "fairness", "Gender = Male", "bo", "x" * 20, now, now.date())
    gated(still, replace(UNSURE, waiver=waiver))
    assert "/portal/models/2/approve" in visit.get("/portal/models/2").text
    clock.instant += timedelta(days=2)
    visit.sign_in("approver", name="cy")
    page = visit.get("/portal/models/2").text
    assert "You cannot approve it" in page
    assert "gate=fairness&amp;subject=Gender+%3D+Male" in page


def test_a_version_that_was_compared_with_another_model_cannot_be_approved(
    still: Ports, visit: Visitor
) -> None:
    compared = GateResult(Gate.QUALITY_AGAINST_CHAMPION, Verdict.PASS, "As good.", "ROC AUC")
    gated(still, compared, champion="sha256:of-another")
    assert "another model than the one that serves now" in visit.get("/portal/models/2").text


@pytest.mark.parametrize("role", ["analyst", "auditor", "privacy_officer"])
def test_others_may_look_and_get_no_form(still: Ports, app: Litestar, role: str) -> None:
    gated(still, PASSED)
    still.deployments.report(Heartbeat("w-1"))
    with visitor(app) as visit:
        visit.sign_in(role, name="dee")
        for path in ("", "/2", "/2/compare", "/deployments", "/waivers"):
            answer = visit.get(f"/portal/models{path}")
            assert answer.status_code == 200
            forms = re.findall(r'method="post" action="([^"]+)"', answer.text)
            assert forms == ["/portal/sign-out"]
        assert visit.post("/portal/models/2/approve", reason=REASON).status_code == 403
    assert still.registry.find(2).status is ApprovalStatus.PENDING
    refusals = still.audit.between(kinds={AuditEventKind.ACCESS_REFUSED})
    assert [event.actor for event in refusals] == ["dee"]


@pytest.mark.parametrize("role", ["manager", "hr_partner", "administrator"])
def test_models_are_closed_to_who_needs_none(app: Litestar, role: str) -> None:
    with visitor(app) as visit:
        visit.sign_in(role, name="eve", hr_id="1")
        assert "/portal/models" not in visit.get("/portal").text
        for path in ("", "/1", "/1/compare", "/deployments", "/waivers"):
            assert visit.get(f"/portal/models{path}").status_code == 403


@pytest.mark.parametrize("path", ["/2/approve", "/2/reject", "/deployments/roll-back", "/waivers"])
def test_a_form_without_the_session_s_key_does_nothing(
    still: Ports, visit: Visitor, path: str
) -> None:
    gated(still, PASSED)
    answer = visit.post(f"/portal/models{path}", form_key="another", reason=REASON)
    assert answer.status_code == 403
    assert still.registry.find(2).status is ApprovalStatus.PENDING
    assert still.waivers.waivers() == []


def test_two_versions_stand_beside_each_other_with_groups_and_band_changes(
    still: Ports, visit: Visitor
) -> None:
    second = gated(still, PASSED, reports=fairness())
    page = visit.get("/portal/models/2/compare").text
    assert "Version 2 beside version 1" in page
    assert "Gender = Male" in page
    assert "30% (20% to 40%)" in page
    assert "no deployment of one of these versions" in page
    approve(still, second.version)
    take_to_work(still, second.version, plan=RolloutPlan(shadow_rows=40, bake_s=0))
    page = visit.get("/portal/models/2/compare", beside="1").text
    assert "In the shadow" in page
    assert "0 (0.0%)" in page


def test_what_both_answered_on_the_same_rows_is_shown_only_for_that_pair(
    still: Ports, visit: Visitor
) -> None:
    pair = {"challenger": FIGURE, "champion": FIGURE, "difference": {**FIGURE, "low": -0.2}}
    names = ("roc_auc", "recall", "precision", "lift", "calibration_error", "brier")
    counted = {"measured_on": "later time", "n": 300, "positives": 40}
    comparison = counted | dict.fromkeys(names, pair)
    reports = {"evaluation.json": msgspec.json.encode({"stayline": {"comparison": comparison}})}
    gated(still, PASSED, reports=reports, champion=still.registry.deployed().digest)
    gated(still, PASSED, WARNED)
    page = visit.get("/portal/models/2/compare").text
    assert "n = 300 rows, 40 before a leaving" in page
    assert "0.300<small>(\N{MINUS SIGN}0.200 to 0.400)</small>" in page
    other = visit.get("/portal/models/2/compare", beside="3").text
    assert "The gates of neither compared it with the other" in other


def test_the_only_version_has_nothing_to_be_compared_with(visit: Visitor) -> None:
    assert "It is the only version" in visit.get("/portal/models/1/compare").text
    same = visit.get("/portal/models/1/compare", beside="1")
    assert "There is nothing to compare it with" in same.text


def test_a_deployment_under_way_shows_its_phase_and_figures_and_loads_itself_again(
    still: Ports, clock: SetClock, visit: Visitor
) -> None:
    version = approve(still, gated(still, PASSED).version)
    rollout_id = begun(still, clock, version, Phase.CANARY)
    figures = {"rollout_id": rollout_id, "shadow_pairs": 1000, "shadow_bands_changed": 7,
               "shadow_errors": 0, "shadow_mean_shift": 0.0123}  # fmt: skip
    still.audit.append(
        AuditEvent(AuditEventKind.DEPLOYMENT_STARTED, "bo", str(version), clock.now(), figures)
    )
    answered = Tally(40, 0, Latencies((40, *(0,) * 79)))
    tally = TrialTally(answered, answered, ScoreShift(40, 0.4, 2))
    still.deployments.report(Heartbeat("w-1", (1, 2), {}, rollout_id, tally))
    answer = visit.get("/portal/models/deployments")
    page = answer.text
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "<title>Version 2: canary - Stayline</title>" in page
    assert 'role="status"' in page
    assert "10 of 100 people" in page
    assert "1 of 1 processes" in page
    assert "1,000" in page
    assert "0 of 40 failed" in page
    assert "✓ quiet" in page
    assert "A version is being deployed" in visit.get("/portal/models").text
    paused = visit.client.get("/portal/models/deployments?follow=no").text
    assert "http-equiv" not in paused
    still.deployments.finish(rollout_id, Phase.ROLLED_BACK, "latency")
    assert "http-equiv" not in visit.get("/portal/models/deployments").text


def test_a_deployment_whose_process_was_killed_is_not_shown_as_going_on(
    still: Ports, clock: SetClock, visit: Visitor
) -> None:
    begun(still, clock, approve(still, gated(still, PASSED).version), Phase.LOADING)
    clock.instant += timedelta(seconds=10)
    page = visit.get("/portal/models/deployments").text
    assert "http-equiv" not in page
    assert "the deploying process ended before it was through" in page


def test_a_roll_back_takes_a_reason_and_is_done_once(still: Ports, visit: Visitor) -> None:
    deploy(still, gated(still, PASSED).version)
    still.deployments.report(Heartbeat("w-1"))
    page = visit.get("/portal/models/deployments").text
    assert "Roll back from version 2 to version 1" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    path = "/portal/models/deployments/roll-back"
    longest = int(re.search(r'name="reason"[^>]* maxlength="(\d+)"', page)[1])
    kept = visit.post(path, reason="x" * longest, seen="an earlier state")
    assert f"{'x' * longest}</textarea>" in kept.text, "the form takes what its field permits"
    refused = visit.post(path, reason=" ", seen=seen)
    assert refused.status_code == 422
    assert "Say why." in refused.text
    assert still.registry.deployed().version == 2
    assert "It is rolled back" not in visit.get("/portal/models/deployments?done=back").text
    answer = visit.post(path, follow=False, reason="It scores nights too high.", seen=seen)
    assert answer.status_code == 303
    assert "It is rolled back" in visit.get(answer.headers["location"]).text
    assert still.registry.deployed().version == 1
    again = visit.post(path, reason="It scores nights too high.", seen=seen)
    assert again.status_code == 422
    assert "It scores nights too high.</textarea>" in again.text
    assert still.registry.deployed().version == 1
    (event,) = still.audit.between(kinds={AuditEventKind.MODEL_ROLLED_BACK})
    assert (event.actor, event.details["reason"]) == ("cy", "It scores nights too high.")
    assert "rolled back to version 1" in visit.get("/portal/models/2").text.lower()


def test_where_no_process_answers_a_roll_back_is_left_to_the_command(
    still: Ports, visit: Visitor
) -> None:
    deploy(still, gated(still, PASSED).version)
    page = visit.get("/portal/models/deployments").text
    assert "stayline models rollback" in page
    path = "/portal/models/deployments/roll-back"
    refused = visit.post(path, reason="It scores nights too high.", seen="2")
    assert refused.status_code == 422
    assert "It scores nights too high." in refused.text
    assert refused.text.index("Nothing was rolled back") < refused.text.index("models rollback")
    assert still.registry.deployed().version == 2


def test_a_waiver_is_filed_with_who_why_and_until_when(
    still: Ports, clock: SetClock, visit: Visitor
) -> None:
    page = visit.get("/portal/models/waivers", gate="fairness", subject="Gender = Male").text
    assert '<option value="fairness" selected>' in page
    assert 'value="Gender = Male"' in page
    written = {
        "gate": "fairness",
        "subject": "Gender = Male",
        "reason": "Few men work here so far.",
    }
    last = (clock.now() + timedelta(days=30)).date().isoformat()
    for until in ("", "soon", "2020-01-01", "9999-12-31"):
        refused = visit.post("/portal/models/waivers", until=until, **written)
        assert refused.status_code == 422
        assert "Few men work here so far.</textarea>" in refused.text
        assert "The waiver was not filed" in refused.text
    answer = visit.post("/portal/models/waivers", follow=False, until=last, **written)
    assert answer.status_code == 303
    told = answer.headers["location"]
    assert "The waiver is filed" in visit.get(told).text
    for forged in ("filed", told.partition("done=")[2][:-1]):
        assert "The waiver is filed" not in visit.get("/portal/models/waivers", done=forged).text
    clock.instant += timedelta(minutes=1)
    assert "The waiver is filed" not in visit.get(told).text
    (waiver,) = still.waivers.waivers()
    assert (waiver.filed_by, waiver.subject) == ("cy", "Gender = Male")


def test_hostile_text_stays_text_on_every_page(
    still: Ports, clock: SetClock, app: Litestar
) -> None:
    hostile = msgspec.json.decode(
        msgspec.json.encode(AUDIT).replace(b'"Male"', msgspec.json.encode(HOSTILE))
    )
    hostile["groups"][0]["facet"] = HOSTILE
    now = clock.now()
    waiver = Waiver("w", "fairness", HOSTILE, HOSTILE, HOSTILE, now, now.date())
    still.waivers.file(waiver)
    package = gated(
        still,
        replace(UNSURE, subject=HOSTILE, reason=HOSTILE, waiver=waiver),
        reports={"fairness.json": msgspec.json.encode(hostile)},
    )
    approve(still, package.version)
    begun(still, clock, package.version, Phase.CANARY)
    still.deployments.advance("r-1", Phase.CANARY, HOSTILE)
    with visitor(app) as visit:
        visit.sign_in("approver", name="cy")
        for path in ("", "/2", "/2/compare", "/deployments", "/waivers"):
            page = visit.get(f"/portal/models{path}").text
            assert "<script" not in page
            assert "<a href=javascript" not in page
            if path:
                assert "&lt;script&gt;alert(1)" in page, path


def test_pages_stay_light_with_hundreds_of_versions_and_attempts(
    still: Ports, clock: SetClock, visit: Visitor
) -> None:
    for number in range(300):
        pending(still)
        going = rollout(rollout_id=f"r-{number}", started_at=clock.now(), renewed_at=clock.now())
        still.deployments.note(replace(going, phase=Phase.REFUSED, ended_at=clock.now()))
    for path in ("/portal/models", "/portal/models/deployments", "/portal/models/300/compare"):
        assert len(visit.get(path).content) < 60 * 1024
