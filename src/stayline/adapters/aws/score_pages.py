"""Everybody's kept scores, page by page."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.errors import StoreUnavailable

PARTITIONS = tuple(f"score#{digit:x}" for digit in range(16))
"""By a token's first digit: sixteen take 16,000 writes a second, and are read in sixteen calls."""
_READS_A_CALL = 100
_TRIES = 8
_FIRST_WAIT_S = 0.02


def many_items(
    clients: Clients, what: str, keys: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield what stands at these keys, a hundred a call, in no order.

    Raises `StoreUnavailable` when DynamoDB answers in part for too long.
    """
    table = clients.resources.state_table
    for start in range(0, len(keys), _READS_A_CALL):
        some = keys[start : start + _READS_A_CALL]
        left: Any = {table: {"Keys": some, "ConsistentRead": True}}
        for attempt in range(_TRIES):
            with our_errors(what):
                answer = clients.of("dynamodb").batch_get_item(RequestItems=left)
            yield from answer["Responses"].get(table, ())
            left = answer.get("UnprocessedKeys")
            if not left:
                break
            time.sleep(_FIRST_WAIT_S * 2**attempt)
        else:
            raise StoreUnavailable(what, "AWS takes only a part of what it is asked.")


def everybody(
    clients: Clients,
    what: str,
    *,
    values: Mapping[str, Any] | None = None,
    **query: Any,
) -> Iterator[dict[str, Any]]:
    """Yield everybody's items as they stand when their page is read; one page is in memory.

    ``query`` narrows it as DynamoDB's own does, with ``values`` for its expressions; ``what`` names
    the store in errors.
    """
    for partition in PARTITIONS:
        start: dict[str, Any] = {}
        while True:
            with our_errors(what):
                page = clients.of("dynamodb").query(
                    TableName=clients.resources.state_table,
                    KeyConditionExpression="pk = :partition",
                    ExpressionAttributeValues={":partition": {"S": partition}, **(values or {})},
                    ConsistentRead=True,
                    **query,
                    **start,
                )
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
