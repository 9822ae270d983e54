"""Why a policy has a star in a resource: what it stands for, and why it cannot be told before."""

from collections.abc import Iterable, Mapping

from aws_cdk import Acknowledgment, Aws, Validations
from aws_cdk import aws_iam as iam

from infra.permissions import Permission
from infra.places import ANY

REASONS: Mapping[str, str] = {
    ":secret:": "AWS ends an ARN with six letters of its own; secrets of this stack only.",
    ":log-group:/aws/sagemaker/": "Jobs' logs, in groups and streams that SageMaker names.",
    ":log-group:": "Streams of one group, which Lambda names.",
    ":s3:::": "Objects of one bucket; their keys are not known before.",
    ":model-package/": "Versions of one group, which SageMaker numbers.",
    ":processing-job/": "Jobs that Pipelines names.",
    ":training-job/": "Jobs that Pipelines names.",
    "/execution/": "Executions of one pipeline, which SageMaker names.",
    ":endpoint-config/": "Configurations that the deployer names after the stack.",
    ":model/": "Models that the deployer names after the stack.",
    ":alarm:": "Alarms that begin with the stack's name.",
}
"""By a part of the ARN; the first that fits."""


def reason_of(resource: str, permission: Permission) -> str:
    """Return why; raises `LookupError` where nobody has told."""
    if resource == ANY:
        return permission.reason
    for part, reason in REASONS.items():
        if part in resource:
            return reason
    raise LookupError(f"infra/wildcards.py does not say why {resource} has a star")


def acknowledge_wildcards(policy: iam.ManagedPolicy, permissions: Iterable[Permission]) -> None:
    """Tell cdk-nag's `AwsSolutions-IAM5` the reason of each star in a policy."""
    for permission in permissions:
        for resource in permission.resources:
            if "*" in resource:
                told = resource.replace(Aws.REGION, "<AWS::Region>")
                told = told.replace(Aws.ACCOUNT_ID, "<AWS::AccountId>")
                rule = f"AwsSolutions::AwsSolutions-IAM5[Resource::{told}]"
                reason = reason_of(resource, permission)
                Validations.of(policy).acknowledge(Acknowledgment(id=rule, reason=reason))
