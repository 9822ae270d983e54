"""A server of the benchmark as a process group on a core of its own."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.peers.load import AnswerRefused, ask

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
START_LIMIT_S = 90.0
STOP_LIMIT_S = 15.0
_EVERY_S = 0.01


class ServerFailed(Exception):
    """A server ended, or did not answer in time; the end of its log says why."""


@contextmanager
def running(
    command: Sequence[str | Path], environment: Mapping[str, str], log: Path, core: int | None
) -> Iterator[int]:
    """Start the command in a session of its own and yield its id; end the whole session after."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=dict(environment), stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
        )  # fmt: skip
    try:
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_LIMIT_S)
        for left in members(process.pid):
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)
        process.wait()


def first_answer(port: int, message: bytes, pid: int, log: Path) -> bytes:
    """Return the first answer with status 200, asking again until there is one."""
    until = time.monotonic() + START_LIMIT_S
    why = "nothing"
    while time.monotonic() < until and members(pid):
        try:
            return ask(port, message)
        except (OSError, AnswerRefused) as error:
            why = str(error)
        time.sleep(_EVERY_S)
    tail = log.read_text("utf-8", "replace")[-1500:]
    raise ServerFailed(f"no answer; last: {why}\n{tail}")


def members(session: int) -> list[int]:
    """Return the living processes of a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(folder.name))
    return found


def memory_mib(pids: Sequence[int]) -> float:
    """Return the resident memory of processes together, in MiB."""
    kib = 0
    for pid in pids:
        with suppress(OSError):
            kib += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KIB
    return kib / 1024


def free_port() -> int:
    """Return a port that is free, and two above it that most likely are, too."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
