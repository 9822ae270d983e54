"""Everybody's kept scores, page by page."""

from collections.abc import Iterator, Mapping
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors

PARTITIONS = tuple(f"score#{digit:x}" for digit in range(16))
"""By a token's first digit: sixteen take 16,000 writes a second, and are read in sixteen calls."""


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
