import sqlite3

import pytest

from deployed_home import deploy_again
from model_versions import archive_path
from stayline.bootstrap import Ports, build
from stayline.ports.import_ledger import ImportRecord
from stayline.settings import Settings
from stayline.usecases.check_home import Check, check_home
from stores import NOON


def check(ports: Ports) -> dict[str, Check]:
    found = check_home(
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        registry=ports.registry,
        runner=ports.runner,
        endpoint=ports.endpoint,
        capture=ports.capture,
        audit=ports.audit,
        secrets=ports.secrets,
    )
    return {one.name: one for one in found}


def damaged(checks: dict[str, Check]) -> set[str]:
    return {name for name, found in checks.items() if not found.is_whole}


def execute(path, *statements):
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def spoil(path):
    """Overwrite half of a database, but not what it takes to open it."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + b"\xa5" * half)


def test_a_new_and_a_deployed_home_are_whole(ports, tmp_path):
    assert damaged(check(build(Settings(home=tmp_path / "new")))) == set()
    checks = check(ports)
    assert damaged(checks) == set()
    assert checks["model registry"].notes == ("version 1 is deployed",)


def test_an_altered_archive_is_damage_of_the_registry_and_of_what_serves(ports, home):
    archive_path(home, ports.registry.deployed()).write_bytes(b"torn")
    checks = check(ports)
    assert damaged(checks) == {"model registry", "endpoint"}
    assert "version 1" in checks["model registry"].problems[0]


def test_an_audit_event_that_was_changed_is_damage_of_the_audit_log_alone(ports, home):
    deploy_again(ports)
    execute(home / "state.db", "UPDATE audit_events SET actor = 'zoe' WHERE position = 2")
    checks = check(ports)
    assert damaged(checks) == {"audit log"}
    assert "2" in checks["audit log"].problems[0]


def test_an_audit_event_that_was_removed_is_damage(ports, home):
    execute(home / "state.db", "DELETE FROM audit_events WHERE position = 1")
    assert damaged(check(ports)) == {"audit log"}


@pytest.mark.parametrize(
    ("file", "store"),
    [
        ("online.db", "feature store"),
        ("protected.db", "protected attributes"),
        ("directory.db", "directory"),
    ],
)
def test_a_spoilt_database_is_named_and_the_other_stores_are_still_checked(home, file, store):
    spoil(home / file)
    checks = check(build(Settings(home=home)))
    assert damaged(checks) == {store}
    assert file in checks[store].problems[0]


def test_a_lost_file_of_the_feature_store_is_damage_of_the_feature_store(ports, home):
    next((home / "offline").rglob("*.parquet")).unlink()
    assert "feature store" in damaged(check(ports))


def test_a_lost_token_key_is_damage_and_none_is_made_in_its_place(ports, home):
    (home / "secrets" / "token-key").unlink()
    checks = check(ports)
    assert damaged(checks) == {"token key"}
    assert "missing" in checks["token key"].problems[0]
    assert not ports.secrets.has_token_key()


def test_another_token_key_than_that_of_the_imports_is_damage(ports, home):
    (home / "secrets" / "token-key").write_text("ab" * 32)
    checks = check(ports)
    assert damaged(checks) == {"token key"}
    assert "not the one" in checks["token key"].problems[0]


def test_what_a_crashed_execution_left_is_a_note_and_no_damage(ports, home):
    left = home / "pipeline/work/2026-03-01-001/evaluate/opt/ml/processing/input/protected"
    left.mkdir(parents=True)
    checks = check(ports)
    assert damaged(checks) == set()
    assert "any training, scoring or serving run removes them" in checks["pipeline"].notes[0]


def test_an_import_cut_short_is_a_note_and_no_damage(ports):
    ports.imports.start(ImportRecord("f" * 64, "5" * 64, NOON, NOON))  # as before fingerprints
    checks = check(ports)
    assert damaged(checks) == set()
    assert "run the same `stayline import` again" in checks["imports"].notes[0]
