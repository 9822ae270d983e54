"""Looks at a stack through the services that it is made of."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.token_keys import FIRST
from stayline.adapters.objects.clients import code_of
from stayline.domain.stack_checks import PartKind, StackPart
from stayline.errors import AwsRefused, StoreUnavailable

_MISSING = frozenset(
    {
        *("ResourceNotFound", "ResourceNotFoundException", "ValidationException"),
        *("ValidationError", "NoSuchBucket", "404"),
    }
)
"""What services answer for something that is not there; each has its own word."""
_ANY_ACCOUNT = "0" * 12


def account_of(stack: str, region: str) -> str:
    """Return the account that a stack of this name would be in: that of the credentials.

    Raises `AwsRefused` where there are none, or of no account, and `StoreUnavailable`.
    """
    return AwsStackCheck(Clients(Resources(stack, _ANY_ACCOUNT, region))).account()


class AwsStackCheck:
    """Asks each service for a description; reads no value of any secret, object or item.

    Parts are looked for in the account of the credentials, whatever account the clients name.
    """

    CALLS = frozenset(
        {
            "cloudformation.describe_stacks",
            "cloudformation.list_stack_resources",
            "dynamodb.describe_table",
            "s3.head_bucket",
            "sagemaker.describe_endpoint",
            "sagemaker.describe_endpoint_config",
            "sagemaker.describe_feature_group",
            "sagemaker.describe_model",
            "sagemaker.describe_model_package_group",
            "sagemaker.describe_pipeline",
            "secretsmanager.describe_secret",
            "service-quotas.list_service_quotas",
            "sts.get_caller_identity",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def account(self) -> str:
        """Return the account that the credentials are of."""
        with our_errors("the account"):
            answer = self._clients.of("sts").get_caller_identity()
        return str(answer["Account"])

    def offers_sagemaker(self) -> bool:
        """Whether AWS's client knows SageMaker to be in this region."""
        regions: list[str] = self._clients.session.get_available_regions("sagemaker")
        return self._clients.resources.region in regions

    def stack_state(self, stack: str) -> str | None:
        """Return the state of a stack; None for one that is not there."""
        client = self._clients.of("cloudformation")
        found = _described(f"stack {stack}", client.describe_stacks, StackName=stack)
        stacks = found.get("Stacks", ()) if found is not None else ()
        return str(stacks[0]["StackStatus"]) if stacks else None

    def quotas(self) -> dict[str, float]:
        """Return what SageMaker permits, over as many pages as it takes."""
        client = self._clients.of("service-quotas")
        found: dict[str, float] = {}
        start: dict[str, str] = {}
        while True:
            with our_errors("the service quotas"):
                page = client.list_service_quotas(ServiceCode="sagemaker", **start)
            found |= {each["QuotaName"]: float(each["Value"]) for each in page["Quotas"]}
            if not page.get("NextToken"):
                return found
            start = {"NextToken": page["NextToken"]}

    def parts(self) -> Sequence[StackPart]:
        """Return the parts that the product uses."""
        names = replace(self._clients.resources, account=self.account())
        return (
            StackPart(PartKind.TABLE, names.state_table),
            StackPart(PartKind.TABLE, names.people_table),
            StackPart(PartKind.BUCKET, names.data_bucket),
            StackPart(PartKind.BUCKET, names.protected_bucket),
            StackPart(PartKind.SECRET, names.secret(FIRST)),  # the product makes all others
            StackPart(PartKind.FEATURE_GROUP, names.feature_group),
            StackPart(PartKind.FEATURE_GROUP, names.outcome_group),
            StackPart(PartKind.MODEL_GROUP, names.model_package_group),
            *(StackPart(PartKind.PIPELINE, name) for name in names.pipelines),
            StackPart(PartKind.ENDPOINT, names.endpoint),
        )

    def part_state(self, part: StackPart) -> str | None:
        """Return the state of a part; of a bucket and a secret, whether it is there."""
        service, operation, named_by, state = _DESCRIBED[part.kind]
        describe = getattr(self._clients.of(service), operation)
        what = f"{part.kind} {part.name}"
        found = _described(what, describe, **{named_by: part.name})
        try:
            return None if found is None else state(found)
        except KeyError as error:
            raise StoreUnavailable(what, "AWS's answer lacks its state.") from error

    def served_version(self) -> int | None:
        """Return the version at the endpoint, if the stack made it; it says by its model's package.

        Models that the product made itself are named after their version.
        """
        names, client = self._clients.resources, self._clients.of("sagemaker")
        if not self._made_by_stack("AWS::SageMaker::Endpoint"):
            return None
        with our_errors("the endpoint's model"):
            endpoint = client.describe_endpoint(EndpointName=names.endpoint)
            config = client.describe_endpoint_config(
                EndpointConfigName=endpoint["EndpointConfigName"]
            )
            model = client.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
        package = str(model.get("PrimaryContainer", {}).get("ModelPackageName", ""))
        named = re.match(f"{names.stack}-([0-9]+)-", str(model["ModelName"]))
        version = named[1] if named is not None else package.rpartition("/")[2]
        if not version.isdecimal():
            because = "its model is of no version in the registry; name one with --model-version"
            raise AwsRefused("the endpoint", because)
        return int(version)

    def _made_by_stack(self, kind: str) -> bool:
        """Whether a resource of this type is the stack's own."""
        start: dict[str, str] = {}
        while True:
            found = _described(
                f"stack {self._clients.resources.stack}",
                self._clients.of("cloudformation").list_stack_resources,
                StackName=self._clients.resources.stack,
                **start,
            )
            if found is None:
                return False
            made = found["StackResourceSummaries"]
            if any(one["ResourceType"] == kind for one in made):
                return True
            if not found.get("NextToken"):
                return False
            start = {"NextToken": found["NextToken"]}


