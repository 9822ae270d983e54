from datetime import timedelta

import pytest

from stayline.domain.role_grants import granted, requested, revoked
from stayline.domain.roles import Role
from stayline.errors import UnknownRoleGrant
from stores import HOUR, NOON, Backend

REQUEST = requested(
    "r1", subject="u-1", role="hr_partner", reason="Partner of the sales teams.", by="ana", at=NOON
)
GRANT = granted(REQUEST, by="bo", at=NOON, days=30)


def test_a_request_permits_nothing_and_a_grant_holds_in_every_process(backend: Backend) -> None:
    elsewhere = backend.roles()
    assert backend.roles().put(REQUEST)
    assert elsewhere.roles_of("u-1", at=NOON) == set()
    assert backend.roles().put(GRANT, before=REQUEST)
    assert elsewhere.roles_of("u-1", at=NOON) == {Role.HR_PARTNER}
    assert elsewhere.find("r1") == GRANT
    assert elsewhere.grants() == [GRANT]


def test_a_grant_ends_by_itself_and_holds_for_this_very_subject_only(backend: Backend) -> None:
    roles = backend.roles()
    roles.put(REQUEST)
    roles.put(GRANT, before=REQUEST)
    end = NOON + timedelta(days=30)
    assert roles.roles_of("u-1", at=end - HOUR) == {Role.HR_PARTNER}
    assert roles.roles_of("u-1", at=end) == set()
    assert roles.roles_of("u-1", at=NOON - HOUR) == set()
    assert roles.roles_of("U-1", at=NOON) == roles.roles_of("u-1 ", at=NOON) == set()


def test_taking_a_grant_back_holds_at_once(backend: Backend) -> None:
    roles, elsewhere = backend.roles(), backend.roles()
    roles.put(REQUEST)
    roles.put(GRANT, before=REQUEST)
    assert roles.put(revoked(GRANT, by="bo", at=NOON + HOUR), before=GRANT)
    assert elsewhere.roles_of("u-1", at=NOON + HOUR) == set()


def test_of_two_who_decide_at_once_the_first_counts(backend: Backend) -> None:
    roles = backend.roles()
    roles.put(REQUEST)
    assert backend.roles().put(revoked(REQUEST, by="cy", at=NOON), before=REQUEST)
    assert not roles.put(GRANT, before=REQUEST)
    assert roles.roles_of("u-1", at=NOON) == set()


def test_what_was_never_asked_for_is_unknown(backend: Backend) -> None:
    with pytest.raises(UnknownRoleGrant):
        backend.roles().find("r2")


def test_requests_and_grants_of_all_come_oldest_first(backend: Backend) -> None:
    earlier = requested(
        "r9", subject="u-2", role="auditor", reason="Audits this year.", by="bo", at=NOON - HOUR
    )
    backend.roles().put(REQUEST)
    backend.roles().put(earlier)
    assert backend.roles().grants() == [earlier, REQUEST]
