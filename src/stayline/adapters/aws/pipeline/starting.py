"""An execution on its way into SageMaker: published, started once, and found again by its name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from stayline.adapters.aws.pipeline.executions import SageMakerExecutions
from stayline.adapters.aws.pipeline.places import Places
from stayline.adapters.aws.pipeline.records import ExecutionRecords, Kept
from stayline.adapters.aws.pipeline.step_cache import StepCache
from stayline.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Starting:
    """Gives SageMaker a definition with the places of the stack, and notes the ARN it answers."""

    executions: SageMakerExecutions
    records: ExecutionRecords
    places: Places
    cache: StepCache
    clock: Clock

    def started(self, kept: Kept, definition: Mapping[str, object]) -> Kept:
        """Publish and start an execution; sent again, it is not started twice."""
        execution = kept.execution
        name = self.places.pipeline(execution.pipeline_name)
        allowed = self.cache.allowed(definition, at=self.clock.now())
        arn = self.executions.start(
            name,
            self.executions.publish(name, self.places.definition(allowed)),
            self.places.parameters(execution.parameters),
            display_name=execution.execution_id,
            token=kept.token,
        )
        return self.records.put(replace(kept, arn=arn))

    def noted(self, kept: Kept) -> Kept:
        """Return an execution with the ARN that SageMaker gave it, if it ever heard of it."""
        if kept.arn:
            return kept
        execution = kept.execution
        name = self.places.pipeline(execution.pipeline_name)
        arn = self.executions.started_as(name, execution.execution_id, since=execution.started_at)
        return self.records.put(replace(kept, arn=arn)) if arn else kept
