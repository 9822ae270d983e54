"""Go on with a pipeline that was cut short or failed, and leave the events of a training."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
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

    One that had succeeded is returned as it is. Raises `UnknownExecution`, `StillExecuting` and
    `ExecutionFailed`.
    """
    if runner.find(execution_id).status is ExecutionStatus.SUCCEEDED:
        return runner.find(execution_id)
    try:
        done = runner.resume(execution_id, by=by, follow=follow)
    except ExecutionFailed as error:
        failed = AuditEventKind.TRAINING_FAILED
        audit.append(refused(failed, error, actor=by, subject=execution_id, at=clock.now()))
        raise
    register = done.step("register")
    if register is not None:
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
