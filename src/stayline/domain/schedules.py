"""When a job runs, and which of its runs are due now, told from the runs there were."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from stayline.domain.job_runs import JobRun, RunOutcome
from stayline.domain.monitoring import Window

_INSTANT = timedelta(microseconds=1)


class Cadence(StrEnum):
    """How often a job runs."""

    HOURLY = "hourly"
    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job runs, all in UTC: in each hour, day, month or quarter once.

    ``hour`` and ``minute`` say when in the day, ``day`` (1 to 28) which day of the month or of the
    quarter's first month. A run that has not succeeded ``grace`` after its time is missed. Of times
    that passed without a run, the newest ``windows`` are caught up, each by a run of its own: 1 for
    a job that only ever needs its newest run. A failed run is tried ``attempts`` times in all,
    first after ``backoff``, then after twice as long, and so on.
    """

    cadence: Cadence
    grace: timedelta
    hour: int = 0
    minute: int = 0
    day: int = 1
    windows: int = 1
    attempts: int = 3
    backoff: timedelta = timedelta(minutes=5)

    def latest(self, at: datetime) -> datetime:
        """Return the last scheduled time there was.

        >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
        >>> Schedule(Cadence.DAILY, timedelta(hours=1), hour=13).latest(noon).isoformat()
        '2026-02-28T13:00:00+00:00'
        """
        start = _start(self.cadence, at)
        time = start + self._offset
        return time if time <= at else _before(self.cadence, start) + self._offset

    def following(self, at: datetime) -> datetime:
        """Return the next scheduled time there will be."""
        start = _start(self.cadence, at)
        time = start + self._offset
        return time if time > at else _after(self.cadence, start) + self._offset

    def window(self, scheduled_for: datetime) -> Window:
        """Return the last whole hour, day, month or quarter before a time."""
        end = _start(self.cadence, scheduled_for)
        return Window(_before(self.cadence, end), end)

    def words(self) -> str:
        """Say when it runs.

        >>> Schedule(Cadence.MONTHLY, timedelta(days=1), hour=4, day=2).words()
        'monthly, on day 2 at 04:00'
        """
        if self.cadence is Cadence.HOURLY:
            return f"hourly, at minute {self.minute}"
        on = "" if self.cadence is Cadence.DAILY else f", on day {self.day}"
        return f"{self.cadence.value}{on} at {self.hour:02}:{self.minute:02}"

    @property
    def _offset(self) -> timedelta:
        if self.cadence is Cadence.HOURLY:
            return timedelta(minutes=self.minute)
        days = 0 if self.cadence is Cadence.DAILY else self.day - 1
        return timedelta(days=days, hours=self.hour, minutes=self.minute)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be done about a job now.

    ``unserved`` are the times that have passed without success and can still be caught up, oldest
    first; ``due`` are those of them that should run now, the others being under way, about to be
    retried, or given up. ``missed`` is the oldest one whose grace is over. ``next_at`` is when
    something may be due next. ``left_out_before`` tells of a downtime so long that older times than
    that are not caught up.
    """

    unserved: tuple[datetime, ...]
    due: tuple[datetime, ...]
    missed: datetime | None
    next_at: datetime
    left_out_before: datetime | None = None


def standing(schedule: Schedule, runs: Sequence[JobRun], now: datetime) -> Standing:
    """Return what is due of a job, from its runs in the order of their beginning.

    Runs from the future, from before the clock was set back, say nothing of now: but once their
    time has come again, it is not run twice. A job without any run is not kept yet, and nothing of
    it is due. A run for a later time serves an earlier one, too, unless each window needs its own.
    """
    known = [run for run in runs if run.scheduled_for <= now]
    unserved = sorted(_unserved(schedule, known, now))
    coming = schedule.following(now)
    due, waiting = [], [coming]
    for time in unserved:
        tries = [run for run in known if run.scheduled_for == time]
        if len(tries) >= schedule.attempts or any(_is_running(run) for run in tries):
            continue
        again = _retry_at(schedule, tries, now)
        if again <= now:
            due.append(time)
        else:
            waiting.append(again)
    oldest = _oldest_unserved(schedule, known, unserved)
    return Standing(
        unserved=tuple(unserved),
        due=tuple(due),
        missed=oldest if oldest is not None and oldest + schedule.grace < now else None,
        next_at=now if due else min(waiting),
        left_out_before=_left_out_before(schedule, known, unserved),
    )


def _unserved(schedule: Schedule, known: Sequence[JobRun], now: datetime) -> Iterator[datetime]:
    """Yield the times without success that can be caught up, newest first."""
    if not known:
        return
    newest = schedule.latest(now)
    served = {run.scheduled_for for run in known if _is_served(run)}
    if schedule.windows == 1:
        if all(time < newest for time in served):
            yield newest
        return
    since = min(run.scheduled_for for run in known)
    times = takewhile(lambda time: time > since, _backwards(schedule, newest))
    for _, time in zip(range(schedule.windows), times, strict=False):
        if time not in served:
            yield time


def _oldest_unserved(
    schedule: Schedule, known: Sequence[JobRun], unserved: Sequence[datetime]
) -> datetime | None:
    """Return since when nothing has succeeded: a newer time does not end that an older was missed.

    Of a job that only needs its newest run, it is the first time after the last success, which is
    no longer caught up by itself.
    """
    if not unserved:
        return None
    before = [run.scheduled_for for run in known if _is_served(run)]
    earlier = [time for time in before if time < unserved[0]]
    if schedule.windows > 1 or not earlier:
        return unserved[0]
    return schedule.following(max(earlier))


def _left_out_before(
    schedule: Schedule, known: Sequence[JobRun], unserved: Sequence[datetime]
) -> datetime | None:
    """Return the oldest time that is caught up where an older one would have to be, too."""
    if schedule.windows == 1 or len(unserved) < schedule.windows:
        return None
    older = schedule.latest(unserved[0] - _INSTANT)
    kept_since = min(run.scheduled_for for run in known)
    served = any(run.scheduled_for == older and _is_served(run) for run in known)
    return unserved[0] if older > kept_since and not served else None


def _backwards(schedule: Schedule, time: datetime) -> Iterator[datetime]:
    while True:
        yield time
        time = schedule.latest(time - _INSTANT)


def _is_served(run: JobRun) -> bool:
    return run.outcome in (RunOutcome.SUCCEEDED, RunOutcome.ENROLLED)


def _is_running(run: JobRun) -> bool:
    return run.outcome is RunOutcome.RUNNING


def _retry_at(schedule: Schedule, tries: Sequence[JobRun], now: datetime) -> datetime:
    """Return when a time is tried again; an end in the future is from before a clock was set."""
    if not tries:
        return now
    ended_at = tries[-1].ended_at or tries[-1].started_at
    if ended_at > now:
        return now
    return ended_at + schedule.backoff * (1 << (len(tries) - 1))


def _start(cadence: Cadence, at: datetime) -> datetime:
    """Return the beginning of the hour, day, month or quarter that an instant is in."""
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if cadence is Cadence.HOURLY:
        return hour
    if cadence is Cadence.DAILY:
        return hour.replace(hour=0)
    month = hour.month if cadence is Cadence.MONTHLY else hour.month - (hour.month - 1) % 3
    return hour.replace(month=month, day=1, hour=0)


def _before(cadence: Cadence, start: datetime) -> datetime:
    return _start(cadence, start - _INSTANT)


def _after(cadence: Cadence, start: datetime) -> datetime:
    """Return the next beginning; no hour, day, month or quarter is longer than this leap."""
    leaps = {Cadence.HOURLY: 1, Cadence.DAILY: 24, Cadence.MONTHLY: 31 * 24}
    return _start(cadence, start + timedelta(hours=leaps.get(cadence, 92 * 24)))
