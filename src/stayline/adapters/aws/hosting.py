"""Models behind the stack's SageMaker endpoint: created, switched with a canary, described."""

from dataclasses import dataclass
from typing import Any

from stayline.adapters.aws.clients import Clients, code_of, our_errors
from stayline.adapters.aws.model_packages import model_data_url
from stayline.domain.risk_score import ModelIdentity

VARIANT = "AllTraffic"
"""The one variant; a blue/green update needs the same name before and after it."""
_WHAT = "the SageMaker endpoint"
_SERVERLESS_AT_ONCE = 20
_LONGEST_UPDATE_S = 3600


@dataclass(frozen=True, slots=True)
class HostingPlan:
    """What the endpoint runs on, and how carefully it is switched.

    ``serverless_mb`` takes the place of instances; such an endpoint captures nothing by itself, and
    cannot isolate its container from the network. A canary needs two instances: with one, all
    traffic goes over at once, and back when an alarm rings within ``bake_s``. The stack is built
    with the same defaults.
    """

    instance_type: str = "ml.m8g.medium"
    instances: int = 1
    serverless_mb: int | None = None
    canary_percent: int = 50
    bake_s: int = 600


@dataclass(frozen=True, slots=True)
class Hosted:
    """The endpoint as SageMaker describes it.

    ``config`` is what answers, ``pending`` what it is being switched to, ``reason`` why the last
    switch failed. Without an endpoint, ``status`` is empty.
    """

    status: str = ""
    config: str = ""
    pending: str = ""
    reason: str = ""

    @property
    def answers(self) -> bool:
        """Whether it answers requests; it does while it is switched and while it goes back."""
        return self.status in ("InService", "Updating", "SystemUpdating", "RollingBack")

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way."""
        return self.status not in ("Creating", "Updating", "SystemUpdating", "RollingBack")


class Hosting:
    """Makes the endpoint serve a version; every part is named after the version's bytes.

    So what a killed process left half-made is found and used by the next one, and two that do the
    same at once make the same things.
    """

    CALLS = frozenset(
        {
            "sagemaker.create_endpoint",
            "sagemaker.create_endpoint_config",
            "sagemaker.create_model",
            "sagemaker.describe_endpoint",
            "sagemaker.update_endpoint",
        }
    )

    def __init__(self, clients: Clients, plan: HostingPlan) -> None:
        self._clients = clients
        self._plan = plan

    def described(self) -> Hosted:
        """Return how the endpoint stands."""
        from botocore.exceptions import ClientError

        with our_errors(_WHAT):
            try:
                told = self._sagemaker.describe_endpoint(EndpointName=self._endpoint)
            except ClientError as error:
                if code_of(error) == "ValidationException":  # could not find it
                    return Hosted()
                raise
        pending = told.get("PendingDeploymentSummary", {}).get("EndpointConfigName", "")
        return Hosted(
            told["EndpointStatus"],
            told.get("EndpointConfigName", ""),
            pending,
            told.get("FailureReason", ""),
        )

    def config_of(self, model: ModelIdentity) -> str:
        """Return the name of a version's endpoint configuration, ``stayline-dev-3-0a1b2c3d4e5f``.

        Machines are part of it, since SageMaker never changes a configuration.
        """
        plan = self._plan
        machine = f"s{plan.serverless_mb}" if plan.serverless_mb else f"i{plan.instances}"
        kind = "" if plan.serverless_mb else plan.instance_type.removeprefix("ml.").replace(".", "")
        return f"{self._model_name(model)}-{machine}{kind}"[:63]

    def serve(self, model: ModelIdentity, *, at_once: bool) -> bool:
        """Have the endpoint switched to a version; True once it is, or is on its way there.

        False while SageMaker is busy with another switch, and takes none. ``at_once`` leaves out
        the canary and the baking time.
        """
        config, hosted = self.config_of(model), self.described()
        if (hosted.pending or hosted.config) == config and hosted.status != "RollingBack":
            return True
        if not hosted.is_settled:
            return False
        self._make("create_model", **self._model(model))
        self._make("create_endpoint_config", **self._config(model))
        names = {"EndpointName": self._endpoint, "EndpointConfigName": config}
        with our_errors(_WHAT):
            if hosted.status:
                self._sagemaker.update_endpoint(
                    **names, DeploymentConfig=self._switch(at_once=at_once)
                )
            else:
                self._sagemaker.create_endpoint(**names)
        return True

    @property
    def _sagemaker(self) -> Any:
        return self._clients.of("sagemaker")

    @property
    def _endpoint(self) -> str:
        return self._clients.resources.endpoint

    def _make(self, operation: str, **arguments: Any) -> None:
        """Create what may be there already; it is named after all that it is made of."""
        from botocore.exceptions import ClientError

        with our_errors(_WHAT):
            try:
                getattr(self._sagemaker, operation)(**arguments)
            except ClientError as error:
                if "already existing" not in str(error):
                    raise

    def _model_name(self, model: ModelIdentity) -> str:
        digest = model.digest.removeprefix("sha256:")[:12]
        return f"{self._clients.resources.stack}-{model.version}-{digest}"

    def _model(self, model: ModelIdentity) -> dict[str, Any]:
        resources = self._clients.resources
        return {
            "ModelName": self._model_name(model),
            "ExecutionRoleArn": resources.pipeline_role,
            "PrimaryContainer": {
                "Image": resources.image,
                "ModelDataUrl": model_data_url(resources, model.digest),
            },
            "EnableNetworkIsolation": self._plan.serverless_mb is None,
        }

    def _config(self, model: ModelIdentity) -> dict[str, Any]:
        plan, resources = self._plan, self._clients.resources
        variant = {"VariantName": VARIANT, "ModelName": self._model_name(model)}
        named = {"EndpointConfigName": self.config_of(model)}
        if plan.serverless_mb is not None:
            size = {
                "MemorySizeInMB": plan.serverless_mb,
                "MaxConcurrency": _SERVERLESS_AT_ONCE,
            }
            return named | {"ProductionVariants": [variant | {"ServerlessConfig": size}]}
        machines = {
            "InstanceType": plan.instance_type,
            "InitialInstanceCount": plan.instances,
            "InitialVariantWeight": 1.0,
        }
        return named | {
            "ProductionVariants": [variant | machines],
            "DataCaptureConfig": {
                "EnableCapture": True,
                "InitialSamplingPercentage": 100,
                "DestinationS3Uri": f"s3://{resources.data_bucket}/{resources.endpoint_capture_prefix}",
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
                "CaptureContentTypeHeader": {
                    "CsvContentTypes": ["text/csv"],
                    "JsonContentTypes": ["application/json", "application/jsonlines"],
                },
            },
        }

    def _switch(self, *, at_once: bool) -> dict[str, Any]:
        plan = self._plan
        is_canary = plan.serverless_mb is None and plan.instances > 1 and not at_once
        routing: dict[str, Any] = {
            "Type": "CANARY" if is_canary else "ALL_AT_ONCE",
            "WaitIntervalInSeconds": 0 if at_once else plan.bake_s,
        }
        if is_canary:
            size = {"Type": "CAPACITY_PERCENT", "Value": plan.canary_percent}
            routing["CanarySize"] = size
        policy = {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": 0 if at_once else plan.bake_s,
            "MaximumExecutionTimeoutInSeconds": _LONGEST_UPDATE_S,
        }
        alarms = [{"AlarmName": name} for name in self._clients.resources.rollback_alarms]
        return {
            "BlueGreenUpdatePolicy": policy,
            "AutoRollbackConfiguration": {"Alarms": alarms},
        }
