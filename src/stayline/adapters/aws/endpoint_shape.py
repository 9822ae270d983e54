"""The shape of the endpoint, copied from what it has: everything but the model."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.model_packages import model_data_url
from stayline.adapters.objects.clients import code_of
from stayline.domain.risk_score import ModelIdentity

_WHAT = "the SageMaker endpoint"
_OF_THE_MODEL = ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")
NOT_THERE = frozenset({"ValidationException", "ResourceNotFound"})
"""What SageMaker answers of a thing that it could not find."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an endpoint runs on: arguments of CreateEndpointConfig and of CreateModel.

    Names and the model itself are left out. ``instances`` is 0 for a serverless endpoint.
    """

    config: Mapping[str, Any]
    model: Mapping[str, Any]

    @property
    def instances(self) -> int:
        """On how many instances it begins."""
        variants = self.config["ProductionVariants"]
        return max(int(one.get("InitialInstanceCount", 0)) for one in variants)

    @property
    def digest(self) -> str:
        """Eight characters that tell it from every other shape."""
        content = msgspec.json.encode([self.config, self.model], order="deterministic")
        return hashlib.sha256(content).hexdigest()[:8]


class EndpointShapes:
    """Describes endpoint configurations: of which shape they are, and which model they have.

    The shape is whatever SageMaker tells of a configuration and takes for a new one (machine or
    memory, capture, keys, timeouts), so nothing that the stack decides is decided here again.
    """

    CALLS = frozenset({"sagemaker.describe_endpoint_config", "sagemaker.describe_model"})

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def of(self, config: str) -> Shape | None:
        """Return the shape of a configuration; None where it, or its model, is not there."""
        told = self._config(config)
        model = {} if told is None else self._model(told)
        if told is None or not model:
            return None
        taken = self._taken_by("CreateEndpointConfig")
        kept = {name: value for name, value in told.items() if name in taken and value}
        kept.pop("EndpointConfigName", None)
        variants = [
            {name: value for name, value in one.items() if name != "ModelName"}
            for one in told["ProductionVariants"]
        ]
        isolated = {name: model[name] for name in _OF_THE_MODEL if model.get(name)}
        return Shape(kept | {"ProductionVariants": variants}, isolated)

    def serves(self, config: str, model: ModelIdentity) -> bool:
        """Whether a configuration has this version, whoever made it."""
        told = self._config(config)
        container = {} if told is None else self._model(told).get("PrimaryContainer", {})
        package = container.get("ModelPackageName", "")
        if package:
            return bool(package.endswith(f"/{model.version}"))
        return bool(
            container.get("ModelDataUrl") == model_data_url(self._clients.resources, model.digest)
        )

    def _config(self, name: str) -> Mapping[str, Any] | None:
        return self._described("describe_endpoint_config", EndpointConfigName=name)

    def _model(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        name = config["ProductionVariants"][0]["ModelName"]
        return self._described("describe_model", ModelName=name) or {}

    def _described(self, operation: str, **named: str) -> Mapping[str, Any] | None:
        from botocore.exceptions import ClientError

        with our_errors(_WHAT):
            try:
                told: Mapping[str, Any] = getattr(self._clients.of("sagemaker"), operation)(**named)
            except ClientError as error:
                if code_of(error) in NOT_THERE:
                    return None
                raise
        return told

    def _taken_by(self, operation: str) -> frozenset[str]:
        model = self._clients.of("sagemaker").meta.service_model.operation_model(operation)
        return frozenset(model.input_shape.members)
