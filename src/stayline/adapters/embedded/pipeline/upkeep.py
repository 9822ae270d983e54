"""What must not stay: expired outputs, inputs nobody needs, work of processes that are gone."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stayline.adapters.embedded.pipeline.files import kept_tree, object_path
from stayline.adapters.embedded.pipeline.staging import PREFIX
from stayline.adapters.embedded.pipeline.trees import remove
from stayline.adapters.embedded.pipeline.workshop import Workshop
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
from stayline.formats.file_trees import is_aggregate

RESUMABLE = timedelta(days=1)
"""How long inputs wait for an execution that was cut short to be resumed."""
PROTECTED = "protected"
"""What protected attributes are staged as, and called as an input; they wait for nobody."""


def purge(workshop: Workshop, *, at: datetime) -> int:
    """Remove all that is too old or left over; return how many outputs and inputs that were.

    What living processes read, write or hold stays.
    """
    with workshop.locks.sweeping():
        in_hand = list(workshop.work.glob("*"))  # before asking who is at work: others may begin
        executions = workshop.records.unfinished()
        executing = {e.execution_id for e in executions if _is_executing(workshop, e)}
        needed = workshop.outputs.needed(at=at, executing=executing)
        names = {object_path(workshop.objects, digest).name for digest in needed}
        expired = [path for path in workshop.objects.glob("*") if path.name not in names]
        left_over = [path for path in in_hand if path.name not in executing]
        for path in (*expired, *left_over):
            remove(path)
        awaited = {uri for e in executions for uri in _awaited(e, executing, at)}
        return len(expired) + workshop.staged.sweep(awaited)


def row_holders(workshop: Workshop) -> list[tuple[Path, datetime]]:
    """Return the outputs and inputs that hold rows of people, each with when it came there."""
    found = [*workshop.objects.glob("*"), *workshop.staged.folders()]
    return [
        (path, datetime.fromtimestamp(path.stat().st_ctime, UTC))
        for path in found
        if any(file.is_file() and not is_aggregate(file.name) for file in path.rglob("*"))
    ]


def remove_rows(workshop: Workshop, *, before: datetime | None) -> tuple[int, int]:
    """Remove outputs and inputs that hold rows of people; with ``before`` those from before it.

    Return how many went, and how many stay since an execution under way needs them.
    """
    with workshop.locks.sweeping():
        holders = row_holders(workshop)
        executions = workshop.records.unfinished()
        is_busy = any(_is_executing(workshop, one) for one in executions)
        due = [path for path, at in holders if before is None or at < before]
        if is_busy:
            return 0, len(due) + len(list(workshop.work.glob("*")))
        for path in (*due, *workshop.work.glob("*")):
            remove(path)
    return len(due), 0


def altered_outputs(workshop: Workshop, *, at: datetime) -> list[str]:
    """Return the outputs that are not as they were written although they have not expired."""
    return [
        f"the output {digest} of a pipeline was altered; the next run makes it anew"
        for digest in sorted(workshop.outputs.needed(at=at, executing=()))
        if object_path(workshop.objects, digest).exists()
        and kept_tree(workshop.objects, digest) is None
    ]


def missing_outputs(workshop: Workshop, *, at: datetime) -> list[str]:
    """Return the outputs that are gone although they have not expired."""
    return [
        f"the output {digest} of a pipeline is gone; the next run makes it anew"
        for digest in sorted(workshop.outputs.needed(at=at, executing=()))
        if not object_path(workshop.objects, digest).exists()
    ]


def left_overs(workshop: Workshop) -> list[str]:
    """Return what is to be known of protected attributes that a crash has left on disk."""
    in_hand = list(workshop.work.glob("*"))  # before asking who is at work, as in `purge`
    executions = workshop.records.unfinished()
    executing = {e.execution_id: e for e in executions if _is_executing(workshop, e)}
    read = {uri for e in executing.values() for uri in _inputs(e)}
    worked_on = [path for path in in_hand if path.name not in executing]
    if workshop.staged.unheld(PROTECTED) - read or any(
        inside for path in worked_on for inside in path.rglob(PROTECTED)
    ):
        return [
            "protected attributes of an execution that was cut short are still on disk; any "
            "training, scoring or serving run removes them"
        ]
    return []


def _is_executing(workshop: Workshop, execution: Execution) -> bool:
    return execution.status is ExecutionStatus.EXECUTING and workshop.claims.is_held(
        execution.execution_id
    )


def _awaited(execution: Execution, executing: Collection[str], at: datetime) -> Iterator[str]:
    """Yield what an execution reads, or may yet read when it is resumed."""
    if execution.execution_id in executing:
        yield from _inputs(execution)
    elif execution.status is ExecutionStatus.EXECUTING and execution.started_at + RESUMABLE >= at:
        yield from (
            uri for uri in _inputs(execution) if not uri.startswith(f"{PREFIX}{PROTECTED}/")
        )


def _inputs(execution: Execution) -> Iterator[str]:
    return (value for value in execution.parameters.values() if isinstance(value, str))
