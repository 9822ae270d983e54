"""Executions in DynamoDB: who started what on what, and how it ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.objects.bucket import Bucket
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
from stayline.errors import UnknownExecution
from stayline.pipeline.definition import digest, render
from stayline.ports.pipeline_runner import ParameterValue

_BOOK = "execution"
_WHAT = "the pipeline's records"


@dataclass(frozen=True, slots=True)
class Kept:
    """An execution as it was written down last; open until it has ended.

    ``token`` makes starting it twice start it once; ``arn`` is empty until SageMaker has said it.
    """

    execution: Execution
    token: str
    arn: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it has not been written down how it ended."""
        return self.execution.ended_at is None


class ExecutionRecords:
    """Keeps one item an execution, under its day and number, and each definition in S3."""

    CALLS = frozenset(
        {
            "dynamodb.get_item",
            "dynamodb.query",
            "dynamodb.put_item",
            "dynamodb.transact_write_items",
            "s3.get_object",
            "s3.put_object",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._table = Table(clients, clients.resources.state_table, Kept, _WHAT)
        self._bucket = Bucket(clients, clients.resources.data_bucket, _WHAT)

    def begin(
        self,
        definition: Mapping[str, object],
        *,
        pipeline_name: str,
        parameters: Mapping[str, ParameterValue],
        by: str,
        at: datetime,
    ) -> Kept:
        """Write down a new execution, named by the day and which one it is that day."""
        known = digest(definition)
        self._bucket.put_new(_definition_key(known), render(definition).encode())
        day = f"{at:%Y-%m-%d}-"
        number = sum(1 for _ in self._table.query(_BOOK, first=day, last=f"{day}~"))
        while True:  # somebody else may take the number first
            number += 1
            execution = Execution(
                f"{day}{number:03}", pipeline_name, known, dict(parameters), by, at, None,
                ExecutionStatus.EXECUTING, None, (),
            )  # fmt: skip
            kept = Kept(execution, uuid4().hex)
            if self._table.put_new(Item(_BOOK, execution.execution_id, kept)):
                return kept

    def put(self, kept: Kept) -> Kept:
        """Write down how it stands, and return it."""
        self._table.put(Item(_BOOK, kept.execution.execution_id, kept))
        return kept

    def end(
        self, kept: Kept, status: ExecutionStatus, *, at: datetime, failure: str | None = None
    ) -> Kept:
        """Write down how it ended, and return it."""
        ended = replace(kept.execution, status=status, ended_at=at, failure=failure)
        return self.put(replace(kept, execution=ended))

    def find(self, execution_id: str) -> Kept:
        """Return that execution; raises `UnknownExecution`."""
        kept = self._table.get(_BOOK, execution_id) if execution_id else None
        if kept is None:
            raise UnknownExecution(execution_id)
        return kept

    def all(self) -> Iterator[Kept]:
        """Yield all executions, newest first."""
        return (item.value for item in self._table.query(_BOOK, newest_first=True))

    def definition(self, known: str) -> bytes:
        """Return the text of a definition by its digest."""
        return self._bucket.get(_definition_key(known)) or b"{}"


def _definition_key(known: str) -> str:
    return f"definitions/{known.removeprefix('sha256:')}.json"
