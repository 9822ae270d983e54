"""What a stack is made of, as far as it is paid for."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model that is served: on instances all day, or on none, with so much memory a call."""

    name: str
    instance_type: str | None = None
    instances: int = 1
    serverless_gb: float = 0.0


@dataclass(frozen=True, slots=True)
class Machine:
    """What one step of a job runs on, for as long as it takes."""

    instance_type: str
    instances: int = 1


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """Steps that run one after another, so many times a month."""

    name: str
    machines: tuple[Machine, ...]
    runs_a_month: float


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function; ``runs_a_month`` are those of schedules.

    One with ``answers_requests`` runs for each request, besides.
    """

    name: str
    memory_gb: float
    architecture: str
    runs_a_month: float = 0.0
    answers_requests: bool = False


@dataclass(frozen=True, slots=True)
class StackContents:
    """Everything of a stack that costs something, counted; ``unknown`` has how many of each type.

    ``custom_metrics`` are the metrics of our own that alarms, dashboards and log filters name.
    """

    endpoints: tuple[Endpoint, ...] = ()
    jobs: tuple[ScheduledJob, ...] = ()
    functions: tuple[Function, ...] = ()
    schedule_starts: float = 0.0
    rest_apis: int = 0
    http_apis: int = 0
    tables: int = 0
    recovered_tables: int = 0
    buckets: int = 0
    feature_groups: int = 0
    repositories: int = 0
    keys: int = 0
    secrets: int = 0
    alarmed_metrics: int = 0
    custom_metrics: frozenset[str] = frozenset()
    dashboards: int = 0
    nat_gateways: int = 0
    interface_endpoints: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
