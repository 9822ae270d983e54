from dataclasses import replace

import pytest

from stayline.domain.register.accountability import Document, Incident
from stayline.domain.register.retention import LegalHold
from stayline.domain.register.rights import NoticeGiven, RequestKind, RightsRequest
from stayline.domain.register.words import FORGOTTEN
from stayline.ports.governance_register import Entry
from stores import ANA, BO, HOUR, NOON, Backend

HOLD = Entry("h-1", LegalHold(ANA, "Fall 夜", "charge filed", NOON), NOON, "privacy")
REQUEST = Entry(
    "r-1",
    RightsRequest(ANA, RequestKind.ACCESS, "EU", NOON.date(), NOON.date()),
    NOON,
    "privacy",
)


def test_an_entry_comes_back_equal_after_reopening(backend: Backend) -> None:
    backend.register().add([HOLD])
    backend.register().add([REQUEST])
    assert backend.register().entries(LegalHold) == [HOLD]
    assert backend.register().entries(RightsRequest) == [REQUEST]


def test_a_newer_entry_of_an_id_stands_for_the_older_one_and_both_are_history(
    backend: Backend,
) -> None:
    register = backend.register()
    closed = replace(
        REQUEST,
        record=replace(REQUEST.record, closed_on=NOON.date(), outcome="answered"),
        recorded_at=NOON + HOUR,
    )
    register.add([REQUEST])
    register.add([closed])
    assert register.entries(RightsRequest) == [closed]
    assert register.history(RightsRequest) == [REQUEST, closed]


def test_the_last_entries_of_a_history_come_in_the_order_they_were_added(backend: Backend) -> None:
    register = backend.register()
    entries = [replace(REQUEST, entry_id=f"r-{number}") for number in range(4)]
    for entry in entries:
        register.add([entry])
    assert register.history(RightsRequest, newest=2) == entries[2:]
    assert register.history(RightsRequest, newest=9) == entries
    assert register.history(RightsRequest, newest=0) == []


def test_the_very_same_entry_again_changes_nothing(backend: Backend) -> None:
    register = backend.register()
    register.add([HOLD, HOLD])
    register.add([HOLD])
    assert register.history(LegalHold) == [HOLD]


def test_kinds_and_subjects_are_kept_apart(backend: Backend) -> None:
    register = backend.register()
    other = Entry("h-2", replace(HOLD.record, subject=BO), NOON, "privacy")
    register.add([HOLD, other])
    register.add([Entry("h-1", NoticeGiven(ANA, "v1", "de", NOON), NOON, "privacy")])
    assert register.entries(LegalHold, subject=BO) == [other]
    assert len(register.entries(NoticeGiven)) == 1


@pytest.mark.parametrize(
    "record",
    [
        Incident("i-1", True, NOON, ("EU", "IN"), NOON + HOUR),
        Document("dpia", "DPIA", "0" * 64, NOON.date(), "privacy", ("xgboost", "abc")),
    ],
)
def test_records_with_tuples_dates_and_gaps_come_back_equal(
    backend: Backend, record: Incident | Document
) -> None:
    entry = Entry("e-1", record, NOON, "privacy")
    backend.register().add([entry])
    assert backend.register().entries(type(record)) == [entry]


def test_an_empty_register_is_whole(backend: Backend) -> None:
    assert backend.register().entries(LegalHold) == []
    assert backend.register().problems() == []


def test_words_are_forgotten_in_every_entry_of_a_person_and_of_nobody_else(
    backend: Backend,
) -> None:
    register = backend.register()
    lifted = replace(HOLD, record=replace(HOLD.record, until=NOON + HOUR), recorded_at=NOON + HOUR)
    others = replace(HOLD, entry_id="h-2", record=replace(HOLD.record, subject=BO))
    register.add([HOLD, others])
    register.add([lifted])
    register.add([REQUEST])
    register.forget_words([ANA])
    first, other, last = register.history(LegalHold)
    assert (first.record.reason, last.record.reason) == (FORGOTTEN, FORGOTTEN)
    assert last == replace(lifted, record=replace(lifted.record, reason=FORGOTTEN))
    assert other == others
    assert register.entries(RightsRequest) == [REQUEST]


def test_very_many_entries_are_kept_at_once_and_in_order(backend: Backend) -> None:
    register = backend.register()
    many = [
        Entry(
            f"h-{n}", replace(HOLD.record, subject=f"{n % 7:032x}", reason="夜" * 900), NOON, "hr"
        )
        for n in range(200)
    ]
    register.add([HOLD])
    register.add([*many, HOLD])
    register.add(many)
    assert backend.register().history(LegalHold) == [HOLD, *many]
    assert register.entries(LegalHold, subject=f"{3:032x}") == many[3::7]
    register.forget_words([f"{3:032x}"])
    assert {one.record.reason for one in register.entries(LegalHold, subject=f"{3:032x}")} == {
        FORGOTTEN
    }
    assert register.entries(LegalHold, subject=f"{4:032x}") == many[4::7]


def test_entries_of_several_kinds_are_kept_at_once(backend: Backend) -> None:
    backend.register().add([HOLD, REQUEST])
    assert backend.register().history(LegalHold) == [HOLD]
    assert backend.register().history(RightsRequest) == [REQUEST]
