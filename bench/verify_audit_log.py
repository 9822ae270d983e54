"""How long a million audit events take to verify, and in how much memory.

`python bench/verify_audit_log.py` notes the events in a home of its own, then runs
`stayline audit verify` and `stayline audit list` in processes of their own. It fails when the log
is not whole, or when verifying takes longer than it may.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.settings import Settings
from stayline.usecases.sign_checkpoint import sign_checkpoint

MOST_SECONDS_A_MILLION = 60
KIB_A_MIB = 1024
TOGETHER = 1_000
LONGEST_ANSWER = 1 << 20
EVENT = AuditEvent(
    AuditEventKind.EMPLOYEE_SCORED,
    "payroll",
    "",
    datetime(2026, 1, 1, tzinfo=UTC),
    {"model": "1", "risk": 0.2468, "threshold": 0.5, "prediction": "0" * 32},
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    wanted = parser.parse_args().events
    table = Table("command", "events", "seconds", "events/s", "peak MiB")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        # In a process of its own, for a child begins with the peak memory of its parent.
        filling = get_context("spawn").Process(target=fill, args=(home, wanted))
        filling.start()
        filling.join()
        assert filling.exitcode == 0
        for words in (["verify"], ["list", "--limit", "0"], ["list", "--kind", "employee.viewed"]):
            told = ["audit", *words, "--home", str(home), "--json"]
            seconds, peak, out = run([sys.executable, "-m", "stayline", *told])
            if words == ["verify"]:
                found = json.loads(out)
                assert found["is_whole"], found
                assert found["audit_log"]["count"] == wanted + 1
                assert seconds <= MOST_SECONDS_A_MILLION * max(wanted / 1e6, 1), seconds
            row = (" ".join(words), f"{wanted:,}", f"{seconds:.1f}", f"{wanted / seconds:,.0f}")
            table.add_row(*row, f"{peak:.0f}")
    Console(width=100).print(table)


def fill(home: Path, wanted: int) -> None:
    """Note that many events about 10,000 people, and sign where the log stands."""
    ports = build(Settings(home=home))
    for start in range(0, wanted, TOGETHER):
        ports.audit.note(
            [
                replace(
                    EVENT, subject=f"{n % 10_000:032x}", at=EVENT.at + timedelta(milliseconds=n)
                )
                for n in range(start, min(start + TOGETHER, wanted))
            ]
        )
    sign_checkpoint(
        audit=ports.audit, checkpoints=ports.checkpoints, clock=ports.clock, actor="bench"
    )
    ports.audit.close()


def run(command: list[str]) -> tuple[float, float, bytes]:
    """Return the seconds and the peak memory of a process, and the begin of what it wrote."""
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, process.returncode
        out.seek(0)
        return seconds, usage.ru_maxrss / KIB_A_MIB, out.read(LONGEST_ANSWER)


if __name__ == "__main__":
    main()
