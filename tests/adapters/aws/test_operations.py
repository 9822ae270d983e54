"""What jobs, alarms and figures keep when AWS does not do as it is asked, or two ask at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fake_aws import Killed, die, just_before
from faulty_way import Fault, answering, refusal
from stayline.adapters.aws.alarm_book import DynamoAlarmBook
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.job_book import DynamoJobBook
from stayline.adapters.aws.metric_log import DynamoMetricLog
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.score_board import DynamoScoreBoard
from stayline.adapters.aws.serving_figures import CloudWatchServingFigures
from stayline.domain.alarm_history import Standing, Transition
from stayline.domain.alarms import AlarmState
from stayline.domain.job_runs import RunOutcome
from stayline.domain.metric_points import MetricPoint
from stayline.errors import AwsRefused, StoreUnavailable
from stores import ANA, HOUR, NOON, SetClock

LedTo = Callable[[str], Clients]
Asked = Callable[[Clients], object]
WRITE = "dynamodb.TransactWriteItems"
LATENCY = MetricPoint("ModelLatency", NOON, 412.5, {"Größe": "夜"}, unit="Microseconds")
CALM = Standing("drift", "drift", AlarmState.OK, NOON, NOON, 0.0, "fine")
RINGING = replace(CALM, state=AlarmState.ALARM, since=NOON + HOUR)
RAISED = Transition("t-1", "drift", "drift", AlarmState.OK, AlarmState.ALARM, NOON, 1.0, "high")
READS: dict[str, Asked] = {
    "alarms": lambda c: DynamoAlarmBook(c).standings(),
    "figures": lambda c: CloudWatchServingFigures(c).last(),
    "jobs": lambda c: DynamoJobBook(c).runs("scores"),
    "metrics": lambda c: DynamoMetricLog(c, SetClock()).points("x", since=NOON),
    "scores": lambda c: DynamoScoreBoard(c, lambda token: (token,)).find(ANA),
}


@pytest.mark.parametrize("ask", READS.values(), ids=READS)
def test_expired_credentials_are_for_somebody_to_set_right(ask: Asked, led_to: LedTo) -> None:
    with (
        answering({"": refusal("ExpiredTokenException")}) as address,
        pytest.raises(AwsRefused, match="the credentials have expired"),
    ):
        ask(led_to(address))


def test_throttling_and_errors_of_aws_may_pass_once_it_was_asked_four_times(led_to: LedTo) -> None:
    throttled = refusal("ProvisionedThroughputExceededException")
    for fault in (throttled, Fault(503, "")):
        with answering({"": fault}) as address, pytest.raises(StoreUnavailable):
            READS["jobs"](led_to(address))


def test_of_two_that_begin_a_run_for_one_time_each_has_an_attempt_of_its_own(
    stack: Resources,
) -> None:
    clients = Clients(stack)
    other = DynamoJobBook(Clients(stack))
    just_before(clients, WRITE, lambda: other.begin("scores", NOON, by="bo", at=NOON))
    second = DynamoJobBook(clients).begin("scores", NOON, by="ana", at=NOON)
    assert second is not None
    assert second.attempt == 2
    assert [(run.attempt, run.started_by) for run in other.runs("scores")] == [
        (1, "bo"),
        (2, "ana"),
    ]


def test_a_job_killed_while_it_ends_has_ended_or_is_abandoned_and_due_again(
    stack: Resources,
) -> None:
    book = DynamoJobBook(Clients(stack))
    run = book.begin("scores", NOON, by="ana", at=NOON)
    assert run is not None
    killed = Clients(stack)
    just_before(killed, WRITE, die)
    with pytest.raises(Killed):
        DynamoJobBook(killed).end(run, RunOutcome.SUCCEEDED, "done", at=NOON)
    (left,) = book.runs("scores")
    assert left.outcome is RunOutcome.ABANDONED
    again = book.begin("scores", NOON, by="ana", at=NOON)
    assert again is not None
    book.end(again, RunOutcome.SUCCEEDED, "done", at=NOON)
    assert book.begin("scores", NOON, by="ana", at=NOON) is None


def test_a_purge_of_jobs_cut_off_is_completed_by_the_next(stack: Resources) -> None:
    book = DynamoJobBook(Clients(stack))
    for hour in range(3):
        run = book.begin("scores", NOON + hour * HOUR, by="ana", at=NOON)
        assert run is not None
        book.end(run, RunOutcome.SUCCEEDED, "done", at=NOON)
    killed = Clients(stack)
    just_before(killed, "dynamodb.BatchWriteItem", die, nth=2)
    with pytest.raises(Killed):
        DynamoJobBook(killed).purge(NOON + HOUR)
    assert len(book.runs("scores")) == 3
    assert book.purge(NOON + HOUR) == 2
    found = Clients(stack).of("dynamodb").scan(TableName=stack.state_table)["Items"]
    assert sum(one["pk"]["S"].startswith("job") for one in found) == 2


def test_an_alarm_killed_while_it_moves_stands_as_it_stood_and_is_told_to_nobody(
    stack: Resources,
) -> None:
    book = DynamoAlarmBook(Clients(stack))
    assert book.move(None, CALM, None)
    killed = Clients(stack)
    just_before(killed, WRITE, die)
    with pytest.raises(Killed):
        DynamoAlarmBook(killed).move(CALM, RINGING, RAISED, ["log"])
    assert book.standings() == {"drift": CALM}
    assert (book.history(), book.undelivered()) == ([], [])


def test_an_attempt_that_another_takes_this_moment_is_not_made_twice(stack: Resources) -> None:
    other = DynamoAlarmBook(Clients(stack))
    other.move(None, RINGING, RAISED, ["log"])
    (seen,) = other.undelivered()
    clients = Clients(stack)
    just_before(clients, WRITE, lambda: other.take(seen, next_at=NOON + HOUR))
    assert not DynamoAlarmBook(clients).take(seen, next_at=NOON + 2 * HOUR)
    assert [(one.attempts, one.next_at) for one in other.undelivered()] == [(1, NOON + HOUR)]


def test_recent_points_are_in_cloudwatch_too_and_old_ones_are_not(stack: Resources) -> None:
    clients = Clients(stack)
    log = DynamoMetricLog(clients, SetClock())
    old = replace(LATENCY, at=NOON - timedelta(days=15), value=7.0)
    log.put([LATENCY, old, replace(LATENCY, at=NOON - HOUR, value=1e-200)])
    asked = {"MetricName": "ModelLatency", "Period": 60, "Statistics": ["Sum"]}
    told = clients.of("cloudwatch").get_metric_statistics(
        Namespace=stack.metric_namespace,
        Dimensions=[{"Name": "Größe", "Value": "\\u591c"}],
        StartTime=NOON - timedelta(days=20),
        EndTime=NOON + HOUR,
        **asked,
    )
    assert [point["Sum"] for point in told["Datapoints"]] == [412.5]
    assert len(log.points("ModelLatency", since=old.at)) == 3


def test_what_cloudwatch_does_not_take_is_kept_and_said(stack: Resources) -> None:
    killed = Clients(stack)
    just_before(killed, "cloudwatch.PutMetricData", die)
    with pytest.raises(Killed):
        DynamoMetricLog(killed, SetClock()).put([LATENCY])
    log = DynamoMetricLog(Clients(stack), SetClock())
    assert log.points("ModelLatency", since=NOON) == [LATENCY]
