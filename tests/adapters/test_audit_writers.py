"""Four processes write thousands of events each, and are killed while they do."""

from collections import Counter
from pathlib import Path

from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.database import open_database
from store_processes import audit_until_killed, told

PROCESSES = 4
EACH = 2_000


def test_writers_killed_at_work_leave_one_whole_chain_with_all_they_told_of(
    tmp_path: Path,
) -> None:
    names: list[str] = []
    text = b""
    with told(PROCESSES, audit_until_killed, tmp_path) as listen:
        per_process: Counter[str] = Counter()
        while len(per_process) < PROCESSES or per_process.total() < PROCESSES * EACH:
            *lines, text = (text + listen()).split(b"\n")
            names += [line.decode() for line in lines]
            per_process.update(line.decode().partition("-")[0] for line in lines)
    while more := listen():
        text += more
    names += [line.decode() for line in text.split(b"\n")[:-1]]
    engine = open_database(tmp_path / "state.db", "state")
    log = SqliteAuditLog(engine, tmp_path / "audit")
    check = log.check()
    times = Counter(event.subject for event in log.between())
    assert check.problems == ()
    assert check.count == times.total() >= len(names) >= PROCESSES * EACH
    assert set(times.values()) == {1}
    assert set(names) <= times.keys()
    engine.dispose()
