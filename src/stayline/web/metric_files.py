"""The folder where the processes of one server keep their figures, so that any can tell them all.

The supervisor empties it before it starts workers, and calls `process_ended` for each that ends;
each worker calls `count_in_files`.
"""

import os
from pathlib import Path
from uuid import uuid4

from stayline.errors import StoreUnavailable

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which the metrics library is told, when it is first imported."""


def empty_figures(home: Path) -> None:
    """Make the folder, or empty it of an earlier run's, and name the new run.

    Raises `StoreUnavailable`.
    """
    folder = _folder(home)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob("*.db"):
            left.unlink()
        (folder / "run-id").write_text(uuid4().hex, "utf-8")
    except OSError as error:
        raise StoreUnavailable("The folder of metrics", f"{error.strerror}.") from error


def count_in_files(home: Path) -> None:
    """Keep this process's figures in the folder; call it before there are any."""
    os.environ[FOLDER_VARIABLE] = str(_folder(home))
    from prometheus_client import values

    own = os.getpid()  # asking the system at each count would cost more than counting
    values.ValueClass = values.MultiProcessValue(lambda: own)  # type: ignore[no-untyped-call]  # not annotated


def take_room(home: Path) -> None:
    """Have the disk keep room for this process's figures; raises `StoreUnavailable` on a full one.

    The library maps its files into memory, and a page that the disk has no room for would end the
    process in the middle of an answer.
    """
    try:
        for path in _folder(home).glob(f"*_{os.getpid()}.db"):
            descriptor = os.open(path, os.O_RDWR)
            try:
                os.posix_fallocate(descriptor, 0, os.fstat(descriptor).st_size)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise StoreUnavailable("The folder of metrics", f"{error.strerror}.") from error


def process_ended(pid: int, home: Path) -> None:
    """Drop what was only true while the process lived; what it counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid, str(_folder(home)))  # type: ignore[no-untyped-call]  # not annotated


def processes(folder: Path) -> list[int]:
    """Return the ids of the processes that counted something here and still run."""
    named = {path.stem.rpartition("_")[2] for path in folder.glob("*.db")}
    return sorted(int(pid) for pid in named if pid.isdigit() and Path(f"/proc/{pid}").exists())


def _folder(home: Path) -> Path:
    return home / "run" / "metrics"
