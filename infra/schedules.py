"""What starts by itself: the product's jobs at their times, and what an event calls for."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.monitoring import DRIFT
from infra.sizes import Sizes
from infra.training import JOB, VERSION
from stayline.adapters.aws.resources import Resources
from stayline.domain.schedules import Cadence, Schedule
from stayline.jobs.table import JOBS

RETRAIN = "retrain"
_DAYS: Mapping[Cadence, str] = {
    Cadence.HOURLY: "* * ? *",
    Cadence.DAILY: "* * ? *",
    Cadence.MONTHLY: "* ? *",
    Cadence.QUARTERLY: "1,4,7,10 ? *",
}


class Schedules(Construct):
    """Starts the jobs pipeline at every job's time, and on events retrains or deploys.

    A start that could not be made for hours is kept in a queue, which has an alarm.
    """

    def __init__(
        self, scope: Construct, id_: str, *, resources: Resources, sizes: Sizes, key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self._resources = resources
        self.missed = sqs.Queue(
            self,
            "Missed",
            queue_name=resources.missed_starts_queue,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        # Scheduler comes with a role; rules have none for what they could not hand over.
        self.missed.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.missed.queue_arn],
                conditions={"StringEquals": {"aws:SourceAccount": resources.account}},
            )
        )
        self._group = scheduler.CfnScheduleGroup(self, "Group", name=resources.stack)
        for job in JOBS:
            time = sizes.schedules.get(job.name) or expression(job.schedule)
            started = {JOB.name: job.name}
            self._schedule(job.name, time, resources.jobs_pipeline, started, job.does)
        self._schedule(
            "rotate-token-key",
            sizes.token_key_rotation,
            resources.rotation_pipeline,
            {},
            "Change the token key under two names.",
        )
        self._rule(
            "approved",
            "An approved version is deployed.",
            {
                "source": ["aws.sagemaker"],
                "detail-type": ["SageMaker Model Package State Change"],
                "detail": {
                    "ModelPackageGroupName": [resources.model_package_group],
                    "ModelApprovalStatus": ["Approved"],
                },
            },
            resources.deployment_pipeline,
            {VERSION.name: "$.detail.ModelPackageVersion"},
        )
        self._rule(
            "drift",
            "Significant drift calls for a new version, which a person approves.",
            {
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "detail": {
                    "alarmName": [resources.alarm(DRIFT)],
                    "state": {"value": ["ALARM"]},
                },
            },
            resources.jobs_pipeline,
            {JOB.name: RETRAIN},
        )

    def _schedule(
        self, name: str, time: str, pipeline: str, parameters: Mapping[str, str], summary: str
    ) -> None:
        resources = self._resources
        given = scheduler.CfnSchedule.SageMakerPipelineParametersProperty(
            pipeline_parameter_list=[
                scheduler.CfnSchedule.SageMakerPipelineParameterProperty(name=key, value=value)
                for key, value in parameters.items()
            ]
        )
        schedule = scheduler.CfnSchedule(
            self,
            _camel(name),
            name=name,
            group_name=resources.stack,
            description=summary,
            schedule_expression=time,
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            target=scheduler.CfnSchedule.TargetProperty(
                arn=_arn(resources, pipeline),
                role_arn=resources.role("scheduler"),
                sage_maker_pipeline_parameters=given if parameters else None,
                dead_letter_config={"arn": self.missed.queue_arn},
                retry_policy={"maximumEventAgeInSeconds": 3 * 60 * 60, "maximumRetryAttempts": 10},
            ),
        )
        schedule.node.add_dependency(self._group)

    def _rule(
        self,
        name: str,
        description: str,
        pattern: Mapping[str, object],
        pipeline: str,
        parameters: Mapping[str, str],
    ) -> None:
        resources = self._resources
        given = events.CfnRule.SageMakerPipelineParametersProperty(
            pipeline_parameter_list=[
                events.CfnRule.SageMakerPipelineParameterProperty(name=key, value=value)
                for key, value in parameters.items()
            ]
        )
        events.CfnRule(
            self,
            name.capitalize(),
            name=f"{resources.stack}-{name}",
            description=description,
            event_pattern=pattern,
            targets=[
                events.CfnRule.TargetProperty(
                    id=pipeline,
                    arn=_arn(resources, pipeline),
                    role_arn=resources.role("events"),
                    sage_maker_pipeline_parameters=given,
                    dead_letter_config={"arn": self.missed.queue_arn},
                )
            ],
        )


def expression(schedule: Schedule) -> str:
    """Return a schedule in the form of EventBridge Scheduler.

    >>> from datetime import timedelta
    >>> expression(Schedule(Cadence.MONTHLY, timedelta(days=2), day=2, hour=3))
    'cron(0 3 2 * ? *)'
    >>> expression(Schedule(Cadence.QUARTERLY, timedelta(days=7), hour=4))
    'cron(0 4 1 1,4,7,10 ? *)'
    """
    hour = "*" if schedule.cadence is Cadence.HOURLY else str(schedule.hour)
    by_day = schedule.cadence in (Cadence.MONTHLY, Cadence.QUARTERLY)
    day = f"{schedule.day} " if by_day else ""
    return f"cron({schedule.minute} {hour} {day}{_DAYS[schedule.cadence]})"


def _arn(resources: Resources, pipeline: str) -> str:
    return f"arn:aws:sagemaker:{resources.region}:{resources.account}:pipeline/{pipeline}"


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))
