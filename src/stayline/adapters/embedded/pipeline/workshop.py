"""What the parts of the embedded runner share: folders, records, registry and clock."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.adapters.embedded.pipeline.claims import ExecutionClaims
from stayline.adapters.embedded.pipeline.files import PipelineFiles, kept_tree
from stayline.adapters.embedded.pipeline.outputs import PipelineOutputs
from stayline.adapters.embedded.pipeline.records import PipelineRecords
from stayline.adapters.embedded.pipeline.staging import StagedInputs
from stayline.adapters.embedded.shared_locks import SharedLocks
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry


@dataclass(frozen=True, slots=True)
class Workshop:
    """``locks`` order the processes: nothing is removed while one of them keeps something.

    ``shared`` order what gateways of one database do in it.
    """

    objects: Path
    work: Path
    staged: StagedInputs
    claims: ExecutionClaims
    shared: SharedLocks
    records: PipelineRecords
    outputs: PipelineOutputs
    locks: FolderLocks
    registry: ModelRegistry
    clock: Clock
    wait: Callable[[float], object]

    def files(self, execution_id: str) -> PipelineFiles:
        """Return what an execution can read by now."""
        return PipelineFiles(self.objects, self.staged, self.outputs.of(execution_id))

    def log(self, execution_id: str, step: str) -> Path:
        """Return where the log of a step is."""
        return self.claims.folder(execution_id) / f"{step}.log"

    @contextmanager
    def registering(self) -> Iterator[None]:
        """Wait until nobody else registers a package, on this machine or beside it."""
        with self.locks.writing(), self.shared.awaited("registration"):
            yield

    def has_whole(self, digests: Iterable[str]) -> bool:
        """Tell whether all that these digests stand for is there, and unaltered."""
        return all(kept_tree(self.objects, digest) for digest in set(digests))
