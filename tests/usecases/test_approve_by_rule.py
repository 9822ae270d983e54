from dataclasses import replace
from datetime import timedelta

import pytest

from deployed_home import deploy_again, take_to_work
from model_versions import archive_path, events_of, gated
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.gate_policy import GatePolicy
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.model_package import RULE, ApprovalStatus, ModelPackage
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
from stayline.domain.waivers import Waiver
from stayline.errors import PackageRefused
from stayline.formats.schema_toml import dump_schema
from stayline.modelling.training import TrainingOptions
from stayline.pipeline.definition import digest
from stayline.pipeline.parameters import declared
from stayline.pipeline.training_pipeline import training_pipeline
from stayline.usecases.approve_by_rule import RuleOutcome, approve_by_rule
from stores import NOON

PASSED = GateResult(Gate.LEAKS, Verdict.PASS, "No input tells the outcome.")
WARNED = GateResult(Gate.FOUR_FIFTHS, Verdict.FAIL, "0.5 times.", "Gender = Male", False)
UNSURE = GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, "May be chance.", "Gender = Male")
WAIVED = replace(
    UNSURE,
    waiver=Waiver("w", "fairness", "", "bo", "x" * 20, NOON, NOON.date() + timedelta(days=9999)),
)


def registered(ports: Ports, *results: GateResult, automatic: bool = True) -> ModelPackage:
    """Register a version as the pipeline would have: compared with what serves."""
    schema = replace(ports.features.schema(), deploys_automatically=automatic)
    ports.features.define(schema)
    return gated(ports, *results, schema_toml=dump_schema(schema), champion=serving(ports))


def serving(ports: Ports) -> str:
    return ports.registry.deployed().digest


def standard_run(ports: Ports, **parameters: object) -> Execution:
    """An execution of the imported schema's own pipeline."""
    usual = TrainingOptions()
    document = training_pipeline(
        ports.features.schema(),
        seed=usual.seed, trials=usual.trials, time_limit_s=usual.time_limit_s,
    ).document()  # fmt: skip
    defaults = {
        name: one["DefaultValue"]
        for name, one in declared(document).items()
        if "DefaultValue" in one
    }
    return Execution(
        "2026-11-23-001", "attrition-risk", digest(document), defaults | parameters, "ana",
        NOON, NOON, ExecutionStatus.SUCCEEDED, None, (),
    )  # fmt: skip


def outcome(ports: Ports, package: ModelPackage, run: Execution | None = None) -> RuleOutcome:
    return approve_by_rule(
        package.version,
        run or standard_run(ports),
        features=ports.features,
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
        deploy=lambda version: take_to_work(ports, version, by=RULE),
    )


def ruled(ports: Ports, package: ModelPackage) -> ModelPackage | None:
    return outcome(ports, package).deployed


def test_a_model_that_passed_every_gate_is_approved_and_serves(ports):
    package = registered(ports, PASSED)
    deployed = ruled(ports, package)
    assert ports.registry.deployed() == deployed == ports.registry.find(package.version)
    assert (deployed.status, deployed.version) == (ApprovalStatus.APPROVED, package.version)


def test_it_is_recorded_as_the_rule_s_doing_and_nobody_else_s(ports):
    deployed = ruled(ports, registered(ports, PASSED))
    assert (deployed.decided_by, deployed.is_stand_in) == (RULE, False)
    assert deployed.reason == "All gates passed, none by a waiver."
    events = events_of(ports, deployed.version)
    assert [(event.kind, event.actor) for event in events] == [
        (AuditEventKind.MODEL_APPROVED, RULE),
        (AuditEventKind.MODEL_DEPLOYED, RULE),
    ]
    assert all(event.details["digest"] == deployed.digest for event in events)


@pytest.mark.parametrize("results", [(), (PASSED, WAIVED), (PASSED, WARNED), (PASSED, UNSURE)])
def test_without_gates_or_with_a_waiver_or_a_warning_a_person_decides(ports, results):
    before = ports.registry.deployed()
    package = registered(ports, *results)
    assert ruled(ports, package) is None
    assert ports.registry.find(package.version) == package
    assert ports.registry.deployed() == before
    assert events_of(ports, package.version) == []


def test_a_schema_that_does_not_ask_for_it_leaves_the_decision_to_a_person(ports):
    assert ruled(ports, registered(ports, PASSED, automatic=False)) is None


def test_another_schema_than_the_imported_one_is_for_a_person_to_see(ports):
    registered(ports, PASSED)
    loose = replace(ports.features.schema(), gates=GatePolicy(fewest_positives=1))
    package = gated(ports, PASSED, schema_toml=dump_schema(loose), champion=serving(ports))
    found = outcome(ports, package)
    assert found.deployed is None
    assert found.objections == ("it was trained under another schema than the imported one",)


def test_a_training_run_cannot_bring_the_rule_along_in_a_schema_of_its_own(ports):
    own = replace(ports.features.schema(), deploys_automatically=True)
    package = gated(ports, PASSED, schema_toml=dump_schema(own), champion=serving(ports))
    assert outcome(ports, package) == RuleOutcome()


@pytest.mark.parametrize("changed", [{"TrainUntil": "2025-01-01"}, {"Seed": 7}])
def test_a_changed_option_is_for_a_person_to_see(ports, changed):
    package = registered(ports, PASSED)
    found = outcome(ports, package, standard_run(ports, **changed))
    assert found.deployed is None
    assert next(iter(changed)) in found.objections[0]


def test_a_definition_of_ones_own_is_for_a_person_to_see(ports):
    package = registered(ports, PASSED)
    found = outcome(ports, package, replace(standard_run(ports), definition_digest="sha256:own"))
    assert found.deployed is None
    assert "own pipeline" in found.objections[0]


def test_a_comparison_with_what_no_longer_serves_is_for_a_person_to_see(ports):
    package = registered(ports, PASSED)
    deploy_again(ports)
    other = gated(ports, PASSED, schema_toml=dump_schema(ports.features.schema()), champion="")
    assert outcome(ports, package).deployed is not None
    assert "another model than the one that serves" in outcome(ports, other).objections[0]


def test_what_was_decided_before_is_not_decided_again(ports):
    package = registered(ports, PASSED)
    ruled(ports, package)
    assert ruled(ports, package) is None
    assert len(events_of(ports, package.version)) == 2


def test_altered_bytes_are_not_approved(ports, home):
    package = registered(ports, PASSED)
    path = archive_path(home, package)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(PackageRefused):
        ruled(ports, package)
    assert ports.registry.find(package.version) == package
