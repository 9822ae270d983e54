"""What a synthesised stack is made of, as far as it is paid for."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stayline.domain.aws_cost.contents import Endpoint, Function, ScheduledJob, StackContents
from stayline.domain.aws_cost.runs import runs_a_month
from stayline.formats.cloudformation import (
    Resource,
    entries,
    entry,
    mentioned,
    number,
    plain,
)
from stayline.formats.stack_machines import FUNCTION, machines_in, machines_of, started_by
from stayline.formats.stack_metrics import alarmed_metrics, own_metrics
from stayline.formats.stack_types import is_known

_EVENT_RUNS = 1.0
"""What starts on an event (an alarm, an approval) is taken to start so often a month."""


def stack_contents(resources: Sequence[Resource]) -> StackContents:
    """Return what costs something in a stack; a type that is not known is counted under its name.

    A resource under a condition is taken to be there.
    """
    by_type: dict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        by_type[resource.type].append(resource)
    started = _started(by_type, resources)
    tables = [*by_type["AWS::DynamoDB::Table"], *by_type["AWS::DynamoDB::GlobalTable"]]
    return StackContents(
        endpoints=tuple(_endpoints(by_type["AWS::SageMaker::EndpointConfig"])),
        jobs=tuple(started.jobs),
        functions=tuple(_functions(by_type, started.runs)),
        schedule_starts=started.starts,
        rest_apis=len(by_type["AWS::ApiGateway::RestApi"]),
        http_apis=len(by_type["AWS::ApiGatewayV2::Api"]),
        tables=len(tables),
        recovered_tables=sum(map(_is_recovered, tables)),
        buckets=len(by_type["AWS::S3::Bucket"]),
        feature_groups=len(by_type["AWS::SageMaker::FeatureGroup"]),
        repositories=len(by_type["AWS::ECR::Repository"]),
        keys=len(by_type["AWS::KMS::Key"]),
        secrets=len(by_type["AWS::SecretsManager::Secret"]),
        alarmed_metrics=sum(map(alarmed_metrics, by_type["AWS::CloudWatch::Alarm"])),
        custom_metrics=own_metrics(resources),
        dashboards=len(by_type["AWS::CloudWatch::Dashboard"]),
        nat_gateways=len(by_type["AWS::EC2::NatGateway"]),
        interface_endpoints=sum(map(_zones, by_type["AWS::EC2::VPCEndpoint"])),
        unknown=Counter(one.type for one in resources if not is_known(one.type)),
        unseen=(*started.unseen, *_no_endpoint(by_type)),
    )


@dataclass(slots=True)
class _Started:
    """What schedules and events start: jobs, functions (runs a month, by name)."""

    jobs: list[ScheduledJob] = field(default_factory=list)
    runs: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    starts: float = 0.0
    unseen: list[str] = field(default_factory=list)


def _started(by_type: Mapping[str, Sequence[Resource]], resources: Sequence[Resource]) -> _Started:
    found = _Started()
    schedules = by_type.get("AWS::Scheduler::Schedule", ())
    for schedule in schedules:
        runs = runs_a_month(schedule.text("ScheduleExpression"))
        found.starts += runs or 0.0
        _note(found, schedule, entry(schedule.properties.get("Target")), runs, resources)
    for rule in by_type.get("AWS::Events::Rule", ()):
        expression = rule.text("ScheduleExpression")
        runs = runs_a_month(expression) if expression else _EVENT_RUNS
        for target in entries(rule.properties.get("Targets")):
            _note(found, rule, target, runs, resources)
    return found


def _note(
    found: _Started,
    source: Resource,
    target: Mapping[str, object],
    runs: float | None,
    resources: Sequence[Resource],
) -> None:
    """Add what one target of a schedule or rule starts."""
    name = source.text("Name") or source.name
    if runs is None:
        told = source.text("ScheduleExpression")
        found.unseen.append(f"{name}: how often it runs ({told})")
        return
    started = started_by(target.get("Arn"), resources)
    if started is not None and started.type == FUNCTION:
        found.runs[started.name] += runs
    given = target.get("Input")
    machines = machines_in(given) if given is not None else ()
    if started is not None and started.type != FUNCTION:
        machines = machines_of(started)
    if machines is None:
        found.unseen.append(f"{name}: what it starts")
    elif machines:
        found.jobs.append(ScheduledJob(name, machines, runs))


def _endpoints(configs: Sequence[Resource]) -> Iterator[Endpoint]:
    """Yield each variant of each endpoint's configuration: an endpoint may come with a model."""
    for config in configs:
        for variant in entries(config.properties.get("ProductionVariants")):
            serverless = variant.get("ServerlessConfig")
            if serverless is None:
                count = int(number(variant.get("InitialInstanceCount"), 1))
                kind = plain(variant.get("InstanceType", "no instance type"))
                yield Endpoint(config.name, kind, count)
            else:
                memory = number(entry(serverless).get("MemorySizeInMB"), 6144)
                yield Endpoint(config.name, serverless_gb=memory / 1024)


def _no_endpoint(by_type: Mapping[str, Sequence[Resource]]) -> Iterator[str]:
    """Yield a line for a stack with models and nothing to serve them: that comes with the first."""
    if by_type.get("AWS::SageMaker::ModelPackageGroup") and not by_type.get(
        "AWS::SageMaker::EndpointConfig"
    ):
        yield "the real-time endpoint"


def _functions(
    by_type: Mapping[str, Sequence[Resource]], runs: Mapping[str, float]
) -> Iterator[Function]:
    asked = set(_asked_by_api(by_type))
    for function in by_type.get(FUNCTION, ()):
        architectures = function.properties.get("Architectures")
        is_arm = architectures == ["arm64"]
        yield Function(
            function.name,
            number(function.properties.get("MemorySize"), 128) / 1024,
            "arm64" if is_arm else "x86_64",
            runs.get(function.name, 0.0),
            function.name in asked,
        )


def _asked_by_api(by_type: Mapping[str, Sequence[Resource]]) -> Iterator[str]:
    """Yield the functions that an API may call, also by an alias of theirs."""
    behind = {
        alias.name: set(mentioned(alias.properties.get("FunctionName")))
        for alias in by_type.get("AWS::Lambda::Alias", ())
    }
    for permission in by_type.get("AWS::Lambda::Permission", ()):
        if permission.text("Principal") == "apigateway.amazonaws.com":
            for name in mentioned(permission.properties.get("FunctionName")):
                yield from behind.get(name, {name})


def _is_recovered(table: Resource) -> bool:
    return '"PointInTimeRecoveryEnabled": true' in plain(dict(table.properties))


def _zones(endpoint: Resource) -> int:
    """Return in how many zones an endpoint is paid for; one of S3 or DynamoDB's kind in none."""
    if endpoint.text("VpcEndpointType") != "Interface":
        return 0
    zones = endpoint.properties.get("SubnetIds")
    return len(zones) if isinstance(zones, list) else 1
