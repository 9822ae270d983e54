"""Whether an alarm can ring: what it names is what somebody publishes, to the last dimension.

CloudWatch takes a metric for another one whenever its dimensions are not the very same, so an alarm
that names one too few or too many looks at nothing, and never says so.
"""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fake_aws import clients_of, new_stack, running_fake, variables
from infra.training import environment
from stayline.adapters.aws.metric_log import DynamoMetricLog
from stayline.adapters.aws.resources import Resources
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Intake, Monitor
from stayline.domain.risk_score import ScoreSource
from stayline.domain.watch_points import NO_DATA_CHECK, metric_points
from stayline.web.aws_gateway import application
from stores import SetClock
from watched_windows import window

CDK = dict[str, Any]
Metric = tuple[str, frozenset[tuple[str, str]]]
"""A metric of our own namespace: its name and its dimensions."""

OF_AWS = {
    # docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html, "endpoint invocation
    # metrics": these with the dimensions EndpointName, VariantName; latencies in microseconds
    ("AWS/SageMaker", "Invocation5XXErrors"): {"EndpointName", "VariantName"},
    ("AWS/SageMaker", "ModelLatency"): {"EndpointName", "VariantName"},
    # the same page, "SageMaker pipelines metrics", by pipeline
    ("AWS/Sagemaker/ModelBuildingPipeline", "ExecutionFailed"): {"PipelineName"},
    # docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
    # sqs-available-cloudwatch-metrics.html: the only dimension is QueueName
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName"},
    # docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html: by ApiId, or by
    # ApiId and Stage; by route only where detailed metrics are paid for
    ("AWS/ApiGateway", "5xx"): {"ApiId"},
    ("AWS/ApiGateway", "Latency"): {"ApiId"},
}
"""What AWS publishes of itself, as its documentation told it in 2026."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Resources]:
    """A stack in a fake of AWS, to which the variables of its programs lead."""
    with running_fake() as address, pytest.MonkeyPatch.context() as patch:
        for name, value in variables(address).items():
            patch.setenv(name, value)
        there = new_stack()
        for name, value in environment(there).items():
            patch.setenv(name, value)
        yield there


@pytest.fixture(scope="module")
def published(stack: Resources, tmp_path_factory: pytest.TempPathFactory) -> set[Metric]:
    """Everything that the product publishes in its namespace."""
    watch_two_windows(stack)
    home = tmp_path_factory.mktemp("home")
    return listed(stack) | {one for line in gateway_log(home) for one in embedded(line, stack)}


def watch_two_windows(stack: Resources) -> None:
    """Tell the figures of a window of all four monitors, and of one without any answer."""
    full = window(0)
    silent = Finding(
        Monitor.DATA, NO_DATA_CHECK, Verdict.INSUFFICIENT, "No data.", "no request was captured"
    )
    empty = replace(full, intake=Intake(), findings=(silent,))
    assert {one.monitor for one in full.findings} == set(Monitor)
    log = DynamoMetricLog(clients_of(stack), SetClock(full.window.end + timedelta(hours=5)))
    for watched in (full, empty):
        log.put(metric_points(watched))


def listed(stack: Resources) -> set[Metric]:
    """Return what CloudWatch keeps."""
    found = clients_of(stack).of("cloudwatch").get_paginator("list_metrics").paginate()
    return {
        (one["MetricName"], frozenset((at["Name"], at["Value"]) for at in one["Dimensions"]))
        for page in found
        for one in page["Metrics"]
        if one["Namespace"] == stack.metric_namespace
    }


def gateway_log(home: Path) -> list[str]:
    """Return what the gateway of the stack writes when it counts an answer of either source."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STAYLINE_HOME", str(home))
        metrics = application().state["gateway"].metrics
    with redirect_stdout(output):
        for source in ScoreSource:
            metrics.observe(200, source=source.value, variant="version-1", times=3)
    return output.getvalue().splitlines()


def embedded(line: str, stack: Resources) -> Iterator[Metric]:
    """Yield what CloudWatch reads from a line, which must be in the form that it specifies."""
    told = json.loads(line)
    assert isinstance(told["_aws"]["Timestamp"], int)
    for directive in told["_aws"]["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert directive["Namespace"] == stack.metric_namespace
        for metric in directive["Metrics"]:
            assert metric == {"Name": metric["Name"], "Unit": "Count"}
            assert told[metric["Name"]] == 3
            for names in directive["Dimensions"]:
                assert all(told[name] and isinstance(told[name], str) for name in names)
                yield metric["Name"], frozenset((name, told[name]) for name in names)


def alarms(template: CDK) -> list[CDK]:
    resources = template["Resources"].values()
    return [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]


def dimensions(alarm: CDK) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in alarm.get("Dimensions", ())}


def is_ours(alarm: CDK) -> bool:
    return bool(alarm["Namespace"] == "Stayline/stayline-prod")


@pytest.mark.parametrize("name", ["prod-steady", "prod-thrifty"])
def test_every_alarm_on_a_figure_of_ours_names_one_that_is_published(
    templates: dict[str, CDK], published: set[Metric], name: str
) -> None:
    named = {
        alarm["AlarmName"]: (alarm["MetricName"], frozenset(dimensions(alarm).items()))
        for alarm in alarms(templates[name])
        if is_ours(alarm)
    }
    assert len(named) == 6
    assert {alarm: metric for alarm, metric in named.items() if metric not in published} == {}


def test_only_kept_scores_are_noted_in_the_gateway_s_log(stack: Resources, tmp_path: Path) -> None:
    (line,) = gateway_log(tmp_path)
    assert list(embedded(line, stack)) == [("Invocations", frozenset({("Source", "nightly")}))]


def test_a_new_version_makes_no_further_metric_to_pay_for(
    stack: Resources, published: set[Metric]
) -> None:
    log = DynamoMetricLog(clients_of(stack), SetClock(window(0).window.end))
    log.put(metric_points(replace(window(0), model_version=99)))
    assert listed(stack) <= published


@pytest.mark.parametrize("name", ["prod-steady", "prod-thrifty"])
def test_every_other_alarm_names_what_aws_publishes_of_a_part_of_the_stack(
    templates: dict[str, CDK], name: str
) -> None:
    there = [
        value
        for key, one in templates[name]["Resources"].items()
        for value in (*one.get("Properties", {}).values(), {"Ref": key})
    ]
    others = [alarm for alarm in alarms(templates[name]) if not is_ours(alarm)]
    assert {(one["Namespace"], one["MetricName"]) for one in others} == set(OF_AWS)
    for alarm in others:
        named = dimensions(alarm)
        assert set(named) == OF_AWS[alarm["Namespace"], alarm["MetricName"]], alarm["AlarmName"]
        missing = {key: value for key, value in named.items() if value not in there}
        assert missing.pop("VariantName", "AllTraffic") == "AllTraffic"
        assert not missing, alarm["AlarmName"]


def test_every_pipeline_that_fails_rings(templates: dict[str, CDK]) -> None:
    resources = templates["prod-steady"]["Resources"].values()
    pipelines = {
        one["Properties"]["PipelineName"]
        for one in resources
        if one["Type"] == "AWS::SageMaker::Pipeline"
    }
    watched = {dimensions(one).get("PipelineName") for one in alarms(templates["prod-steady"])}
    assert pipelines == watched - {None}
