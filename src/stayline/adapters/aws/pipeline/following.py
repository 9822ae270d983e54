"""An execution on its way to its end: looked at, told of, and what it made taken up."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from stayline.adapters.aws.pipeline.executions import SageMakerExecutions, Stand
from stayline.adapters.aws.pipeline.files import PipelineFiles
from stayline.adapters.aws.pipeline.outputs import OutputPlaces
from stayline.adapters.aws.pipeline.packages import RegisteredPackages
from stayline.adapters.aws.pipeline.records import ExecutionRecords, Kept
from stayline.domain.pipeline_execution import (
    Execution,
    ExecutionStatus,
    StepEvent,
    StepExecution,
    StepStatus,
)
from stayline.errors import ExecutionFailed, PackageRefused
from stayline.ports.clock import Clock
from stayline.ports.pipeline_runner import Follow

POLL_S = 5.0
"""How often SageMaker is asked how an execution stands."""
_AGAIN = "Look at its log with `stayline pipeline show {execution} --log STEP`, then run it again."
_ALTERED = "Nothing was registered. Run the pipeline again, so that it is made anew."
_ENDED: Mapping[str, ExecutionStatus] = {
    "Stopped": ExecutionStatus.STOPPED,
    "Succeeded": ExecutionStatus.SUCCEEDED,
}


@dataclass(frozen=True, slots=True)
class Following:
    """Follows executions. How one ended is written down only once SageMaker has said it.

    So a cut connection, or a kill, leaves it open, and `resume` goes on. Ctrl-C has it stopped.
    """

    executions: SageMakerExecutions
    records: ExecutionRecords
    files: PipelineFiles
    places: OutputPlaces
    packages: RegisteredPackages
    clock: Clock
    wait: Callable[[float], object]

    def to_the_end(self, kept: Kept, follow: Follow) -> Execution:
        """Return the execution once it has succeeded; raises `ExecutionFailed`."""
        try:
            stand = self._followed(kept.arn, follow)
        except KeyboardInterrupt:
            self.executions.stop(kept.arn, token=uuid4().hex)
            self._end(self._with_steps(kept), ExecutionStatus.STOPPED, "It was stopped.")
            raise
        kept = self._with_outputs(self._with_steps(kept))
        if stand.status != "Succeeded":
            failed = self._failure(kept.execution, stand)
            status = _ENDED.get(stand.status, ExecutionStatus.FAILED)
            self._end(kept, status, str(failed))
            raise failed
        try:
            kept = self._with_packages(kept)
        except PackageRefused as refusal:
            failed = ExecutionFailed(
                kept.execution.execution_id, "register", str(refusal), _ALTERED
            )
            self._end(kept, ExecutionStatus.FAILED, str(failed))
            raise failed from refusal
        return self._end(kept, ExecutionStatus.SUCCEEDED, None)

    def as_it_is(self, kept: Kept) -> Execution:
        """Return an execution as it stands now; one that ended with nobody following as Stopped."""
        if not kept.is_open:
            return kept.execution
        if kept.arn:
            kept = self._with_steps(kept)
            if not self.executions.stand(kept.arn).is_final:
                return kept.execution
        execution = kept.execution
        told = (
            f"Nobody followed it to its end; {execution.started_by} may go on with `stayline "
            f"pipeline resume {execution.execution_id}`."
        )
        return replace(execution, status=ExecutionStatus.STOPPED, failure=told)

    def _followed(self, arn: str, follow: Follow) -> Stand:
        """Tell of each step as its status changes; return how it ended."""
        told: dict[str, StepStatus] = {}
        while True:
            stand = self.executions.stand(arn)
            for step in self.executions.steps(arn):
                if told.get(step.name) is not step.status:
                    told[step.name] = step.status
                    is_cached = step.cached_from is not None
                    follow(StepEvent(step.name, step.status, step.failure or "", is_cached))
            if stand.is_final:
                return stand
            self.wait(POLL_S)

    def _with_steps(self, kept: Kept) -> Kept:
        steps = tuple(self._named(self.executions.steps(kept.arn)))
        return replace(kept, execution=replace(kept.execution, steps=steps))

    def _named(self, steps: tuple[StepExecution, ...]) -> Iterator[StepExecution]:
        """Yield the steps with our ids of the executions whose outputs they used again."""
        ours = {}
        if any(step.cached_from for step in steps):
            ours = {kept.arn: kept.execution.execution_id for kept in self.records.all()}
        for step in steps:
            cached = step.cached_from
            yield step if cached is None else replace(step, cached_from=ours.get(cached, cached))

    def _with_packages(self, kept: Kept) -> Kept:
        """Take up what was registered, so that it is a version here."""
        execution, steps = kept.execution, []
        for step in execution.steps:
            if step.type == "RegisterModel":
                package, arn = self.packages.take_up(
                    str(step.properties["Arn"]),
                    trained_by=execution.started_by,
                    at=self.clock.now(),
                )
                properties = {**step.properties, "ModelPackageArn": arn}
                inputs = {"package": package.digest}
                steps.append(replace(step, inputs=inputs, properties=properties))
            else:
                steps.append(step)
        return replace(kept, execution=replace(execution, steps=tuple(steps)))

    def _with_outputs(self, kept: Kept) -> Kept:
        """Learn the digest of every output, which means to read it once."""
        execution = kept.execution
        steps = tuple(
            replace(step, outputs=self._digests(self.places.of(execution, step)))
            for step in execution.steps
        )
        return replace(kept, execution=replace(execution, steps=steps))

    def _digests(self, uris: Mapping[str, str]) -> Mapping[str, str]:
        known = {name: self.files.digest(uri) for name, uri in uris.items() if uri}
        return {name: digest for name, digest in known.items() if digest}

    def _failure(self, execution: Execution, stand: Stand) -> ExecutionFailed:
        ended = [step for step in execution.steps if step.status is StepStatus.FAILED]
        last = (ended or list(execution.steps))[-1:]
        name = last[0].name if last else "start"
        cause = (last[0].failure if last else "") or stand.reason or f"it is {stand.status}"
        again = _AGAIN.format(execution=execution.execution_id)
        return ExecutionFailed(execution.execution_id, name, cause, again)

    def _end(self, kept: Kept, status: ExecutionStatus, failure: str | None) -> Execution:
        return self.records.end(kept, status, at=self.clock.now(), failure=failure).execution
