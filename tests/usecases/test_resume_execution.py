from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_processes import DIED, audits, crash, is_told_no, passes
from small_pipelines import PipelineHome
from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.database import open_database
from stayline.domain.pipeline_execution import Execution
from stayline.errors import ExecutionFailed, ResumeRefused
from stayline.ports.audit_log import AuditLog
from stayline.usecases.resume_execution import resume_execution
from store_processes import exit_codes


@pytest.fixture
def pipelines(tmp_path: Path):
    opened = PipelineHome(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def audit(tmp_path: Path):
    engine = open_database(tmp_path / "state.db", "state")
    yield SqliteAuditLog(engine, tmp_path / "audit")
    engine.dispose()


def crashed(
    pipelines: PipelineHome, at: str, definition: Callable[..., object], status: str = "Starting"
) -> str:
    """Let the process of Ana's run die at a step; return the execution."""
    assert exit_codes(1, crash, pipelines.folder, at, definition, status) == [DIED]
    (found,) = pipelines.runner().executions()
    assert found.was_cut_short
    return found.execution_id


def resumed(
    pipelines: PipelineHome, audit: AuditLog, execution_id: str, *, by: str = "ana"
) -> Execution:
    return resume_execution(
        execution_id, by=by, runner=pipelines.runner(), audit=audit, clock=pipelines.clock
    )


def test_a_version_that_comes_of_it_is_in_the_audit_log_once(pipelines, audit) -> None:
    execution_id = crashed(pipelines, "gate", passes)
    done = resumed(pipelines, audit, execution_id, by="Ana ")
    assert resumed(pipelines, audit, execution_id) == done
    (package,) = pipelines.registry().packages()
    (event,) = audit.events()
    assert (event.kind.value, event.actor, event.subject) == ("model.registered", "Ana ", "1")
    assert event.details == {"digest": package.digest, "execution": execution_id}
    assert (package.trained_by, done.resumed_by) == ("ana", "Ana ")


def test_a_failure_is_in_the_audit_log(pipelines, audit) -> None:
    execution_id = crashed(pipelines, "gate", is_told_no)
    with pytest.raises(ExecutionFailed, match="Recall is"):
        resumed(pipelines, audit, execution_id)
    (event,) = audit.events()
    assert (event.kind.value, event.subject) == ("model.training_failed", execution_id)
    assert pipelines.registry().packages() == []


def test_nobody_else_goes_on_with_it(pipelines, audit) -> None:
    execution_id = crashed(pipelines, "evaluate", audits)
    with pytest.raises(ResumeRefused, match=r"'ana' started it.*stayline train"):
        resumed(pipelines, audit, execution_id, by="bo")
    assert list(audit.events()) == []
    assert resumed(pipelines, audit, execution_id).resumed_by == "ana"


@pytest.mark.parametrize(("at", "is_read"), [("evaluate", True), ("report", False)])
def test_protected_attributes_that_are_read_again_are_in_the_audit_log(
    pipelines, audit, at: str, is_read: bool
) -> None:
    execution_id = crashed(pipelines, at, audits)
    resumed(pipelines, audit, execution_id)
    read = [event for event in audit.events() if event.kind.value == "protected.read"]
    assert [(e.actor, e.subject, e.details["execution"]) for e in read] == (
        [("ana", "all", execution_id)] if is_read else []
    )
