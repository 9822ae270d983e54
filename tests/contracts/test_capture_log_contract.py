from dataclasses import replace

from stayline.domain.capture import CaptureRecord
from stayline.formats.capture_records import read_capture_line
from stores import HOUR, MICROSECOND, NOON, Backend

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
