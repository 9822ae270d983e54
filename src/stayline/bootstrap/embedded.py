"""A home on this machine: SQLite files, the model in this process, files where they are kept."""

import os
from functools import partial

from stayline.bootstrap.identity import identity_of
from stayline.bootstrap.kept_files import kept_files
from stayline.bootstrap.ports import Ports
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.formats.governance_toml import read_policy
from stayline.ports.clock import Clock
from stayline.ports.target_health import IN_PROCESS
from stayline.settings import Settings


def embedded_ports(settings: Settings, clock: Clock) -> Ports:
    """Return the embedded adapters, all under ``settings.home`` but for what `kept_files` says.

    Their tables are in files there, or in the PostgreSQL database of ``settings.database_url``.
    Raises `StoreDamaged`, `StoreUnavailable`, and `SettingRefused` where a library that a setting
    asks for is not installed.
    """
    from stayline.adapters.embedded.alarm_book import SqliteAlarmBook
    from stayline.adapters.embedded.answer_book import SqliteAnswerBook
    from stayline.adapters.embedded.api_key_book import SqliteApiKeyBook
    from stayline.adapters.embedded.audit_log import SqliteAuditLog
    from stayline.adapters.embedded.checkpoints import FileCheckpoints
    from stayline.adapters.embedded.database import open_of_home
    from stayline.adapters.embedded.decision_book import SqliteDecisionBook
    from stayline.adapters.embedded.deployments import SqliteDeployments
    from stayline.adapters.embedded.directory import SqliteDirectory
    from stayline.adapters.embedded.endpoint import InProcessEndpoint
    from stayline.adapters.embedded.extract_files import FolderExtractFiles
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
    from stayline.adapters.embedded.role_book import SqliteRoleBook
    from stayline.adapters.embedded.score_board import SqliteScoreBoard
    from stayline.adapters.embedded.scoring_control import SqliteScoringControl
    from stayline.adapters.embedded.secrets import FileSecrets
    from stayline.adapters.embedded.serving_figures import FileServingFigures
    from stayline.adapters.embedded.shared_locks import SharedLocks
    from stayline.adapters.embedded.stores_check import HomeStoresCheck
    from stayline.adapters.embedded.target_health import SqliteTargetHealth
    from stayline.adapters.embedded.token_aliases import TokenAliases
    from stayline.adapters.embedded.token_key_book import SqliteTokenKeyBook
    from stayline.adapters.embedded.waiver_book import SqliteWaiverBook

    home = settings.home
    opened = partial(open_of_home, home, url=settings.database_url)
    state = opened("state")
    token_keys = SqliteTokenKeyBook(state)
    policy = partial(read_policy, home, "secrets", SecretsPolicy)
    secrets = FileSecrets(
        home / "secrets", os.environ, policy=policy, book=token_keys, shared=SharedLocks(state)
    )
    tokens, sign_in = identity_of(settings, clock, secrets)
    online, people, protected = opened("online"), opened("directory"), opened("protected")
    directory, inbox = SqliteDirectory(people, TokenAliases(state)), home / settings.inbox
    files = kept_files(settings, clock, online=online, engines=[online, people, protected, state])
    registry = SqliteModelRegistry(state, files.packages)
    health = SqliteTargetHealth(state)
    deployments = SqliteDeployments(state, clock)
    in_process = InProcessEndpoint(registry, deployments)
    return Ports(
        clock=clock,
        secrets=secrets,
        features=files.features,
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
        ),
        follower=in_process,
        deployments=deployments,
        capture=files.capture,
        shipping=files.shipping,
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
        stores=HomeStoresCheck(home, {"state store": state, "feature store": online}),
        reports=files.reports,
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
        remnants=files.remnants,
        storage=files.storage,
        api_keys=SqliteApiKeyBook(state),
        roles=SqliteRoleBook(state),
        tokens=tokens,
        sign_in=sign_in,
    )
