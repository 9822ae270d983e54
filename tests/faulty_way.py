"""A server in AWS's place: a way to the fake on which requests fail, or answers told beforehand."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Before = Callable[[str], None]


@dataclass(frozen=True)
class Fault:
    """What a request gets for an answer: nothing is done, unless the answer ``is_lost`` after it.

    ``of`` is the operation that it befalls (``TransactWriteItems``; of S3 the method, ``PUT``), any
    when empty. A body that ``is_cut`` ends before it should.
    """

    status: int = 400
    body: bytes | str = b"{}"
    of: str = ""
    is_cut: bool = False
    is_lost: bool = False


Answers = dict[str, Fault]
"""What is answered each time, by the operation; under the empty name to all others."""


def refusal(code: str, status: int = 400, of: str = "") -> Fault:
    """Return a refusal as services that speak JSON write it, DynamoDB for one."""
    return Fault(status, json.dumps({"__type": code, "message": "no"}), of)


def s3_refusal(code: str, status: int) -> Fault:
    """Return a refusal as S3 writes it."""
    return Fault(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>")


def query_refusal(code: str, status: int) -> Fault:
    """Return a refusal as services write it that are asked by forms: CloudFormation, SNS, STS."""
    return Fault(status, f"<ErrorResponse>{s3_refusal(code, status).body!s}</ErrorResponse>")


@dataclass
class FaultyWay:
    """Where it is, what goes wrong next, what is ``always`` so, and what was asked for so far.

    From request ``stopped_at`` on (counted from 0) all are refused, as if who asks were killed.
    ``before`` is called with each operation first. Headers that are ``lost`` do not get through.
    """

    address: str
    always: Mapping[str, Fault]
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stopped_at: int | None = None
    before: Before = lambda operation: None
    lost: frozenset[str] = frozenset()

    def next_fault(self, operation: str) -> Fault | None:
        self.before(operation)
        self.asked.append(operation)
        if self.stopped_at is not None and len(self.asked) > self.stopped_at:
            return refusal("AccessDeniedException")
        for fault in self.faults:
            if fault.of in ("", operation):
                self.faults.remove(fault)
                return fault
        return self.always.get(operation) or self.always.get("")


@contextmanager
def answering(answers: Answers) -> Iterator[str]:
    """Give the address of a server that answers so; all else fails with 500, as in AWS it may."""
    with faulty_way("", {"": refusal("InternalFailure", 500), **answers}) as way:
        yield way.address


@contextmanager
def faulty_way(upstream: str, always: Mapping[str, Fault] | None = None) -> Iterator[FaultyWay]:
    """Give a way to the fake at ``upstream``; without faults it lets everything through."""
    target = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = way.next_fault(self._operation(body))
            if fault is not None and not fault.is_lost:
                told = fault.body.encode() if isinstance(fault.body, str) else fault.body
                self._answer(fault.status, {"ETag": '"faulty"'}, told, is_cut=fault.is_cut)
                return
            connection = HTTPConnection(target)
            through = {name: one for name, one in self.headers.items() if name not in way.lost}
            connection.request(self.command, self.path, body, through)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if fault is None:
                self._answer(answer.status, dict(answer.headers), content)
            self.close_connection = True

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815  (its names)

        def _operation(self, body: bytes) -> str:
            if target := self.headers.get("X-Amz-Target"):
                return target.rpartition(".")[2]
            is_form = "x-www-form-urlencoded" in self.headers.get("Content-Type", "")
            return parse_qs(body.decode()).get("Action", [""])[0] if is_form else self.command

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
        way = FaultyWay(f"http://127.0.0.1:{server.server_address[1]}", always or {})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield way
        finally:
            server.shutdown()
            thread.join()
