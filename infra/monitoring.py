"""Alarms, whom they tell, and one dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.sizes import Sizes
from stayline.adapters.aws.guardrails import VARIANT
from stayline.adapters.aws.resources import Resources
from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.domain.alarms import AlarmRule, Comparison
from stayline.domain.serving_counts import INVOCATIONS, KEPT_SCORES

DRIFT = "data-drift"
_FALLBACK = "fallback-in-use"
_WATCHED = (DRIFT, "quality-low", "bias-drift", "attribution-drift", "no-data")
"""The product's rules over what windows told. Of the others, AWS measures what they look at."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One alarm: ``metric`` beyond ``threshold`` in ``breaches`` of ``periods`` of ``period_s``.

    CloudWatch takes a metric for another one whenever its dimensions are not the very same.
    """

    name: str
    means: str
    namespace: str
    metric: str
    threshold: float
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = "Sum"
    period_s: int = 300
    periods: int = 1
    breaches: int | None = None
    is_at_most: bool = False
    keeps_state: bool = False


class Monitoring(Construct):
    """Rings on the topic, whose subscribers people add; a section of the runbook is in each."""

    def __init__(
        self, scope: Construct, id_: str, *, resources: Resources, sizes: Sizes, key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(
            self,
            "Topic",
            topic_name=f"{resources.stack}-alarms",
            master_key=key,
            enforce_ssl=True,
        )
        for service in ("cloudwatch", "budgets"):
            self.topic.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                    actions=["sns:Publish"],
                    resources=[self.topic.topic_arn],
                    conditions={"StringEquals": {"aws:SourceAccount": resources.account}},
                )
            )
        self._resources = resources
        self._latency_alarm_ms = sizes.latency_alarm_ms
        self.alarms: dict[str, cloudwatch.Alarm] = {}
        for rule in (*_of_aws(resources, sizes), *_of_ours(resources)):
            self.ring(rule)

    def ring(self, rule: Rule) -> None:
        """Add an alarm."""
        metric = cloudwatch.Metric(
            namespace=rule.namespace,
            metric_name=rule.metric,
            dimensions_map=dict(rule.dimensions),
            statistic=rule.statistic,
            period=Duration.seconds(rule.period_s),
        )
        operators = cloudwatch.ComparisonOperator
        treatments = cloudwatch.TreatMissingData
        alarm_name = self._resources.alarm(rule.name)
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in rule.name.split("-")),
            alarm_name=alarm_name,
            alarm_description=rule.means,
            metric=metric,
            threshold=rule.threshold,
            evaluation_periods=rule.periods,
            datapoints_to_alarm=rule.breaches,
            comparison_operator=(
                operators.LESS_THAN_OR_EQUAL_TO_THRESHOLD
                if rule.is_at_most
                else operators.GREATER_THAN_THRESHOLD
            ),
            treat_missing_data=(
                treatments.IGNORE if rule.keeps_state else treatments.NOT_BREACHING
            ),
        )
        told = actions.SnsAction(self.topic)
        alarm.add_alarm_action(told)
        alarm.add_ok_action(told)
        self.alarms[alarm_name] = alarm

    def watch_api(self, api_id: str) -> None:
        """Add the alarms of the way in, and with all of them the dashboard."""
        for rule in _of_the_api(api_id, self._latency_alarm_ms):
            self.ring(rule)
        self._draw()

    def _draw(self) -> None:
        widgets: list[cloudwatch.IWidget] = [
            cloudwatch.GraphWidget(title=name, left=[alarm.metric], width=6)
            for name, alarm in self.alarms.items()
        ]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=self._resources.stack,
            widgets=[widgets[start : start + 4] for start in range(0, len(widgets), 4)],
        )


def _of_aws(resources: Resources, sizes: Sizes) -> tuple[Rule, ...]:
    model = {"EndpointName": resources.endpoint, "VariantName": VARIANT}
    errors, latency = (
        alarm.removeprefix(f"{resources.stack}-") for alarm in resources.rollback_alarms
    )
    pipelines = {
        "training-failed": resources.pipeline,
        "job-failed": resources.jobs_pipeline,
        "deployment-failed": resources.deployment_pipeline,
        "rotation-failed": resources.rotation_pipeline,
    }
    return (
        Rule(
            errors,
            "The model fails (runbook: Requests fail).",
            "AWS/SageMaker",
            "Invocation5XXErrors",
            0.01,
            model,
            statistic="Average",
        ),
        Rule(
            latency,
            "One request in twenty takes too long at the model (runbook: Latency is high).",
            "AWS/SageMaker",
            "ModelLatency",
            1000 * sizes.latency_alarm_ms,
            model,
            statistic="p95",
            periods=3,
        ),
        Rule(
            "start-missed",
            "A schedule or event could not start its job (runbook: A job was missed).",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            0,
            {"QueueName": resources.missed_starts_queue},
            statistic="Maximum",
        ),
        *(
            Rule(
                name,
                "A pipeline failed (runbook: A job was missed).",
                "AWS/Sagemaker/ModelBuildingPipeline",
                "ExecutionFailed",
                0,
                {"PipelineName": pipeline},
            )
            for name, pipeline in pipelines.items()
        ),
    )


def _of_the_api(api_id: str, latency_ms: int) -> tuple[Rule, ...]:
    return (
        Rule(
            "server-errors",
            "Requests fail (runbook: Requests fail).",
            "AWS/ApiGateway",
            "5xx",
            0.01,
            {"ApiId": api_id},
            statistic="Average",
            periods=2,
        ),
        Rule(
            "latency-high",
            "One request in twenty takes too long (runbook: Latency is high).",
            "AWS/ApiGateway",
            "Latency",
            latency_ms,
            {"ApiId": api_id},
            statistic="p95",
            periods=3,
        ),
    )


def _of_ours(resources: Resources) -> tuple[Rule, ...]:
    named = {rule.name: rule for rule in DEFAULT_RULES}
    return (
        _counted(named[_FALLBACK], resources),
        *(_watched(named[name], resources) for name in _WATCHED),
    )


def _counted(rule: AlarmRule, resources: Resources) -> Rule:
    """Return the rule over kept scores; any makes a share above 0, and the gateway counts them."""
    return Rule(
        rule.name,
        _told(rule),
        resources.metric_namespace,
        INVOCATIONS,
        rule.threshold,
        KEPT_SCORES,
        periods=rule.evaluation_periods,
        breaches=rule.datapoints_to_alarm,
    )


def _watched(rule: AlarmRule, resources: Resources) -> Rule:
    """Return a rule over what a window told, once a day; between windows the state stays."""
    return Rule(
        rule.name,
        _told(rule),
        resources.metric_namespace,
        rule.metric,
        rule.threshold,
        rule.dimensions,
        statistic="Maximum",
        period_s=24 * 60 * 60,
        is_at_most=rule.comparison is Comparison.AT_MOST,
        keeps_state=True,
    )


def _told(rule: AlarmRule) -> str:
    return f"{rule.means} (runbook: {rule.section})"
