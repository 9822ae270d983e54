from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.job_runs import JobRun, RunOutcome
from stayline.domain.monitoring import Window
from stayline.domain.schedules import Cadence, Schedule, Standing, standing

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AUTUMN = datetime(2025, 10, 1, tzinfo=UTC)
NIGHTLY = Schedule(Cadence.DAILY, grace=6 * HOUR, hour=2)
HOURLY = Schedule(Cadence.HOURLY, grace=2 * HOUR, minute=10, windows=4)


def at(day: int, hour: int = 0, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def ran(
    scheduled_for: datetime,
    outcome: RunOutcome = RunOutcome.SUCCEEDED,
    *,
    attempt: int = 1,
    ended_at: datetime | None = None,
) -> JobRun:
    ended_at = ended_at or scheduled_for + MINUTE
    return JobRun(0, "job", scheduled_for, attempt, scheduled_for, "x", outcome, ended_at)


def enrolled(when: datetime) -> JobRun:
    return ran(when, RunOutcome.ENROLLED, attempt=0, ended_at=when)


def failed(scheduled_for: datetime, times: int = 1, **given: datetime) -> list[JobRun]:
    return [ran(scheduled_for, RunOutcome.FAILED, attempt=n + 1, **given) for n in range(times)]


@pytest.mark.parametrize(
    ("schedule", "latest", "following", "window"),
    [
        (HOURLY, at(15, 11, 10), at(15, 12, 10), Window(at(15, 10), at(15, 11))),
        (NIGHTLY, at(15, 2), at(16, 2), Window(at(14), at(15))),
        (
            Schedule(Cadence.MONTHLY, DAY, hour=3, day=28),
            at(28, 3, month=2), at(28, 3), Window(at(1, month=1), at(1, month=2)),
        ),
        (
            Schedule(Cadence.QUARTERLY, DAY, day=2),
            at(2, month=1), at(2, month=4), Window(AUTUMN, at(1, month=1)),
        ),
    ],
)  # fmt: skip
def test_each_cadence_has_a_last_time_a_next_time_and_a_whole_window_before(
    schedule, latest, following, window
):
    now = at(15, 12, 5)
    assert schedule.latest(now) == latest
    assert schedule.following(now) == following
    assert schedule.window(latest) == window
    assert schedule.latest(latest) == latest
    assert schedule.following(latest) == following


def test_nothing_of_a_job_that_is_not_kept_yet_is_due():
    assert standing(NIGHTLY, [], at(5, 12)).due == ()


def test_nothing_from_before_a_job_was_kept_is_due():
    stands = standing(NIGHTLY, [enrolled(at(5, 12))], at(5, 13))
    assert (stands.due, stands.missed, stands.next_at) == ((), None, at(6, 2))


def test_a_daily_job_missed_three_times_runs_once():
    runs = [enrolled(at(1)), ran(at(1, 2))]
    stands = standing(NIGHTLY, runs, at(4, 10))
    assert (stands.due, stands.missed) == ((at(4, 2),), at(2, 2))
    assert standing(NIGHTLY, [*runs, ran(at(4, 2))], at(4, 10)).unserved == ()


def test_a_job_with_windows_runs_for_each_missed_one_up_to_a_stated_number():
    stands = standing(HOURLY, [enrolled(at(1, 0)), ran(at(1, 0, 10))], at(1, 3, 15))
    assert stands.due == (at(1, 1, 10), at(1, 2, 10), at(1, 3, 10))
    assert stands.left_out_before is None
    stands = standing(HOURLY, [enrolled(at(1, 0)), ran(at(1, 0, 10))], at(1, 9, 15))
    assert stands.due == (at(1, 6, 10), at(1, 7, 10), at(1, 8, 10), at(1, 9, 10))
    assert stands.left_out_before == at(1, 6, 10)


def test_a_failed_run_is_tried_again_later_and_later_and_then_given_up():
    start = [enrolled(at(1))]
    once, twice, thrice = (start + failed(at(1, 2), times) for times in (1, 2, 3))
    assert standing(NIGHTLY, once, at(1, 2, 5)).due == ()
    assert standing(NIGHTLY, once, at(1, 2, 5)).next_at == at(1, 2, 6)
    assert standing(NIGHTLY, once, at(1, 2, 6)).due == (at(1, 2),)
    assert standing(NIGHTLY, twice, at(1, 2, 10)).due == ()
    assert standing(NIGHTLY, twice, at(1, 2, 11)).due == (at(1, 2),)
    given_up = standing(NIGHTLY, thrice, at(1, 20))
    assert (given_up.due, given_up.unserved, given_up.next_at) == ((), (at(1, 2),), at(2, 2))
    assert given_up.missed == at(1, 2)
    assert standing(NIGHTLY, thrice, at(2, 3)).due == (at(2, 2),)


def test_one_window_that_keeps_failing_does_not_hold_up_the_others():
    runs = [enrolled(at(1, 0)), *failed(at(1, 0, 10), 3)]
    assert standing(HOURLY, runs, at(1, 1, 30)).due == (at(1, 1, 10),)


def test_what_runs_now_is_not_due_but_missed_once_its_grace_is_over():
    runs = [enrolled(at(1)), ran(at(1, 2), RunOutcome.RUNNING)]
    assert standing(NIGHTLY, runs, at(1, 7)).due == ()
    assert standing(NIGHTLY, runs, at(1, 7)).missed is None
    assert standing(NIGHTLY, runs, at(1, 8, 1)).missed == at(1, 2)


def test_a_run_by_hand_after_its_time_serves_a_job_that_only_needs_its_newest():
    runs = [enrolled(at(1)), *failed(at(1, 2), 3), ran(at(1, 10, 37))]
    assert standing(NIGHTLY, runs, at(1, 20)).missed is None
    before = [enrolled(at(1)), ran(at(1, 1, 59))]
    assert standing(NIGHTLY, before, at(1, 3)).due == (at(1, 2),)


def test_a_clock_that_jumps_ahead_and_back_neither_stops_a_job_nor_repeats_a_time():
    far = datetime(2031, 5, 1, 2, tzinfo=UTC)
    runs = [enrolled(at(1)), ran(at(1, 2)), ran(far)]
    assert standing(NIGHTLY, runs, at(1, 12)).due == ()
    assert standing(NIGHTLY, runs, at(2, 12)).due == (at(2, 2),)
    assert standing(NIGHTLY, runs, far + HOUR).due == ()


def test_a_clock_that_is_set_back_lets_a_failed_run_be_tried_again_at_once():
    runs = [enrolled(at(1)), *failed(at(1, 2), ended_at=at(3))]
    assert standing(NIGHTLY, runs, at(1, 3)).due == (at(1, 2),)


def test_a_job_kept_since_a_clock_that_was_ahead_is_not_kept_by_now():
    assert standing(NIGHTLY, [enrolled(at(1, month=9))], at(5, 12)).due == ()


SCHEDULES = [
    NIGHTLY,
    HOURLY,
    replace(HOURLY, windows=1),
    Schedule(Cadence.DAILY, grace=HOUR, hour=23, minute=59, windows=3),
    Schedule(Cadence.MONTHLY, grace=DAY, day=28, hour=5),
    Schedule(Cadence.QUARTERLY, grace=DAY, day=1, windows=2),
]
OUTCOMES = st.sampled_from([RunOutcome.SUCCEEDED, RunOutcome.FAILED, RunOutcome.ABANDONED])


def is_scheduled(schedule: Schedule, minute: datetime) -> bool:
    """Tell, from what a calendar shows, whether a job is scheduled for that minute."""
    on_the_hour = minute.minute == schedule.minute
    if schedule.cadence is Cadence.HOURLY:
        return on_the_hour
    on_the_day = on_the_hour and minute.hour == schedule.hour
    if schedule.cadence is Cadence.DAILY:
        return on_the_day
    on_the_month = on_the_day and minute.day == schedule.day
    return on_the_month and (schedule.cadence is Cadence.MONTHLY or minute.month in (1, 4, 7, 10))


@cache
def march(schedule: Schedule) -> list[datetime]:
    minutes = (at(1) - DAY + n * MINUTE for n in range(31 * 24 * 60))
    return [minute for minute in minutes if is_scheduled(schedule, minute)]


@dataclass
class Plain:
    """The rules of what is due, told by looking at each minute since a job was kept."""

    schedule: Schedule
    kept_since: datetime
    successes: set[datetime] = field(default_factory=set)
    tries: dict[datetime, list[datetime]] = field(default_factory=dict)

    def due(self, now: datetime, calendar: Sequence[datetime]) -> tuple[datetime, ...]:
        times = [time for time in calendar if self.kept_since < time <= now]
        wanted = times[-self.schedule.windows :]
        open_times = []
        for time in wanted:
            done = {s for s in self.successes if s <= now}
            served = any(s >= time for s in done) if self.schedule.windows == 1 else time in done
            if not served and self._may_try(time, now):
                open_times.append(time)
        return tuple(open_times)

    def _may_try(self, time: datetime, now: datetime) -> bool:
        tries = self.tries.get(time, [])
        if not tries:
            return True
        if len(tries) == self.schedule.attempts:
            return False
        waited = now - tries[-1]
        return waited < timedelta(0) or waited >= self.schedule.backoff * 2 ** (len(tries) - 1)


@pytest.mark.parametrize("schedule", SCHEDULES[:4])
@given(
    start=st.integers(0, 3 * 24 * 60),
    moves=st.lists(
        st.tuples(st.integers(-600, 4000).filter(lambda m: m != 0), st.lists(OUTCOMES, max_size=6)),
        max_size=8,
    ),
)
def test_what_is_due_agrees_with_a_calendar_wherever_the_clock_jumps(schedule, start, moves):
    first = at(1) + start * MINUTE
    calendar = march(schedule)
    plain = Plain(schedule, first)
    runs, now = [enrolled(first)], first
    for move, outcomes in moves:
        now = max(first, now + move * MINUTE)
        for outcome in [*outcomes, None]:
            stands = standing(schedule, runs, now)
            assert stands.due == plain.due(now, calendar)
            if outcome is None or not stands.due:
                break
            time = stands.due[0]
            assert time not in plain.successes
            attempt = len(plain.tries.get(time, [])) + 1
            runs.append(ran(time, outcome, attempt=attempt, ended_at=now))
            if outcome is RunOutcome.SUCCEEDED:
                plain.successes.add(time)
            else:
                plain.tries.setdefault(time, []).append(now)


@pytest.mark.parametrize("schedule", SCHEDULES)
@given(instant=st.datetimes(datetime(1999, 1, 1), datetime(2039, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  (hypothesis wants its bounds without a zone)
def test_the_last_and_the_next_time_are_neighbours_in_the_calendar(schedule, instant):
    latest, following = schedule.latest(instant), schedule.following(instant)
    assert latest <= instant < following
    assert is_scheduled(schedule, latest)
    assert is_scheduled(schedule, following)
    assert schedule.latest(following - timedelta(microseconds=1)) == latest
    assert schedule.following(latest) == following
    longest = {"hourly": HOUR, "daily": DAY, "monthly": 31 * DAY, "quarterly": 92 * DAY}
    assert following - latest <= longest[schedule.cadence.value]


@given(
    schedule=st.sampled_from(SCHEDULES),
    jumps=st.lists(st.integers(-40 * 24 * 60, 40 * 24 * 60), max_size=5),
)
def test_when_all_that_is_due_has_run_nothing_is_missed_and_no_time_ran_twice(schedule, jumps):
    now = at(15)
    runs = [enrolled(now)]
    for jump in jumps:
        now = now + jump * MINUTE
        if all(run.scheduled_for > now for run in runs):
            runs.append(enrolled(now))
        while due := standing(schedule, runs, now).due:
            runs.append(ran(due[0], ended_at=now))
        stands: Standing = standing(schedule, runs, now)
        assert (stands.unserved, stands.missed) == ((), None)
        assert stands.next_at == schedule.following(now)
    times = [run.scheduled_for for run in runs if run.outcome is RunOutcome.SUCCEEDED]
    assert len(times) == len(set(times))
