import hashlib

import pytest

from stayline.domain.model_package import ApprovalStatus, approve, reject
from stayline.errors import ApprovalRefused, ModelNotApproved, PackageRefused, UnknownModel
from stayline.ports.model_registry import ModelRegistry
from stores import HOUR, NOON, Backend

BYTES = b"\x1f\x8b an archive"


def registered(registry: ModelRegistry, archive: bytes = BYTES):
    return registry.register(archive, trained_by="ana", metrics={"roc_auc": 0.84}, at=NOON)


def approved(registry: ModelRegistry, archive: bytes = BYTES):
    package = registered(registry, archive)
    decided = approve(
        package, digest=package.digest, by="bo", reason="Checked the björk card", at=NOON
    )
    registry.decide(decided)
    return decided


def test_versions_count_up_and_survive_reopening(backend: Backend) -> None:
    first = registered(backend.registry())
    second = registered(backend.registry(), b"other")
    assert [first.version, second.version] == [1, 2]
    assert first.digest == f"sha256:{hashlib.sha256(BYTES).hexdigest()}"
    assert first.status is ApprovalStatus.PENDING
    assert backend.registry().packages() == [first, second]
    assert backend.registry().find(2) == second
    assert backend.registry().archive(first.digest) == BYTES


def test_the_same_bytes_can_be_registered_twice(backend: Backend) -> None:
    one, two = registered(backend.registry()), registered(backend.registry())
    assert (one.version, two.version, one.digest == two.digest) == (1, 2, True)


def test_unknown_versions_and_digests_are_refused(backend: Backend) -> None:
    registry = backend.registry()
    for attempt in (lambda: registry.find(9), lambda: registry.deploy(9, by="bo", at=NOON)):
        with pytest.raises(UnknownModel):
            attempt()
    with pytest.raises(PackageRefused, match="missing"):
        registry.archive("sha256:" + "0" * 64)


def test_an_approval_is_kept_whole(backend: Backend) -> None:
    decided = approved(backend.registry())
    assert backend.registry().find(decided.version) == decided


def test_of_two_decisions_the_first_stays(backend: Backend) -> None:
    package = registered(backend.registry())
    reason = "It was looked at closely"
    yes = approve(package, digest=package.digest, by="bo", reason=reason, at=NOON)
    no = reject(package, digest=package.digest, by="cy", reason=reason, at=NOON)
    backend.registry().decide(no)
    with pytest.raises(ApprovalRefused, match="first"):
        backend.registry().decide(yes)
    assert backend.registry().find(package.version) == no


def test_only_an_approved_version_can_be_deployed(backend: Backend) -> None:
    package = registered(backend.registry())
    with pytest.raises(ModelNotApproved, match="PendingManualApproval"):
        backend.registry().deploy(package.version, by="bo", at=NOON)
    assert backend.registry().deployed() is None


def test_the_last_deployment_counts_even_of_an_older_version_or_an_earlier_clock(
    backend: Backend,
) -> None:
    old, new = approved(backend.registry()), approved(backend.registry(), b"newer")
    backend.registry().deploy(old.version, by="bo", at=NOON)
    backend.registry().deploy(new.version, by="bo", at=NOON)
    assert backend.registry().deployed() == new
    backend.registry().deploy(old.version, by="bo", at=NOON - HOUR)
    assert backend.registry().deployed() == old
    assert backend.registry().problems() == []


def test_reports_are_kept_with_the_bytes_they_are_about(backend: Backend) -> None:
    reports = {"fairness.html": b"<p>", "evaluation.json": b"{}"}
    package = backend.registry().register(
        BYTES, trained_by="ana", metrics={}, at=NOON, reports=reports
    )
    assert backend.registry().reports(package.digest) == reports
    assert backend.registry().reports("sha256:" + "0" * 64) == {}
