"""Deployments under load: ``python bench/soak.py --minutes 10 --every 20``.

A real server with two workers answers closed-loop clients while the real command deploys one
version after another. At the end every answered prediction must be in the capture, exactly once,
and no request may have failed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from deployed_home import deploy_again, make_ibm_home  # noqa: E402  (tests/ is no package)
from served_home import Served, served  # noqa: E402  (needs the path above)
from stayline.bootstrap import build  # noqa: E402  (needs the path above)
from stayline.settings import Settings  # noqa: E402  (needs the path above)

CLIENTS = 4
BODIES = [
    json.dumps(body).encode()
    for body in (
        {"employee_id": "1", "OverTime": "Yes"},
        {"employee_id": "2"},
        {"OverTime": "No", "MonthlyIncome": 5500, "JobRole": "Sales Executive"},
    )
]


class Client(threading.Thread):
    """Asks again and again over one connection; keeps what was answered and what was not."""

    def __init__(self, server: Served, until: float) -> None:
        super().__init__()
        self._server, self._until = server, until
        self.answered: list[tuple[str, int]] = []
        self.failures: list[str] = []
        self.slowest = 0.0

    def run(self) -> None:
        connection = HTTPConnection(*self._server.address, timeout=30)
        number = 0
        while time.monotonic() < self._until:
            started = time.perf_counter()
            try:
                connection.request(
                    "POST",
                    "/v1/predict",
                    BODIES[number % len(BODIES)],
                    {"Content-Type": "application/json"},
                )
                answer = connection.getresponse()
                content = answer.read()
            except OSError as error:
                self.failures.append(type(error).__name__)
                connection.close()
                continue
            self.slowest = max(self.slowest, time.perf_counter() - started)
            number += 1
            if answer.status != 200:
                self.failures.append(f"{answer.status} {content[:200]!r}")
                continue
            told = json.loads(content)
            self.answered.append((told["prediction_id"], told["model"]["version"]))


def main() -> None:
    """Run the soak and print what came of it; exits 1 when anything failed or is missing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=20)
    parser.add_argument("--bake", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = make_ibm_home(Path(folder))
        versions = [1, deploy_again(build(Settings(home=home)))]
        began = datetime.now(UTC) - timedelta(hours=1)
        with served(home, workers_min=2, workers_max=2) as server:
            until = time.monotonic() + options.minutes * 60
            clients = [Client(server, until) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            deployed = _deploy_until(until, home, versions, options)
            for client in clients:
                client.join()
        _report(home, clients, deployed, began)


def _deploy_until(
    until: float, home: Path, versions: list[int], options: argparse.Namespace
) -> list[int]:
    """Deploy one version after the other by the real command; return the exit codes."""
    codes = []
    while time.monotonic() + options.every < until:
        started = time.monotonic()
        version = versions[len(codes) % 2]
        command = [sys.executable, "-m", "stayline", "models", "deploy", str(version)]
        command += ["--bake", str(options.bake), "--by", "soak", "--home", str(home)]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
        codes.append(done.returncode)
        if done.returncode:
            print(done.stdout + done.stderr, flush=True)
        time.sleep(max(0.0, options.every - (time.monotonic() - started)))
    return codes


def _report(home: Path, clients: list[Client], deployed: list[int], began: datetime) -> None:
    answered = [prediction for client in clients for prediction, _ in client.answered]
    versions = sorted({version for client in clients for _, version in client.answered})
    failures = [failure for client in clients for failure in client.failures]
    capture = build(Settings(home=home)).capture
    captured = [r.event_id for r in capture.read(began, began + timedelta(days=1))]
    missing = set(answered) - set(captured)
    print(f"answered requests       {len(answered):,}, by versions {versions}")
    print(f"failed requests         {len(failures)} {failures[:3]}")
    print(f"deployments             {len(deployed)}, of which failed {sum(map(bool, deployed))}")
    print(f"answers not captured    {len(missing)}")
    print(f"captured twice          {len(captured) - len(set(captured))}")
    print(f"slowest answer          {1000 * max(client.slowest for client in clients):.0f} ms")
    if failures or missing or any(deployed) or len(captured) != len(set(captured)):
        sys.exit(1)


if __name__ == "__main__":
    main()
