"""What a month uses: quantities under the names of their prices, without any price yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from stayline.domain.aws_cost.contents import StackContents
from stayline.domain.aws_cost.traffic import DAYS_A_MONTH, HOURS_A_MONTH, Traffic

_KB_A_GB = 1024 * 1024
_DAILY = DAYS_A_MONTH / HOURS_A_MONTH
"""What a metric costs that is sent once a day: the hours in which it is sent are paid for."""
_SECRET_S = 60
"""How long a process takes a secret to be as it was."""
INSTANCE_HOUR = "instance-hour"
"""The price of an hour of ml.m5.large is called ``instance-hour.ml.m5.large``."""


@dataclass(frozen=True, slots=True)
class Use:
    """So much of what one price is for, and the part of the bill that it belongs to."""

    part: str
    price: str
    quantity: float


def uses_of(stack: StackContents, traffic: Traffic) -> list[Use]:
    """Return everything that a stack uses in a month of such traffic; quantities of 0 left out."""
    found = (
        *_ingress(stack, traffic),
        *_endpoints(stack, traffic),
        *_jobs(stack, traffic),
        *_features(stack, traffic),
        *_stores(stack, traffic),
        *_watching(stack, traffic),
        *_keeping(stack, traffic),
    )
    return [use for use in found if use.quantity > 0]


def _ingress(stack: StackContents, traffic: Traffic) -> Iterator[Use]:
    """Yield what requests take on their way in; both kinds of API are taken to see them all."""
    if stack.rest_apis:
        yield Use("API Gateway", "rest-api.request", traffic.predictions)
    if stack.http_apis:
        yield Use("API Gateway", "http-api.request", traffic.predictions)
    for function in stack.functions:
        asked = traffic.predictions if function.answers_requests else 0.0
        runs = function.runs_a_month + asked
        seconds = runs * traffic.function_s * function.memory_gb
        yield Use("Lambda", "lambda.request", runs)
        yield Use("Lambda", f"lambda.gb-second.{function.architecture}", seconds)


def _endpoints(stack: StackContents, traffic: Traffic) -> Iterator[Use]:
    for endpoint in stack.endpoints:
        gigabytes = traffic.predictions * traffic.payload_kb / _KB_A_GB
        yield Use("real-time endpoint", "endpoint.data-gb", gigabytes)
        if endpoint.instance_type is None:
            seconds = traffic.predictions * traffic.serverless_s * endpoint.serverless_gb
            yield Use("real-time endpoint", "serverless.gb-second", seconds)
        else:
            instances = max(endpoint.instances, traffic.instances_needed)
            price = f"{INSTANCE_HOUR}.{endpoint.instance_type}"
            yield Use("real-time endpoint", price, instances * HOURS_A_MONTH)


def _jobs(stack: StackContents, traffic: Traffic) -> Iterator[Use]:
    for job in stack.jobs:
        for machine in job.machines:
            hours = job.runs_a_month * machine.instances * traffic.job_minutes / 60
            yield Use(f"job {job.name}", f"{INSTANCE_HOUR}.{machine.instance_type}", hours)
    yield Use("schedules", "scheduler.start", stack.schedule_starts)


def _features(stack: StackContents, traffic: Traffic) -> Iterator[Use]:
    """Yield a read for each prediction, and each person's record written anew each day."""
    if stack.feature_groups:
        yield Use("feature store", "feature-store.read", traffic.predictions)
        yield Use("feature store", "feature-store.write", traffic.people * DAYS_A_MONTH)
        kept = traffic.people * traffic.capture_kb / _KB_A_GB
        yield Use("feature store", "feature-store.gb-month", kept)


def _stores(stack: StackContents, traffic: Traffic) -> Iterator[Use]:
    captured_gb = (
        traffic.predictions_a_day * traffic.kept_days * traffic.capture_kb / _KB_A_GB
        if stack.buckets
        else 0.0
    )
    if stack.tables:
        nightly = traffic.people * DAYS_A_MONTH
        writes = traffic.predictions * traffic.writes + 2 * nightly
        yield Use("DynamoDB", "dynamodb.write", writes)
        yield Use("DynamoDB", "dynamodb.read", traffic.predictions * traffic.reads + nightly)
        yield Use("DynamoDB", "dynamodb.gb-month", traffic.table_gb)
        if stack.recovered_tables:
            yield Use("DynamoDB", "dynamodb.recovery-gb-month", traffic.table_gb)
    if stack.buckets:
        yield Use("S3", "s3.put", traffic.predictions + _runs(stack) * 20)
        yield Use("S3", "s3.gb-month", traffic.data_gb + captured_gb)
    if stack.repositories:
        yield Use("image repository", "ecr.gb-month", stack.repositories * traffic.image_gb)


def _watching(stack: StackContents, traffic: Traffic) -> Iterator[Use]:
    gigabytes = traffic.predictions * traffic.log_kb / _KB_A_GB + _runs(stack) * traffic.job_log_gb
    yield Use("CloudWatch logs", "logs.gb", gigabytes)
    yield Use("CloudWatch logs", "logs.gb-month", gigabytes)
    yield Use("CloudWatch alarms", "alarm", stack.alarmed_metrics)
    yield Use("CloudWatch dashboards", "dashboard", stack.dashboards)
    all_day = len(stack.custom_metrics) + traffic.metrics_besides
    yield Use("CloudWatch metrics", "metric", all_day + traffic.daily_metrics * _DAILY)


def _keeping(stack: StackContents, traffic: Traffic) -> Iterator[Use]:
    """Yield keys and secrets; a prediction is taken to need two calls of keys."""
    yield Use("encryption keys", "kms.key", stack.keys)
    if stack.keys:
        yield Use("encryption keys", "kms.request", 2 * traffic.predictions + _runs(stack) * 50)
    yield Use("secrets", "secret", stack.secrets)
    if stack.secrets:
        at_most = HOURS_A_MONTH * 3600 / _SECRET_S
        yield Use("secrets", "secret.request", min(traffic.predictions, at_most))
    yield Use("network", "nat-gateway.hour", stack.nat_gateways * HOURS_A_MONTH)
    yield Use("network", "interface-endpoint.hour", stack.interface_endpoints * HOURS_A_MONTH)


def _runs(stack: StackContents) -> float:
    """Return how many machines are started in a month."""
    return sum(len(job.machines) * job.runs_a_month for job in stack.jobs)
