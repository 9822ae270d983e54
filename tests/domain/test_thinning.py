"""A thinned course is short, and never calmer than the full one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.thinning import Reading, thinned

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
READINGS = st.lists(
    st.tuples(st.integers(0, 10_000), st.floats(-1e6, 1e6), st.booleans()), min_size=1, max_size=80
).map(
    lambda some: [
        Reading(NOON + timedelta(seconds=second), value, is_beyond=is_beyond)
        for second, value, is_beyond in sorted(some)
    ]
)


@given(READINGS, st.integers(1, 30))
def test_nothing_is_lost_of_what_matters(readings: list[Reading], most: int) -> None:
    found = thinned(readings, most)
    assert 1 <= len(found) <= most
    assert sum(one.count for one in found) == len(readings)
    assert min(one.least for one in found) == min(one.value for one in readings)
    assert max(one.most for one in found) == max(one.value for one in readings)
    assert sum(one.beyond for one in found) == sum(one.is_beyond for one in readings)
    assert all(one.worst.is_beyond is bool(one.beyond) for one in found)
    assert found[-1].newest == readings[-1]
    assert [one.first_at for one in found] == sorted(one.first_at for one in found)


def test_few_readings_stay_as_they_are() -> None:
    readings = [Reading(NOON + timedelta(hours=at), float(at)) for at in range(5)]
    assert [one.newest for one in thinned(readings, 5)] == readings
    assert thinned([], 5) == []


def test_readings_of_one_instant_are_one_stretch() -> None:
    found = thinned([Reading(NOON, float(at)) for at in range(9)], 3)
    assert [(one.count, one.least, one.most) for one in found] == [(9, 0.0, 8.0)]
