"""A real server on a home: started by the real command, and stopped by its id."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE_S = 30


@dataclass(frozen=True)
class Served:
    """A running server."""

    url: str
    process: "subprocess.Popen[str]"

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def workers(self) -> list[int]:
        """Return the ids of the worker processes that run now."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in listed]


@contextmanager
def served(home: Path, **settings: object) -> Iterator[Served]:
    """Serve a home on a free port; each setting by its name. Clients are not counted."""
    settings = {"requests_per_minute": 0} | settings
    given = {f"STAYLINE_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "stayline", "serve", "--port", "0", "--home", str(home)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | given,
    ) as process:
        try:
            words = process.stdout.readline().split()
            url = next((word for word in words if word.startswith("http")), "")
            assert url, process.stderr.read()
            yield Served(url, process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.communicate(timeout=PATIENCE_S)
                except subprocess.TimeoutExpired:
                    process.kill()
