"""Pipelines and executions as the terminal shows them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from stayline.cli.terminal import say, show_table

if TYPE_CHECKING:
    from stayline.domain.pipeline_execution import Execution, StepExecution

_DIGEST = len("sha256:") + 12


def show_definition(document: Mapping[str, object]) -> None:
    """Print a definition's steps, then its parameters with their defaults."""
    from stayline.pipeline.drawing import text_drawing

    say(text_drawing(document).rstrip("\n"))
    parameters = document["Parameters"]
    if isinstance(parameters, list):
        show_table(
            ("parameter", "type", "default", "what it sets"),
            [
                (p["Name"], p["Type"], _shown(p.get("DefaultValue")), p.get("Description"))
                for p in parameters
            ],
        )


def show_execution(execution: "Execution", document: Mapping[str, object]) -> None:
    """Print how far an execution came, what each step read and wrote, and what went wrong."""
    from stayline.pipeline.drawing import text_drawing

    ended = f", ended {execution.ended_at:%Y-%m-%d %H:%M:%S}" if execution.ended_at else ""
    resumed = f", resumed by {execution.resumed_by}" if execution.resumed_by else ""
    say(f"Execution {execution.execution_id} of {execution.pipeline_name}: {execution.status}")
    say(f"Started {execution.started_at:%Y-%m-%d %H:%M:%S} UTC by {execution.started_by}"
        f"{resumed}{ended}")  # fmt: skip
    say(f"Definition {execution.definition_digest}")
    if execution.failure:
        say(execution.failure)
    say()
    say(text_drawing(document, statuses(execution)).rstrip("\n"))
    show_table(
        ("step", "took", "attempts", "from cache of", "reads", "writes"),
        [_step_row(step) for step in execution.steps],
    )


def statuses(execution: "Execution") -> dict[str, str]:
    """Return each step's status, as drawings take it."""
    return {step.name: step.status.value for step in execution.steps}


def _step_row(step: "StepExecution") -> tuple[object, ...]:
    took = step.ended_at - step.started_at if step.ended_at else None
    return (
        step.name,
        f"{took.total_seconds():.1f} s" if took is not None else "",
        step.attempts,
        step.cached_from,
        "\n".join(_digests(step.inputs)),
        "\n".join(_digests(step.outputs)),
    )


def _digests(named: Mapping[str, str]) -> Iterator[str]:
    for name, digest in named.items():
        yield f"{name} {digest[:_DIGEST]}"


def _shown(default: object) -> str:
    return "to be given" if default is None else str(default)
