import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from stayline.adapters.embedded import alarm_tables, job_tables, oversight_tables, tables
from stayline.adapters.embedded.database import (
    HEADS,
    open_database,
    reading,
    writing,
)
from stayline.adapters.embedded.decision_book import SqliteDecisionBook
from stayline.adapters.embedded.deployments import SqliteDeployments
from stayline.adapters.embedded.import_ledger import SqliteImportLedger
from stayline.adapters.embedded.newest_tables import MODULES
from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
from stayline.domain.deployment import Phase
from stayline.domain.opt_out import Channel, OptOutKind
from stayline.errors import StoreDamaged, StoreUnavailable
from store_processes import exit_codes, open_and_opt_out
from stores import ANA, BO, NOON, SetClock

assert oversight_tables.scoring_rules.metadata is tables.STATE
assert job_tables.job_runs.metadata is tables.STATE  # else its table would not be compared
MIGRATIONS = Path(tables.__file__).parent / "migrations"
METADATA = {
    "state": alarm_tables.STATE,
    "directory": tables.DIRECTORY,
    "protected": tables.PROTECTED,
    "online": tables.ONLINE,
}


@contextmanager
def opened(path: Path, name: str = "state") -> Iterator[sa.Engine]:
    engine = open_database(path, name)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def of_version(path: Path, revision: str, name: str = "state") -> Iterator[sa.Connection]:
    """Make a database as an older Stayline did."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / name))
    config.set_main_option("path_separator", "os")
    old = sa.create_engine(f"sqlite:///{path}")
    with old.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection
    old.dispose()


def contents(path: Path) -> set[str]:
    """Return what would make a database anew, without what white space and quotes tell apart."""
    with closing(sqlite3.connect(path)) as raw:
        return {re.sub(r'[\s"]+', "", line) for line in raw.iterdump()}


@pytest.mark.parametrize("name", sorted(HEADS))
def test_the_known_head_is_the_newest_migration(name: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / name))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEADS[name]


@pytest.mark.parametrize("name", sorted(HEADS))
def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path, name: str) -> None:
    with of_version(tmp_path / "x.db", "head", name) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA[name]) == []


@pytest.mark.parametrize("name", sorted(HEADS))
def test_a_new_database_holds_what_all_migrations_one_after_the_other_make(
    tmp_path: Path, name: str
) -> None:
    with of_version(tmp_path / "migrated.db", "head", name), opened(tmp_path / "new.db", name):
        pass
    migrated = contents(tmp_path / "migrated.db")
    assert len(migrated) > 4
    assert contents(tmp_path / "new.db") == migrated


def test_no_module_with_tables_is_forgotten_where_a_database_is_made() -> None:
    there = {path.stem for path in MIGRATIONS.parent.glob("*tables.py")} - {"newest_tables"}
    assert {module.__name__.rpartition(".")[2] for module in MODULES} == there


@pytest.mark.parametrize("revision", ["state_0001", "state_0012"])
def test_a_database_of_any_older_stayline_becomes_the_newest(tmp_path: Path, revision: str) -> None:
    with of_version(tmp_path / "old.db", revision):
        pass
    with opened(tmp_path / "old.db"), opened(tmp_path / "new.db"):
        pass
    assert contents(tmp_path / "old.db") == contents(tmp_path / "new.db")


def test_imports_of_an_older_stayline_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with of_version(path, "state_0001") as connection:
        connection.exec_driver_sql("INSERT INTO imports VALUES ('f', 's', 5, 7, 9, 3, 1)")

    with opened(path) as engine:
        (record,) = SqliteImportLedger(engine).records()
        assert SqliteImportLedger(engine).find("f", "s", record.event_time) == record
    assert (record.rows, record.rejected, record.key_fingerprint) == (3, 1, None)
    assert record.completed_at is not None


def test_deployments_of_an_older_stayline_are_completed_rollouts(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with of_version(path, "state_0004") as connection:
        for version in (1, 2):
            package = (version, f"d{version}", "Approved", "ana", 5, "{}", 0)
            connection.exec_driver_sql(
                "INSERT INTO model_packages (version, digest, status, trained_by, trained_at, "
                "metrics, is_stand_in) VALUES (?, ?, ?, ?, ?, ?, ?)",
                package,
            )
            connection.exec_driver_sql(
                "INSERT INTO deployments VALUES (?, ?, 'bo', 7)", (version, version)
            )

    with opened(path) as engine:
        first, second = SqliteDeployments(engine, SetClock()).rollouts()
    assert (first.version, first.from_version, first.digest) == (1, None, "d1")
    assert (second.version, second.from_version, second.started_by) == (2, 1, "bo")
    assert first.phase is second.phase is Phase.COMPLETED


def test_a_database_at_head_opens_without_loading_alembic(tmp_path: Path) -> None:
    with opened(tmp_path / "state.db"):
        pass
    code = (
        "import sys; from pathlib import Path;"
        "from stayline.adapters.embedded.database import open_database;"
        f"open_database(Path({str(tmp_path / 'state.db')!r}), 'state').dispose();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with opened(tmp_path / "home" / "state.db") as engine:
        SqliteOptOutList(engine).opt_out(ANA, at=NOON)
        files = list((tmp_path / "home").iterdir())
        assert {"state.db", "state.db-wal"} <= {file.name for file in files}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_processes_that_open_a_new_home_at_once_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    assert exit_codes(3, open_and_opt_out, path) == [0] * 3
    with opened(path) as engine:
        assert len(SqliteOptOutList(engine).opted_out(at=NOON)) == 3


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"this is no database at all " * 500)
    with pytest.raises(StoreDamaged, match=r"state\.db is damaged"):
        open_database(tmp_path / "state.db", "state")


def test_a_truncated_database_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with opened(path):
        pass
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(StoreDamaged, match="malformed"):
        read_everything(path)


def test_a_missing_table_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with opened(path) as engine:
        with sqlite3.connect(path) as raw:
            raw.execute("DROP TABLE decisions")
        raw.close()
        with pytest.raises(StoreDamaged, match="no such table"):
            SqliteDecisionBook(engine).decisions(ANA)


def test_a_database_of_a_newer_stayline_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with opened(path):
        pass
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = 'state_9999'")
    raw.close()
    with pytest.raises(StoreUnavailable, match="state_9999"):
        open_database(path, "state")


def test_a_home_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        open_database(tmp_path / "file" / "state.db", "state")


def test_a_full_disk_is_unavailable_and_nothing_is_half_written(tmp_path: Path) -> None:
    with opened(tmp_path / "state.db") as engine:
        kept = SqliteOptOutList(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        big = sa.insert(tables.opt_outs)
        rows = [{"token": f"{n:032x}", "since": NOON} for n in range(5000)]
        with pytest.raises(StoreUnavailable, match="full"), writing(engine) as connection:
            connection.execute(big, rows)
        assert kept.opted_out(at=NOON) == set()


def test_a_lock_that_never_ends_is_unavailable(tmp_path: Path) -> None:
    with opened(tmp_path / "state.db") as engine:
        blocker = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with reading(engine) as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        with pytest.raises(StoreUnavailable, match="locked"):
            SqliteOptOutList(engine).opt_out(ANA, at=NOON)
        blocker.close()


def test_a_failure_inside_a_write_undoes_it(tmp_path: Path) -> None:
    with opened(tmp_path / "state.db") as engine:
        with pytest.raises(KeyError), writing(engine) as connection:
            opt_out_then_fail(connection)
        assert SqliteOptOutList(engine).intervals(ANA) == []


def read_everything(path: Path) -> None:
    with opened(path) as engine, reading(engine) as connection:
        for table in tables.STATE.sorted_tables:
            connection.execute(sa.select(table)).all()


def opt_out_then_fail(connection: sa.Connection) -> None:
    connection.execute(sa.insert(tables.opt_outs).values(token=ANA, since=NOON))
    raise KeyError


def test_opening_a_database_again_keeps_the_locks_of_those_who_have_it_open(tmp_path):
    path = tmp_path / "state.db"
    engine = open_database(path, "state")
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master").fetchall()
        open_database(path, "state")
        taking_it_over = (
            "import sqlite3, sys; "
            "c = sqlite3.connect(sys.argv[1], timeout=0); "
            "print(c.execute('PRAGMA journal_mode=DELETE').fetchone()[0])"
        )
        other = subprocess.run(
            [sys.executable, "-c", taking_it_over, path],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "database is locked" in other.stderr


def test_opt_outs_from_before_objections_were_kept_apart_stay_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with of_version(path, "state_0014"):
        pass
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO opt_outs VALUES (?, 7, NULL), (?, 1, 5)", (ANA, BO))
    raw.close()
    with opened(path) as engine:
        kept = SqliteOptOutList(engine)
        assert kept.opted_out(at=NOON) == {ANA}
        (out,) = kept.intervals(BO)
        assert (out.kind, out.channel, out.reason, out.recorded_at) == (
            OptOutKind.OPT_OUT, Channel.API, "", None,
        )  # fmt: skip
