"""What an execution wrote about its model, also when a gate said no and nothing was registered."""

from collections.abc import Mapping

from stayline.domain.pipeline_execution import Execution
from stayline.errors import NothingKept
from stayline.ports.pipeline_runner import PipelineRunner

_JUDGED = ("check-gates", ("reports", "gates"))
_EVALUATED = ("evaluate", ("evaluation",))


def execution_reports(execution_id: str, *, runner: PipelineRunner) -> Mapping[str, bytes]:
    """Return the reports and the gates' verdicts by file name, or what was evaluated before them.

    So whoever was told no can read what the audit found. Raises `UnknownExecution`, and
    `NothingKept` when neither step has finished or the files have expired.
    """
    execution = runner.find(execution_id)
    for step, outputs in (_JUDGED, _EVALUATED):
        if _has_all(execution, step, outputs):
            return {
                name: content
                for output in outputs
                for name, content in runner.output(execution_id, step, output).items()
            }
    raise NothingKept(f"{execution_id}/{_EVALUATED[0]}")


def _has_all(execution: Execution, step: str, outputs: tuple[str, ...]) -> bool:
    ran = execution.step(step)
    return ran is not None and set(outputs) <= set(ran.outputs)
