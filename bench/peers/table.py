"""The results as a Markdown table: medians over the rounds, with least and greatest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.peers.load import Measured


@dataclass(frozen=True)
class Started:
    """What one start of a server took, and the memory of its processes after the load."""

    server: str
    seconds: float
    memory_mib: float


@dataclass(frozen=True)
class Run:
    """One measurement of one form of request."""

    server: str
    label: str
    connections: int
    measured: Measured
    others: float
    """The share of both cores that other processes had."""


COMPARABLE = 0.1
"""The share of the cores up to which others may have disturbed two rows that are compared."""
HEAD = (
    "| server | request | conns | requests/s | p50 ms | p95 ms | p99 ms | others had | ours is |\n"
    "|---|---|---|---|---|---|---|---|---|"
)
START_HEAD = (
    "| server | start to first answer, s | memory of all its processes, MiB |\n|---|---|---|"
)


def load_table(runs: Sequence[Run], ours: tuple[str, str]) -> Iterable[str]:
    """Yield the lines; ``ours`` names the server and the form that the others are compared with."""
    yield HEAD
    for connections in sorted({run.connections for run in runs}):
        rows = _grouped(runs, connections)
        own = rows.get(ours)
        for (server, label), found in sorted(rows.items(), key=lambda row: -_rate(row[1])):
            ratio = _ratio(own, found) if own else ""
            figures = (
                _told([one.measured.rate for one in found], "{:,.0f}"),
                _told([one.measured.p50_ms for one in found], "{:.2f}"),
                _told([one.measured.p95_ms for one in found], "{:.2f}"),
                _told([one.measured.p99_ms for one in found], "{:.2f}"),
                f"{max(one.others for one in found):.0%}",
            )
            cells = " | ".join(figures)
            yield f"| {server} | {label} | {connections} | {cells} | {ratio} |"


def start_table(starts: Sequence[Started]) -> Iterable[str]:
    """Yield the lines."""
    yield START_HEAD
    for server in dict.fromkeys(start.server for start in starts):
        own = [start for start in starts if start.server == server]
        seconds = _told([start.seconds for start in own], "{:.2f}")
        yield f"| {server} | {seconds} | {_told([s.memory_mib for s in own], '{:.0f}')} |"


def _grouped(runs: Sequence[Run], connections: int) -> dict[tuple[str, str], list[Run]]:
    rows: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        if run.connections == connections:
            rows.setdefault((run.server, run.label), []).append(run)
    return rows


def _ratio(own: Sequence[Run], found: Sequence[Run]) -> str:
    """Return how many times the other's rate ours is, unless that would tell of others' load."""
    if max(run.others for run in (*own, *found)) > COMPARABLE:
        return "disturbed"
    return f"{_rate(own) / _rate(found):.2f} x"


def _rate(found: Sequence[Run]) -> float:
    return median(one.measured.rate for one in found)


def _told(values: Sequence[float], form: str) -> str:
    show: Callable[[float], str] = form.format
    if len(values) == 1:
        return show(values[0])
    return f"{show(median(values))} ({show(min(values))} to {show(max(values))})"
