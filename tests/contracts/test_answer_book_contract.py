import hashlib
import re
from datetime import UTC, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from stayline.ports.answer_book import ANSWER_TYPES
from stores import ANA, BO, HOUR, MICROSECOND, NOON, Backend

DAY_LONG = (NOON - 12 * HOUR, NOON + 12 * HOUR)


def answers(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ANSWER_TYPES, orient="row")


def answer(event_id, *, at=NOON, token=ANA, risk=0.25, version=3, inference_id=None):
    return (event_id, inference_id, at, token, risk, version)


def random_id(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def of_the_day(book, version=3):
    return book.between(*DAY_LONG, model_version=version)


def test_answers_come_back_to_the_bit_after_reopening(backend: Backend) -> None:
    told = answers(
        answer("Ereignis 夜", risk=0.1 + 0.2, inference_id="Anfrage ñ"),
        answer("nameless", token=None, at=NOON + MICROSECOND, risk=5e-324),
    )
    assert backend.answers().add(told) == 2
    assert_frame_equal(of_the_day(backend.answers()), told, check_exact=True)


def test_an_empty_book_is_whole(backend: Backend) -> None:
    book = backend.answers()
    assert_frame_equal(of_the_day(book), answers())
    assert (book.times(model_version=3), book.problems()) == (None, [])
    assert (book.add(answers()), book.erase([ANA]), book.erase([]), book.purge(NOON)) == (0,) * 4


def test_an_event_that_is_there_already_changes_nothing(backend: Backend) -> None:
    book = backend.answers()
    first = answers(answer("e1"))
    book.add(first)
    other = answer("e1", at=NOON + HOUR, token=BO, risk=0.75, version=4)
    assert book.add(answers(other, answer("e2", at=NOON + HOUR))) == 1
    assert_frame_equal(of_the_day(book), answers(answer("e1"), answer("e2", at=NOON + HOUR)))
    assert of_the_day(book, version=4).is_empty()


def test_of_one_event_told_twice_the_first_counts(backend: Backend) -> None:
    book = backend.answers()
    later_and_first = answer("e1", at=NOON + HOUR, risk=0.5)
    assert book.add(answers(later_and_first, answer("e1"))) == 1
    assert_frame_equal(of_the_day(book), answers(later_and_first))


def test_a_window_holds_its_start_and_not_its_end_nor_another_version(backend: Backend) -> None:
    book = backend.answers()
    inside = (answer("start"), answer("end", at=NOON + HOUR - MICROSECOND))
    outside = (
        answer("before", at=NOON - MICROSECOND),
        answer("after", at=NOON + HOUR),
        answer("other version", version=4),
    )
    assert book.add(answers(*outside, *inside)) == 5
    found = book.between(NOON, NOON + HOUR, model_version=3)
    assert_frame_equal(found, answers(*inside))


def test_answers_come_by_time_and_then_by_event(backend: Backend) -> None:
    book = backend.answers()
    book.add(answers(answer("b"), answer("z", at=NOON - HOUR)))
    book.add(answers(answer("c"), answer("a"), answer("B")))
    assert of_the_day(book)["event_id"].to_list() == ["z", "B", "a", "b", "c"]


def test_the_first_and_last_time_are_those_of_the_version(backend: Backend) -> None:
    book = backend.answers()
    hours = [NOON + HOUR, NOON, NOON + 2 * HOUR]
    book.add(answers(*(answer(f"e{n}", at=at) for n, at in enumerate(hours))))
    book.add(answers(answer("only", at=NOON - HOUR, version=4)))
    assert book.times(model_version=3) == (NOON, NOON + 2 * HOUR)
    assert book.times(model_version=4) == (NOON - HOUR, NOON - HOUR)
    assert book.times(model_version=5) is None
    assert book.times(model_version=3)[0].tzinfo is UTC


def test_columns_of_other_names_and_narrower_types_are_taken_as_they_come(
    backend: Backend,
) -> None:
    book = backend.answers()
    told = answers(answer("e1", inference_id="i1"))
    captured = told.with_columns(pl.col("model_version").cast(pl.Int32), Age=41.0)
    assert book.add(captured.select(reversed(captured.columns))) == 1
    assert_frame_equal(of_the_day(book), told)


def test_many_answers_are_kept_at_once_and_are_not_new_the_second_time(backend: Backend) -> None:
    book = backend.answers()
    count = 120_000
    number = pl.int_range(count, eager=True)
    many = pl.DataFrame(
        {
            "event_id": number.cast(pl.String),
            "inference_id": pl.Series([None] * count, dtype=pl.String),
            "inferred_at": NOON + number.cast(pl.Duration("us")),
            "token": [BO] * count,
            "risk": number / count,
            "model_version": [3] * count,
        }
    )
    assert book.add(many.reverse()) == count
    assert book.add(many) == 0
    assert_frame_equal(of_the_day(book), many)


def test_erasing_a_person_leaves_no_byte_of_the_token(backend: Backend) -> None:
    book = backend.answers()
    book.add(answers(answer("e1"), answer("e2", token=BO), answer("e3", version=4)))
    assert book.erase([ANA]) == 2
    assert_frame_equal(of_the_day(book), answers(answer("e2", token=BO)))
    kept = backend.everything()
    assert (ANA.encode() in kept, BO.encode() in kept) == (False, True)


def test_erasing_many_people_one_after_the_other_leaves_no_byte_of_their_tokens(
    backend: Backend,
) -> None:
    book = backend.answers()
    tokens = pl.Series([random_id("person", n) for n in range(20_000)])
    for day in range(2):
        events = [random_id("event", day, n) for n in range(20_000)]
        rows = zip(events, tokens, strict=True)
        assert book.add(answers(*(answer(event, token=token) for event, token in rows))) == 20_000
    erased = tokens.gather_every(2).to_list()
    for start in range(0, 10_000, 1_000):
        assert book.erase(erased[start : start + 1_000]) == 2_000
    assert set(of_the_day(book)["token"]) == set(tokens.gather_every(2, offset=1))
    kept = backend.everything()
    seen = {found.decode() for found in re.findall(rb"(?=([0-9a-f]{32}))", kept)}
    assert seen & set(erased) == set()
    assert seen >= set(tokens.gather_every(2, offset=1))


def test_an_erased_person_who_is_answered_again_is_there_once_more(backend: Backend) -> None:
    book = backend.answers()
    told = answers(answer("e1"), answer("e2", token=BO))
    book.add(told)
    assert (book.erase([ANA]), book.erase([ANA])) == (1, 0)
    assert book.add(told) == 1
    assert_frame_equal(of_the_day(book), told)


def test_a_purge_removes_what_was_answered_before_whatever_the_version(backend: Backend) -> None:
    book = backend.answers()
    young = answer("young", at=NOON + timedelta(days=1))
    book.add(answers(answer("old"), answer("old too", version=4), young))
    assert book.purge(NOON) == 0
    assert book.purge(NOON + MICROSECOND) == 2
    assert book.times(model_version=4) is None
    found = book.between(NOON, NOON + timedelta(days=2), model_version=3)
    assert_frame_equal(found, answers(young))


def test_a_purge_leaves_no_byte_of_who_has_no_answers_left(backend: Backend) -> None:
    book = backend.answers()
    book.add(answers(answer("e1"), answer("e2", token=BO), answer("e3", token=BO, at=NOON + HOUR)))
    assert book.purge(NOON + HOUR) == 2
    kept = backend.everything()
    assert (ANA.encode() in kept, BO.encode() in kept) == (False, True)


def test_answers_of_people_held_stay_when_others_go(backend: Backend) -> None:
    book, held = backend.answers(), frozenset({ANA})
    told = [answer("e1"), answer("e2", token=BO), answer("nameless", token=None)]
    book.add(answers(*told, answer("young", at=NOON + HOUR)))
    ages = book.ages(NOON + HOUR, held=held)
    assert (ages.rows, ages.oldest, ages.due, ages.held_back) == (4, NOON, 2, 1)
    assert ages.youngest_due == NOON
    assert ages.tokens_digest == hashlib.sha256(BO.encode()).hexdigest()
    assert book.purge(NOON + HOUR, held=held) == 2
    assert of_the_day(book)["event_id"].to_list() == ["e1", "young"]
    assert book.times(model_version=3) == (NOON, NOON + HOUR)


def test_the_ids_of_a_person_are_those_of_events_and_of_callers(backend: Backend) -> None:
    book = backend.answers()
    book.add(answers(answer("e1", inference_id="i1"), answer("e2"), answer("e3", token=BO)))
    assert book.ids_of([ANA]) == {"e1", "i1", "e2"}
    assert book.ids_of([]) == set()


def test_tokens_stand_as_they_are_where_no_key_was_ever_replaced(backend: Backend) -> None:
    tokens = pl.Series("token", [ANA, None, BO])
    assert backend.answers().standing(tokens).to_list() == [ANA, None, BO]


def test_all_of_one_addition_may_go_while_the_next_one_stays(backend: Backend) -> None:
    book = backend.answers()
    book.add(answers(answer("e1"), answer("e2")))
    book.add(answers(answer("e3", token=BO, at=NOON + HOUR)))
    assert book.erase([ANA]) == 2
    assert of_the_day(backend.answers())["event_id"].to_list() == ["e3"]
    assert book.times(model_version=3) == (NOON + HOUR, NOON + HOUR)
    assert (book.problems(), book.add(answers(answer("e1")))) == ([], 1)