def stack_check(stack: str, region: str) -> AwsStackCheck:
    """Return the check of a stack in a region, in the account of whatever credentials there are."""
    return AwsStackCheck(Clients(Resources(stack, account="", region=region)))


def usual_region() -> str | None:
    """Return the region that AWS's own tools take, from their variables and files."""
    from botocore.session import get_session

    region: str | None = get_session().get_config_variable("region")
    return os.environ.get("AWS_REGION") or region


def _described(
    what: str, describe: Callable[..., Mapping[str, Any]], **asked: str
) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError

    with our_errors(what):
        try:
            return describe(**asked)
        except ClientError as error:
            if code_of(error) in _MISSING:
                return None
            raise


def _secret_state(found: Mapping[str, Any]) -> str:
    return "marked for deletion" if found.get("DeletedDate") else "there"


_Described = tuple[str, str, str, Callable[[Mapping[str, Any]], str]]
_DESCRIBED: Mapping[PartKind, _Described] = {
    PartKind.TABLE: (
        *("dynamodb", "describe_table", "TableName"),
        lambda found: str(found["Table"]["TableStatus"]),
    ),
    PartKind.BUCKET: ("s3", "head_bucket", "Bucket", lambda _: "there"),
    PartKind.SECRET: ("secretsmanager", "describe_secret", "SecretId", _secret_state),
    PartKind.FEATURE_GROUP: (
        *("sagemaker", "describe_feature_group", "FeatureGroupName"),
        lambda found: str(found["FeatureGroupStatus"]),
    ),
    PartKind.MODEL_GROUP: (
        *("sagemaker", "describe_model_package_group", "ModelPackageGroupName"),
        lambda found: str(found["ModelPackageGroupStatus"]),
    ),
    PartKind.PIPELINE: (
        *("sagemaker", "describe_pipeline", "PipelineName"),
        lambda found: str(found["PipelineStatus"]),
    ),
    PartKind.ENDPOINT: (
        *("sagemaker", "describe_endpoint", "EndpointName"),
        lambda found: str(found["EndpointStatus"]),
    ),
}
