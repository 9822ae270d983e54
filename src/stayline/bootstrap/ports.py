"""Everything a use case may ask for."""

from dataclasses import dataclass

from stayline.ports.alarm_book import AlarmBook
from stayline.ports.answer_book import AnswerBook
from stayline.ports.api_key_book import ApiKeyBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.bearer_tokens import BearerTokens
from stayline.ports.capture_log import CaptureLog
from stayline.ports.capture_shipping import CaptureShipping
from stayline.ports.checkpoints import Checkpoints
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.deployments import Deployments, Follower
from stayline.ports.directory import Directory
from stayline.ports.endpoint import Endpoint
from stayline.ports.extract_files import ExtractFiles
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.job_book import JobBook
from stayline.ports.metric_log import MetricLog
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.notifier import Notifier
from stayline.ports.object_storage import ObjectStorage
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.remnants import Remnants
from stayline.ports.report_shelf import ReportShelf
from stayline.ports.role_book import RoleBook
from stayline.ports.score_board import ScoreBoard
from stayline.ports.scoring_control import ScoringControl
from stayline.ports.secrets import Secrets
from stayline.ports.serving_figures import ServingFigures
from stayline.ports.sign_in_flow import SignInFlow
from stayline.ports.stores_check import StoresCheck
from stayline.ports.target_health import TargetHealth
from stayline.ports.token_key_book import TokenKeyBook
from stayline.ports.waiver_book import WaiverBook


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a use case may ask for, by role.

    ``tokens`` and ``sign_in`` are None without an issuer, ``storage`` and ``shipping`` where a home
    keeps its files in its own folders.
    """

    clock: Clock
    secrets: Secrets
    features: FeatureStore
    protected: ProtectedAttributes
    directory: Directory
    token_keys: TokenKeyBook
    imports: ImportLedger
    registry: ModelRegistry
    endpoint: Endpoint
    follower: Follower
    deployments: Deployments
    capture: CaptureLog
    shipping: CaptureShipping | None
    scores: ScoreBoard
    audit: AuditLog
    checkpoints: Checkpoints
    decisions: DecisionBook
    opt_outs: OptOutList
    outcomes: OutcomeBook
    answers: AnswerBook
    runner: PipelineRunner
    waivers: WaiverBook
    health: TargetHealth
    stores: StoresCheck
    reports: ReportShelf
    metrics: MetricLog
    serving: ServingFigures
    alarms: AlarmBook
    notifier: Notifier
    jobs: JobBook
    register: GovernanceRegister
    control: ScoringControl
    extracts: ExtractFiles
    remnants: Remnants
    storage: ObjectStorage | None
    api_keys: ApiKeyBook
    roles: RoleBook
    tokens: BearerTokens | None
    sign_in: SignInFlow | None
