"""A way to the fake of AWS on which requests fail, are held up, or lose their answer."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Before = Callable[[str], None]


@dataclass(frozen=True)
class Fault:
    """What a request gets for an answer: nothing is done, unless the answer ``is_lost`` after it.

    ``of`` is the operation that it befalls (``TransactWriteItems``), any when empty. A body that
    ``is_cut`` ends before it should.
    """

    status: int = 400
    body: bytes = b"{}"
    of: str = ""
    is_cut: bool = False
    is_lost: bool = False


def refusal(code: str, status: int = 400, of: str = "") -> Fault:
    """Return a refusal as DynamoDB and Secrets Manager write it."""
    return Fault(status, json.dumps({"__type": code, "message": "no"}).encode(), of)


def s3_refusal(code: str, status: int) -> Fault:
    """Return a refusal as S3 writes it."""
    return Fault(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())


@dataclass
class FaultyAws:
    """Where it is, what goes wrong next, and what was asked for so far.

    From request ``stopped_at`` on (counted from 0) all are refused, as if who asks were killed.
    ``before`` is called with each operation first.
    """

    address: str
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stopped_at: int | None = None
    before: Before = lambda operation: None

    def next_fault(self, operation: str) -> Fault | None:
        self.before(operation)
        self.asked.append(operation)
        if self.stopped_at is not None and len(self.asked) > self.stopped_at:
            return refusal("AccessDeniedException")
        for fault in self.faults:
            if fault.of in ("", operation):
                self.faults.remove(fault)
                return fault
        return None


@contextmanager
def faulty_aws(upstream: str) -> Iterator[FaultyAws]:
    """Give a way to the fake at ``upstream``; without faults it lets everything through."""
    target = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = way.next_fault(self.headers.get("X-Amz-Target", self.command).split(".")[-1])
            if fault is not None and not fault.is_lost:
                self._answer(fault.status, {}, fault.body, is_cut=fault.is_cut)
                return
            connection = HTTPConnection(target)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if fault is None:
                self._answer(answer.status, dict(answer.headers), content)
            self.close_connection = True

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815  (its names)

        def _answer(self, status: int, headers, content: bytes, *, is_cut: bool = False) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + 10 * is_cut))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            self.close_connection = True

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        way = FaultyAws(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield way
        finally:
            server.shutdown()
