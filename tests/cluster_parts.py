"""What tests have a cluster do, importable by its workers."""

import os
import time

from stayline.errors import UnknownEmployee


def times(part: int, shared: int) -> int:
    return part * shared


def where(part: int, shared: None) -> int:
    """Return which process this is, after a moment, so that no worker does all of it."""
    time.sleep(0.05)
    return os.getpid()


def refuse(part: str, shared: None) -> None:
    raise UnknownEmployee(part, "instances[3].employee_id")


def quote(part: str, shared: str) -> None:
    raise ValueError(f"{part} earns {shared}")
