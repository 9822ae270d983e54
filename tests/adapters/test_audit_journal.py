import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.database import open_database, writing
from stayline.errors import StoreUnavailable
from store_processes import (
    an_event,
    exit_codes,
    note_and_end,
    note_and_stop,
    note_on_a_full_disk,
    told,
)
from waiting import soon


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:
    opened = open_database(home / "state.db", "state")
    yield opened
    opened.dispose()


@pytest.fixture
def log(engine: sa.Engine, home: Path) -> Iterator[SqliteAuditLog]:
    kept = SqliteAuditLog(engine, home / "audit")
    yield kept
    kept.close()


def chained(engine: sa.Engine) -> list[int]:
    """Return the numbers of the events that are in the chain by now, absorbing nothing."""
    with engine.begin() as connection:
        query = "SELECT details ->> 'number' FROM audit_events ORDER BY position"
        return [int(number) for (number,) in connection.exec_driver_sql(query)]


def numbers(log: SqliteAuditLog) -> list[object]:
    return [event.details["number"] for event in log.events()]


def test_noted_events_join_the_chain_by_themselves(log: SqliteAuditLog, engine: sa.Engine) -> None:
    log.note([an_event(1), an_event(2)])
    assert soon(lambda: chained(engine) == [1, 2])


def test_what_is_noted_is_on_disk_before_it_is_in_the_chain(
    log: SqliteAuditLog, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    really = os.fdatasync

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().suffix)
        really(descriptor)

    monkeypatch.setattr(os, "fdatasync", noted)
    with writing(engine):  # nothing can join the chain meanwhile
        log.note([an_event(1)])
        assert soon(lambda: ".jsonl" in synced)
    assert soon(lambda: chained(engine) == [1])


def test_a_note_waits_for_no_writer(log: SqliteAuditLog, engine: sa.Engine) -> None:
    with writing(engine) as connection:
        started = time.monotonic()
        log.note([an_event(1)])
        assert time.monotonic() - started < 5  # a writer is waited for twice as long
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_events").scalar() == 0
    assert numbers(log) == [1]


def test_a_reader_sees_what_a_process_noted_that_stands_still(
    log: SqliteAuditLog, home: Path
) -> None:
    with told(1, note_and_stop, home) as listen:
        assert listen() == b"noted\n"
        assert numbers(log) == [1, 2]
        (journal,) = (home / "audit").iterdir()
    log.append(an_event(3))
    log.note([an_event(4)])
    assert numbers(log) == [1, 2, 3, 4]
    assert not journal.exists()


def test_a_process_that_ends_leaves_no_journal(log: SqliteAuditLog, home: Path) -> None:
    assert exit_codes(2, note_and_end, home) == [0, 0]
    assert list((home / "audit").iterdir()) == []
    assert numbers(log) == [1, 1]


def test_a_full_disk_refuses_all_of_a_note_and_keeps_the_ones_before(
    log: SqliteAuditLog, home: Path
) -> None:
    assert exit_codes(1, note_on_a_full_disk, home) == [0]
    assert numbers(log) == [1]
    assert log.problems() == []


def test_a_folder_that_cannot_be_made_refuses_the_note(engine: sa.Engine, home: Path) -> None:
    (home / "audit").write_text("a file is in the way")
    with pytest.raises(StoreUnavailable, match="audit log"):
        SqliteAuditLog(engine, home / "audit").note([an_event(1)])


def test_a_torn_line_of_a_dead_process_is_dropped_and_is_no_damage(
    log: SqliteAuditLog, home: Path
) -> None:
    log.note([an_event(1)])
    (mine,) = (home / "audit").iterdir()
    dead = home / "audit" / "1-dead-00000001.jsonl"
    dead.write_bytes(mine.read_bytes() + mine.read_bytes()[:-1])
    assert numbers(log) == [1, 1]
    assert log.problems() == []
    assert not dead.exists()


def test_a_torn_line_of_a_living_process_is_left_until_it_is_whole(
    log: SqliteAuditLog, home: Path
) -> None:
    log.note([an_event(1)])
    (mine,) = (home / "audit").iterdir()
    line = mine.read_bytes()
    with mine.open("ab") as file:
        file.write(line[:20])
    assert numbers(log) == [1]
    with mine.open("ab") as file:
        file.write(line[20:])
    assert numbers(log) == [1, 1]


def test_a_damaged_line_is_a_problem_and_holds_up_no_other_process(
    log: SqliteAuditLog, home: Path
) -> None:
    log.note([an_event(1)])
    (mine,) = (home / "audit").iterdir()
    damaged = home / "audit" / "0-damaged-00000001.jsonl"
    damaged.write_bytes(mine.read_bytes() + b"[[]]\n" + mine.read_bytes())
    log.note([an_event(2)])
    assert sorted(numbers(log)) == [1, 1, 2]
    (problem,) = log.problems()
    assert "0-damaged-00000001.jsonl" in problem
    damaged.unlink()
    assert log.problems() == []


def test_a_long_journal_is_replaced_and_the_old_one_removed(
    log: SqliteAuditLog, home: Path, engine: sa.Engine
) -> None:
    for number in range(30):
        log.note([replace(an_event(number), actor="a" * 200)] * 1000)
    assert soon(lambda: len(chained(engine)) == 30_000)
    assert soon(lambda: not any((home / "audit").iterdir()))
    log.note([an_event(30)])
    (young,) = (home / "audit").iterdir()
    assert young.name.endswith("2.jsonl")
    assert numbers(log) == [number for number in range(30) for _ in range(1000)] + [30]
    assert log.problems() == []
    with engine.begin() as connection:
        query = "SELECT name FROM audit_journals"
        assert connection.exec_driver_sql(query).scalars().all() == [young.name]


def test_a_log_that_is_let_go_of_lets_go_of_its_journal(engine: sa.Engine, home: Path) -> None:
    log = SqliteAuditLog(engine, home / "audit")
    log.note([an_event(1)])
    assert any((home / "audit").iterdir())
    del log
    assert soon(lambda: not any((home / "audit").iterdir()))
    assert chained(engine) == [1]
