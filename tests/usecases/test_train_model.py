"""Training as people run it: the real pipeline, a process per step."""

import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from deployed_home import take_to_work
from model_versions import events_of
from panel_home import OPTIONS, SCHEMA, import_panel, run_pipeline
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.model_package import ApprovalStatus
from stayline.domain.pipeline_execution import ExecutionStatus, StepStatus
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import Role
from stayline.errors import (
    DefinitionRefused,
    ExecutionFailed,
    NothingImported,
    SchemaMismatch,
    SettingRefused,
)
from stayline.formats.model_archive import archive_digest, read_archive
from stayline.pipeline.definition import render
from stayline.pipeline.training_pipeline import training_pipeline
from stayline.reports.model_card import model_card
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.approve_model import approve_model
from stayline.usecases.reject_model import reject_model
from stayline.usecases.set_opt_out import set_opt_out
from stayline.usecases.train_model import Training
from training_frames import with_justified

DAY = timedelta(days=1)


@pytest.fixture
def panel(trained_panel, tmp_path) -> Ports:
    """A home, of the test's own, in which the pipeline ran once."""
    return build(Settings(home=Path(shutil.copytree(trained_panel, tmp_path / "home"))))


@pytest.fixture
def empty(tmp_path) -> Ports:
    return build(Settings(home=tmp_path / "empty"))


def test_what_is_trained_is_pending_with_its_gates_and_reports(panel):
    (registered,) = panel.registry.packages()
    assert (registered.status, registered.trained_by) == (ApprovalStatus.PENDING, "ana")
    assert panel.registry.deployed() is None
    archive = read_archive(panel.registry.archive(registered.digest), registered.digest)
    assert archive.manifest.metrics == registered.metrics
    assert {gate["name"] for gate in archive.manifest.gates} >= {"fairness", "leaks"}
    kept = panel.registry.reports(registered.digest)
    assert archive.manifest.reports == {n: archive_digest(c) for n, c in kept.items()}


def test_the_execution_is_recorded_with_who_and_what(panel):
    (execution,) = panel.runner.executions()
    assert (execution.status, execution.started_by) == (ExecutionStatus.SUCCEEDED, "ana")
    assert [step.name for step in execution.steps] == [
        "prepare", "train", "evaluate", "check-gates", "gate", "register",
    ]  # fmt: skip
    assert all(step.status is StepStatus.SUCCEEDED for step in execution.steps)
    assert execution.step("train").inputs.keys() == {"train"}


def test_registration_and_the_read_of_protected_attributes_are_audit_events(panel):
    (event,) = events_of(panel, 1)
    (registered,) = panel.registry.packages()
    assert (event.kind, event.actor) == (AuditEventKind.MODEL_REGISTERED, "ana")
    assert event.details["digest"] == registered.digest
    kinds = [e.kind for e in panel.audit.events()]
    assert AuditEventKind.PROTECTED_READ in kinds
    ((purpose, _),) = panel.protected.reads()
    assert purpose.actor == "ana"


def test_no_copy_of_the_inputs_outlives_the_execution(panel, tmp_path):
    staged = list((tmp_path / "home/pipeline/staged").rglob("*.*"))
    assert staged == []
    assert list((tmp_path / "home/pipeline/work").iterdir()) == []


def test_the_same_inputs_again_are_the_same_version_from_the_cache(panel):
    again = run_pipeline(panel)
    assert panel.registry.packages() == [again.registered]
    jobs = [step for step in again.execution.steps if step.type in ("Processing", "Training")]
    assert all(step.cached_from for step in jobs)


def test_a_run_without_the_cache_makes_the_same_bytes(panel, tmp_path):
    shutil.rmtree(tmp_path / "home/pipeline/objects")
    again = run_pipeline(panel)
    assert not any(step.cached_from for step in again.execution.steps)
    assert panel.registry.packages() == [again.registered]


def test_a_rejected_package_does_not_come_back_as_another_version(panel):
    reject_model(
        1, reason="It was looked at and found wanting.", by="bo",
        registry=panel.registry, audit=panel.audit, clock=panel.clock,
    )  # fmt: skip
    assert run_pipeline(panel).registered.status is ApprovalStatus.REJECTED
    assert len(panel.registry.packages()) == 1


