"""How soon a started server answers its first prediction, and what a worker of it weighs.

Run ``python bench/start_up.py``. Time runs from the start of ``stayline serve`` to the last byte of
the first answer; the targets are 2.5 s and 350 MiB. Memory is that of the process that answers,
after 2,000 more predictions with reasons.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.peers import questions  # noqa: E402  (bench/ is no package when this is a script)
from bench.peers.load import ask  # noqa: E402  (needs the path above)
from bench.peers.running import (  # noqa: E402  (needs the path above)
    first_answer,
    free_port,
    members,
    memory_mib,
    running,
)
from bench.peers.workload import make_workload  # noqa: E402  (needs the path above)
from bench.stayline_home import make_home, serve_command, serve_environment  # noqa: E402  (needs the path above)

STARTS = 7
PREDICTIONS = 2000
TARGET_S, TARGET_MIB = 2.5, 350


def main() -> None:
    """Start the server several times and print both figures."""
    workload = make_workload()
    asked = questions.messages(workload, questions.person, "/v1/predict")
    seconds, mib = [], []
    with tempfile.TemporaryDirectory() as name:
        home = make_home(Path(name) / "home", workload)
        for _ in range(STARTS):
            port, log = free_port(), Path(name) / "server.log"
            begun = time.perf_counter()
            with running(serve_command(home, port), serve_environment(), log, None) as pid:
                first_answer(port, asked[0], pid, log)
                seconds.append(time.perf_counter() - begun)
                for number in range(PREDICTIONS):
                    ask(port, asked[number % len(asked)])
                mib.append(max(memory_mib([member]) for member in members(pid)))
    _print("start to first answer, s", seconds, TARGET_S, "{:.2f}")
    _print("memory of the largest process, MiB", mib, TARGET_MIB, "{:.0f}")


def _print(what: str, values: list[float], target: float, form: str) -> None:
    middle, least, most = (form.format(f(values)) for f in (median, min, max))
    print(f"{what}: {middle} ({least} to {most}, n = {len(values)}), target <= {target:g}")


if __name__ == "__main__":
    main()
