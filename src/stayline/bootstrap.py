"""Settings in, ports out: the only place that chooses adapters."""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from stayline.domain.secrets_policy import SecretsPolicy
from stayline.domain.token_claims import IdentityPolicy
from stayline.errors import SettingRefused
from stayline.formats.governance_toml import read_policy
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.answer_book import AnswerBook
from stayline.ports.api_key_book import ApiKeyBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.bearer_tokens import BearerTokens
from stayline.ports.capture_log import CaptureLog
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
from stayline.ports.stores_check import StoresCheck
from stayline.ports.target_health import IN_PROCESS, TargetHealth
from stayline.ports.token_key_book import TokenKeyBook
from stayline.ports.waiver_book import WaiverBook
from stayline.settings import Settings


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a use case may ask for, by role; ``tokens`` is None without an issuer."""

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
    api_keys: ApiKeyBook
    roles: RoleBook
    tokens: BearerTokens | None


def build(settings: Settings, *, clock: Clock | None = None) -> Ports:
    """Return the embedded adapters, all under ``settings.home``, which is made if missing.

    A test passes its own ``clock``; everything else is real there, too. Raises `SettingRefused`
    when there can be no such folder, `StoreDamaged` and `StoreUnavailable`.
    """
    from stayline.adapters.embedded.alarm_book import SqliteAlarmBook
    from stayline.adapters.embedded.answer_book import SqliteAnswerBook
    from stayline.adapters.embedded.api_key_book import SqliteApiKeyBook
    from stayline.adapters.embedded.audit_log import SqliteAuditLog
    from stayline.adapters.embedded.capture_log import JsonlCaptureLog
    from stayline.adapters.embedded.checkpoints import FileCheckpoints
    from stayline.adapters.embedded.clock import SystemClock
    from stayline.adapters.embedded.database import open_database
    from stayline.adapters.embedded.decision_book import SqliteDecisionBook
    from stayline.adapters.embedded.deployments import SqliteDeployments
    from stayline.adapters.embedded.directory import SqliteDirectory
    from stayline.adapters.embedded.endpoint import InProcessEndpoint
    from stayline.adapters.embedded.extract_files import FolderExtractFiles
    from stayline.adapters.embedded.feature_store import DeltaFeatureStore
    from stayline.adapters.embedded.governance_register import SqliteGovernanceRegister
    from stayline.adapters.embedded.guarded_endpoint import GuardedEndpoint
    from stayline.adapters.embedded.http_endpoint import HttpEndpoint
    from stayline.adapters.embedded.import_ledger import SqliteImportLedger
    from stayline.adapters.embedded.job_book import SqliteJobBook
    from stayline.adapters.embedded.metric_log import SqliteMetricLog
    from stayline.adapters.embedded.model_registry import SqliteModelRegistry
    from stayline.adapters.embedded.notifier import AppriseNotifier
    from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
    from stayline.adapters.embedded.outcome_book import SqliteOutcomeBook
    from stayline.adapters.embedded.pipeline_runner import SubprocessPipelineRunner
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

    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        expected = f"a folder that can be made and written ({error.strerror})"
        raise SettingRefused("home", str(home), expected) from error
    clock = clock or SystemClock()
    state = open_database(home / "state.db", "state")
    token_keys = SqliteTokenKeyBook(state)
    policy = partial(read_policy, home, "secrets", SecretsPolicy)
    secrets = FileSecrets(home / "secrets", os.environ, policy=policy, book=token_keys)
    online = open_database(home / "online.db", "online")
    people = open_database(home / "directory.db", "directory")
    protected = open_database(home / "protected.db", "protected")
    directory, inbox = SqliteDirectory(people, TokenAliases(state)), home / settings.inbox
    registry = SqliteModelRegistry(state, home / "models")
    health = SqliteTargetHealth(state)
    deployments = SqliteDeployments(state, clock)
    in_process = InProcessEndpoint(registry, deployments)
    return Ports(
        clock=clock,
        secrets=secrets,
        features=DeltaFeatureStore(online, home / "offline"),
        protected=SqliteProtectedAttributes(protected, clock),
        directory=directory,
        token_keys=token_keys,
        imports=SqliteImportLedger(state),
        registry=registry,
        endpoint=GuardedEndpoint(
            HttpEndpoint(in_process, registry, settings.endpoint_url)
            if settings.endpoint_url
            else in_process,
            name=settings.endpoint_name,
            answers_at=settings.endpoint_url or IN_PROCESS,
            health=health,
            clock=clock,
            probe_every=timedelta(seconds=settings.fallback_probe_s),
        ),
        follower=in_process,
        deployments=deployments,
        capture=JsonlCaptureLog(
            home / "capture",
            durability=settings.capture_durability,
            sampling_percent=settings.capture_sampling_percent,
            csv_content_types=_listed(settings.capture_csv_content_types),
            json_content_types=_listed(settings.capture_json_content_types),
        ),
        scores=SqliteScoreBoard(state),
        audit=SqliteAuditLog(state, home / "audit"),
        checkpoints=FileCheckpoints(
            home / "audit" / "checkpoints", home / "secrets" / "audit-signing-key"
        ),
        decisions=SqliteDecisionBook(state),
        opt_outs=SqliteOptOutList(state),
        outcomes=SqliteOutcomeBook(state),
        answers=SqliteAnswerBook(state),
        runner=SubprocessPipelineRunner(state, home / "pipeline", registry=registry, clock=clock),
        waivers=SqliteWaiverBook(state),
        health=health,
        stores=HomeStoresCheck(home),
        reports=FolderReportShelf(home / "reports"),
        metrics=SqliteMetricLog(state),
        serving=FileServingFigures(home / "run"),
        alarms=SqliteAlarmBook(state),
        notifier=AppriseNotifier(secrets),
        jobs=SqliteJobBook(state, home / "jobs"),
        register=SqliteGovernanceRegister(state),
        control=SqliteScoringControl(state, clock),
        extracts=FolderExtractFiles(
            [inbox / "done", inbox / "refused", home / "rejects"],
            [inbox, home / "samples"],
            directory,
        ),
        remnants=SqliteRemnants([online, people, protected, state]),
        api_keys=SqliteApiKeyBook(state),
        roles=SqliteRoleBook(state),
        tokens=_tokens(settings, clock),
    )


def _tokens(settings: Settings, clock: Clock) -> BearerTokens | None:
    """Return what checks the provider's tokens; its libraries are loaded only where there is one.

    Neither setting stands alone: an audience without an issuer looks like sign-in and is none.
    """
    if not settings.oidc_issuer:
        if settings.oidc_audience:
            expected = "empty, or oidc_issuer set beside it"
            raise SettingRefused("oidc_audience", settings.oidc_audience, expected)
        return None
    from stayline.adapters.oidc.tokens import OidcTokens

    policy = read_policy(settings.home, "identity", IdentityPolicy)
    return OidcTokens(settings.oidc_issuer, settings.oidc_audience, policy=policy, clock=clock)


def _listed(setting: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in setting.split(",") if name.strip())
