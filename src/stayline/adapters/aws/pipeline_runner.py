"""Pipelines in SageMaker: the very JSON of a definition, with the places of the stack."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.adapters.aws.pipeline.executions import SageMakerExecutions
from stayline.adapters.aws.pipeline.files import PipelineFiles
from stayline.adapters.aws.pipeline.following import Following
from stayline.adapters.aws.pipeline.outputs import OutputPlaces
from stayline.adapters.aws.pipeline.packages import RegisteredPackages
from stayline.adapters.aws.pipeline.records import ExecutionRecords, Kept
from stayline.adapters.aws.pipeline.staging import StagedInputs
from stayline.adapters.aws.pipeline.starting import Starting
from stayline.adapters.aws.pipeline.step_cache import StepCache
from stayline.adapters.aws.pipeline.steps import LOG_GROUPS, job_of
from stayline.adapters.aws.pipeline.upkeep import Upkeep, inputs
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.domain.second_person import same_person
from stayline.errors import (
    ExecutionFailed,
    NothingKept,
    ResumeRefused,
    StaylineError,
    UnknownExecution,
)
from stayline.pipeline.parameters import parameter_values
from stayline.pipeline.validation import check
from stayline.ports.aged_records import NOBODY
from stayline.ports.clock import Clock
from stayline.ports.pipeline_runner import (
    PIPELINE_NAME,
    Follow,
    ParameterValue,
    nobody_follows,
)

LEFT = timedelta(minutes=10)
"""So long after its last step an execution is nobody's, if its record does not say how it ended."""


