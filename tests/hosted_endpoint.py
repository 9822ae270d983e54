"""The endpoint as the stack makes it, in a fake of AWS."""

from collections.abc import Mapping
from typing import Any

from fake_aws import ACCOUNT, REGION, clients_of
from stayline.adapters.aws.guardrails import VARIANT
from stayline.adapters.aws.resources import Resources

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
STEADY: Mapping[str, Any] = {
    "InstanceType": "ml.m8g.medium",
    "InitialInstanceCount": 1,
    "InitialVariantWeight": 1.0,
    "ContainerStartupHealthCheckTimeoutInSeconds": 240,
}
THRIFTY: Mapping[str, Any] = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


def make_hosted(
    resources: Resources, *, version: int = 1, machine: Mapping[str, Any] = STEADY
) -> None:
    """Let a stack have its endpoint, steady or thrifty, of a version of its registry."""
    sagemaker, name = clients_of(resources).of("sagemaker"), f"{resources.stack}-{version}-9f8e7d6c"
    is_steady = "ServerlessConfig" not in machine
    package = (
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/"
        f"{resources.model_package_group}/{version}"
    )
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=resources.pipeline_role,
        PrimaryContainer={"ModelPackageName": package},
        EnableNetworkIsolation=is_steady,
    )
    kept = {"DataCaptureConfig": _capture(resources), "KmsKeyId": KEY} if is_steady else {}
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[{"VariantName": VARIANT, "ModelName": name, **machine}],
        **kept,
    )
    sagemaker.create_endpoint(EndpointName=resources.endpoint, EndpointConfigName=name)


def _capture(resources: Resources) -> dict[str, Any]:
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": 40,
        "DestinationS3Uri": f"s3://{resources.data_bucket}/{resources.endpoint_capture_prefix}",
        "KmsKeyId": KEY,
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
