"""Steps as SageMaker lists them, in our words."""

from collections.abc import Mapping
from typing import Any

from stayline.domain.pipeline_execution import StepExecution, StepStatus

_TYPES: Mapping[str, str] = {
    "ProcessingJob": "Processing",
    "TrainingJob": "Training",
    "RegisterModel": "RegisterModel",
    "Condition": "Condition",
    "Fail": "Fail",
}
LOG_GROUPS: Mapping[str, str] = {
    "Processing": "/aws/sagemaker/ProcessingJobs",
    "Training": "/aws/sagemaker/TrainingJobs",
}
"""Where jobs print to, by the type of their step."""
_STATUSES: Mapping[str, StepStatus] = {
    "Starting": StepStatus.STARTING,
    "Executing": StepStatus.EXECUTING,
    "Stopping": StepStatus.EXECUTING,
    "Stopped": StepStatus.STOPPED,
    "Failed": StepStatus.FAILED,
    "Succeeded": StepStatus.SUCCEEDED,
}


def told_step(told: Mapping[str, Any]) -> StepExecution:
    """Return a step; what SageMaker says of its job, package or condition are its properties.

    ``cached_from`` is the ARN of the execution whose outputs it used again.
    """
    metadata: Mapping[str, Any] = told.get("Metadata") or {}
    kind = next((kind for kind in _TYPES if kind in metadata), "")
    properties = dict(metadata.get(kind, {}))
    cached = told.get("CacheHitResult") or {}
    return StepExecution(
        name=told["StepName"],
        type=_TYPES.get(kind, kind),
        status=_STATUSES.get(told["StepStatus"], StepStatus.FAILED),
        started_at=told["StartTime"],
        ended_at=told.get("EndTime"),
        attempts=told.get("AttemptCount", 1),
        cached_from=cached.get("SourcePipelineExecutionArn"),
        inputs={},
        outputs={},
        properties=properties,
        failure=properties.get("ErrorMessage") or told.get("FailureReason") or None,
    )


def job_of(step: StepExecution) -> str:
    """Return the name of a step's job, the end of its ARN; empty for a step without one."""
    return str(step.properties.get("Arn", "")).rpartition("/")[2]
