"""Wait for what happens a moment later."""

import time
from collections.abc import Callable

PATIENCE_S = 10.0


def soon(condition: Callable[[], bool]) -> bool:
    """Return True as soon as the condition holds, False when it never does."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
