"""A fake of SageMaker Pipelines that runs what it is given: the very definition that was sent.

Jobs and packages are made by requests of boto3, so AWS's own forms of those hold, and `fake_jobs`
runs the programs of jobs. Steps run one after the other; a failed one is not tried again. A step is
used again as SageMaker does it: by the members of its request that make its cache key.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from moto.sagemaker.models import FakePipelineExecution

from fake_aws import clients_of
from fake_jobs import FakeJob, JobFailed
from moto_sagemaker import RUNNING
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.resources import Resources
from stayline.pipeline.expressions import Scope, holds, resolve
from stayline.pipeline.order import execution_order, placed_steps

PATIENCE_S = 30
_TYPES = {"Integer": int, "Float": float, "Boolean": lambda text: text == "true", "String": str}
_CACHE_KEYS = {
    "Processing": ("AppSpecification", "Environment", "ProcessingInputs"),
    "Training": ("AlgorithmSpecification", "Environment", "HyperParameters", "InputDataConfig"),
}
"""https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html"""
_Cache = dict[str, tuple[str, dict[str, Any], Mapping[str, Any]]]
"""Of steps that ran: the execution's ARN, the metadata, and what Describe tells of the job."""


@contextmanager
def running_pipelines(stack: Resources, folder: Path) -> Iterator[None]:
    """Run below a folder what is started of a stack's training pipeline; end it with the block."""
    clients, begun, cache = clients_of(stack), list[_Running](), _Cache()
    for service in ("s3", "sagemaker", "logs"):
        clients.of(service)

    def begin(execution: FakePipelineExecution) -> _Running:
        begun.append(_Running(clients, execution, folder, cache))
        begun[-1].start()
        return begun[-1]

    RUNNING[stack.pipeline] = begin
    try:
        yield
    finally:
        del RUNNING[stack.pipeline]
        for execution in begun:
            execution.stop()
            execution.join(PATIENCE_S)


