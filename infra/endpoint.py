"""The endpoint: one version of the model, ready to answer."""

import hashlib
import json
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.sizes import Profile, Sizes
from stayline.adapters.aws.guardrails import VARIANT, guardrails
from stayline.adapters.aws.resources import Resources

_INSTANCES = 1
_UNSCALED = "ml.t2."
"""The family that Application Auto Scaling does not take."""


class Endpoint(Construct):
    """A model package at work, steady or thrifty.

    The stack makes it and decides its shape; versions are changed by the deployer, through the API,
    which copies that shape. So whoever deploys the stack anew names the version that serves.
    ``alarms`` are the names of those that roll a change back by themselves.
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
        name = self._name(version)
        model = sagemaker.CfnModel(
            self,
            "Model",
            model_name=name,
            execution_role_arn=resources.pipeline_role,
            primary_container={"modelPackageName": package},
            enable_network_isolation=is_steady,  # serverless endpoints do not take it
        )
        config = sagemaker.CfnEndpointConfig(
            self,
            "Config",
            endpoint_config_name=name,
            production_variants=[self._variant(model.attr_model_name)],
            data_capture_config=self._capture() if is_steady else None,
            kms_key_id=key.key_arn if is_steady else None,
        )
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=resources.endpoint,
            endpoint_config_name=config.attr_endpoint_config_name,
        )
        changed_by = guardrails(alarms, instances=_INSTANCES if is_steady else 0)
        if changed_by is not None:
            self.endpoint.add_property_override("DeploymentConfig", changed_by)
        if is_steady and not sizes.endpoint_instance.startswith(_UNSCALED):
            self._scale()

    def _name(self, version: int) -> str:
        """Return what model and configuration are called, ``stayline-dev-3-9f8e7d6c``.

        The deployer may look at what begins with the stack's name, and CloudFormation would call
        them otherwise. It replaces what changes, which takes another name; so this one has a digest
        of all that they are made of, and of what they are encrypted with.
        """
        sizes = self._sizes
        made_of = [self._variant(""), self._capture(), self._key.key_arn, sizes.profile]
        text = json.dumps(Stack.of(self).resolve(made_of), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        return f"{self._resources.stack}-{version}-{digest}"

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
            "initialInstanceCount": _INSTANCES,
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

    def _scale(self) -> None:
        sizes = self._sizes
        target = scaling.ScalableTarget(
            self,
            "Scaling",
            service_namespace=scaling.ServiceNamespace.SAGEMAKER,
            resource_id=f"endpoint/{self._resources.endpoint}/variant/{VARIANT}",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            min_capacity=_INSTANCES,
            max_capacity=sizes.endpoint_instances_max,
        )
        target.node.add_dependency(self.endpoint)
        target.scale_to_track_metric(
            "Requests",
            predefined_metric=(scaling.PredefinedMetric.SAGEMAKER_VARIANT_INVOCATIONS_PER_INSTANCE),
            target_value=sizes.requests_a_minute_an_instance,
        )
