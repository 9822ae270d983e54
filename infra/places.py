"""Which parts of a stack an action may reach: no more than one file's adapters work on."""

from collections.abc import Mapping
from typing import Any

from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.table import BY_BOOK

ANY = "*"
Places = tuple[tuple[str, ...], str, Mapping[str, Any]]
"""Resources; the reason where they are any at all; conditions."""

_OF_PEOPLE = frozenset({"directory"})
_OF_PROTECTED = frozenset({"protected_attributes"})
_OF_BOTH_TABLES = frozenset({"remnants"})
_OF_BOTH_BUCKETS = frozenset({"pipeline", "pipeline_runner", "remnants"})


def places_of(file: str, action: str, resources: Resources) -> Places:
    """Return where the adapters of a file may do this.

    Raises `LookupError` for an action that nothing is said of here: say it, as narrow as AWS lets.
    """
    service, _, name = action.partition(":")
    if service == "dynamodb":
        return _tables(file, name, resources), "", {}
    if service == "s3":
        return _objects(file, name, resources), "", {}
    if service == "sagemaker":
        return _sagemaker(name, resources)
    if service == "cloudwatch":
        return _metrics(name, resources)
    if action == "iam:PassRole":
        service_name = {"iam:PassedToService": "sagemaker.amazonaws.com"}
        return (resources.pipeline_role,), "", {"StringEquals": service_name}
    simple = {
        "secretsmanager": _arn("secretsmanager", resources, f"secret:{resources.secret('*')}"),
        "sns": resources.alarm_topic,
        "logs": _arn("logs", resources, "log-group:/aws/sagemaker/*"),
    }
    if service not in simple:
        raise LookupError(f"infra/places.py does not say what {action} of {file} may reach")
    return (simple[service],), "", {}


def table_arn(table: str, resources: Resources) -> str:
    """Return the ARN of a table."""
    return _arn("dynamodb", resources, f"table/{table}")


def _tables(file: str, name: str, resources: Resources) -> tuple[str, ...]:
    state, people = (
        table_arn(resources.state_table, resources),
        table_arn(resources.people_table, resources),
    )
    chosen = (people,) if file in _OF_PEOPLE else (state,)
    tables = (state, people) if file in _OF_BOTH_TABLES else chosen
    if name != "Query":
        return tables
    return tuple(place for table in tables for place in (table, f"{table}/index/{BY_BOOK}"))


def _objects(file: str, name: str, resources: Resources) -> tuple[str, ...]:
    data, protected = resources.data_bucket, resources.protected_bucket
    chosen: tuple[str, ...] = (protected,) if file in _OF_PROTECTED else (data,)
    if file in _OF_BOTH_BUCKETS:
        chosen = (data, protected)
    below = "" if "Bucket" in name else "/*"
    return tuple(f"arn:aws:s3:::{bucket}{below}" for bucket in chosen)


def _sagemaker(name: str, resources: Resources) -> Places:
    if name == "ListModelPackages":
        return (ANY,), "SageMaker knows no resource for listing; what is listed tells names.", {}
    group, stack = resources.model_package_group, resources.stack
    configs, endpoint = f"endpoint-config/{stack}-*", f"endpoint/{resources.endpoint}"
    pipeline = f"pipeline/{resources.pipeline}"
    kinds = {
        "UpdateEndpoint": (endpoint, configs),
        "EndpointConfig": (configs,),
        "Endpoint": (endpoint,),
        "ModelPackage": (f"model-package-group/{group}", f"model-package/{group}/*"),
        "Model": (f"model/{stack}-*",),
        "Record": _feature_groups(resources),
        "PipelineExecutions": (pipeline,),
        "PipelineExecutionSteps": (f"{pipeline}/execution/*",),
        "PipelineExecution": (pipeline, f"{pipeline}/execution/*"),
        "Pipeline": (pipeline,),
        "ProcessingJob": ("processing-job/pipelines-*",),
    }
    for kind, parts in kinds.items():
        if name.endswith(kind):
            return tuple(_arn("sagemaker", resources, part) for part in parts), "", {}
    raise LookupError(f"infra/places.py does not say what sagemaker:{name} may reach")


def _feature_groups(resources: Resources) -> tuple[str, ...]:
    return tuple(
        f"feature-group/{name}" for name in (resources.feature_group, resources.outcome_group)
    )


def _metrics(name: str, resources: Resources) -> Places:
    if name == "PutMetricData":
        own = {"StringEquals": {"cloudwatch:namespace": resources.metric_namespace}}
        return (ANY,), "CloudWatch knows no resource for metrics; the namespace is narrowed.", own
    if name == "GetMetricStatistics":
        return (ANY,), "CloudWatch knows no resource for reading metrics.", {}
    return (_arn("cloudwatch", resources, f"alarm:{resources.stack}-*"),), "", {}


def _arn(service: str, resources: Resources, part: str) -> str:
    return f"arn:aws:{service}:{resources.region}:{resources.account}:{part}"