class _Running(threading.Thread):
    """One execution; ``steps`` are told as ListPipelineExecutionSteps tells them."""

    def __init__(
        self, clients: Clients, execution: FakePipelineExecution, folder: Path, cache: _Cache
    ) -> None:
        super().__init__()
        self.steps: list[dict[str, Any]] = []
        self._clients = clients
        self._arn = execution.arn
        self._folder = folder
        self._cache = cache
        self._document = json.loads(execution.pipeline_definition_for_execution)
        self._parameters = _parameters(self._document, execution.pipeline_parameters)
        self._properties: dict[str, Mapping[str, Any]] = {}
        self._job: FakeJob | None = None
        self._was_stopped = False
        self._status, self._reason = "Executing", ""

    def stand(self) -> tuple[str, str]:
        return self._status, self._reason

    def stop(self) -> None:
        self._was_stopped = True
        if self._job is not None:
            self._job.stop()

    def run(self) -> None:
        status, reason = "Succeeded", ""
        placed = {one.name: one for one in placed_steps(self._document)}
        outcomes = dict[str, str]()
        for name in execution_order(self._document):
            if any(outcomes.get(before) != str(answer) for before, answer in placed[name].branch):
                continue
            told = {"StepName": name, "StartTime": _now(), "AttemptCount": 1}
            self.steps.append(told | {"StepStatus": "Executing"})
            try:
                done = self._step(placed[name].step)
                outcomes[name] = done["Metadata"].get("Condition", {}).get("Outcome", "")
                done["StepStatus"] = "Succeeded"
            except _Failed as failed:
                done = failed.args[0] | {"StepStatus": "Failed"}
                status = "Failed"
                reason = "Step failure: One or multiple steps failed."
            except Exception as error:  # the fake's own, or one that AWS's client raised
                done = {"StepStatus": "Failed", "FailureReason": f"ClientError: {error!r}"}
                status, reason = "Failed", done["FailureReason"]
            if self._was_stopped:
                status = done["StepStatus"] = "Stopped"
            self.steps[-1] = told | {"EndTime": _now()} | done
            if status != "Succeeded":
                break
        self._status, self._reason = status, reason

    def _step(self, step: Mapping[str, Any]) -> dict[str, Any]:
        kind, arguments, scope = step["Type"], step["Arguments"], self._scope()
        if kind == "Condition":
            answer = all(holds(one, scope) for one in arguments["Conditions"])
            return {"Metadata": {"Condition": {"Outcome": str(answer)}}}
        asked: Any = resolve(arguments, scope)
        if kind == "Fail":
            raise _Failed({"Metadata": {"Fail": {"ErrorMessage": asked["ErrorMessage"]}}})
        if kind == "RegisterModel":
            made = self._clients.of("sagemaker").create_model_package(**asked)
            return {"Metadata": {"RegisterModel": {"Arn": made["ModelPackageArn"]}}}
        key = json.dumps([step["Name"], [asked.get(name) for name in _CACHE_KEYS[kind]]])
        if step.get("CacheConfig", {}).get("Enabled") and key in self._cache:
            arn, metadata, self._properties[step["Name"]] = self._cache[key]
            return {"Metadata": metadata, "CacheHitResult": {"SourcePipelineExecutionArn": arn}}
        metadata = self._ran(step["Name"], kind, asked)
        self._cache[key] = self._arn, metadata, self._properties[step["Name"]]
        return {"Metadata": metadata}

    def _ran(self, name: str, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Have SageMaker make the job, then run it."""
        sagemaker, job_name = self._clients.of("sagemaker"), self._job_name(name)
        self._job = FakeJob(self._clients.of("s3"), self._folder / job_name)
        (self._folder / job_name).mkdir(parents=True)
        if self._was_stopped:
            self._job.stop()
        named = asked | {f"{kind}JobName": job_name}
        if kind == "Processing":
            arn = sagemaker.create_processing_job(**named)["ProcessingJobArn"]
            told = sagemaker.describe_processing_job(ProcessingJobName=job_name)
            run = self._job.process
        else:
            arn = sagemaker.create_training_job(**named)["TrainingJobArn"]
            told = sagemaker.describe_training_job(TrainingJobName=job_name)
            run = self._job.train
        metadata = {f"{kind}Job": {"Arn": arn}}
        try:
            run(named)
        except JobFailed as failed:
            raise _Failed({"Metadata": metadata, "FailureReason": str(failed)}) from failed
        finally:
            self._log(f"/aws/sagemaker/{kind}Jobs", job_name, self._job.printed)
        self._properties[name] = told
        return metadata

    def _scope(self) -> Scope:
        execution = self._arn.rpartition("/")[2]
        return Scope(
            self._parameters,
            self._properties,
            self._property_file,
            {"PipelineExecutionId": execution, "PipelineExecutionArn": self._arn},
        )

    def _property_file(self, step: str, name: str) -> bytes:
        """Return a file of a step from where its output was uploaded to."""
        placed = {one.name: one.step for one in placed_steps(self._document)}
        files = {one["PropertyFileName"]: one for one in placed[step]["PropertyFiles"]}
        told = self._properties[step]["ProcessingOutputConfig"]["Outputs"]
        uris = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in told}
        at = urlsplit(f"{uris[files[name]['OutputName']]}/{files[name]['FilePath']}")
        found = self._clients.of("s3").get_object(Bucket=at.netloc, Key=at.path.lstrip("/"))
        content: bytes = found["Body"].read()
        return content

    def _log(self, group: str, job: str, printed: str) -> None:
        logs, stream = self._clients.of("logs"), f"{job}/algo-1-{uuid4().hex[:10]}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        at = int(_now().timestamp() * 1000)
        events = [{"timestamp": at, "message": line} for line in printed.splitlines() if line]
        if events:
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def _job_name(self, step: str) -> str:
        execution = self._arn.rpartition("/")[2]
        return f"pipelines-{execution[:12].lower()}-{step}-{uuid4().hex[:10]}"


class _Failed(Exception):
    """A step failed; the argument is what is told of it."""


def _parameters(
    document: Mapping[str, Any], given: list[Mapping[str, str]] | None
) -> dict[str, object]:
    """Return what each parameter is, of its type; they are handed over as texts."""
    texts = {one["Name"]: one["Value"] for one in given or ()}
    return {
        one["Name"]: _TYPES[one["Type"]](texts[one["Name"]])
        if one["Name"] in texts
        else one["DefaultValue"]
        for one in document["Parameters"]
    }


def _now() -> datetime:
    return datetime.now(UTC)
