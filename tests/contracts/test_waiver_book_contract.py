from dataclasses import replace
from datetime import timedelta

from stayline.domain.waivers import Waiver
from stores import HOUR, NOON, Backend

WAIVER = Waiver(
    "w-2", "fairness", "Geschlecht = weiblich 夜", "lee",
    "Zu wenige für ein Urteil; wir sehen sie einzeln an.", NOON, NOON.date() + timedelta(days=90),
)  # fmt: skip


def test_a_waiver_comes_back_equal_after_reopening(backend: Backend) -> None:
    backend.waivers().file(WAIVER)
    assert backend.waivers().waivers() == [WAIVER]


def test_waivers_come_oldest_first_in_whatever_order_they_were_filed(backend: Backend) -> None:
    earlier = replace(WAIVER, waiver_id="w-3", filed_at=NOON - HOUR, subject="")
    book = backend.waivers()
    book.file(WAIVER)
    book.file(earlier)
    assert book.waivers() == [earlier, WAIVER]


def test_a_waiver_filed_again_never_changes_the_first(backend: Backend) -> None:
    book = backend.waivers()
    book.file(WAIVER)
    book.file(replace(WAIVER, expires_on=NOON.date() + timedelta(days=180)))
    assert book.waivers() == [WAIVER]


def test_an_expired_waiver_stays_in_the_book(backend: Backend) -> None:
    expired = replace(WAIVER, expires_on=NOON.date() - timedelta(days=400))
    backend.waivers().file(expired)
    assert backend.waivers().waivers() == [expired]


def test_an_empty_book_is_whole(backend: Backend) -> None:
    assert (backend.waivers().waivers(), backend.waivers().problems()) == ([], [])
