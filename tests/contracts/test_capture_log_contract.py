from stayline.domain.capture import CaptureRecord
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


def test_a_purge_removes_whole_hours_that_have_ended(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("old", NOON), record("young", NOON + HOUR)])
    assert log.purge(TOP + HOUR - MICROSECOND) == 0
    assert log.purge(TOP + HOUR) == 1
    assert [found.event_id for found in log.read(TOP, TOP + 2 * HOUR)] == ["young"]


def test_a_purged_hour_can_be_written_again(backend: Backend) -> None:
    log = backend.capture()
    log.append([record("old")])
    log.purge(TOP + HOUR)
    log.append([record("new")])
    assert [found.event_id for found in log.read(TOP, TOP + HOUR)] == ["new"]
