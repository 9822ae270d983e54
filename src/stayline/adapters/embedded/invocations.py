"""Requests to a server of SageMaker's container contract, on connections that stay open."""

import http.client
import threading
import weakref
from urllib.parse import urlsplit

from stayline.errors import EndpointUnavailable, FieldProblem, RequestRefused, SettingRefused

PATH = "/invocations"
EXPLAIN = "X-Amzn-SageMaker-Enable-Explanations"
CONNECT_S = 0.25
READ_S = 5.0
_WORST_ANSWER = 64 * 1024 * 1024
_REFUSALS = (
    http.HTTPStatus.BAD_REQUEST,
    http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    http.HTTPStatus.UNPROCESSABLE_ENTITY,
)
"""Statuses that speak of the values that were sent, not of the server."""


class Invocations:
    """Posts JSON lines to one address; each thread keeps one connection open."""

    def __init__(self, url: str, *, read_s: float = READ_S) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        has_extras = parts.username or parts.password or parts.query or parts.fragment
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1 or has_extras:
            expected = "an address such as http://127.0.0.1:8081, without name, password or query"
            raise SettingRefused("endpoint_url", "not such an address", expected)
        self.address = url.rstrip("/")
        self._is_encrypted = parts.scheme == "https"
        self._host, self._port = parts.hostname, port
        self._path = parts.path.rstrip("/").removesuffix(PATH) + PATH
        self._read_s = read_s
        self._mine = threading.local()

    def ask(self, lines: bytes, *, with_reasons: bool) -> bytes:
        """Return the body of the answer; raises `EndpointUnavailable` for anything but a 200.

        A connection that the server closed since the last request is opened anew, once.
        """
        headers = {"Content-Type": "application/jsonlines", "Accept": "application/json"}
        if with_reasons:
            headers[EXPLAIN] = "`true`"
        try:
            kept = getattr(self._mine, "kept", None)
            if kept is not None:
                try:
                    return self._answer(kept.connection, lines, headers)
                except ConnectionError:
                    self._drop()
            return self._answer(self._opened(), lines, headers)
        except TimeoutError:
            self._drop()
            raise EndpointUnavailable(self.address, "it did not answer in time") from None
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            problem = f"it cannot be reached ({type(error).__name__})"
            raise EndpointUnavailable(self.address, problem) from None

    def _opened(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._is_encrypted else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=CONNECT_S)
        connection.connect()
        connection.sock.settimeout(self._read_s)
        self._mine.kept = _Kept(connection)
        return connection

    def _answer(
        self, connection: http.client.HTTPConnection, lines: bytes, headers: dict[str, str]
    ) -> bytes:
        connection.request("POST", self._path, lines, headers)
        answer = connection.getresponse()
        body = answer.read(_WORST_ANSWER)
        if answer.will_close or not answer.isclosed():
            self._drop()
        if answer.status in _REFUSALS:
            told = f"the endpoint refused these values (status {answer.status})"
            raise RequestRefused([FieldProblem("row", told)])
        if answer.status != http.HTTPStatus.OK:
            raise EndpointUnavailable(self.address, f"it answered with status {answer.status}")
        return body

    def _drop(self) -> None:
        self._mine.kept = None


class _Kept:
    """A connection that is closed when nobody holds it any more, as when its thread ends.

    By a finalizer rather than ``__del__``, which may find the socket's own end to have come first.
    """

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection = connection
        weakref.finalize(self, connection.close)
