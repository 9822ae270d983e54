"""Who may grant what to whom."""

from datetime import timedelta

import pytest

from stayline.domain.role_grants import LONGEST_DAYS, granted, requested, revoked
from stayline.domain.second_person import same_person
from stayline.errors import RoleGrantRefused
from stores import NOON

REASON = "Partner of the sales teams."


def ask(**changed: str):
    given = {"subject": "u-1", "role": "auditor", "reason": REASON, "by": "ana"} | changed
    return requested("r1", at=NOON, **given)


@pytest.mark.parametrize("by", ["ana", "Ana", " ana ", "u-1", "U-1", "\uff41na", "u-1\u200b"])
def test_neither_who_asks_nor_who_gets_it_grants_it_however_spelled(by):
    with pytest.raises(RoleGrantRefused, match="asked for it, or gets it"):
        granted(ask(), by=by, at=NOON)


def test_a_second_person_grants_it_for_a_time():
    grant = granted(ask(by="u-1"), by="bo", at=NOON, days=2)
    assert grant.holds_at(NOON)
    assert not grant.holds_at(NOON + timedelta(days=2))
    assert not revoked(grant, by="u-1", at=NOON).holds_at(NOON)


@pytest.mark.parametrize("days", [0, -1, LONGEST_DAYS + 1])
def test_no_role_is_held_for_no_time_or_for_ever(days):
    with pytest.raises(RoleGrantRefused, match="no time to hold"):
        granted(ask(), by="bo", at=NOON, days=days)


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "king"},
        {"subject": ""},
        {"subject": " u-1"},
        {"subject": "u\u200b1"},
        {"subject": "u" * 256},
        {"reason": "why not"},
    ],
)
def test_a_request_names_a_role_a_subject_and_why(wrong):
    with pytest.raises(RoleGrantRefused):
        ask(**wrong)


def test_what_was_decided_is_not_decided_again():
    grant = granted(ask(), by="bo", at=NOON)
    ended = revoked(grant, by="bo", at=NOON)
    for again in (
        lambda: granted(grant, by="cy", at=NOON),
        lambda: granted(ended, by="cy", at=NOON),
        lambda: revoked(ended, by="cy", at=NOON),
    ):
        with pytest.raises(RoleGrantRefused):
            again()


@pytest.mark.parametrize("other", ["u-1", "U-1", "u-1 ", "\uff55-1"])
def test_the_same_subject_in_another_spelling_is_no_second_person(other):
    assert same_person("u-1", other)
