"""A server with the deployed model of a home at ``/invocations``, in a process of its own.

Run as ``python target_server.py HOME PORT [tells]``; with ``tells`` it explains its scores.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from stayline.bootstrap import build
from stayline.settings import Settings


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Target:
    """The address of a server that a test starts and kills as it likes."""

    home: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> None:
        command = [sys.executable, __file__, str(self.home), str(self.port), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@contextmanager
def target_of(home: Path) -> Iterator[Target]:
    target = Target(home, free_port())
    try:
        yield target
    finally:
        target.kill()


def answers(home: Path, *, tells_reasons: bool) -> type[BaseHTTPRequestHandler]:
    variant = build(Settings(home=home)).endpoint.variant()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            rows = [msgspec.json.decode(line) for line in body.splitlines()]
            wants = self.headers.get("X-Amzn-SageMaker-Enable-Explanations") is not None
            told = []
            for one in variant.predict(rows, [datetime.now(UTC)] * len(rows)):
                told.append({"score": one.risk})
                if tells_reasons and wants:
                    reasons = [asdict(reason) for reason in one.reasons]
                    told[-1] |= {"base_risk": one.base_risk, "reasons": reasons, "band": one.band}
            self.answer(200 if self.path == "/invocations" else 404, {"predictions": told})

        def answer(self, status: int, content: object) -> None:
            body = msgspec.json.encode(content)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler


if __name__ == "__main__":
    home, port, *options = sys.argv[1:]
    handler = answers(Path(home), tells_reasons="tells" in options)
    with ThreadingHTTPServer(("127.0.0.1", int(port)), handler) as server:
        print("ready", flush=True)  # noqa: T201
        server.serve_forever()
