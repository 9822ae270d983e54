"""The id of a request: the caller's, where it sent a sane one, else ours."""

import itertools
import re
from collections.abc import Iterable
from uuid import uuid4

RESPONSE_HEADER = b"x-amzn-requestid"
_REQUEST_HEADERS = (b"x-request-id", RESPONSE_HEADER)
_PROCESS = f"{uuid4()}"[:23]
_NUMBERS = itertools.count()
_SANE = re.compile(rb"[A-Za-z0-9-]{1,64}")


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the id that a request gives itself in X-Request-Id or X-Amzn-RequestId, or a new one.

    An id of other characters, or longer, is not taken: it goes into logs and back to the caller.

    >>> request_id([(b"host", b"x"), (b"x-request-id", b"call-17")])
    'call-17'
    >>> len(request_id([(b"x-request-id", b"a\\r\\nb")]))
    36
    """
    for name, value in headers:
        if name in _REQUEST_HEADERS and _SANE.fullmatch(value):
            return value.decode("ascii")
    return f"{_PROCESS}-{next(_NUMBERS):012x}"
