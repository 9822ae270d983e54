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


def test_the_newest_decisions_of_one_person_come_oldest_first(backend: Backend) -> None:
    book = backend.decisions()
    own = [
        replace(TALK, decision_id=f"d-{hour}", decided_at=NOON + hour * HOUR) for hour in range(3)
    ]
    for decision in (*own, replace(TALK, decision_id="x", decided_by="bo")):
        book.add(decision)
    assert book.latest_by("lee", 2) == own[1:]
    assert book.latest_by("nobody", 2) == []


def test_what_a_decision_rests_on_comes_back_equal(backend: Backend) -> None:
    seen = replace(TALK, viewed_at=NOON - HOUR, seen_band="high", is_bulk=True, is_trained=False)
    backend.decisions().add(seen)
    assert backend.decisions().decisions(ANA) == [seen]
