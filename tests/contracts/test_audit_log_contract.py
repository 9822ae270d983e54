from dataclasses import replace
from datetime import datetime, timedelta, timezone

from stayline.domain.audit_chain import CHAIN_START, ChainCheck
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.audit_trail import TrailWish
from stores import ANA, BO, HOUR, NOON, Backend

VIEWED = AuditEvent(
    AuditEventKind.EMPLOYEE_VIEWED,
    "Zoë 山田",
    ANA,
    NOON,
    {"n": 3, "share": 0.25, "ok": True, "x": None},
)


def test_an_empty_log_is_whole(backend: Backend) -> None:
    assert backend.audit().problems() == []
    assert list(backend.audit().events()) == []


def test_events_come_back_equal_after_reopening(backend: Backend) -> None:
    backend.audit().append(VIEWED)
    assert list(backend.audit().events()) == [VIEWED]
    assert backend.audit().problems() == []


def test_events_keep_the_order_of_writing_even_when_the_clock_goes_back(backend: Backend) -> None:
    log = backend.audit()
    later, earlier = VIEWED, replace(VIEWED, at=NOON - HOUR)
    log.append(later)
    log.append(earlier)
    assert list(log.events()) == [later, earlier]
    assert log.problems() == []


def test_the_same_event_twice_is_two_events(backend: Backend) -> None:
    log = backend.audit()
    log.append(VIEWED)
    log.append(VIEWED)
    assert len(log.events()) == 2


def test_an_instant_of_another_zone_keeps_the_chain_whole(backend: Backend) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    backend.audit().append(replace(VIEWED, at=elsewhere))
    assert backend.audit().problems() == []
    assert backend.audit().events()[0].at == NOON


def test_a_subject_and_a_limit_narrow_the_events_to_the_newest(backend: Backend) -> None:
    log = backend.audit()
    for number in range(4):
        log.append(replace(VIEWED, subject=ANA if number % 2 else BO, details={"n": number}))
    assert [event.details["n"] for event in log.events(subject=ANA)] == [1, 3]
    assert [event.details["n"] for event in log.events(limit=2)] == [2, 3]
    assert [event.details["n"] for event in log.events(subject=BO, limit=1)] == [2]


def test_noted_events_are_read_at_once_by_everyone_and_exactly_once(backend: Backend) -> None:
    log, other = backend.audit(), backend.audit()
    noted = [replace(VIEWED, details={"n": n}) for n in range(3)]
    log.note(noted)
    assert list(other.events()) == noted
    assert list(log.events()) == noted
    assert other.problems() == log.problems() == []


def test_an_event_appended_after_a_note_stands_after_it(backend: Backend) -> None:
    log = backend.audit()
    log.note([VIEWED])
    log.append(replace(VIEWED, subject=BO))
    log.note([replace(VIEWED, at=NOON - HOUR)])
    assert [event.subject for event in log.events()] == [ANA, BO, ANA]
    assert log.problems() == []


def test_nothing_noted_is_no_event(backend: Backend) -> None:
    backend.audit().note([])
    assert list(backend.audit().events()) == []


def test_a_closed_log_takes_notes_again(backend: Backend) -> None:
    log = backend.audit()
    log.note([VIEWED])
    log.close()
    log.close()
    log.note([VIEWED])
    assert list(log.events()) == [VIEWED, VIEWED]


def test_noted_words_of_any_kind_come_back_equal(backend: Backend) -> None:
    hostile = replace(VIEWED, actor='"\n\\u0000\x00\u2028', details={'"\n': "\r\n,[]", "x": None})
    backend.audit().note([hostile, VIEWED])
    assert list(backend.audit().events()) == [hostile, VIEWED]
    assert backend.audit().problems() == []


def test_an_interval_is_half_open_and_filters_narrow_it(backend: Backend) -> None:
    log = backend.audit()
    for number in range(6):
        kind = AuditEventKind.EMPLOYEE_VIEWED if number % 2 else AuditEventKind.EMPLOYEE_SCORED
        at, subject = NOON + number * HOUR, ANA if number < 3 else BO
        log.append(AuditEvent(kind, f"actor {number % 3}", subject, at, {"n": number}))

    def found(*bounds: datetime | None, **filters: object) -> list[object]:
        return [event.details["n"] for event in log.between(*bounds, **filters)]

    assert found() == [0, 1, 2, 3, 4, 5]
    assert found(NOON + HOUR, NOON + 4 * HOUR) == [1, 2, 3]
    assert found(None, NOON + HOUR) == [0]
    assert found(kinds={AuditEventKind.EMPLOYEE_VIEWED}) == [1, 3, 5]
    assert found(kinds=set()) == []
    assert found(subject=BO, actor="actor 0") == [3]
    assert found(NOON + HOUR, kinds=[AuditEventKind.EMPLOYEE_SCORED], limit=1) == [4]
    assert found(limit=2) == [4, 5]


