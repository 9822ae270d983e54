"""What PostgreSQL promises to the adapters that the port suites do not ask of every backend."""

import secrets
import subprocess
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from postgres_server import PostgresServer, programs, running_postgres
from stayline.adapters.embedded import tables
from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.database import (
    damage,
    open_of_home,
    reading,
    rewrite,
    writing,
)
from stayline.adapters.embedded.database_kind import kind_of
from stayline.adapters.embedded.database_versions import VERSIONS
from stayline.adapters.embedded.deployments import SqliteDeployments
from stayline.adapters.embedded.directory import SqliteDirectory
from stayline.adapters.embedded.import_ledger import SqliteImportLedger
from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
from stayline.adapters.embedded.postgres_database import postgres_engine
from stayline.adapters.embedded.quick_access import quick_row, quick_rows, quick_write
from stayline.adapters.embedded.token_aliases import TokenAliases
from stayline.domain.deployment import Phase
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import DatabaseAway, SettingRefused, StaylineError, StoreUnavailable
from stayline.settings import Settings, load_settings
from stayline.web.worker import worker_program
from store_processes import an_event, append_to_shared_chain, exit_codes, opt_out_in_new_database
from stores import ANA, BO, NOON, SetClock
from waiting import soon

MIGRATIONS = Path(tables.__file__).parent / "migrations"
PASSWORD = "opensesame"  # noqa: S105  (of a role that is not there)
CHANGED = sorted(name for name, versions in VERSIONS.items() if len(versions) > 1)
"""The databases that have had more than one version."""


