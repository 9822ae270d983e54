"""Wait for what happens a moment later: as long as it may take on a machine that is busy."""

import subprocess
import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 60.0


def soon(condition: Callable[[], bool]) -> bool:
    """Return True as soon as the condition holds, False when it never does."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def end(process: "subprocess.Popen[Any]") -> None:
    """Let a process end in good order; one that does not is killed, and the test told so."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
