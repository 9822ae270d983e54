"""Files of executions go in time: copies of people's rows, and what is too old to be used again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from stayline.adapters.aws.pipeline.files import PipelineFiles
from stayline.adapters.aws.pipeline.following import Following
from stayline.adapters.aws.pipeline.records import ExecutionRecords
from stayline.adapters.aws.pipeline.staging import StagedInputs
from stayline.adapters.aws.pipeline.step_cache import StepCache
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
from stayline.domain.retention import Ages
from stayline.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Removes files, but of no execution that is under way."""

    files: PipelineFiles
    staged: StagedInputs
    records: ExecutionRecords
    following: Following
    cache: StepCache
    clock: Clock

    def remove_expired(self, *, at: datetime) -> int:
        """Remove runs that are too old to be used again, and inputs that nobody needs."""
        needed = {
            uri for kept in self.records.all() if kept.is_open for uri in inputs(kept.execution)
        }
        return self.files.remove_old_runs(at=at) + self.staged.sweep(needed, at=at)

    def ages(self, before: datetime) -> Ages:
        """Return how old the outputs and inputs are that hold rows of people."""
        times = list(self.files.row_holders().values())
        due = [at for at in times if at < before]
        return Ages(len(times), min(times, default=None), len(due), max(due, default=None))

    def remove_rows(self, before: datetime | None = None) -> int | None:
        """Remove files with rows of people, all or old ones; None while an execution goes on."""
        if any(one.status is ExecutionStatus.EXECUTING for one in self._open()):
            return None
        holders = self.files.row_holders()
        due = [uri for uri, at in holders.items() if before is None or at < before]
        if due:
            self.cache.note_removal(self.clock.now())
        for uri in due:
            self.files.remove(uri)
        return len(due)

    def _open(self) -> Iterator[Execution]:
        return (self.following.as_it_is(kept) for kept in self.records.all() if kept.is_open)


def inputs(execution: Execution) -> list[str]:
    """Return the URIs, among others, that an execution was given."""
    return [value for value in execution.parameters.values() if isinstance(value, str)]
