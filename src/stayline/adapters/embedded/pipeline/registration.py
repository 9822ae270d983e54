"""A RegisterModel step: the package and its reports into the registry, once per package."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

import msgspec

from stayline.adapters.embedded.pipeline.faults import StepFault
from stayline.adapters.embedded.pipeline.files import PipelineFiles
from stayline.domain.model_package import ModelPackage
from stayline.errors import PackageRefused
from stayline.formats.model_archive import archive_digest, read_archive
from stayline.ports.model_registry import ModelRegistry

_ALTERED = "Nothing was registered. Run the pipeline again, so that it is made anew."


class _Container(msgspec.Struct, frozen=True, rename="pascal"):
    model_data_url: str


class _InferenceSpecification(msgspec.Struct, frozen=True, rename="pascal"):
    containers: tuple[_Container, ...]


class _Report(msgspec.Struct, frozen=True, rename="pascal"):
    s3_uri: str
    content_digest: str | None = None


class _Asked(msgspec.Struct, frozen=True, rename="pascal"):
    inference_specification: _InferenceSpecification
    model_package_group_name: str = "models"
    model_metrics: dict[str, dict[str, _Report]] = {}
    customer_metadata_properties: dict[str, str] = {}


class Registration:
    """What a step wants registered, and where its files are found."""

    def __init__(self, arguments: Mapping[str, object], files: PipelineFiles) -> None:
        try:
            self._asked = msgspec.convert(arguments, _Asked)
        except msgspec.ValidationError as error:
            raise StepFault(
                f"its arguments cannot be used: {error}.", "Correct them in the definition."
            ) from error
        self._files = files

    def register(
        self,
        registry: ModelRegistry,
        alone: AbstractContextManager[None],
        *,
        trained_by: str,
        at: datetime,
    ) -> tuple[ModelPackage, str]:
        """Return the pending version and its ARN; raises `StepFault` for altered files.

        The same bytes are registered once: running again neither doubles a version nor brings back
        one that was rejected. ``alone`` keeps others from registering meanwhile.
        """
        archive, metrics = self._package()
        reports = self._reports()
        with alone:
            package = _registered(registry, archive_digest(archive)) or registry.register(
                archive, trained_by=trained_by, metrics=metrics, at=at, reports=reports
            )
        group = self._asked.model_package_group_name
        return package, f"arn:stayline:sagemaker:local::model-package/{group}/{package.version}"

    def _package(self) -> tuple[bytes, Mapping[str, float]]:
        uri = self._asked.inference_specification.containers[0].model_data_url
        archive = self._read(uri)
        digest = archive_digest(archive)
        expected = self._asked.customer_metadata_properties.get("package_digest", digest)
        if digest != expected:
            raise StepFault(f"the package has digest {digest}, expected {expected}.", _ALTERED)
        try:
            return archive, read_archive(archive, digest).manifest.metrics
        except PackageRefused as error:
            raise StepFault(str(error), _ALTERED) from error

    def _reports(self) -> dict[str, bytes]:
        """Return every file beside the reports that are named, and check those."""
        named = list(self._named_reports())
        found = {}
        for folder in sorted({report.s3_uri.rpartition("/")[0] for report in named}):
            tree = self._files.tree(folder)
            for name in tree.files if tree else ():
                if tree and "/" not in name:
                    found[name] = (tree.folder / name).read_bytes()
        for report in named:
            digest = archive_digest(self._read(report.s3_uri))
            if report.content_digest not in (None, digest):
                raise StepFault(
                    f"report {report.s3_uri!r} has digest {digest}, "
                    f"expected {report.content_digest}.",
                    _ALTERED,
                )
        return found

    def _named_reports(self) -> Iterator[_Report]:
        for reports in self._asked.model_metrics.values():
            yield from reports.values()

    def _read(self, uri: str) -> bytes:
        content = self._files.file(uri)
        if content is None:
            raise StepFault(f"nothing whole is kept at {uri!r}.", _ALTERED)
        return content


def _registered(registry: ModelRegistry, digest: str) -> ModelPackage | None:
    return next((p for p in reversed(registry.packages()) if p.digest == digest), None)
