"""A home on AWS: what ``aws.toml`` names keeps everything, and SageMaker answers."""

from dataclasses import asdict
from importlib.util import find_spec

from stayline.bootstrap.content_types import listed
from stayline.bootstrap.identity import identity_of
from stayline.bootstrap.ports import Ports
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.errors import SettingRefused
from stayline.formats.aws_toml import AWS_FILE, AwsHome
from stayline.formats.governance_toml import read_policy
from stayline.ports.clock import Clock
from stayline.settings import Settings


def aws_ports(settings: Settings, aws: AwsHome, clock: Clock) -> Ports:
    """Return the adapters of a stack; the home itself holds settings and policies only.

    AWS is asked whose credentials these are: tables of another account's stack may have the same
    names. Raises `SettingRefused` where ``aws.toml`` names another account, for what only a home of
    its own can have, or where the adapters' libraries are not installed, `AwsRefused` and
    `StoreUnavailable`.
    """
    _check_home(settings, aws)
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
    from stayline.adapters.aws.endpoint import SageMakerEndpoint
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
    from stayline.adapters.aws.pipeline_runner import SageMakerPipelineRunner
    from stayline.adapters.aws.protected_attributes import S3ProtectedAttributes
    from stayline.adapters.aws.remnants import S3Remnants
    from stayline.adapters.aws.report_shelf import S3ReportShelf
    from stayline.adapters.aws.resources import Resources
    from stayline.adapters.aws.role_book import DynamoRoleBook
    from stayline.adapters.aws.score_board import DynamoScoreBoard
    from stayline.adapters.aws.scoring_control import DynamoScoringControl
    from stayline.adapters.aws.secret_store import SecretsManagerSecrets
    from stayline.adapters.aws.serving_figures import CloudWatchServingFigures
    from stayline.adapters.aws.stack_check import account_of
    from stayline.adapters.aws.stores_check import AwsStoresCheck
    from stayline.adapters.aws.target_health import DynamoTargetHealth
    from stayline.adapters.aws.token_aliases import DynamoTokenAliases
    from stayline.adapters.aws.token_key_book import DynamoTokenKeyBook
    from stayline.adapters.aws.waiver_book import DynamoWaiverBook
    from stayline.adapters.embedded.endpoint import InProcessEndpoint
    from stayline.adapters.embedded.guarded_endpoint import GuardedEndpoint
    from stayline.adapters.embedded.unpacking import Outline

    account = account_of(aws.stack, aws.region)
    if aws.account not in (None, account):
        expected = f"{account}, whose credentials are used; or use those of the account named"
        raise SettingRefused(f"account in {AWS_FILE}", aws.account or "", expected)
    clients = Clients(Resources(aws.stack, account, aws.region))
    aliases = DynamoTokenAliases(clients)
    opt_outs = DynamoOptOutList(clients, aliases)
    directory = DynamoDirectory(clients, [opt_outs])
    imports, audit = DynamoImportLedger(clients), DynamoAuditLog(clients)
    decisions, register = DynamoDecisionBook(clients), DynamoGovernanceRegister(clients)
    scores = DynamoScoreBoard(clients, aliases.known_as)
    answers, outcomes = S3AnswerBook(clients, aliases.frame), S3OutcomeBook(clients)
    protected = S3ProtectedAttributes(clients, clock)
    token_keys = DynamoTokenKeyBook(
        clients,
        imports=imports,
        opt_outs=opt_outs,
        audit=audit,
        renamed=[decisions, register, scores, answers, outcomes, protected],
    )
    secrets = SecretsManagerSecrets(clients, book=token_keys, clock=clock)
    tokens, sign_in = identity_of(settings, clock, secrets)
    registry, health = SageMakerModelRegistry(clients), DynamoTargetHealth(clients)
    deployments = SageMakerDeployments(clients, clock)
    in_process = InProcessEndpoint(registry, deployments, unpack=Outline)
    return Ports(
        clock=clock,
        secrets=secrets,
        features=SageMakerFeatureStore(clients),
        protected=protected,
        directory=directory,
        token_keys=token_keys,
        imports=imports,
        registry=registry,
        endpoint=GuardedEndpoint(
            SageMakerEndpoint(clients, in_process, registry),
            name=settings.endpoint_name,
            answers_at=clients.resources.endpoint,
            health=health,
            clock=clock,
        ),
        follower=in_process,
        deployments=deployments,
        capture=S3CaptureLog(
            clients,
            sampling_percent=settings.capture_sampling_percent,
            csv_content_types=listed(settings.capture_csv_content_types),
            json_content_types=listed(settings.capture_json_content_types),
        ),
        shipping=None,
        scores=scores,
        audit=audit,
        checkpoints=S3Checkpoints(clients),
        decisions=decisions,
        opt_outs=opt_outs,
        outcomes=outcomes,
        answers=answers,
        runner=SageMakerPipelineRunner(clients, clock, registry),
        waivers=DynamoWaiverBook(clients),
        health=health,
        stores=AwsStoresCheck(clients),
        reports=S3ReportShelf(clients),
        metrics=DynamoMetricLog(clients, clock),
        serving=CloudWatchServingFigures(clients),
        alarms=DynamoAlarmBook(clients),
        notifier=SnsNotifier(clients),
        jobs=DynamoJobBook(clients),
        register=register,
        control=DynamoScoringControl(clients, clock),
        extracts=S3ExtractFiles(clients, directory),
        remnants=S3Remnants(clients),
        storage=None,
        api_keys=DynamoApiKeyBook(clients),
        roles=DynamoRoleBook(clients),
        tokens=tokens,
        sign_in=sign_in,
    )


def _check_home(settings: Settings, aws: AwsHome) -> None:
    """Refuse what would else be passed over in silence."""
    if find_spec("boto3") is None:
        expected = "a home without it, or its adapters: `pip install 'stayline[aws]'`"
        raise SettingRefused(AWS_FILE, aws.stack, expected)
    if settings.endpoint_url:
        expected = f"empty beside {AWS_FILE}, whose stack has the endpoint"
        raise SettingRefused("endpoint_url", settings.endpoint_url, expected)
    if settings.storage_url:
        expected = f"empty beside {AWS_FILE}, whose stack has its own bucket"
        raise SettingRefused("storage_url", settings.storage_url, expected)
    for name, value in asdict(read_policy(settings.home, "secrets", SecretsPolicy)).items():
        if isinstance(value, str) and value:
            expected = f"empty beside {AWS_FILE}: the stack keeps its secrets in Secrets Manager"
            raise SettingRefused(f"secrets.{name}", "a reference", expected)
