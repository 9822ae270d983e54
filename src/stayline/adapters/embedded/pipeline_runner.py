"""Pipelines on this machine: each step a process, each file known by its digest."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.adapters.embedded.pipeline.claims import ExecutionClaims
from stayline.adapters.embedded.pipeline.crashes import as_it_is, refuse_to_resume
from stayline.adapters.embedded.pipeline.files import PipelineFiles, kept_tree, prefixes
from stayline.adapters.embedded.pipeline.outputs import PipelineOutputs
from stayline.adapters.embedded.pipeline.records import PipelineRecords
from stayline.adapters.embedded.pipeline.signals import stoppable
from stayline.adapters.embedded.pipeline.staging import StagedInputs
from stayline.adapters.embedded.pipeline.step_kinds import refuse_others
from stayline.adapters.embedded.pipeline.trees import remove
from stayline.adapters.embedded.pipeline.upkeep import (
    altered_outputs,
    left_overs,
    missing_outputs,
    purge,
    remove_rows,
    row_holders,
)
from stayline.adapters.embedded.pipeline.walk import Walk
from stayline.adapters.embedded.pipeline.workshop import Workshop
from stayline.adapters.embedded.shared_locks import SharedLocks
from stayline.domain.pipeline_execution import (
    Execution,
    ExecutionStatus,
)
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.errors import ExecutionFailed, NothingKept, UnknownExecution
from stayline.pipeline.definition import digest, render
from stayline.pipeline.parameters import parameter_values
from stayline.pipeline.validation import check
from stayline.ports.aged_records import NOBODY
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.pipeline_runner import (
    PIPELINE_NAME,
    Follow,
    ParameterValue,
    nobody_follows,
)


class SubprocessPipelineRunner:
    """Runs the steps one after the other; keeps everything under ``folder``, for its owner only.

    ``objects/`` holds outputs by digest, ``staged/`` inputs, ``executions/`` the logs, ``work/``
    what a step has in hand, which is removed when it ends. ``wait`` takes the seconds before
    another attempt.
    """

    def __init__(
        self,
        engine: sa.Engine,
        folder: Path,
        *,
        registry: ModelRegistry,
        clock: Clock,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        folder = folder.absolute()  # steps run in folders of their own
        locks, shared = FolderLocks(folder), SharedLocks(engine)
        self._workshop = Workshop(
            objects=folder / "objects",
            work=folder / "work",
            staged=StagedInputs(folder / "staged", locks),
            claims=ExecutionClaims(folder / "executions", shared),
            shared=shared,
            records=PipelineRecords(engine),
            outputs=PipelineOutputs(engine),
            locks=locks,
            registry=registry,
            clock=clock,
            wait=wait,
        )

    def stage(self, name: str, files: Mapping[str, bytes | Path]) -> str:
        """Keep files as one input and return its URI."""
        return self._workshop.staged.stage(name, files)

    def unstage(self, uri: str) -> None:
        """Remove a staged input, unless another process holds it."""
        self._workshop.staged.unstage(uri)

    def run(
        self,
        definition: Mapping[str, object],
        *,
        parameters: Mapping[str, ParameterValue],
        by: str,
        pipeline_name: str = PIPELINE_NAME,
        follow: Follow = nobody_follows,
    ) -> Execution:
        """Run a definition to its end."""
        check(definition)
        refuse_others(definition)
        values = {
            name: value
            for name, value in parameter_values(definition, parameters).items()
            if isinstance(value, str | int | float | bool)
        }
        now = self._workshop.clock.now()
        self.purge_expired(at=now)

        def begin() -> str:
            return self._workshop.records.begin(
                render(definition),
                digest(definition),
                pipeline_name=pipeline_name,
                parameters=values,
                by=by,
                at=now,
            )

        with stoppable(), self._workshop.claims.held(begin) as execution_id:
            return self._walk(execution_id, definition, follow)

    def resume(self, execution_id: str, *, by: str, follow: Follow = nobody_follows) -> Execution:
        """Go on with an execution after a crash."""
        found = self.find(execution_id)
        if found.status is ExecutionStatus.SUCCEEDED:
            return found
        with stoppable(), self._workshop.claims.held(lambda: execution_id):
            refuse_to_resume(self._workshop.records.find(execution_id), by=by)
            self._workshop.records.reopen(execution_id, by=by)
            try:
                return self._walk(execution_id, self.definition(execution_id), follow)
            finally:  # its inputs: who staged them is gone
                self.purge_expired(at=self._workshop.clock.now())

    def take_up(self) -> Iterator[Execution]:
        """Yield none: an execution ends with its process."""
        return iter(())

    def read(self, uri: str, *, execution_id: str | None = None) -> bytes:
        """Return the bytes of one file."""
        files = self._newest(uri) if execution_id is None else self._workshop.files(execution_id)
        content = files.file(uri)
        if content is None:
            raise NothingKept(uri)
        return content

    def output(self, execution_id: str, step: str, name: str) -> Mapping[str, bytes]:
        """Return the files of one output of a step."""
        ran = self._workshop.records.find(execution_id).step(step)
        digest = "" if ran is None else ran.outputs.get(name, "")
        with self._workshop.locks.reading():
            tree = kept_tree(self._workshop.objects, digest) if digest else None
            if tree is None:
                raise NothingKept(f"{execution_id}/{step}/{name}")
            return {file: (tree.folder / file).read_bytes() for file in tree.files}

    def find(self, execution_id: str) -> Execution:
        """Return that execution."""
        return as_it_is(self._workshop.records.find(execution_id), self._workshop.claims)

    def executions(self) -> list[Execution]:
        """Return all executions, newest first."""
        written, claims = self._workshop.records.executions(), self._workshop.claims
        return [as_it_is(execution, claims) for execution in written]

    def definition(self, execution_id: str) -> Mapping[str, object]:
        """Return the definition that an execution ran."""
        document: dict[str, object] = json.loads(self._workshop.records.definition(execution_id))
        return document

    def log(self, execution_id: str, step: str) -> str:
        """Return what a step printed."""
        logs = {
            ran.name: self._workshop.log(ran.cached_from or execution_id, ran.name)
            for ran in self._workshop.records.find(execution_id).steps
        }
        logged = [name for name, path in logs.items() if path.is_file()]
        if step not in logged:
            raise UnknownExecution(execution_id, step, logged)
        return logs[step].read_text("utf-8", "replace")

    def purge_expired(self, *, at: datetime) -> int:
        """Remove outputs that are too old to be used again."""
        return purge(self._workshop, at=at)

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the outputs and inputs are that hold rows of people."""
        times = [at for _, at in row_holders(self._workshop)]
        due = [at for at in times if at < before]
        return Ages(len(times), min(times, default=None), len(due), max(due, default=None))

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove them; they are copies, so nobody's are held."""
        return (
            self.purge_expired(at=self._workshop.clock.now())
            + (remove_rows(self._workshop, before=before)[0])
        )

    def forget_rows(self) -> bool:
        """Remove every file that holds rows of people, unless an execution is under way."""
        return remove_rows(self._workshop, before=None)[1] == 0

    def problems(self) -> list[str]:
        """Return outputs that were altered; one that is gone is no damage."""
        return altered_outputs(self._workshop, at=self._workshop.clock.now())

    def notes(self) -> list[str]:
        """Return outputs that are gone before their time, and what a crash left on disk."""
        now = self._workshop.clock.now()
        return [*missing_outputs(self._workshop, at=now), *left_overs(self._workshop)]

    def _walk(
        self, execution_id: str, definition: Mapping[str, object], follow: Follow
    ) -> Execution:
        """Walk and write down how it ended, whatever happens."""
        records, clock = self._workshop.records, self._workshop.clock
        status, failure = ExecutionStatus.STOPPED, "It was stopped."
        try:
            Walk(self._workshop, records.find(execution_id), definition, follow).run()
            status, failure = ExecutionStatus.SUCCEEDED, ""
        except ExecutionFailed as error:
            status, failure = ExecutionStatus.FAILED, str(error)
            raise
        except Exception as error:
            status, failure = ExecutionStatus.FAILED, f"An unexpected {type(error).__name__}."
            raise
        finally:
            remove(self._workshop.work / execution_id)
            records.finish(execution_id, status, at=clock.now(), failure=failure or None)
        return records.find(execution_id)

    def _newest(self, uri: str) -> PipelineFiles:
        newest = self._workshop.outputs.newest(list(prefixes(uri)))
        places = {} if newest is None else dict([newest])
        return PipelineFiles(self._workshop.objects, self._workshop.staged, places)
