from dataclasses import replace
from datetime import timedelta

import pytest

from model_versions import archive_path, events_of, gated, pending
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.waivers import Waiver
from stayline.errors import ApprovalRefused, PackageRefused, UnknownModel
from stayline.usecases.approve_model import approve_model
from stayline.usecases.reject_model import reject_model

REASON = "Its figures were read and compared."


def approve(ports: Ports, version: int, *, by: str = "bo", reason: str = REASON) -> ModelPackage:
    return approve_model(
        version, reason=reason, by=by, registry=ports.registry, audit=ports.audit, clock=ports.clock
    )


def test_an_approval_is_kept_with_who_when_and_why_and_is_an_audit_event(ports):
    package = pending(ports)
    approved = approve(ports, package.version)
    assert ports.registry.find(package.version) == approved
    assert (approved.status, approved.decided_by) == (ApprovalStatus.APPROVED, "bo")
    assert approved.reason == REASON
    assert approved.decided_at > approved.trained_at
    (event,) = events_of(ports, package.version)
    assert (event.kind, event.actor) == (AuditEventKind.MODEL_APPROVED, "bo")
    assert event.details == {"digest": package.digest, "is_stand_in": False}


@pytest.mark.parametrize("by", ["ana", "Ana", " ANA ", "a na"])
def test_whoever_trained_it_cannot_approve_it_however_they_spell_their_name(ports, by):
    package = pending(ports)
    with pytest.raises(ApprovalRefused, match="second person"):
        approve(ports, package.version, by=by)
    assert ports.registry.find(package.version) == package
    assert events_of(ports, package.version) == []


@pytest.mark.parametrize("reason", ["", " ", "ok", "o         k        ."])
def test_an_approval_without_a_reason_is_refused(ports, reason):
    package = pending(ports)
    with pytest.raises(ApprovalRefused, match="--reason"):
        approve(ports, package.version, reason=reason)
    assert ports.registry.find(package.version) == package


UNSURE = GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, "May be chance.", "Gender = Male")
WARNED = GateResult(Gate.FOUR_FIFTHS, Verdict.FAIL, "0.5 times.", "Gender = Male", False)


def waived(ports: Ports, *, days: int) -> GateResult:
    """Return a result whose waiver, filed a month ago, ends in so many days."""
    now = ports.clock.now()
    filed, last = now - timedelta(days=30), now.date() + timedelta(days=days)
    waiver = Waiver("w", "fairness", "Gender = Male", "cy", "x" * 20, filed, last)
    return replace(UNSURE, waiver=waiver)


def test_a_version_whose_gates_did_not_pass_cannot_be_approved_and_the_reason_says_why(ports):
    package = gated(ports, replace(UNSURE, verdict=Verdict.FAIL))
    with pytest.raises(ApprovalRefused, match=r"gates do not pass.*Gender = Male.*May be chance"):
        approve(ports, package.version)
    assert ports.registry.find(package.version) == package


def test_a_warning_and_a_waiver_that_holds_leave_the_approval_to_the_person(ports):
    package = gated(ports, WARNED, waived(ports, days=0))
    assert approve(ports, package.version).status is ApprovalStatus.APPROVED


def test_a_waiver_that_has_expired_by_the_approval_lifts_nothing(ports):
    package = gated(ports, waived(ports, days=-1))
    with pytest.raises(ApprovalRefused, match="gates do not pass"):
        approve(ports, package.version)


def test_what_was_compared_with_another_model_than_the_one_that_serves_is_judged_again(ports):
    against = GateResult(Gate.QUALITY_AGAINST_CHAMPION, Verdict.PASS, "A difference of nothing.")
    stale = gated(ports, against, champion="")
    with pytest.raises(ApprovalRefused, match="another model than the one that serves"):
        approve(ports, stale.version)
    current = gated(ports, against, champion=ports.registry.deployed().digest)
    assert approve(ports, current.version).status is ApprovalStatus.APPROVED


def test_a_version_that_no_gate_has_judged_cannot_be_approved(ports):
    with pytest.raises(ApprovalRefused, match="No gate was judged"):
        approve(ports, gated(ports).version)


@pytest.mark.parametrize("by", ["rule: all gates passed", " RULE: everybody"])
def test_nobody_can_approve_in_the_name_of_the_rule(ports, by):
    with pytest.raises(ApprovalRefused, match="rule's name"):
        approve(ports, pending(ports).version, by=by)


def test_an_approval_by_nobody_is_refused(ports):
    with pytest.raises(ApprovalRefused, match="nobody"):
        approve(ports, pending(ports).version, by="  ")


@pytest.mark.parametrize("decide", [approve_model, reject_model])
def test_a_decision_cannot_be_made_again(ports, decide):
    version = pending(ports).version
    where = {"registry": ports.registry, "audit": ports.audit, "clock": ports.clock}
    decided = decide(version, reason=REASON, by="bo", **where)
    with pytest.raises(ApprovalRefused, match="already"):
        approve(ports, version, by="cy")
    assert ports.registry.find(version) == decided
    assert len(events_of(ports, version)) == 1


def test_a_version_whose_bytes_were_altered_cannot_be_approved(ports, home):
    package = pending(ports)
    path = archive_path(home, package)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(PackageRefused, match="altered or torn"):
        approve(ports, package.version)
    assert ports.registry.find(package.version) == package


def test_a_version_whose_bytes_are_gone_cannot_be_approved(ports, home):
    package = pending(ports)
    archive_path(home, package).unlink()
    with pytest.raises(PackageRefused, match="missing"):
        approve(ports, package.version)


def test_a_version_that_was_never_registered_cannot_be_approved(ports):
    with pytest.raises(UnknownModel, match="99"):
        approve(ports, 99)
