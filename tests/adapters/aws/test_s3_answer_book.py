"""Answers in S3: each event once, whoever adds at the same time and whoever is killed."""

import polars as pl
import pytest

from fake_aws import Killed, clients_of, die, everything, just_before
from stayline.adapters.aws.answer_book import S3AnswerBook
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.errors import StoreDamaged
from stayline.ports.answer_book import ANSWER_TYPES
from stores import ANA, BO, HOUR, NOON

EVER = (NOON - 99 * HOUR, NOON + 99 * HOUR)


def answers(*names, token=ANA, at=NOON):
    rows = [(name, None, at, token, 0.5, 3) for name in names]
    return pl.DataFrame(rows, schema=ANSWER_TYPES, orient="row")


def events(book):
    return book.between(*EVER, model_version=3)["event_id"].to_list()


def test_of_two_who_add_the_same_events_at_once_each_event_is_kept_once(stack):
    other, clients = S3AnswerBook(clients_of(stack)), clients_of(stack)
    added = []
    just_before(
        clients,
        "dynamodb.TransactWriteItems",
        lambda: added.append(other.add(answers("e1", "e2", token=BO))),
    )
    added.append(S3AnswerBook(clients).add(answers("e2", "e3")))
    assert added == [2, 1]
    assert events(other) == ["e1", "e2", "e3"]
    assert len(list(RecordBucket(clients, stack.data_bucket, "it").keys("answers/"))) == 2


def test_an_addition_that_is_killed_before_it_counts_is_not_there_and_can_be_repeated(stack):
    book, clients = S3AnswerBook(clients_of(stack)), clients_of(stack)
    just_before(clients, "dynamodb.TransactWriteItems", die)
    with pytest.raises(Killed):
        S3AnswerBook(clients).add(answers("e1", "e2"))
    assert (events(book), book.times(model_version=3), book.problems()) == ([], None, [])
    assert book.add(answers("e1", "e2")) == 2
    assert book.erase([ANA]) == 2
    assert ANA.encode() not in everything(stack)


def test_a_removal_that_is_killed_is_completed_by_the_next(stack):
    book, clients = S3AnswerBook(clients_of(stack)), clients_of(stack)
    for n in range(3):
        book.add(answers(f"e{n}"))
        book.add(answers(f"o{n}", token=BO))
    just_before(clients, "s3.PutObject", die, nth=2)
    with pytest.raises(Killed):
        S3AnswerBook(clients).erase([ANA])
    assert book.problems() == []
    assert book.erase([ANA]) == 2
    assert events(book) == ["o0", "o1", "o2"]
    assert ANA.encode() not in everything(stack)


def test_an_emptied_book_gives_no_number_again(stack):
    book, slow = S3AnswerBook(clients_of(stack)), clients_of(stack)
    book.add(answers("e1"))
    book.add(answers("e2"))

    def meanwhile():
        assert book.erase([ANA]) == 2
        assert book.add(answers("e3")) == 1

    just_before(slow, "dynamodb.TransactWriteItems", meanwhile)
    assert S3AnswerBook(slow).add(answers("e3")) == 0
    assert (events(book), book.problems()) == (["e3"], [])


def test_first_and_last_time_are_those_of_answers_that_are_there_still(stack):
    book = S3AnswerBook(clients_of(stack))
    for n in range(4):
        rows = [
            answers("a", "b", token=ANA, at=NOON + n * HOUR),
            answers(f"c{n}", at=NOON, token=BO),
        ]
        some = pl.concat(rows).with_columns(pl.col("event_id") + f"-{n}")
        book.add(some.with_columns(inferred_at=pl.col("inferred_at") + pl.duration(minutes=n)))
    assert book.times(model_version=3)[1] > NOON + 3 * HOUR
    book.erase([ANA])
    first, last = book.times(model_version=3)
    assert (first, last) == (NOON, NOON + HOUR / 20)


def test_answers_take_the_token_that_stands(stack):
    aliases = pl.DataFrame({"alias": [ANA], "token": [BO]})
    book = S3AnswerBook(clients_of(stack), lambda: aliases)
    before = S3AnswerBook(clients_of(stack))
    before.add(answers("e1"))
    book.add(answers("e2"))
    assert book.ids_of([BO]) == {"e2"}
    book.rename(aliases)
    book.rename(aliases)
    assert book.ids_of([BO]) == {"e1", "e2"}
    assert ANA.encode() not in everything(stack)


def test_a_torn_part_is_told_and_never_passed_over(stack):
    book, bucket = (
        S3AnswerBook(clients_of(stack)),
        RecordBucket(clients_of(stack), stack.data_bucket, ""),
    )
    book.add(answers("e1"))
    (key,) = bucket.keys("answers/")
    bucket.put(key, bucket.get(key)[:-9])
    assert book.problems() == [f"{key} cannot be read"]
    with pytest.raises(StoreDamaged, match="The answer book is damaged"):
        events(book)
    with pytest.raises(StoreDamaged):
        book.add(answers("e2"))
