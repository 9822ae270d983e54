import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.token_keys import TokenKey, is_unfinished
from stayline.ports.token_key_book import KeyTraces
from stores import ANA, BO, HOUR, NOON, Backend

FIRST, SECOND, THIRD = "1" * 32, "2" * 32, "3" * 32
ANA_2, ANA_3 = "a2" * 16, "a3" * 16
BO_2, BO_3 = "b2" * 16, "b3" * 16


def aliases(fingerprint: str, *pairs: tuple[str, str]) -> pl.DataFrame:
    rows = [(alias, token, fingerprint) for alias, token in pairs]
    return pl.DataFrame(rows, ["alias", "token", "fingerprint"], orient="row")


def rotated(backend: Backend) -> None:
    """Change from the first key to the second."""
    book = backend.token_keys()
    book.begin(FIRST, SECOND, aliases(FIRST, (ANA, ANA_2), (BO, BO_2)), at=NOON)
    book.switch(at=NOON + HOUR)
    book.settle(at=None)
    book.settle(at=NOON + 2 * HOUR)


def test_without_a_rotation_there_is_no_key_in_the_book(backend: Backend) -> None:
    assert backend.token_keys().current() is None
    assert list(backend.token_keys().history()) == []


def test_a_key_to_come_is_noted_and_the_old_one_stands(backend: Backend) -> None:
    for _ in range(2):
        backend.token_keys().begin(FIRST, SECOND, aliases(FIRST, (ANA, ANA_2)), at=NOON)
    old, new = backend.token_keys().history()
    assert old == TokenKey(FIRST, None, current_since=NOON)
    assert new == TokenKey(SECOND, NOON)
    assert backend.token_keys().current() == FIRST
    assert is_unfinished([old, new])
    assert backend.directory().known_as(ANA) == (ANA_2, ANA)


def test_a_switch_makes_the_new_key_stand_and_settling_ends_it(backend: Backend) -> None:
    book = backend.token_keys()
    book.begin(FIRST, SECOND, aliases(FIRST, (ANA, ANA_2)), at=NOON)
    book.switch(at=NOON + HOUR)
    assert backend.token_keys().current() == SECOND
    book.settle(at=None)
    assert is_unfinished(backend.token_keys().history())
    book.settle(at=NOON + 2 * HOUR)
    old, new = backend.token_keys().history()
    assert (old.replaced_at, old.settled_at) == (NOON + HOUR, NOON + 2 * HOUR)
    assert (new.current_since, new.is_current) == (NOON + HOUR, True)
    assert not is_unfinished([old, new])


def test_over_two_rotations_every_token_leads_to_the_one_that_stands(backend: Backend) -> None:
    rotated(backend)
    book = backend.token_keys()
    book.begin(SECOND, THIRD, aliases(SECOND, (ANA_2, ANA_3), (BO_2, BO_3)), at=NOON + 3 * HOUR)
    book.switch(at=NOON + 4 * HOUR)
    book.settle(at=NOON + 4 * HOUR)
    assert [key.fingerprint for key in book.history()] == [FIRST, SECOND, THIRD]
    for one in (ANA, ANA_2, ANA_3):
        assert backend.directory().known_as(one)[0] == ANA_3
        assert set(backend.directory().known_as(one)) == {ANA, ANA_2, ANA_3}


def test_what_is_left_of_a_key_is_counted_and_retiring_forgets_it(backend: Backend) -> None:
    viewed = AuditEventKind.EMPLOYEE_VIEWED
    for subject in (ANA, ANA, BO_2, "none"):
        backend.audit().append(AuditEvent(viewed, "ana", subject, NOON, {}))
    rotated(backend)
    assert backend.token_keys().traces(FIRST) == KeyTraces(2, 2, 0)
    backend.token_keys().retire(FIRST)
    backend.token_keys().retire(FIRST)
    assert [key.fingerprint for key in backend.token_keys().history()] == [SECOND]
    assert backend.token_keys().current() == SECOND
    assert backend.directory().known_as(ANA) == (ANA,)
    assert backend.directory().known_as(ANA_2) == (ANA_2,)
    assert backend.token_keys().traces(FIRST) == KeyTraces(0, 0, 0)
