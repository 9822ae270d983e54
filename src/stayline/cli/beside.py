"""The loop of jobs in a process of its own, for as long as a block runs."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stayline.settings import Settings

_PATIENCE_S = 30


@contextmanager
def jobs_beside(settings: "Settings") -> Iterator[int]:
    """Give the id of a process that runs due jobs; it is stopped at the end of the block.

    It first finishes what it runs; after 30 s it is killed, and that run is done again when the
    loop is next started. If this process is killed, it stops by itself.
    """
    command = [sys.executable, "-m", "stayline", "jobs", "loop", "--end-with-stdin"]
    process = subprocess.Popen(  # noqa: S603  (our own words)
        [*command, "--home", str(settings.home)], stdin=subprocess.PIPE
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()
