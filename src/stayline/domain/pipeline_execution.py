"""One run of a pipeline and of each of its steps, in SageMaker's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ExecutionStatus(StrEnum):
    """Where an execution stands."""

    EXECUTING = "Executing"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"


class StepStatus(StrEnum):
    """Where a step stands."""

    STARTING = "Starting"
    EXECUTING = "Executing"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"


@dataclass(frozen=True, slots=True)
class StepExecution:
    """What became of one step.

    ``inputs`` and ``outputs`` map names to the digests (``sha256:...``) of what was read and
    written. ``properties`` are what later steps refer to. ``cached_from`` is the execution whose
    outputs were used again, None when the step ran itself.
    """

    name: str
    type: str
    status: StepStatus
    started_at: datetime
    ended_at: datetime | None
    attempts: int
    cached_from: str | None
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    properties: Mapping[str, object]
    failure: str | None


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a pipeline; ``steps`` in the order they were begun.

    ``definition_digest`` names the very definition that ran. ``resumed_by`` is who took it up again
    last, after it had been cut short.
    """

    execution_id: str
    pipeline_name: str
    definition_digest: str
    parameters: Mapping[str, str | int | float | bool]
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    status: ExecutionStatus
    failure: str | None
    steps: tuple[StepExecution, ...]
    resumed_by: str | None = None

    @property
    def was_cut_short(self) -> bool:
        """Whether its process ended without a word; only then can it be resumed."""
        return self.status is ExecutionStatus.STOPPED and self.ended_at is None

    def step(self, name: str) -> StepExecution | None:
        """Return that step, None when it was not reached."""
        return next((step for step in self.steps if step.name == name), None)


@dataclass(frozen=True, slots=True)
class StepEvent:
    """Live news of a step: its status, a line of its log or a message, and whether it ran at all.

    ``cached`` says that former outputs are used again.
    """

    step: str
    status: StepStatus
    line: str = ""
    cached: bool = False
