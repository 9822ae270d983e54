"""What the fake of AWS lacks of SageMaker: switching endpoints, and steps of executions.

A fake of a fake: an endpoint is switched at once unless a test says otherwise, and an execution
does what its script says; nothing runs, but for pipelines that `fake_pipelines` was asked to run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig, FakePipelineExecution
from moto.sagemaker.responses import SageMakerResponse

PAGE = 2
"""So many steps come on a page."""


class Course(Protocol):
    """What becomes of an execution."""

    steps: Sequence[dict[str, Any]]

    def stand(self) -> tuple[str, str]:
        """Return its status, and why it failed."""

    def stop(self) -> None:
        """End it."""


@dataclass
class Script:
    """What becomes of the executions of a pipeline: its steps, and how it ends after some looks."""

    steps: Sequence[dict[str, Any]] = ()
    status: str = "Succeeded"
    reason: str = ""
    looks: int = 1
    begin: Callable[[], None] = lambda: None
    was_stopped: bool = False

    def stand(self) -> tuple[str, str]:
        """Return its status at this look."""
        self.looks -= 1
        if self.was_stopped:
            return "Stopped", self.reason
        return ("Executing" if self.looks >= 0 else self.status), self.reason

    def stop(self) -> None:
        """End it."""
        self.was_stopped = True


@dataclass
class Switch:
    """How an endpoint is switched: what it says look after look, and whether it is kept."""

    says: Sequence[str] = ()
    is_kept: bool = True
    reason: str = ""


SCRIPTS: dict[str, Script] = {}
"""By the name of the pipeline."""
RUNNING: dict[str, Callable[[FakePipelineExecution], Course]] = {}
"""What starts the executions of a pipeline that is run, by its name."""
COURSES: dict[str, Course] = {}
"""The executions that were run, by ARN."""
SWITCHES: dict[str, Switch] = {}
"""By the name of the endpoint."""
ASKED: dict[str, list[dict[str, Any]]] = {}
"""What endpoints were asked to be switched to, by name."""


_create_model = SageMakerResponse.create_model


def _created_model(self: SageMakerResponse) -> ActionResult:
    """Refuse a name that is taken, and keep the isolation that was asked for."""
    name = self._get_param("ModelName")
    if name in self.sagemaker_backend._models:
        raise ValidationError(message=f"Cannot create already existing model {name}")
    made = _create_model(self)
    model = self.sagemaker_backend._models[name]
    model.enable_network_isolation = bool(self._get_param("EnableNetworkIsolation"))
    return made


def _update_endpoint(self: SageMakerResponse) -> ActionResult:
    name, config = self._get_param("EndpointName"), self._get_param("EndpointConfigName")
    endpoint = self.sagemaker_backend.endpoints[name]
    self.sagemaker_backend.describe_endpoint_config(config)
    ASKED.setdefault(name, []).append(
        {
            "config": config,
            "deployment": self._get_param("DeploymentConfig"),
            "retains": self._get_param("RetainAllVariantProperties"),
        }
    )
    endpoint.pending = config
    endpoint.switch = SWITCHES.get(name, Switch())
    endpoint.says = list(endpoint.switch.says)
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
    if endpoint.switch.is_kept:
        endpoint.endpoint_config_name = told["EndpointConfigName"] = pending
    if endpoint.switch.reason:
        told["FailureReason"] = endpoint.switch.reason
    endpoint.pending = None
    return ActionResult(told)


def _listed_steps(self: SageMakerResponse) -> ActionResult:
    steps = _course(self).steps
    start = int(self._get_param("NextToken") or 0)
    page = {"PipelineExecutionSteps": list(steps[start : start + PAGE])}
    if start + PAGE < len(steps):
        page["NextToken"] = str(start + PAGE)
    return ActionResult(page)


_started_in_the_fake = SageMakerResponse.start_pipeline_execution


def _started_execution(self: SageMakerResponse) -> ActionResult:
    answer, name = _started_in_the_fake(self), self._get_param("PipelineName")
    if name in RUNNING:
        arn = answer.result["PipelineExecutionArn"]
        begun = self.sagemaker_backend.pipelines[name].pipeline_executions[arn]
        COURSES[arn] = RUNNING[name](begun)
    return answer


def _described_execution(self: SageMakerResponse) -> ActionResult:
    arn = self._get_param("PipelineExecutionArn")
    told = dict(self.sagemaker_backend.describe_pipeline_execution(arn))
    told["PipelineExecutionStatus"], told["FailureReason"] = _course(self).stand()
    return ActionResult(told)


def _stopped_execution(self: SageMakerResponse) -> ActionResult:
    _course(self).stop()
    return ActionResult({"PipelineExecutionArn": self._get_param("PipelineExecutionArn")})


def _course(self: SageMakerResponse) -> Course:
    arn = self._get_param("PipelineExecutionArn")
    return COURSES[arn] if arn in COURSES else SCRIPTS[arn.split("/")[-3]]


def _any_machine(self: FakeEndpointConfig, instance_type: str) -> None:
    """Take every machine: the fake's list is older than that of AWS's own client."""


def teach() -> None:
    """Teach the fake; doing so again changes nothing."""
    SageMakerResponse.create_model = _created_model
    SageMakerResponse.update_endpoint = _update_endpoint
    SageMakerResponse.describe_endpoint = _described_endpoint
    SageMakerResponse.start_pipeline_execution = _started_execution
    SageMakerResponse.list_pipeline_execution_steps = _listed_steps
    SageMakerResponse.describe_pipeline_execution = _described_execution
    SageMakerResponse.stop_pipeline_execution = _stopped_execution
    FakeEndpointConfig.validate_instance_type = _any_machine
