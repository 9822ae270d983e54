"""The folder where the processes of one server keep their figures, so that any can tell them all.

The process that starts the others calls `share_between_processes` before it does, and
`process_ended` for each that ends.
"""

import os
from pathlib import Path

from stayline.errors import StoreUnavailable

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_between_processes(home: Path) -> Path:
    """Make the folder, empty it of an earlier run, and name it to all processes started from now.

    Call this before anything else uses the metrics library in this process. Raises
    `StoreUnavailable` when there can be no such folder.
    """
    folder = home / "run" / "metrics"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob("*.db"):
            left.unlink()
    except OSError as error:
        raise StoreUnavailable("The folder of metrics", f"{error.strerror}.") from error
    os.environ[FOLDER_VARIABLE] = str(folder)
    return folder


def process_ended(pid: int, folder: Path) -> None:
    """Drop what was only true while the process lived; what it counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # it has no annotations


def processes(folder: Path) -> list[int]:
    """Return the ids of the processes that counted something here and still run."""
    named = {path.stem.rpartition("_")[2] for path in folder.glob("*.db")}
    return sorted(int(pid) for pid in named if pid.isdigit() and Path(f"/proc/{pid}").exists())
