"""Executions whose process ended without a word: how they are shown, who may go on with them."""

from dataclasses import replace

from stayline.adapters.embedded.pipeline.claims import ExecutionClaims
from stayline.domain.pipeline_execution import Execution, ExecutionStatus, StepStatus
from stayline.domain.second_person import same_person
from stayline.errors import ResumeRefused


def as_it_is(written: Execution, claims: ExecutionClaims) -> Execution:
    """Return an execution as Stopped when no living process is at work on it any more."""
    is_open = written.status is ExecutionStatus.EXECUTING
    if not is_open or claims.is_held(written.execution_id):
        return written
    return replace(
        written,
        status=ExecutionStatus.STOPPED,
        failure=f"Its process ended; {written.started_by} may go on with `stayline pipeline "
        f"resume {written.execution_id}`.",
        steps=tuple(
            replace(step, status=StepStatus.STOPPED) if step.ended_at is None else step
            for step in written.steps
        ),
    )


def refuse_to_resume(written: Execution, *, by: str) -> None:
    """Do nothing for an execution that its starter resumes after a crash; else `ResumeRefused`.

    To be called while it is claimed: one that is written down as Executing then has crashed.
    """
    if written.status is not ExecutionStatus.EXECUTING:
        because = f"it is {written.status.value}, and only one that crashed can be."
        raise ResumeRefused(written.execution_id, because)
    if not same_person(written.started_by, by):
        because = f"{written.started_by!r} started it, and only they may go on with it."
        raise ResumeRefused(written.execution_id, because)
