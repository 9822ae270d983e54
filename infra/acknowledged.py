"""What the rule packs find and why it stays as it is: one line a finding, each with its reason.

`AwsSolutions` and `NIST.800.53.R5` are cdk-nag's packs. A finding that is not told here fails the
synthesis. Wildcards in policies have their reasons in `wildcards`.
"""

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from infra.sizes import Profile

_AWS = "AwsSolutions::AwsSolutions-"
_NIST = "NIST.800.53.R5::NIST.800.53.R5-"
_ONE_REGION = (
    "Data on people stays in one region, as told in the register of processing. Versions protect"
    " against removal by mistake."
)
_BACKED_UP = "Point-in-time recovery restores every second of the last 35 days; a plan adds none."
_ROTATED = (
    "The product changes the token key on a schedule of its own, under two names at once. A"
    " rotation by AWS would cut everybody's history off."
)
FINDINGS: tuple[tuple[str, str, str], ...] = (
    ("Stores/AccessLog", f"{_NIST}S3BucketReplicationEnabled", _ONE_REGION),
    (
        "Stores/AccessLog",
        f"{_NIST}S3DefaultEncryptionKMS",
        "S3 writes access logs with its own encryption only.",
    ),
    ("Stores/Data", f"{_NIST}S3BucketReplicationEnabled", _ONE_REGION),
    ("Stores/Protected", f"{_NIST}S3BucketReplicationEnabled", _ONE_REGION),
    ("Trail/Bucket", f"{_NIST}S3BucketReplicationEnabled", _ONE_REGION),
    ("Stores/State", f"{_NIST}DynamoDBInBackupPlan", _BACKED_UP),
    ("Stores/People", f"{_NIST}DynamoDBInBackupPlan", _BACKED_UP),
    ("Secrets/TokenKey", f"{_AWS}SMG4", _ROTATED),
    ("Secrets/TokenKey", f"{_NIST}SecretsManagerRotationEnabled", _ROTATED),
    ("Schedules/Missed", f"{_AWS}SQS3", "It is the dead-letter queue of schedules and rules."),
    (
        "Ingress/Gateway",
        f"{_NIST}LambdaDLQ",
        "It is only asked by the API, which hands a failure to the caller; nothing is queued.",
    ),
    (
        "Ingress/Gateway",
        f"{_NIST}LambdaInsideVPC",
        "A NAT gateway or interface endpoints alone cost more than the monthly limit. It holds no"
        " data, takes calls from the API alone, and reaches AWS by TLS with a role of its own.",
    ),
    (
        "Ingress/Gateway",
        f"{_AWS}L1",
        "The runtime is the newest for which every library has wheels for arm64.",
    ),
    (
        "Trail/Trail",
        f"{_NIST}CloudTrailCloudWatchLogsEnabled",
        "Data events are looked up when somebody asks, from the bucket; logs would cost as much"
        " again.",
    ),
)
"""Path in the stack, rule, reason. A path that this stack does not have is passed over."""
_SERVERLESS = (
    "Endpoint/Config",
    f"{_NIST}SageMakerEndpointConfigurationKMSKeyConfigured",
    "The key is for the volume of a machine; a serverless endpoint has none of its own.",
)


def acknowledge(stack: Stack, profile: Profile) -> None:
    """Tell the packs of each finding that stands."""
    findings = FINDINGS if profile is Profile.STEADY else (*FINDINGS, _SERVERLESS)
    for path, rule, reason in findings:
        found = _at(stack, path)
        if found is not None:
            Validations.of(found).acknowledge(Acknowledgment(id=rule, reason=reason))


def _at(stack: Stack, path: str) -> IConstruct | None:
    found: IConstruct | None = stack
    for part in path.split("/"):
        found = None if found is None else found.node.try_find_child(part)
    return found
