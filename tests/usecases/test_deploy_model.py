import pytest

from deployed_home import deploy_again, take_to_work
from model_versions import archive_path, events_of, pending
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.model_package import ModelPackage
from stayline.errors import ModelNotApproved, PackageRefused, UnknownModel
from stayline.settings import Settings


def deploy(ports: Ports, version: int) -> ModelPackage:
    return take_to_work(ports, version, by="cy")


def test_the_deployed_version_is_the_one_that_serves_and_stays_it_after_a_restart(ports, home):
    first = ports.registry.deployed().version
    second = deploy_again(ports)
    assert build(Settings(home=home)).registry.deployed().version == second
    deploy(ports, first)
    again = build(Settings(home=home))
    assert again.registry.deployed().version == first
    assert again.endpoint.variant().model.version == first


def test_a_deployment_is_an_audit_event_that_names_the_bytes(ports):
    package = ports.registry.deployed()
    deploy(ports, package.version)
    newest = events_of(ports, package.version)[-1]
    assert (newest.kind, newest.actor) == (AuditEventKind.MODEL_DEPLOYED, "cy")
    assert newest.details["digest"] == package.digest


def test_a_pending_version_is_not_deployed(ports):
    before = ports.registry.deployed()
    version = pending(ports).version
    with pytest.raises(ModelNotApproved, match="'PendingManualApproval', not 'Approved'"):
        deploy(ports, version)
    assert ports.registry.deployed() == before
    assert events_of(ports, version) == []


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"torn"), lambda p: p.unlink()])
def test_a_version_whose_bytes_are_not_those_approved_is_not_deployed(ports, home, damage):
    package = ports.registry.deployed()
    seen = len(events_of(ports, package.version))
    damage(archive_path(home, package))
    with pytest.raises(PackageRefused):
        deploy(ports, package.version)
    (refused,) = events_of(ports, package.version)[seen:]
    assert refused.kind is AuditEventKind.DEPLOYMENT_REFUSED
    assert refused.details["because"] == "PackageRefused"


def test_a_version_that_was_never_registered_is_not_deployed(ports):
    with pytest.raises(UnknownModel, match="99"):
        deploy(ports, 99)
