"""Pipelines on a stack of a test's own, whose executions follow a script; nothing runs."""

from datetime import UTC, datetime

from aws_backend import at_once
from fake_aws import recording
from moto_sagemaker import SCRIPTS, Script
from small_pipelines import package_bytes
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.adapters.aws.pipeline_runner import SageMakerPipelineRunner
from stayline.adapters.objects.bucket import Bucket
from stayline.formats.file_trees import content_digest
from stores import SetClock

CALLS: set[str] = set()
"""What the runner asked AWS for in this process."""
BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PACKAGE = package_bytes()
REPORT = b"{}"
JOBS = "arn:aws:sagemaker:eu-central-1:123456789012"


def step(name, kind, metadata, status="Succeeded", **more):
    return {
        "StepName": name, "StartTime": BEGAN, "EndTime": BEGAN, "StepStatus": status,
        "AttemptCount": 1, "Metadata": {kind: metadata}, **more,
    }  # fmt: skip


def prepared(status="Succeeded", **more):
    return step("prepare", "ProcessingJob", {"Arn": f"{JOBS}:processing-job/p-1"}, status, **more)


TRAINED = step("train", "TrainingJob", {"Arn": f"{JOBS}:training-job/t-1"})
CHECKED = step("check", "ProcessingJob", {"Arn": f"{JOBS}:processing-job/c-1"})
GATED = step("gate", "Condition", {"Outcome": "True"})


class AwsPipelineHome:
    """The runner of SageMaker's on a stack, opened as often as a test likes."""

    def __init__(self, stack):
        self.stack = stack
        self.clock = SetClock()
        self.script = SCRIPTS[stack.pipeline] = Script()

    def runner(self, wait=at_once):
        clients = Clients(self.stack)
        recording(clients, CALLS)
        return SageMakerPipelineRunner(clients, self.clock, self.registry(), wait)

    def registry(self):
        return SageMakerModelRegistry(Clients(self.stack))

    def put(self, key, content):
        Bucket(Clients(self.stack), self.stack.data_bucket, "a test").put(key, content)

    def registers(self, **changes):
        """Have the pipeline register a package, as SageMaker does with the step's arguments."""
        self.put("runs/check/package/model.tar.gz", PACKAGE)
        self.put("runs/check/reports/bias_analysis.json", REPORT)
        self.put("runs/check/reports/table.csv", b"a,b")
        data = f"s3://{self.stack.data_bucket}/runs/check"
        report = {
            "ContentType": "application/json",
            "S3Uri": f"{data}/reports/bias_analysis.json",
            "ContentDigest": content_digest(REPORT),
        }
        asked = {
            "ModelPackageGroupName": self.stack.model_package_group,
            "ModelApprovalStatus": "PendingManualApproval",
            "InferenceSpecification": {
                "Containers": [
                    {"Image": "stayline", "ModelDataUrl": f"{data}/package/model.tar.gz"}
                ],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            "ModelMetrics": {"Bias": {"Report": report}},
            "CustomerMetadataProperties": {"package_digest": content_digest(PACKAGE)},
        }
        arn = Clients(self.stack).of("sagemaker").create_model_package(**asked | changes)
        registered = step("register", "RegisterModel", {"Arn": arn["ModelPackageArn"]})
        self.script.steps = [CHECKED, GATED, registered]

    def close(self):
        """Leave nothing behind: a stack has a name of its own."""
