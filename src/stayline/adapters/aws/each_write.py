"""Many conditional writes to DynamoDB, each made where its own condition holds."""

import time
from collections.abc import Sequence
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors

Call = dict[str, Any]
"""One entry of ``TransactItems``: ``{"Put": {...}}``, ``{"Delete": {...}}``."""
AT_ONCE = 99
"""A transaction has room for a hundred, one of them the guard."""
_TRIES = 8
_FIRST_WAIT_S = 0.02
_REFUSED, _CONFLICT = "ConditionalCheckFailed", "TransactionConflict"


def write_each(
    clients: Clients,
    what: str,
    calls: Sequence[Call],
    *,
    guard: Call | None = None,
    is_patient: bool = True,
) -> int | None:
    """Make at most 99 writes together, without those whose own condition does not hold.

    Returns how many were made. None, and none is made, where the condition of ``guard`` does not
    hold, or where somebody else writes one of them just now and one who is not patient would have
    to wait. With nothing to write the guard is still made.
    """
    from botocore.exceptions import ClientError

    guards = [] if guard is None else [guard]
    left = list(calls)
    attempt = 0
    while left or guards:
        with our_errors(what):
            try:
                clients.of("dynamodb").transact_write_items(TransactItems=[*guards, *left])
            except ClientError as error:
                codes = [one.get("Code") for one in error.response.get("CancellationReasons", ())]
                if _REFUSED in codes[: len(guards)]:
                    return None
                if _REFUSED in codes:
                    pairs = zip(left, codes[len(guards) :], strict=True)
                    left = [call for call, code in pairs if code != _REFUSED]
                    continue
                if _CONFLICT not in codes or attempt + 1 == _TRIES:
                    raise
                if not is_patient:
                    return None
                time.sleep(_FIRST_WAIT_S * 2**attempt)
                attempt += 1
            else:
                break
    return len(left)
