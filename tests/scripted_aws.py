"""A server on loopback that gives AWS's clients the answers it was told to, and fails otherwise."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

Answers = dict[str, tuple[int, str]]
"""By operation as AWS names it, ``DescribeTable``: the status and the body."""


def error(code: str) -> str:
    """Return a refusal as services that speak JSON tell it."""
    return json.dumps({"__type": code, "message": f"scripted {code}"})


def query_error(code: str) -> str:
    """Return a refusal as services that speak XML tell it."""
    told = f"<Error><Code>{code}</Code><Message>scripted</Message></Error>"
    return f"<ErrorResponse>{told}</ErrorResponse>"


@contextmanager
def scripted_aws(answers: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    """Give its address; what has no answer there fails with 500, as AWS itself may."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            self._answer(target or parse_qs(body).get("Action", [""])[0])

        def do_HEAD(self) -> None:
            self._answer("HeadBucket")

        def _answer(self, operation: str) -> None:
            status, text = answers.get(operation, (500, error("InternalFailure")))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing on the error stream."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
