"""Executions of pipelines in SQLite, written down as they happen."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.pipeline.outputs import KeptOutput
from stayline.adapters.embedded.pipeline.rows import executions, step_row, text
from stayline.adapters.embedded.tables import (
    pipeline_definitions,
    pipeline_executions,
    pipeline_outputs,
    pipeline_steps,
)
from stayline.domain.pipeline_execution import (
    Execution,
    ExecutionStatus,
    StepExecution,
)
from stayline.errors import UnknownExecution
from stayline.ports.pipeline_runner import ParameterValue


class PipelineRecords:
    """Keeps definitions by digest, executions and their steps."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(
        self,
        definition: str,
        digest: str,
        *,
        pipeline_name: str,
        parameters: Mapping[str, ParameterValue],
        by: str,
        at: datetime,
    ) -> str:
        """Write down a new execution and return its id: the day, and which one it is that day."""
        table = pipeline_executions.c
        day = f"{at:%Y-%m-%d}-"
        of_the_day = sa.select(sa.func.count()).where(table.execution_id.startswith(day))
        with writing(self._engine) as connection:
            _keep_definition(connection, definition, digest)
            execution_id = f"{day}{connection.execute(of_the_day).scalar_one() + 1:03}"
            newest = connection.execute(sa.select(sa.func.max(table.position))).scalar()
            connection.execute(
                sa.insert(pipeline_executions).values(
                    position=(newest or 0) + 1,
                    execution_id=execution_id,
                    pipeline_name=pipeline_name,
                    definition_digest=digest,
                    parameters=text(parameters),
                    started_by=by,
                    started_at=at,
                    status=ExecutionStatus.EXECUTING.value,
                )
            )
        return execution_id

    def reopen(self, execution_id: str, *, by: str) -> None:
        """Write down that somebody goes on with an execution."""
        status = ExecutionStatus.EXECUTING.value
        self._update(execution_id, status=status, ended_at=None, failure=None, resumed_by=by)

    def finish(
        self, execution_id: str, status: ExecutionStatus, *, at: datetime, failure: str | None
    ) -> None:
        """Write down how an execution ended."""
        self._update(execution_id, status=status.value, ended_at=at, failure=failure)

    def put_step(
        self,
        execution_id: str,
        step: StepExecution,
        *,
        cache_key: str | None = None,
        outputs: Sequence[KeptOutput] = (),
    ) -> None:
        """Write down where a step stands, in place of what was known of it."""
        table = pipeline_steps.c
        this = (table.execution_id == execution_id, table.name == step.name)
        written = pipeline_outputs.c
        with writing(self._engine) as connection:
            known = connection.execute(sa.select(table.position).where(*this)).scalar()
            last = sa.select(sa.func.max(table.position)).where(table.execution_id == execution_id)
            if known is None:
                known = (connection.execute(last).scalar() or 0) + 1
            connection.execute(sa.delete(pipeline_steps).where(*this))
            connection.execute(
                sa.delete(pipeline_outputs).where(
                    written.execution_id == execution_id, written.step == step.name
                )
            )
            row = step_row(step) | {"position": known, "cache_key": cache_key}
            connection.execute(sa.insert(pipeline_steps).values(execution_id=execution_id, **row))
            for output in outputs:
                whose = {"execution_id": execution_id, "step": step.name}
                connection.execute(sa.insert(pipeline_outputs).values(**whose, **asdict(output)))

    def find(self, execution_id: str) -> Execution:
        """Return that execution as it was written down."""
        with reading(self._engine) as connection:
            row = _execution_row(connection, execution_id)
            return executions(connection, [row])[0]

    def executions(self) -> list[Execution]:
        """Return all executions as they were written down, newest first."""
        return self._chosen(sa.true())

    def unfinished(self) -> list[Execution]:
        """Return those that have not succeeded, newest first."""
        return self._chosen(pipeline_executions.c.status != ExecutionStatus.SUCCEEDED.value)

    def definition(self, execution_id: str) -> str:
        """Return the text of the definition that an execution ran."""
        with reading(self._engine) as connection:
            row = _execution_row(connection, execution_id)
            table = pipeline_definitions.c
            return str(
                connection.execute(
                    sa.select(table.document).where(table.digest == row.definition_digest)
                ).scalar_one()
            )

    def _chosen(self, which: sa.ColumnElement[bool]) -> list[Execution]:
        table = pipeline_executions.c
        chosen = sa.select(pipeline_executions).where(which).order_by(table.position.desc())
        with reading(self._engine) as connection:
            return executions(connection, connection.execute(chosen).all())

    def _update(self, execution_id: str, **values: object) -> None:
        this = pipeline_executions.c.execution_id == execution_id
        with writing(self._engine) as connection:
            connection.execute(sa.update(pipeline_executions).where(this).values(**values))


def _keep_definition(connection: sa.Connection, definition: str, digest: str) -> None:
    known = sa.select(pipeline_definitions.c.digest).where(pipeline_definitions.c.digest == digest)
    if connection.execute(known).scalar() is None:
        kept = sa.insert(pipeline_definitions).values(digest=digest, document=definition)
        connection.execute(kept)


def _execution_row(connection: sa.Connection, execution_id: str) -> sa.Row[Any]:
    this = pipeline_executions.c.execution_id == execution_id
    row = connection.execute(sa.select(pipeline_executions).where(this)).one_or_none()
    if row is None:
        raise UnknownExecution(execution_id)
    return row
