"""A Dask cluster of processes on this machine, started as an operator does, stopped by id."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from waiting import soon

_HERE = Path(__file__).parent
_ADDRESS = re.compile(r"Scheduler at:\s+(tcp://\S+)")
_REGISTERED = re.compile("Registered to")
_FAREWELL_S = 10


@dataclass(frozen=True)
class DaskProcesses:
    """A scheduler and its workers; ``logs`` is where they say what they do."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]
    logs: Path

    def said(self) -> str:
        """Return all that scheduler and workers have logged."""
        return "".join(path.read_text() for path in sorted(self.logs.glob("*.log")))


@contextmanager
def dask_processes(
    folder: Path,
    *,
    workers: int = 2,
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = ("--no-nanny",),
) -> Iterator[DaskProcesses]:
    """Start a scheduler and so many workers of one thread; stop what is still there at the end."""
    with ExitStack() as stack:
        scheduler = folder / "scheduler.log"
        stack.enter_context(_process(scheduler, "dask_scheduler", "--port", "0"))
        assert _said(scheduler, _ADDRESS)
        found = _ADDRESS.search(scheduler.read_text())
        address = "" if found is None else found.group(1)
        logs = [folder / f"worker-{number}.log" for number in range(workers)]
        started = tuple(
            stack.enter_context(
                _process(
                    log, "dask_worker", address, *options, "--nthreads", "1",
                    "--local-directory", str(folder), "--death-timeout", "60",
                    **(environment or {}),
                )
            )
            for log in logs
        )  # fmt: skip
        assert all(_said(log, _REGISTERED) for log in logs)
        yield DaskProcesses(address, started, folder)


def _said(log: Path, pattern: re.Pattern[str]) -> bool:
    """Whether a process says this, which takes some seconds, on a busy machine more."""
    return soon(lambda: pattern.search(log.read_text()) is not None)


@contextmanager
def _process(
    log: Path, program: str, *words: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    paths = [environment.pop("PYTHONPATH", ""), os.environ.get("PYTHONPATH", ""), str(_HERE)]
    path = os.pathsep.join(one for one in paths if one)
    command = [sys.executable, "-m", f"distributed.cli.{program}", "--host", "127.0.0.1"]
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [*command, "--no-dashboard", *words],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment, "PYTHONPATH": path},
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()  # a nanny takes its worker with it
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_FAREWELL_S)
            process.kill()
