from dataclasses import replace

from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.retention import tokens_digest
from stores import ANA, BO, HOUR, MICROSECOND, NOON, Backend

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
    assert book.add(TALK)
    assert not book.add(replace(TALK, reason="Something else entirely was said"))
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


def test_what_is_older_than_a_limit_is_told_and_goes_but_of_people_held(backend: Backend) -> None:
    book = backend.decisions()
    old = replace(TALK, decision_id="d-1", decided_at=NOON - MICROSECOND)
    older = replace(TALK, decision_id="d-0", decided_at=NOON - HOUR)
    of_bo = replace(older, decision_id="d-5", token=BO)
    for decision in (TALK, old, older, of_bo):
        book.add(decision)
    ages = book.ages(NOON, held={BO})
    assert (ages.rows, ages.due, ages.held_back) == (4, 2, 1)
    assert (ages.oldest, ages.youngest_due) == (NOON - HOUR, NOON - MICROSECOND)
    assert ages.tokens_digest == tokens_digest({ANA})
    assert book.purge(NOON, held={BO}) == 2
    assert book.decisions(ANA) == [TALK]
    assert book.decisions(BO) == [of_bo]
    assert book.between(NOON - HOUR, NOON + HOUR) == [of_bo, TALK]
    assert book.latest_by("lee", 9) == [of_bo, TALK]
    assert book.purge(NOON, held={BO}) == 0
    assert book.ages(NOON - HOUR).due == 0


def test_decisions_about_people_are_erased_all_or_those_before_a_time(backend: Backend) -> None:
    book = backend.decisions()
    own = [replace(TALK, decision_id=f"d-{n}", decided_at=NOON + n * HOUR) for n in range(3)]
    of_bo = replace(TALK, decision_id="x", token=BO)
    for decision in (*own, of_bo):
        book.add(decision)
    assert book.erase([ANA, BO], before=NOON + HOUR) == 2
    assert book.decisions(ANA) == own[1:]
    assert book.erase([ANA], before=None) == 2
    assert book.erase([ANA, BO], before=None) == 0
    assert book.between(NOON, NOON + 9 * HOUR) == book.latest_by("lee", 9) == []
    book.add(TALK)
    assert backend.decisions().decisions(ANA) == [TALK]


def test_far_more_decisions_than_fit_a_transaction_are_found_and_go(backend: Backend) -> None:
    book = backend.decisions()
    many = [replace(TALK, decision_id=f"d-{n:03}", decided_at=NOON + n * HOUR) for n in range(40)]
    for decision in many:
        book.add(decision)
    assert book.latest_by("lee", 30) == many[10:]
    assert book.purge(NOON + 36 * HOUR) == 36
    assert book.decisions(ANA) == many[36:]
