"""What two months of watching leave behind: windows, alarms with notes, figures, runs of jobs."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from small_pipelines import HERE, OUTPUT, fail, pipeline, processing
from stayline.bootstrap import Ports
from stayline.domain.alarm_history import Standing, Transition
from stayline.domain.alarms import AlarmState
from stayline.domain.gates import Verdict
from stayline.domain.job_plan import PLAN
from stayline.domain.job_runs import RunOutcome
from stayline.domain.metric_points import MetricPoint
from stayline.domain.monitoring import Finding, Monitor, Watched, Window
from stayline.errors import ExecutionFailed
from stayline.formats.watched_form import FILE, encode_watched
from stayline.usecases.acknowledge_alarm import acknowledge_alarm
from watched_windows import finding, window

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NOTE = "The new site was imported; we compare its people this week."
FIGURE = "EndToEndLatency_p95"
_STATES = (AlarmState.ALARM, AlarmState.OK, AlarmState.INSUFFICIENT_DATA)


def fill_watch(
    ports: Ports,
    *,
    windows: int = 60,
    alarms: int = 12,
    minutes: int = 1440,
    version: int = 3,
    text: str = "",
) -> None:
    """Put it there, up to now; ``text`` stands wherever a text of somebody's may stand."""
    now = ports.clock.now()
    for at in range(windows):
        end = now.replace(hour=0, minute=0, second=0, microsecond=0) - DAY * (windows - 1 - at)
        watched = replace(_window(at, windows, end, text), model_version=version)
        files = {FILE: encode_watched(watched), "watch.html": b"page"}
        ports.reports.put("watch", end, files)
    ports.metrics.put(list(_points(minutes, now)))
    ring(ports, "latency-high", AlarmState.ALARM, now - timedelta(hours=3), f"{FIGURE} is high")
    ring(
        ports,
        "data-drift",
        AlarmState.ALARM,
        now - 2 * DAY,
        f"watch_violations is 2 {text}".strip(),
    )
    for at in range(alarms):
        since = now - DAY - at * MINUTE
        name = f"job-missed:{text}job-{at}"
        _move(ports, None, name, _STATES[at % 3], since, f"why {text}")
    acknowledge_alarm(
        "data-drift", note=NOTE + text, by="ben",
        alarms=ports.alarms, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    _run_jobs(ports, now, text)


def run_pipeline(ports: Ports, *, lines: int = 450, text: str = "") -> str:
    """Run a pipeline whose first step prints so many lines and whose second one fails."""
    program = HERE + OUTPUT + (
        f"[print('line', at, {text!r}) for at in range({lines})]; "
        "(out / 'rows' / 'rows.txt').write_text('7 rows')"
    )  # fmt: skip
    fails = {**fail("fail", f"It was to fail. {text}"), "DependsOn": ["prepare"]}
    with suppress(ExecutionFailed):
        ports.runner.run(
            pipeline(processing("prepare", program), fails), parameters={}, by=f"ana{text}"
        )
    return ports.runner.executions()[0].execution_id


def ring(ports: Ports, alarm: str, state: AlarmState, since: datetime, reason: str) -> None:
    """Let an alarm stand so, since then."""
    _move(ports, ports.alarms.standings().get(alarm), alarm, state, since, reason)


def _move(
    ports: Ports,
    before: Standing | None,
    alarm: str,
    state: AlarmState,
    since: datetime,
    reason: str,
) -> None:
    rule = alarm.partition(":")[0]
    former = AlarmState.INSUFFICIENT_DATA if before is None else before.state
    number = f"{alarm}-{since.isoformat()}"
    after = Standing(alarm, rule, state, since, ports.clock.now(), 1.0, reason)
    made = Transition(number, alarm, rule, former, state, since, 1.0, reason)
    assert ports.alarms.move(before, after, made)


def _window(at: int, windows: int, end: datetime, text: str) -> Watched:
    """Return a day's window: two features drift at the end, and the quality falls slowly."""
    found = window(at, features=9, drift_from=windows - 12)
    value, room = 0.8 - 0.0025 * at, 0.015
    fell = Verdict.FAIL if value + room < 0.7 else Verdict.INSUFFICIENT
    verdict = Verdict.PASS if value - room > 0.7 else fell
    findings: list[Finding] = [
        replace(one, subject="estimated without labels") if one.subject == "estimated" else one
        for one in found.findings
    ]
    findings.append(
        finding(
            Monitor.QUALITY, "known outcomes", "auc", value, threshold=0.7,
            low=value - room, high=value + room, verdict=verdict,
        )
    )  # fmt: skip
    if text:
        findings.append(finding(Monitor.DATA, text, "psi", 0.1 + at / 100, reason=text))
    intake = replace(found.intake, rows=900 + at % 7 * 30)
    return replace(found, window=Window(end - DAY, end), intake=intake, findings=tuple(findings))


def _points(minutes: int, now: datetime) -> Iterator[MetricPoint]:
    for at in range(minutes):
        value = 90_000.0 + at % 97 * 400 + (150_000 if at % 700 == 350 else 0)
        where = {"Endpoint": "attrition-risk"}
        yield MetricPoint(FIGURE, now - at * MINUTE, value, where, "Microseconds", n=30)


def _run_jobs(ports: Ports, now: datetime, text: str) -> None:
    """Run what was due in 40 days; the nightly score has failed for two of them."""
    ports.jobs.enrol([job.name for job in PLAN], at=now - 40 * DAY)
    for job in PLAN:
        with ports.jobs.alone(job.name):
            for days in range(39, -1, -1):
                time = job.schedule.latest(now - days * DAY)
                is_bad = job.name == "nightly-scores" and days < 2
                run = ports.jobs.begin(job.name, time, by="schedule", at=time)
                if run is not None:
                    outcome = RunOutcome.FAILED if is_bad else RunOutcome.SUCCEEDED
                    said = f"The model cannot be loaded. {text}" if is_bad else "It is done."
                    ports.jobs.end(run, outcome, said, at=time + timedelta(seconds=37))
