"""What the fake of AWS lacks of SageMaker: switching endpoints, and steps of executions.

A fake of a fake: an endpoint is switched at once unless a test says otherwise, and an execution
does what its script says; nothing runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.models import FakeEndpointConfig
from moto.sagemaker.responses import SageMakerResponse

PAGE = 2
"""So many steps come on a page."""


@dataclass
class Script:
    """What becomes of the executions of a pipeline: its steps, and how it ends after some looks."""

    steps: Sequence[dict[str, Any]] = ()
    status: str = "Succeeded"
    reason: str = ""
    looks: int = 1
    begin: Callable[[], None] = lambda: None
    was_stopped: bool = False


@dataclass
class Switch:
    """How an endpoint is switched: what it says look after look, and whether it is kept."""

    says: Sequence[str] = ()
    is_kept: bool = True
    reason: str = ""


SCRIPTS: dict[str, Script] = {}
"""By the name of the pipeline."""
SWITCHES: dict[str, Switch] = {}
"""By the name of the endpoint."""
ASKED: dict[str, list[dict[str, Any]]] = {}
"""What endpoints were asked to be switched to, by name."""


def _update_endpoint(self: SageMakerResponse) -> ActionResult:
    name, config = self._get_param("EndpointName"), self._get_param("EndpointConfigName")
    endpoint = self.sagemaker_backend.endpoints[name]
    self.sagemaker_backend.describe_endpoint_config(config)
    ASKED.setdefault(name, []).append(
        {"config": config, "deployment": self._get_param("DeploymentConfig")}
    )
    endpoint.pending = config
    endpoint.says = list(SWITCHES.get(name, Switch()).says)
    return ActionResult({"EndpointArn": endpoint.arn})


def _described_endpoint(self: SageMakerResponse) -> ActionResult:
    name = self._get_param("EndpointName")
    told = dict(self.sagemaker_backend.describe_endpoint(name))
    endpoint = self.sagemaker_backend.endpoints[name]
    pending = getattr(endpoint, "pending", None)
    if pending is None:
        return ActionResult(told)
    if endpoint.says:
        told["EndpointStatus"] = endpoint.says.pop(0)
        told["PendingDeploymentSummary"] = {"EndpointConfigName": pending}
        return ActionResult(told)
    switch = SWITCHES.get(name, Switch())
    if switch.is_kept:
        endpoint.endpoint_config_name = told["EndpointConfigName"] = pending
    if switch.reason:
        told["FailureReason"] = switch.reason
    endpoint.pending = None
    return ActionResult(told)


def _listed_steps(self: SageMakerResponse) -> ActionResult:
    script = _script(self)
    start = int(self._get_param("NextToken") or 0)
    page = {"PipelineExecutionSteps": list(script.steps[start : start + PAGE])}
    if start + PAGE < len(script.steps):
        page["NextToken"] = str(start + PAGE)
    return ActionResult(page)


def _described_execution(self: SageMakerResponse) -> ActionResult:
    arn, script = self._get_param("PipelineExecutionArn"), _script(self)
    told = dict(self.sagemaker_backend.describe_pipeline_execution(arn))
    script.looks -= 1
    is_over = script.was_stopped or script.looks < 0
    status = "Stopped" if script.was_stopped else script.status
    told["PipelineExecutionStatus"] = status if is_over else "Executing"
    told["FailureReason"] = script.reason
    return ActionResult(told)


def _stopped_execution(self: SageMakerResponse) -> ActionResult:
    _script(self).was_stopped = True
    return ActionResult({"PipelineExecutionArn": self._get_param("PipelineExecutionArn")})


def _script(self: SageMakerResponse) -> Script:
    return SCRIPTS[self._get_param("PipelineExecutionArn").split("/")[-3]]


def _any_machine(self: FakeEndpointConfig, instance_type: str) -> None:
    """Take every machine: the fake's list is older than that of AWS's own client."""


def teach() -> None:
    """Teach the fake; doing so again changes nothing."""
    SageMakerResponse.update_endpoint = _update_endpoint
    SageMakerResponse.describe_endpoint = _described_endpoint
    SageMakerResponse.list_pipeline_execution_steps = _listed_steps
    SageMakerResponse.describe_pipeline_execution = _described_execution
    SageMakerResponse.stop_pipeline_execution = _stopped_execution
    FakeEndpointConfig.validate_instance_type = _any_machine
