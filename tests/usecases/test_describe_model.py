import pytest

from model_versions import archive_path, gated, pending
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.errors import PackageRefused, UnknownModel
from stayline.usecases.approve_model import approve_model
from stayline.usecases.describe_model import describe_model


def test_a_description_tells_the_package_and_the_manifest_in_its_archive(ports):
    package = ports.registry.deployed()
    told = describe_model(package.version, registry=ports.registry)
    assert (told.package, told.is_deployed) == (package, True)
    inputs = {item.name for item in told.manifest.inputs}
    assert {"OverTime", "MonthlyIncome", "JobRole"} <= inputs
    assert inputs.isdisjoint({"Age", "Gender", "MaritalStatus", "Attrition", "EmployeeNumber"})


def test_in_words_it_says_what_it_is_who_made_it_and_who_decided_why(ports):
    package = ports.registry.deployed()
    words = "\n".join(describe_model(package.version, registry=ports.registry).lines())
    for part in (
        "Approved, deployed",
        package.digest,
        "Trained by ana",
        "1,470 rows, 237 before a leaving",
    ):
        assert part in words
    assert f"Decided by bo: {package.reason}" in words


def test_a_pending_version_is_described_as_undecided(ports):
    told = describe_model(pending(ports).version, registry=ports.registry)
    assert not told.is_deployed
    assert told.lines()[0].endswith(": PendingManualApproval")
    assert not any(line.startswith("Decided by") for line in told.lines())


def test_every_gate_is_told_with_its_verdict_and_reason(ports):
    package = gated(ports, GateResult(Gate.LEAKS, Verdict.FAIL, "It knows.", "NoticeGiven"))
    told = describe_model(package.version, registry=ports.registry).lines()
    assert {"Gates: fail", "  leaks (NoticeGiven): fail. It knows."} <= set(told)


def test_a_stand_in_s_approval_is_said_to_be_one(ports):
    version = pending(ports).version
    approve_model(
        version,
        reason="Demonstration only.",
        by="nobody",
        is_stand_in=True,
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
    )
    assert any(
        line.startswith("Decided by nobody, a stand-in:")
        for line in describe_model(version, registry=ports.registry).lines()
    )


def test_an_altered_archive_is_refused(ports, home):
    package = ports.registry.deployed()
    archive_path(home, package).write_bytes(b"something else")
    with pytest.raises(PackageRefused):
        describe_model(package.version, registry=ports.registry)


def test_an_unknown_version_is_refused(ports):
    with pytest.raises(UnknownModel, match="7"):
        describe_model(7, registry=ports.registry)
