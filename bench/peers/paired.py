"""Ours beside MLServer and FastAPI, all running at once and asked by turns: ratios of neighbours.

On a machine whose speed changes from second to second the rates of a whole run say less than those
of windows that follow each other. python -m bench.peers.paired --connections 4 --pairs 16
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.peers.load import Task, measure
from bench.peers.running import first_answer, running
from bench.peers.servers import PEERS, Server, stayline
from bench.peers.workload import make_workload
from scipy import stats

SERVED_FROM, ASKED_FROM = 0, 1
"""The core of all servers, and that of the load."""
PORTS_APART = 20
"""MLServer takes the ports after its own, too."""
SETTLES_S = 3.0
"""Events of ours that were noted are chained within two seconds: after its windows nobody is asked,
and its warm-up is as long, so that a window pays for as many as it notes."""


def main() -> None:
    """Ask in turn, and print the ratio of ours to each peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--pairs", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--peers", nargs="+", default=["MLServer", "FastAPI tuned"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, workload = Path(name), make_workload()
        model = workload.write_model(folder)
        peers = [peer.server(model) for peer in PEERS if peer.name in asked.peers]
        servers = [stayline(folder / "home", workload), *peers]
        sent: list[Sequence[bytes]] = []
        for number, server in enumerate(servers):
            port = asked.port + number * PORTS_APART
            log = folder / f"{number}.log"
            sent.append(server.questions[0].messages(workload, port))
            command = server.command(port)
            pid = stack.enter_context(running(command, server.environment, log, SERVED_FROM))
            first_answer(port, sent[-1][0], pid, log)
        os.sched_setaffinity(0, {ASKED_FROM})
        rates: list[list[float]] = [[] for _ in servers]
        for _ in range(asked.pairs):
            for number in range(len(servers)):
                text = [message.decode("latin-1") for message in sent[number]]
                port = asked.port + number * PORTS_APART
                task = Task(port, text, asked.connections, SETTLES_S, asked.seconds, ASKED_FROM)
                rates[number].append(measure(task).rate)
                time.sleep(SETTLES_S)
    tell(servers, rates)


def tell(servers: Sequence[Server], rates: Sequence[Sequence[float]]) -> None:
    """Print medians, and the mean ratio with Student's interval at 95 %."""
    ours = rates[0]
    print(f"{servers[0].name}: {statistics.median(ours):,.0f} requests/s (median)")
    for server, theirs in zip(servers[1:], rates[1:], strict=True):
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        mean = statistics.mean(ratios)
        edge = stats.t.ppf(0.975, len(ratios) - 1) * stats.sem(ratios)
        print(
            f"{server.name}: {statistics.median(theirs):,.0f} requests/s; ours is {mean:.2f} times "
            f"({mean - edge:.2f} to {mean + edge:.2f}, n = {len(ratios)}; median "
            f"{statistics.median(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
