"""What AWS itself needs to run a function, beside the calls that the product makes."""

from collections.abc import Callable, Mapping

from infra.permissions import Permission
from infra.places import ANY
from stayline.adapters.aws.pipeline.places import PROTECTED_KEYS
from stayline.adapters.aws.resources import Resources


def _gateway(resources: Resources) -> list[Permission]:
    return [
        _on(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            _arn("logs", resources, f"log-group:{resources.gateway_log}:*"),
        ),
        Permission(
            frozenset({"xray:PutTraceSegments", "xray:PutTelemetryRecords"}),
            (ANY,),
            "X-Ray knows no resource; traces hold routes and times, no person.",
        ),
    ]


def _container(resources: Resources) -> list[Permission]:
    """Pull the image, write the log: what every job of our image needs."""
    return [
        _on(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            _arn("ecr", resources, f"repository/{resources.stack}"),
        ),
        Permission(
            frozenset({"ecr:GetAuthorizationToken"}),
            (ANY,),
            "The token for pulling images is of the whole registry; pulling itself is narrowed.",
        ),
        _on(
            [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ],
            _arn("logs", resources, "log-group:/aws/sagemaker/*"),
        ),
        Permission(
            frozenset({"cloudwatch:PutMetricData"}),
            (ANY,),
            "CloudWatch knows no resource for metrics; the namespace is narrowed.",
            {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
        ),
    ]


def _pipeline(resources: Resources) -> list[Permission]:
    """Run every pipeline and its steps, and the endpoint."""
    data, protected = resources.data_bucket, resources.protected_bucket
    group = resources.model_package_group
    jobs = ["processing-job/pipelines-*", "training-job/pipelines-*"]
    return [
        *_container(resources),
        _on(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{data}/*"),
        _on(["s3:GetObject"], f"arn:aws:s3:::{protected}/{PROTECTED_KEYS}*"),
        _on(["s3:ListBucket"], f"arn:aws:s3:::{data}", f"arn:aws:s3:::{protected}"),
        _on(
            [
                f"sagemaker:{verb}{kind}"
                for verb in ("Create", "Describe", "Stop")
                for kind in ("ProcessingJob", "TrainingJob")
            ]
            + ["sagemaker:AddTags"],
            *(_arn("sagemaker", resources, job) for job in jobs),
        ),
        _on(
            ["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:AddTags"],
            _arn("sagemaker", resources, f"model-package-group/{group}"),
            _arn("sagemaker", resources, f"model-package/{group}/*"),
        ),
        _on(
            ["cloudwatch:DescribeAlarms"],
            *(_arn("cloudwatch", resources, f"alarm:{name}") for name in resources.rollback_alarms),
        ),
        Permission(
            frozenset({"iam:PassRole"}),
            tuple(resources.role(one) for one in ("pipeline", "jobs", "deployer")),
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]


def _scheduler(resources: Resources) -> list[Permission]:
    return [
        _starts(resources, resources.jobs_pipeline, resources.rotation_pipeline),
        _on(["sqs:SendMessage"], _arn("sqs", resources, resources.missed_starts_queue)),
    ]


def _events(resources: Resources) -> list[Permission]:
    return [_starts(resources, resources.jobs_pipeline, resources.deployment_pipeline)]


def _starts(resources: Resources, *pipelines: str) -> Permission:
    arns = [_arn("sagemaker", resources, f"pipeline/{name}") for name in pipelines]
    return _on(["sagemaker:StartPipelineExecution"], *arns)


PLATFORM: Mapping[str, Callable[[Resources], list[Permission]]] = {
    "gateway": _gateway,
    "jobs": _container,
    "deployer": _container,
    "pipeline": _pipeline,
    "scheduler": _scheduler,
    "events": _events,
}
"""By role, in the order of `roles.PRINCIPALS`."""


def _on(actions: list[str], *resources: str) -> Permission:
    return Permission(frozenset(actions), resources)


def _arn(service: str, resources: Resources, part: str) -> str:
    return f"arn:aws:{service}:{resources.region}:{resources.account}:{part}"
