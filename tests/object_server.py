"""A server that speaks as S3 does, as a process of its own that a test may stop or pause."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from fake_aws import variables

REAL = os.environ.get("STAYLINE_TEST_S3")
"""A real server to try the adapters against: ``ceph``, to start one, or the address of another.

That is asked as user ``testing`` with the same word for a secret, and keeps what tests leave there.
"""
ANY_REGION = "us-east-1"
"""What a server that is not AWS's takes."""
PATIENCE_S = 60.0


@dataclass(frozen=True)
class ObjectServer:
    """A running server; what it holds goes with it."""

    address: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """End it: from now on nobody listens at the address."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """Let it take requests and answer none."""
        os.kill(self.process.pid, signal.SIGSTOP)


def storage_variables(address: str) -> Mapping[str, str]:
    """Return the variables by which clients find a server that is not AWS's."""
    return {**variables(address), "AWS_DEFAULT_REGION": ANY_REGION}


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """Start one on a free port, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        try:
            _wait_for(port)
            yield ObjectServer(f"http://127.0.0.1:{port}", process)
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError("the object server did not start")
