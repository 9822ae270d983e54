"""Where a pipeline's URIs lie: the ``s3://stayline`` of every home is the stack's buckets."""

from collections.abc import Mapping
from dataclasses import dataclass

from stayline.adapters.aws.resources import Resources
from stayline.pipeline.definition import render
from stayline.ports.pipeline_runner import PIPELINE_NAME, ParameterValue

OURS = "s3://stayline/"
STAGED = f"{OURS}staged/"
PROTECTED_KEYS = "staged/protected/"
"""Where protected attributes begin, in a bucket of their own."""
PROTECTED = f"{OURS}{PROTECTED_KEYS}"


@dataclass(frozen=True, slots=True)
class Places:
    """Names of a stack in place of those that a definition and its parameters have at home.

    So callers, definitions and their digests are the same wherever a pipeline runs. Protected
    attributes go to the bucket that has a key of its own.
    """

    resources: Resources

    def pipeline(self, name: str) -> str:
        """Return what a pipeline is called in SageMaker."""
        if name == PIPELINE_NAME:
            return self.resources.pipeline
        return f"{self.resources.stack}-{name}"

    def definition(self, document: Mapping[str, object]) -> str:
        """Return a definition's text with the places of the stack."""
        protected, data = self._buckets()
        text = render(document).replace(f'"{PROTECTED}', f'"{protected}{PROTECTED_KEYS}')
        return text.replace(f'"{OURS}', f'"{data}')

    def parameters(self, values: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        """Return parameters with the image, the role, the group and the buckets of the stack."""
        of_the_stack: dict[str, ParameterValue] = {
            "ImageUri": self.resources.image,
            "RoleArn": self.resources.pipeline_role,
            "ModelPackageGroupName": self.resources.model_package_group,
        }
        placed = {name: self._placed(value) for name, value in values.items()}
        return placed | {name: of_the_stack[name] for name in placed if name in of_the_stack}

    def uri(self, ours: str) -> str:
        """Return where in AWS a URI of ours lies."""
        protected, data = self._buckets()
        if ours.startswith(PROTECTED):
            return protected + ours.removeprefix(OURS)
        return data + ours.removeprefix(OURS) if ours.startswith(OURS) else ours

    def bucket_of(self, uri: str) -> tuple[str, str] | None:
        """Return the bucket and key of a URI, ours or AWS's; None for what is not the stack's."""
        bucket, _, key = self.uri(uri).removeprefix("s3://").partition("/")
        known = (self.resources.data_bucket, self.resources.protected_bucket)
        return (bucket, key) if bucket in known else None

    def _placed(self, value: ParameterValue) -> ParameterValue:
        return self.uri(value) if isinstance(value, str) else value

    def _buckets(self) -> tuple[str, str]:
        resources = self.resources
        return f"s3://{resources.protected_bucket}/", f"s3://{resources.data_bucket}/"
