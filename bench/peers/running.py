"""A server of the benchmark as a process group on a core of its own."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bench.peers.load import AnswerRefused, ask

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
START_LIMIT_S = 90.0
STOP_LIMIT_S = 15.0
_EVERY_S = 0.01


class Process(NamedTuple):
    """A living process; its id and start together are never used again."""

    pid: int
    parent: int
    session: int
    since: int


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
        ours = set(members(process.pid))
        same = {(p.pid, p.since) for p in _processes() if p.pid in ours}
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_LIMIT_S)
        for left in _processes():
            if left.session == process.pid or (left.pid, left.since) in same:
                with suppress(ProcessLookupError):
                    os.kill(left.pid, signal.SIGKILL)
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


def members(leader: int) -> list[int]:
    """Return the living processes of a server: its session, and all that descend from it.

    A worker may have opened a session of its own.
    """
    found = {leader}
    everyone = list(_processes())
    grown = True
    while grown:
        ours = [p for p in everyone if p.session == leader or p.pid in found or p.parent in found]
        grown = len(ours) > len(found & {p.pid for p in everyone})
        found |= {p.pid for p in ours}
    return sorted(found & {p.pid for p in everyone})


def _processes() -> Iterator[Process]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                parent, session, since = int(fields[1]), int(fields[3]), int(fields[19])
                yield Process(int(folder.name), parent, session, since)


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
