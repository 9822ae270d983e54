"""A package that a pipeline registered in SageMaker: its files checked, then taken up here."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.adapters.aws.pipeline.files import PipelineFiles
from stayline.domain.model_package import ModelPackage
from stayline.errors import NothingKept, PackageRefused
from stayline.formats.file_trees import content_digest
from stayline.formats.model_archive import read_archive


class RegisteredPackages:
    """Takes packages over into the registry, once and whole; raises `PackageRefused` otherwise.

    SageMaker's package names where the archive and the reports lie and, where the gates told them,
    which digests these have; files with others were altered since, and nothing is registered.
    """

    CALLS = frozenset({"sagemaker.describe_model_package"})

    def __init__(
        self, clients: Clients, files: PipelineFiles, registry: SageMakerModelRegistry
    ) -> None:
        self._clients = clients
        self._files = files
        self._registry = registry

    def take_up(self, arn: str, *, trained_by: str, at: datetime) -> tuple[ModelPackage, str]:
        """Return the version, and the ARN that ends with its number."""
        with our_errors("SageMaker's model registry"):
            told = self._clients.of("sagemaker").describe_model_package(ModelPackageName=arn)
        expected = told.get("CustomerMetadataProperties", {}).get("package_digest")
        try:
            archive = self._archive(told, expected)
            reports = self._reports(told.get("ModelMetrics", {}))
        except NothingKept as error:
            raise PackageRefused(str(error)) from error
        metrics = read_archive(archive, content_digest(archive)).manifest.metrics
        package = self._registry.adopt(
            arn, archive, trained_by=trained_by, metrics=metrics, at=at, reports=reports
        )
        return package, f"{arn.rpartition('/')[0]}/{package.version}"

    def _archive(self, told: Mapping[str, Any], expected: str | None) -> bytes:
        uri = told["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        archive = self._files.read(uri)
        digest = content_digest(archive)
        if digest != (expected or digest):
            raise PackageRefused(f"the package has digest {digest}, expected {expected}.")
        return archive

    def _reports(self, metrics: Mapping[str, Any]) -> Mapping[str, bytes]:
        """Return every file beside the reports that are named, and check those."""
        named = list(_named(metrics))
        found: dict[str, bytes] = {}
        for folder in sorted({uri.rpartition("/")[0] for uri, _ in named}):
            beside = self._files.tree(folder).items()
            found |= {name: content for name, content in beside if "/" not in name}
        for uri, expected in named:
            digest = content_digest(self._files.read(uri))
            if digest != (expected or digest):
                told = f"report {uri!r} has digest {digest}, expected {expected}."
                raise PackageRefused(told)
        return found


def _named(metrics: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for reports in metrics.values():
        for report in reports.values():
            yield report["S3Uri"], report.get("ContentDigest")
