from pathlib import Path

import pytest

from small_pipelines import PipelineHome, gated, package_bytes
from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.database import open_database
from stayline.domain.pipeline_execution import Execution, ExecutionStatus, StepEvent
from stayline.errors import ExecutionFailed
from stayline.ports.audit_log import AuditLog
from stayline.usecases.resume_execution import resume_execution


@pytest.fixture
def pipelines(tmp_path: Path):
    opened = PipelineHome(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def audit(tmp_path: Path):
    engine = open_database(tmp_path / "state.db", "state")
    yield SqliteAuditLog(engine)
    engine.dispose()


def stopped_at_the_gate(pipelines: PipelineHome, *, verdict: str) -> str:
    """Stop a run with Ctrl-C once its package is checked; return the execution."""
    runner = pipelines.runner()
    staged = runner.stage("package", {"model.tar.gz": package_bytes()})

    def stop(event: StepEvent) -> None:
        if event.step == "gate":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(gated(staged, verdict=verdict), parameters={}, by="ana", follow=stop)
    (stopped,) = runner.executions()
    assert stopped.status is ExecutionStatus.STOPPED
    return stopped.execution_id


def resumed(pipelines: PipelineHome, audit: AuditLog, execution_id: str) -> Execution:
    return resume_execution(
        execution_id, by="bo", runner=pipelines.runner(), audit=audit, clock=pipelines.clock
    )


def test_a_version_that_comes_of_it_is_in_the_audit_log_once(pipelines, audit) -> None:
    execution_id = stopped_at_the_gate(pipelines, verdict="pass")
    done = resumed(pipelines, audit, execution_id)
    assert resumed(pipelines, audit, execution_id) == done
    (package,) = pipelines.registry().packages()
    (event,) = audit.events()
    assert (event.kind.value, event.actor, event.subject) == ("model.registered", "bo", "1")
    assert event.details == {"digest": package.digest, "execution": execution_id}
    assert (package.trained_by, done.resumed_by) == ("ana", "bo")


def test_a_failure_is_in_the_audit_log(pipelines, audit) -> None:
    execution_id = stopped_at_the_gate(pipelines, verdict="fail")
    with pytest.raises(ExecutionFailed, match="Recall is"):
        resumed(pipelines, audit, execution_id)
    (event,) = audit.events()
    assert (event.kind.value, event.subject) == ("model.training_failed", execution_id)
    assert pipelines.registry().packages() == []
