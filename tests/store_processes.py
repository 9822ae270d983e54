"""What tests run in other processes, importable there by name."""

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.errors import StoreUnavailable
from stores import ANA, NOON


def exit_codes(processes: int, work: Callable[..., None], *arguments: object) -> list[int | None]:
    """Run ``work(*arguments, number)`` in that many processes at once; return how each ended."""
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=work, args=(*arguments, n)) for n in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    return [worker.exitcode for worker in workers]


def an_event(number: int) -> AuditEvent:
    return AuditEvent(AuditEventKind.EMPLOYEE_SCORED, "ana", ANA, NOON, {"number": number})


def a_record(name: str) -> CaptureRecord:
    return CaptureRecord(name, NOON, '{"Age":35}', '{"risk":0.1}', "i-1")


def open_and_opt_out(path: Path, number: int) -> None:
    engine = open_database(path, "state")
    SqliteOptOutList(engine).opt_out(f"{number:032x}", at=NOON)
    engine.dispose()


def append_100_events(path: Path, _number: int) -> None:
    engine = open_database(path, "state")
    log = SqliteAuditLog(engine, path.parent / "audit")
    for number in range(100):
        log.append(an_event(number))
    engine.dispose()


def capture_and_die(folder: Path, _number: int) -> None:
    JsonlCaptureLog(folder).append([a_record("last words")])
    os.kill(os.getpid(), signal.SIGKILL)


def capture_50(folder: Path, number: int) -> None:
    log = JsonlCaptureLog(folder)
    for turn in range(50):
        log.append([a_record(f"{number}-{turn}")])


def capture_on_a_full_disk(folder: Path, _number: int) -> None:
    log = JsonlCaptureLog(folder)
    log.append([a_record("fits")])
    (segment,) = folder.rglob("*.jsonl")
    limit = segment.stat().st_size + 100
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        log.append([a_record("does not fit")])
    except StoreUnavailable:
        return
    raise AssertionError("the record was taken")


def write_down_token_key(folder: Path, answers: Path, number: int) -> None:
    (answers / str(number)).write_bytes(FileSecrets(folder, {}).token_key())
