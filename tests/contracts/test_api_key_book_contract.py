from datetime import timedelta

import pytest

from stayline.domain.api_keys import ApiKey, key_digest
from stayline.domain.roles import Role
from stayline.errors import UnknownApiKey
from stores import HOUR, NOON, Backend, EmbeddedBackend

TEXT = "slk_0123456789abcdef_" + "x" * 43
KEY = ApiKey(
    "slk_0123456789abcdef",
    "payroll",
    frozenset({Role.SERVICE, Role.ANALYST}),
    key_digest(TEXT),
    NOON,
    "ana",
)


def test_a_key_is_found_as_it_was_made_in_every_process(backend: Backend) -> None:
    backend.api_keys().add(KEY)
    assert backend.api_keys().find(KEY.key_id) == KEY
    assert backend.api_keys().keys() == [KEY]
    assert backend.api_keys().find("slk_ffffffffffffffff") is None


def test_an_end_holds_at_once_and_is_never_put_off(backend: Backend) -> None:
    backend.api_keys().add(KEY)
    other = backend.api_keys()
    assert other.find(KEY.key_id).holds_at(NOON + HOUR)
    ended = backend.api_keys().end(KEY.key_id, at=NOON + HOUR)
    assert ended.valid_until == NOON + HOUR
    assert not other.find(KEY.key_id).holds_at(NOON + HOUR)
    assert backend.api_keys().end(KEY.key_id, at=NOON + 2 * HOUR).valid_until == NOON + HOUR
    assert backend.api_keys().end(KEY.key_id, at=NOON).valid_until == NOON


def test_a_key_that_is_not_there_cannot_end(backend: Backend) -> None:
    with pytest.raises(UnknownApiKey):
        backend.api_keys().end("slk_ffffffffffffffff", at=NOON)


def test_the_last_day_of_use_is_noted(backend: Backend) -> None:
    backend.api_keys().add(KEY)
    for days in (0, 1):
        day = (NOON + timedelta(days=days)).date()
        backend.api_keys().note_use(KEY.key_id, day)
        assert backend.api_keys().find(KEY.key_id).last_used_on == day
    assert backend.api_keys().keys()[0].last_used_on == day


def test_no_file_holds_the_key_itself(tmp_path) -> None:
    backend = EmbeddedBackend(tmp_path)
    backend.api_keys().add(KEY)
    backend.close()
    secret = TEXT.removeprefix(f"{KEY.key_id}_").encode()
    assert all(secret not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
