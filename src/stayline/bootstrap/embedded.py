"""A home on this machine: SQLite files, Delta tables, folders, the model in this process."""

import os
from datetime import timedelta
from functools import partial

from stayline.bootstrap.content_types import listed
from stayline.bootstrap.identity import bearer_tokens
from stayline.bootstrap.ports import Ports
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.formats.governance_toml import read_policy
from stayline.ports.clock import Clock
from stayline.ports.target_health import IN_PROCESS
from stayline.settings import Settings


def embedded_ports(settings: Settings, clock: Clock) -> Ports:
    """Return the embedded adapters, all under ``settings.home``.

    Raises `StoreDamaged` and `StoreUnavailable`.
    """
    from stayline.adapters.embedded.alarm_book import SqliteAlarmBook
    from stayline.adapters.embedded.answer_book import SqliteAnswerBook
    from stayline.adapters.embedded.api_key_book import SqliteApiKeyBook
    from stayline.adapters.embedded.audit_log import SqliteAuditLog
    from stayline.adapters.embedded.capture_log import JsonlCaptureLog
    from stayline.adapters.embedded.checkpoints import FileCheckpoints
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
            csv_content_types=listed(settings.capture_csv_content_types),
            json_content_types=listed(settings.capture_json_content_types),
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
        tokens=bearer_tokens(settings, clock),
    )
