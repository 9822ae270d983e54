"""Servers on the loopback that take what alarms send: a webhook, and a mail server."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Taken:
    """What a server took, and how it answers: ``refusals`` are left before it takes anything."""

    port: int = 0
    messages: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    refusals: int = 0


@contextmanager
def webhook(refusals: int = 0) -> Iterator[Taken]:
    """Take JSON messages; refuse the first ones with 503."""
    taken = Taken(refusals=refusals)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.paths.append(self.path)
            if taken.refusals:
                taken.refusals -= 1
                self.send_response(503)
            else:
                taken.messages.append(json.loads(body))
                self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words):
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler), taken):
        yield taken


@contextmanager
def mail_server() -> Iterator[Taken]:
    """Take mail by as much of SMTP as a client without sign-in needs."""
    taken = Taken()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.tell("220 here")
            while line := self.rfile.readline():
                word = line.split(maxsplit=1)[0].upper() if line.split() else b""
                if word == b"DATA":
                    self.tell("354 go on")
                    taken.messages.append(self.letter())
                    self.tell("250 taken")
                elif word == b"QUIT":
                    self.tell("221 bye")
                    return
                else:
                    self.tell("250 fine")

        def tell(self, words):
            self.wfile.write(f"{words}\r\n".encode())

        def letter(self):
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            return b"".join(lines).decode()

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler), taken):
        yield taken


@contextmanager
def serving(server: socketserver.TCPServer, taken: Taken) -> Iterator[None]:
    taken.port = server.server_address[1]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