def test_a_long_read_leaves_out_what_is_added_meanwhile(backend: Backend) -> None:
    log = backend.audit()
    log.note([replace(VIEWED, details={"n": n}) for n in range(5000)])
    read = log.between()
    first = next(read)
    log.append(replace(VIEWED, details={"n": -1}))
    assert [first.details["n"], *(event.details["n"] for event in read)] == list(range(5000))


def test_a_check_tells_the_head_and_the_links_asked_for(backend: Backend) -> None:
    log = backend.audit()
    assert log.check() == ChainCheck(0, CHAIN_START, (), {})
    for number in range(3):
        log.append(replace(VIEWED, details={"n": number}))
    told: list[tuple[int, int]] = []
    one = log.check({1, 3, 99}, progress=lambda done, total: told.append((done, total)))
    assert (one.count, one.problems, set(one.links)) == (3, (), {1, 3})
    assert one.head == one.links[3] != one.links[1]
    assert told[-1] == (3, 3)


def test_times_that_go_back_are_counted_and_are_no_break(backend: Backend) -> None:
    log = backend.audit()
    for at in (NOON, NOON - HOUR, NOON - 2 * HOUR, NOON + HOUR):
        log.append(replace(VIEWED, at=at))
    check = log.check()
    assert (check.problems, check.reversals, check.furthest_back) == ((), 2, HOUR)


def test_a_trail_goes_back_page_by_page_and_leaves_nothing_out(backend: Backend) -> None:
    log = backend.audit()
    log.note([replace(VIEWED, details={"n": n}) for n in range(1, 8)])
    seen, before = [], None
    for _ in range(4):
        page = log.trail(TrailWish(), before=before, limit=3)
        assert all(one.event.details["n"] == one.position for one in page.events)
        seen += [one.position for one in page.events]
        before = page.older
        if before is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_events_of_the_same_instant_and_those_added_meanwhile_disturb_no_trail(
    backend: Backend,
) -> None:
    log = backend.audit()
    log.note([VIEWED] * 5)
    first = log.trail(TrailWish(), limit=2)
    log.append(replace(VIEWED, subject=BO))
    rest = log.trail(TrailWish(), before=first.older, limit=9)
    assert [one.position for one in (*first.events, *rest.events)] == [5, 4, 3, 2, 1]
    assert rest.older is None


def test_a_trail_is_narrowed_by_kind_subject_actor_and_time(backend: Backend) -> None:
    log = backend.audit()
    erased = replace(VIEWED, kind=AuditEventKind.EMPLOYEE_ERASED, subject=BO)
    for hour in range(4):
        log.append(replace(VIEWED, at=NOON + hour * HOUR, actor="ana" if hour % 2 else "bo"))
    log.append(replace(erased, at=NOON + 9 * HOUR))
    found = {
        "kind": TrailWish(kind=AuditEventKind.EMPLOYEE_ERASED),
        "subject": TrailWish(subjects=(ANA,)),
        "both": TrailWish(subjects=(ANA, BO)),
        "actor": TrailWish(actor="ana"),
        "time": TrailWish(since=NOON + HOUR, until=NOON + 3 * HOUR),
        "nothing": TrailWish(actor="nobody"),
    }
    pages = {name: log.trail(wish) for name, wish in found.items()}
    assert {name: [one.position for one in page.events] for name, page in pages.items()} == {
        "kind": [5],
        "subject": [4, 3, 2, 1],
        "both": [5, 4, 3, 2, 1],
        "actor": [4, 2],
        "time": [3, 2],
        "nothing": [],
    }
    assert all(page.older is None for page in pages.values())
    assert [one.position for one in log.trail(found["both"], before=4, limit=2).events] == [3, 2]


def test_the_trail_of_an_empty_log_is_one_empty_page(backend: Backend) -> None:
    page = backend.audit().trail(TrailWish(until=NOON))
    assert (page.events, page.older) == ((), None)
