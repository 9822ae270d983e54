"""What homes that share a database keep from each other, and what they tell each other."""

import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from postgres_server import PostgresServer, programs, running_postgres
from stayline.adapters.embedded.api_key_book import SqliteApiKeyBook
from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.database import open_of_home
from stayline.adapters.embedded.job_book import SqliteJobBook
from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
from stayline.adapters.embedded.role_book import SqliteRoleBook
from stayline.adapters.embedded.score_board import SqliteScoreBoard
from stayline.adapters.embedded.scoring_control import SqliteScoringControl
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.adapters.embedded.shared_locks import GRACE_S, SharedFolderLocks, SharedLocks
from stayline.domain.api_keys import ApiKey
from stayline.domain.job_runs import RunOutcome
from stayline.domain.roles import Role
from stayline.domain.scoring_rules import Rule, RuleChange
from stayline.errors import (
    DatabaseAway,
    JobUnderWay,
    RotationRefused,
    RotationUnderWay,
    ScoringStopped,
    ScoringUnderWay,
)
from stayline.ports.scoring_control import FRESH_S
from store_processes import an_event, hold_a_lock, told
from stores import ANA, BO, NOON, SetClock
from waiting import soon


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of these tests alone, since they restart it."""
    if programs() is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    with running_postgres() as running:
        yield running


@pytest.fixture
def database_url(server: PostgresServer) -> str:
    """The address of a new database."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.url_of(name)


@pytest.fixture
def opened(tmp_path: Path, database_url: str) -> Iterator[Callable[[str], sa.Engine]]:
    """Open the shared state for a home of that name, which is made."""
    engines = []

    def open_home(home: str) -> sa.Engine:
        (tmp_path / home).mkdir(exist_ok=True)
        engines.append(open_of_home(tmp_path / home, "state", database_url))
        return engines[-1]

    yield open_home
    for engine in engines:
        engine.dispose()


def test_a_lock_is_held_by_one_gateway_at_a_time(opened: Callable[[str], sa.Engine]) -> None:
    first, second = SharedLocks(opened("first")), SharedLocks(opened("second"))
    with first.held("a") as mine, second.held("a") as theirs, second.held("b") as another:
        assert (mine, theirs, another) == (True, False, True)
        assert second.is_held("a")
    assert not second.is_held("a")
    with second.held("a") as theirs:
        assert theirs


def test_shared_holders_keep_out_who_wants_to_be_alone(opened: Callable[[str], sa.Engine]) -> None:
    first, second = SharedLocks(opened("first")), SharedLocks(opened("second"))
    with first.held("a", is_shared=True) as one, second.held("a", is_shared=True) as other:
        assert one
        assert other
        with second.held("a") as alone:
            assert not alone


def test_a_killed_process_lets_go_at_once(
    opened: Callable[[str], sa.Engine], tmp_path: Path, database_url: str
) -> None:
    locks = SharedLocks(opened("first"))
    with told(1, partial(hold_a_lock, database_url), tmp_path) as listen:
        assert listen() == b"held"
        assert locks.is_held("a")
    assert soon(lambda: not locks.is_held("a"))


def test_a_lock_outlives_a_restart_of_the_database(
    opened: Callable[[str], sa.Engine], server: PostgresServer
) -> None:
    first, second = SharedLocks(opened("first")), SharedLocks(opened("second"))
    with first.held("a") as mine:
        assert mine
        server.stop("immediate")
        server.start()
        began = time.monotonic()
        with second.held("a") as theirs:
            assert not theirs
        assert time.monotonic() - began < GRACE_S + 5
    with second.held("a") as theirs:
        assert theirs


def test_folder_locks_keep_writers_of_two_gateways_apart(
    opened: Callable[[str], sa.Engine],
) -> None:
    first = SharedFolderLocks(opened("first"), "features")
    second = SharedFolderLocks(opened("second"), "features")
    with first.writing(), second.reading(), first.reading():
        pass
    with first.writing(), SharedLocks(opened("third")).held("features, writer") as theirs:
        assert not theirs


def test_a_job_runs_on_one_gateway_and_the_others_see_it(
    opened: Callable[[str], sa.Engine], tmp_path: Path
) -> None:
    first = SqliteJobBook(opened("first"), tmp_path / "first" / "jobs")
    second = SqliteJobBook(opened("second"), tmp_path / "second" / "jobs")
    with first.alone("score"):
        run = first.begin("score", NOON, by="schedule", at=NOON)
        assert run is not None
        with pytest.raises(JobUnderWay), second.alone("score"):
            pass
        (seen,) = second.runs("score")
        assert seen.outcome is RunOutcome.RUNNING
        first.end(run, RunOutcome.SUCCEEDED, "done", at=NOON)
    with second.alone("score"):
        assert second.begin("score", NOON, by="schedule", at=NOON) is None