class SageMakerPipelineRunner:
    """Publishes a definition, starts it and follows it; see `Following` for how one ends.

    SageMaker goes on with an execution when this process is killed; `resume` then follows it on and
    takes up what it made. Steps are cached by SageMaker, by their arguments, for as long as the
    definition says. An output is known by the digest that its files had when the execution ended:
    those of another execution that wrote there since are not handed out.
    """

    CALLS = (
        PipelineFiles.CALLS
        | StagedInputs.CALLS
        | ExecutionRecords.CALLS
        | SageMakerExecutions.CALLS
        | RegisteredPackages.CALLS
        | StepCache.CALLS
    )

    def __init__(
        self,
        clients: Clients,
        clock: Clock,
        registry: SageMakerModelRegistry,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._files = PipelineFiles(clients)
        self._staged = StagedInputs(clients, self._files, clock)
        self._records = records = ExecutionRecords(clients)
        self._executions = executions = SageMakerExecutions(clients)
        self._places = OutputPlaces(records)
        self._following = Following(
            executions,
            records,
            self._files,
            self._places,
            RegisteredPackages(clients, self._files, registry),
            clock,
            wait,
        )
        cache = StepCache(clients)
        self._starting = Starting(executions, records, self._files.places, cache, clock)
        self._upkeep = Upkeep(self._files, self._staged, records, self._following, cache, clock)
        self._clock = clock

    def stage(self, name: str, files: Mapping[str, bytes | Path]) -> str:
        """Keep files as one input and return its URI."""
        return self._staged.stage(name, files)

    def unstage(self, uri: str) -> None:
        """Remove a staged input, unless somebody else needs it."""
        self._staged.unstage(uri)

    def run(
        self,
        definition: Mapping[str, object],
        *,
        parameters: Mapping[str, ParameterValue],
        by: str,
        pipeline_name: str = PIPELINE_NAME,
        follow: Follow = nobody_follows,
    ) -> Execution:
        """Run a definition to its end; on Ctrl-C have it stopped."""
        check(definition)
        values = {
            name: value
            for name, value in parameter_values(definition, parameters).items()
            if isinstance(value, str | int | float | bool)
        }
        now = self._clock.now()
        self.purge_expired(at=now)
        kept = self._records.begin(
            definition, pipeline_name=pipeline_name, parameters=values, by=by, at=now
        )
        return self._carried(kept, definition, follow)

    def resume(self, execution_id: str, *, by: str, follow: Follow = nobody_follows) -> Execution:
        """Follow an execution on whose process was killed, or start it if that had not been done.

        `StillExecuting` is never raised: to follow one twice does no harm.
        """
        kept = self._records.find(execution_id)
        execution = kept.execution
        if execution.status is ExecutionStatus.SUCCEEDED:
            return execution
        if not kept.is_open:
            because = f"it is {execution.status.value}, and only one that crashed can be."
            raise ResumeRefused(execution_id, because)
        if not same_person(execution.started_by, by):
            because = f"{execution.started_by!r} started it, and only they may go on with it."
            raise ResumeRefused(execution_id, because)
        kept = self._records.put(replace(kept, execution=replace(execution, resumed_by=by)))
        return self._carried(kept, self.definition(execution_id), follow)

    def take_up(self) -> Iterator[Execution]:
        """Take up what ended while nobody followed it, under the name of who had started it.

        One whose process was killed before it had noted SageMaker's answer is found by its name.
        """
        problem: StaylineError | None = None
        for kept in [one for one in self._records.all() if one.is_open]:
            try:
                taken = self._taken_up(kept)
            except StaylineError as error:
                problem = error
            else:
                yield from taken
        if problem is not None:
            raise problem

    def read(self, uri: str, *, execution_id: str | None = None) -> bytes:
        """Return the bytes of one file."""
        if execution_id is None:
            return self._files.read(uri)
        execution, wanted = self.find(execution_id), self._files.places.uri(uri)
        for step in execution.steps:
            for name, folder in self._places.of(execution, step).items():
                place = self._files.places.uri(folder)
                if folder and name in step.outputs and wanted.startswith(f"{place}/"):
                    files = self._files.whole_tree(folder, step.outputs[name])
                    if wanted.removeprefix(f"{place}/") in files:
                        return files[wanted.removeprefix(f"{place}/")]
        if any(wanted.startswith(self._files.places.uri(one)) for one in inputs(execution)):
            return self._files.read(uri)
        raise NothingKept(uri)

    def output(self, execution_id: str, step: str, name: str) -> Mapping[str, bytes]:
        """Return the files of one output of a step."""
        execution = self.find(execution_id)
        ran = execution.step(step)
        digest = "" if ran is None else ran.outputs.get(name, "")
        if ran is None or not digest:
            raise NothingKept(f"{execution_id}/{step}/{name}")
        uri = self._places.of(execution, ran)[name]
        return self._files.whole_tree(uri, digest)

    def find(self, execution_id: str) -> Execution:
        """Return that execution."""
        return self._following.as_it_is(self._records.find(execution_id))

    def executions(self) -> list[Execution]:
        """Return all executions, newest first; those that have not ended are asked after."""
        return [self._following.as_it_is(kept) for kept in self._records.all()]

    def definition(self, execution_id: str) -> Mapping[str, object]:
        """Return the definition that an execution ran."""
        known = self._records.find(execution_id).execution.definition_digest
        document: dict[str, object] = json.loads(self._records.definition(known))
        return document

    def log(self, execution_id: str, step: str) -> str:
        """Return what a step printed, from CloudWatch Logs."""
        jobs = {ran.name: ran for ran in self.find(execution_id).steps if ran.type in LOG_GROUPS}
        ran = jobs.get(step)
        if ran is None or not job_of(ran):
            raise UnknownExecution(execution_id, step, list(jobs))
        return self._executions.log(LOG_GROUPS[ran.type], job_of(ran))

    def purge_expired(self, *, at: datetime) -> int:
        """Remove runs that are too old to be used again, and inputs that nobody needs."""
        return self._upkeep.remove_expired(at=at)

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the outputs and inputs are that hold rows of people."""
        return self._upkeep.ages(before)

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove them; they are copies, so nobody's are held. Those in use wait."""
        gone = self.purge_expired(at=self._clock.now())
        return gone + (self._upkeep.remove_rows(before) or 0)

    def forget_rows(self) -> bool:
        """Remove every file that holds rows of people, unless an execution is under way."""
        return self._upkeep.remove_rows() is not None

    def problems(self) -> list[str]:
        """Return nothing: S3 checks what it keeps, and `output` what is read."""
        return []

    def notes(self) -> list[str]:
        """Return which executions are to be resumed, so that what they made is taken up."""
        return [
            f"execution {one.execution_id} ended while nobody followed it; {one.started_by} may "
            f"take up what it made with `stayline pipeline resume {one.execution_id}`"
            for one in (self._following.as_it_is(k) for k in self._records.all() if k.is_open)
            if one.was_cut_short
        ]

    def _carried(self, kept: Kept, definition: Mapping[str, object], follow: Follow) -> Execution:
        if not kept.arn:
            kept = self._starting.started(kept, definition)
        return self._following.to_the_end(kept, follow)

    def _taken_up(self, kept: Kept) -> list[Execution]:
        """Return an execution as it ended, written down; none where it may be followed still."""
        noted = self._starting.noted(kept)
        execution = self._following.as_it_is(noted)
        if not (noted.arn and execution.was_cut_short and self._is_left(execution)):
            return []
        with suppress(ExecutionFailed):  # which is on its record, and told by its status
            self._following.to_the_end(noted, nobody_follows)
        return [self.find(execution.execution_id)]

    def _is_left(self, execution: Execution) -> bool:
        """Whether nobody can be following it any more: who does looks every few seconds."""
        ends = [step.ended_at for step in execution.steps if step.ended_at is not None]
        return max([*ends, execution.started_at]) < self._clock.now() - LEFT
