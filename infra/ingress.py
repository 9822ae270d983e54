"""The way in: an HTTP API that knows who calls before the gateway is asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.packaging import RUNTIME, gateway_code
from infra.sizes import Sizes
from stayline.adapters.aws.resources import Resources

HANDLER = "stayline.web.aws_gateway.handler"
_PROGRAMS = (
    ("/endpoints/{proxy+}", api.HttpMethod.POST),
    ("/FeatureGroup/{proxy+}", api.HttpMethod.ANY),
    ("/BatchGetRecord", api.HttpMethod.POST),
    ("/healthz", api.HttpMethod.GET),
    ("/readyz", api.HttpMethod.GET),
)
"""What programs ask for, by AWS's own signatures."""
_PEOPLE = (("/{proxy+}", api.HttpMethod.ANY),)
"""What people ask for, by the tokens of their identity provider."""
LOGGED = (
    "requestId",
    "requestTime",
    "routeKey",
    "status",
    "responseLength",
    "responseLatency",
    "integrationError",
)
"""What the access log tells: no address, since addresses hold HR ids, and no caller."""


KEPT_DAYS = {
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}
"""How long logs may be kept; they hold no person, and CloudWatch takes no other numbers."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The identity provider: its issuer, and the audience that its tokens name."""

    issuer: str
    audience: str


class Ingress(Construct):
    """API Gateway before the gateway's Lambda, which runs the same application as on one machine.

    The Lambda is in no VPC: a NAT gateway or interface endpoints alone would cost more than the
    whole budget. Without ``sign_in`` every call has to be signed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        resources: Resources,
        sizes: Sizes,
        key: kms.IKey,
        role: iam.Role,
        is_packaged: bool,
        environment: Mapping[str, str],
        sign_in: SignIn | None,
    ) -> None:
        super().__init__(scope, id_)
        self._resources, self._sizes, self._key = resources, sizes, key
        told = dict(environment) | {"STAYLINE_HOME": "/tmp/stayline"}  # noqa: S108  (Lambda's own)
        if sign_in is not None:
            told |= {
                "STAYLINE_OIDC_ISSUER": sign_in.issuer,
                "STAYLINE_OIDC_AUDIENCE": sign_in.audience,
            }
        gateway = functions.Function(
            self,
            "Gateway",
            function_name=f"{resources.stack}-gateway",
            description="Stayline's API." if is_packaged else "A placeholder: not to be deployed.",
            runtime=RUNTIME,
            architecture=functions.Architecture.ARM_64,
            handler=HANDLER,
            code=gateway_code(is_packaged=is_packaged),
            role=role.without_policy_updates(),
            environment=told,
            environment_encryption=key,
            memory_size=sizes.gateway_memory,
            reserved_concurrent_executions=sizes.gateway_concurrency,
            timeout=Duration.seconds(29),
            tracing=functions.Tracing.ACTIVE,
            log_group=self._log("Log", resources.gateway_log),
        )
        self.api = api.HttpApi(
            self,
            "Api",
            api_name=resources.stack,
            description="Stayline's API.",
            create_default_stage=False,
        )
        integration = integrations.HttpLambdaIntegration("Gateway", gateway)
        signed = authorizers.HttpIamAuthorizer()
        people = signed if sign_in is None else _tokens_of(sign_in)
        for routes, authorizer in ((_PROGRAMS, signed), (_PEOPLE, people)):
            for path, method in routes:
                self.api.add_routes(
                    path=path, methods=[method], integration=integration, authorizer=authorizer
                )
        access_log = self._log("AccessLog", resources.access_log)
        api.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings={
                "throttlingRateLimit": sizes.requests_a_second,
                "throttlingBurstLimit": sizes.requests_burst,
                "detailedMetricsEnabled": False,  # by route, at $0.30 each; alarms name the API
            },
            access_log_settings={
                "destinationArn": access_log.log_group_arn,
                "format": json.dumps({name: f"$context.{name}" for name in LOGGED}),
            },
        )

    def _log(self, id_: str, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            id_,
            log_group_name=name,
            encryption_key=self._key,
            retention=KEPT_DAYS[self._sizes.log_days],
            removal_policy=RemovalPolicy.DESTROY,
        )


def _tokens_of(sign_in: SignIn) -> authorizers.HttpJwtAuthorizer:
    return authorizers.HttpJwtAuthorizer(
        "People", sign_in.issuer, jwt_audience=[sign_in.audience], authorizer_name="people"
    )
