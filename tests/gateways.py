"""Gateways that share one database: each a home of its own, served by the real command."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from stayline.settings import Settings

PATIENCE_S = 60
SHARED_FOLDERS = ("models", "offline")
"""What gateways without object storage have to see the same of: here links to the first home's."""


def second_home(first: Path, home: Path) -> Path:
    """Make a home beside the first one: the same settings and token key, all else its own."""
    home.mkdir()
    for name in SHARED_FOLDERS:
        (home / name).symlink_to(first / name)
    shutil.copytree(first / "secrets", home / "secrets")
    shutil.copy(first / "stayline.toml", home / "stayline.toml")
    return home


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class GatewayProcess:
    """One gateway, killed and started again on the same port."""

    settings: Settings
    port: int = field(default_factory=free_port)
    said: list[str] = field(default_factory=list)
    _process: "subprocess.Popen[str] | None" = None

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def start(self) -> None:
        """Start it, in a process group of its own, and return once it answers."""
        given = {"STAYLINE_REQUESTS_PER_MINUTE": "0", "STAYLINE_WORKERS_MIN": "1"}
        command = [sys.executable, "-m", "stayline", "serve", "--port", str(self.port)]
        process = subprocess.Popen(
            [*command, "--home", str(self.settings.home)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | given,
            start_new_session=True,
        )
        self._process = process
        for line in process.stdout:
            self.said.append(line)
            if "http://" in line:
                break
        else:
            raise AssertionError(f"the gateway did not start: {''.join(self.said[-5:])}")
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def kill(self) -> None:
        """Kill it and its workers, as a machine that goes dark does."""
        process = self._process
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._process = None

    def stop(self) -> None:
        """Let it end in good order."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        """Read on, so that the pipe never fills."""
        with process.stdout as told:
            self.said.extend(told)
