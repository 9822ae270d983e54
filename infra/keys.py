"""The KMS keys: one for what is kept by pseudonym, one for names, one for protected attributes."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

USES = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What reading and writing encrypted stores takes."""


class Keys(Construct):
    """Keys that AWS renews every year. Who may use which is up to the roles of the stack.

    Three of them, so that nobody reads names or protected attributes by being let at scores.
    """

    def __init__(self, scope: Construct, id_: str, *, stack: str, keeps_data: bool) -> None:
        super().__init__(scope, id_)
        self._keeps = RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY
        self.data = self._key(f"{stack}-data", "scores, models, captures, logs and messages")
        self.people = self._key(f"{stack}-people", "names and the token key")
        self.protected = self._key(f"{stack}-protected", "protected attributes")
        self._let_services_use(self.data, stack)

    def _key(self, alias: str, what: str) -> kms.Key:
        return kms.Key(
            self,
            alias.rpartition("-")[2].capitalize(),
            alias=alias,
            description=f"Encrypts {what}.",
            enable_key_rotation=True,
            removal_policy=self._keeps,
        )

    def _let_services_use(self, key: kms.Key, stack: str) -> None:
        """Logs and alarms are written by AWS itself, for this stack only."""
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
                actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={
                    "ArnLike": {
                        "kms:EncryptionContext:aws:logs:arn": (
                            f"arn:aws:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*{stack}*"
                        )
                    }
                },
            )
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[
                    iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                    iam.ServicePrincipal("budgets.amazonaws.com"),
                    iam.ServicePrincipal("events.amazonaws.com"),
                ],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
