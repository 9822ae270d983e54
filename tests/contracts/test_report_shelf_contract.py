from datetime import timedelta, timezone

import pytest

from stayline.errors import UnknownReport
from stores import HOUR, MICROSECOND, NOON, Backend

FILES = {"report.html": "<p>技師</p>".encode(), "watched.json": b"{}\n", "empty": b""}


def test_a_report_comes_back_equal_after_reopening(backend: Backend) -> None:
    backend.reports().put("watch", NOON, FILES)
    assert dict(backend.reports().get("watch", NOON)) == FILES
    assert backend.reports().file("watch", NOON, "report.html") == FILES["report.html"]


def test_a_report_put_again_replaces_the_former_one_whole(backend: Backend) -> None:
    shelf = backend.reports()
    shelf.put("watch", NOON, FILES)
    shelf.put("watch", NOON, {"other.json": b"1"})
    assert dict(shelf.get("watch", NOON)) == {"other.json": b"1"}
    assert shelf.times("watch") == [NOON]


def test_times_come_oldest_first_in_whatever_order_they_were_put(backend: Backend) -> None:
    shelf = backend.reports()
    for at in (NOON, NOON - HOUR, NOON + MICROSECOND):
        shelf.put("watch", at, FILES)
    shelf.put("other", NOON + HOUR, FILES)
    assert backend.reports().times("watch") == [NOON - HOUR, NOON, NOON + MICROSECOND]


def test_one_instant_is_one_report_whatever_its_time_zone(backend: Backend) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    backend.reports().put("watch", there, FILES)
    assert backend.reports().times("watch") == [NOON]
    assert dict(backend.reports().get("watch", NOON)) == FILES


def test_what_was_never_put_is_unknown(backend: Backend) -> None:
    shelf = backend.reports()
    assert shelf.times("watch") == []
    shelf.put("watch", NOON, FILES)
    for name, at in (("watch", NOON + MICROSECOND), ("other", NOON), ("../watch", NOON)):
        with pytest.raises(UnknownReport, match="There is no report"):
            shelf.get(name, at)
    with pytest.raises(UnknownReport, match=r"file 'absent\.json' in the report 'watch'"):
        shelf.file("watch", NOON, "absent.json")


def test_a_purge_removes_what_is_older_and_nothing_of_another_name(backend: Backend) -> None:
    shelf = backend.reports()
    for at in (NOON - HOUR, NOON - MICROSECOND, NOON):
        shelf.put("watch", at, FILES)
    shelf.put("other", NOON - HOUR, FILES)
    assert shelf.purge("watch", NOON) == 2
    assert shelf.times("watch") == [NOON]
    assert shelf.times("other") == [NOON - HOUR]
    assert shelf.purge("watch", NOON) == 0
    assert shelf.purge("absent", NOON) == 0


@pytest.mark.parametrize("bad", ["", "..", "../up", "a/b", "/root", ".hidden", "a\x00", "a b", "ä"])
def test_a_name_that_leads_elsewhere_is_refused(backend: Backend, bad: str) -> None:
    shelf = backend.reports()
    with pytest.raises(ValueError, match="cannot name"):
        shelf.put(bad, NOON, FILES)
    with pytest.raises(ValueError, match="cannot name"):
        shelf.put("watch", NOON, {"report.html": b"", bad: b""})
    assert shelf.times("watch") == shelf.times(bad) == []
    assert shelf.purge(bad, NOON + HOUR) == 0
    shelf.put("watch", NOON, FILES)
    with pytest.raises(UnknownReport):
        shelf.file("watch", NOON, bad)