def test_the_retrain_of_the_deployed_model_passes_and_says_it_differs_by_nothing(panel):
    approve_model(
        1, reason="Its figures were read and are good.", by="bo",
        registry=panel.registry, audit=panel.audit, clock=panel.clock,
    )  # fmt: skip
    take_to_work(panel, 1)
    again = run_pipeline(panel).registered
    archive = read_archive(panel.registry.archive(again.digest), again.digest)
    against = [g for g in archive.manifest.gates if g["name"] == "quality against champion"]
    assert {gate["subject"] for gate in against} >= {"ROC AUC", "recall at the alert threshold"}
    assert {gate["verdict"] for gate in against} == {"pass"}
    assert {gate["figures"]["value"] for gate in against} == {0}


def test_when_the_gates_say_no_nothing_is_registered_and_the_refusal_is_on_record(panel):
    before = panel.registry.packages()
    with pytest.raises(ExecutionFailed, match="recall at the alert threshold") as failed:
        run_pipeline(panel, parameters={"MinimumRecall": 0.999})
    assert failed.value.step == "fail"
    assert panel.registry.packages() == before
    event = panel.audit.events()[-1]
    assert (event.kind, event.actor) == (AuditEventKind.TRAINING_FAILED, "ana")
    (execution, *_) = panel.runner.executions()
    assert event.subject == execution.execution_id
    assert execution.status is ExecutionStatus.FAILED


def test_an_unknown_parameter_stops_before_anything_runs(panel):
    with pytest.raises(DefinitionRefused, match="Telepathy"):
        run_pipeline(panel, parameters={"Telepathy": 1})
    assert len(panel.runner.executions()) == 1


class _Staging:
    """The real runner, which shows the tables that it is given to keep."""

    def __init__(self, runner) -> None:
        self._runner = runner
        self.frames: dict[str, pl.DataFrame] = {}

    def __getattr__(self, name: str):
        return getattr(self._runner, name)

    def stage(self, name, files):
        self.frames |= {
            file: pl.read_parquet(io.BytesIO(content))
            for file, content in files.items()
            if file.endswith(".parquet")
        }
        return self._runner.stage(name, files)


@dataclass(frozen=True)
class Next:
    """The training after one person opted out and nine others were talked to or not."""

    ports: Ports
    training: Training
    staged: Mapping[str, pl.DataFrame]
    opted_out: EmployeeToken


@pytest.fixture(scope="module")
def following(trained_panel, tmp_path_factory) -> Next:
    home = shutil.copytree(trained_panel, tmp_path_factory.mktemp("next") / "home")
    panel = build(Settings(home=home))
    first = panel.features.frame("features", as_of=panel.clock.now()).sort("event_time", "token")
    tokens, taken_at = first["token"].unique().sort().head(9), first["event_time"][0]
    actions = [ActionKind.MENTORING] * 7 + [ActionKind.NO_ACTION, ActionKind.SCORE_DISPUTED]
    for number, (token, action) in enumerate(zip(tokens, actions, strict=True)):
        panel.decisions.add(
            Decision(f"d{number}", token, action, "Asked for a mentor", "lee", taken_at + 20 * DAY)
        )
    everybody = panel.features.newest()["token"].to_list()
    others = {*tokens, *panel.features.everyone_who_left(at=panel.clock.now())}
    opted_out = next(one for one in everybody if one not in others)
    set_opt_out(
        opted_out, True, actor="ana", features=panel.features, opt_outs=panel.opt_outs,
        scores=panel.scores, answers=panel.answers, outcomes=panel.outcomes,
        audit=panel.audit, clock=panel.clock,
    )  # fmt: skip
    staging = _Staging(panel.runner)
    training = run_pipeline(replace(panel, runner=staging))
    return Next(panel, training, staging.frames, opted_out)


