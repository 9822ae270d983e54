import time
from dataclasses import replace
from datetime import timedelta

import pytest

from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.metric_log import SqliteMetricLog
from stayline.domain.metric_points import MetricPoint
from stores import HOUR, MICROSECOND, NOON, Backend

MINUTE = timedelta(minutes=1)
DRIFT = MetricPoint(
    "feature_baseline_drift_Größe 夜", NOON, 0.25,
    {"Monitor": "DataQuality", "Endpoint": "attrition-risk"}, "None", 0.1, 0.4, 1000,
)  # fmt: skip
LATENCY = MetricPoint("ModelLatency", NOON, 412.5, unit="Microseconds")


def test_a_point_comes_back_equal_after_reopening(backend: Backend) -> None:
    backend.metric_log().put([DRIFT, LATENCY])
    assert backend.metric_log().points(DRIFT.name, since=NOON) == [DRIFT]
    assert backend.metric_log().points("ModelLatency", since=NOON) == [LATENCY]


def test_points_come_oldest_first_from_since_up_to_but_not_at_until(backend: Backend) -> None:
    log = backend.metric_log()
    points = [replace(LATENCY, at=NOON + n * MINUTE, value=float(n)) for n in (3, 0, 2, 1)]
    log.put(points)
    found = log.points("ModelLatency", since=NOON + MINUTE, until=NOON + 3 * MINUTE)
    assert [point.value for point in found] == [1, 2]
    assert log.points("ModelLatency", since=NOON + 3 * MINUTE + MICROSECOND) == []


def test_a_point_of_the_same_name_dimensions_and_time_replaces_the_former(
    backend: Backend,
) -> None:
    log = backend.metric_log()
    log.put([DRIFT])
    newer = replace(DRIFT, value=0.5, low=None, dimensions=dict(reversed(DRIFT.dimensions.items())))
    log.put([replace(newer, value=0.7), newer])
    assert log.points(DRIFT.name, since=NOON) == [newer]


def test_dimensions_asked_for_are_those_a_point_must_have_at_least(backend: Backend) -> None:
    log = backend.metric_log()
    other = replace(DRIFT, dimensions={"Monitor": "ModelBias"}, at=NOON + MICROSECOND)
    bare = replace(DRIFT, dimensions={}, at=NOON + HOUR)
    log.put([DRIFT, other, bare])
    assert log.points(DRIFT.name, since=NOON) == [DRIFT, other, bare]
    assert log.points(DRIFT.name, since=NOON, dimensions={"Monitor": "DataQuality"}) == [DRIFT]
    assert log.points(DRIFT.name, since=NOON, dimensions={"Endpoint": "elsewhere"}) == []


def test_an_unknown_name_and_an_empty_put_are_nothing(backend: Backend) -> None:
    log = backend.metric_log()
    log.put([])
    assert log.points("nobody", since=NOON) == []


def test_a_point_that_cannot_be_kept_keeps_the_others_of_its_put_out(backend: Backend) -> None:
    log = backend.metric_log()
    with pytest.raises(Exception, match="naive"):
        log.put([LATENCY, replace(LATENCY, at=NOON.replace(tzinfo=None))])
    assert log.points("ModelLatency", since=NOON) == []


def test_purging_removes_what_is_older_and_says_how_much(backend: Backend) -> None:
    log = backend.metric_log()
    log.put([replace(LATENCY, at=NOON - n * HOUR) for n in range(5)])
    log.put([replace(DRIFT, at=NOON - 9 * HOUR)])
    assert log.purge(NOON - 2 * HOUR) == 3
    assert len(log.points("ModelLatency", since=NOON - 9 * HOUR)) == 3
    assert log.points(DRIFT.name, since=NOON - 9 * HOUR) == []
    log.put([DRIFT])
    assert log.points(DRIFT.name, since=NOON) == [DRIFT]


def test_a_series_keeps_its_newest_points_and_no_more_than_its_limit(tmp_path) -> None:
    engine = open_database(tmp_path / "state.db", "state")
    log = SqliteMetricLog(engine, longest_series=100)
    log.put([replace(LATENCY, at=NOON + n * MINUTE) for n in range(300)])
    log.put([replace(LATENCY, at=NOON + 300 * MINUTE), DRIFT])
    found = log.points("ModelLatency", since=NOON)
    assert [point.at for point in found] == [NOON + n * MINUTE for n in range(201, 301)]
    assert log.points(DRIFT.name, since=NOON) == [DRIFT]
    engine.dispose()


def test_it_stays_quick_with_hundreds_of_thousands_of_points(tmp_path) -> None:
    engine = open_database(tmp_path / "state.db", "state")
    log = SqliteMetricLog(engine)
    for series in range(8):
        log.put(
            [
                MetricPoint("Invocations", NOON + n * MINUTE, 1.0, {"Part": str(series)})
                for n in range(40_000)
            ]
        )
    began = time.perf_counter()
    log.put([replace(LATENCY, at=NOON + 40_000 * MINUTE)])
    since = NOON + 39_900 * MINUTE
    found = log.points("Invocations", since=since, dimensions={"Part": "3"})
    took = time.perf_counter() - began
    assert len(found) == 100
    assert took < 0.5
    engine.dispose()
