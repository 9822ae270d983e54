"""How large, how often and how long: every number of a stack, as a keyword with its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Stage(StrEnum):
    """What a stack is for."""

    DEV = "dev"
    PROD = "prod"


class Profile(StrEnum):
    """How the model is kept ready."""

    STEADY = "steady"
    """A machine that is always on, with data capture, canary deployments and autoscaling."""
    THRIFTY = "thrifty"
    """Serverless: paid by use, with cold starts; the gateway captures, since SageMaker cannot."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of one stack. Money in US dollars, memory in MB, percentages of 100.

    ``endpoint_instance`` is of a family that can be scaled automatically, which T2 cannot.
    ``schedules`` are exceptions from the product's own times, by the job's name and in the form of
    EventBridge Scheduler.
    """

    profile: Profile = Profile.STEADY
    endpoint_instance: str = "ml.m8g.medium"
    endpoint_instances_max: int = 2
    requests_a_minute_an_instance: int = 600
    serverless_memory: int = 2048
    serverless_concurrency: int = 5
    capture_percent: int = 100
    capture_days: int = 180
    gateway_memory: int = 1024
    gateway_concurrency: int = 10
    requests_a_second: int = 20
    requests_burst: int = 40
    latency_alarm_ms: int = 200
    job_instance: str = "ml.t3.medium"
    job_longest_s: int = 2 * 60 * 60
    schedules: Mapping[str, str] = field(default_factory=dict)
    token_key_rotation: str = "cron(0 6 10 1 ? *)"  # noqa: S105  (a time, no password)
    log_days: int = 90
    removed_versions_days: int = 30
    monthly_limit_usd: int = 80
    records_every_access: bool = False
    keeps_data: bool = True


STAGES: Mapping[Stage, Sizes] = {
    Stage.DEV: Sizes(
        endpoint_instances_max=1, gateway_concurrency=5, log_days=30, keeps_data=False
    ),
    Stage.PROD: Sizes(),
}


def sizes_of(stage: Stage, profile: Profile) -> Sizes:
    """Return the sizes of a stage in a profile."""
    return replace(STAGES[stage], profile=profile)
