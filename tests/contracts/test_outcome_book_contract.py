from dataclasses import replace
from datetime import date

import polars as pl

from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.ports.answer_book import ANSWER_TYPES
from stores import ANA, BO, HOUR, MICROSECOND, NOON, Backend

JUNE = date(2026, 6, 30)
STAYED = PersonOutcome(ANA, JUNE, NOON)
LEFT = PersonOutcome(ANA, JUNE, NOON, left_on=date(2026, 6, 15), is_voluntary=False)
YES = EventOutcome("Ereignis 夜", True, NOON)


def test_outcomes_come_back_equal_after_reopening(backend: Backend) -> None:
    assert backend.outcomes().add([LEFT, YES, replace(STAYED, token=BO)]) == 3
    book = backend.outcomes()
    assert book.of_people(NOON) == [LEFT, replace(STAYED, token=BO)]
    assert book.of_events(NOON) == {YES.event_id: True}


def test_an_empty_book_is_whole(backend: Backend) -> None:
    book = backend.outcomes()
    assert (book.of_people(NOON), book.of_events(NOON), book.problems()) == ([], {}, [])
    assert (book.add([]), book.erase([ANA]), book.erase([]), book.purge(NOON)) == (0, 0, 0, 0)


def test_what_is_known_already_is_no_news_however_late_it_comes_again(backend: Backend) -> None:
    book = backend.outcomes()
    book.add([STAYED, YES])
    again = [replace(STAYED, known_at=NOON + HOUR), replace(YES, known_at=NOON + HOUR)]
    assert book.add(again) == 0
    assert book.of_people(NOON + HOUR) == [STAYED]


def test_the_last_known_wins_and_what_was_known_before_can_still_be_asked(backend: Backend) -> None:
    book = backend.outcomes()
    book.add([STAYED, YES])
    later = NOON + HOUR
    changed = replace(LEFT, known_at=later)
    assert book.add([changed, EventOutcome(YES.event_id, False, later)]) == 2
    assert book.of_people(later) == [changed]
    assert book.of_events(later) == {YES.event_id: False}
    assert book.of_people(later - MICROSECOND) == [STAYED]
    assert book.of_events(later - MICROSECOND) == {YES.event_id: True}
    assert book.of_people(NOON - MICROSECOND) == []


def test_of_two_labels_in_one_file_the_last_counts(backend: Backend) -> None:
    book = backend.outcomes()
    assert book.add([YES, replace(YES, left=False)]) == 2
    assert book.of_events(NOON) == {YES.event_id: False}


def test_a_person_seen_until_an_earlier_day_is_no_news(backend: Backend) -> None:
    book = backend.outcomes()
    book.add([LEFT])
    earlier = PersonOutcome(ANA, date(2026, 1, 31), NOON + HOUR)
    assert book.add([earlier]) == 0
    assert book.of_people(NOON + HOUR) == [LEFT]


def test_who_is_still_there_month_after_month_takes_no_more_room(backend: Backend) -> None:
    book = backend.outcomes()
    months = [PersonOutcome(ANA, date(2026, n, 1), NOON + n * HOUR) for n in range(1, 13)]
    assert book.add(months[:1]) == 1
    assert [book.add([month, replace(month, token=BO)]) for month in months[1:]] == [2] * 11
    assert book.of_people(NOON + 99 * HOUR) == [months[-1], replace(months[-1], token=BO)]
    assert book.of_people(NOON + 6 * HOUR)[0] == months[0]
    assert book.of_people(NOON + 12 * HOUR)[0] == months[-1]
    assert book.erase([ANA]) == 2


def test_a_later_day_takes_nothing_from_what_was_said_before_in_another_way(
    backend: Backend,
) -> None:
    book = backend.outcomes()
    there = [PersonOutcome(ANA, date(2026, 7, n), NOON + n * HOUR) for n in range(1, 4)]
    assert book.add([LEFT, *there]) == 4
    assert book.of_people(NOON) == [LEFT]
    assert book.of_people(NOON + 2 * HOUR) == [there[0]]
    assert book.of_people(NOON + 3 * HOUR) == [there[2]]


def test_who_was_said_to_have_left_may_turn_out_to_be_there_still(backend: Backend) -> None:
    book = backend.outcomes()
    book.add([LEFT])
    there = PersonOutcome(ANA, date(2026, 7, 31), NOON + HOUR)
    assert book.add([there]) == 1
    assert book.of_people(NOON + HOUR) == [there]


def test_many_outcomes_are_kept_at_once_and_are_no_news_the_second_time(backend: Backend) -> None:
    book = backend.outcomes()
    many = [EventOutcome(f"e{n}", n % 3 == 0, NOON) for n in range(12_345)]
    assert book.add(many) == len(many)
    assert book.add(many) == 0
    assert sum(book.of_events(NOON).values()) == 4_115


def test_erasing_a_person_leaves_no_byte_of_the_token(backend: Backend) -> None:
    book = backend.outcomes()
    book.add([STAYED, replace(LEFT, known_at=NOON + HOUR), replace(STAYED, token=BO)])
    assert book.erase([ANA]) == 2
    assert [outcome.token for outcome in book.of_people(NOON + HOUR)] == [BO]
    kept = backend.everything()
    assert (ANA.encode() in kept, BO.encode() in kept) == (False, True)


def test_a_purge_removes_what_became_known_before(backend: Backend) -> None:
    book = backend.outcomes()
    book.add([STAYED, YES])
    young = replace(STAYED, token=BO, known_at=NOON + HOUR)
    book.add([young])
    assert book.purge(NOON) == 0
    assert book.purge(NOON + MICROSECOND) == 2
    assert book.of_people(NOON + HOUR) == [young]
    assert book.of_events(NOON + HOUR) == {}


def test_labels_go_by_the_ids_of_their_events(backend: Backend) -> None:
    book = backend.outcomes()
    book.add([YES, EventOutcome("other", False, NOON), STAYED])
    assert (book.erase_events([YES.event_id, "unknown"]), book.erase_events([])) == (1, 0)
    assert book.of_events(NOON) == {"other": False}
    assert book.of_people(NOON) == [STAYED]
    assert YES.event_id.encode() not in backend.everything()


def test_what_is_known_of_people_held_stays_with_the_labels_of_their_answers(
    backend: Backend,
) -> None:
    answered = [("e1", "i1", NOON, ANA, 0.5, 1), ("e2", None, NOON, BO, 0.5, 1)]
    backend.answers().add(pl.DataFrame(answered, schema=ANSWER_TYPES, orient="row"))
    book, held = backend.outcomes(), frozenset({ANA})
    labels = [EventOutcome(name, True, NOON) for name in ("e1", "i1", "e2")]
    book.add([*labels, STAYED, replace(STAYED, token=BO)])
    ages = book.ages(NOON + HOUR, held=held)
    assert (ages.rows, ages.oldest, ages.due, ages.held_back) == (5, NOON, 2, 3)
    assert book.purge(NOON + HOUR, held=held) == 2
    assert (set(book.of_events(NOON)), book.of_people(NOON)) == ({"e1", "i1"}, [STAYED])
