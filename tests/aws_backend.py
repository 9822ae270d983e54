"""The AWS adapters over a stack of their own in a fake AWS, with every call they make recorded."""

from typing import Any, TypeVar

from declared_calls import CALLS_MADE
from fake_aws import clients_of, everything, new_stack, recording
from hosted_endpoint import make_hosted
from stayline.adapters.aws.alarm_book import DynamoAlarmBook
from stayline.adapters.aws.answer_book import S3AnswerBook
from stayline.adapters.aws.api_key_book import DynamoApiKeyBook
from stayline.adapters.aws.audit_log import DynamoAuditLog
from stayline.adapters.aws.capture_log import S3CaptureLog
from stayline.adapters.aws.checkpoints import S3Checkpoints
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.decision_book import DynamoDecisionBook
from stayline.adapters.aws.deployments import SageMakerDeployments
from stayline.adapters.aws.directory import DynamoDirectory
from stayline.adapters.aws.extract_files import S3ExtractFiles
from stayline.adapters.aws.feature_store import SageMakerFeatureStore
from stayline.adapters.aws.governance_register import DynamoGovernanceRegister
from stayline.adapters.aws.import_ledger import DynamoImportLedger
from stayline.adapters.aws.job_book import DynamoJobBook
from stayline.adapters.aws.metric_log import DynamoMetricLog
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.adapters.aws.notifier import SnsNotifier
from stayline.adapters.aws.opt_out_list import DynamoOptOutList
from stayline.adapters.aws.outcome_book import S3OutcomeBook
from stayline.adapters.aws.protected_attributes import S3ProtectedAttributes
from stayline.adapters.aws.remnants import S3Remnants
from stayline.adapters.aws.report_shelf import S3ReportShelf
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.role_book import DynamoRoleBook
from stayline.adapters.aws.score_board import DynamoScoreBoard
from stayline.adapters.aws.scoring_control import DynamoScoringControl
from stayline.adapters.aws.secret_store import SecretsManagerSecrets
from stayline.adapters.aws.serving_figures import CloudWatchServingFigures
from stayline.adapters.aws.stores_check import AwsStoresCheck
from stayline.adapters.aws.target_health import DynamoTargetHealth
from stayline.adapters.aws.token_aliases import DynamoTokenAliases
from stayline.adapters.aws.token_key_book import DynamoTokenKeyBook
from stayline.adapters.aws.waiver_book import DynamoWaiverBook
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.answer_book import AnswerBook
from stayline.ports.api_key_book import ApiKeyBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.checkpoints import Checkpoints
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.deployments import Deployments
from stayline.ports.directory import Directory
from stayline.ports.extract_files import ExtractFiles
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.job_book import JobBook
from stayline.ports.metric_log import MetricLog
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.notifier import Notifier
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.remnants import Remnants
from stayline.ports.report_shelf import ReportShelf
from stayline.ports.role_book import RoleBook
from stayline.ports.score_board import ScoreBoard
from stayline.ports.scoring_control import ScoringControl
from stayline.ports.secrets import Secrets
from stayline.ports.serving_figures import ServingFigures
from stayline.ports.stores_check import StoresCheck
from stayline.ports.target_health import TargetHealth
from stayline.ports.token_key_book import TokenKeyBook
from stayline.ports.waiver_book import WaiverBook
from stores import SetClock

Adapter = TypeVar("Adapter")


def at_once(seconds: float) -> None:
    """Wait for nothing."""


