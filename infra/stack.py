"""One stack: every construct, composed."""

from aws_cdk import Aws, Stack, Tags
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.budget import Budget
from infra.endpoint import Endpoint
from infra.features import Features
from infra.ingress import Ingress, SignIn
from infra.keys import Keys
from infra.monitoring import Monitoring
from infra.registry import Registry
from infra.roles import Roles
from infra.schedules import Schedules
from infra.secrets import Secrets
from infra.sizes import Sizes
from infra.stores import Stores
from infra.trail import Trail
from infra.training import Training, environment
from stayline.adapters.aws.resources import Resources, check_stack_name
from stayline.domain.workforce_schema import WorkforceSchema


class StaylineStack(Stack):
    """All of Stayline in one account and region, under names that `Resources` tells.

    Without a ``version`` there is no endpoint: the first deployment comes before the first model.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        sizes: Sizes,
        schema: WorkforceSchema,
        version: int | None,
        sign_in: SignIn | None,
        is_packaged: bool,
    ) -> None:
        super().__init__(scope, check_stack_name(name), stack_name=name)
        self.termination_protection = sizes.keeps_data
        resources = Resources(name, Aws.ACCOUNT_ID, Aws.REGION)
        keys = Keys(self, "Keys", stack=name, keeps_data=sizes.keeps_data)
        stores = Stores(self, "Stores", resources=resources, keys=keys, sizes=sizes)
        roles = Roles(self, "Roles", resources=resources, keys=keys)
        Secrets(self, "Secrets", resources=resources, keys=keys, keeps_data=sizes.keeps_data)
        Features(
            self,
            "Features",
            resources=resources,
            schema=schema,
            keys=keys,
        )
        Registry(self, "Registry", resources=resources)
        monitoring = Monitoring(self, "Monitoring", resources=resources, sizes=sizes, key=keys.data)
        training = Training(self, "Training", resources=resources, schema=schema, sizes=sizes)
        training.node.add_dependency(roles)
        schedules = Schedules(self, "Schedules", resources=resources, sizes=sizes, key=keys.data)
        schedules.node.add_dependency(training)
        if version is not None:
            endpoint = Endpoint(
                self,
                "Endpoint",
                resources=resources,
                sizes=sizes,
                key=keys.data,
                version=version,
                alarms=resources.rollback_alarms,
            )
            endpoint.node.add_dependency(
                roles, *(monitoring.alarms[name] for name in resources.rollback_alarms)
            )
        ingress = Ingress(
            self,
            "Ingress",
            resources=resources,
            sizes=sizes,
            key=keys.data,
            role=roles.of["gateway"],
            is_packaged=is_packaged,
            environment=environment(resources),
            sign_in=sign_in,
        )
        monitoring.watch_api(ingress.api.api_id)
        Budget(self, "Budget", resources=resources, monthly_limit_usd=sizes.monthly_limit_usd)
        if sizes.records_every_access:
            Trail(
                self,
                "Trail",
                resources=resources,
                stores=stores,
                key=keys.data,
                keeps_data=sizes.keeps_data,
            )
        Tags.of(self).add("stayline:stack", name)
        acknowledge(self, sizes.profile)
