import pytest

from command_runs import here
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.settings import Settings


@pytest.fixture
def home(tmp_path):
    build(Settings(home=tmp_path))
    return tmp_path


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(home):
    made = here("access-keys", "create", "--name", "payroll", "--home", home, "--json").json
    listed = here("access-keys", "list", "--home", home)
    assert (made["name"], made["key_id"] in listed.out) == ("payroll", True)
    assert made["secret"] not in listed.out
    as_json = here("access-keys", "list", "--home", home, "--json").json
    assert as_json == {"access_keys": [{"key_id": made["key_id"], "name": "payroll"}]}
    assert "payroll" in here("access-keys", "revoke", made["key_id"], "--home", home).out
    assert "no access key" in here("access-keys", "list", "--home", home).out


def test_a_key_is_told_in_the_variables_that_aws_clients_read(home):
    told = here("access-keys", "create", "--name", "payroll", "--home", home).out
    (key,) = build(Settings(home=home)).secrets.access_keys().values()
    assert f"AWS_ACCESS_KEY_ID={key.key_id}\nAWS_SECRET_ACCESS_KEY={key.secret}\n" in told


def test_making_and_revoking_stand_in_the_audit_log_without_the_secret(home):
    made = here(
        "access-keys", "create", "--name", "a", "--by", "ana", "--home", home, "--json"
    ).json
    here("access-keys", "revoke", made["key_id"], "--by", "bo", "--home", home)
    events = build(Settings(home=home)).audit.events()
    assert [(event.kind, event.actor, event.subject) for event in events] == [
        (AuditEventKind.ACCESS_KEY_CREATED, "ana", made["key_id"]),
        (AuditEventKind.ACCESS_KEY_REVOKED, "bo", made["key_id"]),
    ]
    assert made["secret"] not in str(events)


def test_a_rotated_key_has_a_successor_of_its_name_and_both_are_listed(home):
    made = here("access-keys", "create", "--name", "payroll", "--home", home, "--json").json
    words = ("access-keys", "rotate", made["key_id"], "--overlap", "7d", "--home", home)
    rotated = here(*words, "--json").json
    assert (rotated["name"], rotated["key_id"] != made["key_id"]) == ("payroll", True)
    old, new = here("access-keys", "list", "--home", home, "--json").json["access_keys"]
    assert new == {"key_id": rotated["key_id"], "name": "payroll"}
    assert (old["key_id"], old["successor"]) == (made["key_id"], rotated["key_id"])
    assert old == rotated["replaced"]
    listed = here("access-keys", "list", "--home", home).out
    assert made["key_id"] in listed
    assert rotated["secret"] not in listed
    (event,) = build(Settings(home=home)).audit.events(limit=1)
    assert (event.kind, event.subject) == (AuditEventKind.SECRET_ROTATED, made["key_id"])
    assert event.details["successor"] == rotated["key_id"]
    again = here(*words)
    assert (again.code, rotated["key_id"] in again.err) == (1, True)


@pytest.mark.parametrize("overlap", ["7", "-1d", "91d", "soon"])
def test_an_overlap_that_is_none_changes_nothing(home, overlap):
    made = here("access-keys", "create", "--name", "payroll", "--home", home, "--json").json
    refused = here("access-keys", "rotate", made["key_id"], f"--overlap={overlap}", "--home", home)
    assert (refused.code, "overlap" in refused.err) == (1, True)
    assert len(here("access-keys", "list", "--home", home, "--json").json["access_keys"]) == 1


def test_an_unknown_key_is_an_error_in_words(home):
    refused = here("access-keys", "revoke", "SLAK0", "--home", home)
    assert refused.code == 1
    assert "stayline access-keys list" in refused.err