class AwsBackend:
    """Opens each adapter anew on the same stack; those of one class share their clients."""

    def __init__(self) -> None:
        self._resources = new_stack()
        self._clients: dict[type, Clients] = {}

    def alarms(self) -> AlarmBook:
        return self._open(DynamoAlarmBook)

    def answers(self) -> AnswerBook:
        return self._open(S3AnswerBook)

    def api_keys(self) -> ApiKeyBook:
        return self._open(DynamoApiKeyBook)

    def audit(self) -> AuditLog:
        return self._open(DynamoAuditLog)

    def capture(self) -> CaptureLog:
        return self._open(S3CaptureLog)

    def checkpoints(self) -> Checkpoints:
        return self._open(S3Checkpoints)

    def control(self, clock: Clock) -> ScoringControl:
        return self._open(DynamoScoringControl, clock)

    def decisions(self) -> DecisionBook:
        return self._open(DynamoDecisionBook)

    def deployments(self, clock: Clock) -> Deployments:
        if SageMakerDeployments not in self._clients:
            make_hosted(self._resources)
        return self._open(SageMakerDeployments, clock, at_once)

    def directory(self) -> Directory:
        return self._open(DynamoDirectory, [self.opt_outs()])

    def everything(self) -> bytes:
        return everything(self._resources)

    def extract(self, place: str, name: str) -> bytes | None:
        found = self._s3.list_objects_v2(Bucket=self._resources.data_bucket)
        key = f"extracts/{place}/{name}"
        if key not in [one["Key"] for one in found.get("Contents", ())]:
            return None
        return self._s3.get_object(Bucket=self._resources.data_bucket, Key=key)["Body"].read()

    def extracts(self, directory: Directory) -> ExtractFiles:
        return self._open(S3ExtractFiles, directory)

    def features(self) -> FeatureStore:
        return self._open(SageMakerFeatureStore)

    def health(self) -> TargetHealth:
        return self._open(DynamoTargetHealth)

    def imports(self) -> ImportLedger:
        return self._open(DynamoImportLedger)

    def jobs(self) -> JobBook:
        return self._open(DynamoJobBook)

    def metric_log(self) -> MetricLog:
        return self._open(DynamoMetricLog, SetClock())

    def notifier(self) -> Notifier:
        return self._open(SnsNotifier)

    def opt_outs(self) -> OptOutList:
        return self._open(DynamoOptOutList, DynamoTokenAliases(Clients(self._resources)))

    def outcomes(self) -> OutcomeBook:
        return self._open(S3OutcomeBook)

    def protected(self, clock: Clock) -> ProtectedAttributes:
        return self._open(S3ProtectedAttributes, clock)

    def put_extract(self, place: str, name: str, content: bytes) -> None:
        key = f"extracts/{place}/{name}"
        self._s3.put_object(Bucket=self._resources.data_bucket, Key=key, Body=content)

    def register(self) -> GovernanceRegister:
        return self._open(DynamoGovernanceRegister)

    def registry(self) -> ModelRegistry:
        return self._open(SageMakerModelRegistry)

    def remnants(self) -> Remnants:
        return self._open(S3Remnants)

    def reports(self) -> ReportShelf:
        return self._open(S3ReportShelf)

    @property
    def resources(self) -> Resources:
        return self._resources

    def roles(self) -> RoleBook:
        return self._open(DynamoRoleBook)

    def scores(self) -> ScoreBoard:
        return self._open(DynamoScoreBoard, DynamoTokenAliases(Clients(self._resources)).known_as)

    def secrets(self) -> Secrets:
        return self._open(SecretsManagerSecrets, book=self.token_keys(), clock=SetClock())

    def serving(self) -> ServingFigures:
        return self._open(CloudWatchServingFigures)

    def stores_check(self) -> StoresCheck:
        return self._open(AwsStoresCheck)

    def token_keys(self) -> TokenKeyBook:
        return self._open(
            DynamoTokenKeyBook,
            imports=self.imports(),
            opt_outs=self.opt_outs(),
            audit=self.audit(),
            renamed=[
                self.decisions(),
                self.register(),
                self.scores(),
                self.answers(),
                self.outcomes(),
                self.protected(SetClock()),
            ],
        )

    def waivers(self) -> WaiverBook:
        return self._open(DynamoWaiverBook)

    def close(self) -> None:
        for adapter, calls in CALLS_MADE.items():
            undeclared = calls - adapter.CALLS
            assert not undeclared, f"{adapter.__name__} makes calls it does not declare"

    def _open(self, adapter: type[Adapter], *rest: object, **named: object) -> Adapter:
        if adapter not in self._clients:  # making them takes longer than most tests
            self._clients[adapter] = Clients(self._resources)
            recording(self._clients[adapter], CALLS_MADE[adapter])
        return adapter(self._clients[adapter], *rest, **named)

    @property
    def _s3(self) -> Any:
        return clients_of(self._resources).of("s3")
