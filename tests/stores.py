"""Adapters under one home, opened as often as a test likes, and a clock that a test sets."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from postgres_server import PostgresServer
from stayline.adapters.embedded.alarm_book import SqliteAlarmBook
from stayline.adapters.embedded.answer_book import SqliteAnswerBook
from stayline.adapters.embedded.api_key_book import SqliteApiKeyBook
from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.adapters.embedded.checkpoints import FileCheckpoints
from stayline.adapters.embedded.database import open_of_home
from stayline.adapters.embedded.decision_book import SqliteDecisionBook
from stayline.adapters.embedded.deployments import SqliteDeployments
from stayline.adapters.embedded.directory import SqliteDirectory
from stayline.adapters.embedded.extract_files import FolderExtractFiles
from stayline.adapters.embedded.feature_store import DeltaFeatureStore
from stayline.adapters.embedded.governance_register import SqliteGovernanceRegister
from stayline.adapters.embedded.import_ledger import SqliteImportLedger
from stayline.adapters.embedded.job_book import SqliteJobBook
from stayline.adapters.embedded.metric_log import SqliteMetricLog
from stayline.adapters.embedded.model_registry import SqliteModelRegistry
from stayline.adapters.embedded.notifier import AppriseNotifier
from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
from stayline.adapters.embedded.outcome_book import SqliteOutcomeBook
from stayline.adapters.embedded.package_files import FolderPackageFiles
from stayline.adapters.embedded.protected_attributes import SqliteProtectedAttributes
from stayline.adapters.embedded.remnants import SqliteRemnants
from stayline.adapters.embedded.report_shelf import FolderReportShelf
from stayline.adapters.embedded.role_book import SqliteRoleBook
from stayline.adapters.embedded.score_board import SqliteScoreBoard
from stayline.adapters.embedded.scoring_control import SqliteScoringControl
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.adapters.embedded.serving_figures import FileServingFigures
from stayline.adapters.embedded.stores_check import HomeStoresCheck
from stayline.adapters.embedded.target_health import SqliteTargetHealth
from stayline.adapters.embedded.token_aliases import TokenAliases
from stayline.adapters.embedded.token_key_book import SqliteTokenKeyBook
from stayline.adapters.embedded.waiver_book import SqliteWaiverBook
from stayline.domain.pseudonyms import EmployeeToken
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

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
ANA = EmployeeToken("a" * 32)
BO = EmployeeToken("b" * 32)


@dataclass
class SetClock:
    """A clock that shows what the test says."""

    instant: datetime = NOON

    def now(self) -> datetime:
        return self.instant


class Backend(Protocol):
    """Where adapters keep things: each call opens the adapter anew on the same contents."""

    def alarms(self) -> AlarmBook: ...
    def answers(self) -> AnswerBook: ...
    def api_keys(self) -> ApiKeyBook: ...
    def audit(self) -> AuditLog: ...
    def capture(self) -> CaptureLog: ...
    def control(self, clock: Clock) -> ScoringControl: ...
    def checkpoints(self) -> Checkpoints: ...
    def decisions(self) -> DecisionBook: ...
    def deployments(self, clock: Clock) -> Deployments: ...
    def directory(self) -> Directory: ...
    def everything(self) -> bytes: ...
    def extract(self, place: str, name: str) -> bytes | None: ...
    def extracts(self, directory: Directory) -> ExtractFiles: ...
    def features(self) -> FeatureStore: ...
    def imports(self) -> ImportLedger: ...
    def metric_log(self) -> MetricLog: ...
    def notifier(self) -> Notifier: ...
    def jobs(self) -> JobBook: ...
    def opt_outs(self) -> OptOutList: ...
    def outcomes(self) -> OutcomeBook: ...
    def protected(self, clock: Clock) -> ProtectedAttributes: ...
    def put_extract(self, place: str, name: str, content: bytes) -> None: ...
    def register(self) -> GovernanceRegister: ...
    def registry(self) -> ModelRegistry: ...
    def remnants(self) -> Remnants: ...
    def reports(self) -> ReportShelf: ...
    def roles(self) -> RoleBook: ...
    def scores(self) -> ScoreBoard: ...
    def secrets(self) -> Secrets: ...
    def serving(self) -> ServingFigures: ...
    def stores_check(self) -> StoresCheck: ...
    def token_keys(self) -> TokenKeyBook: ...
    def waivers(self) -> WaiverBook: ...
    def health(self) -> TargetHealth: ...


class EmbeddedBackend:
    """The embedded adapters under one folder."""

    _url = ""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._engines = []
        self._logs = []

    def alarms(self) -> AlarmBook:
        return SqliteAlarmBook(self._engine("state"))

    def answers(self) -> AnswerBook:
        return SqliteAnswerBook(self._engine("state"))

    def api_keys(self) -> ApiKeyBook:
        return SqliteApiKeyBook(self._engine("state"))

    def audit(self) -> AuditLog:
        log = SqliteAuditLog(self._engine("state"), self._home / "audit")
        self._logs.append(log)
        return log

    def capture(self) -> CaptureLog:
        return JsonlCaptureLog(self._home / "capture")

    def control(self, clock: Clock) -> ScoringControl:
        return SqliteScoringControl(self._engine("state"), clock)

    def checkpoints(self) -> Checkpoints:
        return FileCheckpoints(self._home / "audit" / "checkpoints", self._home / "signing-key")

    def decisions(self) -> DecisionBook:
        return SqliteDecisionBook(self._engine("state"))

    def deployments(self, clock: Clock) -> Deployments:
        return SqliteDeployments(self._engine("state"), clock)

    def directory(self) -> Directory:
        return SqliteDirectory(self._engine("directory"), TokenAliases(self._engine("state")))

    def everything(self) -> bytes:
        """Return all that is kept, as it lies on the disk."""
        files = (path for path in sorted(self._home.rglob("*")) if path.is_file())
        return b"".join(path.read_bytes() for path in files)

    def extract(self, place: str, name: str) -> bytes | None:
        path = self._home / "inbox" / place / name
        return path.read_bytes() if path.exists() else None

    def extracts(self, directory: Directory) -> ExtractFiles:
        inbox = self._home / "inbox"
        aged = [inbox / place for place in ("done", "refused", "rejects")]
        return FolderExtractFiles(aged, [inbox / "waiting"], directory)

    def features(self) -> FeatureStore:
        return DeltaFeatureStore.in_folder(self._engine("online"), self._home / "offline")

    def imports(self) -> ImportLedger:
        return SqliteImportLedger(self._engine("state"))

    def metric_log(self) -> MetricLog:
        return SqliteMetricLog(self._engine("state"))

    def notifier(self) -> Notifier:
        return AppriseNotifier(self.secrets())

    def jobs(self) -> JobBook:
        return SqliteJobBook(self._engine("state"), self._home / "jobs")

    def opt_outs(self) -> OptOutList:
        return SqliteOptOutList(self._engine("state"))

    def outcomes(self) -> OutcomeBook:
        return SqliteOutcomeBook(self._engine("state"))

    def protected(self, clock: Clock) -> ProtectedAttributes:
        return SqliteProtectedAttributes(self._engine("protected"), clock)

    def put_extract(self, place: str, name: str, content: bytes) -> None:
        path = self._home / "inbox" / place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def register(self) -> GovernanceRegister:
        return SqliteGovernanceRegister(self._engine("state"))

    def registry(self) -> ModelRegistry:
        return SqliteModelRegistry(self._engine("state"), FolderPackageFiles(self._home / "models"))

    def remnants(self) -> Remnants:
        return SqliteRemnants([self._engine("state"), self._engine("protected")])

    def reports(self) -> ReportShelf:
        return FolderReportShelf(self._home / "reports")

    def roles(self) -> RoleBook:
        return SqliteRoleBook(self._engine("state"))

    def scores(self) -> ScoreBoard:
        return SqliteScoreBoard(self._engine("state"))

    def secrets(self) -> Secrets:
        return FileSecrets(self._home / "secrets", {}, book=self.token_keys())

    def serving(self) -> ServingFigures:
        run = self._home / "run"
        run.mkdir(exist_ok=True)
        return FileServingFigures(run)

    def stores_check(self) -> StoresCheck:
        databases = {"state store": self._engine("state"), "feature store": self._engine("online")}
        return HomeStoresCheck(self._home, databases)

    def token_keys(self) -> TokenKeyBook:
        return SqliteTokenKeyBook(self._engine("state"))

    def waivers(self) -> WaiverBook:
        return SqliteWaiverBook(self._engine("state"))

    def health(self) -> TargetHealth:
        return SqliteTargetHealth(self._engine("state"))

    def close(self) -> None:
        for log in self._logs:  # else they go on in the background, on connections of their own
            log.close()
        for engine in self._engines:
            engine.dispose()

    def _engine(self, name):
        engine = open_of_home(self._home, name, self._url)
        self._engines.append(engine)
        return engine


class PostgresBackend(EmbeddedBackend):
    """The same adapters with their tables in a PostgreSQL database."""

    def __init__(self, home: Path, url: str, server: PostgresServer) -> None:
        super().__init__(home)
        self._url = url
        self._server = server
        self._database = url.rpartition("/")[2]

    def everything(self) -> bytes:
        """Return all that is kept, on this disk and on the server's, which is this one."""
        return super().everything() + self._server.files_of(self._database)

    def close(self) -> None:
        super().close()
        self._server.empty(self._database)
