import time

import pytest

from stayline.errors import SettingRefused, UnknownAccessKey
from stores import Backend


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
