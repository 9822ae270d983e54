"""The ``stayline`` command as its users run it: in a process of its own, or in this one."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stayline.cli.app import main

PATIENCE_S = 120
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("STAYLINE_")}


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def here(*words: object) -> Outcome:
    """Run the command in this process, which is quick enough for many cases."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(word) for word in words])
        except SystemExit as ended:
            said = (stream.buffer.getvalue().decode() for stream in (out, err))
            return Outcome(int(ended.code or 0), *said)
    raise AssertionError("the command did not exit")


def command(*words: object) -> list[str]:
    """Return what starts the command as a process; in it, warnings are errors, too."""
    return [sys.executable, "-W", "error", "-m", "stayline", *(str(word) for word in words)]


def stayline(*words: object, **environment: str) -> Outcome:
    """Run the command as a process of its own."""
    done = subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        env=ENVIRONMENT | environment,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(arguments: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """Start a process whose output can be read line by line; it is gone afterwards."""
    with subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def approve_and_deploy(home: Path, versions: list[int]) -> None:
    """Take versions to work one after the other, as two people at the command line would."""
    for version in versions:
        here("models", "approve", version, "--home", home, "--by", "bo", "--reason", REASON)
        here("models", "deploy", version, "--home", home, "--by", "bo")


REASON = "Its figures were read and compared."

if __name__ == "__main__":  # what is killed while it approves and deploys
    print("ready", flush=True)  # noqa: T201
    approve_and_deploy(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]])
