"""What it costs to write a prediction down: captured, noted, and later in the chain."""

import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.adapters.embedded.database import open_database
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord

RUNS = 20_000
STRICT_RUNS = 1_600
NOTES = 200_000
ABSORBED = 200_000
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
REQUEST = "{" + ",".join(f'"Feature{n}":{n * 1.5}' for n in range(30)) + "}"
ANSWER = '{"token":"' + "a" * 32 + '","risk":0.1234567,"band":"medium","model_version":3}'


def main() -> None:
    """Print one line a way of writing; the numbers of records are checked afterwards."""
    table = Table("work", "us each", "a second", "fsyncs", title="30 inputs a record")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        for content_type in ("application/json", "text/csv", "text/libsvm"):
            _capture(table, folder / content_type, "grouped", 1, RUNS, content_type)
        _capture(table, folder / "threads", "grouped", 8, RUNS, "application/json")
        for threads in (1, 8, 32):
            part = folder / f"strict-{threads}"
            _capture(table, part, "strict", threads, STRICT_RUNS, "application/json")
        _notes(table, folder)
    Console().print(table)


def _capture(
    table: Table, folder: Path, durability: str, threads: int, runs: int, content_type: str
) -> None:
    log = JsonlCaptureLog(folder, durability=durability)
    records = [
        CaptureRecord(
            f"{n:036d}", NOW, REQUEST, ANSWER, variant="v-3", request_content_type=content_type
        )
        for n in range(runs)
    ]

    def work(mine: list[CaptureRecord]) -> None:
        for record in mine:
            log.append([record])

    workers = [threading.Thread(target=work, args=(records[n::threads],)) for n in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    syncs = log.syncs()
    log.close()
    assert len({record.event_id for record in log.read(NOW, NOW.replace(hour=13))}) == runs
    title = f"capture, {durability}, {threads} threads, {content_type}"
    table.add_row(title, *_figures(seconds, runs), str(syncs))


def _notes(table: Table, folder: Path) -> None:
    engine = open_database(folder / "state.db", "state")
    log = SqliteAuditLog(engine, folder / "audit")
    details = {"prediction_id": "p" * 36, "model_version": 3, "band": "low", "is_what_if": False}
    event = AuditEvent(AuditEventKind.EMPLOYEE_SCORED, "ana", "a" * 32, NOW, details)
    seconds = []
    for _ in range(NOTES):
        started = time.perf_counter()
        log.note([event])
        seconds.append(time.perf_counter() - started)
    table.add_row("note, while others are absorbed", *_figures(sum(seconds), NOTES), "")
    table.add_row(
        "the same, 99.9 of 100", f"{sorted(seconds)[NOTES * 999 // 1000] * 1e6:.0f}", "", ""
    )
    log.close()
    many = [event] * 1_000
    started = time.perf_counter()
    for _ in range(ABSORBED // 1_000):
        log.note(many)
    table.add_row("note of 1,000, an event", *_figures(time.perf_counter() - started, ABSORBED), "")
    log.close()
    seconds = time.perf_counter() - started
    table.add_row("noted and in the chain, an event", *_figures(seconds, ABSORBED), "")
    started = time.perf_counter()
    for _ in range(1_000):
        log.append(event)
    table.add_row("append to the chain", *_figures(time.perf_counter() - started, 1_000), "")
    assert len(log.events(limit=None)) == NOTES + ABSORBED + 1_000
    engine.dispose()


def _figures(seconds: float, runs: int) -> tuple[str, str]:
    return f"{seconds / runs * 1e6:.1f}", f"{runs / seconds:,.0f}"


if __name__ == "__main__":
    main()
