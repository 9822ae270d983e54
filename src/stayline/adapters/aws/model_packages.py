"""A group of model packages in SageMaker's Model Registry."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.resources import Resources
from stayline.domain.model_package import ApprovalStatus

_WHAT = "SageMaker's model registry"
_LONGEST_WORDS = 1024


class ModelPackages:
    """Creates and lists the versions of one group, and tells them what was decided."""

    CALLS = frozenset(
        {
            "sagemaker.create_model_package",
            "sagemaker.list_model_packages",
            "sagemaker.update_model_package",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def create(self, digest: str, *, at: datetime) -> str:
        """Add the next version and return its ARN, which ends with the number.

        A call that is sent again, since its answer was lost, has the same client token, so it makes
        no second version.
        """
        resources = self._clients.resources
        container = {"Image": resources.image, "ModelDataUrl": model_data_url(resources, digest)}
        with our_errors(_WHAT):
            answer = self._sagemaker.create_model_package(
                ModelPackageGroupName=resources.model_package_group,
                ModelApprovalStatus=ApprovalStatus.PENDING.value,
                InferenceSpecification={
                    "Containers": [container],
                    "SupportedContentTypes": ["text/csv", "application/jsonlines"],
                    "SupportedResponseMIMETypes": ["text/csv", "application/json"],
                },
                CustomerMetadataProperties={
                    "package_digest": digest,
                    "trained_at": at.isoformat(),
                },
            )
        return str(answer["ModelPackageArn"])

    def decide(self, arn: str, status: ApprovalStatus, told: str) -> None:
        """Set the approval status, and why; doing so again changes nothing."""
        with our_errors(_WHAT):
            self._sagemaker.update_model_package(
                ModelPackageArn=arn,
                ModelApprovalStatus=status.value,
                ApprovalDescription=told[:_LONGEST_WORDS],
            )

    def statuses(self) -> Iterator[tuple[str, str]]:
        """Yield the ARN and approval status of every version, over as many pages as it takes."""
        start: dict[str, Any] = {}
        while True:
            with our_errors(_WHAT):
                page = self._sagemaker.list_model_packages(
                    ModelPackageGroupName=self._clients.resources.model_package_group, **start
                )
            for one in page["ModelPackageSummaryList"]:
                yield one["ModelPackageArn"], one["ModelApprovalStatus"]
            if not page.get("NextToken"):
                return
            start = {"NextToken": page["NextToken"]}

    @property
    def _sagemaker(self) -> Any:
        return self._clients.of("sagemaker")


def model_data_url(resources: Resources, digest: str) -> str:
    """Return where in S3 the archive of a digest lies."""
    return f"s3://{resources.data_bucket}/models/{digest.removeprefix('sha256:')}/model.tar.gz"
