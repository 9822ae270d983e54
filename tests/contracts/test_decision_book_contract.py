from dataclasses import replace

from stayline.domain.decisions import ActionKind, Decision
from stores import ANA, BO, HOUR, NOON, Backend

TALK = Decision(
    "d-2", ANA, ActionKind.STAY_CONVERSATION, "Möchte weniger Nachtschichten 夜", "lee", NOON
)


def test_decisions_come_back_equal_after_reopening(backend: Backend) -> None:
    backend.decisions().add(TALK)
    assert backend.decisions().decisions(ANA) == [TALK]
    assert backend.decisions().decisions(BO) == []


def test_decisions_come_oldest_first_in_whatever_order_they_were_added(backend: Backend) -> None:
    earlier = replace(TALK, decision_id="d-3", decided_at=NOON - HOUR, prediction_id="p-1")
    book = backend.decisions()
    book.add(TALK)
    book.add(earlier)
    assert book.decisions(ANA) == [earlier, TALK]


def test_everybodys_decisions_of_a_period_come_oldest_first_without_its_end(
    backend: Backend,
) -> None:
    book = backend.decisions()
    later = replace(TALK, decision_id="d-4", token=BO, decided_at=NOON + HOUR)
    after = replace(TALK, decision_id="d-5", decided_at=NOON + 2 * HOUR)
    for decision in (after, later, TALK):
        book.add(decision)
    assert book.between(NOON, NOON + 2 * HOUR) == [TALK, later]
    assert book.between(NOON - HOUR, NOON) == []


def test_a_decision_added_again_never_changes_the_first(backend: Backend) -> None:
    book = backend.decisions()
    book.add(TALK)
    book.add(replace(TALK, reason="Something else entirely was said"))
    assert book.decisions(ANA) == [TALK]
