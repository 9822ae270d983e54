"""Executions and steps as rows of tables, and back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.tables import pipeline_outputs, pipeline_steps
from stayline.domain.pipeline_execution import (
    Execution,
    ExecutionStatus,
    StepExecution,
    StepStatus,
)


def executions(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[Execution]:
    """Return the executions of some rows with their steps, in the order of the rows."""
    ids = [row.execution_id for row in rows]
    steps, outputs = pipeline_steps.c, pipeline_outputs.c
    digests: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in connection.execute(
        sa.select(pipeline_outputs).where(outputs.execution_id.in_(ids)).order_by(outputs.name)
    ):
        digests[row.execution_id, row.step][row.name] = row.digest
    found: dict[str, list[StepExecution]] = defaultdict(list)
    for row in connection.execute(
        sa.select(pipeline_steps).where(steps.execution_id.in_(ids)).order_by(steps.position)
    ):
        found[row.execution_id].append(_step(row, digests[row.execution_id, row.name]))
    return [_execution(row, tuple(found[row.execution_id])) for row in rows]


def step_row(step: StepExecution) -> dict[str, object]:
    """Return a step as a row without whose it is; its outputs have rows of their own."""
    values = asdict(step) | {
        "status": step.status.value,
        "inputs": text(step.inputs),
        "properties": text(step.properties),
    }
    values.pop("outputs")
    return values


def text(value: Mapping[str, object]) -> str:
    """Return a mapping as JSON text."""
    return msgspec.json.encode(value).decode()


def _execution(row: sa.Row[Any], steps: tuple[StepExecution, ...]) -> Execution:
    values = dict(row._mapping)
    values.pop("position")
    values["status"] = ExecutionStatus(values["status"])
    values["parameters"] = msgspec.json.decode(values["parameters"])
    return Execution(**values, steps=steps)


def _step(row: sa.Row[Any], outputs: Mapping[str, str]) -> StepExecution:
    values = dict(row._mapping)
    for only_here in ("execution_id", "position", "cache_key"):
        values.pop(only_here)
    values["status"] = StepStatus(values["status"])
    values["inputs"] = msgspec.json.decode(values["inputs"])
    values["properties"] = msgspec.json.decode(values["properties"])
    return StepExecution(**values, outputs=outputs)