@contextmanager
def opened(url: str, name: str = "state") -> Iterator[sa.Engine]:
    engine = open_of_home(Path(), name, url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def state(database_url: str) -> Iterator[sa.Engine]:
    with opened(database_url) as engine:
        yield engine


@pytest.fixture
def empty_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a database that has nothing in it."""
    name = f"empty_{secrets.token_hex(8)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgres.url_of(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def of_version(url: str, revision: str, name: str = "state") -> Iterator[sa.Connection]:
    """Make a schema as an older Stayline would have."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / name))
    config.set_main_option("path_separator", "os")
    engine = postgres_engine(url, name)
    with writing(engine) as connection:
        kind_of(engine).prepare(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection
    engine.dispose()


def schema_of(url: str, name: str) -> list[str]:
    """Return what would make a schema anew, line by line in no order."""
    programs_at, address = programs(), url.replace("+psycopg", "")
    assert programs_at is not None
    asked = [programs_at / "pg_dump", "--schema-only", f"--schema={name}", address]
    dumped = subprocess.run(asked, capture_output=True, text=True, check=True)
    return sorted(line for line in dumped.stdout.splitlines() if not line.startswith("\\"))


@pytest.mark.parametrize("name", CHANGED)
def test_the_migrations_from_the_first_version_make_what_a_new_schema_has(
    empty_url: str, database_url: str, name: str
) -> None:
    with of_version(empty_url, f"{name}_0001", name):
        pass
    with opened(empty_url, name):
        pass
    migrated = schema_of(empty_url, name)
    assert len(migrated) > 20
    assert migrated == schema_of(database_url, name)


def test_what_an_older_stayline_kept_is_there_after_the_migrations(empty_url: str) -> None:
    with of_version(empty_url, "state_0001") as connection:
        connection.exec_driver_sql("INSERT INTO imports VALUES ('f', 's', 5, 7, 9, 3, 1)")
        connection.exec_driver_sql("INSERT INTO opt_outs VALUES (?, 7, NULL)", (ANA,))
        for version in (1, 2):
            connection.exec_driver_sql(
                "INSERT INTO model_packages (version, digest, status, trained_by, trained_at, "
                "metrics, is_stand_in) VALUES (?, 'd', 'Approved', 'ana', 5, '{}', false)",
                (version,),
            )
            connection.exec_driver_sql(
                "INSERT INTO deployments VALUES (?, ?, 'bo', 7)", (version,) * 2
            )
    with opened(empty_url) as engine:
        (record,) = SqliteImportLedger(engine).records()
        assert (record.rows, record.rejected) == (3, 1)
        assert SqliteOptOutList(engine).opted_out(at=NOON) == {ANA}
        before = SqliteDeployments(engine, SetClock()).rollouts()
        assert [one.phase for one in before] == [Phase.COMPLETED] * 2
        SqliteDeployments(engine, SetClock()).note(replace(before[1], rollout_id="later"))
        assert len(SqliteDeployments(engine, SetClock()).rollouts()) == 3


def test_processes_that_open_a_new_database_at_once_all_succeed(empty_url: str) -> None:
    assert exit_codes(3, opt_out_in_new_database, empty_url) == [0] * 3
    with opened(empty_url) as engine:
        assert len(SqliteOptOutList(engine).opted_out(at=NOON)) == 3


def test_a_database_of_a_newer_stayline_is_left_alone(state: sa.Engine, database_url: str) -> None:
    with writing(state) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'state_9999'")
    with pytest.raises(StoreUnavailable, match="state_9999"):
        open_of_home(Path(), "state", database_url)


def test_processes_that_append_to_the_audit_log_at_once_make_one_chain(
    tmp_path: Path, state: sa.Engine, database_url: str
) -> None:
    assert exit_codes(2, append_to_shared_chain, tmp_path, database_url) == [0] * 2
    log = SqliteAuditLog(state, tmp_path / "audit")
    assert log.check().problems == ()
    assert len(log.events()) == 100
    log.close()


def test_a_read_sees_one_state_whatever_is_written_meanwhile(state: sa.Engine) -> None:
    kept = SqliteOptOutList(state)
    count = sa.select(sa.func.count()).select_from(tables.opt_outs)
    with reading(state) as connection:
        assert connection.scalar(count) == 0
        kept.opt_out(ANA, at=NOON)
        assert connection.scalar(count) == 0
    assert kept.opted_out(at=NOON) == {ANA}


def test_a_write_that_must_not_wait_gives_up_while_another_is_under_way(state: sa.Engine) -> None:
    statement = "INSERT INTO token_keys (fingerprint) VALUES (?)"
    with writing(state):
        assert quick_write(state, statement, [("one",)], patience_ms=5) is False
    assert quick_write(state, statement, [("one",), ("two",)], patience_ms=5) is True
    found = quick_rows(state, "SELECT fingerprint FROM token_keys WHERE fingerprint IN ", ["two"])
    assert found == [("two",)]


def opt_out_then_fail(connection: sa.Connection) -> None:
    connection.execute(sa.insert(tables.opt_outs).values(token=ANA, since=NOON))
    raise KeyError


def test_a_failure_inside_a_write_undoes_it(state: sa.Engine) -> None:
    with pytest.raises(KeyError), writing(state) as connection:
        opt_out_then_fail(connection)
    assert SqliteOptOutList(state).intervals(ANA) == []


def test_erased_rows_that_an_older_read_may_still_see_are_said_to_be_left(state: sa.Engine) -> None:
    kind, kept = kind_of(state), SqliteOptOutList(state)
    kept.opt_out(ANA, at=NOON)
    with reading(state) as connection:
        connection.execute(sa.select(tables.opt_outs)).all()
        kept.erase([ANA])
        assert kind.scrub(state, [tables.opt_outs], patience_s=0.1) is False
        assert kind.scrub(state, [tables.scores], patience_s=0.1) is False
    rewrite(state)
    assert kind.scrub(state, [tables.opt_outs], patience_s=0.1) is True


def test_the_server_s_own_statistics_keep_no_name_of_an_erased_person(
    postgres: PostgresServer, database_url: str, tmp_path: Path
) -> None:
    database = database_url.rpartition("/")[2]
    with opened(database_url, "directory") as people, opened(database_url) as state:
        directory = SqliteDirectory(people, TokenAliases(state))
        ids = [f"{number:032x}" for number in range(20)]
        directory.put(
            pl.DataFrame(
                {
                    "token": ids,
                    "event_time": [NOON] * 20,
                    "hr_id": [f"hr-{one}" for one in ids],
                    "display_name": [f"Name of {one}" for one in ids],
                    "manager": [BO] * 20,
                }
            )
        )
        postgres.execute("ANALYZE", database)
        for one in ids[:3]:
            assert f"Name of {one}".encode() in postgres.files_of(database)
            directory.erase(EmployeeToken(one))
        left = postgres.files_of(database)
    assert [one for one in ids if f"Name of {one}".encode() in left] == ids[3:]
    assert ids[0].encode() not in left


def test_a_table_that_is_gone_is_damage(state: sa.Engine) -> None:
    assert damage(state) == []
    with writing(state) as connection:
        connection.exec_driver_sql("DROP TABLE decisions")
    assert damage(state) == ['state.decisions: relation "state.decisions" does not exist']


@pytest.mark.parametrize("text", ["a\0b", "\U000f0000", "\U000f00000\0\U000f00001", "Zoë"])
def test_every_text_comes_back_equal(state: sa.Engine, text: str) -> None:
    assert quick_row(state, "SELECT CAST(? AS text)", (text,)) == (text,)
    with reading(state) as connection:
        assert connection.scalar(sa.select(sa.literal(text))) == text


def test_a_server_that_was_stopped_is_told_of_and_used_again_once_it_is_back() -> None:
    if programs() is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    statement = "SELECT count(*) FROM opt_outs"
    with running_postgres(fsync="off") as server, opened(server.url) as engine:
        kept = SqliteOptOutList(engine)
        kept.opt_out(ANA, at=NOON)
        assert quick_row(engine, statement) == (1,)
        server.stop()
        for ask in (lambda: kept.intervals(ANA), lambda: quick_row(engine, statement)):
            with pytest.raises(DatabaseAway, match="cannot be reached"):
                ask()
        assert kind_of(engine).problem(engine) is not None
        server.start()
        assert soon(lambda: answers(engine))
        assert quick_row(engine, statement) == (1,)
        server.stop("immediate")
        server.start()
        assert quick_row(engine, statement) == (1,)
        kept.opt_out(BO, at=NOON)
        assert kept.opted_out(at=NOON) == {ANA, BO}
        assert kind_of(engine).problem(engine) is None


def test_the_server_takes_a_machine_that_is_gone_for_gone_within_half_a_minute(
    state: sa.Engine,
) -> None:
    idle, interval, count, unheard = (
        int(quick_row(state, "SELECT setting FROM pg_settings WHERE name = ?", (f"tcp_{name}",))[0])
        for name in ("keepalives_idle", "keepalives_interval", "keepalives_count", "user_timeout")
    )
    assert 0 < idle + interval * count <= 30
    assert 0 < unheard <= 30_000


def answers(engine: sa.Engine) -> bool:
    try:
        return bool(quick_row(engine, "SELECT true")[0])
    except DatabaseAway:
        return False


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://ana:{PASSWORD}@127.0.0.1:1/stayline",
        f"postgresql://ana:{PASSWORD}@/stayline?host=/nowhere",
        f"postgresql://127.0.0.1:1/stayline?user=ana&password={PASSWORD}",
        f"postgresql://ana:{PASSWORD}@127.0.0.1:1/stayline?sslmode=odd",
        f"postgresql://ana:{PASSWORD}@127.0.0.1:port/stayline",
        f"postgresql://ana:{PASSWORD}@127.0.0.1:1",
        f"postgresql+asyncpg://ana:{PASSWORD}@127.0.0.1:1/stayline",
        f"mysql://ana:{PASSWORD}@127.0.0.1:1/stayline",
    ],
)
def test_the_password_is_in_no_error(url: str) -> None:
    with pytest.raises(StaylineError) as caught:
        open_of_home(Path(), "state", url)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_a_database_that_is_not_there_is_unavailable_and_its_password_not_told(
    postgres: PostgresServer,
) -> None:
    url = postgres.url_of("nowhere").replace("stayline@", f"stayline:{PASSWORD}@")
    with pytest.raises(StoreUnavailable, match='"nowhere" does not exist') as caught:
        open_of_home(Path(), "state", url)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_an_error_tells_no_value_of_a_row(state: sa.Engine) -> None:
    row = {"token": "somebody", "since": NOON}
    with pytest.raises(StaylineError) as caught, writing(state) as connection:
        connection.execute(sa.insert(tables.opt_outs), [row, row])
    assert "somebody" not in str(caught.value)