def test_somebody_who_opted_out_is_in_no_later_training_set(following):
    panel, token, frozen = following.ports, following.opted_out, following.staged
    execution = following.training.execution
    assert {"features.parquet", "outcomes.parquet", "attributes.parquet"} <= frozen.keys()
    for frame in frozen.values():
        assert token not in frame["token"].to_list()
    (event,) = panel.audit.events(limit=1)
    assert event.kind is AuditEventKind.MODEL_REGISTERED
    assert event.details["left_out_opted_out"] == 1
    assert event.details["workforce"] in str(execution.parameters["WorkforceUri"])
    uri = f"{execution.parameters['OutputUri']}/prepare/people/people.parquet"
    content = panel.runner.read(uri, execution_id=execution.execution_id)
    people = pl.read_parquet(io.BytesIO(content))["token"]
    assert token not in people.to_list()
    assert people.n_unique() > 100


def test_people_who_got_an_action_are_told_of_in_the_manifest_and_the_card(following):
    panel, registered = following.ports, following.training.registered
    assert registered.version == 2
    archive = read_archive(panel.registry.archive(registered.digest), registered.digest)
    training = archive.manifest.training
    assert training["treated"] == "keep"
    assert 0 < training["treated_people"] <= 7
    card = model_card(
        registered, archive.manifest, panel.registry.reports(registered.digest), deployed=False
    )
    told = f"{training['treated_people']} people were followed by a retention action"
    assert told in card.training_details.training_observations


def test_a_justified_protected_attribute_is_an_input_that_carries_its_justification(tmp_path):
    import_panel(tmp_path / "home", with_justified(SCHEMA, "Age"))
    ports = build(Settings(home=tmp_path / "home"))
    digest = run_pipeline(ports).registered.digest
    manifest = read_archive(ports.registry.archive(digest), digest).manifest
    (age,) = (item for item in manifest.inputs if item.name == "Age")
    assert age.justification
    assert {g["subject"].partition(" = ")[0] for g in manifest.gates if g["subject"]} >= {"Age"}


def test_nothing_can_be_trained_before_a_workforce_is_imported(empty):
    with pytest.raises(NothingImported):
        run_pipeline(empty)
    assert empty.registry.packages() == []
    assert empty.runner.executions() == []


def test_a_schema_with_other_inputs_is_refused(panel):
    with pytest.raises(SchemaMismatch):
        run_pipeline(panel, schema=named_schema("ibm-hr"))


def test_no_run_can_leave_out_a_protected_attribute_that_the_audit_looks_at(panel):
    unseen = tuple(
        replace(c, role=Role.IGNORED) if c.name == "MaritalStatus" else c for c in SCHEMA.columns
    )
    with pytest.raises(SchemaMismatch):
        run_pipeline(panel, schema=replace(SCHEMA, columns=unseen))
    with pytest.raises(SchemaMismatch):
        run_pipeline(panel, schema=replace(SCHEMA, protected_age_from=90))


def rendered() -> str:
    return render(training_pipeline(SCHEMA, **asdict(OPTIONS)).document())


@pytest.mark.parametrize(
    ("spoilt", "by", "said"),
    [
        ('"stayline.container"', '"somebody.else"', "only Stayline's own programs run"),
        ('"RegisterModel"', '"Fail"', "expected one RegisterModel step, found 0"),
    ],
)
def test_a_definition_that_could_write_its_own_figures_is_refused(panel, spoilt, by, said):
    document = json.loads(rendered().replace(spoilt, by))
    with pytest.raises(DefinitionRefused, match=said):
        run_pipeline(panel, definition=document)
    assert len(panel.runner.executions()) == 1


def test_the_step_that_registers_may_have_another_name(panel):
    document = json.loads(rendered().replace('"Name": "register"', '"Name": "enrol"'))
    training = run_pipeline(panel, definition=document)
    assert training.registered == panel.registry.packages()[-1]
    assert training.execution.step("register") is None


@pytest.mark.parametrize("actor", ["", "  ", "ana\u200b"])
def test_somebody_must_be_named_as_training(panel, actor):
    with pytest.raises(SettingRefused):
        run_pipeline(panel, actor=actor)


def test_too_few_people_carry_no_model_and_prepare_says_why(tmp_path):
    import_panel(tmp_path / "home", employees=20)
    ports = build(Settings(home=tmp_path / "home"))
    with pytest.raises(ExecutionFailed, match="at least 20 of each are needed") as failed:
        run_pipeline(ports)
    assert failed.value.step == "prepare"
    assert ports.registry.packages() == []