def test_one_gateway_scores_everybody_at_a_time(opened: Callable[[str], sa.Engine]) -> None:
    first, second = SqliteScoreBoard(opened("first")), SqliteScoreBoard(opened("second"))
    with first.scoring_alone(), pytest.raises(ScoringUnderWay), second.scoring_alone():
        pass
    with second.scoring_alone():
        pass


def test_tokens_stay_steady_while_any_gateway_needs_them(
    opened: Callable[[str], sa.Engine], tmp_path: Path
) -> None:
    first, second = (
        FileSecrets(tmp_path / home / "secrets", {}, shared=SharedLocks(opened(home)))
        for home in ("first", "second")
    )
    with first.steady_tokens(), second.steady_tokens():
        pass
    with first.steady_tokens(), pytest.raises(RotationRefused), second.changing_tokens():
        pass
    with first.changing_tokens(), pytest.raises(RotationUnderWay), second.steady_tokens():
        pass


def test_an_opt_out_on_one_gateway_is_obeyed_by_the_other_at_once(
    opened: Callable[[str], sa.Engine],
) -> None:
    first, second = SqliteOptOutList(opened("first")), SqliteOptOutList(opened("second"))
    for _ in range(20):
        assert second.opted_out_of([ANA, BO], at=NOON) == set()
        first.opt_out(ANA, at=NOON)
        assert second.opted_out_of([ANA, BO], at=NOON) == {ANA}
        first.erase([ANA])


def test_an_opt_out_is_never_taken_from_memory(
    opened: Callable[[str], sa.Engine], server: PostgresServer
) -> None:
    kept = SqliteOptOutList(opened("first"))
    assert kept.opted_out_of([ANA], at=NOON) == set()
    server.stop("fast")
    try:
        with pytest.raises(DatabaseAway):
            kept.opted_out_of([ANA], at=NOON)
        assert kept.opted_out_of([], at=NOON) == set()
    finally:
        server.start()
    assert soon(lambda: _answers(lambda: kept.opted_out_of([ANA], at=NOON)))


def test_keys_roles_and_rules_hold_as_last_read_while_the_database_is_away(
    opened: Callable[[str], sa.Engine], server: PostgresServer
) -> None:
    engine, clock = opened("first"), SetClock()
    keys, roles = SqliteApiKeyBook(engine), SqliteRoleBook(engine)
    control, others = SqliteScoringControl(engine, clock), SqliteScoringControl(engine, clock)
    key = ApiKey("k-1", "payroll", frozenset({Role.SERVICE}), "digest", NOON, "ana")
    keys.add(key)
    assert keys.find("k-1") == key
    assert roles.roles_of("ana", at=NOON) == set()
    everybody = control.scope()
    server.stop("fast")
    try:
        assert keys.find("k-1") == key
        keys.note_use("k-1", NOON.date())
        with pytest.raises(DatabaseAway):
            keys.find("k-2")
        assert roles.roles_of("ana", at=NOON) == set()
        with pytest.raises(DatabaseAway):
            roles.roles_of("bo", at=NOON)
        time.sleep(FRESH_S)
        assert control.scope() == everybody
        with pytest.raises(DatabaseAway):
            others.scope()
    finally:
        server.start()
    assert soon(lambda: _answers(others.scope))


def test_scoring_that_was_stopped_stays_stopped_while_the_database_is_away(
    opened: Callable[[str], sa.Engine], server: PostgresServer
) -> None:
    control = SqliteScoringControl(opened("first"), SetClock())
    stop = RuleChange(Rule.STOP, True, NOON, "ana", "A test of the switch.")
    assert SqliteScoringControl(opened("second"), SetClock()).change(stop, an_event(1))
    with pytest.raises(ScoringStopped):
        control.scope()
    server.stop("immediate")
    try:
        time.sleep(FRESH_S)
        with pytest.raises(ScoringStopped):
            control.scope()
    finally:
        server.start()


def test_journals_of_equal_names_all_join_the_one_chain(
    opened: Callable[[str], sa.Engine], tmp_path: Path
) -> None:
    line = None
    logs = []
    for home in ("first", "second"):
        log = SqliteAuditLog(opened(home), tmp_path / home / "audit")
        log.note([an_event(1)])
        (mine,) = (tmp_path / home / "audit").glob("*.jsonl")
        line = mine.read_bytes()
        logs.append(log)
    for home in ("first", "second"):
        (tmp_path / home / "audit" / "1-dead-00000001.jsonl").write_bytes(line)
    first, second = logs
    first.events()
    assert len(second.events()) == 4
    second.note([an_event(2)])
    first.events()
    assert len(second.events()) == 5
    for log in logs:
        assert log.check().problems == ()
        assert log.check().count == 5
        log.close()


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except DatabaseAway:
        return False
    return True
