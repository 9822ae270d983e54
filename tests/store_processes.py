"""What tests run in other processes, importable there by name."""

import itertools
import json
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from forked import FORKED
from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.adapters.embedded.checkpoints import FileCheckpoints
from stayline.adapters.embedded.database import open_database, open_of_home
from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.adapters.embedded.shared_locks import SharedLocks
from stayline.adapters.embedded.target_health import SqliteTargetHealth
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import StoreUnavailable
from stores import ANA, NOON

PROBE_EVERY = timedelta(milliseconds=200)


def exit_codes(processes: int, work: Callable[..., None], *arguments: object) -> list[int | None]:
    """Run ``work(*arguments, number)`` in that many processes at once; return how each ended.

    They end as programs do, with what is to be done at exit.
    """
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=work, args=(*arguments, n)) for n in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    return [worker.exitcode for worker in workers]


@contextmanager
def told(processes: int, work: Callable[..., None], home: Path) -> Iterator[Callable[[], bytes]]:
    """Run ``work(home, pipe, number)`` in processes, killed at the end if not before.

    Gives a function that waits for some of what they told through the pipe; empty at the end.
    """
    out, into = FORKED.Pipe(duplex=False)
    workers = [FORKED.Process(target=work, args=(home, into, n)) for n in range(processes)]
    for worker in workers:
        worker.start()
    into.close()
    try:
        yield lambda: os.read(out.fileno(), 1 << 16)
    finally:
        for worker in workers:
            worker.kill()
            worker.join()


def an_event(number: int) -> AuditEvent:
    return AuditEvent(AuditEventKind.EMPLOYEE_SCORED, "ana", ANA, NOON, {"number": number})


def a_record(name: str) -> CaptureRecord:
    return CaptureRecord(name, NOON, '{"Age":35}', '{"risk":0.1}', "i-1")


def open_and_opt_out(path: Path, number: int) -> None:
    engine = open_database(path, "state")
    SqliteOptOutList(engine).opt_out(f"{number:032x}", at=NOON)
    engine.dispose()


def opt_out_until_killed(path: Path, pipe: Connection, number: int) -> None:
    """Opt one person out after another; tell each token, 32 bytes, once that has returned."""
    kept = SqliteOptOutList(open_database(path, "state"))
    while True:
        token = os.urandom(15).hex() + f"{number:02x}"
        kept.opt_out(EmployeeToken(token), at=NOON)
        os.write(pipe.fileno(), token.encode())


def hold_a_lock(url: str, home: Path, pipe: Connection, _number: int) -> None:
    """Hold the lock named a, tell so, and stand there until killed."""
    with SharedLocks(open_of_home(home, "state", url)).held("a") as is_mine:
        os.write(pipe.fileno(), b"held" if is_mine else b"not held")
        signal.pause()


def append_100_events(path: Path, _number: int) -> None:
    engine = open_database(path, "state")
    log = SqliteAuditLog(engine, path.parent / "audit")
    for number in range(100):
        log.append(an_event(number))
    engine.dispose()


def append_to_shared_chain(home: Path, url: str, number: int) -> None:
    engine = open_of_home(home, "state", url)
    log = SqliteAuditLog(engine, home / f"audit-{number}")
    for turn in range(50):
        log.append(an_event(turn))
    log.close()
    engine.dispose()


def opt_out_in_new_database(url: str, number: int) -> None:
    engine = open_of_home(Path(), "state", url)
    SqliteOptOutList(engine).opt_out(f"{number:032x}", at=NOON)
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


def capture_before_and_after_a_full_disk(folder: Path, _number: int) -> None:
    log = JsonlCaptureLog(folder)
    log.append([a_record("before")])
    (segment,) = folder.rglob("*.jsonl")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = segment.stat().st_size + 100
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    with suppress(StoreUnavailable):
        log.append([a_record("does not fit"), a_record("neither")])
    assert segment.stat().st_size == limit - 100
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    log.append([a_record("after")])


