from dataclasses import replace

import pytest

from stayline.domain.capture import CaptureRecord
from stayline.formats.capture_records import read_capture_line
from stores import ANA, BO, HOUR, MICROSECOND, NOON, Backend

TOP = NOON.replace(minute=0, second=0, microsecond=0)


def record(name: str, at=NOON) -> CaptureRecord:
    return CaptureRecord(name, at, '{"JobRole":"Ingénieur 技師\\n"}', '{"risk":0.1}', f"i-{name}")


def test_records_come_back_equal_after_reopening(backend: Backend) -> None:
    backend.capture().append([record("one"), record("two")])
    assert list(backend.capture().read(TOP, TOP + HOUR)) == [record("one"), record("two")]
    assert backend.capture().problems() == []


def test_nothing_captured_reads_as_nothing(backend: Backend) -> None:
    assert list(backend.capture().read(TOP, TOP + HOUR)) == []
    assert backend.capture().purge(TOP) == 0


def test_a_window_holds_its_start_but_not_its_end(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("start", NOON), record("end", NOON + MICROSECOND)])
    assert [found.event_id for found in log.read(NOON, NOON + MICROSECOND)] == ["start"]


def test_hours_come_in_order_when_the_clock_goes_back(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("late", NOON + HOUR)])
    log.append([record("early", NOON)])
    log.append([record("later", NOON + HOUR)])
    found = [found.event_id for found in log.read(TOP, TOP + 2 * HOUR)]
    assert found == ["early", "late", "later"]


def test_a_purge_removes_what_is_older_and_nothing_else(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("old", NOON), record("young", NOON + HOUR)])
    assert log.purge(NOON) == 0
    assert log.purge(NOON + HOUR) == 1
    assert [found.event_id for found in log.read(TOP, TOP + 2 * HOUR)] == ["young"]


def test_a_purged_hour_can_be_written_again(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("old")])
    log.purge(TOP + HOUR)
    log.append([record("new")])
    assert [found.event_id for found in log.read(TOP, TOP + HOUR)] == ["new"]


def test_a_record_keeps_all_that_its_caller_said(backend: Backend) -> None:
    said = replace(
        record("one"),
        custom_attributes=("trace=1", "b"),
        variant="version-3",
        request_content_type="text/csv; header=present",
        answer_content_type="application/x-recordio-protobuf",
    )
    backend.capture().append([said])
    assert list(backend.capture().read(TOP, TOP + HOUR)) == [said]


def test_the_newest_come_oldest_first_from_as_many_hours_as_it_takes(backend: Backend) -> None:
    log = backend.capture()
    log.append([record(f"{n}", NOON + n * HOUR) for n in (2, 0, 1)])
    log.append([record("2b", NOON + 2 * HOUR + MICROSECOND)])
    assert [found.event_id for found in log.newest(3)] == ["1", "2", "2b"]
    assert [found.event_id for found in log.newest(1)] == ["2b"]
    assert [found.event_id for found in log.newest(100)] == ["0", "1", "2", "2b"]
    assert log.newest(0) == []


def test_the_newest_of_nothing_are_none(backend: Backend) -> None:
    assert backend.capture().newest(5) == []


def test_nothing_lags_after_a_flush(backend: Backend) -> None:
    log = backend.capture()
    assert log.lag_s() == 0.0
    log.append([record("one")])
    log.flush()
    assert log.lag_s() == 0.0


def test_a_closed_log_is_opened_again_by_an_append(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("one")])
    log.close()
    log.close()
    log.append([record("two")])
    assert [found.event_id for found in log.read(TOP, TOP + HOUR)] == ["one", "two"]


def test_an_hour_purged_by_another_can_be_written_on_by_who_has_it_open(backend: Backend) -> None:
    writer, purger = backend.capture(), backend.capture()
    writer.append([record("old"), record("old too")])
    assert purger.purge(TOP + HOUR) == 2
    assert list(purger.read(TOP, TOP + HOUR)) == []
    writer.append([record("new")])
    writer.flush()
    assert [found.event_id for found in purger.read(TOP, TOP + HOUR)] == ["new"]
    assert purger.problems() == []


def test_blocks_hold_the_lines_of_every_hour_that_the_window_touches(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("one"), record("two"), record("later", NOON + HOUR)])
    blocks = list(log.blocks(NOON, TOP + HOUR))
    assert [block.hour for block in blocks] == [TOP]
    lines = blocks[0].lines.splitlines(keepends=True)
    assert [read_capture_line(line) for line in lines] == [record("one"), record("two")]


def of(token, name: str, at=NOON, **form) -> CaptureRecord:
    return CaptureRecord(name, at, '{"Age":35}', f'{{"token":"{token}","risk":0.1}}', **form)


def names(backend: Backend) -> list[str]:
    return [one.event_id for one in backend.capture().read(TOP, TOP + 99 * HOUR)]


def test_erasing_people_takes_their_lines_alone_and_leaves_no_byte(backend: Backend) -> None:
    log = backend.capture()
    log.append([of(BO, "one"), of(ANA, "two", inference_id="i-two"), of(BO, "three")])
    log.append([of(ANA, "later", NOON + HOUR)])
    eraser = backend.capture()
    assert eraser.ids_of([ANA]) == {"two", "i-two", "later"}
    assert (eraser.erase([ANA]), eraser.erase([ANA]), eraser.erase([])) == (2, 0, 0)
    log.append([of(BO, "four")])
    assert names(backend) == ["one", "three", "four"]
    assert eraser.ids_of([ANA]) == eraser.ids_of([]) == set()
    assert [one.event_id for one in eraser.newest(2)] == ["three", "four"]
    assert eraser.problems() == []
    kept = backend.everything()
    assert (ANA.encode() in kept, BO.encode() in kept) == (False, True)


def test_a_purge_within_an_hour_is_exact_to_the_microsecond(backend: Backend) -> None:
    log = backend.capture()
    log.append([of(ANA, "old"), of(ANA, "at", NOON + MICROSECOND)])
    ages = log.ages(NOON + MICROSECOND)
    assert (ages.rows, ages.due, ages.oldest, ages.youngest_due) == (2, 1, NOON, NOON)
    assert (log.purge(NOON), log.purge(NOON + MICROSECOND)) == (0, 1)
    assert names(backend) == ["at"]
    log.append([of(ANA, "later")])
    assert sorted(names(backend)) == ["at", "later"]


@pytest.mark.parametrize("answered_in", ["application/json", "application/x-other"])
def test_lines_of_people_held_stay_whatever_form_they_are_kept_in(
    backend: Backend, answered_in: str
) -> None:
    log, held, before = backend.capture(), frozenset({ANA}), TOP + 3 * HOUR
    log.append([of(ANA, "a", answer_content_type=answered_in), of(BO, "b")])
    log.append([CaptureRecord("nameless", NOON, "{}", '{"risk":0.1}'), of(BO, "c", before)])
    ages = log.ages(before, held=held)
    assert (ages.rows, ages.due, ages.held_back) == (4, 2, 1)
    assert (ages.oldest, ages.youngest_due) == (NOON, TOP + HOUR)
    assert log.purge(before, held=held) == 2
    assert names(backend) == ["a", "c"]
    assert (log.purge(before, held=held), log.purge(before)) == (0, 1)
