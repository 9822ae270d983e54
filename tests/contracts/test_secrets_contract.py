import time

import polars as pl
import pytest

from stayline.domain.pseudonyms import key_fingerprint
from stayline.errors import (
    RotationRefused,
    RotationUnderWay,
    SettingRefused,
    StoreDamaged,
    UnknownAccessKey,
)
from stores import HOUR, NOON, Backend

NOBODY = pl.DataFrame(schema=["alias", "token", "fingerprint"])


def test_the_token_key_is_long_and_stays_the_same(backend: Backend) -> None:
    key = backend.secrets().token_key()
    assert len(key) >= 32
    assert backend.secrets().token_key() == key


def test_asking_for_a_token_key_makes_none(backend: Backend) -> None:
    assert not backend.secrets().has_token_key()
    assert not backend.secrets().has_token_key()
    backend.secrets().token_key()
    assert backend.secrets().has_token_key()


def test_a_new_home_has_no_access_key(backend: Backend) -> None:
    assert backend.secrets().access_keys() == {}


def test_a_made_access_key_is_there_with_its_secret_until_it_is_revoked(backend: Backend) -> None:
    made = backend.secrets().create_access_key(" payroll ")
    other = backend.secrets().create_access_key("portal")
    assert made.name == "payroll"
    assert len(made.secret) >= 40
    assert backend.secrets().access_keys() == {made.key_id: made, other.key_id: other}
    assert backend.secrets().revoke_access_key(made.key_id) == made
    assert backend.secrets().access_keys() == {other.key_id: other}


def test_what_made_or_revoked_a_key_sees_it_at_once(backend: Backend) -> None:
    secrets = backend.secrets()
    assert secrets.access_keys() == {}
    made = secrets.create_access_key("payroll")
    assert made.key_id in secrets.access_keys()
    secrets.revoke_access_key(made.key_id)
    assert secrets.access_keys() == {}


def test_a_key_revoked_elsewhere_is_gone_within_a_second_or_so(backend: Backend) -> None:
    here, elsewhere = backend.secrets(), backend.secrets()
    made = elsewhere.create_access_key("payroll")
    assert here.access_keys() == {made.key_id: made}
    elsewhere.revoke_access_key(made.key_id)
    time.sleep(1.1)
    assert here.access_keys() == {}


def test_an_unknown_access_key_cannot_be_revoked(backend: Backend) -> None:
    with pytest.raises(UnknownAccessKey, match="SLAK0"):
        backend.secrets().revoke_access_key("SLAK0")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101, "a\u202eb"])
def test_a_caller_needs_a_name_that_can_be_read(backend: Backend, name: str) -> None:
    with pytest.raises(SettingRefused):
        backend.secrets().create_access_key(name)


def test_the_text_of_a_key_never_shows_its_secret(backend: Backend) -> None:
    made = backend.secrets().create_access_key("payroll")
    assert made.secret not in repr(backend.secrets().access_keys()) + str(made)


def test_a_new_home_tells_alarms_to_nobody(backend: Backend) -> None:
    found = backend.secrets().alarm_channels()
    assert (found.urls, found.problems) == ({}, ())


def test_a_replaced_access_key_is_taken_until_its_end_and_names_its_successor(
    backend: Backend,
) -> None:
    made = backend.secrets().create_access_key("payroll")
    old, new = backend.secrets().rotate_access_key(made.key_id, at=NOON, overlap=HOUR)
    assert (old.key_id, old.secret, old.valid_until) == (made.key_id, made.secret, NOON + HOUR)
    assert (old.successor, new.name, new.valid_until) == (new.key_id, "payroll", None)
    assert backend.secrets().access_keys() == {old.key_id: old, new.key_id: new}
    with pytest.raises(SettingRefused, match="successor"):
        backend.secrets().rotate_access_key(made.key_id, at=NOON, overlap=HOUR)
    with pytest.raises(UnknownAccessKey):
        backend.secrets().rotate_access_key("SLAK0", at=NOON, overlap=HOUR)


def begun(backend: Backend) -> tuple[str, str]:
    """Return the fingerprints of the key that stands and of one to come."""
    old = key_fingerprint(backend.secrets().token_key())
    new = key_fingerprint(backend.secrets().next_token_key())
    backend.token_keys().begin(old, new, NOBODY, at=NOON)
    return old, new


def test_the_next_token_key_stays_the_same_until_a_rotation_has_begun(backend: Backend) -> None:
    first = backend.secrets().token_key()
    following = backend.secrets().next_token_key()
    assert following != first
    assert backend.secrets().next_token_key() == following
    begun(backend)
    assert backend.secrets().next_token_key() != following


def test_every_process_follows_a_switch_and_the_earlier_key_stays_at_hand(
    backend: Backend,
) -> None:
    running, first = backend.secrets(), backend.secrets().token_key()
    assert running.token_key() == first
    old, new = begun(backend)
    assert running.token_key() == first
    assert running.earlier_token_keys() == {}
    backend.token_keys().switch(at=NOON)
    assert key_fingerprint(running.token_key()) == new
    assert running.earlier_token_keys() == {old: first}
    assert running.kept_token_key(old) == first
    assert running.token_key_place(old) != running.token_key_place(new)
    assert running.kept_token_key("0" * 32) is running.token_key_place("0" * 32) is None


def test_a_removed_token_key_is_nowhere_any_more(backend: Backend) -> None:
    old, new = begun(backend)
    backend.token_keys().switch(at=NOON)
    secrets = backend.secrets()
    for _ in range(2):
        assert secrets.remove_token_key(old) is None
    for one in (secrets, backend.secrets()):
        assert one.kept_token_key(old) is None
        assert key_fingerprint(one.token_key()) == new
        assert one.has_token_key()
        with pytest.raises(StoreDamaged, match=old):
            one.earlier_token_keys()


def test_tokens_change_only_while_nobody_needs_them_steady(backend: Backend) -> None:
    here, elsewhere = backend.secrets(), backend.secrets()
    refused = pytest.raises(RotationRefused, match="Nothing was changed")
    with here.steady_tokens(), elsewhere.steady_tokens(), refused, here.changing_tokens():
        pytest.fail("two held the tokens steady")
    with here.changing_tokens():
        with pytest.raises(RotationRefused), elsewhere.changing_tokens():
            pytest.fail("somebody changed the tokens")
        with pytest.raises(RotationUnderWay, match="just now"), elsewhere.steady_tokens():
            pytest.fail("somebody changed the tokens")
    with elsewhere.changing_tokens():
        pass


def test_tokens_are_not_steady_while_a_rotation_is_unfinished(backend: Backend) -> None:
    begun(backend)
    for _ in range(2):
        with pytest.raises(RotationUnderWay, match="cut off"), backend.secrets().steady_tokens():
            pytest.fail("a rotation had begun")
    with backend.secrets().changing_tokens():
        pass


def test_other_secrets_are_listed_without_their_values(backend: Backend) -> None:
    assert backend.secrets().other_secrets() == []
    made = backend.secrets().create_access_key("payroll")
    (found,) = backend.secrets().other_secrets()
    assert (found.name, found.state) == ("access-keys", "current")
    assert made.secret not in repr(found)
    assert backend.secrets().secret("alarm_channels") is None
