"""Take up what pipelines registered while nobody was there to see it, and leave their events."""

from collections.abc import Mapping

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.pipeline_runner import PipelineRunner


def take_up_executions(*, runner: PipelineRunner, audit: AuditLog, clock: Clock) -> list[str]:
    """Return in words what was taken up; the versions are theirs who started the executions.

    So a training whose process was killed ends as one that was followed: with a version that waits
    for a second person, or with why there is none.
    """
    return [_audited(execution, audit, clock) for execution in runner.take_up()]


def _audited(execution: Execution, audit: AuditLog, clock: Clock) -> str:
    by, name, at = execution.started_by, execution.execution_id, clock.now()
    if execution.status is not ExecutionStatus.SUCCEEDED:
        because: Mapping[str, str | bool] = {
            "because": f"Execution{execution.status.value}",
            "is_taken_up": True,
        }
        audit.append(AuditEvent(AuditEventKind.TRAINING_FAILED, by, name, at, because))
        return f"Execution {name} of {by!r} ended as {execution.status.value} with nobody there."
    registered = [step for step in execution.steps if step.type == "RegisterModel"]
    versions = []
    for step in registered:
        version = str(step.properties["ModelPackageArn"]).rpartition("/")[2]
        details: Mapping[str, str | bool] = {
            "digest": step.inputs["package"],
            "execution": name,
            "is_taken_up": True,
        }
        audit.append(AuditEvent(AuditEventKind.MODEL_REGISTERED, by, version, at, details))
        versions.append(version)
    what = f"version {', '.join(versions)}" if versions else "no version"
    return f"Execution {name} of {by!r} ended with nobody there; {what} is taken up."
