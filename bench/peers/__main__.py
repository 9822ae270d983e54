"""Stayline beside its peers, one core each, interleaved: ``python -m bench.peers``.

Every round starts each server anew on the first core, asks from the last one, and ends it, so that
no server pays for an idle other one. Each environment is installed on demand below ``.bench/``.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.peers.environments import HERE
from bench.peers.load import Measured, Task
from bench.peers.noise import others
from bench.peers.running import first_answer, free_port, members, memory_mib, running
from bench.peers.servers import (
    NAMES,
    OURS,
    PEERS,
    SIGNED,
    Question,
    Server,
    signed_stayline,
    stayline,
)
from bench.peers.table import Run, Started, load_table, start_table
from bench.peers.workload import Workload, make_workload

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
WARM_UP_S = 1.0
TOLERANCE = 1e-5
QUIET = 0.03
"""The share of both cores that others may have in an undisturbed run."""


def main() -> None:
    asked = _arguments()
    workload = make_workload()
    runs: list[Run] = []
    starts: list[Started] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        servers = _servers(asked.only, folder, workload)
        os.sched_setaffinity(0, {LOAD_CORE})
        for number in range(asked.rounds):
            turn = number % len(servers)
            for server in servers[turn:] + servers[:turn]:
                _tell(f"round {number + 1} of {asked.rounds}: {server.name}")
                _measure(server, workload, folder / "server.log", asked, runs, starts)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {asked.rounds} rounds of {asked.seconds:g} s, median "
        f"(least to greatest), server on core {SERVER_CORE}, load on core {LOAD_CORE}, "
        f"load average {load}\n"
    )
    ours = next((q.label for s in servers if s.name == OURS for q in s.questions), "")
    print("\n".join([*load_table(runs, (OURS, ours)), "", *start_table(starts)]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME",
                        help=", ".join(map(repr, NAMES)))  # fmt: skip
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--attempts", type=int, default=4,
                        help="how often a run that others disturb is made again")  # fmt: skip
    parser.add_argument("--connections", default="4,32", help="such as 4,32")
    asked = parser.parse_args()
    asked.connections = [int(text) for text in asked.connections.split(",")]
    return asked


def _servers(only: Sequence[str], folder: Path, workload: Workload) -> list[Server]:
    model = workload.write_model(folder)
    servers = [stayline(folder / "home", workload)] if OURS in only else []
    signed = signed_stayline(folder / "signed-home", workload) if SIGNED in only else None
    if signed:
        servers.append(signed)
    elif SIGNED in only:
        _tell(f"{SIGNED}: left out, since this version has no access keys")
    servers += [peer.server(model) for peer in PEERS if peer.name in only]
    for server in servers:
        if server.preparation:
            subprocess.run(server.preparation, check=True, stdout=subprocess.DEVNULL)
    return servers


def _measure(
    server: Server,
    workload: Workload,
    log: Path,
    asked: argparse.Namespace,
    runs: list[Run],
    starts: list[Started],
) -> None:
    port = free_port()
    with _started(server, workload, port, log) as (pid, seconds):
        for question in server.questions:
            for connections in asked.connections:
                ask = partial(_loaded, question, workload, port, connections, asked.seconds)
                measured, noise = _undisturbed(ask, partial(members, pid), asked.attempts)
                _check(question, workload, measured, server.name)
                runs.append(Run(server.name, question.label, connections, measured, noise))
        starts.append(Started(server.name, seconds, memory_mib(members(pid))))


@contextmanager
def _started(
    server: Server, workload: Workload, port: int, log: Path
) -> Iterator[tuple[int, float]]:
    message = server.questions[0].messages(workload, port)[0]
    begun = time.perf_counter()
    with running(server.command(port), server.environment, log, SERVER_CORE) as pid:
        first_answer(port, message, pid, log)
        yield pid, time.perf_counter() - begun


def _undisturbed(
    ask: Callable[[], Measured], own: Callable[[], list[int]], attempts: int
) -> tuple[Measured, float]:
    """Return the attempt that others disturbed least, and how much: chosen by that alone."""
    made: list[tuple[float, Measured]] = []
    while len(made) < attempts:
        with others({SERVER_CORE, LOAD_CORE}, own) as noise:
            measured = ask()
        made.append((noise.share, measured))
        if noise.share <= QUIET:
            break
    share, measured = min(made, key=lambda attempt: attempt[0])
    return measured, share


def _loaded(
    question: Question, workload: Workload, port: int, connections: int, seconds: float
) -> Measured:
    texts = [message.decode("latin-1") for message in question.messages(workload, port)]
    task = Task(port, texts, connections, WARM_UP_S, seconds, LOAD_CORE)
    done = subprocess.run(
        [sys.executable, HERE / "load.py"], input=json.dumps(asdict(task)), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"the load generator failed: {done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    told["answers"] = {int(number): text for number, text in told["answers"].items()}
    return Measured(**told)


def _check(question: Question, workload: Workload, measured: Measured, server: str) -> None:
    """Compare answers of the measured run itself with what the booster says of these rows."""
    if question.read is None:
        return
    for number, text in measured.answers.items():
        said, expected = question.read(json.loads(text)), float(workload.risk[number])
        if not math.isclose(said, expected, rel_tol=0, abs_tol=TOLERANCE):
            raise SystemExit(f"{server} says {said} to question {number}, expected {expected}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
