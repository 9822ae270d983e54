"""A request and its answer as plain values, whichever way they came off the wire."""

from collections.abc import Sequence

import msgspec

Headers = Sequence[tuple[bytes, bytes]]


class Call(msgspec.Struct, frozen=True):
    """One whole request; header names are in small letters, ``path`` and ``query`` as sent.

    ``request_id`` is None where the framework keeps it.
    """

    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes
    client: str | None = None
    request_id: str | None = None

    def header(self, name: bytes) -> str | None:
        """Return the value of the first header of that name, None without one."""
        for known, value in self.headers:
            if known == name:
                return value.decode("latin-1")
        return None


class Answer(msgspec.Struct, frozen=True):
    """One whole response; the server adds its length and date."""

    status: int
    headers: Headers
    body: bytes
