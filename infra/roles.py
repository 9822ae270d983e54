"""Who may do what: a role for each function, with no more than its calls need."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.keys import USES, Keys
from infra.permissions import FUNCTIONS, Permission, merged, permissions_of
from infra.places import ANY, table_arn
from infra.platform_permissions import PLATFORM
from infra.wildcards import acknowledge_wildcards
from stayline.adapters.aws.resources import Resources

PRINCIPALS: Mapping[str, str] = {
    "gateway": "lambda.amazonaws.com",
    "jobs": "sagemaker.amazonaws.com",
    "deployer": "sagemaker.amazonaws.com",
    "pipeline": "sagemaker.amazonaws.com",
    "scheduler": "scheduler.amazonaws.com",
    "events": "events.amazonaws.com",
}
"""Each role, and who takes it on."""
GRANTING = "kms:CreateGrant"


class Roles(Construct):
    """Roles named by `Resources.role`, each with one managed policy.

    What adapters need comes from their ``CALLS``, what AWS itself needs to run a function from
    `platform_permissions`, and the keys from the stores that both reach.
    """

    def __init__(self, scope: Construct, id_: str, *, resources: Resources, keys: Keys) -> None:
        super().__init__(scope, id_)
        self._resources, self._keys = resources, keys
        self.of = {function: self._role(function) for function in PRINCIPALS}

    def _role(self, function: str) -> iam.Role:
        resources = self._resources
        wanted = permissions_of(function, resources) if function in FUNCTIONS else []
        wanted = merged([*wanted, *PLATFORM[function](resources)])
        wanted += self._key_uses(function, wanted)
        trusted = iam.ServicePrincipal(
            PRINCIPALS[function],
            conditions={"StringEquals": {"aws:SourceAccount": resources.account}},
        )
        if function == "gateway":  # Lambda does not tell whose function it takes a role on for
            trusted = iam.ServicePrincipal(PRINCIPALS[function])
        policy = iam.ManagedPolicy(
            self,
            f"{function.capitalize()}Policy",
            managed_policy_name=f"{resources.stack}-{function}",
            statements=[_statement(one) for one in wanted],
        )
        acknowledge_wildcards(policy, wanted)
        return iam.Role(
            self,
            function.capitalize(),
            role_name=f"{resources.stack}-{function}",
            assumed_by=trusted,
            managed_policies=[policy],
        )

    def _key_uses(self, function: str, wanted: Sequence[Permission]) -> list[Permission]:
        resources = self._resources
        reached = {place for permission in wanted for place in permission.resources}
        told = " ".join(reached)
        keys = {
            self._keys.data.key_arn: (
                table_arn(resources.state_table, resources),
                resources.data_bucket,
                resources.feature_group,
                resources.alarm_topic,
                resources.missed_starts_queue,
                resources.gateway_log,  # whose function's variables are encrypted
            ),
            self._keys.people.key_arn: (
                table_arn(resources.people_table, resources),
                resources.secret(""),
            ),
            self._keys.protected.key_arn: (resources.protected_bucket,),
        }
        used = tuple(arn for arn, stores in keys.items() if any(store in told for store in stores))
        uses = [Permission(frozenset(USES), used)] if used else []
        actions = frozenset().union(*(permission.actions for permission in wanted))
        if function == "pipeline" or "sagemaker:CreateEndpointConfig" in actions:
            uses.append(_handing_on(self._keys.data.key_arn))
        return uses


def _handing_on(key: str) -> Permission:
    """Return what it takes to have SageMaker encrypt the disk of an endpoint's machine.

    AWS asks it of who has the endpoint switched, and of the role that the endpoint works under.
    """
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return Permission(frozenset({GRANTING}), (key,), conditions=for_aws)


def _statement(permission: Permission) -> iam.PolicyStatement:
    if ANY in permission.resources and not permission.reason:
        raise LookupError(f"{sorted(permission.actions)} on any resource, without a reason")
    return iam.PolicyStatement(
        actions=sorted(permission.actions),
        resources=list(permission.resources),
        conditions=dict(permission.conditions) or None,
    )
