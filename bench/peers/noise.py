"""How much of the cores others used while a server was measured, for that decides what it shows.

On two shared cores the very same server gave a sixth of its rate while somebody else computed.
"""

import os
import resource
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter

TICKS = os.sysconf("SC_CLK_TCK")
_IDLE = (3, 4)
"""The places of idle and iowait among a core's times."""


class Noise:
    """Filled once the measurement is over."""

    share: float = 0.0
    """The CPU time of all other processes on these cores, as a share of the cores' time."""


@contextmanager
def others(cores: Collection[int], own: Callable[[], Collection[int]]) -> Iterator[Noise]:
    """Measure what processes other than ``own`` and the children of this one use of the cores."""
    noise = Noise()
    before, started = _busy_s(cores) - _own_s(own()), perf_counter()
    yield noise
    used = _busy_s(cores) - _own_s(own()) - before
    noise.share = max(0.0, used / (len(cores) * (perf_counter() - started)))


def _busy_s(cores: Collection[int]) -> float:
    ticks = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *times = line.split()
        if name in {f"cpu{core}" for core in cores}:
            ticks += sum(int(t) for place, t in enumerate(times[:8]) if place not in _IDLE)
    return ticks / TICKS


def _own_s(pids: Collection[int]) -> float:
    mine = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    total = sum(usage.ru_utime + usage.ru_stime for usage in mine)
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total
