"""The endpoint: one version of the model, ready to answer."""

from typing import Any

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.sizes import Profile, Sizes
from stayline.adapters.aws.hosting import VARIANT
from stayline.adapters.aws.resources import Resources

_UNSCALED = "ml.t2."
"""The family that Application Auto Scaling does not take."""


class Endpoint(Construct):
    """A model package at work, steady or thrifty.

    The stack makes the first one and changes its machines; versions are changed by the deployer,
    through the API. So whoever deploys the stack anew names the version that serves. ``alarms`` are
    the names of those that roll a change back by themselves.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        resources: Resources,
        sizes: Sizes,
        key: kms.IKey,
        version: int,
        alarms: tuple[str, ...],
    ) -> None:
        super().__init__(scope, id_)
        self._resources, self._sizes, self._key = resources, sizes, key
        is_steady = sizes.profile is Profile.STEADY
        package = (
            f"arn:aws:sagemaker:{resources.region}:{resources.account}:model-package/"
            f"{resources.model_package_group}/{version}"
        )
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=resources.pipeline_role,
            primary_container={"modelPackageName": package},
            enable_network_isolation=is_steady,  # serverless endpoints do not take it
        )
        config = sagemaker.CfnEndpointConfig(
            self,
            "Config",
            production_variants=[self._variant(model.attr_model_name)],
            data_capture_config=self._capture() if is_steady else None,
            kms_key_id=key.key_arn if is_steady else None,
        )
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=resources.endpoint,
            endpoint_config_name=config.attr_endpoint_config_name,
            deployment_config=self._deployment(alarms) if is_steady else None,
        )
        if is_steady and not sizes.endpoint_instance.startswith(_UNSCALED):
            self._scale()

    def _variant(self, model: str) -> dict[str, Any]:
        sizes = self._sizes
        variant: dict[str, Any] = {
            "variantName": VARIANT,
            "modelName": model,
            "initialVariantWeight": 1,
        }
        if sizes.profile is Profile.THRIFTY:
            serverless = {
                "memorySizeInMb": sizes.serverless_memory,
                "maxConcurrency": sizes.serverless_concurrency,
            }
            return variant | {"serverlessConfig": serverless}
        return variant | {
            "initialInstanceCount": 1,
            "instanceType": sizes.endpoint_instance,
            "containerStartupHealthCheckTimeoutInSeconds": 240,
        }

    def _capture(self) -> dict[str, Any]:
        resources = self._resources
        return {
            "enableCapture": True,
            "initialSamplingPercentage": self._sizes.capture_percent,
            "destinationS3Uri": (
                f"s3://{resources.data_bucket}/{resources.endpoint_capture_prefix}"
            ),
            "kmsKeyId": self._key.key_arn,
            "captureOptions": [{"captureMode": "Input"}, {"captureMode": "Output"}],
            "captureContentTypeHeader": {
                "csvContentTypes": ["text/csv"],
                "jsonContentTypes": ["application/json", "application/jsonlines"],
            },
        }

    def _deployment(self, alarms: tuple[str, ...]) -> dict[str, Any]:
        """Return how a change is made: a few first, the rest after a time without an alarm."""
        sizes = self._sizes
        return {
            "blueGreenUpdatePolicy": {
                "trafficRoutingConfiguration": {
                    "type": "CANARY",
                    "canarySize": {"type": "CAPACITY_PERCENT", "value": sizes.canary_percent},
                    "waitIntervalInSeconds": sizes.canary_bake_s,
                },
                "terminationWaitInSeconds": sizes.canary_bake_s,
                "maximumExecutionTimeoutInSeconds": 3600 + 2 * sizes.canary_bake_s,
            },
            "autoRollbackConfiguration": {"alarms": [{"alarmName": name} for name in alarms]},
        }

    def _scale(self) -> None:
        sizes = self._sizes
        target = scaling.ScalableTarget(
            self,
            "Scaling",
            service_namespace=scaling.ServiceNamespace.SAGEMAKER,
            resource_id=f"endpoint/{self._resources.endpoint}/variant/{VARIANT}",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            min_capacity=1,
            max_capacity=sizes.endpoint_instances_max,
        )
        target.node.add_dependency(self.endpoint)
        target.scale_to_track_metric(
            "Requests",
            predefined_metric=(scaling.PredefinedMetric.SAGEMAKER_VARIANT_INVOCATIONS_PER_INSTANCE),
            target_value=sizes.requests_a_minute_an_instance,
        )
