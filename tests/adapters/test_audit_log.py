import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.database import open_database
from stayline.errors import StoreDamaged
from store_processes import an_event, append_100_events, exit_codes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteAuditLog]:
    engine = open_database(path, "state")
    kept = SqliteAuditLog(engine, path.parent / "audit")
    for number in range(5):
        kept.append(an_event(number))
    yield kept
    engine.dispose()


def tamper(path: Path, *statements: str) -> None:
    raw = sqlite3.connect(path)
    with raw:
        for statement in statements:
            raw.execute(statement)
    raw.close()


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'employee.viewed'",
        "actor = 'bo'",
        "subject = 'someone else'",
        "at = at + 1",
        "at = 'noon'",
        "details = '{}'",
        "link = upper(link)",
    ],
)
def test_a_changed_event_is_found(path: Path, log: SqliteAuditLog, change: str) -> None:
    assert log.problems() == []
    tamper(path, f"UPDATE audit_events SET {change} WHERE position = 3")  # noqa: S608  (written here)
    assert "event 3" in log.problems()[0] or "event 4" in log.problems()[0]


@pytest.mark.parametrize("position", [1, 3])
def test_a_removed_event_is_found(path: Path, log: SqliteAuditLog, position: int) -> None:
    tamper(path, f"DELETE FROM audit_events WHERE position = {position}")  # noqa: S608  (written here)
    assert log.problems() == [f"audit event {position} is missing"]


def test_a_removed_event_with_the_rest_moved_up_is_found(path: Path, log: SqliteAuditLog) -> None:
    tamper(
        path,
        "DELETE FROM audit_events WHERE position = 3",
        "UPDATE audit_events SET position = 3 WHERE position = 4",
        "UPDATE audit_events SET position = 4 WHERE position = 5",
    )
    assert "event 3" in log.problems()[0]


def test_an_inserted_event_is_found(path: Path, log: SqliteAuditLog) -> None:
    tamper(
        path,
        "INSERT INTO audit_events SELECT 6, kind, actor, subject, at, details, link "
        "FROM audit_events WHERE position = 5",
    )
    assert "event 6" in log.problems()[0]


def test_two_events_that_changed_places_are_found(path: Path, log: SqliteAuditLog) -> None:
    tamper(
        path,
        "UPDATE audit_events SET position = 99 WHERE position = 2",
        "UPDATE audit_events SET position = 2 WHERE position = 3",
        "UPDATE audit_events SET position = 3 WHERE position = 99",
    )
    assert "event 2" in log.problems()[0]


def test_an_event_of_no_known_kind_is_damage(path: Path, log: SqliteAuditLog) -> None:
    tamper(path, "UPDATE audit_events SET kind = 'employee.forgotten' WHERE position = 3")
    with pytest.raises(StoreDamaged, match="audit log"):
        log.events()


def test_writers_in_several_processes_keep_one_chain(path: Path, log: SqliteAuditLog) -> None:
    assert exit_codes(2, append_100_events, path) == [0] * 2
    assert len(log.events()) == 205
    assert log.problems() == []
