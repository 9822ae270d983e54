"""Executions in SageMaker Pipelines: published, started, looked at, stopped."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.pipeline.steps import job_of, told_step
from stayline.adapters.objects.bucket import Bucket
from stayline.adapters.objects.clients import code_of
from stayline.domain.pipeline_execution import StepExecution, StepStatus
from stayline.errors import AwsRefused, StoreUnavailable
from stayline.formats.file_trees import content_digest
from stayline.ports.pipeline_runner import ParameterValue

_LONGEST_DEFINITION = 100_000
"""A longer one, in bytes, is handed over in S3."""
_WHAT = "SageMaker Pipelines"


@dataclass(frozen=True, slots=True)
class Stand:
    """How SageMaker says that an execution stands."""

    status: str
    reason: str

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in ("Executing", "Stopping")


class SageMakerExecutions:
    """Asks SageMaker; what is sent again, since its answer was lost, is done once."""

    CALLS = frozenset(
        {
            "logs.filter_log_events",
            "s3.put_object",
            "sagemaker.create_pipeline",
            "sagemaker.describe_pipeline_execution",
            "sagemaker.describe_processing_job",
            "sagemaker.list_pipeline_executions",
            "sagemaker.list_pipeline_execution_steps",
            "sagemaker.start_pipeline_execution",
            "sagemaker.stop_pipeline_execution",
            "sagemaker.update_pipeline",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._bucket = Bucket(clients, clients.resources.data_bucket, _WHAT)

    def publish(self, name: str, definition: str) -> Mapping[str, Any]:
        """Make this the pipeline's definition; return what names this version of it to `start`."""
        from botocore.exceptions import ClientError

        asked = {"PipelineName": name, "RoleArn": self._clients.resources.pipeline_role}
        asked |= self._defined_by(definition)
        with our_errors(_WHAT):
            try:
                answer = self._sagemaker.update_pipeline(**asked)
            except ClientError as error:
                if code_of(error) not in ("ResourceNotFound", "ValidationException"):
                    raise
                answer = self._sagemaker.create_pipeline(**asked)
        version = answer.get("PipelineVersionId")
        return {} if version is None else {"PipelineVersionId": version}

    def start(
        self,
        name: str,
        version: Mapping[str, Any],
        parameters: Mapping[str, ParameterValue],
        *,
        display_name: str,
        token: str,
    ) -> str:
        """Start an execution and return its ARN; the same token starts no second one."""
        given = [
            {"Name": key, "Value": _text(value)} for key, value in parameters.items() if value != ""
        ]
        with our_errors(_WHAT):
            answer = self._sagemaker.start_pipeline_execution(
                PipelineName=name,
                PipelineExecutionDisplayName=display_name,
                PipelineParameters=given,
                ClientRequestToken=token,
                **version,
            )
        return str(answer["PipelineExecutionArn"])

    def stand(self, arn: str) -> Stand:
        """Return how an execution stands."""
        with our_errors(_WHAT):
            told = self._sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return Stand(told["PipelineExecutionStatus"], told.get("FailureReason", ""))

    def steps(self, arn: str) -> tuple[StepExecution, ...]:
        """Return the steps that were begun, in that order, over as many pages as it takes.

        One that failed tells why in the words that its program left, where it left any.
        """
        return tuple(self._explained(told_step(step)) for step in self._steps(arn))

    def started_as(self, name: str, display_name: str, *, since: datetime) -> str:
        """Return the ARN of the execution that was started under a name; empty where none was.

        Looked at are those since a day before ``since``: our clock and SageMaker's may differ.
        """
        from botocore.exceptions import ClientError

        start: dict[str, Any] = {}
        while True:
            with our_errors(_WHAT):
                try:
                    page = self._sagemaker.list_pipeline_executions(
                        PipelineName=name, CreatedAfter=since - timedelta(days=1), **start
                    )
                except ClientError as error:
                    if code_of(error) in ("ResourceNotFound", "ValidationException"):
                        return ""
                    raise
            for one in page["PipelineExecutionSummaries"]:
                if one.get("PipelineExecutionDisplayName") == display_name:
                    return str(one["PipelineExecutionArn"])
            if not page.get("NextToken"):
                return ""
            start = {"NextToken": page["NextToken"]}

    def stop(self, arn: str, *, token: str) -> None:
        """Have an execution stopped; the step at work goes on until SageMaker has ended it."""
        with our_errors(_WHAT):
            self._sagemaker.stop_pipeline_execution(
                PipelineExecutionArn=arn, ClientRequestToken=token
            )

    def log(self, group: str, job: str) -> str:
        """Return what a job printed, over as many pages as it takes."""
        start: dict[str, Any] = {}
        lines: list[str] = []
        while True:
            page = self._log_page(logGroupName=group, logStreamNamePrefix=f"{job}/", **start)
            lines += (f"{event['message'].rstrip()}\n" for event in page["events"])
            if not page.get("nextToken"):
                return "".join(lines)
            start = {"nextToken": page["nextToken"]}

    def _log_page(self, **asked: Any) -> Mapping[str, Any]:
        """Return a page of a log; the group comes with the first line that any job prints."""
        from botocore.exceptions import ClientError

        with our_errors("CloudWatch Logs"):
            try:
                page: Mapping[str, Any] = self._clients.of("logs").filter_log_events(**asked)
            except ClientError as error:
                if code_of(error) != "ResourceNotFoundException":
                    raise
                return {"events": []}
        return page

    @property
    def _sagemaker(self) -> Any:
        return self._clients.of("sagemaker")

    def _defined_by(self, definition: str) -> dict[str, Any]:
        text = definition.encode()
        if len(text) <= _LONGEST_DEFINITION:
            return {"PipelineDefinition": definition}
        key = f"definitions/published/{content_digest(text).removeprefix('sha256:')}.json"
        self._bucket.put(key, text)
        place = {"Bucket": self._clients.resources.data_bucket, "ObjectKey": key}
        return {"PipelineDefinitionS3Location": place}

    def _explained(self, step: StepExecution) -> StepExecution:
        """Return a failed step with its program's words; SageMaker lists no more than the status.

        A training job's are in what it lists already.
        """
        if step.status is not StepStatus.FAILED or step.type != "Processing" or not job_of(step):
            return step
        with suppress(AwsRefused, StoreUnavailable), our_errors(_WHAT):
            told = self._sagemaker.describe_processing_job(ProcessingJobName=job_of(step))
            return replace(step, failure=told.get("ExitMessage", "").strip() or step.failure)
        return step

    def _steps(self, arn: str) -> Iterator[Mapping[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            with our_errors(_WHAT):
                page = self._sagemaker.list_pipeline_execution_steps(
                    PipelineExecutionArn=arn, SortOrder="Ascending", **start
                )
            yield from page["PipelineExecutionSteps"]
            if not page.get("NextToken"):
                return
            start = {"NextToken": page["NextToken"]}


def _text(value: ParameterValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
