"""Pipelines and executions as the terminal shows them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from stayline.cli.terminal import say, show_table

if TYPE_CHECKING:
    from stayline.domain.pipeline_execution import Execution, StepExecution

_DIGEST = 12


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


def show_executions(executions: Sequence["Execution"]) -> None:
    """Print one line for each execution; the pipeline's name only where it tells them apart."""
    from stayline.ports.pipeline_runner import PIPELINE_NAME

    is_one = all(e.pipeline_name == PIPELINE_NAME for e in executions)
    _show_unbroken(
        ("execution", "pipeline", "status", "started (UTC)", "by", "steps", "from cache"),
        [
            (
                e.execution_id,
                "" if is_one else e.pipeline_name,
                e.status.value,
                f"{e.started_at:%Y-%m-%d %H:%M}",
                e.started_by,
                str(len(e.steps)),
                str(sum(step.cached_from is not None for step in e.steps)),
            )
            for e in executions
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
    say()
    _show_unbroken(
        ("step", "took", "attempts", "from cache of"),
        [_step_row(step) for step in execution.steps],
    )
    say()
    _show_unbroken(
        ("step", "", "what", "SHA-256"), [row for step in execution.steps for row in _data(step)]
    )


def statuses(execution: "Execution") -> dict[str, str]:
    """Return each step's status, as drawings take it."""
    return {step.name: step.status.value for step in execution.steps}


def _step_row(step: "StepExecution") -> tuple[str, ...]:
    took = step.ended_at - step.started_at if step.ended_at else None
    return (
        step.name,
        f"{took.total_seconds():.1f} s" if took is not None else "",
        str(step.attempts),
        step.cached_from or "",
    )


def _data(step: "StepExecution") -> Iterator[tuple[str, ...]]:
    """Yield what a step read and wrote, with the beginning of each digest."""
    for way, named in (("reads", step.inputs), ("writes", step.outputs)):
        for name, digest in named.items():
            yield step.name, way, name, digest.removeprefix("sha256:")[:_DIGEST]


def _show_unbroken(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned lines whose cells never fold, without the columns that nobody fills.

    Names and digests are there to be copied, which a folded one cannot be.
    """
    filled = [at for at in range(len(headers)) if any(row[at] for row in rows)]
    shown = [[row[at] for at in filled] for row in (headers, *rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for number, row in enumerate(shown):
        say("  ".join(map(str.ljust, row, widths)).rstrip())
        if number == 0:
            say("  ".join("─" * width for width in widths))


def _shown(default: object) -> str:
    return "to be given" if default is None else str(default)
