"""One execution on its way through the steps of its definition."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from stayline.adapters.embedded.pipeline.faults import StepFault
from stayline.adapters.embedded.pipeline.step_kinds import StepKinds, outcome
from stayline.adapters.embedded.pipeline.workshop import Workshop
from stayline.domain.pipeline_execution import (
    Execution,
    StepEvent,
    StepExecution,
    StepStatus,
)
from stayline.errors import ExecutionFailed, StaylineError
from stayline.pipeline.order import Branch, execution_order, placed_steps

_ACT = "Correct that, then run the pipeline again."


class Walk:
    """Runs the steps that the conditions lead to, each after what it needs.

    Steps that are done already, as in an execution that is resumed, stay done if their outputs are
    still whole.
    """

    def __init__(
        self,
        workshop: Workshop,
        execution: Execution,
        document: Mapping[str, object],
        follow: Callable[[StepEvent], None],
    ) -> None:
        self._workshop = workshop
        self._execution = execution
        self._placed = {placed.name: placed for placed in placed_steps(document)}
        self._order = execution_order(document)
        self._follow = follow
        self._kinds = StepKinds(workshop, execution, self._placed, follow)
        self._done: dict[str, StepExecution] = {}

    def run(self) -> None:
        """Walk to the end; raises `ExecutionFailed` at the first step that fails."""
        for name in self._order:
            placed = self._placed[name]
            if self._leads_to(placed.branch):
                self._done[name] = self._former(name) or self._step(placed.step)

    def _leads_to(self, branch: Branch) -> bool:
        return all(
            condition in self._done
            and self._done[condition].properties["Outcome"] == outcome(answer)
            for condition, answer in branch
        )

    def _former(self, name: str) -> StepExecution | None:
        former = self._execution.step(name)
        if former is None or former.status is not StepStatus.SUCCEEDED:
            return None
        return former if self._workshop.has_whole(former.outputs.values()) else None

    def _step(self, step: Mapping[str, object]) -> StepExecution:
        """Run one step and write down how it ended, whatever happens."""
        begun = StepExecution(
            name=str(step["Name"]),
            type=str(step["Type"]),
            status=StepStatus.STARTING,
            started_at=self._workshop.clock.now(),
            ended_at=None,
            attempts=0,
            cached_from=None,
            inputs={},
            outputs={},
            properties={},
            failure=None,
        )
        self._workshop.records.put_step(self._execution.execution_id, begun)
        self._follow(StepEvent(begun.name, begun.status))
        try:
            done = self._kinds.run(begun, step, self._done)
        except StepFault as fault:
            raise self._failed(begun.name, fault.cause, fault.remedy) from fault
        except StaylineError as error:
            raise self._failed(begun.name, str(error), _ACT) from error
        except BaseException as error:  # a stop from outside, or a defect; raised again
            is_stop = not isinstance(error, Exception)
            self._ended(
                begun.name,
                StepStatus.STOPPED if is_stop else StepStatus.FAILED,
                f"it was ended by {type(error).__name__}.",
            )
            raise
        self._follow(StepEvent(done.name, done.status, cached=done.cached_from is not None))
        return done

    def _failed(self, name: str, cause: str, remedy: str) -> ExecutionFailed:
        remedy = remedy.format(execution=self._execution.execution_id, step=name)
        self._ended(name, StepStatus.FAILED, cause)
        self._follow(StepEvent(name, StepStatus.FAILED, cause))
        return ExecutionFailed(self._execution.execution_id, name, cause, remedy)

    def _ended(self, name: str, status: StepStatus, failure: str) -> None:
        records, execution_id = self._workshop.records, self._execution.execution_id
        step = records.find(execution_id).step(name)
        if step is not None:
            now = self._workshop.clock.now()
            ended = replace(step, status=status, ended_at=now, failure=failure)
            records.put_step(execution_id, ended)
