"""Go on with a pipeline after a crash, and leave the events of a training."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.pipeline_execution import Execution, ExecutionStatus, StepStatus
from stayline.domain.read_purposes import ReadPurpose
from stayline.domain.second_person import same_person
from stayline.errors import ExecutionFailed
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.pipeline_runner import Follow, PipelineRunner, nobody_follows


def resume_execution(
    execution_id: str,
    *,
    by: str,
    runner: PipelineRunner,
    audit: AuditLog,
    clock: Clock,
    follow: Follow = nobody_follows,
) -> Execution:
    """Return the execution, which has succeeded; finished steps are not repeated.

    One that had succeeded is returned as it is. Its protected attributes, if they are still there,
    are read again, which the audit log tells. Raises `UnknownExecution`, `StillExecuting`,
    `ResumeRefused` for one that did not crash or that somebody else started, and
    `ExecutionFailed`.
    """
    found = runner.find(execution_id)
    if found.status is ExecutionStatus.SUCCEEDED:
        return found
    is_allowed = found.was_cut_short and same_person(found.started_by, by)
    if is_allowed and _reads_protected(found):
        audit.append(
            AuditEvent(
                AuditEventKind.PROTECTED_READ,
                actor=by,
                subject="all",
                at=clock.now(),
                details={
                    "purpose": ReadPurpose.MODEL_AUDIT_RESUMED.value,
                    "execution": execution_id,
                },
            )
        )
    try:
        done = runner.resume(execution_id, by=by, follow=follow)
    except ExecutionFailed as error:
        failed = AuditEventKind.TRAINING_FAILED
        audit.append(refused(failed, error, actor=by, subject=execution_id, at=clock.now()))
        raise
    for register in (step for step in done.steps if step.type == "RegisterModel"):
        version = str(register.properties["ModelPackageArn"]).rpartition("/")[2]
        audit.append(
            AuditEvent(
                AuditEventKind.MODEL_REGISTERED,
                actor=by,
                subject=version,
                at=clock.now(),
                details={
                    "digest": register.inputs["package"],
                    "execution": done.execution_id,
                },
            )
        )
    return done


def _reads_protected(execution: Execution) -> bool:
    """Whether the step that audits is still to come, and there is something for it to read."""
    audited = execution.step("evaluate")
    is_done = audited is not None and audited.status is StepStatus.SUCCEEDED
    return bool(execution.parameters.get("ProtectedUri")) and not is_done
