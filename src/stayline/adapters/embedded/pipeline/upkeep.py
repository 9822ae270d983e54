"""What must not stay: expired outputs, inputs nobody needs, work of processes that are gone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stayline.adapters.embedded.pipeline.files import kept_tree, object_path
from stayline.adapters.embedded.pipeline.trees import remove
from stayline.adapters.embedded.pipeline.workshop import Workshop
from stayline.domain.pipeline_execution import Execution, ExecutionStatus

RESUMABLE = timedelta(days=1)
"""How long inputs wait for an execution that was cut short or failed to be resumed."""


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
        return len(expired) + workshop.staged.sweep(set(_awaited(executions, at)))


def damaged_outputs(workshop: Workshop, *, at: datetime) -> list[str]:
    """Return the outputs that are missing or altered although they have not expired."""
    needed = workshop.outputs.needed(at=at, executing=())
    return [
        f"the output {digest} of a pipeline is missing or was altered; the next run makes it anew"
        for digest in sorted(needed)
        if kept_tree(workshop.objects, digest) is None
    ]


def _is_executing(workshop: Workshop, execution: Execution) -> bool:
    return execution.status is ExecutionStatus.EXECUTING and workshop.claims.is_held(
        execution.execution_id
    )


def _awaited(executions: list[Execution], at: datetime) -> Iterator[str]:
    """Yield the inputs of executions that somebody may yet resume."""
    for execution in executions:
        if execution.started_at + RESUMABLE >= at:
            yield from (value for value in execution.parameters.values() if isinstance(value, str))
