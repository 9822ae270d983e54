import pytest

from deployed_home import take_to_work
from model_versions import archive_path, events_of, pending
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.errors import ApprovalRefused, ModelNotApproved, UnknownModel
from stayline.usecases.reject_model import reject_model

REASON = "It ranks worse than the last one."


def reject(ports: Ports, version: int, *, by: str = "bo", reason: str = REASON) -> ModelPackage:
    return reject_model(
        version, reason=reason, by=by, registry=ports.registry, audit=ports.audit, clock=ports.clock
    )


def test_a_rejection_is_kept_with_its_reason_and_is_an_audit_event(ports):
    package = pending(ports)
    rejected = reject(ports, package.version)
    assert ports.registry.find(package.version) == rejected
    assert (rejected.status, rejected.reason) == (ApprovalStatus.REJECTED, REASON)
    (event,) = events_of(ports, package.version)
    assert (event.kind, event.actor) == (AuditEventKind.MODEL_REJECTED, "bo")
    assert event.details == {"digest": package.digest}


def test_whoever_trained_it_may_reject_it(ports):
    assert reject(ports, pending(ports).version, by="ana").decided_by == "ana"


def test_a_version_whose_bytes_are_gone_can_still_be_rejected(ports, home):
    package = pending(ports)
    archive_path(home, package).unlink()
    assert reject(ports, package.version).status is ApprovalStatus.REJECTED


def test_a_rejection_without_a_reason_is_refused(ports):
    package = pending(ports)
    with pytest.raises(ApprovalRefused, match="--reason"):
        reject(ports, package.version, reason="no")
    assert ports.registry.find(package.version) == package


def test_the_deployed_version_cannot_be_rejected_after_its_approval(ports):
    deployed = ports.registry.deployed()
    with pytest.raises(ApprovalRefused, match="already 'Approved'"):
        reject(ports, deployed.version)
    assert ports.registry.deployed() == deployed


def test_a_rejected_version_can_never_be_deployed(ports):
    version = reject(ports, pending(ports).version).version
    with pytest.raises(ModelNotApproved, match="'Rejected'"):
        take_to_work(ports, version)


def test_a_version_that_was_never_registered_cannot_be_rejected(ports):
    with pytest.raises(UnknownModel, match="99"):
        reject(ports, 99)
