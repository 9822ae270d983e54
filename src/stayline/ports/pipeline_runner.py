"""Runs pipeline definitions step by step, and remembers what ran on what."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from stayline.domain.pipeline_execution import Execution, StepEvent
from stayline.ports.aged_records import AgedRecords

PIPELINE_NAME = "attrition-risk"
ParameterValue = str | int | float | bool
Follow = Callable[[StepEvent], None]


def nobody_follows(event: StepEvent) -> None:
    """Take no notice of what happens."""


class PipelineRunner(AgedRecords, Protocol):
    """Executes the very JSON of a definition; every file is known by its digest."""

    def stage(self, name: str, files: Mapping[str, bytes | Path]) -> str:
        """Keep files as one input and return its URI, ``s3://stayline/staged/<name>/<sha256>``.

        ``files`` maps relative paths to contents. The same contents get the same URI. They stay
        until `unstage`; once this process is gone, for a day at most while an execution that it cut
        short may still be resumed. Those named ``protected`` do not wait: the next purge removes
        them.
        """
        ...

    def unstage(self, uri: str) -> None:
        """Remove a staged input from disk, unless another process has staged the same contents.

        Then it goes when that one lets go of it. Does nothing for an input that is gone already.
        """
        ...

    def run(
        self,
        definition: Mapping[str, object],
        *,
        parameters: Mapping[str, ParameterValue],
        by: str,
        pipeline_name: str = PIPELINE_NAME,
        follow: Follow = nobody_follows,
    ) -> Execution:
        """Run a definition to its end and return the execution, which has succeeded.

        A step whose program, arguments and inputs are those of an earlier one is not run again, if
        the definition allows it. Raises `DefinitionRefused` before anything starts, and
        `ExecutionFailed`, also for a Fail step, whose message then is the cause.
        """
        ...

    def resume(self, execution_id: str, *, by: str, follow: Follow = nobody_follows) -> Execution:
        """Go on with an execution after a crash; finished steps are kept.

        Only who started it may do so: the version would be theirs, and another could then approve
        it. One that has succeeded is returned as it is. Raises `UnknownExecution`,
        `StillExecuting`, `ResumeRefused` for one that failed, was stopped or is another's, and what
        `run` raises, above all when its inputs have been removed in the meantime.
        """
        ...

    def take_up(self) -> Iterator[Execution]:
        """Take up what executions made that went on, and ended, after their process was killed.

        Each is written down under the name of who started it, as succeeded or failed, and yielded
        once, before the next one is looked at: whoever audits them misses none where a later one
        cannot be taken up, which is raised at the end. Those that may still be followed are left
        alone. Where executions end with their process there are none: what is left of one is for
        `resume`.
        """
        ...

    def read(self, uri: str, *, execution_id: str | None = None) -> bytes:
        """Return the bytes of one file that a step wrote, or that is staged.

        Two executions may write to one URI: give ``execution_id`` to read what that one saw,
        otherwise it is the newest. Raises `NothingKept`.
        """
        ...

    def output(self, execution_id: str, step: str, name: str) -> Mapping[str, bytes]:
        """Return the files of one output of a step that has succeeded, by their relative paths.

        Raises `UnknownExecution`, and `NothingKept` when there is no such output any more.
        """
        ...

    def find(self, execution_id: str) -> Execution:
        """Return that execution; raises `UnknownExecution`."""
        ...

    def executions(self) -> list[Execution]:
        """Return all executions, newest first.

        One whose process has ended without a word is shown as Stopped, with no end.
        """
        ...

    def definition(self, execution_id: str) -> Mapping[str, object]:
        """Return the definition that an execution ran; raises `UnknownExecution`."""
        ...

    def log(self, execution_id: str, step: str) -> str:
        """Return what a step printed, if need be when it ran in the execution it was cached from.

        Raises `UnknownExecution` for a step that ran no program; it names those that did.
        """
        ...

    def forget_rows(self) -> bool:
        """Remove every output and input that holds rows of people, also those not yet too old.

        For an erasure: such files are copies without tokens, and the next run makes them anew.
        Reports and packed models stay. False when an execution under way needs them.
        """
        ...

    def purge_expired(self, *, at: datetime) -> int:
        """Remove outputs that are too old to be used again; return how many.

        They hold personal data. Every run begins with this.
        """
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when everything is whole."""
        ...

    def notes(self) -> list[str]:
        """Return what is no damage but worth knowing: what is gone, or left over from a crash."""
        ...
