"""What a stack is made of, by name: one scheme for who builds it and for who uses it."""

from dataclasses import dataclass

from stayline.domain.stack_names import check_stack_name as check_stack_name  # told here, too


@dataclass(frozen=True, slots=True)
class Resources:
    """The names of everything that a stack has, told from its own name and place.

    The infrastructure gives its parts these names, so nothing has to be looked up. Names that AWS
    shares among all accounts hold the account and the region.

    >>> Resources("stayline-dev", "111122223333", "eu-central-1").data_bucket
    'stayline-dev-data-111122223333-eu-central-1'
    """

    stack: str
    account: str
    region: str

    @property
    def state_table(self) -> str:
        """The DynamoDB table of decisions, opt-outs, scores, audit events and the like."""
        return f"{self.stack}-state"

    @property
    def people_table(self) -> str:
        """The DynamoDB table of names, under a key of its own."""
        return f"{self.stack}-people"

    @property
    def people_key(self) -> str:
        """The alias of the KMS key of names and secrets: with the token key goes who is who."""
        return f"alias/{self.stack}-people"

    @property
    def data_bucket(self) -> str:
        """The S3 bucket of models, captures, facts and reports."""
        return self._bucket("data")

    @property
    def protected_bucket(self) -> str:
        """The S3 bucket of protected attributes, under a key of its own."""
        return self._bucket("protected")

    @property
    def access_log_bucket(self) -> str:
        """The S3 bucket in which S3 notes who asked the other two for what."""
        return self._bucket("access-log")

    @property
    def trail_bucket(self) -> str:
        """The S3 bucket of CloudTrail's data events, where the stack has a trail."""
        return self._bucket("trail")

    @property
    def endpoint_capture_prefix(self) -> str:
        """Where SageMaker's own captures begin there; they name nobody and go by their age."""
        return "endpoint-capture"

    @property
    def feature_group(self) -> str:
        """The SageMaker feature group of model inputs; online, since facts are kept in S3."""
        return f"{self.stack}-features"

    @property
    def outcome_group(self) -> str:
        """The SageMaker feature group of outcomes; online, like the one of model inputs."""
        return f"{self.stack}-outcomes"

    @property
    def model_package_group(self) -> str:
        """The SageMaker group of model packages."""
        return f"{self.stack}-models"

    @property
    def endpoint(self) -> str:
        """The SageMaker endpoint."""
        return f"{self.stack}-attrition-risk"

    @property
    def rollback_alarms(self) -> tuple[str, ...]:
        """The CloudWatch alarms that take the endpoint back from a version it is switched to."""
        return tuple(f"{self.endpoint}-{what}" for what in ("errors", "latency"))

    @property
    def pipeline(self) -> str:
        """The SageMaker pipeline that trains."""
        return f"{self.stack}-training"

    @property
    def jobs_pipeline(self) -> str:
        """The SageMaker pipeline that runs one scheduled job."""
        return f"{self.stack}-jobs"

    @property
    def deployment_pipeline(self) -> str:
        """The SageMaker pipeline that deploys one approved version."""
        return f"{self.stack}-deployment"

    @property
    def rotation_pipeline(self) -> str:
        """The SageMaker pipeline that changes the token key."""
        return f"{self.stack}-rotation"

    @property
    def pipelines(self) -> tuple[str, ...]:
        """All SageMaker pipelines."""
        return (
            self.pipeline,
            self.jobs_pipeline,
            self.deployment_pipeline,
            self.rotation_pipeline,
        )

    @property
    def pipeline_role(self) -> str:
        """The ARN of the role that pipeline steps, jobs and the endpoint work under."""
        return self.role("pipeline")

    @property
    def image(self) -> str:
        """The URI of the container image that every step and the endpoint run."""
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{self.stack}:current"

    @property
    def alarm_topic(self) -> str:
        """The ARN of the SNS topic that alarms go to."""
        return f"arn:aws:sns:{self.region}:{self.account}:{self.stack}-alarms"

    @property
    def gateway_log(self) -> str:
        """The CloudWatch log group of the gateway."""
        return f"/aws/lambda/{self.stack}-gateway"

    @property
    def access_log(self) -> str:
        """The CloudWatch log group of requests to the API."""
        return f"/aws/apigateway/{self.stack}"

    @property
    def missed_starts_queue(self) -> str:
        """The SQS queue of starts that a schedule or an event could not make."""
        return f"{self.stack}-missed-starts"

    @property
    def metric_namespace(self) -> str:
        """The CloudWatch namespace of its metrics."""
        return f"Stayline/{self.stack}"

    def role(self, function: str) -> str:
        """Return the ARN of the role of a function, ``gateway`` or ``jobs``."""
        return f"arn:aws:iam::{self.account}:role/{self.stack}-{function}"

    def alarm(self, name: str) -> str:
        """Return what an alarm is called in CloudWatch, ``stayline-dev-drift``."""
        return f"{self.stack}-{name}"

    def secret(self, name: str) -> str:
        """Return what a secret is called in Secrets Manager, ``stayline-dev/token-key``."""
        return f"{self.stack}/{name}"

    def _bucket(self, purpose: str) -> str:
        return f"{self.stack}-{purpose}-{self.account}-{self.region}"
