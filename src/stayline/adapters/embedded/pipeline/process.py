"""The program of a step as a process: watched line by line, stopped in time, never left alone."""

import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from stayline.adapters.embedded.pipeline import guard
from stayline.adapters.embedded.pipeline.faults import SERVICE_FAULT, StepFault, system_faults

_LOOK_EVERY_S = 0.1
_LONGEST_LINE = 16 * 1024


def program_path() -> str:
    """Return the PATH of a step: ``python`` is this interpreter, the rest is the system's."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.defpath))


def run_program(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    limit_s: float,
    tell: Callable[[str], None],
) -> int:
    """Run a program to its end and return its exit status, negative for the signal that killed it.

    What it prints is appended to ``log`` and told line by line. It has a process group of its own,
    which is gone when this returns or raises, also when this process is killed. Raises `StepFault`
    when it cannot be started or takes longer than ``limit_s``.
    """
    if shutil.which(command[0], path=environment["PATH"]) is None:
        raise StepFault(
            f"its program {command[0]!r} could not be started: there is none of that name.",
            "Correct ContainerEntrypoint, or install the program.",
            SERVICE_FAULT,
        )
    with _Log(log) as record, _started(command, environment, folder) as (process, printed):
        return _followed(process, printed, record.write, tell, limit_s)


@contextmanager
def _started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Give the process and the end of the pipe that it prints into; both are gone afterwards."""
    printed, prints = os.pipe()
    try:
        try:
            with system_faults("starting its program"):
                process = subprocess.Popen(  # noqa: S603  (a pipeline's program, without a shell)
                    [sys.executable, "-I", "-S", guard.__file__, *command],
                    stdin=subprocess.PIPE,
                    stdout=prints,
                    stderr=prints,
                    cwd=folder,
                    env=dict(environment),
                    start_new_session=True,
                )
        finally:
            os.close(prints)
        with process:
            try:
                yield process, printed
            finally:
                _kill(process)
    finally:
        os.close(printed)


def _followed(
    process: "subprocess.Popen[bytes]",
    printed: int,
    write: Callable[[bytes], None],
    tell: Callable[[str], None],
    limit_s: float,
) -> int:
    deadline = time.monotonic() + limit_s
    lines = _Lines(tell)
    with selectors.DefaultSelector() as selector:
        selector.register(printed, selectors.EVENT_READ)
        while True:
            has_ended = process.poll() is not None
            if has_ended:
                _kill(process)  # what it left behind would keep the pipe open
            elif time.monotonic() > deadline:
                raise _too_long(limit_s)
            if selector.select(0 if has_ended else _LOOK_EVERY_S):
                chunk = os.read(printed, 64 * 1024)
                if not chunk:
                    break
                write(chunk)
                lines.take(chunk)
            elif has_ended:
                break
    lines.end()
    try:
        return process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise _too_long(limit_s) from None


def _too_long(limit_s: float) -> StepFault:
    return StepFault(
        f"it ran longer than the {limit_s:g} s of MaxRuntimeInSeconds and was stopped.",
        "Give it more time in the definition, or less to do.",
    )


class _Log:
    """A file that gets what is printed at once, for its owner only."""

    def __init__(self, path: Path) -> None:
        with system_faults("opening its log"):
            self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def __enter__(self) -> "_Log":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def write(self, chunk: bytes) -> None:
        with system_faults("writing its log"):
            while chunk:
                chunk = chunk[os.write(self._file, chunk) :]


class _Lines:
    """Cuts chunks of output into lines that a terminal can show."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._told(line)
        if len(self._rest) > _LONGEST_LINE:
            self.end()

    def end(self) -> None:
        self._told(self._rest)
        self._rest = b""

    def _told(self, line: bytes) -> None:
        """Tell a line, unless it is blank, without what could steer a terminal."""
        text = line.decode("utf-8", "replace").replace("\t", " ")
        shown = "".join(letter for letter in text if letter.isprintable())
        if shown.strip():
            self._tell(shown)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):  # the group is gone, or only a zombie is
        os.killpg(process.pid, signal.SIGKILL)
