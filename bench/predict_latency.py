"""How long one prediction takes over HTTP, at 4 keep-alive connections to a real server.

Run ``python bench/predict_latency.py``: it trains a small model on IBM's people in a temporary
home, serves it on loopback, and prints milliseconds. The target is a p95 of at most 20 ms.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from deployed_home import make_ibm_home  # noqa: E402  (tests/ is no package)
from real_data import ibm_extract  # noqa: E402  (needs the path above)

CONNECTIONS = 4
REQUESTS = 500
"""For each connection and kind of request."""
WARM_UP = 25
TARGET_MS = 20.0
FIELDS = {"Age": 35, "JobRole": "Sales Executive", "MonthlyIncome": 5500, "YearsAtCompany": 5}
SERVE = """
import sys
from pathlib import Path
from stayline.settings import Settings
from stayline.web.home_server import serve_home
settings = Settings(home=Path(sys.argv[1]), port=0, workers_max=1, requests_per_minute=10**9)
serve_home(settings, on_ready=lambda url: print(url, flush=True))
"""


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_ibm_home(Path(folder))
        with _server(home) as port:
            print(f"{os.cpu_count()} CPUs, {CONNECTIONS} connections, milliseconds")
            print(f"{'request':<28}{'n':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'per s':>8}")
            ids = ibm_extract().get_column("EmployeeNumber").head(400)
            _measure("fields", port, [FIELDS | {"OverTime": "Yes"}])
            _measure("a person", port, [{"employee_id": number} for number in ids])
            _measure("what-if about a person", port, [{"employee_id": 1, "OverTime": "Yes"}])
            _measure("batch of 100 rows", port, [{"instances": [FIELDS] * 100}], requests=20)
    print(f"target: p95 <= {TARGET_MS:.0f} ms for a single prediction")


@contextmanager
def _server(home: Path) -> Iterator[int]:
    command = [sys.executable, "-c", SERVE, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline().rsplit(":", 1)[1])
        finally:
            server.terminate()


def _measure(
    label: str, port: int, bodies: list[dict[str, object]], requests: int = REQUESTS
) -> None:
    messages = [_message(body) for body in bodies]
    asyncio.run(_drive(port, messages, min(WARM_UP, requests)))
    started = time.perf_counter()
    times = sorted(asyncio.run(_drive(port, messages, requests)))
    rate = len(times) / (time.perf_counter() - started)
    p50, p95, p99 = (times[int(share * (len(times) - 1))] for share in (0.5, 0.95, 0.99))
    print(f"{label:<28}{len(times):>7}{p50:>8.2f}{p95:>8.2f}{p99:>8.2f}{rate:>8.0f}")


def _message(body: dict[str, object]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        "POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _drive(port: int, messages: list[bytes], requests: int) -> list[float]:
    shares = [
        list(islice(cycle(messages), offset, offset + requests)) for offset in range(CONNECTIONS)
    ]
    measured = await asyncio.gather(*(_connection(port, share) for share in shares))
    return [elapsed for times in measured for elapsed in times]


async def _connection(port: int, messages: Iterable[bytes]) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times = []
    for message in messages:
        started = time.perf_counter()
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        times.append(1000 * (time.perf_counter() - started))
        assert head.startswith(b"HTTP/1.1 200"), answer
    writer.close()
    await writer.wait_closed()
    return times


if __name__ == "__main__":
    main()
