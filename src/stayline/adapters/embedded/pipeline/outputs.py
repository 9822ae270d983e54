"""Where the outputs of steps are kept, who may use them again, and which are too old to stay."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.database import reading
from stayline.adapters.embedded.tables import (
    pipeline_executions,
    pipeline_outputs,
    pipeline_steps,
)
from stayline.domain.pipeline_execution import StepStatus


@dataclass(frozen=True, slots=True)
class KeptOutput:
    """What is at one URI, by digest, and when it is removed."""

    uri: str
    name: str
    digest: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FormerStep:
    """A step that ran once, and what it left."""

    execution_id: str
    ended_at: datetime
    properties: Mapping[str, object]
    outputs: tuple[KeptOutput, ...]


class PipelineOutputs:
    """Reads what `PipelineRecords` wrote of outputs."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, execution_id: str) -> dict[str, str]:
        """Return URI to digest for everything that an execution wrote or used again."""
        table = pipeline_outputs.c
        chosen = sa.select(table.uri, table.digest).where(table.execution_id == execution_id)
        with reading(self._engine) as connection:
            return {row.uri: row.digest for row in connection.execute(chosen)}

    def newest(self, uris: Sequence[str]) -> tuple[str, str] | None:
        """Return (URI, digest) of what was written last to one of the URIs."""
        table = pipeline_outputs.c
        newest = (
            sa.select(table.uri, table.digest)
            .join(
                pipeline_executions,
                pipeline_executions.c.execution_id == table.execution_id,
            )
            .where(table.uri.in_(uris))
            .order_by(pipeline_executions.c.position.desc(), sa.func.length(table.uri).desc())
        )
        with reading(self._engine) as connection:
            row = connection.execute(newest.limit(1)).one_or_none()
        return None if row is None else (row.uri, row.digest)

    def former(self, cache_key: str) -> list[FormerStep]:
        """Return the steps that ran under a key and succeeded, newest first."""
        steps = pipeline_steps.c
        chosen = (
            sa.select(steps.execution_id, steps.name, steps.ended_at, steps.properties)
            .where(
                steps.cache_key == cache_key,
                steps.cached_from.is_(None),
                steps.status == StepStatus.SUCCEEDED.value,
            )
            .order_by(steps.ended_at.desc(), steps.execution_id.desc())
        )
        with reading(self._engine) as connection:
            return [
                FormerStep(
                    row.execution_id,
                    row.ended_at,
                    msgspec.json.decode(row.properties),
                    _outputs(connection, row.execution_id, row.name),
                )
                for row in connection.execute(chosen).all()
            ]

    def needed(self, *, at: datetime, executing: Collection[str]) -> set[str]:
        """Return the digests that have not expired, or that running executions may yet read."""
        table = pipeline_outputs.c
        chosen = sa.select(table.digest).where(
            sa.or_(table.expires_at > at, table.execution_id.in_(executing))
        )
        with reading(self._engine) as connection:
            return set(connection.execute(chosen).scalars())


def _outputs(connection: sa.Connection, execution_id: str, step: str) -> tuple[KeptOutput, ...]:
    table = pipeline_outputs.c
    rows = connection.execute(
        sa.select(table.uri, table.name, table.digest, table.expires_at).where(
            table.execution_id == execution_id, table.step == step
        )
    )
    return tuple(KeptOutput(*row) for row in rows)