def take_probes(path: Path, answers: Path, number: int) -> None:
    """Fail, then ask to be let through all the time for 2 s; note when that was granted."""
    engine = open_database(path, "state")
    health = SqliteTargetHealth(engine)
    began = datetime.now(UTC)
    health.failed("target", began)
    taken = []
    while (now := datetime.now(UTC)) - began < timedelta(seconds=2):
        if health.take_probe("target", now, PROBE_EVERY):
            taken.append(now.timestamp())
    (answers / str(number)).write_text(json.dumps(taken))
    engine.dispose()


def write_down_token_key(folder: Path, answers: Path, number: int) -> None:
    (answers / str(number)).write_bytes(FileSecrets(folder, {}).token_key())


def create_access_key(folder: Path, number: int) -> None:
    FileSecrets(folder, {}).create_access_key(f"caller {number}")


def write_down_until_killed(home: Path, pipe: Connection, number: int) -> None:
    """Capture, note, and only then tell the number; again and again."""
    engine = open_database(home / "state.db", "state")
    audit = SqliteAuditLog(engine, home / "audit")
    capture = JsonlCaptureLog(home / "capture", durability="strict" if number % 2 else "grouped")
    for turn in itertools.count():
        name = f"{os.getpid()}-{turn}"
        capture.append([a_record(name)])
        audit.note([replace(an_event(0), subject=name)])
        os.write(pipe.fileno(), name.encode() + b"\n")


def audit_until_killed(home: Path, pipe: Connection, _number: int) -> None:
    """Note five events, at times append one, and only then tell their names; again and again."""
    log = SqliteAuditLog(open_database(home / "state.db", "state"), home / "audit")
    for turn in itertools.count():
        events = [replace(an_event(0), subject=f"{os.getpid()}-{turn}-{n}") for n in range(5)]
        log.note(events)
        if turn % 200 == 0:
            events.append(replace(an_event(0), subject=f"{os.getpid()}-{turn}-appended"))
            log.append(events[-1])
        os.write(pipe.fileno(), "".join(f"{event.subject}\n" for event in events).encode())


def note_and_stop(home: Path, pipe: Connection, _number: int) -> None:
    """Note, tell, and stand still before the note can be absorbed."""
    engine = open_database(home / "state.db", "state")
    log = SqliteAuditLog(engine, home / "audit")
    log.note([an_event(1), an_event(2)])
    os.write(pipe.fileno(), b"noted\n")
    os.kill(os.getpid(), signal.SIGSTOP)


def note_and_end(home: Path, _number: int) -> None:
    SqliteAuditLog(open_database(home / "state.db", "state"), home / "audit").note([an_event(1)])


def note_on_a_full_disk(home: Path, _number: int) -> None:
    log = SqliteAuditLog(open_database(home / "state.db", "state"), home / "audit")
    log.note([an_event(1)])
    (journal,) = (home / "audit").iterdir()
    limit = journal.stat().st_size + 100
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        log.note([an_event(2), an_event(3)])
    except StoreUnavailable:
        assert journal.stat().st_size == limit - 100
        return
    raise AssertionError("the events were taken")


def sign_20_checkpoints(folder: Path, _number: int) -> None:
    kept = FileCheckpoints(folder / "audit" / "checkpoints", folder / "secrets" / "key")
    for position in range(20):
        kept.sign(position, "ab" * 32, NOON)


def sign_on_a_full_disk(folder: Path, _number: int) -> None:
    path = folder / "audit" / "checkpoints"
    kept = FileCheckpoints(path, folder / "secrets" / "key")
    kept.sign(1, "ab" * 32, NOON)
    limit = path.stat().st_size + 100
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        kept.sign(2, "ab" * 32, NOON)
    except StoreUnavailable:
        return
    raise AssertionError("the checkpoint was taken")
