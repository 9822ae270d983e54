"""What processes have used: the most memory since they were asked last, and processor time."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterable
from pathlib import Path

PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
_EVERY_S = 0.1


def forget_peak(processes: Iterable["subprocess.Popen[bytes]"]) -> None:
    """Begin to count anew."""
    for process in processes:
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def peaks(processes: Iterable["subprocess.Popen[bytes]"]) -> list[int]:
    """Return each process's greatest resident bytes since `forget_peak`."""
    return [_peak(process.pid) for process in processes]


def cpu_seconds(running: Iterable["subprocess.Popen[bytes]"]) -> float:
    """Return the processor time of these processes and of all children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = sum(sum(map(int, _stat(process.pid)[11:13])) for process in running)
    return ended.ru_utime + ended.ru_stime + ticks / TICKS


class TreePeak:
    """Samples the memory of a process and of everything below it, together."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.most = 0
        self._process = process
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    def end(self) -> int:
        """Return the most bytes there were."""
        self._watching.join()
        return self.most

    def _watch(self) -> None:
        while self._process.poll() is None:
            self.most = max(self.most, _tree_bytes(self._process.pid))
            time.sleep(_EVERY_S)


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no peak of process {pid}")


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name, which may hold spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _tree_bytes(pid: int) -> int:
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return resident + sum(_tree_bytes(int(child)) for child in below)
