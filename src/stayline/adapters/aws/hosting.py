"""Models behind the stack's SageMaker endpoint: put in, switched with guardrails, described."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.endpoint_shape import NOT_THERE, EndpointShapes, Shape
from stayline.adapters.aws.guardrails import guardrails
from stayline.adapters.aws.model_packages import model_data_url
from stayline.adapters.objects.clients import code_of
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import DeploymentRefused, EndpointMissing

_WHAT = "the SageMaker endpoint"
_MADE_ANEW = "`stayline aws deploy --model-version {version}` makes it anew."


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """The endpoint as SageMaker describes it.

    ``config`` is what answers, ``pending`` what it is being switched to, ``reason`` why the last
    switch failed, ``instances`` how many there are to be. Without an endpoint, ``status`` is empty.
    """

    status: str = ""
    config: str = ""
    pending: str = ""
    reason: str = ""
    instances: int = 0

    @property
    def answers(self) -> bool:
        """Whether it answers requests; it does while it is switched and while it goes back."""
        return self.status in ("InService", "Updating", "SystemUpdating", "RollingBack")

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way."""
        return self.status not in ("Creating", "Updating", "SystemUpdating", "RollingBack")

    @property
    def is_lost(self) -> bool:
        """Whether nothing but deleting it can follow."""
        return self.status in ("Failed", "Deleting")


class Hosting:
    """Puts another model into the endpoint that the stack made, and leaves its shape as it is.

    Every part is named after the version's bytes and the shape. So what a killed process left
    half-made is found and used by the next one, and two that do the same at once make the same
    things. It makes no endpoint: what one runs on is the stack's to say.
    """

    CALLS = EndpointShapes.CALLS | {
        "sagemaker.create_endpoint_config",
        "sagemaker.create_model",
        "sagemaker.describe_endpoint",
        "sagemaker.update_endpoint",
    }

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._shapes = EndpointShapes(clients)

    def described(self) -> Hosted:
        """Return how the endpoint stands."""
        from botocore.exceptions import ClientError

        with our_errors(_WHAT):
            try:
                told = self._sagemaker.describe_endpoint(EndpointName=self._endpoint)
            except ClientError as error:
                if code_of(error) in NOT_THERE:
                    return Hosted()
                raise
        return Hosted(
            told["EndpointStatus"],
            told.get("EndpointConfigName", ""),
            told.get("PendingDeploymentSummary", {}).get("EndpointConfigName", ""),
            told.get("FailureReason", ""),
            max((one.get("DesiredInstanceCount", 0) for one in told.get("ProductionVariants", ())),
                default=0),
        )  # fmt: skip

    def serves(self, hosted: Hosted, model: ModelIdentity) -> bool:
        """Whether a version answers, or is on its way to."""
        if hosted.status == "RollingBack" or not hosted.status:
            return False
        return self._shapes.serves(hosted.pending or hosted.config, model)

    def serve(
        self, model: ModelIdentity, *, at_once: bool, between: Callable[[], object] = _nothing
    ) -> bool:
        """Have the endpoint switched to a version; True once it is, or is on its way there.

        False while SageMaker is busy with another switch, and takes none. ``at_once`` leaves out
        the canary and the baking time. ``between`` is called between two calls of AWS, each of
        which may take seconds. Raises `EndpointMissing`, and `DeploymentRefused` where there is
        none that could be switched, or none whose shape could be copied.
        """
        hosted = self.described()
        if self.serves(hosted, model):
            return True
        if not hosted.is_settled:
            return False
        shape = self._shape(hosted, model.version)
        name = self._name(model, shape)
        between()
        self._make("create_model", **self._model(name, model, shape))
        between()
        self._make("create_endpoint_config", **_config(name, shape))
        between()
        instances = max(hosted.instances, shape.instances) if shape.instances else 0
        self._update(name, instances, at_once=at_once)
        return True

    @property
    def _sagemaker(self) -> Any:
        return self._clients.of("sagemaker")

    @property
    def _endpoint(self) -> str:
        return self._clients.resources.endpoint

    def _shape(self, hosted: Hosted, version: int) -> Shape:
        if not hosted.status:
            raise EndpointMissing(version)
        if hosted.is_lost:
            told = hosted.reason or "SageMaker says no more"
            problem = f"the endpoint is {hosted.status}: {told}"
            remedy = f"Once it is deleted, {_MADE_ANEW.format(version=version)}"
            raise DeploymentRefused(version, problem, remedy)
        shape = self._shapes.of(hosted.config)
        if shape is None:
            problem = f"the endpoint's configuration {hosted.config!r}, or its model, is gone"
            raise DeploymentRefused(version, problem, _MADE_ANEW.format(version=version))
        return shape

    def _update(self, config: str, instances: int, *, at_once: bool) -> None:
        """Have it switched; how many instances load has called for stays as it is."""
        alarms = self._clients.resources.rollback_alarms
        deployment = guardrails(alarms, instances=instances, at_once=at_once)
        careful = (
            {} if deployment is None
            else {"DeploymentConfig": deployment, "RetainAllVariantProperties": True}
        )  # fmt: skip
        with our_errors(_WHAT):
            self._sagemaker.update_endpoint(
                EndpointName=self._endpoint, EndpointConfigName=config, **careful
            )

    def _make(self, operation: str, **arguments: Any) -> None:
        """Create what may be there already; it is named after all that it is made of."""
        from botocore.exceptions import ClientError

        with our_errors(_WHAT):
            try:
                getattr(self._sagemaker, operation)(**arguments)
            except ClientError as error:
                if "already existing" not in str(error):
                    raise

    def _name(self, model: ModelIdentity, shape: Shape) -> str:
        """Return what model and configuration are called, ``stayline-dev-3-0a1b2c3d4e5f-9f8e7d6c``.

        SageMaker never changes either, so all that they are made of is in the name.
        """
        digest = model.digest.removeprefix("sha256:")[:12]
        return f"{self._clients.resources.stack}-{model.version}-{digest}-{shape.digest}"

    def _model(self, name: str, model: ModelIdentity, shape: Shape) -> dict[str, Any]:
        resources = self._clients.resources
        container = {
            "Image": resources.image,
            "ModelDataUrl": model_data_url(resources, model.digest),
        }
        role = {"ExecutionRoleArn": resources.pipeline_role}
        return role | dict(shape.model) | {"ModelName": name, "PrimaryContainer": container}


def _config(name: str, shape: Shape) -> dict[str, Any]:
    variants = [{**one, "ModelName": name} for one in shape.config["ProductionVariants"]]
    return {**shape.config, "EndpointConfigName": name, "ProductionVariants": variants}