@pytest.mark.parametrize(
    "url", [f"mysql://ana:{PASSWORD}@db/stayline", f"ana:{PASSWORD}@db", f"sqlite:///{PASSWORD}"]
)
def test_a_setting_that_is_no_address_of_postgresql_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(SettingRefused, match="postgresql") as caught:
        load_settings({"STAYLINE_DATABASE_URL": url})
    assert PASSWORD not in str(caught.value)


def test_keys_in_the_address_of_the_object_storage_are_refused_without_telling_them() -> None:
    with pytest.raises(SettingRefused, match="storage_url") as caught:
        load_settings({"STAYLINE_STORAGE_URL": f"s3://ana:{PASSWORD}@people/group"})
    assert PASSWORD not in str(caught.value)


def test_a_misspelt_setting_is_refused_without_telling_its_address(tmp_path: Path) -> None:
    told = f'databse_url = "postgresql://ana:{PASSWORD}@db/stayline"\n'
    (tmp_path / "stayline.toml").write_text(told)
    with pytest.raises(SettingRefused, match="databse_url") as caught:
        load_settings({}, home=tmp_path)
    assert PASSWORD not in str(caught.value)


def test_no_list_of_processes_shows_the_password(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=f"postgresql://ana:{PASSWORD}@db/stayline")
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in " ".join(worker_program(settings))


def test_an_event_of_any_words_joins_the_chain(tmp_path: Path, state: sa.Engine) -> None:
    log = SqliteAuditLog(state, tmp_path / "audit")
    log.append(replace(an_event(1), subject="a\0b"))
    assert (log.check().problems, log.events()[0].subject) == ((), "a\0b")
    log.close()
